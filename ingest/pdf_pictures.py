"""The pages of a PDF that are drawn rather than written: what is on them is not in the text."""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.listing import numbers
from ingest.pdf_lines import Page

_FEW_GLYPHS = 600  # a page with more has running text, whatever pictures are beside it
_HARDLY_ANY = 100  # the stamp of a scanner, a caption
_TELLING = 0.02  # of the page: a smaller picture is a logo or a line
_MANY, _MUCH = 20, 0.25  # pictures, and of the page: a drawing that was cut into pieces
_NEARLY_ALL = 0.9  # of the page
_MOST_OBJECTS = 50_000
_DEEPEST = 5


def pictures_on(page: pypdfium2.PdfPage, glyphs: int) -> tuple[int, float]:
    """How many pictures there are on a page, and the share of it that they take; none where there is much text.

    Pictures that overlap count twice, so that the share is at most that.
    """
    if glyphs > _FEW_GLYPHS:
        return 0, 0.0
    frame = page.get_bbox()
    whole = _area(frame) or 1.0
    areas = [_area(_within(box, frame)) for box in _boxes(page)]
    return len(areas), min(1.0, sum(areas) / whole)


def unread_pages(pages: Sequence[Page]) -> tuple[str, ...]:
    """What of the pages is not in the text, in words."""
    bare = [page.number for page in pages if page.pictured >= _TELLING and not page.glyphs]
    drawn = [page.number for page in pages if page.glyphs and _is_drawn(page)]
    found = []
    if bare:
        have, them = ("has", "it") if len(bare) == 1 else ("have", "them")
        found.append(f"{numbers('page', bare)} {have} no text layer: run OCR to have {them} read")
    if drawn:
        found.append(f"{numbers('page', drawn)} {'is' if len(drawn) == 1 else 'are'} mostly pictures, whose words are not read")
    return tuple(found)


def _is_drawn(page: Page) -> bool:
    is_in_pieces = page.pictures >= _MANY and page.pictured >= _MUCH
    return is_in_pieces or (page.glyphs <= _HARDLY_ANY and page.pictured >= _NEARLY_ALL)


def _boxes(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """Where the pictures are; those that were drawn as one form count as one."""
    count = pdfium.FPDFPage_CountObjects(page.raw)
    for handle in islice((pdfium.FPDFPage_GetObject(page.raw, index) for index in range(count)), _MOST_OBJECTS):
        if _holds_picture(handle, _DEEPEST):
            left, bottom, right, top = (ctypes.c_float() for _ in range(4))
            pdfium.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
            yield left.value, bottom.value, right.value, top.value


def _holds_picture(handle: object, depth: int) -> bool:
    kind = pdfium.FPDFPageObj_GetType(handle)
    if kind != pdfium.FPDF_PAGEOBJ_FORM or not depth:
        return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    count = min(pdfium.FPDFFormObj_CountObjects(handle), _MOST_OBJECTS)
    return any(_holds_picture(pdfium.FPDFFormObj_GetObject(handle, index), depth - 1) for index in range(count))


def _within(box: tuple[float, float, float, float], frame: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return max(box[0], frame[0]), max(box[1], frame[1]), min(box[2], frame[2]), min(box[3], frame[3])


def _area(box: tuple[float, float, float, float]) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
