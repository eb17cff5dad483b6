"""Text that is addressed to a machine: orders to a language model, and the marks that its makers put around them.

What says that officials may set instructions aside, or what a system prompt is, is no such text: an order counts where it
is given, not where it is spoken of.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from ingest.machine_orders import ORDERS
from vectorstore.invisible import is_invisible

# Small letters of other scripts that look like Latin ones, and Latin ones that have another form.
_LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0441\u0501\u0435\u04bb\u0456\u0458\u043a\u04cf\u043c\u043d"  # Cyrillic
    "\u043e\u0440\u051b\u0433\u0455\u0442\u0438\u0475\u051d\u0445\u0443"
    "\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9"  # Greek
    "\u0563\u0570\u0578\u057d\u0585"  # Armenian
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f"  # small capitals
    "\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22"
    "\u0251\u0261\u0131\u00f8\u0142\u0111",
    "abcdehijklmhopqrstuvwxyabeniknoptuxwqhnuoabcdefghijklmnoprstuvwyzagiold",
)
_QUOTATION_MARKS = {
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a`"), '"'),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u02bc\u00b4"), "'"),
}
_LEFT_OUT = "*_~\u00ad"  # emphasis and soft hyphens
_REMEMBERED_LENGTH = 5_000  # longer paragraphs are few
_TAIL = 60  # characters, more than any of the words that go before an order
_BETWEEN_WORDS = r"(?:[ \"']+)"
_OPENS = re.compile(
    r"(?:^|[^\w ]|\b(?:"
    r"alsjeblieft|bitte|daarna|dan|direct|dus|eerst|en|et|graag|maar|nu|of|ook|onmiddellijk|svp|und|vervolgens|voortaan|"
    r"also|and|but|first|immediately|instead|just|kindly|now|or|please|simply|so|then|you|"
    r"you (?:must|should|shall|will|can|to|are to|have to|need to)))$"
)


class _Folds(dict[int, str]):
    """What each character is compared as, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


def machine_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where a paragraph is addressed to a machine, in order; spans that overlap are one.

    Invisible characters, look-alike letters, accents, capitals and emphasis do not keep an order from being found.
    """
    return _remembered(text) if len(text) <= _REMEMBERED_LENGTH else _spans(text)


def _spans(text: str) -> tuple[tuple[int, int], ...]:
    folded = text.translate(_FOLDS)
    found = sorted(_orders_in(folded))
    places = [place for place, char in enumerate(text) for _ in _FOLDS[ord(char)]] if found else []
    spans: list[tuple[int, int]] = []
    for left, right, is_given in found:
        start, end = places[left], places[right - 1] + 1
        if is_given and not (text[start].isupper() or _OPENS.search(_before(folded, left))):
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


# A document is looked at twice, for what is reported and for what is marked.
_remembered = lru_cache(maxsize=4_096)(_spans)


def _orders_in(folded: str) -> Iterator[tuple[int, int, bool]]:
    for keys, pattern, is_given in _patterns():
        if any(key in folded for key in keys):
            yield from ((*match.span(), is_given) for match in pattern.finditer(folded))


def _before(folded: str, place: int) -> str:
    """The last words before a place, with single spaces."""
    return " ".join(folded[max(0, place - _TAIL) : place].split()).rstrip(" \"'")


@cache
def _patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str], bool], ...]:
    return tuple(
        (
            order.keys,
            re.compile((rf"\b(?:{order.words})" if order.is_given else order.words).replace(" ", _BETWEEN_WORDS)),
            order.is_given,
        )
        for order in ORDERS
    )


def _folded(char: str) -> str:
    if char in _LEFT_OUT or is_invisible(char):
        return ""
    if char.isspace():
        return " "
    whole = unicodedata.normalize("NFKD", char).casefold().translate(_QUOTATION_MARKS)
    return "".join(part for part in whole if unicodedata.category(part)[0] != "M").translate(_LOOKALIKES)


_FOLDS = _Folds()
