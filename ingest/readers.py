"""Documents are read in processes of their own: a file that crashes, hangs or fills the memory takes nobody along."""

import multiprocessing
import os
import resource
import shutil
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.util import get_temp_dir
from threading import Condition, Lock, Thread
from types import ModuleType

from ingest.extraction import RefusedError
from ingest.reading import Reading, Request, read
from vectorstore.debate import Debate

SECONDS, MEGABYTES = 60.0, 1_500
"""What one document may take."""
_GRACE = 2.0  # seconds after which a process ends by itself, because the one that gave it a document was killed
_MOST_AHEAD, _MOST_CHARACTERS = 512, 4_000_000  # what may be read before it is asked for: a batch of small documents for the model
_SAFE_PATH = "PYTHONSAFEPATH"
_STARTING = Lock()
_CONTEXT = multiprocessing.get_context("forkserver")  # a process with threads, as that of the model, must not be forked
_CONTEXT.set_forkserver_preload(["ingest.reading"])

Outcome = Reading | RefusedError
_TOO_LARGE = RefusedError("it needs more memory than one document may have; split it and try again")


@dataclass(slots=True)
class _Task:
    number: int
    deadline: float


class Readers:
    """Processes that read documents, started when the first one comes. Close them after use."""

    def __init__(
        self, debate: Debate, *, seconds: float = SECONDS, megabytes: int = MEGABYTES, processes: int | None = None
    ) -> None:
        self._debate, self._seconds, self._megabytes = debate, seconds, megabytes
        self._limit = processes or os.cpu_count() or 1
        self._processes: dict[Connection, multiprocessing.process.BaseProcess] = {}
        self._tasks: dict[Connection, _Task] = {}

    @contextmanager
    def read_all(self, requests: Iterable[Request]) -> Iterator[Iterator[tuple[Request, Outcome]]]:
        """Each request with what came of it, in order; reading begins at once, and goes on while the caller is busy."""
        ahead = _Ahead()
        thread = Thread(target=self._fill, args=(iter(requests), ahead), name="readers", daemon=True)
        thread.start()
        try:
            yield iter(ahead)
        finally:
            if ahead.close():
                for process in list(self._processes.values()):  # what is being read is not wanted any more
                    process.kill()
            thread.join()

    def close(self) -> None:
        """Stop the processes."""
        for connection in list(self._processes):
            self._stop(connection)

    def _fill(self, requests: Iterator[Request], ahead: "_Ahead") -> None:
        """Runs in a thread: hands out requests and takes in outcomes."""
        started: dict[int, Request] = {}
        finished: dict[int, Outcome] = {}
        given, taken, is_all = 0, 0, False
        try:
            while not ahead.is_closed:
                while len(self._tasks) < self._limit and given - taken < _MOST_AHEAD and not is_all:
                    if (request := next(requests, None)) is None:
                        is_all = True
                        break
                    started[given] = request
                    if not self._hand_out(given, request):
                        finished[given] = RefusedError("the process that would read it cannot be started; try again")
                    given += 1
                while taken in finished:
                    ahead.put(started.pop(taken), finished.pop(taken))
                    taken += 1
                if is_all and given == taken:
                    break
                finished |= self._take_in()
            ahead.end()
        except BaseException as error:  # noqa: BLE001  # it is the caller's thread that has to hear of it
            ahead.end(error)

    def _hand_out(self, number: int, request: Request) -> bool:
        for _ in range(2):  # one that died while it had nothing to do is replaced
            connection = next((each for each in self._processes if each not in self._tasks), None) or self._start()
            try:
                connection.send(request)
            except OSError:
                self._stop(connection)
                continue
            self._tasks[connection] = _Task(number, time.monotonic() + self._seconds)
            return True
        return False

    def _take_in(self) -> dict[int, Outcome]:
        """What has been read by now, or has taken too long; waits until there is something."""
        soonest = min((task.deadline for task in self._tasks.values()), default=time.monotonic())
        ready = wait(list(self._tasks), max(0.0, soonest - time.monotonic()))
        outcomes: dict[int, Outcome] = {}
        for connection, task in list(self._tasks.items()):
            if connection in ready:
                outcomes[task.number] = self._outcome(connection)
            elif time.monotonic() >= task.deadline:
                outcomes[task.number] = RefusedError(
                    f"reading it takes longer than {self._seconds:g} seconds; split it and try again"
                )
                self._stop(connection)
            else:
                continue
            self._tasks.pop(connection, None)
        return outcomes

    def _outcome(self, connection: Connection) -> Outcome:
        try:
            outcome = connection.recv()
        except (EOFError, OSError):  # killed by the system, or crashed in a library that is not Python
            self._stop(connection)
            return RefusedError("reading it stopped the process that read it; it may be damaged: save it anew and try again")
        return outcome if isinstance(outcome, Reading | RefusedError) else RefusedError("it cannot be read")

    def _start(self) -> Connection:
        ours, theirs = _CONTEXT.Pipe()
        given = (theirs, get_temp_dir(), self._debate, self._seconds, self._megabytes)
        process = _CONTEXT.Process(target=_serve, args=given, daemon=True)
        with _away_from_here():
            process.start()
        theirs.close()
        self._processes[ours] = process
        return ours

    def _stop(self, connection: Connection) -> None:
        process = self._processes.pop(connection)
        self._tasks.pop(connection, None)
        connection.close()
        process.kill()
        process.join()


