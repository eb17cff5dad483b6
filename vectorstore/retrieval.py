"""From a question to evidence: passages found by meaning and by words, their sentences weighed, and the caveat.

The caveat has a place of its own that is never empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vectorstore.catalog import StoredPassage
from vectorstore.caveats import closest_caveat
from vectorstore.debate import Debate, Voice
from vectorstore.edition import Edition, EditionInfo
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.fusion import fused
from vectorstore.languages import Language
from vectorstore.passages import Quote, Source, Vector
from vectorstore.terms import Term, question_terms, search_weights, with_kin
from vectorstore.weighing import ScoredPassage, ScoredSentence, Weighing
from vectorstore.words import stem, words_in

_CANDIDATES = 60
_PER_VOICE = 300
_MAY_LEAN = 0.3  # of a question that may go on about the sources before it, and may not
_SOURCES, _PER_SOURCE = 3, 40  # of the turn before, and passages of each
_BACKGROUND = 0.5  # what the question before adds to the vector of one that leans on it
_WEIGHED = 40
_BESIDE_CAVEAT = 3  # of the best sentences, the caveat should go with
_VOICE_NAME = 0.5  # what the name of a voice weighs among the words: it finds passages, but does not settle what they say


@dataclass(frozen=True, slots=True)
class Query:
    """A question that stands alone: its text as read, its language, and the ids of the voices it is about.

    `subject` is the text without the names of the voices, `background` what the conversation was about before; its words
    count for less. `every_voice` searches each voice of the debate on its own. `sources` are those that the conversation
    was about, which are searched too; `leans` tells that the question is not complete without them. `within` are those that
    the question names: nothing is looked for in others.
    """

    text: str
    language: Language
    voices: tuple[str, ...] = ()
    subject: str = ""
    background: str = ""
    every_voice: bool = False
    sources: tuple[str, ...] = ()
    leans: bool = False
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a question: sentences, best first, and the caveat."""

    query: Query
    edition: EditionInfo
    terms: tuple[Term, ...]
    sentences: tuple[ScoredSentence, ...]
    passages: tuple[ScoredPassage, ...]
    caveat: Quote


class Retriever:
    """Retrieves evidence from an edition that the caller holds open."""

    def __init__(self, embeddings: PassageEmbeddings, debate: Debate) -> None:
        self._embeddings, self._debate = embeddings, debate

    def retrieve(self, query: Query, edition: Edition) -> Evidence:
        """The evidence for a question; every voice that it names is searched on its own, so that none drowns."""
        vector = self._vector(query)
        terms = question_terms(query.subject, query.background, query.language, edition.lexical, self._debate)
        kin = edition.kinship.kin_of_all([term.word for term in terms], self._embeddings.encode_query)
        terms = with_kin(terms, edition.lexical, kin)
        stored, found_by_words = self._candidates(query, edition, vector, terms)
        passages = _weighed(query, _fuse(query, stored, _sources(stored, edition), vector, found_by_words, terms))
        focus = dict.fromkeys(query.sources, 1.0 if query.leans else _MAY_LEAN)
        weighing = Weighing(query.language, vector, terms, self._voices(query), edition.lexical, focus)
        sentences = sorted(
            weighing.weigh(passages, stored),
            key=lambda each: (-each.score, each.passage.passage.source_id, each.sentence.start),
        )
        beside = [(each.passage.source.id, _vector_of(each, stored)) for each in sentences[:_BESIDE_CAVEAT]]
        return Evidence(
            query=query,
            edition=edition.info,
            terms=terms,
            sentences=tuple(sentences),
            passages=tuple(passages),
            caveat=closest_caveat(edition, weighing, self._debate, beside, query.voices),
        )

    def _vector(self, query: Query) -> Vector:
        vector = self._embeddings.encode_query(query.text)
        if query.leans and query.background:
            vector = vector + _BACKGROUND * self._embeddings.encode_query(query.background)
            vector = np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
        return vector

    def _candidates(
        self, query: Query, edition: Edition, vector: Vector, terms: Sequence[Term]
    ) -> tuple[dict[str, StoredPassage], dict[str, tuple[int, float]]]:
        """Passages by id, and the BM25 rank and score of those that have words of the question."""
        weights = {stem(word, "nl"): _VOICE_NAME for voice in self._voices(query) for word in words_in(voice.aliases[0])}
        for form, weight in search_weights(terms).items():
            weights[form] = max(weights.get(form, 0.0), weight)
        by_words = edition.lexical.search(weights, _CANDIDATES) if weights else []
        by_row = edition.catalog.passages_by_row([row for row, _ in by_words])
        by_meaning = edition.catalog.passages_by_id([hit.id for hit in edition.store.search(vector, _CANDIDATES)])
        voices = [voice.id for voice in self._debate.voices] if query.every_voice else query.voices
        # Within named documents all are needed; elsewhere those that are not among the nearest would not be weighed anyhow.
        most = len(voices) * _PER_VOICE if query.within else _voiced(query)
        by_voice = edition.catalog.passages_spoken(voices, vector, (_PER_VOICE, most))
        by_source = [stored for source in query.sources[:_SOURCES] for stored in edition.catalog.passages_of(source)[:_PER_SOURCE]]
        by_source += [stored for source in query.within[:_SOURCES] for stored in edition.catalog.passages_of(source)[:_PER_VOICE]]
        stored = {
            each.passage.id: each
            for each in (*by_row.values(), *by_meaning.values(), *by_voice, *by_source)
            if not query.within or each.passage.source_id in query.within
        }
        return stored, {by_row[row].passage.id: (rank, score) for rank, (row, score) in enumerate(by_words, start=1)}

    def _voices(self, query: Query) -> list[Voice]:
        return [voice for voice_id in query.voices if (voice := self._debate.voice(voice_id))]


