"""A real HTTP server on the loopback address, and a small internet whose names all lead to it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpcore

from ingest.connections import Outside

CERTIFICATE = Path(__file__).with_name("web_server.pem")
"""Made for these tests, and the key with it: for documenten.example, until 2120, signed by itself."""

PUBLIC = "93.184.215.14"
"""An address of the public internet, which no test reaches."""


@dataclass(frozen=True)
class Page:
    """What the server answers with; `drip` sends the body a little at a time, for as long as it likes."""

    body: bytes = b""
    content_type: str | None = "text/html"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    drip: Callable[[Callable[[bytes], Any], threading.Event], None] | None = None


@dataclass(frozen=True)
class Seen:
    """A request as it reached the server."""

    host: str
    path: str
    headers: Mapping[str, str]


class WebServer:
    """Serves `pages`, by "/path" or "host/path"; a context manager that leaves no thread behind."""

    def __init__(self, *, tls: bool = False) -> None:
        self.pages: dict[str, Page | Callable[[Seen], Page]] = {}
        self.seen: list[Seen] = []
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, path: str) -> str:
        """The address of a page, as this machine knows it."""
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self, *, robots: bool = False) -> list[str]:
        """What was asked for, in order."""
        return [seen.path for seen in self.seen if robots or seen.path != "/robots.txt"]

    def page_for(self, seen: Seen) -> Page:
        """The page that answers a request."""
        self.seen.append(seen)
        page = self.pages.get(seen.host + seen.path) or self.pages.get(seen.path) or Page(status=404)
        return page if isinstance(page, Page) else page(seen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what many of these tests are about."""


def _handler(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = server.page_for(Seen(self.headers["Host"], self.path, dict(self.headers)))
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.content_type is not None:
                self.send_header("Content-Type", page.content_type)
            if page.drip is None:
                self.send_header("Content-Length", str(len(page.body) if page.length is None else page.length))
            self.end_headers()
            self.wfile.write(page.body)
            if page.drip is not None:
                page.drip(self.wfile.write, server.stopped)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's own name
            """Say nothing."""

    return Handler


class Internet(httpcore.SyncBackend):
    """Names with the addresses that they have, each of which is the server; remembers what was dialled and waited for.

    Time stands still here unless a clock is given.
    """

    def __init__(self, server: WebServer, names: Mapping[str, list[str]] | None = None) -> None:
        self.server, self.names = server, {"documenten.example": [PUBLIC], **(names or {})}
        self.dialled: list[str] = []
        self.asked: list[str] = []
        self.waits: list[float] = []

    def outside(self, clock: Callable[[], float] = lambda: 0.0) -> Outside:
        """This internet, for a Fetcher."""
        return Outside(resolve=self.resolve, dial=self, tls=_trusting, clock=clock, wait=self.waits.append)

    def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a name, or the error of a name server that does not know it."""
        self.asked.append(f"{host}:{port}")
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return self.names[host]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection with the server, whatever address was dialled."""
        self.dialled.append(f"{host}:{port}")
        return super().connect_tcp("127.0.0.1", self.server.port, timeout, local_address, socket_options)


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))
