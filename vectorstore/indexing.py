"""Builds the BM25 index of an edition. The words of its passages are kept, so that the next edition reads new texts only."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.arrays import load_array
from vectorstore.languages import Language
from vectorstore.lexical import ARRAYS, TERMS, VOCABULARY, index_terms
from vectorstore.words import carries_subject, fold, written_words

_BAGS = ("bag-keys.npy", "bag-bounds.npy", "bag-words.npy", "bag-counts.npy")  # words are numbered as in VOCABULARY
_K1, _B = 1.2, 0.6
_NO_SUBJECT = -1
_BLOCK = 10_000  # passages worked on at once, which bounds the memory

Integers = NDArray[np.int32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Bags:
    """Which words passages have, and how often: those of passage p are `bounds[p]:bounds[p + 1]` of the other two."""

    bounds: Offsets
    words: Integers
    counts: Integers

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def blocks(self) -> Iterator[tuple[int, Integers, Integers, Integers]]:
        """Some passages at a time: the number of the first, and for each word of them passage, word and count."""
        for first in range(0, len(self), _BLOCK):
            bounds = self.bounds[first : first + _BLOCK + 1]
            inside = slice(int(bounds[0]), int(bounds[-1]))
            passages = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
            yield first, passages, self.words[inside], self.counts[inside]


class LexicalBuilder:
    """Collects which words each passage has, and writes the index of those that an edition holds."""

    def __init__(self, before: Path | None = None) -> None:
        """Start from what an earlier edition's index knows of its passages; one of an older form knows nothing."""
        self._words: list[str] = []
        self._bags: dict[bytes, int] = {}
        self._bounds, self._inside, self._counts = array("q", [0]), array("i"), array("i")
        if before is not None and all((before / name).exists() for name in _BAGS):
            self._words = (before / VOCABULARY).read_text("utf-8").split("\n")
            self._bags = {key: number for number, key in enumerate(load_array(before / _BAGS[0]).tolist())}
            self._bounds, self._inside, self._counts = (
                array(code, load_array(before / name).tobytes()) for code, name in zip("qii", _BAGS[1:], strict=True)
            )
        self._numbers = {word: number for number, word in enumerate(self._words)}
        self._written: dict[Language, _Written] = {"nl": _Written(self, "nl"), "en": _Written(self, "en")}

    def knows(self, passage_id: str, language: Language) -> bool:
        """Whether the words of a passage are there already."""
        return _key(passage_id, language) in self._bags

    def add(self, passage_id: str, text: str, language: Language) -> None:
        """Take in the words of a passage, unless they are there already."""
        if self.knows(passage_id, language):
            return
        bag = Counter(map(self._written[language].__getitem__, written_words(text)))
        bag.pop(_NO_SUBJECT, None)
        self._bags[_key(passage_id, language)] = len(self._bounds) - 1
        self._inside.extend(bag.keys())
        self._counts.extend(bag.values())
        self._bounds.append(len(self._inside))

    def number(self, word: str) -> int:
        """The number of a folded word; a new one gets the next."""
        number = self._numbers.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number

    def write(self, folder: Path, passages: Iterable[tuple[int, str, Language]]) -> list[str]:
        """Fill a folder with the index of (catalogue row, passage id, language) triples; returns the words, most frequent first.

        Every passage must have been added, or be known from before.
        """
        chosen = [(row, _key(passage_id, language), language) for row, passage_id, language in passages]
        bags = self._chosen([key for _, key, _ in chosen])
        totals = np.bincount(bags.words, weights=bags.counts, minlength=len(self._words))
        used = sorted(np.flatnonzero(totals).tolist(), key=self._words.__getitem__)
        places = np.zeros(len(self._words), dtype=np.int32)
        places[used] = np.arange(len(used))
        bags, words = replace(bags, words=places[bags.words]), [self._words[number] for number in used]
        terms, scores, holders, bounds = _scored(bags, [language for *_, language in chosen], words)
        keys, rows = np.array([key for _, key, _ in chosen], dtype=bytes), np.array([row for row, *_ in chosen], dtype=np.int64)
        arrays: list[NDArray[Any]] = [keys, bags.bounds, bags.words, bags.counts]
        arrays += [scores, holders, bounds, rows]
        folder.mkdir()
        for name, values in zip((*_BAGS, *ARRAYS), arrays, strict=True):
            np.save(folder / name, values)
        (folder / TERMS).write_text("\n".join(terms), "utf-8")
        (folder / VOCABULARY).write_text("\n".join(words), "utf-8")
        order = np.argsort(-totals[used], kind="stable")
        return [words[number] for number in order]

    def _chosen(self, keys: Sequence[bytes]) -> _Bags:
        """The bags of these passages, in their order."""
        bounds, places = np.frombuffer(self._bounds, dtype=np.int64), np.array([self._bags[key] for key in keys], dtype=np.int64)
        starts, ends = bounds[places], bounds[places + 1]
        words, counts = _integers(self._inside), _integers(self._counts)
        blocks = [_ranges(starts[first : first + _BLOCK], ends[first : first + _BLOCK]) for first in range(0, len(keys), _BLOCK)]
        none = np.zeros(0, dtype=np.int32)
        return _Bags(
            _summed(ends - starts),
            np.concatenate([none, *(words[inside] for inside in blocks)]),
            np.concatenate([none, *(counts[inside] for inside in blocks)]),
        )


