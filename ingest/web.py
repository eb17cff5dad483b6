"""Fetches documents from the web: identified, one request at a time, as robots.txt allows, and only from public addresses."""

import math
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx

from ingest.addresses import BY_HAND, shown, visitable
from ingest.connections import Connections, Outside, Reply
from ingest.content_types import ACCEPT, charset_of, suffix_by_bytes, suffix_by_name
from ingest.extraction import RefusedError
from ingest.robots import MAX_BYTES, Rules, parse_robots
from ingest.web_cache import Copy, WebCache, digest
from vectorstore.errors import UnavailableError
from vectorstore.version import VERSION

PRODUCT = "Kanttekening"
USER_AGENT = f"{PRODUCT}/{VERSION} (document ingest; respects robots.txt)"

_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": ACCEPT,
    "Accept-Language": "nl, en;q=0.7, *;q=0.1",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_REDIRECTS = {301, 302, 303, 307, 308}
_WHAT_TO_DO = {
    401: f"it wants a login; {BY_HAND}",
    403: f"it wants a login or turns programs away; {BY_HAND}",
    404: "it is not there; check the address",
    407: f"the network wants a login at a proxy; {BY_HAND}",
    410: "it has been taken away; look for another address",
    451: f"it may not be shown for legal reasons; {BY_HAND}",
}
_TOO_BUSY = {429, 503}
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,500}")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost: wall time without the pauses between requests, bytes after unpacking, redirects."""

    seconds: float = 60.0
    max_bytes: int = 64 * 1024 * 1024
    redirects: int = 5
    delay_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document from the web. `url` is where it was in the end, fit to be shown; `charset` what the server declared."""

    data: bytes = field(repr=False)
    suffix: str
    url: str
    is_from_cache: bool
    charset: str | None


class Fetcher:
    """Fetches; a context manager. What was fetched is kept in a folder, so that what did not change is not fetched again."""

    def __init__(
        self, cache: Path, *, may_visit_private: bool = False, limits: Limits | None = None, outside: Outside | None = None
    ) -> None:
        """Private addresses, this machine's own among them, are visited only where the user asked for that."""
        self._cache = WebCache(cache)
        self._may_visit_private = may_visit_private
        self._limits, self._outside = limits or Limits(), outside or Outside()
        self._rules: dict[str, Rules | RefusedError] = {}
        self._visited_at: dict[str, float] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        connections = Connections(self._outside, may_visit_private=self._may_visit_private)
        self._connections = self._open.enter_context(connections)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._open.close()

    def fetch(self, url: str) -> Fetched:
        """The document at an address.

        Raises:
            RefusedError: it may not be visited, could not be had whole and in time, or is of no type that can be read.
        """
        start = self._visitable(url)
        known = self._cache.read(str(start))
        self._connections.network.deadline = self._outside.clock() + self._limits.seconds

        def conditions(hop: httpx.URL) -> dict[str, str]:
            return known.conditions() if known and known.answered_by == digest(str(hop)) else {}

        def finish(hop: httpx.URL, reply: Reply) -> Fetched:
            if reply.status == httpx.codes.NOT_MODIFIED and known and conditions(hop):
                return _fetched(known, is_from_cache=True)
            copy = self._read(start, hop, reply)
            self._keep(start, copy, reply)
            return _fetched(copy, is_from_cache=False)

        return self._follow(start, finish, conditions, before=self._obey_robots)

    def _forget(self, start: httpx.URL) -> None:
        """Keep nothing of an address.

        Raises:
            UnavailableError: what was kept could not be removed.
        """
        try:
            self._cache.forget(str(start))
        except OSError as error:
            raise UnavailableError(
                f"The copy of {shown(str(start))!r} could not be removed ({error.strerror}). "
                "Make its folder writable and try again."
            ) from error

    def _visitable(self, text: str, base: httpx.URL | None = None) -> httpx.URL:
        return visitable(text, may_visit_private=self._may_visit_private, base=base)

    def _follow(
        self,
        start: httpx.URL,
        finish: Callable[[httpx.URL, Reply], _Result],
        conditions: Callable[[httpx.URL], dict[str, str]],
        before: Callable[[httpx.URL], None],
    ) -> _Result:
        """What `finish` makes of the first answer that is no redirect; `before` may refuse each address on the way."""
        hop, seen = start, {start}
        for _ in range(self._limits.redirects + 1):
            before(hop)
            self._pause(hop)
            try:
                with self._connections.get(hop, {"Host": hop.netloc.decode("ascii"), **_HEADERS, **conditions(hop)}) as reply:
                    if reply.status not in _REDIRECTS or "location" not in reply.headers:
                        return finish(hop, reply)
                    location = reply.headers["location"]
            finally:
                self._visited_at[hop.host] = self._outside.clock()
            hop = self._redirected(hop, location)
            if hop in seen:
                raise RefusedError(f"it redirects in a circle; {BY_HAND}")
            seen.add(hop)
        raise RefusedError(f"it redirects more than {self._limits.redirects} times; {BY_HAND}")

    def _redirected(self, hop: httpx.URL, location: str) -> httpx.URL:
        try:
            target = self._visitable(location, base=hop)
        except RefusedError as error:
            raise RefusedError(f"it redirects to an address that is not visited: {error}") from error
        if hop.scheme == "https" and target.scheme == "http":
            raise RefusedError(f"it redirects from https to http, where anyone on the way can change it; {BY_HAND}")
        return target

    def _pause(self, hop: httpx.URL) -> None:
        if (visited_at := self._visited_at.get(hop.host)) is None:
            return
        rules = self._rules.get(_origin(hop))
        delay = max(self._limits.delay_seconds, rules.delay_seconds if isinstance(rules, Rules) else 0.0)
        pause = visited_at + delay - self._outside.clock()
        if pause > 0:
            self._outside.wait(pause)
            self._connections.network.deadline += pause

    def _obey_robots(self, hop: httpx.URL) -> None:
        origin = _origin(hop)
        if origin not in self._rules:
            self._rules[origin] = self._rules_of(hop)
        rules = self._rules[origin]
        if isinstance(rules, RefusedError):
            raise RefusedError(f"the robots.txt of {hop.host!r}, which says what programs may visit, cannot be read: {rules}")
        if not rules.allow(hop.raw_path.decode("ascii")):
            raise RefusedError(f"the robots.txt of {hop.host!r} does not allow programs to visit it; {BY_HAND}")

    def _rules_of(self, hop: httpx.URL) -> Rules | RefusedError:
        def read(_: httpx.URL, reply: Reply) -> Rules:
            if reply.status == httpx.codes.OK:
                return parse_robots(reply.start(MAX_BYTES).decode("utf-8", "replace"), PRODUCT)
            if reply.status in _TOO_BUSY or not httpx.codes.is_client_error(reply.status):
                raise _status_error(reply)
            return Rules()  # there is none, and all is allowed

        try:
            return self._follow(hop.join("/robots.txt"), read, lambda _: {"Accept-Encoding": "identity"}, lambda _: None)
        except RefusedError as error:
            return error

    def _read(self, start: httpx.URL, hop: httpx.URL, reply: Reply) -> Copy:
        if reply.status != httpx.codes.OK:
            raise _status_error(reply)
        content_type = reply.headers.get("content-type", "")
        suffix = suffix_by_name(content_type, hop.path, reply.headers.get("content-disposition", ""))
        data = reply.read(self._limits.max_bytes)
        return Copy(
            data=data,
            suffix=suffix or suffix_by_bytes(data),
            url=_citable(hop, start),
            charset=charset_of(content_type),
            answered_by=digest(str(hop)),
            etag=_validator(reply, "etag"),
            last_modified=_validator(reply, "last-modified"),
        )

    def _keep(self, start: httpx.URL, copy: Copy, reply: Reply) -> None:
        """Only a copy is kept of which it can be asked whether it is still so."""
        if copy.conditions() and "no-store" not in reply.headers.get("cache-control", "").lower():
            self._cache.write(str(start), copy)
        else:
            self._forget(start)


