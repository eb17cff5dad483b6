"""Plain text: the stored text is the file's own, character for character."""

import codecs
import re

from ingest.extraction import Extracted, RefusedError, sections_from
from ingest.old_encodings import decode_old

_LINE = re.compile(r"[^\r\n\f]+")
_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r|\f)[ \t]*(?:\r\n|\n|\r|\f)")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SENTENCE_END = (".", "!", "?", "…", ";", ",", '"', "'", "”", "’", "»", ")", "]")
_MAX_HEADING = 70
_WRAPPED_LINE = 100  # files with hard line breaks keep their lines shorter than this
_MARKS = (  # the mark of UTF-32 begins with the one of UTF-16
    ((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    ((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
)


class NotUnicodeError(RefusedError):
    """A file in an encoding of before Unicode; which one, its bytes do not tell."""


def decode(data: bytes) -> str:
    """The text of a file: in Unicode, or in an older encoding where only one makes sense. Nothing is replaced.

    Raises:
        RefusedError: it is empty, binary, or in an encoding that its bytes do not tell.
    """
    try:
        return decode_unicode(data)
    except NotUnicodeError:
        text = decode_old(data)
        if text is None:
            raise
        return text


def decode_unicode(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Raises:
        NotUnicodeError: it is in another encoding.
        RefusedError: it is empty or binary.
    """
    if not data.strip():
        raise RefusedError("it is empty")
    encoding = next((name for marks, name in _MARKS if data.startswith(marks)), "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in data[:4096]:
            raise RefusedError("it is a binary file, not text") from error
        reason = f"it is not UTF-8 (byte {error.start}), and its bytes do not tell for certain what it is"
        raise NotUnicodeError(f"{reason}; save it as UTF-8 and try again") from error
    check_printable(text)
    if not text.strip():
        raise RefusedError("it is empty")
    return text


def check_printable(text: str) -> None:
    """Refuses text that holds control characters.

    Raises:
        RefusedError: it does; the message names the first.
    """
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise RefusedError(f"line {line} holds the control character U+{ord(found.group()):04X}; it is not plain text")


def extract_plain_text(data: bytes) -> Extracted:
    """Paragraphs are lines, or blocks between blank lines where lines are broken by hand; short bare lines are headings."""
    text = decode(data)
    headings: list[tuple[int, int, str]] = []
    paragraphs: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        line = text[start:end]
        if _is_heading(line) and end < len(text.rstrip()):
            headings.append((start, 1, line.rstrip(":")))
        else:
            paragraphs.append((start, end))
    return Extracted(text, tuple(paragraphs), sections_from(headings, len(text)))


def _paragraphs(text: str) -> list[tuple[int, int]]:
    lines = [_strip(text, *match.span()) for match in _LINE.finditer(text) if match.group().strip()]
    broken_by_hand = sum(1 for start, end in lines if end - start > _WRAPPED_LINE) == 0 and len(_BLANK_LINE.findall(text)) > 0
    if not broken_by_hand:
        return lines
    blocks: list[tuple[int, int]] = []
    for start, end in lines:
        if blocks and not _BLANK_LINE.search(text, blocks[-1][1], start):
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((start, end))
    return blocks


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    return start + len(line) - len(line.lstrip()), end - (len(line) - len(line.rstrip()))


def _is_heading(line: str) -> bool:
    return len(line) <= _MAX_HEADING and "\n" not in line and not line.endswith(_SENTENCE_END) and line[0] not in "-*•–"
