"""Words of an edition that mean nearly the same as a word of a question, by the embedding model.

A sentence vector says what a sentence is about as a whole; this says whether one word of a question has a counterpart in
it: "inkrimpen" in "afslanken", "party" in "partij". What the debate's own word groups name does not need it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.arrays import load_array
from vectorstore.languages import STOP_WORDS
from vectorstore.passages import Vector

_WORDS, _VECTORS, _MIDDLE = "words.txt", "vectors.npy", "middle.npy"
_MAX_WORDS = 25_000  # at half a millisecond and a kilobyte and a half each; the most frequent of a larger vocabulary
_MIN_LETTERS = 3
_UNRELATED, _SAME = 0.35, 1.0  # cosines, the middle of all words taken off: what any two words have, and what one has with itself
_LEAST = 0.5
_MOST = 12  # kin of one word
_REMEMBERED = 20_000  # words


Encode = Callable[[str], Vector]
"""`encode_query` of the model that an edition was made with."""


class Kinship:
    """Finds kin. Open one with a folder that `build_kinship` filled; an edition from before there was any has no kin."""

    def __init__(self, folder: Path) -> None:
        """Open the words and their vectors."""
        has_kin = folder.exists()
        self._words = (folder / _WORDS).read_text("utf-8").split("\n") if has_kin else []
        # A column for each word: in this order a product with a few words is computed twice as fast.
        self._columns = load_array(folder / _VECTORS).T.astype(np.float32, order="C") if has_kin else np.zeros((1, 0))
        self._middle = load_array(folder / _MIDDLE) if has_kin else np.zeros(1, dtype=np.float32)
        self._kin: dict[str, Mapping[str, float]] = {}

    def kin_of(self, word: str, encode: Encode) -> Mapping[str, float]:
        """The words of the edition nearest in meaning to a folded word, each with how near: 0 is unrelated, 1 the same."""
        return self.kin_of_all([word], encode)[word]

    def kin_of_all(self, words: Collection[str], encode: Encode) -> Mapping[str, Mapping[str, float]]:
        """The same for several words, which takes hardly longer than for one."""
        found = {word: self._kin[word] for word in words if word in self._kin}
        fresh = [word for word in dict.fromkeys(words) if word not in found]
        asked = [word for word in fresh if word.isalpha()] if self._columns.size else []
        if asked:
            cosines = _unit(np.array([encode(word) for word in asked]) - self._middle) @ self._columns
            found |= dict(zip(asked, map(self._nearest, cosines), strict=True))
        found |= {word: {} for word in fresh if word not in found}
        if len(self._kin) + len(fresh) > _REMEMBERED:
            self._kin = {}
        self._kin |= {word: found[word] for word in fresh}
        return found

    def _nearest(self, cosines: Vector) -> Mapping[str, float]:
        near = np.flatnonzero(cosines >= _LEAST)
        nearest = near[np.argsort(-cosines[near], kind="stable")[:_MOST]]
        return {self._words[index]: (float(cosines[index]) - _UNRELATED) / (_SAME - _UNRELATED) for index in nearest}


def build_kinship(
    folder: Path, by_frequency: Iterable[str], encode: Callable[[Sequence[str]], Vector], before: Path | None
) -> None:
    """Fill a folder for the words of an edition, most frequent first; what `before` holds is not embedded again."""
    words = [word for word in by_frequency if len(word) >= _MIN_LETTERS and word.isalpha()][:_MAX_WORDS]
    places, known, middle = _known(before)
    if middle is None:
        middle = np.mean(encode(sorted(STOP_WORDS["nl"] | STOP_WORDS["en"])), axis=0)
    vectors = np.zeros((len(words), len(middle)), dtype=np.float16)
    kept = [(number, places[word]) for number, word in enumerate(words) if word in places]
    fresh = [number for number, word in enumerate(words) if word not in places]
    if kept:
        numbers, rows = zip(*kept, strict=True)
        vectors[list(numbers)] = known[list(rows)]
    if fresh:
        vectors[fresh] = _unit(encode([words[number] for number in fresh]) - middle)
    folder.mkdir()
    np.save(folder / _VECTORS, vectors)
    np.save(folder / _MIDDLE, middle)
    (folder / _WORDS).write_text("\n".join(words), "utf-8")


def _known(before: Path | None) -> tuple[dict[str, int], NDArray[np.float16], Vector | None]:
    """The words of an earlier edition by their rows, the vectors, and the middle that was taken off them."""
    if before is None or not (before / _WORDS).exists():
        return {}, np.zeros((0, 0), dtype=np.float16), None
    words = (before / _WORDS).read_text("utf-8").split("\n")
    return {word: row for row, word in enumerate(words) if word}, load_array(before / _VECTORS), load_array(before / _MIDDLE)


def _unit(vectors: Vector) -> Vector:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def narrow_kinship(folder: Path, words: Iterable[str], before: Path) -> None:
    """Fill a folder with what `before` holds of these words, if there is one; no word is embedded."""
    known, _, middle = _known(before)
    if middle is None:
        return
    kept = [word for word in words if word in known]
    build_kinship(folder, kept, lambda _words: middle[None, :], before)
