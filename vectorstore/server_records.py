"""Small records on a Chroma server, by id: the pointer, and the pieces of files."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import numpy as np

from vectorstore.chroma_server import ChromaServer, Collection, GoneError, Metadata
from vectorstore.passages import Vector

_Result = TypeVar("_Result")
_DIMENSIONS = 8


class Records:
    """What stands in a collection that nobody searches."""

    def __init__(self, server: ChromaServer, name: str) -> None:
        """Under the name of a collection, which is made for the first record."""
        self._server, self._name = server, name
        self._collection: Collection | None = None

    def get(self, ids: Sequence[str]) -> dict[str, Metadata]:
        """Those that are there."""
        found: dict[str, Metadata] = {}
        for batch in _batches(ids, self._server.batch if len(ids) > 1 else 1):
            result = self._ask(lambda it, batch=batch: it.get(ids=batch, include=["metadatas"]))  # type: ignore[misc]  # of a loop
            if result is not None:
                found |= dict(zip(result["ids"], result["metadatas"] or [], strict=True))
        return found

    def known(self, ids: Sequence[str]) -> set[str]:
        """The ids of these that are there."""
        found: set[str] = set()
        for batch in _batches(ids, self._server.batch):
            result = self._ask(lambda it, batch=batch: it.get(ids=batch, include=[]))  # type: ignore[misc]  # of a loop
            found.update(result["ids"] if result is not None else ())
        return found

    def ids(self) -> set[str]:
        """The ids of all."""
        found: set[str] = set()
        while True:
            offset, limit = len(found), self._server.batch
            result = self._ask(lambda it, offset=offset, limit=limit: it.get(limit=limit, offset=offset, include=[]))  # type: ignore[misc]  # of a loop
            found.update(result["ids"] if result is not None else ())
            if len(found) < offset + limit:
                return found

    def put(self, records: Mapping[str, Metadata]) -> None:
        """Add records, or put them in the place of those with their ids; one record is put whole or not at all."""
        collection = self._server.make(self._name, {"of": "kanttekening"})
        for batch in _batches(list(records), self._server.batch):
            metadatas = [dict(records[each]) for each in batch]
            self._server.ask(
                lambda _client, batch=batch, metadatas=metadatas: collection.upsert(  # type: ignore[misc]  # of a loop
                    ids=batch, embeddings=np.array([_any_vector(each) for each in batch]), metadatas=metadatas
                )
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Take records away."""
        for batch in _batches(ids, self._server.batch):
            self._ask(lambda it, batch=batch: it.delete(ids=batch))  # type: ignore[misc]  # of a loop

    def _ask(self, action: Callable[[Collection], _Result]) -> _Result | None:
        """What the collection answers, or None where there is none; one that was made anew is found again."""
        if self._collection is not None:
            with suppress(GoneError):
                return self._act(action, self._collection)
        self._collection = self._server.collection(self._name)
        return None if self._collection is None else self._act(action, self._collection)

    def _act(self, action: Callable[[Collection], _Result], collection: Collection) -> _Result:
        return self._server.ask(lambda _client: action(collection))


def _batches(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _any_vector(record_id: str) -> Vector:
    """A record needs one; those of two records are seldom the same, which an index would not like."""
    return np.frombuffer(hashlib.sha256(record_id.encode()).digest()[:_DIMENSIONS], dtype=np.uint8).astype(np.float32)