def _fetched(copy: Copy, *, is_from_cache: bool) -> Fetched:
    return Fetched(copy.data, copy.suffix, copy.url, is_from_cache, copy.charset)


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _citable(hop: httpx.URL, start: httpx.URL) -> str:
    """The address to cite: where it was in the end, unless that holds a secret, such as a signature that expires."""
    whole = [str(each) for each in (hop, start) if shown(str(each)) == str(each)]
    return whole[0] if whole else shown(str(hop))


def _validator(reply: Reply, name: str) -> str | None:
    value = reply.headers.get(name, "")
    return value if _PRINTABLE.fullmatch(value) else None


def _status_error(reply: Reply) -> RefusedError:
    status = reply.status
    if status in _TOO_BUSY:
        return RefusedError(f"{status}: the server is too busy; try again {_when(reply.headers.get('retry-after', ''))}")
    if status in _WHAT_TO_DO:
        return RefusedError(f"{status}: {_WHAT_TO_DO[status]}")
    if httpx.codes.is_server_error(status):
        return RefusedError(f"{status}: the server failed; try again later, or {BY_HAND}")
    return RefusedError(f"{status}: the server answered with something else than the page; {BY_HAND}")


def _when(retry_after: str) -> str:
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        return f"after {math.ceil(int(retry_after) / 60)} minute(s), as it asks"
    try:
        return f"after {parsedate_to_datetime(retry_after).astimezone(UTC):%Y-%m-%d %H:%M} UTC, as it asks"
    except (ValueError, OverflowError, OSError):
        return "later"
