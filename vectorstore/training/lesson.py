"""What the student learns from: the corpus as tokens, and for each text the vector that it reaches for.

A vector of the teacher is taken without the mean of its kind (Dutch, English, section): all of its vectors lie in one narrow
direction, and which language a text is in is a large part of what is left. Both sentences of a translated pair reach for
the mean of their two vectors, so that they end in one place.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from vectorstore.passages import Vector
from vectorstore.training.corpus import Corpus
from vectorstore.training.teacher import PASSAGE, QUERY, clipped

_MISTYPED = 0.25
_TOKENS = {"sentence": 64, "made_up": 56, "heading": 40, "section": 112}


@dataclass(frozen=True, slots=True)
class Targets:
    """What each text reaches for: unit vectors, one in each row, in the order of the corpus."""

    pairs: torch.Tensor
    made_up: torch.Tensor
    headings: torch.Tensor
    sections: torch.Tensor


@dataclass(frozen=True, slots=True)
class TeacherVectors:
    """The teacher's own vectors of the corpus, by kind of text."""

    dutch: Vector
    english: Vector
    made_up: Vector
    headings: Vector
    sections: Vector


class Lesson:
    """The corpus as tokens, with the teacher's vectors."""

    def __init__(self, corpus: Corpus, vectors: TeacherVectors, tokenizer: Tokenizer) -> None:
        """Tokenize the corpus."""
        self.headings = list(dict.fromkeys(heading for heading, _, _ in corpus.headings))
        self.sections = list(dict.fromkeys(section for _, section, _ in corpus.headings))
        heading_row = {text: row for row, text in enumerate(self.headings)}
        section_row = {text: row for row, text in enumerate(self.sections)}
        self.related = np.array([(heading_row[heading], section_row[section]) for heading, section, _ in corpus.headings])

        def tokens(texts: Sequence[str], kind: str) -> list[list[int]]:
            return [clipped(encoding.ids, _TOKENS[kind]) for encoding in tokenizer.encode_batch(list(texts))]

        self.dutch = tokens([dutch for dutch, _ in corpus.pairs], "sentence")
        self.english = tokens([english for _, english in corpus.pairs], "sentence")
        rng = random.Random(0)  # noqa: S311  # chance, not a secret
        self.made_up = tokens([_mistyped(text, rng) for text, _ in corpus.made_up], "made_up")
        self.heading_tokens = tokens([_mistyped(text, rng) for text in self.headings], "heading")
        self.section_tokens = tokens(self.sections, "section")
        self.targets = _targets(corpus, self.headings, vectors)


def teacher_texts(corpus: Corpus) -> dict[str, tuple[list[str], int]]:
    """What the teacher has to read, by the name of a field of `TeacherVectors`, with the most tokens of each text."""
    headings = list(dict.fromkeys(heading for heading, _, _ in corpus.headings))
    sections = list(dict.fromkeys(section for _, section, _ in corpus.headings))
    return {
        "dutch": ([QUERY + dutch for dutch, _ in corpus.pairs], 72),
        "english": ([QUERY + english for _, english in corpus.pairs], 72),
        "made_up": ([QUERY + text for text, _ in corpus.made_up], 64),
        "headings": ([QUERY + text for text in headings], 48),
        "sections": ([PASSAGE + text for text in sections], 112),
    }


def _mistyped(text: str, rng: random.Random) -> str:
    """A text as it is, or a quarter of the time with two letters swapped, one left out or one doubled, as people type."""
    at = rng.randrange(len(text))
    if rng.random() > _MISTYPED or not text[at : at + 2].isalpha():
        return text
    return text[:at] + rng.choice((text[at + 1 : at + 2] + text[at], "", text[at] * 2 + text[at + 1 : at + 2])) + text[at + 2 :]


def _targets(corpus: Corpus, headings: Sequence[str], vectors: TeacherVectors) -> Targets:
    means = {"nl": vectors.dutch.mean(axis=0), "en": vectors.english.mean(axis=0)}
    language_of = {heading: language for heading, _, language in corpus.headings}
    of_headings = np.stack([means[language_of[heading]] for heading in headings])
    of_made_up = np.stack([means[language] for _, language in corpus.made_up])
    pairs = _unit(_unit(vectors.dutch - means["nl"]) + _unit(vectors.english - means["en"]))
    return Targets(
        pairs=torch.tensor(pairs),
        made_up=torch.tensor(_unit(vectors.made_up - of_made_up)),
        headings=torch.tensor(_unit(vectors.headings - of_headings)),
        sections=torch.tensor(_unit(vectors.sections - vectors.sections.mean(axis=0))),
    )


def _unit(vectors: Vector) -> Vector:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float32)
