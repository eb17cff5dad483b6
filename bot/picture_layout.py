"""Puts the pieces of a page under one another: where each line of text goes, and how high the picture becomes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.picture_marks import (
    BLUE,
    BROWN,
    CARD,
    CAVEAT,
    GREY,
    HAIRLINE,
    INK,
    WIDTH,
    Box,
    Dot,
    Face,
    Mark,
    Measure,
    Rule,
    Sheet,
    Words,
)
from bot.picture_pieces import Bar, Card, Event, Item, Page, Paragraph, Piece, Scale, Style
from bot.picture_scale import bar_marks, scale_marks

HIGHEST = 2400
"""No picture is higher than this: it fills the screen of a phone."""
LEAST_BODY = 28
"""No quotation is in smaller letters than this."""
_LOWEST = 1350
_MARGIN = 48
_PADDING = 26
_SMALL = 24.0
_LEADING = 1.32
_RAIL = 44  # how far the text of an event stands from the margin, behind the line with dots
_BETWEEN = "\u00a0 · "  # figures of one sentence on one line
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # a line can be broken at these
_STYLES: dict[Style, tuple[float, Face, str, float]] = {  # size, face, colour, and the space above it
    Style.KICKER: (26, Face.PLAIN, GREY, 0),
    Style.TITLE: (54, Face.BOLD, INK, 2),
    Style.LEAD: (28, Face.PLAIN, INK, 14),
    Style.HEADING: (28, Face.BOLD, INK, 20),
    Style.NOTE: (_SMALL, Face.PLAIN, INK, 18),
    Style.SMALL: (_SMALL, Face.PLAIN, GREY, 7),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How wide texts are, and how large the letters of a quotation."""

    measure: Measure
    body: float = LEAST_BODY


@dataclass(frozen=True, slots=True)
class _Column:
    """Where text runs: its left side, and how wide it is."""

    x: float
    width: float


_PAGE = _Column(_MARGIN, WIDTH - 2 * _MARGIN)


def lay_out(page: Page, look: Look) -> Sheet:
    """The page as marks; its foot stands at the bottom. It can be higher than `HIGHEST`: then there is too much on it."""
    body, end = _stacked(page.body, look, _MARGIN)
    foot, foot_height = _stacked(page.foot, look, 0)
    height = max(_LOWEST, round(end + foot_height + _MARGIN))
    top = height - _MARGIN - foot_height
    lower, _ = _stacked(page.foot, look, top) if foot else ([], 0)
    return Sheet(height, (*body, *lower))


def wrapped(text: str, face: Face, size: float, width: float, measure: Measure) -> list[str]:
    """The text in lines that fit, broken at spaces; a word that is longer than a line is broken where it must."""
    lines: list[str] = []
    space, used = measure(" ", face, size), width
    for word in (piece for each in _SPACES.split(text.strip()) for piece in _pieces(each, face, size, width, measure)):
        wide = measure(word, face, size)
        if used + space + wide > width:
            lines.append(word)
            used = wide
        else:
            lines[-1] += f" {word}"
            used += space + wide
    return lines


def _pieces(word: str, face: Face, size: float, width: float, measure: Measure) -> Iterator[str]:
    while measure(word, face, size) > width:
        fits = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or measure(word[:end], face, size) <= width)
        yield word[:fits]
        word = word[fits:]
    if word:
        yield word


def _stacked(pieces: tuple[Piece, ...], look: Look, y: float) -> tuple[list[Mark], float]:
    """The marks of pieces under one another, and where the last one ends."""
    marks: list[Mark] = []
    for piece in pieces:
        more, y = _laid(piece, look, y)
        marks += more
    return marks, y


def _laid(piece: Piece, look: Look, y: float) -> tuple[list[Mark], float]:
    match piece:
        case Paragraph():
            size, face, colour, space = _STYLES[piece.style]
            return _text(piece.text, _PAGE, y + space, (face, size, colour), look)
        case Card():
            return _card(piece, look, y + 16)
        case Event():
            return _event(piece, look, y + 10)
        case Scale():
            return scale_marks(piece, _PAGE.x, _PAGE.width, y + 12, look.measure)
        case Bar():
            text, end = _text(piece.text, _PAGE, y + 6, (Face.PLAIN, _SMALL, INK), look)
            bar, end = bar_marks(piece, _PAGE.x, _PAGE.width, end)
            return [*text, *bar], end


def _text(text: str, column: _Column, y: float, letters: tuple[Face, float, str], look: Look) -> tuple[list[Mark], float]:
    """A text in lines below `y`, and where the last one ends."""
    face, size, colour = letters
    marks: list[Mark] = []
    for line in wrapped(text, face, size, column.width, look.measure):
        marks.append(Words(column.x, y + size, line, size, face, colour))
        y += size * _LEADING
    return marks, y


def _card(card: Card, look: Look, y: float) -> tuple[list[Mark], float]:
    """A box with a name, and below it each quotation beside a line: a whole one where it is the source's own wording."""
    column = _Column(_PAGE.x + _PADDING, _PAGE.width - 2 * _PADDING)
    name, end = _text(card.name, column, y + 12, (Face.BOLD, look.body * 1.1, BROWN if card.is_caveat else INK), look)
    marks: list[Mark] = [*name]
    for number, item in enumerate(card.items):
        more, end = _item(item, column, end + (12 if number else 0), look)
        marks += more
    end += 10
    box = Box(_PAGE.x, y, _PAGE.width, end - y, CAVEAT if card.is_caveat else CARD, BROWN if card.is_caveat else HAIRLINE, 14)
    return [box, *marks], end


def _item(item: Item, column: _Column, y: float, look: Look) -> tuple[list[Mark], float]:
    """Whose wording it is, the figures, and the quotation beside its line."""
    marks, y = _text(item.label, column, y, (Face.PLAIN, _SMALL, GREY), look)
    letters = Face.BOLD, look.body * 1.36, BLUE
    side_by_side = _BETWEEN.join(item.figures)
    fits = look.measure(side_by_side, *letters[:2]) <= column.width
    for figure in [side_by_side] if fits else item.figures:
        more, y = _text(figure, column, y + 2, letters, look)
        marks += more
    inner, top, face = _Column(column.x + 24, column.width - 24), y + 4, Face.PLAIN if item.is_account else Face.QUOTE
    quoted, y = _text(item.quoted, inner, top, (face, look.body, INK), look)
    rule = Rule(column.x + 4, top + 4, column.x + 4, y, BLUE, 3 if item.is_account else 6, item.is_account)
    return [*marks, rule, *quoted], y + 8


def _event(event: Event, look: Look, y: float) -> tuple[list[Mark], float]:
    """When and by whom, and below it what; or how many more there are."""
    column = _Column(_PAGE.x + _RAIL, _PAGE.width - _RAIL)
    marks, end = _text(event.when, column, y, (Face.PLAIN, _SMALL, GREY) if event.is_count else (Face.BOLD, _SMALL, INK), look)
    if event.what:
        what, end = _text(event.what, column, end, (Face.PLAIN, look.body, INK), look)
        marks += what
    rail = _PAGE.x + 14
    line = Rule(rail, y - 10, rail, end, HAIRLINE, 4)
    dot = [] if event.is_count else [Dot(rail, y + _SMALL * 0.7, 10, not event.is_account)]
    return [line, *dot, *marks], end