def _vector_of(scored: ScoredSentence, stored: Mapping[str, StoredPassage]) -> Vector:
    passage = scored.passage.passage
    return np.asarray(stored[passage.id].vectors[passage.sentences.index(scored.sentence)])


def _sources(stored: Mapping[str, StoredPassage], edition: Edition) -> Mapping[str, Source]:
    return edition.catalog.sources_of(each.passage.source_id for each in stored.values())


def _weighed(query: Query, passages: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """The passages whose sentences are weighed: the best of all, and the best of those that were searched for their voice."""
    voiced = [each for each in passages if query.every_voice or set(query.voices) & _voices_in(each)]
    before = [each for each in passages if each.source.id in query.sources]
    return list(
        {each.passage.id: each for each in (*passages[:_WEIGHED], *before[: _WEIGHED // 2], *voiced[: _voiced(query)])}.values()
    )


def _voiced(query: Query) -> int:
    """How many passages of those that were searched for their voice are weighed."""
    return _WEIGHED * (3 if query.every_voice else 1)


def _voices_in(scored: ScoredPassage) -> set[str]:
    return {voice for sentence in scored.passage.sentences for voice in sentence.voices}


def _fuse(
    query: Query,
    stored: Mapping[str, StoredPassage],
    sources: Mapping[str, Source],
    vector: Vector,
    found_by_words: Mapping[str, tuple[int, float]],
    terms: Sequence[Term],
) -> list[ScoredPassage]:
    """The candidates with the similarity of their closest sentence and the mix of it with BM25, best first."""
    if not stored:
        return []
    similarities = np.array([np.max(each.vectors @ vector) for each in stored.values()], dtype=np.float32)
    by_words = [found_by_words.get(found, (None, 0.0)) for found in stored]
    words = np.array([score for _, score in by_words], dtype=np.float32)
    passages = [(each.passage, sources[each.passage.source_id]) for each in stored.values()]
    foreign = np.array([source.language != query.language for _, source in passages])
    scores = fused(similarities, words, terms, foreign)
    scored = [
        ScoredPassage(passage, source, float(similarity), rank, float(score))
        for (passage, source), (rank, _), similarity, score in zip(passages, by_words, similarities, scores, strict=True)
    ]
    return sorted(scored, key=lambda each: (-each.score, each.passage.id))
