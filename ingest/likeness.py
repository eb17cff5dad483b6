"""How alike two documents are, estimated from a sketch of each that is small enough to keep."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

import numpy as np
from numpy.typing import NDArray

NEAR_DUPLICATE = 0.8
"""The share of what two documents hold together from which they are nearly the same."""
_WORD = re.compile(r"\w+")
_SHINGLE = 5  # words
_KEPT = 128  # of the hashes of a text: a likeness of 0.8 is then known to about 0.035
_STORED = np.dtype("<u8")
_LEAST = 16  # by these documents are looked up; those that are nearly the same have about thirteen of them in common
_IN_COMMON = 0.4  # of them, for the whole sketches to be compared
_LEFT_OUT = re.compile(r"[\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufeff]+")  # accents, and what is invisible

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another document, and the share of what both hold that is in the two of them."""

    source_id: str
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """The least of the hashes of all runs of five words of a text, in order."""

    hashes: Hashes

    def __bytes__(self) -> bytes:
        return self.hashes.astype(_STORED).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The sketch that was written out."""
        return cls(np.frombuffer(data, _STORED).astype(np.uint64))


def sketch(text: str) -> Sketch:
    """The sketch of a text; capitals, accents, white space and punctuation make no difference to it."""
    words = _WORD.findall(_LEFT_OUT.sub("", unicodedata.normalize("NFKD", text).casefold()))
    known = {word: int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little") for word in set(words)}
    hashes = np.fromiter((known[word] for word in words), np.uint64, len(words))
    return Sketch(np.unique(_shingles(hashes))[:_KEPT])


def likeness(one: Sketch, other: Sketch) -> float:
    """The share of what two texts hold that both hold (Jaccard), between 0 and 1; texts without words are like nothing."""
    union = np.union1d(one.hashes, other.hashes)[:_KEPT]
    both = np.intersect1d(one.hashes, other.hashes, assume_unique=True)
    return float(np.isin(union, both, assume_unique=True).mean()) if len(union) else 0.0


class Likenesses:
    """The sketches of many documents, among which those like another are found without comparing each with each."""

    def __init__(self, sketches: Mapping[str, Sketch] | None = None) -> None:
        """Sketches by source id."""
        self._sketches: dict[str, Sketch] = {}
        self._holders: dict[int, list[str]] = {}
        for source_id, each in (sketches or {}).items():
            self.add(source_id, each)

    def add(self, source_id: str, made: Sketch) -> None:
        """Take a document in, in the place of what it was before."""
        self.remove(source_id)
        self._sketches[source_id] = made
        for each in _least(made):
            self._holders.setdefault(each, []).append(source_id)

    def remove(self, source_id: str) -> None:
        """Take a document out, if it is there."""
        gone = self._sketches.pop(source_id, None)
        for each in _least(gone) if gone else ():
            self._holders[each].remove(source_id)

    def near(self, source_id: str) -> list[Likeness]:
        """The other documents that are nearly the same as one that was taken in, the most alike first."""
        own = self._sketches[source_id]
        least = _least(own)
        shared = Counter(holder for each in least for holder in self._holders[each])
        near = [other for other, count in shared.items() if other != source_id and count >= _IN_COMMON * len(least)]
        found = [Likeness(other, likeness(own, self._sketches[other])) for other in near]
        return sorted((each for each in found if each.share >= NEAR_DUPLICATE), key=lambda each: (-each.share, each.source_id))


def _least(made: Sketch) -> list[int]:
    return [int(each) for each in made.hashes[:_LEAST]]


def _shingles(words: Hashes) -> Hashes:
    """A hash of each run of words; of all of them where they are fewer than a run."""
    size = min(_SHINGLE, len(words))
    runs = np.zeros(len(words) - size + 1 if size else 0, np.uint64)
    for place in range(size):
        runs = _mixed(runs ^ words[place : place + len(runs)])
    return runs


def _mixed(values: Hashes) -> Hashes:
    """SplitMix64's finishing steps, so that the order of the words counts and the least hashes are any of them."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
