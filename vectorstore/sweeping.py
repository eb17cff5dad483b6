"""Takes folders of editions off the disk: those that nobody reads, and those that must go whoever reads them."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from vectorstore.edition import IN_USE
from vectorstore.errors import BusyError, UnavailableError
from vectorstore.locks import FileLock

Pause = Callable[[float], object]
"""Waits so many seconds: `time.sleep`."""
_POLL_SECONDS, _POLLS = 0.1, 30


def wait_for_readers(folders: Iterable[Path], pause: Pause) -> list[Path]:
    """Give readers a few seconds to let go; returns the folders that are read all the same."""
    read = [folder for folder in folders if is_read(folder)]
    for _ in range(_POLLS):
        if not read:
            break
        pause(_POLL_SECONDS)
        read = [folder for folder in read if is_read(folder)]
    return read


def is_read(folder: Path) -> bool:
    """Whether somebody has the edition in a folder open."""
    if not (folder / IN_USE).is_file():
        return False
    try:
        FileLock(folder / IN_USE).release()
    except BusyError:
        return True
    except UnavailableError:
        return False
    return False


def remove_folder(folder: Path) -> int:
    """Take a folder away, whoever reads it; returns how many files went.

    A reader that has loaded the edition goes on with the files that it has open. One that is still opening it sees from
    the lock file, which goes first, that it came too late.
    """
    before = _files(folder)
    (folder / IN_USE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return before - _files(folder)


def _files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))
