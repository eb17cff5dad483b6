"""What the server does with a request: steps, one after another."""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat


@dataclass(frozen=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True)
class Call:
    """A piece of a call of a tool; `name` stands in the first piece only."""

    arguments: str
    name: str | None = None


@dataclass(frozen=True)
class Wait:
    """Nothing more until this is set; the client may go before that, and the server may close."""

    until: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Raw:
    """Bytes on the line as they are, between the pieces."""

    data: bytes


@dataclass(frozen=True)
class Drop:
    """The connection ends here, in the middle."""


Step = Text | Call | Wait | Raw | Drop


@dataclass(frozen=True)
class Behaviour:
    """What is done with a request.

    `steps` make an answer of 200, and `whole` is a body that stands instead of it. `before` is waited for before anything is
    sent, not even the status. The steps may never end.
    """

    steps: Iterable[Step] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    whole: bytes | None = None
    finish: str = "stop"
    before: threading.Event | None = None


def says(text: str, size: int | None = 7, *, finish: str = "stop", before: threading.Event | None = None) -> Behaviour:
    """Answers with a text, in pieces of so many characters, or in one where that is None."""
    return Behaviour([Text(piece) for piece in _pieces(text, size)], finish=finish, before=before)


def calls(name: str, arguments: str, size: int | None = 7) -> Behaviour:
    """Answers with a call of a tool, whose arguments come in pieces."""
    pieces = list(_pieces(arguments, size)) or [""]
    first = Call(pieces[0], name)
    return Behaviour([first, *(Call(piece) for piece in pieces[1:])], finish="tool_calls")


def stalls(after: str = "", *, before_status: bool = False) -> Behaviour:
    """Says something, then no more until the client goes; or says nothing at all, not even a status."""
    if before_status:
        return Behaviour(before=threading.Event())
    return Behaviour([Text(piece) for piece in _pieces(after, 7)] + [Wait()])


def endless(piece: str, first: str = "") -> Behaviour:
    """Says the same for ever."""
    return Behaviour(_Endless(piece, first))


@dataclass(frozen=True)
class _Endless:
    piece: str
    first: str

    def __iter__(self) -> Iterator[Step]:
        return chain([Text(self.first)], repeat(Text(self.piece)))


def drops(after: str = "") -> Behaviour:
    """Says something, and the connection is gone."""
    return Behaviour([Text(piece) for piece in _pieces(after, 7)] + [Drop()])


def refuses(status: int, message: str = "no", code: str | None = None, **headers: str) -> Behaviour:
    """An error as OpenAI's API gives it; `retry_after` becomes the header Retry-After."""
    error = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Behaviour(status=status, headers=named, whole=json.dumps(error).encode())


def body(data: bytes, content_type: str = "application/json", status: int = 200) -> Behaviour:
    """These bytes, whatever was asked."""
    return Behaviour(status=status, whole=data, content_type=content_type)


def _pieces(text: str, size: int | None) -> Iterator[str]:
    if not text:
        return
    size = size or len(text)
    yield from (text[start : start + size] for start in range(0, len(text), size))
