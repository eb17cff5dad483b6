"""A process from its start to its end, timed from outside: the clock, its memory, what it printed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

ROOT = Path(__file__).parents[2]
_EVERY = 0.2  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Run:
    """How long a process took, its memory at its peak and with its children added up, how it ended, what it printed.

    `megabytes` is the kernel's own figure for the one process; `together` is no less than all had at once.
    """

    seconds: float
    megabytes: float
    together: float
    stdout: str


class FailedError(Exception):
    """A process that was to be timed did not end well."""


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    good: Collection[int] = (0,),
) -> Run:
    """Run a program and wait for it; `good` are the codes that it may end with.

    Raises:
        FailedError: it did not end well; the message has the end of what it said.
    """
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=said, stderr=told, cwd=folder, env={**os.environ, **(environment or {})}
        )
        with _watched(process.pid) as peaks:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        told.seek(0)
        if process.returncode not in good:
            raise FailedError(f"{Path(arguments[0]).name} {arguments[1:4]} ended with {process.returncode}: {told.read()[-2_000:]}")
        own = usage.ru_maxrss / 1024
        return Run(seconds, own, max([own, *peaks]), said.read())


def run_python(arguments: Sequence[str], home: Path | None = None, *, dossier: bool = True, good: Collection[int] = (0,)) -> Run:
    """The same for Python of this environment, with the editions in `home`."""
    environment = {"KANTTEKENING_DOSSIER": "on" if dossier else "off"}
    if home is not None:
        environment["KANTTEKENING_HOME"] = str(home)
    return run([sys.executable, *arguments], environment=environment, good=good)


@contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """What a process and its children have of the memory, looked at until the block ends."""
    ended, seen = Event(), list[float]()

    def look() -> None:
        while not ended.wait(_EVERY):
            seen.append(high_water(pid))

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def high_water(pid: int) -> float:
    """The peaks of a process and of those of its children that still run, in megabytes."""
    try:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(_peak(process.pid) for process in processes)


def _peak(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
