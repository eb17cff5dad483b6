"""File locks that end with their process: one writer at a time, and readers that keep an edition from being swept."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from vectorstore.errors import BusyError, UnavailableError

_RELEASED = -1


class Held(Protocol):
    """A lock that is held, until `release` or the end of the block."""

    def release(self) -> None:
        """Let go; once that is done there is nothing more to it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class FileLock:
    """An advisory lock on a file, shared or exclusive, released by `release` or by the end of the process."""

    def __init__(self, path: Path, *, shared: bool = False, wait: bool = False) -> None:
        """Take the lock at once, or with `wait` when it is free.

        Raises:
            BusyError: somebody else holds it.
            UnavailableError: the file cannot be opened or made.
        """
        try:
            flags = os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT
            self._descriptor = os.open(path, flags | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise UnavailableError(
                f"{str(path)!r} cannot be opened ({error.strerror}). Check KANTTEKENING_HOME and its rights."
            ) from error
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            os.close(self._descriptor)
            raise BusyError(f"Another process is using {str(path.parent)!r}. Wait until it is done and try again.") from error

    @property
    def is_there(self) -> bool:
        """Whether the lock is held, and its file has not been deleted since."""
        return self._descriptor != _RELEASED and os.fstat(self._descriptor).st_nlink > 0

    def release(self) -> None:
        """Let go; once that is done there is nothing more to it."""
        descriptor, self._descriptor = self._descriptor, _RELEASED
        if descriptor != _RELEASED:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