class _Written(dict[str, int]):
    """Words as they are written, to the number of the folded word: each form is folded once."""

    def __init__(self, builder: LexicalBuilder, language: Language) -> None:
        self._builder, self._language = builder, language

    def __missing__(self, written: str) -> int:
        word = fold(written)
        self[written] = number = self._builder.number(word) if carries_subject(word, self._language) else _NO_SUBJECT
        return number


def build_lexical_index(folder: Path, passages: Iterable[tuple[int, str, Language]]) -> list[str]:
    """Fill a folder with the index of (row, text, language) triples; returns the words, most frequent first."""
    builder = LexicalBuilder()
    kept = []
    for row, text, language in passages:
        builder.add(str(row), text, language)
        kept.append((row, str(row), language))
    return builder.write(folder, kept)


def _packed(bags: _Bags, languages: Sequence[Language], vocabulary: Sequence[str]) -> tuple[list[str], Offsets, int]:
    """The terms, and each term's passages and counts, as `(term * passages + passage) << bits | count`.

    numpy sorts numbers ten times as fast as it finds the order of three lists of them.
    """
    numbers: dict[str, int] = {}
    spoken = np.array(languages)
    by_language = {}
    for language in dict.fromkeys(languages):
        mine = bags.words[np.repeat(spoken == language, np.diff(bags.bounds))]
        by_language[language] = _terms_of_words(np.unique(mine).tolist(), language, vocabulary, numbers)
    bits = int(bags.counts.max(initial=0)).bit_length()
    packed = [np.zeros(0, dtype=np.int64)]
    for first, passages, words, counts in bags.blocks():
        for language, (bounds, terms) in by_language.items():
            mine = (spoken[first : first + _BLOCK] == language)[passages]
            times = (bounds[words + 1] - bounds[words]) * mine
            found = terms[_ranges(bounds[words], bounds[words] + times)] * len(bags)
            found += np.repeat(passages + first, times)
            found <<= bits
            found |= np.repeat(counts, times)
            packed.append(found)
    return list(numbers), np.concatenate(packed), bits


def _terms_of_words(
    words: Sequence[int], language: Language, vocabulary: Sequence[str], numbers: dict[str, int]
) -> tuple[Offsets, Offsets]:
    """The terms that words are found by: those of word w are `bounds[w]:bounds[w + 1]`. New ones get the next number."""
    known, lengths, terms = frozenset(vocabulary), np.zeros(len(vocabulary), dtype=np.int64), array("q")
    for word in words:
        found = index_terms(vocabulary[word], language, known)
        lengths[word] = len(found)
        terms.extend(numbers.setdefault(term, len(numbers)) for term in found)
    return _summed(lengths), np.array(terms, dtype=np.int64)


def _scored(
    bags: _Bags, languages: Sequence[Language], vocabulary: Sequence[str]
) -> tuple[list[str], NDArray[np.float32], Integers, Offsets]:
    """The terms, and by term BM25 in Lucene's form: the scores, their passages, and the bounds of each term."""
    terms, packed, bits = _packed(bags, languages, vocabulary)
    passages = len(bags)
    packed.sort()
    times = (packed & ((1 << bits) - 1)).astype(np.float32)
    packed >>= bits
    is_first = np.ones(len(packed), dtype=bool)  # two words of a passage can have one term
    np.not_equal(packed[1:], packed[:-1], out=is_first[1:])
    if not is_first.all():
        times = np.add.reduceat(times, np.flatnonzero(is_first))
        packed = packed[is_first]
    bounds = np.searchsorted(packed, np.arange(len(terms) + 1) * passages)
    packed %= max(passages, 1)
    passage = packed.astype(np.int32)
    del packed  # of a large edition 60 MB
    held = np.diff(bounds)
    rarity = np.log(1 + (passages - held + 0.5) / (held + 0.5)).astype(np.float32)
    lengths = np.bincount(passage, weights=times, minlength=passages)
    norms = (_K1 * (1 - _B + _B * lengths / max(lengths.sum() / max(passages, 1), 1e-9))).astype(np.float32)
    scores = norms[passage]
    scores += times
    np.divide(times, scores, out=scores)
    scores *= np.repeat(rarity, held)
    return terms, scores, passage, bounds


def _ranges(starts: Offsets, ends: Offsets) -> Offsets:
    """All the numbers from each start up to its end."""
    lengths = ends - starts
    return np.asarray(np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths))


def _summed(lengths: Offsets) -> Offsets:
    """Where each begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])


def _integers(values: "array[int]") -> Integers:
    return np.frombuffer(values, dtype=np.int32) if values else np.zeros(0, dtype=np.int32)


def _key(passage_id: str, language: Language) -> bytes:
    return f"{language}{passage_id}".encode()
