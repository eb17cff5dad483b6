"""Dates as far as they are said: "22 april 2025", "april", "in 2033", "jaren negentig", "vorig jaar", "het eerste kwartaal van 2025"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.number_bounds import Bound, date_bounds
from bot.number_tokens import Kind, Token, is_year
from bot.number_words import Sort, meaning
from vectorstore.languages import Language


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as far as it is said. `part` is what else is said of when: "decade", "quarter 1", "monday", "last year"."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    part: str | None = None
    bounds: frozenset[Bound] = frozenset()
    reaches: tuple[int | None, ...] | None = None
    """The other end of a range."""


_MONTHS = {
    name: number
    for names in (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), 1)
}
_SHORT = {"jan": 1, "feb": 2, "febr": 2, "mrt": 3, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9}
_SHORT |= {"okt": 10, "oct": 10, "nov": 11, "dec": 12}
_WEEKDAYS = {
    name + ending: f"weekday {number}"
    for names in (
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "monday tuesday wednesday thursday friday saturday sunday",
    )
    for number, name in enumerate(names.split(), 1)
    for ending in ("", "en", "s")
}
_DAYS = {"vandaag": "today", "today": "today", "gisteren": "yesterday", "yesterday": "yesterday", "tomorrow": "tomorrow"}
_DAYS |= {
    "morgen": "tomorrow",
    "overmorgen": "in two days",
    "eergisteren": "two days ago",
    "tonight": "tonight",
    "vanavond": "tonight",
}
_WHICH = {
    word: which
    for which, words in {
        "last": "vorig vorige last previous",
        "past": "afgelopen past voorbije laatste",
        "next": "volgend volgende next",
        "coming": "komend komende aankomend aankomende coming upcoming",
        "this": "dit deze this current huidige huidig",
    }.items()
    for word in words.split()
}
_PERIODS = {
    word: period
    for period, words in {
        "year": "jaar jaren year years",
        "month": "maand maanden month months",
        "week": "week weken weeks",
        "quarter": "kwartaal quarter",
        "decade": "decennium decennia decade decades",
        "century": "eeuw eeuwen century centuries",
        "summer": "zomer summer",
        "winter": "winter",
        "spring": "lente voorjaar spring",
        "autumn": "herfst najaar autumn fall",
        "weekend": "weekend",
    }.items()
    for word in words.split()
}
_SEASONS = frozenset({"summer", "winter", "spring", "autumn"})
_STAGES = {
    "begin": "start",
    "early": "start",
    "eind": "end",
    "einde": "end",
    "end": "end",
    "late": "end",
    "medio": "middle",
    "mid": "middle",
}
_DECADES = {"twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "zeventig": 70, "tachtig": 80, "negentig": 90}
_DECADES |= {f"{word}er": value for word, value in _DECADES.items()}
_EN_DECADES = "twenties thirties forties fifties sixties seventies eighties nineties".split()
_DECADES |= {word: value for value, word in zip(range(20, 100, 10), _EN_DECADES, strict=True)}
_NUMERIC = re.compile(r"(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}))")
_QUARTER = re.compile(r"[qk]([1-4])")
_VERBS = frozenset({"may", "march", "mar"})
_BEFORE_MONTH = frozenset("in by since until of from last next this early late mid before after through between and during".split())
_COUNTED = re.compile(
    r"banen|\w*baan|mensen|personen|werknemers|ambtenaren|bedrijven|jobs?|people|persons|workers|employees|companies|organisaties|fte|"
    r"organi[sz]ations|woningen|gemeenten|leerlingen|studenten|students|municipalities|euros?|dollars?|pond|pounds|procent|percent|per|"
    r"\w{3,}banen|deelnemers|respondenten|respondents|documenten|documents|uur|dagen|hours|days|keer|times|huizen|patienten|patients|kinderen"
)
_AFTER_ORDINAL = frozenset("e de ste st nd rd th".split())
_CENTURY, _LAST_DAY, _LAST_MONTH, _IN_A_ROW = 100, 31, 12, 1900


def moments_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[tuple[tuple[Moment, int, int], ...], int] | None:
    """The date that begins at a token, or both ends of a range of dates, each with its first and last token; and where it ends."""
    first = _moment_at(tokens, at, language)
    if first is None:
        return None
    moment, end = first
    bounds, _ = date_bounds(tokens, at)
    link = _link_end(tokens, end)
    second = _moment_at(tokens, link, language) if link else None
    if link is None or second is None or not _is_range(moment, second[0]):
        return ((replace(moment, bounds=bounds), at, end),), end
    low, high = _filled(moment, second[0]), second[0]
    low_end, high_end = _bare(low), _bare(high)
    low = replace(low, bounds=frozenset({Bound.FIRST}), reaches=high_end)
    high = replace(high, bounds=frozenset({Bound.LAST}), reaches=low_end)
    return ((low, at, end), (high, link, second[1])), second[1]


def _bare(moment: Moment) -> tuple[int | None, ...]:
    return moment.year, moment.month, moment.day


def _filled(low: Moment, high: Moment) -> Moment:
    """The first end of "22 april tot 24 mei 2025" has the year of the last."""
    return replace(low, year=low.year or high.year)


def _is_range(low: Moment, high: Moment) -> bool:
    """Whether two dates are said in the same way, so that they can be the ends of a range."""
    return low.part == high.part and (low.month is None) == (high.month is None) and (low.day is None) == (high.day is None)


def _link_end(tokens: Sequence[Token], at: int) -> int | None:
    """Where the words end that join two ends of a range."""
    words = [token.text for token in tokens[at : at + 3]]
    for link in (["tot", "en", "met"], ["t", "/", "m"], ["tot"], ["to"], ["until"], ["through"], ["till"], ["-"], ["–"], ["/"]):
        if words[: len(link)] == link:
            return at + len(link)
    return None


def _moment_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[Moment, int] | None:
    """The date that begins at a token, without what bounds it, and where it ends."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind is Kind.NAME:
        return _numeric(token, at, language) or _quarter(tokens, at)
    for reading in (_day_first, _month_first, _year, _decade, _ranked_period, _relative, _season):
        if found := reading(tokens, at, language):
            return found
    part = _WEEKDAYS.get(token.text) or _DAYS.get(token.text)
    if part is None or (token.text == "morgen" and language == "en") or (token.text in {"zondags"}):
        return None
    return Moment(part=part), at + 1


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _numeric(token: Token, at: int, language: Language) -> tuple[Moment, int] | None:
    """A date in digits; one that England and America read differently stays a name."""
    found = _NUMERIC.fullmatch(token.text)
    if found is None:
        return None
    if found[1]:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        day, month, year = int(found[4]), int(found[5]), int(found[6])
        if language == "en" and "-" not in token.text and day <= _LAST_MONTH and month != day:
            if month <= _LAST_MONTH:
                return None
            day, month = month, day
        if month > _LAST_MONTH and language == "en":
            day, month = month, day
    is_date = 1 <= month <= _LAST_MONTH and 1 <= day <= _LAST_DAY
    return (Moment(year, month, day), at + 1) if is_date else None


