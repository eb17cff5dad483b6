"""What was fetched becomes an origin, as a file is: pages at addresses, and the official documents of the debate."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.addresses import shown, visitable
from ingest.extraction import RefusedError
from ingest.metadata import Metadata
from ingest.official import Official, gather
from ingest.origins import Found, Origin
from ingest.web import Fetcher
from vectorstore.debate import Debate

_TEXT = {".html", ".htm", ".txt", ".md"}

Notice = Callable[[str], None]
"""Hears what is being fetched."""


def fetch_addresses(addresses: Iterable[str], fetcher: Fetcher, notice: Notice) -> Iterator[Found]:
    """The documents at web addresses, one after the other; where one cannot be had, why not."""
    for address in addresses:
        notice(f"Fetching {shown(address)}")
        try:
            found = fetcher.fetch(address)
            place = str(visitable(address, may_visit_private=True))  # however it is written, it is one place
        except RefusedError as error:
            yield shown(address), error
        else:
            path = Path(_name(found.url) + found.suffix)
            yield Origin(path, place, _in_unicode(found.data, found.suffix, found.charset), Metadata(url=found.url))


def fetch_official(fetcher: Fetcher, saved: Path, debate: Debate, notice: Notice) -> Iterator[Found]:
    """The official documents, each from a file in the folder `saved` or from the web; where one cannot be had, why not."""
    for found in gather(fetcher, saved):
        if not isinstance(found, Official):
            yield found.title or found.key, RefusedError(found.reason)
            continue
        notice(f"{found.key}: {found.path or shown(found.metadata.get('url', ''))}")
        said = Metadata(**found.metadata)
        if said.voice is not None and debate.voice(said.voice) is None:
            said = replace(said, voice=None)  # the list is of one debate, and this is another
        data = _in_unicode(found.data, found.suffix, found.charset)
        yield Origin(Path(found.key + found.suffix), found.place, data, said)


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
