"""Builds the next edition beside the current one: fork, apply the difference, check.

Passages stream through: a batch is embedded while the one before it is written, and then forgotten.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.oversight import can_be_caveat
from vectorstore.catalog import Catalog
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.entries import Entry
from vectorstore.errors import UnavailableError
from vectorstore.indexing import LexicalBuilder
from vectorstore.kinship import build_kinship
from vectorstore.languages import Language
from vectorstore.passages import Document, Passage, Source, Vector
from vectorstore.stores import IN_FOLDER, Stores

_BATCH = 1_024  # passages, with about five sentences each: 10 MB of vectors

Progress = Callable[[int, int], None]
"""Hears how many texts are embedded, of how many that there are so far."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Passages of one document that are written together; the document itself goes before the first of them."""

    document: tuple[Document, Entry, frozenset[str]] | None
    source: Source
    passages: Sequence[Passage]
    kept: Mapping[str, Vector]

    @property
    def fresh(self) -> list[Passage]:
        """The passages that have no vectors yet."""
        return [passage for passage in self.passages if passage.id not in self.kept]


class EditionBuilder:
    """The next edition, in a folder of its own; nothing that is being read is touched.

    `remove` and `put` may be called in any order; where both name a document, it is put. What goes wrong while a batch is
    written is raised by the next call.
    """

    def __init__(
        self,
        folder: Path,
        embeddings: PassageEmbeddings,
        base: Path | None,
        progress: Progress | None = None,
        stores: Stores = IN_FOLDER,
    ) -> None:
        """Start from a copy of `base`, made by the same model, or from nothing."""
        self._folder, self._embeddings, self._base, self._progress = folder, embeddings, base, progress
        model = embeddings.model
        if base is not None:
            shutil.copyfile(base / "catalog.sqlite", folder / "catalog.sqlite")
        self._before = Catalog(base / "catalog.sqlite") if base else None
        self._catalog = Catalog(folder / "catalog.sqlite", writable=True)
        self._store = stores.fork(base, folder, model) if base else stores.create(folder, model)
        self._lexical = LexicalBuilder(base / "bm25" if base else None)
        self._waiting: list[_Part] = []
        self._counted = self._fresh = self._embedded = 0
        self._put: dict[str, str] = {}
        self._removed: set[str] = set()
        self._displaced: set[str] = set()
        self._relabelled: dict[str, tuple[Source, Entry]] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="edition-writer")
        self._writing: Future[None] | None = None

    @property
    def catalog(self) -> Catalog:
        """The catalogue of the next edition, which nobody else is writing to until the next `put` or `finish`."""
        self._wait()
        return self._catalog

    def remove(self, source_id: str) -> None:
        """Take a document out."""
        self._removed.add(source_id)
        self._relabelled.pop(source_id, None)

    def put(self, document: Document, entry: Entry, passages: Sequence[Passage]) -> None:
        """Add a document, or put it in the place of the one with its id, or of the one at its place that is not put elsewhere.

        Passages that it had before, of the same sentences, keep their vectors.
        """
        source = document.source
        self._relabelled.pop(source.id, None)
        before = self._before.passages_of(source.id) if self._before and source.id not in self._put else []
        spans = {passage.id: _sentence_spans(passage) for passage in passages}
        kept = {each.passage.id: each.vectors for each in before if spans.get(each.passage.id) == _sentence_spans(each.passage)}
        whole: tuple[Document, Entry, frozenset[str]] | None = (document, entry, frozenset(kept))
        for start in range(0, max(len(passages), 1), _BATCH):
            self._add(_Part(whole, source, passages[start : start + _BATCH], kept))
            whole = None

    def relabel(self, source: Source, entry: Entry) -> None:
        """Put down that a document whose text stays is at other places; another may come to the one that it had."""
        self._wait()
        self._stand(source, entry)
        self._relabelled[source.id] = source, entry

    def finish(self) -> tuple[int, int, int]:
        """Apply what remains, index, check; returns (documents, passages, passages embedded)."""
        self._flush()
        catalog = self.catalog
        for source, entry in self._relabelled.values():  # of those too that were waiting to be written
            self._stand(source, entry)
        for source_id in (self._removed | self._displaced) - self._put.keys():
            self._drop(source_id, keep=frozenset())
        self._index()
        catalog.commit()
        documents, count = catalog.counts()
        self._check(count)
        return documents, count, self._fresh

    def close(self) -> None:
        """Write everything out and let go of the files; a batch that waits is not written any more."""
        with ExitStack() as closing:  # each is let go of, also where another cannot write any more
            closing.callback(self._store.close)
            closing.callback(self._catalog.close)
            if self._before:
                closing.callback(self._before.close)
            self._writer.shutdown(cancel_futures=True)

    def _add(self, part: _Part) -> None:
        if part.document:
            self._put[part.source.id] = part.source.place
        self._waiting.append(part)
        self._counted += len(part.passages)
        if self._counted >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        """Embed what waits, while the batch before it is written, and have it written in its turn."""
        parts, self._waiting, self._counted = self._waiting, [], 0
        fresh = [passage for part in parts for passage in part.fresh]
        self._fresh += len(fresh)
        vectors, inside = self._embed(fresh)
        self._wait()
        self._writing = self._writer.submit(self._write, parts, fresh, vectors, inside)

    def _wait(self) -> None:
        if self._writing:
            self._writing.result()

    def _embed(self, passages: Sequence[Passage]) -> tuple[Vector, Sequence[Vector]]:
        """The vectors of the passages, and of the sentences of each."""
        spans = [_sentence_spans(passage) for passage in passages]
        return self._embeddings.encode_with_sentences([passage.embedded_text for passage in passages], spans, self._on_done)

    def _on_done(self, more: int) -> None:
        self._embedded += more
        if self._progress:
            self._progress(self._embedded, self._fresh)

    def _write(self, parts: Sequence[_Part], fresh: Sequence[Passage], vectors: Vector, inside: Sequence[Vector]) -> None:
        rows = {passage.id: each for passage, each in zip(fresh, inside, strict=True)}
        for part in parts:
            if part.document:
                document, entry, stay = part.document
                self._drop(document.source.id, keep=stay)
                self._make_room(document.source)
                self._catalog.add(document, entry)
            of_part = {**rows, **part.kept}
            self._catalog.add_passages(part.passages, of_part)
            self._add_caveats(part.passages, of_part)
            for passage in part.passages:
                self._lexical.add(passage.id, passage.embedded_text, _indexed_as(part.source))
        self._store.add([passage.id for passage in fresh], vectors, [passage.source_id for passage in fresh])

    def _make_room(self, source: Source) -> None:
        """Move a document aside that stands where another comes; it may be put elsewhere later, and keeps its vectors till then."""
        other = self._catalog.source_at(source.place)
        if other is not None and self._put.get(other) != source.place:
            self._catalog.displace(other)
            self._displaced.add(other)

    def _stand(self, source: Source, entry: Entry) -> None:
        """Put a document at its place; one that stands there still is about to go, or to be put or relabelled itself."""
        other = self._catalog.source_at(source.place)
        if other is not None and other != source.id:
            self._catalog.displace(other)
            self._displaced.add(other)
        self._catalog.relabel(source, entry)
        self._displaced.discard(source.id)

    def _drop(self, source_id: str, keep: frozenset[str]) -> None:
        """Take a document out; the vectors of passages that stay are kept."""
        before = self._catalog.passages_of(source_id)
        gone = [stored.passage.id for stored in before if stored.passage.id not in keep]
        self._store.remove(gone, [caveat for stored in before for caveat in _caveat_ids(stored.passage)])
        self._catalog.remove(source_id)

    def _add_caveats(self, passages: Sequence[Passage], vectors: Mapping[str, Vector]) -> None:
        chosen = [
            (caveat_id, passage.source_id, vectors[passage.id][index])
            for passage in passages
            for index, caveat_id in _caveats(passage)
        ]
        if chosen:
            ids, source_ids, rows = zip(*chosen, strict=True)
            self._store.add_caveats(ids, np.array(rows), source_ids)

    def _index(self) -> None:
        languages = {source.id: _indexed_as(source) for source in self._catalog.sources()}
        passages = [(row, passage_id, languages[source_id]) for row, passage_id, source_id in self._catalog.passage_rows()]
        unknown = [row for row, passage_id, language in passages if not self._lexical.knows(passage_id, language)]
        for stored in self._catalog.passages_at(unknown):
            passage = stored.passage
            self._lexical.add(passage.id, passage.embedded_text, languages[passage.source_id])
        words = self._lexical.write(self._folder / "bm25", passages)
        before = self._base / "kinship" if self._base else None
        build_kinship(self._folder / "kinship", words, self._embeddings.encode_passages, before)

    def _check(self, count: int) -> None:
        """An edition whose parts do not agree is never published."""
        wrong = self._catalog.unsound_passages()
        if wrong or self._store.count() != count:
            raise UnavailableError(
                f"The new edition does not add up ({self._store.count()} vectors for {count} passages, {wrong} out of place). "
                "Nothing was published; try again, and report this if it stays."
            )


def _indexed_as(source: Source) -> Language:
    return "en" if source.language == "en" else "nl"


def _sentence_spans(passage: Passage) -> list[tuple[int, int]]:
    """Where the sentences stand in the embedded text."""
    shift = len(passage.embedded_text) - len(passage.text) - passage.start
    return [(sentence.start + shift, sentence.end + shift) for sentence in passage.sentences]


def _caveats(passage: Passage) -> list[tuple[int, str]]:
    return [
        (index, f"{passage.id}:{index}")
        for index, sentence in enumerate(passage.sentences)
        if sentence.oversight and can_be_caveat(passage.text_of(sentence))
    ]


def _caveat_ids(passage: Passage) -> list[str]:
    return [caveat_id for _, caveat_id in _caveats(passage)]
