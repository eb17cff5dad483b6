"""Builds the next edition beside the current one: fork, apply the difference, check."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ingest.oversight import can_be_caveat
from vectorstore.catalog import Catalog, Entry, StoredPassage
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.errors import UnavailableError
from vectorstore.kinship import build_kinship
from vectorstore.lexical import build_lexical_index
from vectorstore.passages import Document, Passage, Source, Vector
from vectorstore.store import PassageStore

Progress = Callable[[int, int], None]
"""Hears how many texts are embedded, of how many."""


class EditionBuilder:
    """The next edition, in a folder of its own; nothing that is being read is touched."""

    def __init__(self, folder: Path, embeddings: PassageEmbeddings, base: Path | None) -> None:
        """Start from a copy of `base`, made by the same model, or from nothing."""
        self._folder, self._embeddings, self._base = folder, embeddings, base
        if base is not None:
            shutil.copy2(base / "catalog.sqlite", folder / "catalog.sqlite")
            shutil.copytree(base / "chroma", folder / "chroma")
        self.catalog = Catalog(folder / "catalog.sqlite", writable=True)
        self._store = PassageStore(folder / "chroma", embeddings.model, create=base is None)
        self._puts: list[tuple[Document, Entry, Sequence[Passage]]] = []
        self._removed: list[str] = []
        self._relabelled: dict[str, tuple[Source, Entry]] = {}

    def remove(self, source_id: str) -> None:
        """Take a document out."""
        self._removed.append(source_id)

    def put(self, document: Document, entry: Entry, passages: Sequence[Passage]) -> None:
        """Add a document, or put it in the place of the one with its id."""
        self._puts.append((document, entry, passages))

    def relabel(self, source: Source, entry: Entry) -> None:
        """Put down that a document whose text stays is at other places."""
        self.catalog.relabel(source, entry)  # at once, as another document may come to the place that this one had
        self._relabelled[source.id] = source, entry

    def finish(self, progress: Progress | None = None) -> tuple[int, int, int]:
        """Apply everything, index, check; returns (documents, passages, passages embedded)."""
        for source_id in self._removed:
            self._drop(source_id, keep=frozenset())
        known = {
            stored.passage.id: stored for document, _, _ in self._puts for stored in self.catalog.passages_of(document.source.id)
        }
        fresh = [passage for _, _, passages in self._puts for passage in passages if passage.id not in known]
        passage_vectors, sentence_vectors = self._embed(fresh, progress)
        vectors = {**{stored.passage.id: stored.vectors for stored in known.values()}, **sentence_vectors}
        for document, entry, passages in self._puts:
            self._drop(document.source.id, keep=frozenset(passage.id for passage in passages))
            self.catalog.add(document, entry, passages, vectors)
            self._add_caveats(passages, vectors)
        for source, entry in self._relabelled.values():
            self.catalog.relabel(source, entry)
        self._store.add([passage.id for passage in fresh], passage_vectors, [passage.source_id for passage in fresh])
        self._index()
        documents, count = self.catalog.counts()
        self._check(count)
        return documents, count, len(fresh)

    def close(self) -> None:
        """Write everything out and let go of the files."""
        self.catalog.close()
        self._store.close()

    def _drop(self, source_id: str, keep: frozenset[str]) -> None:
        """Take a document out; the vectors of passages that stay are kept."""
        before = self.catalog.passages_of(source_id)
        gone = [stored.passage.id for stored in before if stored.passage.id not in keep]
        self._store.remove(gone, [caveat for stored in before for caveat in _caveat_ids(stored.passage)])
        self.catalog.remove(source_id)

    def _embed(self, passages: Sequence[Passage], progress: Progress | None) -> tuple[Vector, dict[str, Vector]]:
        """The vectors of the passages, and of the sentences of each."""
        done = 0

        def on_done(more: int) -> None:
            nonlocal done
            done += more
            if progress:
                progress(done, len(passages))

        spans = [_sentence_spans(passage) for passage in passages]
        vectors, inside = self._embeddings.encode_with_sentences([passage.embedded_text for passage in passages], spans, on_done)
        return vectors, {passage.id: rows for passage, rows in zip(passages, inside, strict=True)}

    def _add_caveats(self, passages: Sequence[Passage], vectors: dict[str, Vector]) -> None:
        chosen = [
            (caveat_id, passage.source_id, vectors[passage.id][index])
            for passage in passages
            for index, caveat_id in _caveats(passage)
        ]
        if chosen:
            ids, source_ids, rows = zip(*chosen, strict=True)
            self._store.add_caveats(ids, np.array(rows), source_ids)

    def _index(self) -> None:
        languages = {source.id: "en" if source.language == "en" else "nl" for source in self.catalog.sources()}
        passages = (
            (each.row, each.passage.embedded_text, languages[each.passage.source_id]) for each in self.catalog.all_passages()
        )
        words = build_lexical_index(self._folder / "bm25", passages)  # type: ignore[arg-type]  # the two literals are what it takes
        before = self._base / "kinship" if self._base else None
        build_kinship(self._folder / "kinship", words, self._embeddings.encode_passages, before)

    def _check(self, count: int) -> None:
        """An edition whose parts do not agree is never published."""
        wrong = [stored for stored in self.catalog.all_passages() if not _is_sound(stored)]
        if wrong or self._store.count() != count:
            raise UnavailableError(
                f"The new edition does not add up ({self._store.count()} vectors for {count} passages, {len(wrong)} out of place). "
                "Nothing was published; try again, and report this if it stays."
            )


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


def _is_sound(stored: StoredPassage) -> bool:
    passage = stored.passage
    return len(passage.text) == passage.end - passage.start and len(stored.vectors) == len(passage.sentences)
