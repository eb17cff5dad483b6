"""Dates as far as they are said: "22 april 2025", "in 2033", "jaren negentig", "vorig jaar", "het eerste kwartaal van 2025"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.checking.date_words import (
    AFTER_ORDINAL,
    BEFORE_MONTH,
    BEGINNINGS,
    COUNTED,
    DAYS,
    DECADES,
    EN_DECADES,
    LAST_CENTURY,
    LAST_DAY,
    LAST_MONTH,
    MONTHS,
    NUMERIC,
    PERIODS,
    QUARTER,
    SEASONS,
    SHORT,
    STAGES,
    VERBS,
    WEEKDAYS,
    WHICH,
)
from bot.checking.number_bounds import Bound, date_bounds
from bot.checking.number_tokens import Kind, Token, is_year
from bot.checking.number_words import Sort, meaning
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


def may_begin_date(word: str) -> bool:
    """Whether a date can begin at a folded word."""
    return word in BEGINNINGS


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
    part = WEEKDAYS.get(token.text) or DAYS.get(token.text)
    if part is None:
        return None
    return Moment(part=part), at + 1


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _numeric(token: Token, at: int, language: Language) -> tuple[Moment, int] | None:
    """A date in digits; one that England and America read differently stays a name."""
    found = NUMERIC.fullmatch(token.text)
    if found is None:
        return None
    if found[1]:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        day, month, year = int(found[4]), int(found[5]), int(found[6])
        if language == "en" and "-" not in token.text and day <= LAST_MONTH and month != day:
            if month <= LAST_MONTH:
                return None
            day, month = month, day
        if month > LAST_MONTH and language == "en":
            day, month = month, day
    is_date = 1 <= month <= LAST_MONTH and 1 <= day <= LAST_DAY
    return (Moment(year, month, day), at + 1) if is_date else None


def _day_of(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The day of a month at a token, with the -e or -th that may follow, and where it ends."""
    token = tokens[at] if at < len(tokens) else None
    if token is None or token.kind is not Kind.NUMBER or not token.written.isdigit() or not 1 <= token.value <= LAST_DAY:
        return None
    follows = at + 1 < len(tokens) and tokens[at + 1].is_glued and tokens[at + 1].text in AFTER_ORDINAL
    return int(token.value), at + 1 + follows


def _year_of(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The year at a token, after "of", "van" or a comma, and where it ends."""
    if _text(tokens, at) in {",", "of", "van", "."}:
        at += 1
    return (int(tokens[at].value), at + 1) if at < len(tokens) and is_year(tokens[at]) else None


def _month_of(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The month that a token names next to a number, and where it ends."""
    word = _text(tokens, at)
    month = MONTHS.get(word) or SHORT.get(word)
    if month is None:
        return None
    return month, at + 1 + (word in SHORT and _text(tokens, at + 1) == "." and tokens[at + 1].is_glued)


def _day_first(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "22 april 2025", "22nd of April", "22 tot 24 april" for its first day."""
    day = _day_of(tokens, at)
    if day is None:
        return None
    if found := _day_and_month(tokens, at):
        return found
    link = _link_end(tokens, day[1])
    other = _day_and_month(tokens, link) if link else None
    return (Moment(other[0].year, other[0].month, day[0]), day[1]) if other else None


def _day_and_month(tokens: Sequence[Token], at: int) -> tuple[Moment, int] | None:
    """ "22 april 2025", "22nd of April"."""
    day = _day_of(tokens, at)
    month = _month_of(tokens, day[1] + (_text(tokens, day[1]) == "of")) if day else None
    if day is None or month is None:
        return None
    year = _year_of(tokens, month[1])
    return Moment(year[0] if year else None, month[0], day[0]), year[1] if year else month[1]


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
    is_name = word in MONTHS and (
        word not in VERBS or language == "nl" or (tokens[at].is_capital and _text(tokens, at - 1) in BEFORE_MONTH)
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
    if after and (is_tied or COUNTED.fullmatch(after.text) or (meaning(after.text, "nl") or meaning(after.text, "en"))):
        return None
    before = next((word for word in (_text(tokens, at - 1), _text(tokens, at - 2)) if word not in {"of", "van", "-", "in"}), "")
    season = PERIODS.get(before)
    part = STAGES.get(before) or (season if season in SEASONS else None)
    return Moment(int(token.value), part=part), at + 1


def _decade(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "jaren negentig", "jaren '90", "de negentiger jaren", "the nineties", "the 90s"."""
    word, after = _text(tokens, at), tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None and word not in EN_DECADES:
        return None
    if word == "jaren" and after is not None:
        value = DECADES.get(after.text) or (int(after.value) if after.kind is Kind.NUMBER and after.written.isdigit() else 0)
        if value in DECADES.values():
            return Moment(LAST_CENTURY + value, part="decade"), at + 2
        if is_year(after) and value % 10 == 0:
            return Moment(value, part="decade"), at + 2
    if word in DECADES and (word in EN_DECADES or (word.endswith("er") and after is not None and after.text == "jaren")):
        return Moment(LAST_CENTURY + DECADES[word], part="decade"), at + 1 + (word not in EN_DECADES)
    short = tokens[at].written
    if short.isdigit() and len(short) == 2 and after is not None and after.is_glued and after.text in {"s", "'s", "er", "'er"}:
        return Moment(LAST_CENTURY + int(short), part="decade"), at + 2
    return None


def _quarter(tokens: Sequence[Token], at: int) -> tuple[Moment, int] | None:
    """ "Q1 2025"."""
    found = QUARTER.fullmatch(tokens[at].text)
    year = _year_of(tokens, at + 1) if found else None
    if found is None:
        return None
    return Moment(year[0] if year else None, part=f"quarter {found[1]}"), year[1] if year else at + 1


def rank_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[int, int] | None:
    """The rank that a token names: "eerste", "2e", "21st"; and where it ends."""
    token = tokens[at]
    if token.kind is Kind.NUMBER:
        follows = at + 1 < len(tokens) and tokens[at + 1].is_glued and tokens[at + 1].text in AFTER_ORDINAL
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
    period = PERIODS.get(_text(tokens, place))
    if period not in {"quarter", "century"}:
        return None
    year = _year_of(tokens, place + 1) if period == "quarter" else None
    return Moment(year[0] if year else None, part=f"{period} {rank[0]}"), year[1] if year else place + 1


def _relative(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "vorig jaar", "next month", "deze eeuw", "afgelopen maandag"."""
    which, word = WHICH.get(tokens[at].text), _text(tokens, at + 1)
    if word in VERBS and not tokens[at + 1].is_capital:
        return None
    period = (PERIODS.get(word) or WEEKDAYS.get(word) or (f"month {MONTHS[word]}" if word in MONTHS else None)) if which else None
    return (Moment(part=f"{which} {period}"), at + 2) if period else None


def _season(tokens: Sequence[Token], at: int, _language: Language) -> tuple[Moment, int] | None:
    """ "de zomer", "het najaar", "in the spring"; verbs and what springs stay words."""
    period = PERIODS.get(_text(tokens, at))
    if period not in SEASONS or _text(tokens, at - 1) not in {"de", "het", "the", "this", "deze", "dit"}:
        return None
    year = _year_of(tokens, at + 1)
    if year is None and _text(tokens, at) in {"fall", "spring"}:
        return None
    return Moment(year[0] if year else None, part=period), year[1] if year else at + 1
