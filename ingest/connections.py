"""One request at a time to an address that was checked: where it connects to, for how long, and how much it reads.

There is no HTTP client above this: no cookies, no proxies or passwords from the environment, no redirects by itself.
"""

import logging
import math
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from ingest.addresses import BY_HAND, PRIVATE, is_public
from ingest.extraction import RefusedError

_CONNECT_SECONDS = 10.0
_MAX_TRIED = 4
_ANY_ZLIB = 32 + zlib.MAX_WBITS


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system knows them."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@dataclass(frozen=True, slots=True)
class Outside:
    """How the world outside is reached: names, connections, certificates and time. Tests put their own in."""

    resolve: Callable[[str, int], list[str]] = resolve
    dial: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    tls: Callable[[], ssl.SSLContext] = httpx.create_ssl_context
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to the very IP addresses that it has checked, so that a name cannot change in between, and keeps to `deadline`."""

    def __init__(self, outside: Outside, *, may_visit_private: bool) -> None:
        self._outside, self._may_visit_private = outside, may_visit_private
        self.deadline = math.inf

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that answers.

        Raises:
            RefusedError: the host is not found, or one of its addresses is not public.
        """
        failure: Exception = httpcore.ConnectError()
        for address in self._checked(host, port):
            try:
                left = min(self.left(timeout), _CONNECT_SECONDS)
                return _TimedStream(self._outside.dial.connect_tcp(address, port, left, local_address, socket_options), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def left(self, timeout: float | None) -> float:
        """The seconds that one step may take: its own limit, or what is left of the time for the whole."""
        left = self.deadline - self._outside.clock()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)

    def _checked(self, host: str, port: int) -> list[str]:
        addresses = self._resolved(host, port)
        for address in addresses:
            if not self._may_visit_private and not is_public(address):
                raise RefusedError(f"its host {host!r} is at {address[:60]}, {PRIVATE}")
        if not addresses:
            raise RefusedError(f"its host {host!r} is not found; check the address and the network, or {BY_HAND}")
        return addresses[:_MAX_TRIED]

    def _resolved(self, host: str, port: int) -> list[str]:
        """The answers of the name server; in a thread that is left behind where it takes too long, for it cannot be stopped."""
        answers: list[str] = []

        def ask() -> None:
            try:
                answers.extend(self._outside.resolve(host, port))
            except (OSError, UnicodeError):
                answers.clear()

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(min(self.left(None), threading.TIMEOUT_MAX))
        self.left(None)
        return list(answers)


class _TimedStream(httpcore.NetworkStream):
    """A connection that gives up when the time for the whole is over, also where each byte comes just in time."""

    def __init__(self, stream: httpcore.NetworkStream, network: GuardedNetwork) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        return _TimedStream(stream, self._network)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore's own signature
        return self._stream.get_extra_info(info)


class Reply:
    """The head of an answer; the body is read when it is asked for."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response
        self.status = response.status
        self.headers: dict[str, str] = {}
        for name, value in response.headers:
            self.headers.setdefault(_text(name).lower(), _text(value).strip())

    def read(self, max_bytes: int) -> bytes:
        """The whole body, unpacked.

        Raises:
            RefusedError: it is larger, or packed in a way that was not asked for.
        """
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > max_bytes:
            raise _too_large(max_bytes)
        return b"".join(_counted(self._unpacked(_counted(self._response.iter_stream(), max_bytes), max_bytes), max_bytes))

    def start(self, max_bytes: int) -> bytes:
        """The body, unpacked, up to a number of bytes; what comes after them is left."""
        start = b""
        for piece in self._unpacked(self._response.iter_stream(), max_bytes):
            start += piece
            if len(start) >= max_bytes:
                break
        return start[:max_bytes]

    def _unpacked(self, chunks: Iterable[bytes], max_bytes: int) -> Iterable[bytes]:
        coding = self.headers.get("content-encoding", "").lower()
        if coding in {"gzip", "x-gzip", "deflate"}:
            return _inflated(chunks, max_bytes)
        if coding not in {"identity", ""}:
            raise RefusedError(f"it comes packed as {coding[:40]!r}, which was not asked for; {BY_HAND}")
        return chunks


class Connections:
    """Makes requests; a context manager that leaves no connection open."""

    def __init__(self, outside: Outside, *, may_visit_private: bool) -> None:
        self.network = GuardedNetwork(outside, may_visit_private=may_visit_private)
        self._pool = httpcore.ConnectionPool(
            ssl_context=outside.tls(),
            # Every request is looked up and checked anew; there is a pause between two of them anyway.
            max_keepalive_connections=0,
            network_backend=self.network,
        )
        # At its most talkative it writes down what servers say, and the address that a server sends one to can hold a secret.
        logging.getLogger("httpcore").setLevel(logging.INFO)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._pool.close()

    @contextmanager
    def get(self, url: httpx.URL, headers: Mapping[str, str]) -> Iterator[Reply]:
        """The answer to one request.

        Raises:
            RefusedError: it could not be had whole and in time, here or while the body is read.
        """
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        try:
            with self._pool.stream("GET", target, headers=list(headers.items())) as response:
                yield Reply(response)
        except httpcore.TimeoutException as error:
            raise RefusedError(f"it did not answer in time; try again later, or {BY_HAND}") from error
        except httpcore.ConnectError as error:
            raise RefusedError(_why_no_connection(error, url.host)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
            raise RefusedError(f"the answer broke off or is no valid HTTP; try again later, or {BY_HAND}") from error


def _text(header: bytes) -> str:
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _why_no_connection(error: BaseException | None, host: str) -> str:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return f"the certificate of {host!r} cannot be trusted; if you trust it, {BY_HAND}"
        error = error.__cause__ or error.__context__
    return f"no connection with {host!r} could be made; check the address and the network, or {BY_HAND}"


def _too_large(max_bytes: int) -> RefusedError:
    return RefusedError(f"it is larger than the limit of {max_bytes:,} bytes; split it and ingest the parts as files")


def _counted(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise _too_large(max_bytes)
        yield chunk


def _inflated(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """The unpacked bytes in pieces, of which the one that crosses the limit crosses it by one byte."""
    unpacker, total, is_whole = zlib.decompressobj(_ANY_ZLIB), 0, True
    for chunk in chunks:
        rest = chunk
        while rest:
            piece = unpacker.decompress(rest, max_bytes + 1 - total)
            total += len(piece)
            yield piece
            is_whole = unpacker.eof
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if unpacker.eof:
                unpacker = zlib.decompressobj(_ANY_ZLIB)
    if not is_whole:
        raise httpcore.RemoteProtocolError
