"""From a file to a Document. A new format is one entry in LOADERS."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from ingest.extraction import Extracted, RefusedError
from vectorstore.debate import Debate
from vectorstore.languages import detect_language
from vectorstore.passages import Document, Reference, Source, Wording

LOADERS: Mapping[str, tuple[str, str]] = {
    ".md": ("ingest.markdown", "extract_markdown"),
    ".markdown": ("ingest.markdown", "extract_markdown"),
    ".txt": ("ingest.plain_text", "extract_plain_text"),
    ".text": ("ingest.plain_text", "extract_plain_text"),
    ".html": ("ingest.html", "extract_html"),
    ".htm": ("ingest.html", "extract_html"),
    ".docx": ("ingest.word_document", "extract_word"),
    ".odt": ("ingest.open_document", "extract_open_document"),
    ".epub": ("ingest.epub", "extract_epub"),
    ".eml": ("ingest.email_message", "extract_email"),
}
"""Suffix to module and function; imported when the first such file comes."""

HINTS: Mapping[str, str] = {
    **dict.fromkeys((".doc", ".docm", ".dotx", ".rtf", ".wpd", ".pages", ".fodt"), "save it as .docx and try again"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key"), "copy its text into a document (.docx) and try that"),
    **dict.fromkeys((".xls", ".xlsx", ".ods", ".csv"), "copy the text that matters into a document (.docx) and try that"),
    **dict.fromkeys((".zip", ".7z", ".rar", ".gz", ".tar"), "unpack it, and ingest the files or the folder"),
    **dict.fromkeys((".msg", ".mbox", ".pst"), "save each message as .eml and try again"),
    **dict.fromkeys((".mobi", ".azw3"), "convert it to .epub and try again"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff"), "have its words recognised (OCR) and try the result"),
}
"""Suffix to what can be done with a file of a format that is not read."""

DOSSIER_PLACE = "dossier:"
_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_MAX_NUMBER_BITS = 64  # no year or number of a document is larger
_MAX_BYTES = 64 * 1024 * 1024


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


@dataclass(frozen=True, slots=True)
class Origin:
    """A file to ingest: where it is, and the place by which a later ingest knows it again."""

    path: Path
    place: str

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            RefusedError: it is missing, unreadable or too large.
        """
        try:
            if (size := self.path.stat().st_size) > _MAX_BYTES:
                raise RefusedError(f"it is {size:,} bytes; the limit is {_MAX_BYTES:,}. Split it and try again")
            return self.path.read_bytes()
        except OSError as error:
            raise RefusedError(f"it cannot be read ({error.strerror or type(error).__name__})") from error


def find_origins(paths: Iterable[Path]) -> Iterator[Origin | tuple[str, RefusedError]]:
    """The documents at files and in folders, each once, in a fixed order; a named file that cannot be one is a refusal.

    Files of other formats inside a folder are passed over, as are hidden ones.
    """
    seen: set[str] = set()
    for found in _found(paths):
        place = found.place if isinstance(found, Origin) else found[0]
        if place not in seen:
            seen.add(place)
            yield found


def _found(paths: Iterable[Path]) -> Iterator[Origin | tuple[str, RefusedError]]:
    for path in paths:
        resolved = path.expanduser().resolve()
        if resolved.is_dir():
            found = [inner for inner in sorted(resolved.rglob("*")) if _is_document(inner, resolved)]
            if not found:
                yield str(path), RefusedError(f"the folder holds no documents ({', '.join(sorted(LOADERS))})")
            yield from (Origin(inner, str(inner)) for inner in found)
        elif not resolved.exists():
            yield str(path), RefusedError("there is no such file or folder")
        elif not resolved.is_file():
            yield str(path), RefusedError("it is no regular file; a pipe or a device has no end")
        elif resolved.suffix.lower() not in LOADERS:
            yield str(path), RefusedError(_why_not(resolved.suffix))
        else:
            yield Origin(resolved, str(resolved))


def _why_not(suffix: str) -> str:
    reason = f"{suffix or 'a file without a suffix'} is not one of {', '.join(sorted(LOADERS))}"
    return f"{reason}; {HINTS[suffix.lower()]}" if suffix.lower() in HINTS else reason


def dossier_origins() -> list[Origin]:
    """The documents of the bundled dossier; their places do not depend on where the program is installed."""
    folder = Path(str(files("ingest") / "dossier"))
    return [Origin(path, DOSSIER_PLACE + path.stem) for path in sorted(folder.glob("*.md"))]


