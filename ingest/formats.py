"""Which formats there are, and the text of a file in one of them. A new format is one entry in LOADERS."""

from collections.abc import Callable, Mapping
from importlib import import_module

from ingest.extraction import Extracted, RefusedError

LOADERS: Mapping[str, tuple[str, str]] = {
    ".md": ("ingest.markdown", "extract_markdown"),
    ".markdown": ("ingest.markdown", "extract_markdown"),
    ".txt": ("ingest.plain_text", "extract_plain_text"),
    ".text": ("ingest.plain_text", "extract_plain_text"),
    ".html": ("ingest.html", "extract_html"),
    ".htm": ("ingest.html", "extract_html"),
    ".xhtml": ("ingest.html", "extract_html"),
    ".pdf": ("ingest.pdf", "extract_pdf"),
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


def why_not(suffix: str) -> RefusedError:
    """Why a file with a suffix cannot be a document."""
    reason = f"{suffix or 'a file without a suffix'} is not one of {', '.join(sorted(LOADERS))}"
    return RefusedError(f"{reason}; {HINTS[suffix]}" if suffix in HINTS else reason)


def extract(suffix: str, data: bytes) -> Extracted:
    """The text of a file by its suffix, in lower case.

    Raises:
        RefusedError: it cannot be read as what it says it is, or holds no running text.
    """
    if not data.strip():
        raise RefusedError("it is empty")
    module, function = LOADERS[suffix]
    read: Callable[[bytes], Extracted] = getattr(import_module(module), function)
    try:
        extracted = read(data)
    except RefusedError:
        raise
    except MemoryError as error:
        raise RefusedError("it needs more memory than one document may have; split it and try again") from error
    except Exception as error:  # parsers fail in ways of their own on hostile files, and one file never stops the others
        raise RefusedError(f"it cannot be read as {suffix} ({type(error).__name__})") from error
    if not extracted.paragraphs:
        raise RefusedError("it holds no running text")
    return extracted
