"""Passages and sources as the catalogue has them in its rows, and back."""

import json
from collections.abc import Iterable

import numpy as np

from vectorstore.passages import Passage, Reference, Sentence, Source, Suspicion, Vector, Wording


def passage_row(passage: Passage, vectors: Vector) -> tuple[object, ...]:
    """The row of a passage, less its number; the vectors of its sentences are halved in precision."""
    sentences = [_sentence_row(each) for each in passage.sentences]
    half = np.asarray(vectors, dtype=np.float16).tobytes()
    place = (passage.source_id, passage.start, passage.end, passage.section, passage.page, passage.context)
    return (passage.id, *place, json.dumps(sentences), half)


def _sentence_row(sentence: Sentence) -> tuple[object, ...]:
    """A sentence as it is stored; the suspicion stands last, and only where there is one."""
    row = (sentence.start, sentence.end, sentence.paragraph, sentence.voices, int(sentence.oversight))
    return (*row, sentence.suspicion) if sentence.suspicion else row


def sentences_from(raw: Iterable[tuple[int, int, int, list[str], int, *tuple[str, ...]]]) -> tuple[Sentence, ...]:
    """Sentences as they are stored in the row of their passage."""
    return tuple(
        Sentence(start, end, paragraph, tuple(voices), bool(oversight), *map(Suspicion, suspicion))
        for start, end, paragraph, voices, oversight, *suspicion in raw
    )


def source_from(data: str) -> Source:
    """A source as it is stored, by this version or an earlier one."""
    fields = json.loads(data)
    after = fields.pop("after")
    wording = Wording(fields.pop("wording"))
    also, page_labels = tuple(fields.pop("also", ())), tuple(fields.pop("page_labels", ()))
    return Source(**fields, wording=wording, after=Reference(**after) if after else None, also=also, page_labels=page_labels)
