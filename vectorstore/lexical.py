"""The BM25 index of an edition: exact words, Dutch or English stems, heads of compounds."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from math import log
from pathlib import Path

import numpy as np

from vectorstore.arrays import load_array
from vectorstore.languages import Language
from vectorstore.passages import Vector
from vectorstore.words import compound_head, compound_modifier, content_words, stem

_REMEMBERED = 20_000  # texts, at about a kilobyte each
_WORDS = 65_536  # whose terms are remembered
_LAST_LETTER = chr(0x10FFFF)
ARRAYS = ("scores.npy", "passages.npy", "bounds.npy", "rows.npy")
"""By term: `bounds[t]:bounds[t + 1]` of the first two; `rows` is by passage."""
TERMS, VOCABULARY = "terms.txt", "vocabulary.txt"


class LexicalIndex:
    """Scores every passage against weighted terms. Open one with a folder that `indexing.LexicalBuilder` filled."""

    def __init__(self, folder: Path) -> None:
        """Open the index; its arrays are mapped into memory, not read."""
        self._scores, self._passages, self._bounds, self._rows = (load_array(folder / name, mmap_mode="r") for name in ARRAYS)
        terms = (folder / TERMS).read_text("utf-8").split("\n")
        self._columns = {term: column for column, term in enumerate(terms)}
        self._vocabulary = folder / VOCABULARY
        self._vocabulary.stat()  # what is missing is missed now, not at the first typing error
        self._by_length: dict[str, Mapping[int, Sequence[str]]] = {}
        self._terms = lru_cache(_WORDS)(lambda word, language: index_terms(word, language, self.vocabulary))
        self._terms_of = lru_cache(_REMEMBERED)(self._read_terms)

    def __len__(self) -> int:
        """How many passages are indexed."""
        return len(self._rows)

    @cached_property
    def vocabulary(self) -> Collection[str]:
        """Every word as it is written in the passages, folded."""
        return frozenset(self._vocabulary.read_text("utf-8").split("\n"))

    def words_beginning(self, start: str) -> Sequence[str]:
        """The words of the vocabulary that begin with some letters, in order."""
        return self._ordered[bisect_left(self._ordered, start) : bisect_left(self._ordered, start + _LAST_LETTER)]

    def words_like(self, letter: str, length: int) -> Sequence[str]:
        """The words of the vocabulary that begin with a letter and have so many, in order."""
        if letter not in self._by_length:
            by_length: dict[int, list[str]] = {}
            for word in self.words_beginning(letter):
                by_length.setdefault(len(word), []).append(word)
            self._by_length[letter] = by_length
        return self._by_length[letter].get(length, ())

    @cached_property
    def _ordered(self) -> Sequence[str]:
        return sorted(self.vocabulary)

    def terms_of(self, text: str, language: Language) -> frozenset[str]:
        """The terms that a text of this edition is found by; the texts asked for last are remembered."""
        return self._terms_of(text, language)

    def _read_terms(self, text: str, language: Language) -> frozenset[str]:
        return frozenset(term for word in content_words(text, language) for term in self._terms(word, language))

    def document_frequency(self, term: str) -> int:
        """In how many passages a term occurs."""
        column = self._columns.get(term)
        return 0 if column is None else int(self._bounds[column + 1] - self._bounds[column])

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term; one that occurs nowhere is as rare as can be."""
        count = self.document_frequency(term)
        return log(1 + (len(self) - count + 0.5) / (count + 0.5))

    def search(self, weights: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """The best (catalogue row, score) for terms with weights; passages without any of them are left out."""
        scores = np.zeros(len(self), dtype=np.float32)
        rarest: tuple[float, slice] | None = None
        for term, weight in weights.items():
            if (column := self._columns.get(term)) is not None:
                inside = slice(int(self._bounds[column]), int(self._bounds[column + 1]))
                scores[self._passages[inside]] += weight * self._scores[inside]
                bound = weight * self.rarity(term)
                if inside.stop - inside.start >= limit and (rarest is None or bound > rarest[0]):
                    rarest = bound, inside
        # What does not do as well as the best of one term that many passages have is not among the best of all: of a million
        # passages, most have some word of a question.
        least = _best(scores[self._passages[rarest[1]]], limit) if rarest else 0.0
        found = np.flatnonzero(scores >= least) if least > 0 else np.flatnonzero(scores > 0)
        if len(found) > limit:
            found = found[scores[found] >= _best(scores[found], limit)]
        ordered = found[np.lexsort((found, -scores[found]))][:limit]
        return [(int(self._rows[index]), float(scores[index])) for index in ordered]


def _best(scores: Vector, count: int) -> float:
    """What the last of the best of some scores has."""
    return float(np.partition(scores, -count)[-count])


def index_terms(word: str, language: Language, vocabulary: Collection[str]) -> list[str]:
    """The terms that a written word is found by: its stem, and for a Dutch compound those of its parts."""
    parts: list[Callable[[str, Collection[str]], str | None]] = [compound_head, compound_modifier] if language == "nl" else []
    found = {stem(word, language), *(stem(part, language) for cut in parts if (part := cut(word, vocabulary)))}
    return sorted(found)
