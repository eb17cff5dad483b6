"""What a model is worth on texts that it was not trained on, by itself and as the product mixes it with BM25.

`python -m vectorstore.training.figures DATA [MODEL]` prints the table for the bundled model, or for any that
KANTTEKENING_EMBEDDING_MODEL can name. It needs nothing that the product does not.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.debate import load_debate
from vectorstore.embeddings import BUNDLED, PassageEmbeddings, load_embeddings
from vectorstore.fusion import fused
from vectorstore.indexing import build_lexical_index
from vectorstore.languages import Language
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import Vector
from vectorstore.terms import question_terms, search_weights
from vectorstore.training.corpus import HEADING_FILES, PAIR_FILES, HeadingFile, TrainingData

_DEPTH = 10
_RESAMPLES = 2_000
_MOST_HEADINGS = {"nl": 400, "en": 600}  # of each file
_MOST_SENTENCES = 666
_MIN_HEADING, _MIN_SECTION, _MIN_SENTENCE = 13, 61, 26


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, Dutch passages, and for each question the numbers of the passages that answer it."""

    name: str
    language: Language
    questions: Sequence[str]
    passages: Sequence[str]
    relevant: Sequence[frozenset[int]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m vectorstore.training.figures")
    parser.add_argument("data", type=Path, help="the folder with training/ and development/")
    parser.add_argument("model", nargs="?", default=BUNDLED)
    options = parser.parse_args()
    print_figures(TrainingData(options.data), load_embeddings(options.model))


def print_figures(data: TrainingData, model: PassageEmbeddings) -> None:
    """Print the table for a model, with the interval of each figure."""
    print("| set | questions, passages | measure | BM25 | model | mixed |\n|---|---|---|---|---|---|")
    for each in (_policy(data), _links(data), _headings(data, "nl"), _headings(data, "en")):
        similarity = _similarity(model, each.questions, each.passages)
        words, mixed = _with_words(each, similarity)
        for measure, of in (("MRR@10", _reciprocal_rank), ("nDCG@10", _gain)):
            cells = [
                _interval([of(row, right) for row, right in zip(matrix, each.relevant, strict=True)])
                for matrix in (words, similarity, mixed)
            ]
            print(
                f"| {each.name} | {len(each.questions):,}, {len(each.passages):,} | {measure} | {' | '.join(cells)} |", flush=True
            )
    translation = _translation(data)
    similarity = _similarity(model, translation.questions, translation.passages)
    found = [float(int(row.argmax()) in right) for row, right in zip(similarity, translation.relevant, strict=True)]
    print(f"| {translation.name} | {len(found):,}, {len(found):,} | accuracy@1 | – | {_interval(found)} | – |")


def _policy(data: TrainingData) -> QuestionSet:
    return _development(data, "policyqa", "policyqa/corpus.jsonl", "policyqa/queries.nl.jsonl")


def _links(data: TrainingData) -> QuestionSet:
    folder = "algoritmekader_links"
    return _development(data, folder, f"{folder}/links_corpus.jsonl", f"{folder}/links_queries.nl.jsonl")


def _development(data: TrainingData, name: str, corpus: str, queries: str) -> QuestionSet:
    passages, questions = data.development(corpus), data.development(queries)
    number = {passage["id"]: index for index, passage in enumerate(passages)}
    relevant = [frozenset(number[each] for each in question["relevant_ids"] if each in number) for question in questions]
    return QuestionSet(
        name, "nl", [str(question["query"]) for question in questions], [str(passage["text"]) for passage in passages], relevant
    )


def _headings(data: TrainingData, language: Language) -> QuestionSet:
    """Held-back headings that stand above one section each."""
    found: list[tuple[str, str]] = []
    for file in HEADING_FILES:
        if file.language == language:
            found += _held_back_headings(data, file)
    name = f"held-back headings, {'Dutch' if language == 'nl' else 'English'}, to Dutch sections"
    return QuestionSet(
        name,
        language,
        [heading for heading, _ in found],
        [section for _, section in found],
        [frozenset([row]) for row in range(len(found))],
    )


def _held_back_headings(data: TrainingData, file: HeadingFile) -> list[tuple[str, str]]:
    rows = data.split(file)[1]
    headings, sections = Counter(heading for heading, _ in rows), Counter(section[:200] for _, section in rows)
    fit = [
        (heading, section)
        for heading, section in rows
        if headings[heading] == sections[section[:200]] == 1 and len(heading) >= _MIN_HEADING and len(section) >= _MIN_SECTION
    ]
    random.Random(0).shuffle(fit)  # noqa: S311  # the same each time
    return fit[: _MOST_HEADINGS[file.language]]


def _translation(data: TrainingData) -> QuestionSet:
    """Held-back English sentences, each with its Dutch translation among the others."""
    found: list[tuple[str, str]] = []
    for file in PAIR_FILES:
        rows = data.split(file)[1]
        dutch, english = Counter(nl for nl, _ in rows), Counter(en for _, en in rows)
        fit = [(nl, en) for nl, en in rows if dutch[nl] == english[en] == 1 and len(en) >= _MIN_SENTENCE]
        random.Random(0).shuffle(fit)  # noqa: S311  # the same each time
        found += fit[:_MOST_SENTENCES]
    return QuestionSet(
        "held-back translations, English to Dutch",
        "en",
        [en for _, en in found],
        [nl for nl, _ in found],
        [frozenset([row]) for row in range(len(found))],
    )


def _similarity(model: PassageEmbeddings, questions: Sequence[str], passages: Sequence[str]) -> Vector:
    """The cosine of each question with each passage, shape (questions, passages)."""
    return np.asarray(np.stack([model.encode_query(question) for question in questions]) @ model.encode_passages(passages).T)


def _with_words(each: QuestionSet, similarity: Vector) -> tuple[Vector, Vector]:
    """BM25 scores and the product's mix of both, shape (questions, passages)."""
    debate = load_debate()
    words, mixed = np.zeros_like(similarity), np.zeros_like(similarity)
    foreign = np.full(len(each.passages), each.language != "nl")
    with tempfile.TemporaryDirectory() as folder:
        build_lexical_index(Path(folder) / "words", ((row, text, "nl") for row, text in enumerate(each.passages)))
        index = LexicalIndex(Path(folder) / "words")
        for row, question in enumerate(each.questions):
            terms = question_terms(question, "", each.language, index, debate)
            for passage, score in index.search(search_weights(terms), len(each.passages)):
                words[row, passage] = score
            mixed[row] = fused(similarity[row], words[row], terms, foreign)
    return words, mixed


def _best(scores: Vector) -> NDArray[np.int64]:
    return np.argsort(-scores, kind="stable")[:_DEPTH]


def _reciprocal_rank(scores: Vector, right: frozenset[int]) -> float:
    return next((1 / rank for rank, passage in enumerate(_best(scores), start=1) if int(passage) in right), 0.0)


def _gain(scores: Vector, right: frozenset[int]) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), each right passage worth one."""
    discount = 1 / np.log2(np.arange(2, _DEPTH + 2))
    gained = sum(discount[rank] for rank, passage in enumerate(_best(scores)) if int(passage) in right)
    return float(gained / discount[: max(1, len(right))].sum())


def _interval(values: Sequence[float]) -> str:
    """The mean, with the interval that holds 95% of the means of samples drawn from the same values."""
    drawn = np.random.default_rng(0).choice(np.array(values), (_RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{np.mean(values):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
