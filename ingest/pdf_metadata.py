"""What a PDF says of itself: title, author, date and language, less what the program that made it filled in."""

import ctypes
import re

import pypdfium2
import pypdfium2.raw as pdfium

_DATE = re.compile(r"(?:D:)?(\d{4})(?:(\d{2})(?:(\d{2}))?)?")
_JUNK_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)|untitled|naamloos|(?:titel|title|document\s?\d*|presentat(?:ie|ion)\s?\d*)$"
    r"|.*\.(?:docx?|pdf|pptx?|xlsx?|odt|indd|afpub|rtf|tex|html?)$|\S*[_\d]\S*$",
    re.IGNORECASE,
)
_JUNK_AUTHOR = re.compile(
    r"(?:(?:microsoft office )?user|administrator|admin|unknown|onbekend|owner|gebruiker|author)$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_OWN_WORDS = 0.5  # of the words of a title: where fewer are on the first page, it was left behind by another document
_MAX_LANGUAGE_BYTES = 200


def metadata_of(document: pypdfium2.PdfDocument) -> dict[str, str]:
    """What is said, by the names that the loaders know; the title as it is, junk or not."""
    found = {name: " ".join(value.split()) for name, value in document.get_metadata_dict(skip_empty=True).items()}
    author, date = found.get("Author", ""), _DATE.match(found.get("CreationDate", ""))
    metadata = {
        "title": found.get("Title", ""),
        "author": "" if _JUNK_AUTHOR.match(author) else author,
        "published": "-".join(part for part in date.groups() if part) if date else "",
        "language": _language(document),
    }
    return {name: value for name, value in metadata.items() if value}


def own_title(said: str, largest: str, first_page: str) -> str:
    """The title that a file gives itself, or the largest text of its first page where that title is junk or of another document."""
    if not said or _JUNK_TITLE.match(said):
        return largest
    words = _WORD.findall(said.casefold())
    known = set(_WORD.findall(first_page.casefold()))
    return largest if largest and sum(word in known for word in words) < _OWN_WORDS * len(words) else said


def _language(document: pypdfium2.PdfDocument) -> str:
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    if not 0 < size <= _MAX_LANGUAGE_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    found = re.match(r"[a-z]{2}(?![a-z])", buffer.raw.decode("utf-16-le", "ignore").lower())
    return found.group() if found else ""
