"""What the voices of a debate say, by how near it is to a question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.passages import Passage, Vector


class Stored(Protocol):
    """A passage, and the vectors of its sentences."""

    @property
    def passage(self) -> Passage:
        """The passage."""
        ...

    @property
    def vectors(self) -> Vector:
        """A vector for each of its sentences."""
        ...


@dataclass(frozen=True, slots=True)
class _Said:
    """The passages of a voice: their ids, the vectors of all their sentences, and where those of each begin."""

    ids: Sequence[str]
    vectors: Vector
    starts: NDArray[np.int64]


class Spoken:
    """Finds the nearest of the first passages of each voice; their vectors are read once and kept, half a megabyte a voice."""

    def __init__(self, passages_of_voice: Callable[[str, int], Sequence[Stored]]) -> None:
        """`passages_of_voice` gives the first passages of a voice, no more than asked for, and always the same."""
        self._passages_of_voice = passages_of_voice
        self._said: dict[tuple[str, int], _Said] = {}

    def nearest(self, voices: Sequence[str], vector: Vector, limits: tuple[int, int]) -> list[str]:
        """The ids of the passages nearest to a vector by their closest sentence.

        `limits` tells how many passages of each voice are looked at, and how many are given in all.
        """
        each, most = limits
        ids: list[str] = []
        similarities: list[Vector] = []
        for voice in voices:
            said = self._of(voice, each)
            if said.ids:
                ids += said.ids
                similarities.append(np.maximum.reduceat(said.vectors @ vector, said.starts))
        if not ids:
            return []
        order = np.argsort(-np.concatenate(similarities), kind="stable")
        return list(dict.fromkeys(ids[index] for index in order))[:most]

    def _of(self, voice: str, each: int) -> _Said:
        if (known := self._said.get((voice, each))) is None:
            stored = self._passages_of_voice(voice, each)
            lengths = [len(one.vectors) for one in stored]
            vectors = np.concatenate([one.vectors for one in stored]) if stored else np.zeros((0, 1), dtype=np.float32)
            starts = np.cumsum([0, *lengths[:-1]])
            known = self._said[voice, each] = _Said([one.passage.id for one in stored], vectors, starts)
        return known
