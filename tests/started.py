"""Commands that run as processes: started as Python starts, or copied from a process that has imported what they need."""

import atexit
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from signal import SIGKILL
from threading import Lock
from typing import IO, Any, Protocol

from tests.warm import LENGTH, Request
from vectorstore.settings import PREFIX

_ROOT = Path(__file__).parents[1]
_OF_PYTHON = ("PYTHON", "LC_", "LANG")
_ASKING = Lock()


class Process(Protocol):
    """What is used here of `subprocess.Popen`."""

    pid: int
    returncode: int | Any
    stdin: IO[Any] | None
    stdout: IO[Any] | None
    stderr: IO[Any] | None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""

    def kill(self) -> None:
        """End it at once."""

    def communicate(self, input: Any = None) -> tuple[Any, Any]:  # noqa: A002, ANN401  # as `Popen` has it
        """Hand over what it reads, and take in what it writes until it has ended."""


@dataclass(frozen=True)
class Streams:
    """What a command reads and writes: a file's number, or `subprocess.PIPE`; text or bytes."""

    stdin: int = subprocess.PIPE
    stdout: int = subprocess.PIPE
    stderr: int = subprocess.PIPE
    text: bool = False


def start(
    arguments: Sequence[str], variables: Mapping[str, str], streams: Streams, *, module: str = "bot", session: bool = False
) -> Process:
    """Start a command, or another module: a copy where that does what a fresh process would; in full, all are fresh.

    It would not with a locale or with settings of Python that are not those of this process. In a session of its own no
    signal reaches it that is for this one.
    """
    ours, theirs = _of_python(os.environ), _of_python(variables)
    if f"{PREFIX}SOAK" not in os.environ and theirs == {**ours, "PYTHONPATH": str(_ROOT)}:
        return _Copy(Request(module, arguments, variables, str(Path.cwd()), session), streams)
    process: Process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=variables,
        stdin=streams.stdin,
        stdout=streams.stdout,
        stderr=streams.stderr,
        text=streams.text,
        start_new_session=session,
    )
    return process


class _Copy:
    """A command that runs in a copy."""

    def __init__(self, request: Request, streams: Streams) -> None:
        self._hearing, telling = socket.socketpair()
        with ExitStack() as theirs:
            theirs.enter_context(telling)
            self.stdin, into = _pipe(streams.stdin, theirs, "w", text=streams.text)
            self.stdout, out = _pipe(streams.stdout, theirs, "r", text=streams.text)
            self.stderr, err = _pipe(streams.stderr, theirs, "r", text=streams.text)
            _ask(request, [into, out, err, telling.fileno()])
        self._said = self._hearing.makefile("r")
        self.pid = int(self._said.readline())
        self.returncode: int | None = None
        self._waiting = Lock()

    def wait(self, timeout: float | None = None) -> int:
        """See `Process`."""
        with self._waiting:
            if self.returncode is None:
                if not select.select([self._hearing], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("kanttekening", timeout or 0)
                self.returncode = int(self._said.readline())
                self._said.close()
                self._hearing.close()  # from here on its number may be another's
            return self.returncode

    def send_signal(self, sig: int) -> None:
        """See `Process`."""
        if self.returncode is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """See `Process`."""
        self.send_signal(SIGKILL)

    def communicate(self, input: Any = None) -> tuple[Any, Any]:  # noqa: A002, ANN401  # as `Popen` has it
        """See `Process`."""
        with ThreadPoolExecutor(2) as pool:
            reading = [pool.submit(_rest, stream) for stream in (self.stdout, self.stderr)]
            if self.stdin:
                with suppress(BrokenPipeError), self.stdin as stdin:
                    stdin.write(input) if input else None
            out, err = (each.result() for each in reading)
        self.wait()
        return out, err


def _rest(stream: IO[Any] | None) -> Any:  # noqa: ANN401  # text or bytes
    if stream is None or stream.closed:
        return None
    with stream:
        return stream.read()


def _pipe(wanted: int, theirs: ExitStack, mode: str, *, text: bool) -> tuple[IO[Any] | None, int]:
    """Our end of a stream, and the number of theirs, which is closed when it has been given."""
    if wanted != subprocess.PIPE:
        return None, wanted
    reading, writing = os.pipe()
    ours, given = (reading, writing) if mode == "r" else (writing, reading)
    theirs.callback(os.close, given)
    return os.fdopen(ours, mode if text else f"{mode}b", 1 if text else -1), given


def _of_python(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(_OF_PYTHON)}


def _ask(request: Request, numbers: Sequence[int]) -> None:
    """Have the process become something, with these files."""
    data = json.dumps(asdict(request)).encode()
    with _ASKING:
        asking = _warm()
        socket.send_fds(asking, [len(data).to_bytes(LENGTH)], numbers)
        asking.sendall(data)


@cache
def _warm() -> socket.socket:
    """Where the process is asked; it ends with this one."""
    asking, theirs = socket.socketpair()
    with theirs:
        line = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}  # it is on no home
        variables = {**inherited, "PYTHONPATH": str(_ROOT)}
        process = subprocess.Popen(line, env=variables, cwd=_ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def end() -> None:
        asking.close()
        process.wait()

    atexit.register(end)
    return asking
