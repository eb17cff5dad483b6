"""What is said of a document: by options, by a file beside it, by the file itself."""

import errno
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path

from ingest.extraction import RefusedError

_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_MAX_NUMBER_BITS = 64  # no year or number of a document is larger
_MAX_LENGTH = 300
_MOST_SHOWN = 100  # characters of what is wrong
_MAX_SIDECAR_BYTES = 64 * 1024
SIDECAR = ".toml"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an option, a file or nobody says of a document; None is "not said"."""

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    kind: str | None = None
    voice: str | None = None
    language: str | None = None
    wording: str | None = None

    def said(self) -> dict[str, str]:
        """What is said, by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}


def merge(first: Metadata, second: Metadata) -> Metadata:
    """The first where it says something, else the second."""
    return replace(second, **first.said())


def metadata_from(raw: Mapping[str, object]) -> Metadata:
    """What a file says of itself; what is no date or no line of text was not said."""
    named = {field.name: one_line(raw.get(field.name)) for field in fields(Metadata)}
    published = named.pop("published") or one_line(raw.get("date"))
    if published and not is_date(published):
        published = None
    return Metadata(published=published, **named)


def metadata_beside(path: Path) -> Metadata:
    """What a sidecar says: `report.pdf.toml` or `report.toml` beside `report.pdf`, with lines as `title = "…"`.

    Raises:
        RefusedError: it is no TOML, has a name that means nothing here, or a date that is none.
    """
    for sidecar in (path.with_name(path.name + SIDECAR), path.with_suffix(SIDECAR)):
        try:
            with sidecar.open("rb") as stream:
                text = stream.read(_MAX_SIDECAR_BYTES).decode()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            if getattr(error, "errno", None) == errno.ENAMETOOLONG:
                continue  # a name as long as names can be leaves no room for one
            reason = f"{sidecar.name!r} beside it cannot be read ({type(error).__name__}); correct it or move it"
            raise RefusedError(reason) from error
        return _from_sidecar(sidecar.name, text)
    return Metadata()


def _from_sidecar(name: str, text: str) -> Metadata:
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is another ValueError
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        raise RefusedError(f"{name!r} beside it is not valid TOML ({_short(reason)}); correct it or move it") from error
    known = {field.name for field in fields(Metadata)}
    if unknown := sorted(set(raw) - known):
        raise RefusedError(f"{name!r} beside it says {_short(unknown[0])!r}, which is not one of {', '.join(sorted(known))}")
    found = metadata_from(raw)
    for key, value in raw.items():
        if getattr(found, key) is None:
            raise RefusedError(f"{name!r} beside it has {key} = {_short(repr(value))}; write it as text, and a date as 2025-04-22")
    return found


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def is_date(text: str) -> bool:
    """Whether a text is an ISO date that may lack its day or month."""
    try:
        return _PARTIAL_DATE.fullmatch(text) is not None and bool(date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False


def one_line(value: object) -> str | None:
    """A value as one line of printable text: it is shown beside quotations and must not steer a terminal."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if not isinstance(value, str | int) or (isinstance(value, int) and value.bit_length() > _MAX_NUMBER_BITS):
        return None
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return " ".join(text.split())[:_MAX_LENGTH] or None
