"""The real Chroma server on the loopback address, machines that share it, and what usually stands before one."""

import base64
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.command import environment
from tests.place import Place
from vectorstore.chroma_server import BATCH, ChromaServer, ServerAddress
from vectorstore.editions import Shelf
from vectorstore.server_records import Records
from vectorstore.server_site import ServerSite
from vectorstore.settings import PREFIX

PATIENCE_SECONDS = 60
_POLL_SECONDS = 0.02
PREFIX_THERE = "kanttekening"


def chroma_command() -> str:
    """The command of the Chroma that is installed; skips by name where there is none, and fails there in CI."""
    found = shutil.which("chroma", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("needs `chroma`, which comes with chromadb")
        pytest.skip("needs the command `chroma`")
    return found


class RealChroma:
    """`chroma run` on a folder; it can be stopped and started again, with all that it has, at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._command = folder, chroma_command()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def start(self) -> None:
        """Start it, and wait until it answers."""
        line = [self._command, "run", "--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        waiting = threading.Event()
        for _ in range(int(PATIENCE_SECONDS / _POLL_SECONDS)):
            with suppress(OSError):
                self.ask("GET", "/api/v2/heartbeat")
                return
            waiting.wait(_POLL_SECONDS)
        pytest.fail("`chroma run` does not answer")

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, method: str, path: str, data: object = None) -> None:
        """Ask it something by itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, json.dumps(data), {"Content-Type": "application/json"})
            assert connection.getresponse().status == http.HTTPStatus.OK
        finally:
            connection.close()

    def address(self) -> ServerAddress:
        """A database of its own, with nothing in it."""
        self._databases += 1
        name = f"test-{self._databases}"
        self.ask("POST", "/api/v2/tenants/default_tenant/databases", {"name": name})
        return ServerAddress(self.url, database=name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


@dataclass
class Machine(Place):
    """A place of which the editions are on a server; another machine has another home and the same address."""

    address: ServerAddress = field(default_factory=lambda: ServerAddress("http://127.0.0.1"))
    batch: int = BATCH

    @property
    def site(self) -> ServerSite:
        """Where the editions are."""
        return ServerSite(self.home, ChromaServer(self.address, self.batch), PREFIX_THERE)

    @property
    def shelf(self) -> Shelf:
        """See `Place`."""
        return Shelf(self.home, site=self.site)

    @property
    def folders(self) -> list[str]:
        """See `Place`: of the editions on this machine."""
        editions = self.site.editions
        return sorted(path.name for path in editions.iterdir() if path.name != ".lock") if editions.is_dir() else []

    def variables(self) -> dict[str, str]:
        """See `Place`."""
        return {**environment(home=self.home, dossier="off"), **self.settings()}

    def settings(self) -> dict[str, str]:
        """The settings that lead to the server."""
        token = {f"{PREFIX}CHROMA_TOKEN": self.address.token} if self.address.token else {}
        return {f"{PREFIX}CHROMA_URL": self.address.url, f"{PREFIX}CHROMA_DATABASE": self.address.database, **token}

    def other(self, name: str = "other") -> "Machine":
        """Another machine with the same server."""
        docs = self.docs.with_name(f"{name}-docs")
        docs.mkdir(exist_ok=True)
        return replace(self, home=self.home.with_name(name), docs=docs)

    def collections(self) -> list[str]:
        """What there is on the server, with how many records; tokens are left out."""
        server = ChromaServer(self.address)
        found = []
        for name in server.names(PREFIX_THERE):
            parts = name.split("-")
            collection = server.collection(name)
            assert collection is not None
            found.append(f"{parts[-1]} {collection.count()}")
        return sorted(found)


def sent(machine: Machine) -> bytes:
    """All that the server has of files, as it was before it was sent."""
    records = Records(ChromaServer(machine.address), f"{PREFIX_THERE}-files")
    found = records.get(sorted(records.ids()))
    texts = ["".join(str(each[name]) for name in sorted(each) if name.isdigit()) for each in found.values()]
    return b"\n".join(map(base64.b64decode, texts))


class Gate:
    """What stands before a server of one's own: it lets in who knows the token, with TLS.

    While `closed` it answers 503; `received` counts the bytes of records.
    """

    def __init__(self, port: int, token: str, certificate: Path | None = None) -> None:
        self.closed, self.received = False, 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, port, token))
        self._server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(gate: Gate, port: int, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != f"Bearer {token}" or self.headers.get("X-Chroma-Token") != token:
                return self._answer(401, b"no entry")
            gate.received += len(body) if self.path.endswith("/upsert") else 0
            if gate.closed:
                return self._answer(503, b"closed")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
            try:
                connection.request(self.command, self.path, body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                return self._answer(answer.status, answer.read())
            finally:
                connection.close()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815  # as `http.server` calls them

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def nobody_at() -> Iterator[str]:
    """An address at which nothing answers, for as long as the block runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listened at
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
