"""Everything that a text claims in numbers, as values that can be compared: amounts, dates, and names that hold digits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from bot.dates import Moment, may_begin_date, moments_at, rank_at
from bot.number_bounds import Bound, bound_after, bounds_before, turn_of
from bot.number_tokens import Kind, Token, is_ambiguous, is_year, tokens_in
from bot.number_units import CURRENCIES, TIMES, UNITS, Unit, counted_at, counted_before, per_what, unit_at, unit_before
from bot.number_words import meaning
from bot.spelled import Spelled, cardinal_at, spelled_at
from vectorstore.languages import STOP_WORDS, Language


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit and what bounds it. What is counted and how it is written are no part of what it equals.

    `unit` is a currency, "percent", "percentage_point", a time ("year"), "factor" (what multiplies), "times" (how often), "ordinal",
    "magnitude" ("tienduizenden") or None. A share is a percentage: "een kwart" is 25 percent. `upper` is the other end of a range.
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
    """What a text claims in numbers, and where. One that is not firm is none when a sentence makes it ("one", "geen"), yet supports."""

    said: Amount | Moment | Name
    start: int
    end: int
    is_firm: bool = True


_LABELS = {
    word: label
    for label, words in {
        "article": "artikel artikelen art article articles",
        "chapter": "hoofdstuk chapter hoofdstukken chapters",
        "annex": "bijlage annex bijlagen appendix",
        "paragraph": "lid paragraaf paragraph section leden",
        "question": "vraag question vragen",
        "page": "pagina blz page pp",
        "table": "tabel table",
        "figure": "figuur figure",
        "phase": "fase phase",
        "step": "stap step",
        "version": "versie version",
        "level": "niveau level",
        "number": "nr no nummer number",
        "recommendation": "aanbeveling recommendation",
        "point": "punt point",
        "recital": "overweging recital",
        "class": "klasse class",
        "category": "categorie category",
        "part": "deel part",
        "scenario": "scenario",
        "top": "top",
    }.items()
    for word in words.split()
}
_LANGUAGES: tuple[Language, Language] = ("nl", "en")
_NUMBERED = re.compile(r"\d{1,4}(?:\.\d{1,2}){0,2}")
_HYPHENED = re.compile(r"([^\W\d_]+)-(\d+)$")
_SMALL = frozenset("een one a an geen no eerst".split())
_VAGUE = {
    word: name
    for name, words in {
        "majority": "meerderheid merendeel majority",
        "minority": "minderheid minority",
        "handful": "handvol handful",
    }.items()
    for word in words.split()
}
_PARTS = re.compile(r"(?:eerste|tweede|first|second)")
_LISTED = frozenset({",", "en", "and", "of", "or", "tot", "to", "-", "–", "met"})
_LINKS = (
    ("tot", "en", "met"),
    ("t", "/", "m"),
    ("van", "de"),
    ("tot",),
    ("to",),
    ("à",),
    ("a",),
    ("-",),
    ("–",),
    ("of",),
    ("or",),
    ("naar",),
    ("en",),
    ("and",),
)
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
        label = _label(tokens, at, label)
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
    return token.text in _SMALL or token.text in _VAGUE or may_begin_date(token.text) or meaning(token.text, language) is not None


def _label(tokens: Sequence[Token], at: int, label: str) -> str:
    """What the numbers here are the numbers of: of an article, a page; it goes on through "13, 14 en 15"."""
    token, before = tokens[at], tokens[at - 1].text if at else ""
    if token.kind is Kind.NUMBER:
        if before == "." and at > 1:
            before = tokens[at - 2].text
        if not _NUMBERED.fullmatch(token.written) or unit_at(tokens, at + 1).name:
            return ""
        return _LABELS.get(before) or label or _named(tokens, at)
    return label if token.text in _LISTED else ""


def _named(tokens: Sequence[Token], at: int) -> str:
    """The name that a number is a part of: "Llama 3"; one that counts something after it is none."""
    token, name = tokens[at], tokens[at - 1] if at else None
    if name is None or name.kind is not Kind.WORD or not name.is_capital or is_year(token) or token.is_glued:
        return ""
    is_word = any(name.text in STOP_WORDS[language] or meaning(name.text, language) for language in _LANGUAGES)
    is_bound = (
        bool(bounds_before(tokens, at, "nl", has_unit=True, is_time=False)[0]) or name.text in UNITS or may_begin_date(name.text)
    )
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    later = tokens[at + 2] if at + 2 < len(tokens) else None
    is_linked = later is not None and (
        later.kind is Kind.NUMBER or meaning(later.text, "nl") is not None or later.text in {"de", "the"}
    )
    counts = after is not None and (is_linked or
        after.is_glued
        and after.text not in ".,;:!?)'\""
        or meaning(after.text, "nl")
        or meaning(after.text, "en")
        or _is_thing(after)
    )
    return "" if is_word or is_bound or counts or may_begin_date(after.text if after else "") else name.text


def _is_thing(token: Token) -> bool:
    """Whether a word could name what a number counts."""
    return token.kind is Kind.WORD and not any(token.text in STOP_WORDS[language] for language in _LANGUAGES)


def _claim(tokens: Sequence[Token], first: int, end: int, said: Amount | Moment | Name, *, is_firm: bool = True) -> Claim:
    return Claim(said, tokens[first].start, tokens[end - 1].end, is_firm)


def _read_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[list[Claim], int]:
    """The claims that begin at a token, and where they end."""
    if dated := moments_at(tokens, at, language):
        return [_claim(tokens, first, end, moment) for moment, first, end in dated[0]], dated[1]
    if tokens[at].kind is Kind.NAME:
        return [_claim(tokens, at, at + 1, Name(_HYPHENED.sub(r"\1 \2", tokens[at].text)))], at + 1
    if tokens[at].text in _VAGUE:
        return [_claim(tokens, at, at + 1, Name(_VAGUE[tokens[at].text]))], at + 1
    if [token.text for token in tokens[max(0, at - 2) : at + 1]] == ["voor", "het", "eerst"]:
        return [_claim(tokens, at, at + 1, Amount(Fraction(1), "ordinal"))], at + 1
    if ranked := _rank(tokens, at, language):
        return ranked
    if found := spelled_at(tokens, at, language):
        return _amount(tokens, at, found, language)
    if tokens[at].text in {"geen", "no"}:
        counted = counted_at(tokens, at + 1, language, needs_of=False)
        return [_claim(tokens, at, at + 1, Amount(Fraction(), counted=counted), is_firm=False)] if counted else [], at + 1
    return [], at + 1


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
    is_time = name in TIMES
    first = at - 1 if at and unit_before(tokens, at) else at
    if first and tokens[first - 1].text in {"-", "min", "minus"} and _is_minus(tokens, first):
        found, first = replace(found, value=-found.value), first - 1
    bounds, begin = bounds_before(tokens, first, language, has_unit=name is not None, is_time=is_time)
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
        ambiguous=found.written if is_ambiguous(found.written) else "",
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
        if words[: len(link)] != link or link == ("van", "de"):
            continue
        is_between = bool(before & {"tussen", "between"})
        if link in {("en",), ("and",)} and not is_between:
            return None
        place = unit.end + len(link)
        place += place < len(tokens) and (tokens[place].text in {"de", "the"} or unit_before(tokens, place + 1) is not None)
        upper = cardinal_at(tokens, place, language)
        if upper is None or upper.unit or (link == ("of",) and language == "en") or (link == ("a",) and language == "en"):
            return None
        after = unit_at(tokens, upper.end)
        if after.name is None and unit_before(tokens, place) and unit.name in CURRENCIES:
            after = Unit(unit.name, upper.end)
        is_other = (unit.name is not None and after.name is not None and unit.name != after.name) or (
            has_unit and after.name is None
        )
        return None if is_other or not upper.is_firm else (upper, after, link == ("naar",))
    return None
