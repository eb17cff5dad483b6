"""Where a text may be cut: between words where it can be, and never inside what a reader sees as one character."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from vectorstore.passages import Quote


def utf16_units(text: str) -> int:
    """The length of a text as Telegram counts offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_at(text: str, room: int, measure: Callable[[str], int] = utf16_units) -> int:
    """How many code points of a text fit in the room: all, or up to and with the last space in the second half of them.

    Where there is no space the cut is between two characters as a reader sees them (base and combining marks, joined emoji,
    flags). One that has no room as a whole is cut all the same, so it is never 0 where there is room for a code point.
    """
    if measure(text) <= room:
        return len(text)
    end = after_space = used = 0
    for grapheme in _graphemes(text):
        used += measure(grapheme)
        if used > room:
            break
        end += len(grapheme)
        after_space = end if grapheme.isspace() else after_space
    if not end:
        return _points_within(text, room, measure)
    return after_space if after_space > end // 2 else end


def shortened(quote: Quote, limit: int, measure: Callable[[str], int] = len) -> Quote:
    """The quote, or where it is longer its beginning: an exact span of the document all the same, in code points unless said."""
    if measure(quote.text) <= limit:
        return quote
    cut = quote.text[: cut_at(quote.text, limit, measure)]
    text = cut.rstrip() or cut
    return replace(quote, text=text, end=quote.start + len(text))


def seen_span(text: str) -> tuple[int, int]:
    """Where a text begins and ends without the white space around it; a mark keeps the space that it stands on."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    stands_on_space = 0 < start < end and len(next(_graphemes(text[start - 1 : start + 1]))) > 1
    return start - stands_on_space, end


def clipped(text: str, points: int) -> str:
    """Words of our own in at most so many code points, with an ellipsis where they are cut."""
    return text if len(text) <= points else f"{text[: cut_at(text, points - 1, len)].rstrip()}…"


def _graphemes(text: str) -> Iterator[str]:
    import regex

    return (match.group() for match in regex.finditer(r"\X", text))


def _points_within(text: str, room: int, measure: Callable[[str], int]) -> int:
    used = 0
    for index, char in enumerate(text):
        used += measure(char)
        if used > room:
            return index
    return len(text)
