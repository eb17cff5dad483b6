"""Which kind of document an answer from the web holds: by its Content-Type, then its name, then its first bytes."""

import codecs
import io
import zipfile
from collections.abc import Mapping
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import unquote

from ingest.extraction import RefusedError

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
_EPUB = "application/epub+zip"
SUFFIXES: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/plain": ".txt",
    _DOCX: ".docx",
    _ODT: ".odt",
    _EPUB: ".epub",
    "message/rfc822": ".eml",
}
"""Content types to the suffix by which a loader knows them."""

ACCEPT = ", ".join((*SUFFIXES, "*/*;q=0.1"))

_NAMES = {".htm": ".html", ".xhtml": ".html", ".markdown": ".md", ".text": ".txt"} | {each: each for each in SUFFIXES.values()}
_SAYS_NOTHING = {
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/force-download",
    "application/x-download",
    "application/download",
    "application/zip",
    "application/x-zip-compressed",
}
_MAGIC_BYTES = 1024


def suffix_by_name(content_type: str, path: str, disposition: str) -> str | None:
    """The suffix that the headers and the address tell, or None where only the bytes can.

    Raises:
        RefusedError: it is of a type that cannot be read.
    """
    mime = _header(content_type).get_content_type() if content_type else ""
    named = _suffix_of(path)
    if mime == "text/plain":  # what servers call all text that they do not know
        return ".md" if named == ".md" else ".txt"
    if mime in SUFFIXES:
        return SUFFIXES[mime]
    if mime not in _SAYS_NOTHING:
        raise RefusedError(f"it is of the type {mime[:80]!r}, which cannot be read; look for the same as a web page, PDF or text")
    return _suffix_of(_header("application/octet-stream", disposition).get_filename() or "") or named


def suffix_by_bytes(data: bytes) -> str:
    """The suffix that the bytes tell.

    Raises:
        RefusedError: they do not tell.
    """
    head = data[:_MAGIC_BYTES]
    if b"%PDF-" in head:
        return ".pdf"
    if head.lstrip(b"\xef\xbb\xbf\t\r\n ").lower().startswith((b"<!doctype html", b"<html")):
        return ".html"
    if head.startswith(b"PK\x03\x04") and (found := _suffix_in_archive(data)):
        return found
    raise RefusedError(
        "it does not say of what type it is; save it by hand under a name that does (.pdf, .html, …) and ingest that"
    )


def charset_of(content_type: str) -> str | None:
    """The encoding that a Content-Type declares, if it is one that exists."""
    charset = _header(content_type).get_param("charset") if content_type else None
    if not isinstance(charset, str):
        return None
    try:
        return codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None


def _header(content_type: str, disposition: str = "") -> Message:
    message = Message()
    message["Content-Type"] = content_type
    message["Content-Disposition"] = disposition
    return message


def _suffix_of(name: str) -> str | None:
    return _NAMES.get(PurePosixPath(unquote(name)).suffix.lower())


def _suffix_in_archive(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return ".docx"
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    return SUFFIXES.get(member.read(100).decode("ascii", "replace").strip())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        pass
    return None
