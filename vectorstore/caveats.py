"""The caveat that an answer shows: the statement of it closest to the question. There always is one."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from math import log

import numpy as np

from vectorstore.catalog import StoredPassage
from vectorstore.debate import Caveat, Debate
from vectorstore.edition import Edition
from vectorstore.errors import DamagedEditionError
from vectorstore.passages import Passage, Quote, Sentence, Vector
from vectorstore.quotes import quote_sentences
from vectorstore.standing import begins_dependent
from vectorstore.weighing import Weighing, as_language, nearness

_CANDIDATES = 30
# In log-odds, fitted on the development half of the pairs of questions and caveats that were labelled relevant or not;
# `caveat relevant` of `make evaluate` tells how well they do.
_SIMILARITY = 2.13  # to the question
_WORDS = 1.62  # of the question that it holds
_BESIDE = 2.95  # how near it is to the sentences found for the question
_SAME_SOURCE = 2.72  # the share of those that stand in the same document
_VOICE = 1.15  # for one of a voice that the question names
_LENGTH = 1.44  # for each time that it is e times as long: a longer statement is understood by itself
_PINNED = 0.91  # for the statements of the pinned document, which were written to stand beside any answer
_PREFERRED = 0.78  # for one that has the words that the debate prefers in its caveat
_LEANING = -1.5  # for one that points back


def closest_caveat(
    edition: Edition, weighing: Weighing, debate: Debate, found: Sequence[tuple[str, Vector]] = (), voices: Sequence[str] = ()
) -> Quote:
    """The caveat for a question; the statements of the debate's caveat document always take part.

    `found` holds the source and the vector of the best sentences for the question, `voices` whom it names.

    Raises:
        DamagedEditionError: the edition lacks the pinned document.
    """
    pinned_document = debate.caveat_document
    pinned = edition.catalog.passages_of(pinned_document)
    preferred = _preferred(debate.caveat)
    candidates = list(_candidates(edition, [weighing.vector, *_middle(found)], pinned))
    if not candidates:
        raise _lacking(edition, debate)
    sources = edition.catalog.sources_of(stored.passage.source_id for stored, _ in candidates)
    vectors = np.array([stored.vectors[index] for stored, index in candidates])
    by_meaning = _SIMILARITY * nearness(vectors @ weighing.vector) + _BESIDE * _beside(vectors, found)
    ranked = []
    for (stored, index), meaning in zip(candidates, by_meaning.tolist(), strict=True):
        passage, sentence = stored.passage, stored.passage.sentences[index]
        score = meaning + _SAME_SOURCE * _same_source(passage, found)
        score += _WORDS * weighing.alone(passage, sentence, as_language(sources[passage.source_id].language))
        score += _alone(passage.text_of(sentence), sentence, voices, preferred)
        score += _PINNED if passage.source_id == pinned_document else 0.0
        ranked.append((score, passage.id, index, passage))
    _, _, index, passage = max(ranked, key=lambda each: each[:3])
    return quote_sentences(passage, [passage.sentences[index]], edition.catalog)


def pinned_caveat(edition: Edition, debate: Debate) -> Quote:
    """The statement of the debate's caveat document that says most by itself; takes nothing but the catalogue.

    Raises:
        DamagedEditionError: the edition lacks the pinned document.
    """
    preferred = _preferred(debate.caveat)
    statements = [
        (_alone(stored.passage.text_of(sentence), sentence, (), preferred), sentence.start, stored.passage, sentence)
        for stored in edition.catalog.passages_of(debate.caveat_document)
        for sentence in stored.passage.sentences
        if sentence.oversight
    ]
    if not statements:
        raise _lacking(edition, debate)
    _, _, passage, sentence = max(statements, key=lambda each: each[:2])
    return quote_sentences(passage, [sentence], edition.catalog)


def _lacking(edition: Edition, debate: Debate) -> DamagedEditionError:
    return DamagedEditionError(
        f"Edition {edition.info.number} lacks the caveat document {debate.caveat_document!r}. Run `kanttekening ingest`."
    )


def _middle(found: Sequence[tuple[str, Vector]]) -> list[Vector]:
    """One vector in the middle of what was found, if anything was."""
    if not found:
        return []
    middle = np.sum([vector for _, vector in found], axis=0)
    return [middle / np.linalg.norm(middle)]


def _beside(vectors: Vector, found: Sequence[tuple[str, Vector]]) -> Vector:
    """How near each statement is to what was found, shape (statements,)."""
    if not found:
        return np.zeros(len(vectors), dtype=np.float32)
    near: Vector = np.mean(nearness(vectors @ np.array([vector for _, vector in found]).T), axis=1)
    return near


def _same_source(passage: Passage, found: Sequence[tuple[str, Vector]]) -> float:
    """The share of what was found that stands in the same document."""
    return sum(source_id == passage.source_id for source_id, _ in found) / len(found) if found else 0.0


def _alone(text: str, sentence: Sentence, voices: Sequence[str], preferred: Sequence[re.Pattern[str]]) -> float:
    """What a statement is worth by itself."""
    score = _LENGTH * log(max(1, len(text.split())))
    score += _VOICE if set(sentence.voices) & set(voices) else 0.0
    score += _PREFERRED if any(pattern.search(text) for pattern in preferred) else 0.0
    return score + (_LEANING if begins_dependent(text) else 0.0)


@cache
def _preferred(caveat: Caveat) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in caveat.preferred)


def _candidates(edition: Edition, near: Sequence[Vector], pinned: list[StoredPassage]) -> Iterator[tuple[StoredPassage, int]]:
    hits = [hit.id.rpartition(":") for hit in edition.store.search_caveats(near, _CANDIDATES)]
    stored = edition.catalog.passages_by_id([passage_id for passage_id, _, _ in hits])
    found = {(passage_id, int(index)): stored[passage_id] for passage_id, _, index in hits}
    found |= {(each.passage.id, index): each for each in pinned for index in range(len(each.passage.sentences))}
    for (_, index), each in found.items():
        if each.passage.sentences[index].oversight and each.passage.suspicion is None:
            yield each, index
