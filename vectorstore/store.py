"""Vectors in, similarities out: what is asked of Chroma. Who can be reached over a network is in `chroma_server`."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Ids
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import chromadb
import numpy as np
from chromadb.api.collection_configuration import UpdateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from vectorstore.embeddings import ModelId
from vectorstore.errors import DamagedEditionError, ModelMismatchError, UnavailableError
from vectorstore.hnsw_files import blank_unused
from vectorstore.passages import Vector

if TYPE_CHECKING:
    from chromadb.api.client import Client

_Result = TypeVar("_Result")
_PASSAGES, _CAVEATS = "passages", "caveats"
_OPENING = Lock()  # Chroma has one client's worth of state per path in a process, and two threads that open it trip over it
_SYNC_AT_ONCE: UpdateHNSWConfiguration = {"sync_threshold": 2, "batch_size": 2}
_SYNC_SELDOM: UpdateHNSWConfiguration = {"sync_threshold": 1000, "batch_size": 100}  # Chroma's own
_RUN = 2_000  # vectors that are copied at once


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its id, and its cosine similarity, at most 1, higher is closer."""

    id: str
    similarity: float


class PassageStore:
    """The vectors of an edition's passages, and of the single sentences that can be its caveat."""

    def __init__(self, folder: Path, model: ModelId, *, create: bool = False) -> None:
        """Open the store in a folder, or create it there.

        Raises:
            DamagedEditionError: there is no store, or it cannot be read.
            ModelMismatchError: its vectors were made by another model.
        """
        # Chroma makes a new store where there is none, which would answer every question with nothing.
        if not create and not (folder / "chroma.sqlite3").is_file():
            raise DamagedEditionError(f"There is no vector store in {str(folder)!r}. Restore an earlier edition, or ingest again.")
        settings = ChromaSettings(anonymized_telemetry=False)
        try:
            with _OPENING:
                self._client: Client = chromadb.PersistentClient(str(folder), settings=settings)  # type: ignore[assignment]  # declared wider than it is
            self._passages = self._collection(_PASSAGES, model, create=create)
            self._caveats = self._collection(_CAVEATS, model, create=create)
        except (NotFoundError, ChromaError, ValueError, OSError) as error:
            advice = "Restore an earlier edition, or ingest again."
            if not os.access(folder / "chroma.sqlite3", os.W_OK):
                advice = "Chroma must be able to write what it reads: check the rights of KANTTEKENING_HOME."
            raise DamagedEditionError(
                f"The vector store in {str(folder)!r} cannot be opened ({type(error).__name__}). {advice}"
            ) from error

    def close(self) -> None:
        """Let go of the files."""
        with _OPENING:
            self._client.close()

    @cached_property
    def sizes_read(self) -> tuple[int, int]:
        """How many passages and caveat sentences there are, asked once: that costs a search, and what is read does not change."""
        return self._passages.count(), self._caveats.count()

    def count(self) -> int:
        """How many passages have a vector."""
        return self._passages.count()

    def search(self, vector: Vector, limit: int) -> list[Hit]:
        """The passages nearest to a vector, best first."""
        return _hits(self._passages, [vector], min(limit, self.sizes_read[0]))

    def search_caveats(self, vectors: Sequence[Vector], limit: int) -> list[Hit]:
        """The caveat sentences nearest to each vector in turn, best first; an id is `passage id:index of the sentence`."""
        return _hits(self._caveats, vectors, min(limit, self.sizes_read[1]))

    def add(self, ids: Sequence[str], vectors: Vector, source_ids: Sequence[str]) -> None:
        """Add passages."""
        self._add(self._passages, ids, vectors, source_ids)

    def add_caveats(self, ids: Sequence[str], vectors: Vector, source_ids: Sequence[str]) -> None:
        """Add sentences that can be the caveat."""
        self._add(self._caveats, ids, vectors, source_ids)

    def remove(self, passage_ids: Sequence[str], caveat_ids: Sequence[str]) -> None:
        """Take out passages and caveat sentences."""
        for collection, ids in ((self._passages, passage_ids), (self._caveats, caveat_ids)):
            for batch in self._batches(len(ids)):
                self._write(partial(collection.delete, ids=list(ids[batch])))

    def load(self) -> None:
        """Read the vectors into memory; Chroma otherwise does so at the first search."""
        for collection, count in zip((self._passages, self._caveats), self.sizes_read, strict=True):
            if count:
                size = len(np.asarray(collection.get(limit=1, include=["embeddings"])["embeddings"])[0])
                _hits(collection, [np.zeros(size, dtype=np.float32)], 1)

    def copy_to(self, other: "PassageStore", without: Ids[str]) -> None:
        """Add every vector to another store, but for those of some sources.

        Raises:
            DamagedEditionError: one cannot be read.
        """
        for ours, theirs in ((self._passages, other._passages), (self._caveats, other._caveats)):  # noqa: SLF001  # of our own kind
            for ids, vectors, source_ids in self._vectors(ours, without):
                other._add(theirs, ids, vectors, source_ids)  # noqa: SLF001  # likewise

    def _collection(self, name: str, model: ModelId, *, create: bool) -> Collection:
        if create:
            configuration = {"hnsw": {"space": "cosine"}}
            return self._client.create_collection(
                name,
                configuration=configuration,  # type: ignore[arg-type]  # a plain dict is accepted
                metadata=identity(model),
                embedding_function=None,
            )
        collection = self._client.get_collection(name, embedding_function=None)
        check_model(collection, model)
        return collection

    def _add(self, collection: Collection, ids: Sequence[str], vectors: Vector, source_ids: Sequence[str]) -> None:
        for batch in self._batches(len(ids)):
            metadata = [{"source_id": source_id} for source_id in source_ids[batch]]
            self._write(partial(collection.add, ids=list(ids[batch]), embeddings=vectors[batch], metadatas=metadata))  # type: ignore[arg-type]  # one matrix is accepted

    def _batches(self, count: int) -> Iterator[slice]:
        for start in range(0, count, self._batch):
            yield slice(start, start + self._batch)

    @cached_property
    def _batch(self) -> int:
        """Chroma refuses more than this in one call."""
        return self._client.get_max_batch_size()

    def _vectors(self, collection: Collection, without: Ids[str]) -> Iterator[tuple[list[str], Vector, list[str]]]:
        """Ids, vectors and source ids, a run at a time."""
        run = min(_RUN, self._batch)
        for offset in range(0, collection.count(), run):
            found = self._read(partial(collection.get, limit=run, offset=offset, include=["embeddings", "metadatas"]))
            sources = [str(each["source_id"]) for each in found["metadatas"] or []]
            kept = [index for index, source_id in enumerate(sources) if source_id not in without]
            if kept:
                vectors = np.asarray(found["embeddings"], dtype=np.float32)[kept]
                yield [found["ids"][index] for index in kept], vectors, [sources[index] for index in kept]

    def _write(self, action: Callable[[], object]) -> None:
        """Chroma's errors while writing are those of the disk."""
        try:
            action()
        except ChromaError as error:
            raise UnavailableError(
                f"The vectors could not be written ({type(error).__name__}). Nothing was published; free some room and try again."
            ) from error

    def _read(self, action: Callable[[], _Result]) -> _Result:
        """Chroma's errors while reading all are those of the edition."""
        try:
            return action()
        except ChromaError as error:
            raise DamagedEditionError(
                f"The vectors in an edition cannot be read ({type(error).__name__}). Restore an earlier edition, or ingest again."
            ) from error