def _day_of(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The day of a month at a token, with the -e or -th that may follow, and where it ends."""
    token = tokens[at] if at < len(tokens) else None
    if token is None or token.kind is not Kind.NUMBER or not token.written.isdigit() or not 1 <= token.value <= _LAST_DAY:
        return None
    follows = at + 1 < len(tokens) and tokens[at + 1].is_glued and tokens[at + 1].text in _AFTER_ORDINAL
    return int(token.value), at + 1 + follows


def _year_of(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The year at a token, after "of", "van" or a comma, and where it ends."""
    if _text(tokens, at) in {",", "of", "van", "."}:
        at += 1
    return (int(tokens[at].value), at + 1) if at < len(tokens) and is_year(tokens[at]) else None


def _month_of(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The month that a token names next to a number, and where it ends."""
    word = _text(tokens, at)
    month = _MONTHS.get(word) or _SHORT.get(word)
    if month is None:
        return None
    return month, at + 1 + (word in _SHORT and _text(tokens, at + 1) == "." and tokens[at + 1].is_glued)


def _day_first(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "22 april 2025", "22nd of April", "22 tot 24 april" for its first day."""
    day = _day_of(tokens, at)
    if day is None:
        return None
    place = day[1] + (_text(tokens, day[1]) == "of")
    if month := _month_of(tokens, place):
        year = _year_of(tokens, month[1])
        return Moment(year[0] if year else None, month[0], day[0]), year[1] if year else month[1]
    link = _link_end(tokens, day[1])
    other = _day_first(tokens, link, _language) if link else None
    return (Moment(other[0].year, other[0].month, day[0]), day[1]) if other else None


def _month_first(tokens: Sequence[Token], at: int, language: Language) -> tuple[Moment, int] | None:
    """ "April 22, 2025", "april 2025", "april"; "may" and "march" only where they can be no verbs."""
    month = _month_of(tokens, at)
    if month is None:
        return None
    if year := _year_of(tokens, month[1]):
        return Moment(year[0], month[0]), year[1]
    if language == "en" and (day := _day_of(tokens, month[1])):
        found = _year_of(tokens, day[1])
        return Moment(found[0] if found else None, month[0], day[0]), found[1] if found else day[1]
    word = tokens[at].text
    is_name = word in _MONTHS and (
        word not in _VERBS or language == "nl" or (tokens[at].is_capital and _text(tokens, at - 1) in _BEFORE_MONTH)
    )
    return (Moment(None, month[0]), month[1]) if is_name else None


def _year(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """A year, unless it counts something: "2033 banen"; with "eind" or "begin" before it."""
    token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    if not is_year(token) or _text(tokens, at - 1) in {"€", "$", "£", "eur", "usd"}:
        return None
    if after and after.is_glued and after.text in {"s", "'s", "er", "'er"}:
        return Moment(int(token.value), part="decade"), at + 2
    is_tied = after is not None and after.is_glued and after.text in {"%", "‰", "x", "+", "e", "th", "k"}
    if after and (is_tied or _COUNTED.fullmatch(after.text) or (meaning(after.text, "nl") or meaning(after.text, "en"))):
        return None
    before = next((word for word in (_text(tokens, at - 1), _text(tokens, at - 2)) if word not in {"of", "van", "-", "in"}), "")
    season = _PERIODS.get(before)
    part = _STAGES.get(before) or (season if season in _SEASONS else None)
    return Moment(int(token.value), part=part), at + 1


def _decade(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "jaren negentig", "jaren '90", "de negentiger jaren", "the nineties", "the 90s"."""
    word, after = _text(tokens, at), tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None and word not in _EN_DECADES:
        return None
    if word == "jaren" and after is not None:
        value = _DECADES.get(after.text) or (int(after.value) if after.kind is Kind.NUMBER and after.written.isdigit() else 0)
        if value in _DECADES.values():
            return Moment(_IN_A_ROW + value, part="decade"), at + 2
        if is_year(after) and value % 10 == 0:
            return Moment(value, part="decade"), at + 2
    if word in _DECADES and (word in _EN_DECADES or (word.endswith("er") and after is not None and after.text == "jaren")):
        return Moment(_IN_A_ROW + _DECADES[word], part="decade"), at + 1 + (word not in _EN_DECADES)
    short = tokens[at].written
    if short.isdigit() and len(short) == 2 and after is not None and after.is_glued and after.text in {"s", "'s", "er", "'er"}:
        return Moment(_IN_A_ROW + int(short), part="decade"), at + 2
    return None


def _quarter(tokens: Sequence[Token], at: int) -> tuple[Moment, int] | None:
    """ "Q1 2025"."""
    found = _QUARTER.fullmatch(tokens[at].text)
    year = _year_of(tokens, at + 1) if found else None
    if found is None:
        return None
    return Moment(year[0] if year else None, part=f"quarter {found[1]}"), year[1] if year else at + 1


def rank_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[int, int] | None:
    """The rank that a token names: "eerste", "2e", "21st"; and where it ends."""
    token = tokens[at]
    if token.kind is Kind.NUMBER:
        follows = at + 1 < len(tokens) and tokens[at + 1].is_glued and tokens[at + 1].text in _AFTER_ORDINAL
        return (int(token.value), at + 2) if follows and token.written.isdigit() else None
    first = meaning(token.text, language) if token.kind is Kind.WORD else None
    if first is None:
        return None
    if first.sort is Sort.ORDINAL:
        return int(first.value), at + 1
    if first.sort is Sort.CARDINAL and _text(tokens, at + 1) == "-" and tokens[at + 1].is_glued:
        second = meaning(_text(tokens, at + 2), language)
        if second and second.sort is Sort.ORDINAL and second.value < 10 and first.value % 10 == 0:
            return int(first.value + second.value), at + 3
    return None


def _ranked_period(tokens: Sequence[Token], at: int, language: Language) -> tuple[Moment, int] | None:
    """ "het eerste kwartaal van 2025", "de 21e eeuw"."""
    rank = rank_at(tokens, at, language)
    if rank is None:
        return None
    place = rank[1] + (_text(tokens, rank[1]) == "-")
    period = _PERIODS.get(_text(tokens, place))
    if period not in {"quarter", "century"}:
        return None
    year = _year_of(tokens, place + 1) if period == "quarter" else None
    return Moment(year[0] if year else None, part=f"{period} {rank[0]}"), year[1] if year else place + 1


def _relative(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "vorig jaar", "next month", "deze eeuw", "afgelopen maandag"."""
    which, word = _WHICH.get(tokens[at].text), _text(tokens, at + 1)
    period = (_PERIODS.get(word) or _weekday(word) or (f"month {_MONTHS[word]}" if word in _MONTHS else None)) if which else None
    return (Moment(part=f"{which} {period}"), at + 2) if period else None


@cache
def _weekday(word: str) -> str | None:
    return _WEEKDAYS.get(word)


def _season(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "de zomer", "het najaar", "in the spring"; verbs and what springs stay words."""
    period = _PERIODS.get(_text(tokens, at))
    if period not in _SEASONS or _text(tokens, at - 1) not in {"de", "het", "the", "this", "deze", "dit"}:
        return None
    year = _year_of(tokens, at + 1)
    return Moment(year[0] if year else None, part=period), year[1] if year else at + 1
