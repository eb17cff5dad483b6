"""What stands in the margin of one PDF page after the other: running headers, footers and page numbers, which are left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.pdf_lines import Line, Page

_MARGIN = 0.115  # of the height of a page, at the top and at the bottom
_PLACE = 4.0  # points: what stands no further apart is at the same place
_PAGES = 3  # what is repeated on fewer may be text, where there are more
_NUMBER = re.compile(r"\d+|\b[ivxlcdm]+\b")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_OF = r"(?:/|van|of|von|\|)"
_BARE = re.compile(
    rf"[\s\[(–—|•.-]*(?:(?:pagina|page|blz\.?|pag\.?|p\.|seite)\s*)?(\d{{1,4}}|[ivxlcdm]{{1,7}})(?:\s*{_OF}\s*(\d{{1,4}}))?[\s\])–—|•.-]*",
    re.IGNORECASE,
)

Key = tuple[str, int, bool]
"""Words with a sign for each number, place on the page, and whether that is counted from the bottom."""


def without_margins(pages: Sequence[Page]) -> list[Page]:
    """The pages without what is repeated in their margins; nothing is left out of a document of one page."""
    running = _running(pages)
    offsets = _number_offsets(pages)
    cleaned = []
    for page in pages:
        out = {
            id(line)
            for line, key in _margin_lines(page)
            if key in running or _is_own_number(line, page.number, len(pages), offsets)
        }
        cleaned.append(replace(page, lines=tuple(line for line in page.lines if id(line) not in out)))
    return cleaned


def _running(pages: Sequence[Page]) -> set[Key]:
    """What is found at one place of the margin on page after page; numbers in it grow with the pages."""
    found: dict[Key, dict[int, Line]] = defaultdict(dict)
    for page in pages:
        for line, key in _margin_lines(page):
            found[key].setdefault(page.number, line)
    running = set()
    for key, lines in found.items():
        words, place, is_bottom = key
        near = {**found.get((words, place - 1, is_bottom), {}), **found.get((words, place + 1, is_bottom), {}), **lines}
        if len(near) >= min(_PAGES, max(2, len(pages))) and _are_neighbours(near) and _count_along(near):
            running.add(key)
    return running


def _margin_lines(page: Page) -> Iterator[tuple[Line, Key]]:
    for line in page.lines:
        is_top, is_bottom = line.bottom <= page.height * _MARGIN, line.top >= page.height * (1 - _MARGIN)
        if is_top or is_bottom:
            place = (page.height - line.bottom if is_bottom else line.top) // _PLACE
            yield line, (_NUMBER.sub("#", " ".join(line.text.lower().split())), int(place), is_bottom)


def _are_neighbours(lines: dict[int, Line]) -> bool:
    """Whether some of the pages follow each other, be it on left or right pages only."""
    numbers = sorted(lines)
    return any(after - before <= 2 for before, after in pairwise(numbers))


def _count_along(lines: dict[int, Line]) -> bool:
    """Whether each number in them is the same everywhere or grows as the pages do; where it does not, it is a heading's."""
    columns = zip(*([_value(number) for number in _NUMBER.findall(line.text.lower())] for line in lines.values()), strict=False)
    for values in columns:
        steps = Counter(value - page for value, page in zip(values, lines, strict=True))
        if len(set(values)) > 1 and steps.most_common(1)[0][1] * 2 <= len(lines):
            return False
    return True


def _number_offsets(pages: Sequence[Page]) -> set[int]:
    """By how much the numbers that stand alone in the margin differ from the place of their page, where that is seen twice."""
    offsets: Counter[int] = Counter()
    for page in pages:
        numbers = {_value(bare.group(1)) for line, _ in _margin_lines(page) if (bare := _BARE.fullmatch(line.text))}
        offsets.update(number - page.number for number in numbers)
    return {offset for offset, count in offsets.items() if count > 1}


def _is_own_number(line: Line, page: int, pages: int, offsets: set[int]) -> bool:
    bare = _BARE.fullmatch(line.text) if pages > 1 else None
    return bare is not None and (_value(bare.group(1)) - page in offsets or bare.groups() == (str(page), str(pages)))


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    values = [_ROMAN[letter] for letter in number.lower()]
    return sum(-value if any(later > value for later in values[place + 1 :]) else value for place, value in enumerate(values))
