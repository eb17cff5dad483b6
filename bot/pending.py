"""Rehearsals that wait for a yes: one for each operator, for a while."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from bot.rehearsal import discard

if TYPE_CHECKING:
    from bot.rehearsal import Rehearsal
    from bot.workspace import Workspace

PATIENCE_SECONDS = 30 * 60.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A rehearsal, by whom it was asked for, and since when it waits."""

    rehearsal: "Rehearsal"
    owner: int
    since: float


class PendingRehearsals:
    """Keeps rehearsals until they are taken; may be used from several threads.

    One that was rehearsed before by the same operator makes place for the next. What nobody takes is discarded after
    half an hour by the next call, and at the latest by `close`; what a killed process kept is swept by the next ingest.
    """

    def __init__(
        self, workspace: "Workspace", *, patience_seconds: float = PATIENCE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace, self._patience, self._clock = workspace, patience_seconds, clock
        self._waiting: dict[str, _Waiting] = {}
        self._lock = Lock()

    def add(self, rehearsal: "Rehearsal", owner: int) -> str:
        """Keep a rehearsal for an operator; returns what it can be taken by, in eight characters that fit a button."""
        name = secrets.token_urlsafe(6)
        with self._lock:
            self._drop(lambda waiting: waiting.owner == owner or self._is_old(waiting))
            self._waiting[name] = _Waiting(rehearsal, owner, self._clock())
        return name

    def take(self, name: str, owner: int) -> "Rehearsal | None":
        """The rehearsal, to publish or to discard, once and only for who asked for it; None where it is not there any more."""
        with self._lock:
            self._drop(self._is_old)
            waiting = self._waiting.get(name)
            return self._waiting.pop(name).rehearsal if waiting and waiting.owner == owner else None

    def is_of_another(self, name: str, owner: int) -> bool:
        """Whether a rehearsal waits for somebody else."""
        with self._lock:
            waiting = self._waiting.get(name)
            return waiting is not None and waiting.owner != owner

    def put_back(self, name: str, rehearsal: "Rehearsal", owner: int) -> None:
        """Keep a rehearsal that was taken and could not be dealt with, by the name that it had."""
        with self._lock:
            self._waiting[name] = _Waiting(rehearsal, owner, self._clock())

    def sweep(self) -> int:
        """Discard what has waited too long; returns how many there were."""
        with self._lock:
            return self._drop(self._is_old)

    def close(self) -> None:
        """Discard all."""
        with self._lock:
            self._drop(lambda _waiting: True)

    def _is_old(self, waiting: _Waiting) -> bool:
        return self._clock() - waiting.since > self._patience

    def _drop(self, is_gone: Callable[[_Waiting], bool]) -> int:
        names = [name for name, waiting in self._waiting.items() if is_gone(waiting)]
        for name in names:
            discard(self._workspace, self._waiting.pop(name).rehearsal)
        return len(names)