class _Ahead:
    """What has been read and not yet been asked for: a few documents at most, and few characters."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Request, Outcome]] = deque()
        self._changed = Condition()
        self._characters = 0
        self._is_ended, self.is_closed = False, False
        self._error: BaseException | None = None

    def put(self, request: Request, outcome: Outcome) -> None:
        """Add one; waits while there is much to be asked for."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_closed or self._has_room())
            self._waiting.append((request, outcome))
            self._characters += _length(outcome)
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return len(self._waiting) < _MOST_AHEAD and self._characters < _MOST_CHARACTERS

    def end(self, error: BaseException | None = None) -> None:
        """Nothing comes after this, or an error does."""
        with self._changed:
            self._is_ended, self._error = True, error
            self._changed.notify_all()

    def close(self) -> bool:
        """Nobody asks any more; says whether more was to come."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
            return not self._is_ended

    def __iter__(self) -> Iterator[tuple[Request, Outcome]]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_ended)
                if not self._waiting:
                    break
                request, outcome = self._waiting.popleft()
                self._characters -= _length(outcome)
                self._changed.notify_all()
            yield request, outcome
        if self._error is not None:
            raise self._error


@contextmanager
def _away_from_here() -> Iterator[None]:
    """What Python's server of processes is started with: it must not import what is here, and Ctrl-C is not for it.

    It looks for modules in the working directory first, where anybody's `ingest` may be. It ignores Ctrl-C once it runs,
    but would fill the screen with a traceback while it starts. Each of its processes would import the program that was
    started, whole, which is of no use to one that reads.
    """
    with _STARTING:
        before, program = os.environ.get(_SAFE_PATH), sys.modules["__main__"]
        os.environ[_SAFE_PATH] = "1"
        sys.modules["__main__"] = ModuleType("__main__")
        resource_tracker.ensure_running()  # which would let Ctrl-C through again, were it started after this
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            sys.modules["__main__"] = program
            os.environ.pop(_SAFE_PATH) if before is None else os.environ.update({_SAFE_PATH: before})


def _length(outcome: Outcome) -> int:
    return len(outcome.document.text) if isinstance(outcome, Reading) else 0


def _serve(connection: Connection, temporary: str, debate: Debate, seconds: float, megabytes: int) -> None:
    """What a process does: read what it is given until nobody gives any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gives
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(OSError, ValueError):  # where the system has no such limit
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no image of a document on the disk
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    with suppress(EOFError, OSError):
        while True:
            request = connection.recv()
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
            outcome = _outcome(request, debate)
            signal.setitimer(signal.ITIMER_REAL, 0)
            try:
                connection.send(outcome)
            except MemoryError:
                connection.send(_TOO_LARGE)
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # who gives no more ends this process, unless he was killed himself
        shutil.rmtree(temporary, ignore_errors=True)  # the socket at which processes are asked for: nobody else is left


def _outcome(request: Request, debate: Debate) -> Outcome:
    try:
        return read(request, debate)
    except RefusedError as refused:
        return RefusedError(str(refused))  # without its causes, which may not travel
    except MemoryError:
        return _TOO_LARGE
    except Exception as error:  # noqa: BLE001  # one document never stops the others
        return RefusedError(f"it cannot be read ({type(error).__name__})")