def identity(model: ModelId) -> dict[str, str]:
    """What is put down with vectors of the model that made them."""
    return {"model": model.name, "model_sha256": model.sha256}


def check_model(collection: Collection, model: ModelId) -> None:
    """Refuse vectors that another model made.

    Raises:
        ModelMismatchError: it did.
    """
    made_by = collection.metadata or {}
    if {key: made_by.get(key) for key in identity(model)} != identity(model):
        raise ModelMismatchError(
            f"The edition was made with the embedding model {made_by.get('model')!r}, and {model.name!r} "
            "is set (or its files have changed). Run `kanttekening ingest` to rebuild it with this one, "
            "or set KANTTEKENING_EMBEDDING_MODEL."
        )


def _hits(collection: Collection, vectors: Sequence[Vector], limit: int) -> list[Hit]:
    """The nearest of all vectors in one call: each costs a millisecond, or a way over the network."""
    if limit == 0:
        return []
    found = collection.query(query_embeddings=np.asarray(vectors), n_results=limit, include=["distances"])
    pairs = zip(chain.from_iterable(found["ids"]), chain.from_iterable(found["distances"] or []), strict=True)
    return [Hit(found_id, 1.0 - distance) for found_id, distance in pairs]


def settle(folder: Path, model: ModelId) -> None:
    """Have Chroma write all vectors of a closed store to the files of its indexes, and nothing else.

    It otherwise does so for every thousand vectors only, and whoever opens the store before writes files that hold, past
    the vectors, whatever is in that process's memory: any text that it has read.
    """
    for at_once in (True, False):
        store = PassageStore(folder, model)
        try:
            for collection in (store._passages, store._caveats):  # noqa: SLF001  # this is of the store
                if not at_once:
                    store._write(partial(_touch, collection))  # noqa: SLF001  # likewise
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # about an embedding function, of which there is none
                    collection.modify(configuration={"hnsw": _SYNC_AT_ONCE if at_once else _SYNC_SELDOM})
        finally:
            store.close()
    blank_unused(folder)


def _touch(collection: Collection) -> None:
    """Write one vector again, as often as makes Chroma write out all."""
    found = collection.get(limit=1, include=["embeddings"])
    for _ in range(_SYNC_AT_ONCE["sync_threshold"] if found["ids"] else 0):
        collection.update(ids=found["ids"], embeddings=found["embeddings"])
