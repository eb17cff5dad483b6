"""The student's word pieces: those of the teacher that Dutch and English need, and whole words that it would cut up.

A language has no mark in the teacher's list of 250,000 pieces. Kept are those that occur in the training files, the short
inner pieces, and the words that look most like Dutch or English to a model of letters; a frequent word that would still be cut up
becomes a piece of its own and begins as the mean of its parts, which shortens Dutch text by a seventh (government pages)
to a fifth (laws).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from tokenizers import Tokenizer

from vectorstore.passages import Vector
from vectorstore.training.teacher import TeacherWeights, unigram_tokenizer

_WORD_START = "▁"
_SPECIAL = 4
_MIN_PIECE_COUNT, _INNER_PIECES, _EVERYDAY_PIECES = 3, 7_000, 20_000
_MIN_WORD_COUNT, _MIN_WORD_LENGTH, _MOST_WORDS = 14, 4, 26_000
_LOWEST_SCORE, _WHOLE_WORD = -16.0, 0.6  # a whole word always wins from its parts
_LETTERS = "a-zéëïèöüêáóçàâîôûäñ"
_SIGN = re.compile(rf"^[{_LETTERS}0-9.,:;!?()\[\]«»“”‘’'\"/%&€$@#*+=<>_|~^`\\{{}}°§–—-]$")
_INNER = re.compile(r"^[a-zéëïèöü]{2,5}$")
_WORD = re.compile(rf"^{_WORD_START}[{_LETTERS}]{{2,}}$")
_ORDER = 4  # letters, the last of which is predicted
_MIN_SPELLING_COUNT = 3


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """(piece, score) pairs in the order of their ids, and for each the teacher's pieces whose mean it begins as."""

    pieces: Sequence[tuple[str, float]]
    origins: Sequence[Sequence[int]]

    def tokenizer(self) -> Tokenizer:
        """The student's tokenizer; it reads everything in lower case, as people type in a chat."""
        return unigram_tokenizer(self.pieces, lower_case=True)

    def first_vectors(self, teacher: TeacherWeights) -> Vector:
        """Where the vectors of the pieces begin, shape (pieces, dimensions)."""
        return np.stack([teacher.word_vectors[list(parts)].mean(axis=0) for parts in self.origins])


def everyday_words(teacher: TeacherWeights, counts: Mapping[str, int]) -> list[str]:
    """The whole words among the teacher's pieces, those first that are spelt most like Dutch or English."""
    spelling = _Spelling({word: count for word, count in counts.items() if count >= _MIN_SPELLING_COUNT and word.isalpha()})
    words = [piece[1:] for piece in teacher.pieces if _WORD.match(piece)]
    return sorted(words, key=lambda word: (-spelling.score(word), word))


def build_vocabulary(teacher: TeacherWeights, counts: Mapping[str, int]) -> Vocabulary:
    """The student's vocabulary for texts in which words occur so often."""
    number = {piece: index for index, piece in enumerate(teacher.pieces)}
    scores = dict(zip(teacher.pieces, map(float, teacher.scores), strict=True))
    cut = _cut_up(teacher, [word for word, count in counts.items() if count > 1])
    used: Counter[str] = Counter()
    for word, parts in cut.items():
        used.update(dict.fromkeys(parts, counts[word]))
    kept = {piece for piece, count in used.items() if piece in number and (count >= _MIN_PIECE_COUNT or len(piece) == 1)}
    kept |= {*teacher.pieces[:_SPECIAL], *(piece for piece in teacher.pieces if _SIGN.match(piece))}
    # The teacher's pieces are in the order of how common they are.
    kept |= set([piece for piece in teacher.pieces if _INNER.match(piece) and piece not in kept][:_INNER_PIECES])
    kept |= {_WORD_START + word for word in everyday_words(teacher, counts)[:_EVERYDAY_PIECES]}
    pieces = [(piece, scores[piece]) for piece in teacher.pieces if piece in kept]
    whole = [
        (word, cut[word])
        for word, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        if count >= _MIN_WORD_COUNT and word.isalpha() and len(word) >= _MIN_WORD_LENGTH
        if _WORD_START + word not in kept and len(cut[word]) > 1 and kept.issuperset(cut[word])
    ][:_MOST_WORDS]
    origins = [[number[piece]] for piece, _ in pieces] + [[number[part] for part in parts] for _, parts in whole]
    pieces += [(_WORD_START + word, max(_LOWEST_SCORE, _WHOLE_WORD * sum(map(scores.__getitem__, parts)))) for word, parts in whole]
    return Vocabulary(pieces, origins)


def _cut_up(teacher: TeacherWeights, words: Sequence[str]) -> dict[str, list[str]]:
    """How the teacher would cut up words that are in lower case."""
    tokenizer = unigram_tokenizer(list(zip(teacher.pieces, map(float, teacher.scores), strict=True)), lower_case=True)
    return {
        word: encoding.tokens
        for word, encoding in zip(words, tokenizer.encode_batch(list(words), add_special_tokens=False), strict=True)
    }


class _Spelling:
    """How likely each letter of a word is after the three before it, with shorter histories where those are rare."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._grams: Counter[str] = Counter()
        self._histories: Counter[str] = Counter()
        for word, count in counts.items():
            weight = 1 + log(count)
            for gram in self._grams_of(word):
                self._grams[gram] += weight  # type: ignore[assignment]  # weights are not whole numbers
                self._histories[gram[:-1]] += weight  # type: ignore[assignment]

    @staticmethod
    def _grams_of(word: str) -> Iterator[str]:
        marked = f"^{word}$"
        for end in range(2, len(marked) + 1):
            for length in range(2, min(_ORDER, end) + 1):
                yield marked[end - length : end]

    def score(self, word: str) -> float:
        """The mean logarithm of the chances; higher looks more like the words counted."""
        marked, logs = f"^{word}$", []
        for end in range(2, len(marked) + 1):
            chance = 0.03
            for length in range(2, min(_ORDER, end) + 1):
                gram = marked[end - length : end]
                chance = (self._grams[gram] + 2 * chance) / (self._histories[gram[:-1]] + 2)
            logs.append(log(chance))
        return sum(logs) / len(logs)