def load(origin: Origin, given: Metadata, debate: Debate, data: bytes | None = None) -> Document:
    """The document at an origin, or in `data` where that has been read; what is given wins over what the file says.

    Raises:
        RefusedError: it cannot be read or holds no text.
    """
    module, function = LOADERS[origin.path.suffix.lower()]
    extract: Callable[[bytes], Extracted] = getattr(import_module(module), function)
    try:
        extracted = extract(origin.read() if data is None else data)
    except RefusedError:
        raise
    except Exception as error:  # parsers fail in ways of their own on hostile files, and one file never stops the others
        raise RefusedError(f"it cannot be read as {origin.path.suffix.lower()} ({type(error).__name__})") from error
    if not extracted.paragraphs:
        raise RefusedError("it holds no running text")
    said = merge(given, _metadata(extracted.metadata))
    return Document(
        source=_source(origin, said, extracted, debate),
        text=extracted.text,
        paragraphs=extracted.paragraphs,
        sections=extracted.sections,
    )


def merge(first: Metadata, second: Metadata) -> Metadata:
    """The first where it says something, else the second."""
    return replace(second, **first.said())


def _source(origin: Origin, said: Metadata, extracted: Extracted, debate: Debate) -> Source:
    voice = said.voice or _own_voice(said, debate)
    if voice is not None and debate.voice(voice) is None:
        known = debate.voice_named(voice)
        if known is None:
            raise RefusedError(f"its voice {voice!r} is not one of {', '.join(each.id for each in debate.voices)}")
        voice = known.id
    is_dossier = origin.place.startswith(DOSSIER_PLACE)
    return Source(
        id=_source_id(origin, extracted.metadata.get("id")),
        title=said.title or _title_from_name(origin.path),
        place=origin.place,
        language=said.language or detect_language(extracted.text),
        kind=said.kind or "document",
        wording=_wording(said.wording),
        publisher=said.publisher,
        author=said.author,
        published=said.published,
        url=said.url,
        voice=voice,
        after=_reference(extracted.metadata.get("after")) if is_dossier else None,
        basis=_line(extracted.metadata.get("basis")) if is_dossier else None,
        basis_note=_line(extracted.metadata.get("basis_note")) if is_dossier else None,
        page_labels=extracted.page_labels,
    )


def _own_voice(said: Metadata, debate: Debate) -> str | None:
    """The voice whose own words a document holds: its author, or the organisation that published it.

    A name may go with a function or with others ("Selma Haddad, Joris Wiebenga"); the first that is a voice counts.
    """
    for names, may_be_person in ((said.author, True), (said.publisher, False)):
        for name in (names or "").split(","):
            if (found := debate.voice_named(name)) and (may_be_person or not found.person):
                return found.id
    return None


def _source_id(origin: Origin, said: object) -> str:
    if origin.place.startswith(DOSSIER_PLACE):
        return str(said or origin.path.stem)
    digest = hashlib.sha256(origin.place.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    plain = unicodedata.normalize("NFKD", origin.path.stem.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "document"
    return f"{slug}-{digest}"


def _title_from_name(path: Path) -> str:
    words = re.sub(r"[-_]+", " ", path.stem).strip() or path.name
    return _line(words[:1].upper() + words[1:]) or "Document"


def _metadata(raw: Mapping[str, object]) -> Metadata:
    named = {field.name: _line(raw.get(field.name)) for field in fields(Metadata)}
    published = named.pop("published") or _line(raw.get("date"))
    if published and not _is_date(published):
        published = None
    return Metadata(published=published, **named)


def _is_date(text: str) -> bool:
    """Whether a text is an ISO date that may lack its day or month."""
    try:
        return _PARTIAL_DATE.fullmatch(text) is not None and bool(date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False


def _reference(raw: object) -> Reference | None:
    if not isinstance(raw, dict):
        return None
    return Reference(**{field.name: _line(raw.get(field.name)) for field in fields(Reference)})


def _wording(said: str | None) -> Wording:
    try:
        return Wording(said or Wording.VERBATIM)
    except ValueError as error:
        raise RefusedError(f"its wording {said!r} is not verbatim or paraphrase") from error


def _line(value: object) -> str | None:
    """Metadata as one line of printable text: it is shown beside quotations and must not steer a terminal."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if not isinstance(value, str | int) or (isinstance(value, int) and value.bit_length() > _MAX_NUMBER_BITS):
        return None
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return " ".join(text.split())[:300] or None


def _is_document(path: Path, root: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in path.relative_to(root).parts)
    return not hidden and path.suffix.lower() in LOADERS and path.is_file()
