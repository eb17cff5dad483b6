"""Everything that a text claims in numbers, as values that can be compared: amounts, dates, and names that hold digits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from bot.checking.dates import Moment, may_begin_date, moments_at, rank_at
from bot.checking.number_bounds import Bound, bound_after, bounds_before, turn_of
from bot.checking.number_names import VAGUE, as_name, label_of
from bot.checking.number_tokens import Kind, Token, is_ambiguous, tokens_in
from bot.checking.number_units import CURRENCIES, Unit, counted_at, counted_before, per_what, unit_at, unit_before
from bot.checking.number_words import meaning
from bot.checking.spelled import Spelled, cardinal_at, spelled_at
from vectorstore.languages import Language


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit and what bounds it. What is counted and how it is written are no part of what it equals.

    `unit` is a currency, "percent", "percentage_point", a time ("year"), "factor" (what multiplies), "times" (how often),
    "ordinal", "magnitude" ("tienduizenden") or None. A share is a percentage: "een kwart" is 25 percent. `upper` is the other
    end of a range.
    """

    value: Fraction
    unit: str | None = None
    upper: Fraction | None = None
    is_change: bool = False
    bounds: frozenset[Bound] = frozenset()
    per: str | None = None
    whole: Fraction | None = None
    turn: int = field(default=0, compare=False)
    is_turned: bool = field(default=False, compare=False)
    counted: tuple[str, ...] = field(default=(), compare=False)
    ambiguous: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that holds a number: "gpt-4", "article 14"."""

    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a text claims in numbers, and where.

    One that is not firm ("one", "geen") is no claim of a sentence, yet supports one.
    """

    said: Amount | Moment | Name
    start: int
    end: int
    is_firm: bool = True


_SMALL = frozenset("een one a an geen no eerst".split())
_PARTS = re.compile(r"(?:eerste|tweede|first|second)")
_LINKS = tuple(tuple(link.split()) for link in ("tot en met", "t / m", "tot", "to", "a", "-", "–", "of", "or", "naar", "en", "and"))
_NO_ENGLISH_LINKS = (("of",), ("a",))
_FORMER = ("plaats", "place", "gezicht", "sight", "instantie", "instance")
_DETERMINERS = frozenset("de het the als as zijn haar hun its their onze our this deze dit".split())


@lru_cache(maxsize=512)
def claims_in(text: str, language: Language) -> tuple[Claim, ...]:
    """What a text claims in numbers, in order."""
    return tuple(_claims(tokens_in(text, language), language))


def _claims(tokens: Sequence[Token], language: Language) -> Iterator[Claim]:
    """The claims of a text, each read at the first token that begins it."""
    at, label = 0, ""
    while at < len(tokens):
        token = tokens[at]
        label = label_of(tokens, at, label)
        if label and token.kind is Kind.NUMBER:
            yield _claim(tokens, at, at + 1, Name(f"{label} {token.written}"))
            at += 1
            continue
        if not _may_begin(token, language):
            at += 1
            continue
        claims, end = _read_at(tokens, at, language)
        yield from claims
        at = max(end, at + 1)


def _may_begin(token: Token, language: Language) -> bool:
    """Whether a claim can begin at a token; at most words and at signs none can."""
    if token.kind is not Kind.WORD:
        return token.kind is not Kind.SIGN
    return token.text in _SMALL or token.text in VAGUE or may_begin_date(token.text) or meaning(token.text, language) is not None


def _claim(tokens: Sequence[Token], first: int, end: int, said: Amount | Moment | Name, *, is_firm: bool = True) -> Claim:
    return Claim(said, tokens[first].start, tokens[end - 1].end, is_firm)


def _read_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[list[Claim], int]:
    """The claims that begin at a token, and where they end."""
    if dated := moments_at(tokens, at, language):
        return [_claim(tokens, first, end, moment) for moment, first, end in dated[0]], dated[1]
    if ranked := _rank(tokens, at, language):
        return ranked
    if found := spelled_at(tokens, at, language):
        return _amount(tokens, at, found, language)
    return list(_word_at(tokens, at, language)), at + 1


def _word_at(tokens: Sequence[Token], at: int, language: Language) -> Iterator[Claim]:
    """The claim that one token makes: a name, "meerderheid", "voor het eerst", "geen banen"."""
    token = tokens[at]
    if token.kind is Kind.NAME:
        yield _claim(tokens, at, at + 1, Name(as_name(token)))
    elif token.text in VAGUE:
        yield _claim(tokens, at, at + 1, Name(VAGUE[token.text]))
    elif [each.text for each in tokens[max(0, at - 2) : at + 1]] == ["voor", "het", "eerst"]:
        yield _claim(tokens, at, at + 1, Amount(Fraction(1), "ordinal"))
    elif token.text in {"geen", "no"} and (counted := counted_at(tokens, at + 1, language, needs_of=False)):
        yield _claim(tokens, at, at + 1, Amount(Fraction(), counted=counted), is_firm=False)


