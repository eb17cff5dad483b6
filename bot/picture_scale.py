"""Lays out a stretch of time to scale: how many documents there are of each month or year, and bars for what lasted."""

from collections.abc import Iterator

from bot.picture_marks import BLUE, GREY, HAIRLINE, Arrow, Box, Face, Mark, Measure, Rule, Words
from bot.picture_pieces import Bar, Scale

_HIGH = 150
_TEXT = 24
_BAR_HIGH, _TIP = 16, 14
_NUMBER = 20
_MOST_YEARS = 10


def scale_marks(scale: Scale, x: float, width: float, y: float, measure: Measure) -> tuple[list[Mark], float]:
    """The marks of a scale below `y`, and where it ends."""
    base = y + _HIGH
    return [*_years(scale, x, width, (y, base)), *_columns(scale, x, width, base, measure)], base + 44


def bar_marks(bar: Bar, x: float, width: float, y: float) -> tuple[list[Mark], float]:
    """The marks of a bar below `y`, and where it ends; an end that is open has an arrow."""
    middle = y + _TIP
    left, right = x + bar.start * width, x + bar.end * width
    marks: list[Mark] = [Rule(x, middle, x + width, middle, HAIRLINE, 3)]
    if bar.goes_on_before:
        marks.append(Arrow(left, middle, _TIP, GREY, is_to_right=False))
        left += _TIP * 1.5
    if bar.goes_on_after:
        marks.append(Arrow(right, middle, _TIP, GREY, is_to_right=True))
        right -= _TIP * 1.5
    return [*marks, Box(left, middle - _BAR_HIGH / 2, max(right - left, 6.0), _BAR_HIGH, GREY)], middle + _TIP + 4


def _years(scale: Scale, x: float, width: float, sides: tuple[float, float]) -> Iterator[Mark]:
    top, base = sides
    ends = [share for _, share in scale.years[1:]] + [1.0]
    step = 1 + (len(scale.years) - 1) // _MOST_YEARS
    for number, ((year, start), end) in enumerate(zip(scale.years, ends, strict=True)):
        left, right = x + start * width, x + end * width
        if number % step == 0:
            yield Rule(left, top, left, base + 10, HAIRLINE, 3)
            at, anchor = ((left + right) / 2, "center") if step == 1 else (left + 6, "left")
            yield Words(at, base + 34, year, _TEXT, anchor=anchor)
    yield Rule(x + width, top, x + width, base + 10, HAIRLINE, 3)
    yield Rule(x, base, x + width, base, GREY, 3)


def _columns(scale: Scale, x: float, width: float, base: float, measure: Measure) -> Iterator[Mark]:
    """A column for each month or year with its number above it; where those are too wide, only the highest has one."""
    each, most = width / max(len(scale.columns), 1), max((*scale.columns, 1))
    gap = min(6.0, each * 0.25)
    has_numbers = all(measure(str(count), Face.PLAIN, _NUMBER) < each for count in scale.columns)
    for number, count in enumerate(scale.columns):
        left, high = x + number * each, (_HIGH - 30) * count / most
        if count:
            yield Box(left + gap / 2, base - max(high, 6.0), each - gap, max(high, 6.0), BLUE)
        if count and (has_numbers or number == scale.columns.index(most)):
            at, anchor = (left + each / 2, "center") if each * number > _NUMBER and each * number < width - 50 else (left, "left")
            yield Words(at, base - max(high, 6.0) - 7, str(count), _NUMBER, anchor=anchor)
