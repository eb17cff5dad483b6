"""The lines of a PDF in reading order as paragraphs, headings, list items and notes; a paragraph may run over columns and pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.pdf_glyphs import HYPHEN
from ingest.pdf_lines import Line, Page
from vectorstore.languages import STOP_WORDS

_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*[⁰¹²³⁴⁵⁶⁷⁸⁹]*$")
_NOTE = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+\s?\S|[*†‡]+\s?\w|\d{1,3}\s+\D")
_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-z])[.)]\s|\d{1,2}(?:\.\d{1,2})+\.?\s")
LEADERS = re.compile(r"(?:\.\s?){5,}\s*[\divxlc]*$|_{5,}$")
_NOTE_SIZE = 0.93  # of the running text's: smaller print at the foot of a page is a note
_NOTE_HEIGHT = 0.35  # of a page, from the top: what stands higher is no note
_SAME_SIZE = 0.06
_LEADING = 1.3  # times the usual distance between lines: white enough to part paragraphs
_DEFAULT_LEADING, _WIDE = 1.3, 2.4  # of the size
_INDENT = 0.8  # of the size
_ROOM = 1.15  # a word that would have fitted, with this to spare, was put on a line of its own on purpose
_HALF_LINE = 0.4
_WIDTH = 0.5  # of the size: what a letter takes
_FUNCTION_WORDS = STOP_WORDS["nl"] | STOP_WORDS["en"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that are one paragraph, each with the number of its page."""

    lines: tuple[tuple[int, Line], ...]
    is_note: bool = False

    @property
    def page(self) -> int:
        """The page that it begins on."""
        return self.lines[0][0]

    @property
    def first(self) -> Line:
        """Its first line."""
        return self.lines[0][1]

    @property
    def last(self) -> Line:
        """Its last line."""
        return self.lines[-1][1]


