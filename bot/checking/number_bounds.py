"""What stands around a number and makes it another claim: "meer dan", "hooguit", "ongeveer", "of meer", "per jaar", "minder"."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from bot.checking.number_tokens import Kind, Token
from bot.checking.number_units import TIMES
from vectorstore.languages import Language


class Bound(StrEnum):
    """How a number is meant when it is not just that number."""

    ABOUT = "about"
    ALMOST = "almost"
    AT_LEAST = "at least"
    MORE = "more than"
    AT_MOST = "at most"
    LESS = "less than"
    ONLY = "only"
    EVEN = "even"
    ESTIMATED = "estimated"
    AVERAGE = "average"
    SOME = "some"
    EVERY = "every"
    AGO = "ago"
    AHEAD = "ahead"
    WITHIN = "within"
    PAST = "past"
    COMING = "coming"
    BEFORE = "before"
    AFTER = "after"
    TO = "to"
    SINCE = "since"
    UNTIL = "until"
    BY = "by"
    FIRST = "first"
    LAST = "last"


_Phrases = dict[tuple[str, ...], Bound]


def _phrases(**written: str) -> _Phrases:
    """The phrases of each bound, from a text with commas."""
    return {tuple(phrase.split()): Bound[name] for name, text in written.items() for phrase in text.split(",")}


_BEFORE = _phrases(
    ABOUT="""ongeveer, circa, ca, c, rond, rond de, rondom, zo'n, grofweg, pakweg, om en nabij, om en nabij de,
        plusminus, ruwweg, tegen de, ~, ±, ≈, about, around, roughly, approximately, approx, some, in the order
        of, in de orde van""",
    ESTIMATED="""naar schatting, geschat, geschatte, geschat op, an estimated, estimated, estimated at, geraamd,
        geraamde, geraamd op""",
    ALMOST="bijna, nagenoeg, vrijwel, net geen, een kleine, krap, nearly, almost, just under, close to, dicht bij de, haast",
    AT_LEAST="""minstens, minimaal, ten minste, tenminste, op zijn minst, op z'n minst, zeker, niet minder dan, een
        minimum van, at least, at the very least, a minimum of, minimum, no fewer than, not less than, minstens
        een, ≥, van minimaal, vanaf""",
    EVEN="maar liefst, liefst, as many as, as much as, wel, no less than",
    MORE="""meer dan, ruim, boven, boven de, hoger dan, groter dan, ouder dan, langer dan, een dikke, dik, more
        than, over, above, in excess of, upwards of, higher than, greater than, older than, longer than, well
        over, larger than, exceeding, exceeds, exceed, >, later dan, later than, beyond, more than the, meer dan
        de""",
    AT_MOST="""hooguit, hoogstens, maximaal, maximum, ten hoogste, op zijn hoogst, op z'n hoogst, niet meer dan, een
        maximum van, tot, tot wel, tot maximaal, tot en met, t / m, at most, up to, no more than, not more than,
        a maximum of, ≤, tot de, oplopend tot, tot aan""",
    LESS="""minder dan, nog geen, onder, onder de, lager dan, kleiner dan, jonger dan, korter dan, less than, fewer
        than, under, below, lower than, smaller than, younger than, shorter than, <, earlier than, eerder dan,
        minder dan de""",
    ONLY="slechts, only, just, merely, alleen, pas, nog maar, enkel, mere",
    AVERAGE="""gemiddeld, gemiddelde, gemiddeld op, een gemiddelde van, on average, average, an average of, averaging,
        mediaan, median""",
    SOME="een paar, enkele, meerdere, several, a few, few, a couple of, many, vele, veel, some few, paar",
    EVERY="elke, iedere, elk, ieder, every, each, om de",
    WITHIN="binnen, within, binnen de",
    PAST="afgelopen, de afgelopen, voorbije, laatste, past, last, vorige, previous",
    TO="to, naar",
    COMING="komende, aankomende, volgende, next, coming, upcoming",
)
_AFTER = _phrases(
    AT_LEAST="""of meer, or more, en meer, and more, +, of hoger, or higher, en ouder, of ouder, and older, or older,
        and over, en hoger, of langer, or longer, minimaal, at least, plus, plussers, plusser""",
    AT_MOST="of minder, or less, or fewer, of lager, or lower, maximaal, hooguit, at most, of jonger, or younger, ten hoogste",
    ABOUT="of zo, or so, ongeveer",
    AVERAGE="on average, gemiddeld",
    AGO="geleden, ago, eerder, earlier, terug",
    AHEAD="later, hence, from now",
)
_DATE_BEFORE = _phrases(
    BEFORE="voor, before, prior to, pre, voorafgaand aan, ahead of, eerder dan, earlier than",
    AFTER="na, after, post, later dan, later than, following",
    SINCE="sinds, vanaf, since, starting in, starting from, as of, met ingang van, per, from",
    UNTIL="tot, tot en met, until, till, through, up to, tot aan, t / m, tot in",
    BY="uiterlijk, uiterlijk in, uiterlijk op, by, tegen, no later than, niet later dan",
    ABOUT="rond, rond de, ongeveer, circa, ca, around, about, omstreeks",
)
_SKIPPED = frozenset("de het een the a an in op on at of van end eind begin medio early late mid het jaar year".split())
_ARTICLES = frozenset("de het een the a an".split())
_LONGEST = 4
_LEADS = frozenset("leidt leiden leidde geleid leid komt komen kwam gekomen beperkt beperken".split())
_MORE = frozenset(
    """meer extra hoger hogere erbij stijging toename groei stijgt stijgen steeg stegen gestegen groeit groeien groeide
    gegroeid toeneemt toenemen toegenomen verhoogd verhogen verhoging more higher greater increase increases increased
    rise rises rose risen grow grows grew growth additional sneller vaker langer beter faster quicker better longer up
    raise raises raised gain""".split()
)
_LESS = frozenset(
    """minder lager lagere eraf daling afname krimp daalt dalen daalde daalden gedaald krimpt krimpen gekrompen afneemt
    afnemen afgenomen verlaagd verlagen verlaging less fewer lower decrease decreases decreased decline declines declined
    fall falls fell fallen drop drops dropped reduction reduce reduces reduced shrink shrinks trager langzamer korter
    slechter slower worse shorter down cut cuts""".split()
)
_WIDE, _FAR = 3, 8
_EXPECTING = re.compile(r"(?:raming|begroting|verwachting|prognose|voorspelling|plan|doel|cijfer|schatting|budget|strategie)\w*$")
ESTIMATING = re.compile(r"\b(?:schat|schatten|schatte|schatting|raamt|ramen|raamde|raming|estimates?|estimated)\b", re.IGNORECASE)
"""Words that make the numbers of a sentence estimates."""


def _backwards(tokens: Sequence[Token], end: int, phrases: _Phrases) -> tuple[Bound, int] | None:
    """The bound whose longest phrase ends before a place, and where that phrase begins."""
    for length in range(min(_LONGEST, end), 0, -1):
        words = tuple(token.text for token in tokens[end - length : end])
        if words in phrases:
            return phrases[words], end - length
    return None


def bounds_before(tokens: Sequence[Token], start: int, language: Language, unit: str | None) -> tuple[frozenset[Bound], int]:
    """The bounds right before a number with its unit, and where the first of them begins."""
    bounds, first, place = set[Bound](), start, start
    while place:
        if found := _backwards(tokens, place, _BEFORE):
            bound = _meant(tokens, found[1], place, found[0], language, unit)
            if bound is None:
                break
            bounds.add(bound)
            first = place = found[1]
        elif tokens[place - 1].text in _ARTICLES:
            place -= 1
        else:
            break
    if unit in TIMES and language == "en" and first and tokens[first - 1].text == "in" and not bounds:
        return frozenset({Bound.AHEAD}), first - 1
    return frozenset(bounds), first


def _meant(  # a phrase, where it stands, and what it stands with
    tokens: Sequence[Token], begin: int, end: int, bound: Bound, language: Language, unit: str | None
) -> Bound | None:
    """What a phrase before a number bounds it to, or None where it is another word there: "onder 758 consultants" is among them."""
    phrase, before = " ".join(token.text for token in tokens[begin:end]), tokens[begin - 1].text if begin else ""
    if phrase == "over" and language == "nl":
        return Bound.AHEAD if unit in TIMES else None
    if phrase == "tot" and before in _MORE | _LESS:
        return Bound.TO  # "stijgt tot 10"
    is_other = (phrase == "onder" and unit is None) or (phrase == "tot" and before in _LEADS)
    return None if is_other or (bound is Bound.TO and unit != "percent") else bound


def bound_after(tokens: Sequence[Token], end: int) -> tuple[Bound, int] | None:
    """The bound right after a number or its unit, and where it ends: "of meer", "geleden"."""
    for length in (2, 1):
        words = tuple(token.text for token in tokens[end : end + length])
        if len(words) == length and words in _AFTER:
            return _AFTER[words], end + length
    return None


def date_bounds(tokens: Sequence[Token], start: int) -> tuple[frozenset[Bound], int]:
    """The bounds before a date, with words like "in" or "eind" between them, and where the first begins."""
    place = start
    while True:
        if found := _backwards(tokens, place, _DATE_BEFORE):
            if tokens[found[1]].written.lower() == "voor" and found[1] and _EXPECTING.search(tokens[found[1] - 1].text):
                return frozenset(), start
            return frozenset({found[0]}), found[1]
        if not place or tokens[place - 1].text not in _SKIPPED:
            return frozenset(), start
        place -= 1


def turn_of(tokens: Sequence[Token], start: int, end: int) -> tuple[int, bool]:
    """Whether a number is said to be more (1) or less (-1), and whether that stands right after it: "10% minder"."""
    after = tokens[end].text if end < len(tokens) else ""
    if after in _MORE | _LESS:
        return (1 if after in _MORE else -1), True
    turns = {1 if word in _MORE else -1 for word in _clause(tokens, start, end) if word in _MORE | _LESS}
    return (turns.pop() if len(turns) == 1 else 0), False


def _clause(tokens: Sequence[Token], start: int, end: int) -> Iterator[str]:
    """The words around a number up to a comma or the like."""
    for token in reversed(tokens[max(0, start - _FAR) : start]):
        if token.kind is Kind.SIGN:
            break
        yield token.text
    for token in tokens[end : end + _WIDE]:
        if token.kind is Kind.SIGN:
            break
        yield token.text
