"""One ingest at a time among machines that share a Chroma server: a collection by a name that only one of them can take.

Whoever has it renews it while at work. One that was killed does not: its own machine takes the lock back at once, and another
machine when it was not renewed for two minutes. It breaks a lock by renaming that very collection, so that it cannot break
one that somebody else has taken meanwhile.
"""

import platform
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

from vectorstore.chroma_server import ChromaServer, Collection, GoneError
from vectorstore.errors import BusyError, UnreachableError
from vectorstore.locks import FileLock

LEASE_SECONDS, _RENEWED_SECONDS = 120, 20
_TRIES = 5
_MAX_HOST = 100


class ServerLock:
    """The lock under a name, held until `release`; with it goes the one on this machine, which was taken before."""

    def __init__(
        self, server: ChromaServer, prefix: str, holder: str, here: FileLock, now: Callable[[], float] = time.time
    ) -> None:
        """Take it at once; `holder` is this home on this machine.

        Raises:
            BusyError: another machine has it.
        """
        self._server, self._name, self._now, self._holder, self._here = server, f"{prefix}-lock", now, holder, here
        self._broken = f"{prefix}-broken-"
        try:
            self._held = self._take()
        except BaseException:
            here.release()
            raise
        self._released = Event()
        self._renewing = Thread(target=self._renew, name="server-lock", daemon=True)
        self._renewing.start()

    def check(self) -> None:
        """Make sure that it is held still.

        Raises:
            UnreachableError: another machine took it, as this one did not renew it for too long.
        """
        found = self._server.collection(self._name)
        if found is None or found.id != self._held.id:
            raise UnreachableError(
                f"Another machine took over: this one could not reach the Chroma server at {self._server.address.url!r} "
                "for two minutes. Nothing was published; try again."
            )

    def release(self) -> None:
        """Let go; once that is done there is nothing more to it."""
        if not self._released.is_set():
            self._released.set()
            self._renewing.join()
            with suppress(UnreachableError):  # it is not renewed any more, and this machine takes it back
                self._break(self._held)
            self._here.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _take(self) -> Collection:
        for _ in range(_TRIES):
            taken = self._server.claim(self._name, self._said())
            if taken is not None:
                return taken
            other = self._server.collection(self._name)
            if other is not None:
                self._break_dead(other)
        raise BusyError("Other machines are at it too. Try again.")

    def _break_dead(self, other: Collection) -> None:
        said = other.metadata or {}
        if said.get("holder") != self._holder and float(said.get("at", 0)) > self._now() - LEASE_SECONDS:
            raise BusyError(f"Another ingest is running, on {str(said.get('host'))!r}. Wait until it is done and try again.")
        self._break(other)

    def _break(self, collection: Collection) -> None:
        name = self._broken + secrets.token_hex(8)
        with suppress(GoneError):
            self._server.rename(collection, name)
            self._server.delete(name)

    def _renew(self) -> None:
        while not self._released.wait(_RENEWED_SECONDS):
            with suppress(GoneError, UnreachableError):  # `check` finds out
                self._server.ask(lambda _client: self._held.modify(metadata=dict(self._said())))

    def _said(self) -> dict[str, str | float]:
        return {"holder": self._holder, "host": platform.node()[:_MAX_HOST], "at": self._now()}