def body_size(pages: Sequence[Page]) -> float:
    """The size of most of the text."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def paragraphs_of(pages: Sequence[Page], body: float) -> list[Paragraph]:
    """The paragraphs of all pages in order.

    Notes come behind the running text of their page, or before its last paragraph where that runs on over the page end.
    """
    ordered: list[Paragraph] = []
    notes: list[Paragraph] = []
    for page in pages:
        running, found = _notes_apart(page, body)
        paragraphs = list(_paragraphs(running, page.number))
        if paragraphs and ordered and _runs_on(ordered[-1], paragraphs[0]) and not (notes and _is_all_of_page(ordered[-1])):
            last = ordered.pop()
            ordered += [*notes, replace(last, lines=last.lines + paragraphs.pop(0).lines)]
        else:
            ordered += notes
        ordered += paragraphs
        notes = [replace(note, is_note=True) for note in _paragraphs(found, page.number, are_notes=True)]
        if not running:
            ordered, notes = ordered + notes, []
    return ordered + notes


def _is_all_of_page(paragraph: Paragraph) -> bool:
    """Whether it came from an earlier page: the notes of this page cannot stand before it."""
    return paragraph.page != paragraph.lines[-1][0]


def _notes_apart(page: Page, body: float) -> tuple[list[Line], list[Line]]:
    """The running text of a page, and the notes at the foot of each of its columns."""
    small = [line for line in page.lines if line.size < _NOTE_SIZE * body and line.top > _NOTE_HEIGHT * page.height]
    large = [line for line in page.lines if line.size >= _NOTE_SIZE * body]
    at_foot = [line for line in small if not any(line.above(each) for each in large)]
    marked = [line for line in at_foot if _NOTE.match(line.text)]
    notes = {
        id(line) for line in at_foot if any(mark is line or mark.above(line) or _continues_above(line, mark) for mark in marked)
    }
    return [line for line in page.lines if id(line) not in notes], [line for line in page.lines if id(line) in notes]


def _continues_above(line: Line, mark: Line) -> bool:
    """Whether a line right above the first marked one may be the end of a note of the page before."""
    return line.above(mark) and mark.top - line.bottom < mark.size and abs(line.left - mark.left) < mark.size


def _paragraphs(lines: Sequence[Line], page: int, *, are_notes: bool = False) -> Iterator[Paragraph]:
    leadings = _leadings(lines)
    current: list[Line] = []
    for line in lines:
        if current and _begins_anew(current, line, lines, leadings, are_notes=are_notes):
            yield Paragraph(tuple((page, each) for each in current))
            current = []
        current.append(line)
    if current:
        yield Paragraph(tuple((page, each) for each in current))


def _leadings(lines: Sequence[Line]) -> dict[float, float]:
    """The usual distance from line to line, by size."""
    steps: dict[float, list[float]] = {}
    for above, below in pairwise(lines):
        step = below.bottom - above.bottom
        if above.size == below.size and 0.8 * above.size < step < 2.2 * above.size:
            steps.setdefault(above.size, []).append(step)
    return {size: sorted(found)[len(found) // 4] for size, found in steps.items()}


def _begins_anew(
    current: Sequence[Line], line: Line, lines: Sequence[Line], leadings: dict[float, float], *, are_notes: bool
) -> bool:
    """Whether a line is the first of a new paragraph."""
    before = current[-1]
    ended = _SENTENCE_END.search(before.text) is not None
    goes_on = not ended and (line.text[:1].islower() or line.text[:1] == "(" or before.text.endswith(HYPHEN))
    if line.bullet or before.is_row or LEADERS.search(before.text) or (are_notes and _NOTE.match(line.text)):
        return True
    if (line.is_row and not _is_turnover(before, line)) or _looks_different(before, line, goes_on=goes_on):
        return True
    if line.top < before.top:  # the next column
        return not goes_on and not _wants_more(before.text)
    if _is_spaced(before, line, leadings, goes_on=goes_on) or (_NUMBERED.match(line.text) and (ended or _is_numbered(current))):
        return True
    return _is_short(before, line, lines, ended=ended) or _is_indented(current, line, ended=ended)


def _is_numbered(current: Sequence[Line]) -> bool:
    return _NUMBERED.match(current[0].text) is not None


def _is_spaced(before: Line, line: Line, leadings: dict[float, float], *, goes_on: bool) -> bool:
    """Whether there is more white above a line than between the lines of a paragraph, or of a heading that is set wide."""
    usual = _LEADING * leadings.get(line.size, _DEFAULT_LEADING * line.size)
    return line.bottom - before.bottom > (max(usual, _WIDE * line.size) if goes_on and before.style == line.style else usual)


def _looks_different(before: Line, line: Line, *, goes_on: bool) -> bool:
    one, other = before.style, line.style
    if abs(line.size - before.size) > _SAME_SIZE * before.size:
        return True
    if goes_on or "://" in line.text:
        return False
    return one.bold != other.bold or (one.colour != other.colour and -1 not in {one.colour, other.colour})


def _is_turnover(before: Line, line: Line) -> bool:
    """Whether a row that ends in a number is the end of an entry of a table of contents that takes two lines."""
    return not before.is_row and line.left > before.left + _INDENT * line.size and line.text[-1:].isdigit()


def _is_short(before: Line, line: Line, lines: Sequence[Line], *, ended: bool) -> bool:
    """Whether the line before was ended on purpose: the first word of this one would have fitted on it."""
    beside = [each.right for each in lines if abs(each.left - before.left) < 3 * before.size and each.size == before.size]
    room = max([*beside, before.right]) - before.right
    needs = len(line.text.split(" ", 1)[0]) * _WIDTH * line.size * _ROOM + line.size
    if ended:
        return room > needs
    width = max([*beside, before.right]) - before.left
    is_centred = abs(before.left + before.right - line.left - line.right) < 2 and abs(before.left - line.left) > line.size
    return (is_centred or room > max(needs, _HALF_LINE * width)) and not line.text[:1].islower() and not _wants_more(before.text)


def _is_indented(current: Sequence[Line], line: Line, *, ended: bool) -> bool:
    """Whether a line stands further in or out as the first one of a paragraph does."""
    indent = _INDENT * line.size
    if not ended:
        return False
    if line.left < current[-1].left - indent:
        return len(current) > 1 or current[0].bullet
    return line.left > current[-1].left + indent and not (current[0].bullet or _is_numbered(current))


def _runs_on(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph goes on on the next page."""
    one, other = before.last, after.first
    if _SENTENCE_END.search(one.text) or other.bullet or one.is_row or other.is_row or before.is_note or after.is_note:
        return False
    if abs(one.size - other.size) > _SAME_SIZE * one.size or one.style.bold != other.style.bold:
        return False
    return other.text[:1].islower() or one.text.endswith(HYPHEN) or _wants_more(one.text)


def _wants_more(text: str) -> bool:
    """Whether a text cannot end here: after a comma, or after "de" or "van"."""
    words = text.rsplit(" ", 1)
    return text.endswith(",") or (len(words) > 1 and words[-1] in _FUNCTION_WORDS)
