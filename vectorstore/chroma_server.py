"""A Chroma server: one node, the distributed engine or the hosted one, by the same client. Asked again when it fails, calmly.

What goes wrong is an UnreachableError in the end; what is not there is None, or a GoneError from what was opened before.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.api.models.Collection import Collection as Collection  # noqa: PLC0414  # for those who ask it something
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import (
    AuthorizationError,
    ChromaAuthError,
    ChromaError,
    InternalError,
    NotFoundError,
    RateLimitError,
    UniqueConstraintError,
)

from vectorstore.errors import UnreachableError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_Result = TypeVar("_Result")
Metadata = Mapping[str, str | int | float | bool]

BATCH = 300
"""The most records in one call: what the hosted engine takes and gives, and far less than a server of one's own does."""
_PAUSES = (0.0, 0.1, 0.3, 0.6, 1.0)  # seconds before it is asked again: a server that is restarted is back in about a second
_PATIENCE_SECONDS = 5.0  # one that let us wait that long is not asked again
_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_TRY_AGAIN = {429, 500, 502, 503, 504}
_REFUSED = {401, 403}
_PAGE = 1_000  # names of collections that are listed at once


class GoneError(Exception):
    """A collection that was there is not any more."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is, and what it knows us by."""

    url: str
    token: str | None = field(default=None, repr=False)
    tenant: str = "default_tenant"
    database: str = "default_database"

    @property
    def digest(self) -> str:
        """Another one for each database of each server."""
        return hashlib.sha256(f"{self.url}\n{self.tenant}\n{self.database}".encode()).hexdigest()


class ChromaServer:
    """A server, connected to when it is first asked something; threads can ask at once."""

    def __init__(self, address: ServerAddress, batch: int = BATCH) -> None:
        """`batch` is the most records in one call, where it takes as many."""
        self.address, self._most = address, batch
        self._connecting = Lock()
        self._connected: ClientAPI | None = None

    @cached_property
    def batch(self) -> int:
        """How many records it takes in one call."""
        return min(self._most, self.ask(lambda client: client.get_max_batch_size()))

    def ask(self, action: Callable[["ClientAPI"], _Result]) -> _Result:
        """What it answers; an action that may have been done already is done again when that is not known.

        Raises:
            GoneError: a collection of the action is not there.
            UnreachableError: it cannot be reached, or refuses.
        """
        began, problem = time.monotonic(), Exception()
        for pause in _PAUSES:
            time.sleep(pause)
            try:
                return action(self._client())
            except NotFoundError as error:
                raise GoneError(str(error)) from error
            except (ChromaError, httpx.HTTPError, ValueError) as error:
                problem = error
            except Exception as error:
                if type(error) is not Exception:  # that is how the client hands on an answer that is not of Chroma
                    raise
                problem = error
            if not _may_pass(problem) or time.monotonic() - began > _PATIENCE_SECONDS:
                break
        raise self._unreachable(problem) from problem

    def collection(self, name: str) -> Collection | None:
        """A collection, or None where there is none."""
        with suppress(GoneError):
            return self.ask(lambda client: client.get_collection(name, embedding_function=None))
        return None

    def make(self, name: str, metadata: Metadata, *, space: str = "cosine") -> Collection:
        """A collection, made where it is not there."""
        configuration = {"hnsw": {"space": space}}
        return self.ask(
            lambda client: client.get_or_create_collection(
                name,
                configuration=configuration,  # type: ignore[arg-type]  # a plain dict is accepted
                metadata=dict(metadata),
                embedding_function=None,
            )
        )

    def claim(self, name: str, metadata: Metadata) -> Collection | None:
        """A collection that was not there, made; None where it is: of all who claim a name at once, one gets it."""

        def create(client: "ClientAPI") -> Collection | None:
            try:
                return client.create_collection(name, metadata=dict(metadata), embedding_function=None)
            except ChromaError as error:
                if isinstance(error, UniqueConstraintError) or "already exists" in str(error):
                    return None
                raise

        return self.ask(create)

    def names(self, prefix: str) -> list[str]:
        """The names of all collections that begin so."""
        found: list[str] = []
        while True:
            page = self.ask(partial(_list_page, offset=len(found)))
            found += [each.name for each in page]
            if len(page) < _PAGE:
                return [name for name in found if name.startswith(prefix)]

    def delete(self, name: str) -> None:
        """Take a collection away; there need not be one."""
        with suppress(GoneError):
            self.ask(lambda client: client.delete_collection(name))

    def fork(self, name: str, fork: str) -> None:
        """Make a collection that is the same as another one; only the distributed engine and the hosted one can."""
        collection = self.collection(name)
        if collection is not None:
            self.ask(lambda _client: collection.fork(fork))

    def rename(self, collection: Collection, name: str) -> None:
        """Give this very collection another name, whatever bears its name by now."""
        self.ask(lambda _client: collection.modify(name=name))

    def _client(self) -> "ClientAPI":
        with self._connecting:
            if self._connected is None:
                self._connected = _connect(self.address)
            return self._connected

    def _unreachable(self, problem: Exception) -> UnreachableError:
        where = f"The Chroma server at {self.address.url!r}"
        status = _status(problem)
        if status in _REFUSED or isinstance(problem, AuthorizationError | ChromaAuthError):
            return UnreachableError(
                f"{where} does not let us in. Check KANTTEKENING_CHROMA_TOKEN, and the tenant and the database that are set."
            )
        if isinstance(problem, ChromaError) and not isinstance(problem, InternalError | RateLimitError):
            return UnreachableError(f"{where} refuses what it is asked ({type(problem).__name__}). See its log and its quotas.")
        why = f"it answers {status}" if status else "there is no answer"
        return UnreachableError(
            f"{where} cannot be reached ({why}). Check whether it runs and KANTTEKENING_CHROMA_URL, and try again."
        )


def _list_page(client: "ClientAPI", offset: int) -> Sequence[Collection]:
    return client.list_collections(limit=_PAGE, offset=offset)


def _connect(address: ServerAddress) -> "ClientAPI":
    parts = urlsplit(address.url)
    secure = parts.scheme == "https"
    # The hosted engine looks at the one, and what usually stands before a server of one's own at the other.
    headers = {"X-Chroma-Token": address.token, "Authorization": f"Bearer {address.token}"} if address.token else {}
    client = chromadb.HttpClient(
        host=parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        ssl=secure,
        headers=headers,
        settings=ChromaSettings(anonymized_telemetry=False),
        tenant=address.tenant,
        database=address.database,
    )
    # It otherwise waits for ever. There is no setting for it.
    client._server._session.timeout = _TIMEOUT  # type: ignore[attr-defined]  # noqa: SLF001
    return client


def _may_pass(problem: Exception) -> bool:
    """Whether it may go better in a moment."""
    if isinstance(problem, InternalError | RateLimitError):
        return True
    cause = _cause(problem)
    if isinstance(cause, httpx.HTTPStatusError):
        return cause.response.status_code in _TRY_AGAIN
    return isinstance(cause, httpx.TransportError) and not isinstance(cause, httpx.ReadTimeout)


def _status(problem: Exception) -> int | None:
    cause = _cause(problem)
    return cause.response.status_code if isinstance(cause, httpx.HTTPStatusError) else None


def _cause(problem: BaseException | None) -> BaseException | None:
    """What went wrong with the connection, under what the client made of it."""
    while problem is not None and not isinstance(problem, httpx.HTTPStatusError | httpx.TransportError):
        problem = problem.__cause__ or problem.__context__
    return problem
