"""What was fetched becomes an origin, as a file is: pages at addresses, and the official documents of the debate."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Self
from urllib.parse import unquote, urlsplit

from ingest.addresses import is_web_address, shown, visitable
from ingest.extraction import RefusedError
from ingest.metadata import Metadata
from ingest.official import PLACE, Official, gather, saved_by_hand, sources_of
from ingest.origins import Found, Origin
from ingest.web import Fetcher
from ingest.web_cache import WebCache, digest
from vectorstore.debate import Debate
from vectorstore.errors import UnavailableError
from vectorstore.passages import Source

_TEXT = {".html", ".htm", ".txt", ".md"}

Notice = Callable[[str], None]
"""Hears what is being fetched."""


@dataclass(frozen=True, slots=True)
class WebPlaces:
    """Where in a home folder copies of what was fetched are kept, and official documents that the user saved by hand."""

    copies: Path
    saved: Path

    @classmethod
    def of(cls, home: Path) -> Self:
        """Those of a home folder."""
        return cls(home / "web", home / "official")


def fetch(  # each is asked for by an option
    addresses: Sequence[str], places: WebPlaces, debate: Debate, notice: Notice, *, official: bool, may_visit_private: bool
) -> list[Found]:
    """What is at web addresses and, where asked for, the official documents; where one cannot be had, why not.

    One is fetched after the other. An official document that was saved by hand is not fetched.
    """
    if not addresses and not official:
        return []
    with Fetcher(places.copies, may_visit_private=may_visit_private) as fetcher:
        found = list(_at_addresses(addresses, fetcher, notice))
        return [*found, *_official(fetcher, places.saved, debate, notice)] if official else found


def forget_saved(source: Source, places: WebPlaces) -> int:
    """Delete what was saved by hand for an official document; returns how many files went.

    Raises:
        OSError: one cannot be deleted.
    """
    official = [place for place in (source.place, *source.also) if place.startswith(PLACE)]
    saved = [path for place in official for path in saved_by_hand(places.saved, place)]
    for path in saved:
        path.unlink()
    return len(saved)


def sweep_copies(sources: Iterable[Source], places: WebPlaces) -> int:
    """Delete the copies of what none of these sources was fetched from; returns how many files went.

    Raises:
        UnavailableError: one cannot be deleted.
    """
    addresses = {address for source in sources for address in (source.place, *source.also, source.url or "")}
    urls = [str(visitable(each, may_visit_private=True)) for each in addresses if _is_visitable(each)]
    try:
        return WebCache(places.copies).keep_only(urls)
    except OSError as error:
        raise UnavailableError(
            f"The copies of web pages in {str(places.copies)!r} could not be removed ({error.strerror}). "
            "Make the folder writable and try again."
        ) from error


def _at_addresses(addresses: Iterable[str], fetcher: Fetcher, notice: Notice) -> Iterator[Found]:
    done: set[str] = set()
    for address in addresses:
        try:
            place = _place(address)
            if place in done:
                continue
            done.add(place)
            notice(f"Fetching {shown(address)}")
            found = fetcher.fetch(address)
        except RefusedError as error:
            yield shown(address), error
        else:
            path = Path(_name(found.url) + found.suffix)
            yield Origin(path, place, _in_unicode(found.data, found.suffix, found.charset), Metadata(url=found.url))


def _official(fetcher: Fetcher, saved: Path, debate: Debate, notice: Notice) -> Iterator[Found]:
    for found in gather(fetcher, saved, sources_of(debate), notice):
        if not isinstance(found, Official):
            yield found.title or found.key, RefusedError(found.reason)
            continue
        said = Metadata(**found.metadata)
        if said.voice is not None and debate.voice(said.voice) is None:
            said = replace(said, voice=None)  # the list is of one debate, and this is another
        data = _in_unicode(found.data, found.suffix, found.charset)
        yield Origin(Path(found.key + found.suffix), found.place, data, said)


def _is_visitable(address: str) -> bool:
    try:
        return is_web_address(address) and bool(visitable(address, may_visit_private=True))
    except RefusedError:
        return False


def _place(address: str) -> str:
    """What an address is known by: however it is written it is one place, and no secret in it is written down."""
    url = str(visitable(address, may_visit_private=True))
    return url if shown(url) == url else f"{shown(url)}#{digest(url)[:10]}"


def _name(url: str) -> str:
    """What a title and an id can be made from: the last part of an address that says something, or the host."""
    parts = urlsplit(url)
    path = PurePosixPath(unquote(parts.path))
    name = path.stem if path.stem.lower() not in {"index", "default", "file", ""} else path.parent.name
    return name.replace("/", "-") or (parts.hostname or "document").removeprefix("www.")


def _in_unicode(data: bytes, suffix: str, charset: str | None) -> bytes:
    """Text that only the server said the encoding of, in one that the text itself shows."""
    if charset is None or suffix not in _TEXT:
        return data
    try:
        return data if _is_unicode(data) else data.decode(charset).encode()
    except (LookupError, UnicodeError):
        return data  # the server is wrong: the document may say better


def _is_unicode(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return True
