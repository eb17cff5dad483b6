"""How well a sentence fits a question: by its words, by its meaning, by who speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vectorstore.catalog import StoredPassage
from vectorstore.debate import Voice, names_pattern
from vectorstore.languages import Language
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import Passage, Sentence, Source, Vector, Wording
from vectorstore.terms import Term

_CONTEXT = 0.6  # what a word in the heading or beside the sentence is worth
VOICE_WEIGHT = 2.5  # what a voice that the question names weighs, beside the rarity of its words
_NAMED, _NAMED_BESIDE = 0.9, 0.5  # a sentence that names the voice; one whose heading or neighbour does
_WORDS = 0.5  # the share of words against meaning in one language
_FOREIGN_WORDS = 0.35  # and across languages, where words are translated one by one
_PASSAGE = 0.2
# With the bundled model a question and the sentence that answers it are seldom closer than 0.6, and any two texts are hardly
# further apart than 0.05: scale and offset that spread this over 0 to 1.
_NEARNESS = (1.5, -0.03)
_VERBATIM = 0.12  # the original wins from our account of it, by as much of the question as it holds


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage that was weighed. `lexical_rank` counts from 1 and is None without a BM25 match; `score` is the fusion."""

    passage: Passage
    source: Source
    similarity: float
    lexical_rank: int | None
    score: float


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a weighed passage.

    `coverage` is the share of the question that it holds, its words by their rarity and the voice (1 is all of it),
    `subject` the same without the voice, `similarity` how near its meaning is to the question's, 0 to 1, `score` all
    of these with its passage's. `voice_share` tells how far it is about a voice that the question names: 1 when that
    voice speaks, 0 when it is not even named nearby. `says_word` tells whether any word of the question stands in the
    sentence itself, and not only beside it.
    """

    passage: ScoredPassage
    sentence: Sentence
    text: str
    coverage: float
    similarity: float
    voice_share: float
    subject: float
    says_word: bool
    score: float


class Weighing:
    """Weighs sentences for one question."""

    def __init__(
        self, language: Language, vector: Vector, terms: Sequence[Term], voices: Sequence[Voice], index: LexicalIndex
    ) -> None:
        self.vector = vector
        self._language, self._terms, self._index = language, terms, index
        self._voices = frozenset(voice.id for voice in voices)
        self._names = names_pattern(
            (name for voice in voices for name in (voice.name, *voice.aliases, *voice.asked_as)), ignore_case=True
        )
        self._subject = sum(term.weight * term.rarity for term in terms)

    def sentences(self, scored: ScoredPassage, stored: StoredPassage) -> Iterator[ScoredSentence]:
        """The sentences of a passage, with their scores."""
        passage, language = scored.passage, as_language(scored.source.language)
        texts = [passage.text_of(sentence) for sentence in passage.sentences]
        forms = [self._index.terms_of(text, language) for text in texts]
        around = self._index.terms_of(passage.context, language).union(*forms)
        words = _WORDS if language == self._language else _FOREIGN_WORDS
        original = _VERBATIM if scored.source.wording is Wording.VERBATIM else 0.0
        similarities = nearness(stored.vectors @ self.vector)
        for sentence, text, found, similarity in zip(passage.sentences, texts, forms, similarities, strict=True):
            voice_share = self._voice_share(sentence, text, passage)
            subject = self._subject_share(found, around)
            says_word = any(not found.isdisjoint(term.forms) for term in self._terms)
            coverage = self._coverage(subject, voice_share)
            score = (words + original) * coverage + (1 - words) * float(similarity) + _PASSAGE * scored.score
            yield ScoredSentence(scored, sentence, text, coverage, float(similarity), voice_share, subject, says_word, score)

    def alone(self, passage: Passage, sentence: Sentence, language: Language) -> float:
        """The coverage of a sentence without what stands around it."""
        text = passage.text_of(sentence)
        found = self._index.terms_of(text, language)
        return self._coverage(self._subject_share(found, found), self._voice_share(sentence, text, None))

    def _coverage(self, subject: float, voice_share: float) -> float:
        total = self._subject + (VOICE_WEIGHT if self._voices else 0.0)
        return (self._subject * subject + (VOICE_WEIGHT * voice_share if self._voices else 0.0)) / total if total else 0.0

    def _subject_share(self, inside: frozenset[str], around: frozenset[str]) -> float:
        """The share of the question's words, by rarity, that a sentence holds; one beside it counts for less."""
        held = 0.0
        for term in self._terms:
            within = max((weight for form, weight in term.forms.items() if form in inside), default=0.0)
            beside = max((weight for form, weight in term.forms.items() if form in around), default=0.0)
            held += term.weight * term.rarity * max(within, _CONTEXT * beside)
        return held / self._subject if self._subject else 0.0

    def _voice_share(self, sentence: Sentence, text: str, passage: Passage | None) -> float:
        if self._voices.intersection(sentence.voices):
            return 1.0
        if self._names.search(text):
            return _NAMED
        return _NAMED_BESIDE if passage and self._names.search(passage.embedded_text) else 0.0


def nearness(cosines: Vector) -> Vector:
    """What cosines of a question with sentences say of meaning: 0 for nothing in common, 1 for the same."""
    scale, offset = _NEARNESS
    return np.asarray(np.clip(scale * cosines + offset, 0.0, 1.0))


def as_language(language: str) -> Language:
    """The language whose words a document is searched by: any but English as Dutch."""
    return "en" if language == "en" else "nl"
