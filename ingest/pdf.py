"""PDF: the text of the pages fit to quote, each with its page, and what the file says of itself."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from threading import Lock

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.extraction import Extracted, RefusedError, on_pages, sections_from
from ingest.pdf_headings import heading_levels, title_places, with_title_whole
from ingest.pdf_layout import in_reading_order, whole_rows
from ingest.pdf_lines import Page, read_page
from ingest.pdf_margins import without_margins
from ingest.pdf_metadata import metadata_of, own_title
from ingest.pdf_paragraphs import Paragraph, body_size, paragraphs_of
from ingest.pdf_pictures import pictures_on, unread_pages
from ingest.pdf_words import Vocabulary, joint, plain, vocabulary_of
from vectorstore.languages import STOP_WORDS, detect_language

_MAX_PAGES = 5_000
_MAX_GLYPHS = 20_000_000
_UNKNOWN_SHARE = 0.3  # of the glyphs: beyond that, the text cannot be trusted
_END_MARK, _END_BYTES = b"%%EOF", 2_048
_OCR = "run OCR first, for example with ocrmypdf, and ingest the result"
_pdfium = Lock()  # pdfium may be called from one thread at a time

Span = tuple[int, int]


def extract_pdf(data: bytes) -> Extracted:
    """The running text, page by page in reading order, without what is repeated in the margins.

    A sentence belongs to the page that it begins on; a word that a page end cuts belongs to the first of the two.

    Raises:
        RefusedError: it is damaged, locked, too large, or has no text that can be read.
    """
    with _pdfium:
        pages, labels, metadata = _read(data)
    _refuse_unreadable(pages)
    not_read = unread_pages(pages)
    pages = without_margins([replace(page, lines=tuple(whole_rows(page.lines))) for page in pages])
    pages = [replace(page, lines=tuple(in_reading_order(page.lines))) for page in pages]
    lines = [line.text for page in pages for line in page.lines]
    vocabulary = vocabulary_of(lines, detect_language("\n".join(lines)))
    body = body_size(pages)
    paragraphs = with_title_whole(paragraphs_of(pages, body), body)
    if not paragraphs:
        raise RefusedError(_no_text(len(pages)))
    text, spans, starts = _joined(paragraphs, vocabulary, len(pages))
    levels = heading_levels(paragraphs, body)
    headings = [(*spans[place], level) for place, level in sorted(levels.items())]
    sections = sections_from([(start, level, text[start:end]) for start, end, level in headings], len(text))
    largest = " ".join(text[slice(*spans[place])] for place in title_places(paragraphs, body))
    title = own_title(metadata.pop("title", ""), largest, text[: [*starts, len(text)][1]])
    if metadata.get("language") in STOP_WORDS and metadata["language"] != vocabulary.language:
        del metadata["language"]  # what the program that made it was set to; the text is not in it
    return Extracted(
        text=text,
        paragraphs=tuple(span for place, span in enumerate(spans) if place not in levels),
        sections=on_pages(sections, starts),
        metadata={**metadata, "title": title} if title else metadata,
        page_labels=labels,
        not_read=not_read,
    )


def _joined(paragraphs: Sequence[Paragraph], vocabulary: Vocabulary, pages: int) -> tuple[str, list[Span], list[int]]:
    """The stored text, where each paragraph is in it, and where each page begins."""
    parts: list[str] = []
    spans: list[Span] = []
    starts = [0]
    position = 0
    for paragraph in paragraphs:
        begin = position
        for place, (page, line) in enumerate(paragraph.lines):
            while len(starts) < page:  # a word that the page end cuts is left to the page before
                cut = re.search(r"\s|$", line.text) if parts and place and not parts[-1].endswith(" ") else None
                starts.append(position + (cut.end() if cut else 0))
            is_last = place + 1 == len(paragraph.lines)
            text, space = (plain(line.text), "") if is_last else joint(line.text, paragraph.lines[place + 1][1].text, vocabulary)
            parts += [text, space] if space else [text]
            position += len(text) + len(space)
        spans.append((begin, position))
        parts.append("\n\n")
        position += 2
    text = "".join(parts[:-1])
    return text, spans, [min(start, len(text)) for start in starts + [len(text)] * (pages - len(starts))]


def _read(data: bytes) -> tuple[list[Page], tuple[str, ...], dict[str, str]]:
    if _END_MARK not in data.rstrip(b"\0\r\n\t ")[-_END_BYTES:]:
        raise RefusedError("it is cut off, or no PDF: its end is missing; fetch it again")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise RefusedError("it is locked with a password; save it without one and try again") from error
        raise RefusedError("it is damaged, or no PDF; save it anew from the program that made it") from error
    with closing(document):
        count = len(document)
        if not 0 < count <= _MAX_PAGES:
            raise RefusedError(f"it has {count:,} pages; from 1 to {_MAX_PAGES:,} can be read. Split it and try again")
        labels = tuple(document.get_page_label(index) or str(index + 1) for index in range(count))
        own_labels = labels if any(label != str(number) for number, label in enumerate(labels, start=1)) else ()
        return list(_pages(document)), own_labels, metadata_of(document)


def _pages(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    glyphs = 0
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError as error:
            raise RefusedError(f"its page {index + 1} is damaged; save it anew from the program that made it") from error
        with closing(page):
            read = read_page(page, index + 1)
            pictures, pictured = pictures_on(page, read.glyphs)
        glyphs += read.glyphs
        if glyphs > _MAX_GLYPHS:
            raise RefusedError(f"it holds more than {_MAX_GLYPHS:,} letters; split it and try again")
        yield replace(read, pictures=pictures, pictured=pictured)


def _refuse_unreadable(pages: Sequence[Page]) -> None:
    glyphs = sum(page.glyphs for page in pages)
    if not any(page.lines for page in pages) and not glyphs:
        raise RefusedError(_no_text(len(pages)))
    if sum(page.unknown for page in pages) > _UNKNOWN_SHARE * glyphs:
        raise RefusedError(f"its fonts do not tell which letters most of its text is; {_OCR}")


def _no_text(pages: int) -> str:
    return f"it has no text layer ({pages} {'page' if pages == 1 else 'pages'} of images); {_OCR}"
