"""The server: a thread for each connection, on the loopback address."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self, TypeVar

from tests.chat_server.asked import Asked
from tests.chat_server.behaviour import Behaviour
from tests.chat_server.handling import Handler

_T = TypeVar("_T")

Script = Callable[[Asked], Behaviour]


class ChatServer:
    """Does with each request what `script` says; a context manager that leaves no thread behind.

    `script` may be replaced while it runs. `requests` holds what came in, and `left` those whose client went before its
    answer was over; read them after `wait`, as they grow in other threads.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Asked] = []
        self.left: list[Asked] = []
        self.changed = threading.Condition()
        self.stopped = threading.Event()
        self.lines: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), Handler.bound_to(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="chat server")

    @property
    def url(self) -> str:
        """The base URL, as a client of OpenAI's API takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def behaviour_for(self, asked: Asked) -> Behaviour:
        """What the script does with a request, which is kept from now on."""
        with self.changed:
            self.requests.append(asked)
            self.changed.notify_all()
        return self.script(asked)

    def lost(self, asked: Asked) -> None:
        """The client of a request went before its answer was over."""
        with self.changed:
            self.left.append(asked)
            self.changed.notify_all()

    def wait(self, condition: Callable[[], _T], seconds: float = 10) -> _T:
        """Wait until something is so, and return it; asked again whenever a request came or a client went."""
        with self.changed:
            found = self.changed.wait_for(condition, seconds)
            assert found, f"it did not come true in {seconds} seconds: {len(self.requests)} requests, {len(self.left)} left"
            return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        with self.changed:
            for line in self.lines:
                with suppress(OSError):  # the client was first
                    line.shutdown(socket.SHUT_RDWR)  # a thread that writes to a client who does not read would never end
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what many of these tests are about."""
