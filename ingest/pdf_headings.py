"""Which paragraphs of a PDF are headings, and of what level: larger, bolder or in another colour than the running text."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.pdf_glyphs import Style
from ingest.pdf_paragraphs import LEADERS, Paragraph

_LARGER, _TITLE = 1.12, 1.3  # times the running text
_NOT_SMALLER = 0.97
_MAX_CHARS, _MAX_LINES = 200, 5
_TEXT_END = (".", ",", ";", ":")
_BEGINS = re.compile(r"[\"'“‘(]?[A-ZÀ-Þ\d]")
_ADDRESS = re.compile(r"://|www\.|@")
_CAPTION = re.compile(r"(?:figuur|figure|tabel|table|grafiek|bron|source)\b[ \d.:]", re.IGNORECASE)
_MAX_LEVEL = 6

Key = tuple[float, bool, bool, bool]
"""Size, bold, upright, in the colour of text: the greater, the higher the heading."""


def heading_levels(paragraphs: Sequence[Paragraph], body: float) -> Mapping[int, int]:
    """The level of each paragraph that is a heading, by its place; 1 is the highest."""
    colour = _text_colour(paragraphs)
    found = {place: _key(each.first.style, colour) for place, each in enumerate(paragraphs) if is_heading(each, body, colour)}
    levels = {key: level for level, key in enumerate(sorted(set(found.values()), reverse=True), start=1)}
    return {place: min(levels[key], _MAX_LEVEL) for place, key in found.items()}


def title_places(paragraphs: Sequence[Paragraph], body: float) -> list[int]:
    """The places of the largest text of the first page, where that is clearly larger than the running text."""
    first = {place: each.first.size for place, each in enumerate(paragraphs) if each.page == 1 and not each.is_note}
    largest = max(first.values(), default=0.0)
    return [place for place, size in first.items() if size == largest >= _TITLE * body]


def with_title_whole(paragraphs: Sequence[Paragraph], body: float) -> list[Paragraph]:
    """The paragraphs with a title that is set on several lines, far apart, as one."""
    places = title_places(paragraphs, body)
    if not places or places != list(range(places[0], places[-1] + 1)):
        return list(paragraphs)
    whole = Paragraph(tuple(line for place in places for line in paragraphs[place].lines))
    return [*paragraphs[: places[0]], whole, *paragraphs[places[-1] + 1 :]]


def is_heading(paragraph: Paragraph, body: float, colour: int) -> bool:
    """Whether a paragraph stands above others: short, no sentence of the text, and of another look than that."""
    lines = [line for _, line in paragraph.lines]
    text = " ".join(line.text for line in lines)
    if paragraph.is_note or any(line.bullet or line.is_row for line in lines) or not any(char.isalpha() for char in text):
        return False
    if LEADERS.search(text) or _CAPTION.match(text):
        return False
    if len(text) > _MAX_CHARS or len(lines) > _MAX_LINES or _ADDRESS.search(text):
        return False
    size = min(line.size for line in lines)
    if size >= _LARGER * body:
        return not text.endswith((",", ";")) and (len(text) < _MAX_CHARS // 2 or not text.endswith("."))
    if size < _NOT_SMALLER * body or text.endswith(_TEXT_END) or not _BEGINS.match(text):
        return False
    is_coloured = all(line.style.colour not in {colour, -1} and _is_colour(line.style.colour) for line in lines)
    return is_coloured or all(line.style.bold for line in lines)


def _text_colour(paragraphs: Sequence[Paragraph]) -> int:
    colours: Counter[int] = Counter()
    for paragraph in paragraphs:
        for _, line in paragraph.lines:
            colours[line.style.colour] += len(line.text)
    return colours.most_common(1)[0][0] if colours else 0


def _is_colour(colour: int) -> bool:
    """Whether a colour is more than a shade of grey."""
    parts = (colour >> 16, colour >> 8 & 0xFF, colour & 0xFF)
    return max(parts) - min(parts) > 0x20


def _key(style: Style, colour: int) -> Key:
    return round(style.size * 2) / 2, style.bold, not style.italic, style.colour == colour
