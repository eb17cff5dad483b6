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
}
"""Suffix to module and function; imported when the first such file comes."""


def why_not(suffix: str) -> RefusedError:
    """Why a file with a suffix cannot be a document."""
    return RefusedError(f"{suffix or 'a file without a suffix'} is not one of {', '.join(sorted(LOADERS))}")


def extract(suffix: str, data: bytes) -> Extracted:
    """The text of a file by its suffix, in lower case.

    Raises:
        RefusedError: it cannot be read as what it says it is, or holds no running text.
    """
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
