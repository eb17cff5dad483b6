"""How one request is answered: each step of its behaviour, in a stream or gathered into one body."""

from __future__ import annotations

import json
import select
import socket
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from tests.chat_server.asked import Asked
from tests.chat_server.behaviour import Behaviour, Call, Drop, Raw, Text, Wait, refuses
from tests.chat_server.completions import ending, models, opening, piece, whole

if TYPE_CHECKING:
    import threading

    from tests.chat_server.behaviour import Step
    from tests.chat_server.server import ChatServer

_LOOK = 0.01
"""How often, in seconds, a thread that waits looks whether its client is still there."""


class _GoneError(Exception):
    """The client went, or the server closes."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request, and then ends the connection; `bound_to` gives the class that knows its server."""

    chat: ChatServer
    protocol_version = "HTTP/1.1"

    @classmethod
    def bound_to(cls, server: ChatServer) -> type[Handler]:
        """The class for the requests of a server."""
        return type("Bound", (cls,), {"chat": server})

    def setup(self) -> None:
        """Let the server end the connection from outside."""
        super().setup()
        with self.chat.changed:
            self.chat.lines.add(self.connection)
        if self.chat.stopped.is_set():
            self.connection.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """Nobody has to end it any more."""
        with self.chat.changed:
            self.chat.lines.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        """The list of models."""
        if self.path == "/v1/models":
            self._whole(models())
        else:
            self._refuse(404, f"there is no {self.path}")

    def do_POST(self) -> None:
        """A chat completion, as the script has it."""
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/v1/chat/completions":
            self._refuse(404, f"there is no {self.path}")
            return
        try:
            parsed = json.loads(data)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict) or not parsed.get("messages"):
            self._refuse(400, "the body is no JSON with messages")
            return
        asked = Asked(parsed, {name.lower(): value for name, value in self.headers.items()})
        try:
            self._behave(asked, self.chat.behaviour_for(asked))
        except (_GoneError, OSError):
            self.chat.lost(asked)

    def _behave(self, asked: Asked, behaviour: Behaviour) -> None:
        if behaviour.before is not None:
            self._wait(behaviour.before)
        if behaviour.whole is not None:
            self._whole(behaviour.whole, behaviour)
        elif asked.is_streaming:
            self._stream(asked, behaviour)
        else:
            self._gather(asked, behaviour)

    def _stream(self, asked: Asked, behaviour: Behaviour) -> None:
        self._head(behaviour, "text/event-stream")
        self._write(opening(asked))
        said = 0
        for step in behaviour.steps:
            if isinstance(step, Text | Call):
                said += len(step.text if isinstance(step, Text) else step.arguments)
                self._write(piece(asked, step))
            elif self._stopped_by(step):
                return
        self._write(ending(asked, behaviour.finish, said))
        self._write(b"")

    def _gather(self, asked: Asked, behaviour: Behaviour) -> None:
        """Nothing is sent before the end, as a server does that gives its answer in one piece; half of it before a drop."""
        steps: list[Step] = []
        for step in behaviour.steps:
            steps.append(step)
            if isinstance(step, Drop):
                data = whole(asked, steps, behaviour.finish)
                self._head(behaviour, "application/json")
                self._write(data[: len(data) // 2])
                return
            if isinstance(step, Raw):
                self._head(behaviour, "application/json")
                self._write(step.data)
                self._write(b"")
                return
            self._check_client(step.until if isinstance(step, Wait) else None)
        self._whole(whole(asked, steps, behaviour.finish), behaviour)

    def _stopped_by(self, step: Step) -> bool:
        """Do a step that is no piece of the answer; True when nothing follows it."""
        if isinstance(step, Raw):
            self._write(step.data)
        elif isinstance(step, Wait):
            self._wait(step.until)
        return isinstance(step, Drop)

    def _head(self, behaviour: Behaviour, content_type: str, length: int | None = None) -> None:
        self.send_response(behaviour.status)
        self.send_header("Content-Type", behaviour.content_type or content_type)
        for name, value in behaviour.headers.items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    def _whole(self, data: bytes, behaviour: Behaviour | None = None) -> None:
        self._head(behaviour or Behaviour(), "application/json", len(data))
        self.wfile.write(data)

    def _refuse(self, status: int, message: str) -> None:
        refusal = refuses(status, message)
        self._whole(refusal.whole or b"", refusal)

    def _write(self, data: bytes) -> None:
        """One chunk; an empty one is the last."""
        if self.chat.stopped.is_set():
            raise _GoneError
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _wait(self, until: threading.Event) -> None:
        while not until.wait(_LOOK):
            self._check_client(None)

    def _check_client(self, until: threading.Event | None) -> None:
        if until is not None:
            self._wait(until)
        readable, _, _ = select.select([self.connection], [], [], 0)
        if self.chat.stopped.is_set() or (readable and not self.connection.recv(1, socket.MSG_PEEK)):
            raise _GoneError

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's own name
        """Say nothing."""
