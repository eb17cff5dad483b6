"""The vectors of editions on a Chroma server: two collections each, named after a token that is in the edition's folder."""

import json
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from vectorstore.chroma_server import ChromaServer, Collection, GoneError
from vectorstore.embeddings import ModelId
from vectorstore.errors import DamagedEditionError, UnreachableError
from vectorstore.passages import Vector
from vectorstore.store import Hit, PassageStore, check_model, identity

_Result = TypeVar("_Result")
VECTORS = "vectors.json"
"""The file in an edition's folder that names its vectors."""
KINDS = ("passages", "caveats")


def read_token(folder: Path) -> str:
    """What the vectors of the edition in a folder are named after.

    Raises:
        DamagedEditionError: it does not say.
    """
    try:
        return str(json.loads((folder / VECTORS).read_text("utf-8"))["token"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedEditionError(f"{str(folder)!r} does not say where its vectors are. Ingest again.") from error


class ServerStore(PassageStore):
    """Vectors on a server. Every method raises UnreachableError where it does not answer."""

    def __init__(self, server: ChromaServer, names: Sequence[str], model: ModelId, *, create: bool = False) -> None:
        """Open the collections with these names, or make them.

        Raises:
            DamagedEditionError: they are not there.
            ModelMismatchError: their vectors were made by another model.
        """
        self._server = server
        self._passages, self._caveats = (self._named(name, model, create=create) for name in names)

    def close(self) -> None:
        """Nothing is open."""

    def count(self) -> int:
        """See `PassageStore`."""
        return self._ask(self._passages.count)

    @cached_property
    def sizes_read(self) -> tuple[int, int]:
        """See `PassageStore`."""
        return self.sizes()

    def sizes(self) -> tuple[int, int]:
        """How many passages and caveat sentences there are by now."""
        return self.count(), self._ask(self._caveats.count)

    def search(self, vector: Vector, limit: int) -> list[Hit]:
        """See `PassageStore`."""
        return self._ask(lambda: super(ServerStore, self).search(vector, limit))

    def search_caveats(self, vectors: Sequence[Vector], limit: int) -> list[Hit]:
        """See `PassageStore`."""
        return self._ask(lambda: super(ServerStore, self).search_caveats(vectors, limit))

    def load(self) -> None:
        """See `PassageStore`: the server reads them into its memory."""
        self._ask(super().load)

    def _named(self, name: str, model: ModelId, *, create: bool) -> Collection:
        if create:
            return self._server.make(name, identity(model))
        found = self._server.collection(name)
        if found is None:
            raise _gone(name)
        check_model(found, model)
        return found

    @property
    def _batch(self) -> int:
        return self._server.batch

    def _write(self, action: Callable[[], object]) -> None:
        self._ask(action)

    def _read(self, action: Callable[[], _Result]) -> _Result:
        return self._ask(action)

    def _ask(self, action: Callable[[], _Result]) -> _Result:
        try:
            return self._server.ask(lambda _client: action())
        except GoneError as error:
            raise _gone(self._passages.name) from error


class ServerStores:
    """See `Stores`."""

    def __init__(self, server: ChromaServer, prefix: str, maker: str) -> None:
        """Collections begin with `prefix`, and are told apart by who made them and when."""
        self._server, self._prefix, self._maker = server, prefix, maker

    def names(self, token: str) -> list[str]:
        """The collections of the vectors that are named after a token."""
        return [f"{self._prefix}-{token}-{kind}" for kind in KINDS]

    def create(self, folder: Path, model: ModelId) -> PassageStore:
        """See `Stores`."""
        return ServerStore(self._server, self.names(self._new_token(folder)), model, create=True)

    def fork(self, base: Path, folder: Path, model: ModelId) -> PassageStore:
        """See `Stores`; the distributed engine forks a collection itself, one node has to be sent it again."""
        before = self.open(base, model)
        names = self.names(self._new_token(folder))
        for ours, theirs in zip(self.names(read_token(base)), names, strict=True):
            with suppress(UnreachableError):
                self._server.fork(ours, theirs)
        after = ServerStore(self._server, names, model, create=True)
        if after.sizes() != before.sizes():
            before.copy_to(after, without=())
        return after

    def open(self, folder: Path, model: ModelId) -> ServerStore:
        """See `Stores`."""
        return ServerStore(self._server, self.names(read_token(folder)), model)

    def settle(self, folder: Path, model: ModelId) -> None:
        """See `Stores`: what a server does with its files is its own affair."""

    def _new_token(self, folder: Path) -> str:
        token = f"{self._maker}-{int(time.time()):x}-{secrets.token_hex(4)}"
        (folder / VECTORS).write_text(json.dumps({"token": token}), "utf-8")
        return token


def _gone(name: str) -> DamagedEditionError:
    return DamagedEditionError(f"The vectors {name!r} are not on the Chroma server. Restore an earlier edition, or ingest again.")
