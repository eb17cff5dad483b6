"""How well a sentence fits a question: by its words, by its meaning, by who speaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, mul
from typing import Any

import numpy as np

from vectorstore.catalog import StoredPassage
from vectorstore.debate import Voice, names_pattern
from vectorstore.languages import Language
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import Passage, Sentence, Source, Vector, Wording
from vectorstore.shares import Shares
from vectorstore.standing import begins_dependent
from vectorstore.terms import Term

VOICE_WEIGHT = 2.5  # what a voice that the question names weighs, beside the rarity of its words
_NAMED, _NAMED_BESIDE = 0.9, 0.5  # a sentence that names the voice; one whose heading or neighbour does
# What each signal adds to the log-odds that a sentence is the one that answers, fitted by `make weights`; the weight of `focus`
# is set, as most questions of the development set stand by themselves.
_WEIGHTS = {
    "own": 1.1,
    "kin": 2.04,
    "passage_kin": 1.77,
    "passage_words": 0.92,
    "document_words": 0.68,
    "similarity": 3.99,
    "whole": 1.81,
    "passage": 2.97,
    "document": 1.94,
    "voice": 2.52,
    "verbatim": 2.13,
    "lead": 2.49,
    "focus": 1.3,
    "leaning": -0.27,
}
_IN_ORDER = attrgetter(*_WEIGHTS)
# With the bundled model a question and the sentence that answers it are seldom closer than 0.6, and any two texts are hardly
# further apart than 0.05: scale and offset that spread this over 0 to 1.
_NEARNESS = (1.5, -0.03)


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage that was weighed. `lexical_rank` counts from 1 and is None without a BM25 match; `score` is the fusion."""

    passage: Passage
    source: Source
    similarity: float
    lexical_rank: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence, each from 0 to 1.

    The share of the question's words, by rarity, that stand in the sentence (`own`), counting words that mean nearly the
    same (`kin`), in its passage with the headings above it (`passage_words`, `passage_kin`) and in all found of its document
    (`document_words`); how near in meaning the sentence is (`similarity`), and its passage (`whole`); how its passage and
    its document did in the search, against the best (`passage`, `document`); how far it is about a voice that the
    question names (`voice`); whether it is an original and no account of one (`verbatim`), stands before the first
    heading, where pages say in short what follows (`lead`), is of a source that the conversation was about (`focus`),
    and points back (`leaning`).
    """

    own: float
    kin: float
    passage_words: float
    passage_kin: float
    document_words: float
    similarity: float
    whole: float
    passage: float
    document: float
    voice: float
    verbatim: float
    lead: float
    focus: float
    leaning: float

    @property
    def weight(self) -> float:
        """All of them together, in log-odds."""
        return float(sum(map(mul, _WEIGHTS.values(), _IN_ORDER(self))))


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of a document: the share of the question's words, its best passage, whether it has headings."""

    words: float
    passage: float
    has_sections: bool


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a weighed passage.

    `coverage` is the share of the question that it holds, its words by their rarity and the voice (1 is all of it),
    `subject` the same without the voice, `similarity` how near its meaning is to the question's, 0 to 1, `score` the
    weight of its `signals`. `voice_share` tells how far it is about a voice that the question names: 1 when that
    voice speaks, 0 when it is not even named nearby. `says_word` tells whether any word of the question stands in the
    sentence itself, and not only beside it; `missing` holds those that stand nowhere in its passage or headings, in any
    kin either, `lacking` those that do not stand in the sentence.
    """

    passage: ScoredPassage
    sentence: Sentence
    text: str
    coverage: float
    similarity: float
    voice_share: float
    subject: float
    says_word: bool
    missing: tuple[Term, ...]
    lacking: tuple[Term, ...]
    score: float
    signals: Signals


class Weighing:
    """Weighs sentences for one question."""

    def __init__(
        self,
        language: Language,
        vector: Vector,
        terms: Sequence[Term],
        voices: Sequence[Voice],
        index: LexicalIndex,
        focus: Mapping[str, float] | None = None,
    ) -> None:
        """`focus` holds the sources that a conversation was about, and how far the question leans on them, 0 to 1."""
        self.vector = vector
        self._focus = focus or {}
        self._language, self._terms, self._index = language, terms, index
        self._voices = frozenset(voice.id for voice in voices)
        self._names = names_pattern(
            (name for voice in voices for name in (voice.name, *voice.aliases, *voice.asked_as)), ignore_case=True
        )
        self._shares = Shares(terms)
        self._best_passage = 1.0
        self._documents: dict[str, _Found] = {}
        self._named: dict[str, bool] = {}
        self._words: dict[str, frozenset[str]] = {}

    def weigh(self, passages: Sequence[ScoredPassage], stored: Mapping[str, StoredPassage]) -> Iterator[ScoredSentence]:
        """The sentences of passages, which come best first, with their scores."""
        self._best_passage = max((each.score for each in passages), default=0.0) or 1.0
        self._documents = self._found(passages)
        for each in passages:
            yield from self._sentences(each, stored[each.passage.id])

    def _found(self, passages: Sequence[ScoredPassage]) -> dict[str, _Found]:
        found: dict[str, list[ScoredPassage]] = {}
        for each in passages:
            found.setdefault(each.source.id, []).append(each)
        return {
            source_id: _Found(
                words=self._shares.share(self._shares.held(frozenset().union(*map(self._words_of, own))).own),
                passage=own[0].score / self._best_passage,
                has_sections=any(each.passage.section for each in own),
            )
            for source_id, own in found.items()
        }

    def _words_of(self, scored: ScoredPassage) -> frozenset[str]:
        """The terms of a passage with its headings, gathered by sentence, as those are remembered."""
        passage, language = scored.passage, as_language(scored.source.language)
        if (found := self._words.get(passage.id)) is None:
            inside = (self._index.terms_of(passage.text_of(sentence), language) for sentence in passage.sentences)
            found = self._words[passage.id] = self._index.terms_of(passage.context, language).union(*inside)
        return found

    def _sentences(self, scored: ScoredPassage, stored: StoredPassage) -> Iterator[ScoredSentence]:
        passage, language, document = scored.passage, as_language(scored.source.language), self._documents[scored.source.id]
        around = self._words_of(scored)
        held_around = self._shares.held(around)
        passage_words, passage_kin = self._shares.share(held_around.own), self._shares.share(held_around.kin)
        missing = tuple(term for term, held in zip(self._terms, held_around.kin, strict=True) if term.weight == 1 and not held)
        is_verbatim = scored.source.wording is Wording.VERBATIM
        is_lead = document.has_sections and passage.section is None
        cosines = stored.vectors @ self.vector
        similarities = nearness(cosines)
        whole = float(nearness(np.mean(cosines)))
        for index, sentence in enumerate(passage.sentences):
            text = passage.text_of(sentence)
            found = self._index.terms_of(text, language)
            voice_share = self._voice_share(sentence, text, passage)
            held = self._shares.held(found)
            subject = self._shares.with_context(held, held_around)
            signals = Signals(
                own=self._shares.share(held.own),
                kin=self._shares.share(held.kin),
                passage_words=passage_words,
                passage_kin=passage_kin,
                document_words=document.words,
                similarity=float(similarities[index]),
                whole=whole,
                passage=scored.score / self._best_passage,
                document=document.passage,
                voice=voice_share if self._voices else 0.0,
                verbatim=is_verbatim,
                lead=is_lead,
                focus=self._focus.get(scored.source.id, 0.0),
                leaning=begins_dependent(text),
            )
            yield ScoredSentence(
                passage=scored,
                sentence=sentence,
                text=text,
                coverage=self._coverage(subject, voice_share),
                similarity=signals.similarity,
                voice_share=voice_share,
                subject=subject,
                says_word=any(held.own),
                missing=missing,
                lacking=tuple(term for term, near in zip(self._terms, held.kin, strict=True) if term.weight == 1 and not near),
                score=signals.weight,
                signals=signals,
            )

    def alone(self, passage: Passage, sentence: Sentence, language: Language) -> float:
        """The coverage of a sentence without what stands around it."""
        text = passage.text_of(sentence)
        found = self._index.terms_of(text, language)
        return self._coverage(self._shares.share(self._shares.held(found).own), self._voice_share(sentence, text, None))

    def _coverage(self, subject: float, voice_share: float) -> float:
        total = self._shares.total + (VOICE_WEIGHT if self._voices else 0.0)
        return (self._shares.total * subject + (VOICE_WEIGHT * voice_share if self._voices else 0.0)) / total if total else 0.0

    def _voice_share(self, sentence: Sentence, text: str, passage: Passage | None) -> float:
        if not self._voices:
            return 0.0
        if self._voices.intersection(sentence.voices):
            return 1.0
        if self._names.search(text):
            return _NAMED
        return _NAMED_BESIDE if passage and self._is_named_in(passage) else 0.0

    def _is_named_in(self, passage: Passage) -> bool:
        """Whether a passage, or what stands above it, names a voice that was asked about."""
        if (found := self._named.get(passage.id)) is None:
            found = self._named[passage.id] = self._names.search(passage.embedded_text) is not None
        return found


def nearness(cosines: Vector | np.floating[Any]) -> Vector:
    """What cosines of a question with sentences say of meaning: 0 for nothing in common, 1 for the same."""
    scale, offset = _NEARNESS
    return np.minimum(np.maximum(scale * cosines + offset, 0.0), 1.0)  # np.clip takes five times as long for a single number


def as_language(language: str) -> Language:
    """The language whose words a document is searched by: any but English as Dutch."""
    return "en" if language == "en" else "nl"
