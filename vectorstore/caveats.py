"""The caveat that an answer shows: the oversight statement closest to the question. There always is one."""

import re
from collections.abc import Iterator

from vectorstore.catalog import StoredPassage
from vectorstore.edition import Edition
from vectorstore.errors import DamagedEditionError
from vectorstore.passages import Quote
from vectorstore.quotes import quote_sentences
from vectorstore.standing import begins_dependent
from vectorstore.weighing import Weighing, as_language, nearness

_NAMES_PEOPLE = re.compile(r"\b(?:toezicht|mens|mensen|menselijk\w*|oordelen|ambtenaren|human|oversight|people)\b", re.IGNORECASE)
_CANDIDATES = 30
_WORDS = 0.3  # what shared words add to the similarity
_LEANING = 0.2  # off for a sentence that points back
_PEOPLE = 0.15  # for one that names people or their oversight, not only that an effect is unproven
_PINNED = 0.1  # for the statements of the pinned document, which were written to stand beside any answer


def closest_caveat(edition: Edition, weighing: Weighing, pinned_document: str) -> Quote:
    """The caveat for a question; the pinned document's statements always take part.

    Raises:
        DamagedEditionError: the edition lacks the pinned document.
    """
    pinned = edition.catalog.passages_of(pinned_document)
    sources = edition.catalog.sources_by_id()
    ranked = []
    for stored, index in _candidates(edition, weighing, pinned):
        passage, sentence = stored.passage, stored.passage.sentences[index]
        score = float(nearness(stored.vectors[index] @ weighing.vector))
        score += _WORDS * weighing.alone(passage, sentence, as_language(sources[passage.source_id].language))
        score += _PINNED if passage.source_id == pinned_document else 0.0
        score += _PEOPLE if _NAMES_PEOPLE.search(passage.text_of(sentence)) else 0.0
        score -= _LEANING if begins_dependent(passage.text_of(sentence)) else 0.0
        ranked.append((score, passage.id, index, passage))
    if not ranked:
        raise DamagedEditionError(
            f"Edition {edition.info.number} lacks the caveat document {pinned_document!r}. Run `kanttekening ingest`."
        )
    _, _, index, passage = max(ranked, key=lambda each: each[:3])
    return quote_sentences(passage, [passage.sentences[index]], edition.catalog)


def _candidates(edition: Edition, weighing: Weighing, pinned: list[StoredPassage]) -> Iterator[tuple[StoredPassage, int]]:
    hits = [hit.id.rpartition(":") for hit in edition.store.search_caveats(weighing.vector, _CANDIDATES)]
    stored = edition.catalog.passages_by_id([passage_id for passage_id, _, _ in hits])
    found = {(passage_id, int(index)): stored[passage_id] for passage_id, _, index in hits}
    found |= {(each.passage.id, index): each for each in pinned for index in range(len(each.passage.sentences))}
    for (_, index), each in found.items():
        if each.passage.sentences[index].oversight:
            yield each, index
