"""Runs the command as people and scripts do: as a process, in pipes or on a terminal."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT
from tests.started import Streams, start
from vectorstore.settings import PREFIX

COLUMNS = 60


def run(*arguments: str | Path, stdin: str | bytes = b"", **variables: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in pipes, to its end; stdout and stderr as UTF-8, whatever the locale."""
    done = run_bytes(*arguments, stdin=stdin.encode() if isinstance(stdin, str) else stdin, **variables)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def run_bytes(*arguments: str | Path, stdin: bytes = b"", **variables: str | Path) -> subprocess.CompletedProcess[bytes]:
    """The same, with what it wrote byte for byte."""
    process = start(list(map(str, arguments)), environment(**variables), Streams())
    out, err = process.communicate(stdin)
    return subprocess.CompletedProcess(command(*arguments), process.returncode, out, err)


def command(*arguments: str | Path) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "bot", *map(str, arguments)]


def environment(**variables: str | Path) -> dict[str, str]:
    """This process's environment, with the checkout on the path; a name in lower case is a setting of ours."""
    ours = {f"{PREFIX}{name.upper()}" if name.islower() else name: str(value) for name, value in variables.items()}
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}  # a terminal has its own
    return {**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **ours}


class Terminal:
    """The command with a terminal of 60 columns as its stdin, stdout and stderr."""

    def __init__(self, *arguments: str | Path, **variables: str | Path) -> None:
        self._waiting = b""
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, COLUMNS))
        streams = Streams(theirs, theirs, theirs)
        self.process = start(list(map(str, arguments)), environment(**variables), streams, session=True)
        os.close(theirs)

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def read(self, until: str | None = None) -> str:
        """What appears, up to and including some text or else to the end; what came with it is for the next read."""
        while until is None or until.encode() not in self._waiting:
            try:
                more = os.read(self._ours, 4096)
            except OSError:  # how Linux says that nobody has the other side open any more
                more = b""
            if not more:
                break
            self._waiting += more
        before, found, after = self._waiting.partition(until.encode()) if until else (self._waiting, b"", b"")
        self._waiting = after
        return (before + found).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
