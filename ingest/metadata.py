"""What is said of a document: by options, by a file beside it, by the file itself."""

import errno
import reprlib
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path

from ingest.extraction import RefusedError
from vectorstore.dates import is_date

_MAX_NUMBER_BITS = 64  # no year or number of a document is larger
_MAX_LENGTH = 300
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
            text = _text_of(sidecar)
        except (OSError, UnicodeDecodeError) as error:
            reason = f"{sidecar.name!r} beside it cannot be read ({type(error).__name__}); correct it or move it"
            raise RefusedError(reason) from error
        if text is not None:
            return _from_sidecar(sidecar.name, text)
    return Metadata()


def _text_of(sidecar: Path) -> str | None:
    """What stands in a sidecar, or None where there is none."""
    try:
        if not stat.S_ISREG(sidecar.stat().st_mode):
            raise RefusedError(f"{sidecar.name!r} beside it is no regular file; move it")
        with sidecar.open("rb") as stream:
            return stream.read(_MAX_SIDECAR_BYTES).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # the name of the document leaves no room for that of a sidecar
            return None
        raise


def _from_sidecar(name: str, text: str) -> Metadata:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(f"{name!r} beside it is not valid TOML ({error}); correct it or move it") from error
    except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
        raise RefusedError(f"{name!r} beside it cannot be read ({type(error).__name__}); correct it or move it") from error
    known = {field.name for field in fields(Metadata)}
    if unknown := sorted(set(raw) - known):
        raise RefusedError(f"{name!r} beside it says {reprlib.repr(unknown[0])}, which is not one of {', '.join(sorted(known))}")
    found = metadata_from(raw)
    for key, value in raw.items():
        if getattr(found, key) is None:
            raise RefusedError(f"{name!r} beside it has {key} = {reprlib.repr(value)}; write it as text, and a date as 2025-04-22")
    return found


def one_line(value: object) -> str | None:
    """A value as one line of printable text: it is shown beside quotations and must not steer a terminal."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if not isinstance(value, str | int) or (isinstance(value, int) and value.bit_length() > _MAX_NUMBER_BITS):
        return None
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return " ".join(text.split())[:_MAX_LENGTH] or None
