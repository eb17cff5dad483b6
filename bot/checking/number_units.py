"""What a number is a number of: the unit ("percent", "euro", "year") and the words for what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.checking.number_tokens import Kind, Token
from vectorstore.languages import STOP_WORDS, Language

UNITS = {
    word: unit
    for unit, words in {
        "percent": "% procent percent pct procenten",
        "percentage_point": "procentpunt procentpunten pp",
        "permille": "‰ promille",
        "euro": "€ euro euros eur euro's",
        "dollar": "$ us$ dollar dollars usd",
        "pound": "£ pond pound pounds gbp",
        "yen": "¥ yen",
        "cent": "cent cents eurocent eurocents",
        "year": "jaar jaren year years jarig jarige jarigen",
        "month": "maand maanden month months maands maandse",
        "week": "week weken weeks weekse",
        "day": "dag dagen day days daags daagse",
        "hour": "uur uren hour hours urig urige u",
        "minute": "minuut minuten minute minutes",
        "second": "seconde seconden seconds",
        "decade": "decennium decennia decade decades",
        "century": "eeuw eeuwen century centuries",
        "fte": "fte fte's ftes",
        "kilometre": "km kilometer kilometers kilometre kilometres",
        "kilogram": "kg kilo kilogram",
        "kwh": "kwh kilowattuur",
        "mw": "mw megawatt",
        "gw": "gw gigawatt",
        "twh": "twh terawattuur",
        "gb": "gb gigabyte",
        "tb": "tb terabyte",
    }.items()
    for word in words.split()
}
CURRENCIES = frozenset({"euro", "dollar", "pound", "yen"})
TIMES = frozenset({"year", "month", "week", "day", "hour", "minute", "second", "decade", "century"})
_PAIRS = {
    ("per", "cent"): "percent",
    ("percentage", "point"): "percentage_point",
    ("percentage", "points"): "percentage_point",
    ("us", "dollars"): "dollar",
    ("us", "dollar"): "dollar",
}
_OFTEN = {
    word: unit
    for unit, words in {
        "year": "jaarlijks jaarlijkse annually yearly annual",
        "month": "maandelijks maandelijkse monthly",
        "week": "wekelijks wekelijkse weekly",
        "day": "dagelijks dagelijkse daily",
    }.items()
    for word in words.split()
}
_EACH = frozenset("per a an each every elk elke ieder iedere".split())
_SKIPPED = frozenset("extra meer minder more fewer less additional aan".split())
_OF = frozenset({"van", "of", "aan"})
_ARTICLES = frozenset("de het alle hun onze zijn haar deze die the all its their our these those".split())
_LISTED = frozenset("en and of or tot to à a van naar is zijn was waren kan kunnen will can may zal zullen zou zouden".split())
_MOST_WORDS, _WIDE, _FAR = 4, 3, 8
_PASSED = _SKIPPED | frozenset("\"'“”„‘*_«»")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, and where it ends."""

    name: str | None
    end: int


def unit_at(tokens: Sequence[Token], at: int) -> Unit:
    """The unit that begins at a token; without one its name is None and it ends where it begins."""
    place = at + (_text(tokens, at) == "-" and tokens[at].is_glued)
    words = _text(tokens, place), _text(tokens, place + 1)
    if words[0] == "%" and words[1] in {"-", "punt", "point"}:
        after = place + 1 + (words[1] == "-")
        if _text(tokens, after) in {"punt", "punten", "point", "points"}:
            return Unit("percentage_point", after + 1)
    if words in _PAIRS:
        return Unit(_PAIRS[words], place + 2)
    if words[0] == "%" and _text(tokens, place + 1) == "punt":
        return Unit("percentage_point", place + 2)
    name = UNITS.get(words[0])
    if name == "hour" and words[0] == "u" and not tokens[place].is_glued:
        name = None
    return Unit(name, place + 1) if name else Unit(None, at)


def unit_before(tokens: Sequence[Token], at: int) -> str | None:
    """The currency that stands before a number: "€ 5", "EUR 5"."""
    name = UNITS.get(_text(tokens, at - 1))
    return name if name in CURRENCIES else None


def per_what(tokens: Sequence[Token], start: int, end: int) -> str | None:
    """What a number is a number in: "5 euro per uur", "jaarlijks 5 miljard", "5 billion a year"."""
    if often := _OFTEN.get(_text(tokens, start - 1)) or _OFTEN.get(_text(tokens, end)):
        return often
    for at in range(end, min(end + _WIDE, len(tokens) - 1)):
        token, after = tokens[at], tokens[at + 1]
        if token.kind is not Kind.WORD:
            return None
        if token.text in _EACH:
            unit = UNITS.get(after.text)
            if token.text == "per":
                return unit or after.text
            if unit in TIMES:
                return unit
    return None


def counted_at(tokens: Sequence[Token], at: int, language: Language, *, needs_of: bool) -> tuple[str, ...]:
    """The folded words that say what is counted, at most four; after "van de" or "of the" where the number is a share."""
    place, words = at, list[str]()
    while _text(tokens, place) in _SKIPPED:
        place += 1
    if _text(tokens, place) in _OF:
        place += 1
        while _text(tokens, place) in _ARTICLES:
            place += 1
        if place < len(tokens) and tokens[place].is_capital:
            return ()  # "de 20 procent van BCG" is of whom, not of what
    elif needs_of:
        return ()
    for at_word, token in enumerate(tokens[place:], place):
        if token.text == "-" and token.is_glued:
            del words[-1:]  # "AI-toepassingen" are "toepassingen"
        elif _is_end(token, language) or len(words) == _MOST_WORDS:
            break
        elif token.text not in _PASSED and not _is_letters(tokens, at_word):
            words.append(token.text)
    return tuple(words)


def _is_end(token: Token, language: Language) -> bool:
    """Whether what is counted ends before a token."""
    if token.text in _PASSED:
        return False
    return token.kind not in {Kind.WORD, Kind.NAME} or token.text in STOP_WORDS[language] or token.text in _LISTED


def counted_before(tokens: Sequence[Token], start: int, language: Language) -> tuple[str, ...]:
    """What a share is of, where that begins the clause: "Van de werkenden gebruikt 43 procent AI"."""
    for at in range(start - 1, max(-1, start - _FAR), -1):
        if tokens[at].text in {"van", "of"} and (at == 0 or tokens[at - 1].kind is Kind.SIGN):
            return counted_at(tokens, at, language, needs_of=True)
        if tokens[at].kind is Kind.SIGN:
            break
    return ()


def _is_letters(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is an abbreviation that says what kind of thing follows: "AI systemen"."""
    is_short = tokens[at].written.isupper() and len(tokens[at].text) > 1
    return is_short and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.WORD and tokens[at + 1].text not in _LISTED


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""