def _rank(tokens: Sequence[Token], at: int, language: Language) -> tuple[list[Claim], int] | None:
    """A place in an order. "eerste" and "first" are one only after an article or the like; the two chambers are names."""
    rank = rank_at(tokens, at, language)
    before = tokens[at - 1].text if at else ""
    after = tokens[rank[1]].text if rank and rank[1] < len(tokens) else ""
    if rank is None or _is_part(tokens, at, language):
        return None
    is_name = _PARTS.fullmatch(tokens[at].text) and (after.startswith(("kamer", "chamber", "wereldoorlog")) or after == "world")
    is_first = rank[0] == 1 and tokens[at].kind is Kind.WORD and (before not in _DETERMINERS or after in _FORMER)
    if is_name or before == "ten" or is_first or (before == "voor" and after == "kamer"):
        return [], rank[1]
    counted = counted_at(tokens, rank[1], language, needs_of=False)
    amount = Amount(Fraction(rank[0]), "ordinal", counted=counted)
    return [_claim(tokens, at, rank[1], amount)], rank[1]


def _is_part(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether an ordinal is the lower half of a fraction that begins here."""
    found = spelled_at(tokens, at, language)
    return found is not None and found.unit == "percent"


def _amount(tokens: Sequence[Token], at: int, found: Spelled, language: Language) -> tuple[list[Claim], int]:
    """A number with its unit, the other end of its range, its bounds and what it counts."""
    unit = _unit(tokens, at, found)
    upper, end, is_change = None, unit.end, False
    if other := _upper(tokens, at, unit, language, has_unit=unit.end > found.end):
        upper, last, is_change = other
        unit, end = (last if last.name else Unit(unit.name, last.end)), last.end
        if found.scale == 1 < upper.scale and found.value < upper.value / upper.scale:
            found = replace(found, value=found.value * upper.scale)  # "15 tot 20 miljard"
    name = unit.name
    first = at - 1 if at and unit_before(tokens, at) else at
    if first and tokens[first - 1].text in {"-", "min", "minus"} and _is_minus(tokens, first):
        found, first = replace(found, value=-found.value), first - 1
    bounds, begin = bounds_before(tokens, first, language, name)
    if after := bound_after(tokens, end):
        bounds, end = bounds | {after[0]}, after[1]
    needs_of = name is not None and name not in {"factor", "times", "magnitude"}
    counted = counted_at(tokens, end, language, needs_of=needs_of) or (counted_before(tokens, begin, language) if needs_of else ())
    if after := bound_after(tokens, end + 1) or _average(tokens, end):
        bounds |= {after[0]}
    turn, is_turned = turn_of(tokens, begin, end)
    amount = Amount(
        value=found.value,
        unit=name,
        upper=upper.value if upper else None,
        is_change=is_change,
        bounds=bounds | ({Bound.ABOUT} if found.is_about else set()),
        per=per_what(tokens, begin, end),
        whole=found.whole,
        turn=turn,
        is_turned=is_turned,
        counted=counted,
        ambiguous=found.written if is_ambiguous(found.written) and found.scale == 1 and found.value > 0 else "",
    )
    return [_claim(tokens, begin, end, amount, is_firm=found.is_firm)], end


def _average(tokens: Sequence[Token], end: int) -> tuple[Bound, int] | None:
    """Whether "on average" stands a few words after a number: "26 minutes a day on average"."""
    found = (bound_after(tokens, place) for place in (end + 2, end + 3))
    return next((bound for bound in found if bound and bound[0] is Bound.AVERAGE), None)


def _unit(tokens: Sequence[Token], at: int, found: Spelled) -> Unit:
    """The unit of a number, from the number itself, after it, or a currency before it."""
    after = unit_at(tokens, found.end)
    if found.unit == "magnitude" and after.name:
        return Unit(f"magnitude {after.name}", after.end)
    if found.unit:
        return Unit(found.unit, found.end)
    return after if after.name or not unit_before(tokens, at) else Unit(unit_before(tokens, at), found.end)


def _is_minus(tokens: Sequence[Token], first: int) -> bool:
    """Whether what stands before a number makes it negative, and does not join it to a number or a word."""
    token = tokens[first - 1]
    return token.text != "-" or not token.is_glued


def _upper(
    tokens: Sequence[Token], at: int, unit: Unit, language: Language, *, has_unit: bool
) -> tuple[Spelled, Unit, bool] | None:
    """The other end of a range, its unit, and whether the range is a change: "van 5 naar 10"."""
    words = tuple(token.text for token in tokens[unit.end : unit.end + 3])
    before = {token.text for token in tokens[max(0, at - 3) : at]}
    for link in _LINKS:
        if words[: len(link)] != link or (language == "en" and link in _NO_ENGLISH_LINKS):
            continue
        is_between = bool(before & {"tussen", "between"})
        if link in {("en",), ("and",)} and not is_between:
            return None
        place = unit.end + len(link)
        place += place < len(tokens) and (tokens[place].text in {"de", "the"} or unit_before(tokens, place + 1) is not None)
        upper = cardinal_at(tokens, place, language)
        if upper is None or upper.unit or not upper.is_firm:
            return None
        after = unit_at(tokens, upper.end)
        if after.name is None and unit_before(tokens, place) and unit.name in CURRENCIES:
            after = Unit(unit.name, upper.end)
        is_same = unit.name == after.name or None in {unit.name, after.name}
        return (upper, after, link == ("naar",)) if is_same and (after.name or not has_unit) else None
    return None
