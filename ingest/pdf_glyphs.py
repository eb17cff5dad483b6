"""The glyphs of a PDF page with their place and look: all that is asked of pypdfium2 page by page."""

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from math import pi
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; y grows downwards, and text reads from left to right."""

HYPHEN = "\u00ad"
"""A hyphen at the end of a line, real or soft: only the next line tells. Elsewhere it is a soft one, which is not seen."""

PRIVATE = range(0xE000, 0xF900)
"""Codes that fonts give a meaning of their own: bullets and icons."""

_BREAKS = {0x0A, 0x0D}
_END_HYPHENS = {0x02, 0xAD, 0xFFFE}  # what pdfium gives for a hyphen that ends a line
_SURROGATES = range(0xD800, 0xE000)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_UNKNOWN = {0, 0xFFFD, 0xFFFF}
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(r"bold|black|heavy", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"italic|oblique", re.IGNORECASE)
_SAMPLE = 200
_WHITE = {" ", "\n"}
_LETTERS = {code: chr(code) for code in range(0x20, 0x7F)}  # most of what there is


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks; `colour` is 0xRRGGBB, or -1 where text has several."""

    size: float
    bold: bool
    italic: bool
    colour: int


class Word(NamedTuple):
    """Glyphs that were drawn together without white space; no letters where none are known or there is nothing to see.

    `space` and `new_line`: what pdfium finds before it. `known` and `glyphs` count glyphs whose letters are known, and all.
    """

    letters: str
    box: Box
    style: Style
    space: bool
    new_line: bool
    known: int
    glyphs: int


class PageWords:
    """The words of one page as they were drawn, upright as they are read, whatever way the page or its text is turned."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._text_page = page.get_textpage()
        self._raw = self._text_page.raw
        self._count: int = max(0, pdfium.FPDFText_CountChars(self._raw))
        self._turn = self._most_turned()
        self._styles: dict[tuple[bytes, int, float, int], Style] = {}
        self.frame = _turned(page.get_bbox(), self._turn)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Word]:
        raw, count = self._raw, self._count
        get_code, get_object = pdfium.FPDFText_GetUnicode, _get_object()
        codes = [get_code(raw, index) for index in range(count)]
        letters = [_LETTERS.get(code) or _letters(code) for code in codes]
        drawn_by = [get_object(raw, index) for index in range(count)]
        style, is_mapped, last = Style(0, bold=False, italic=False, colour=0), True, None
        start, space, new_line = 0, False, False
        while start < count:
            if letters[start] in _WHITE:
                space, new_line = space or letters[start] == " ", new_line or letters[start] == "\n"
                start += 1
                continue
            handle, end = drawn_by[start], start + 1
            while end < count and drawn_by[end] == handle and letters[end] not in _WHITE:
                end += 1
            if handle is None or handle != last:  # the look of what is drawn at once is asked once
                last, style = handle, self._style(start)
                is_mapped = pdfium.FPDFText_HasUnicodeMapError(raw, start) != 1
            known = sum(code not in _UNKNOWN and code not in PRIVATE for code in codes[start:end]) if is_mapped else 0
            yield Word("".join(letters[start:end]), self._box(start, end), style, space, new_line, known, end - start)
            start, space, new_line = end, False, False

    def _box(self, start: int, end: int) -> Box:
        box = pdfium.FS_RECTF()
        pdfium.FPDFText_GetLooseCharBox(self._raw, start, ctypes.byref(box))
        first = _turned((box.left, box.bottom, box.right, box.top), self._turn)
        if end - start == 1:
            return first
        pdfium.FPDFText_GetLooseCharBox(self._raw, end - 1, ctypes.byref(box))
        last = _turned((box.left, box.bottom, box.right, box.top), self._turn)
        return min(first[0], last[0]), min(first[1], last[1]), max(first[2], last[2]), max(first[3], last[3])

    def close(self) -> None:
        """Gives back the memory of the page's text."""
        self._text_page.close()

    def _most_turned(self) -> int:
        """In how many quarters most of the text is turned, counter-clockwise; pdfium measures clockwise."""
        places = range(0, self._count, max(1, self._count // _SAMPLE))
        angles = (pdfium.FPDFText_GetCharAngle(self._raw, index) for index in places)
        turns = Counter(round(-angle / (pi / 2)) % 4 for angle in angles if angle >= 0)
        return turns.most_common(1)[0][0] if turns else 0

    def _style(self, index: int) -> Style:
        raw, name, flags, matrix = self._raw, ctypes.create_string_buffer(128), ctypes.c_int(), pdfium.FS_MATRIX()
        pdfium.FPDFText_GetFontInfo(raw, index, name, 128, ctypes.byref(flags))
        scale = 1.0
        if pdfium.FPDFText_GetMatrix(raw, index, ctypes.byref(matrix)):
            scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        pdfium.FPDFText_GetFillColor(raw, index, red, green, blue, alpha)
        size = round(pdfium.FPDFText_GetFontSize(raw, index) * scale, 1)
        key = (name.value, pdfium.FPDFText_GetFontWeight(raw, index), size, red.value << 16 | green.value << 8 | blue.value)
        if key not in self._styles:
            font = name.value.decode("ascii", "ignore")
            bold = key[1] >= _BOLD_WEIGHT or bool(_BOLD_NAME.search(font))
            self._styles[key] = Style(size, bold, bool(_ITALIC_NAME.search(font)), key[3])
        return self._styles[key]


@cache
def _get_object() -> Callable[[object, int], int | None]:
    """`FPDFText_GetTextObject` with an address as its result; the bindings make an object of each, which is slow."""
    with_address = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    get_object: Callable[[object, int], int | None] = ctypes.cast(pdfium.FPDFText_GetTextObject, with_address)
    return get_object


def _letters(code: int) -> str:
    if code in _BREAKS:
        return "\n"
    if code in _LIGATURES:
        return _LIGATURES[code]
    if code in _END_HYPHENS:
        return HYPHEN
    if code in _SURROGATES or code in _UNKNOWN or code > 0x10FFFF:
        return ""
    char = chr(code)
    if char.isspace():
        return " "
    return char if char.isprintable() or code in PRIVATE else ""


def _turned(box: Box, turn: int) -> Box:
    """A box of the page (left, bottom, right, top; y upwards), as one with its text upright."""
    left, bottom, right, top = box
    if turn == 0:
        return left, -top, right, -bottom
    if turn == 1:
        return bottom, left, top, right
    return (-right, bottom, -left, top) if turn == 2 else (-top, -right, -bottom, -left)
