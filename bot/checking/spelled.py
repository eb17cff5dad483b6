"""Numbers as they are spelled over words: "255 duizend", "two hundred and five", "een half miljoen", "twee derde", "1 op de 5"."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.checking.number_tokens import Kind, Token, is_year
from bot.checking.number_units import TIMES, unit_at, unit_before
from bot.checking.number_words import MONEY_SCALES, Meaning, Sort, meaning
from vectorstore.languages import Language


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number with the place where it ends. `whole` is out of how many, where both are said: "4 van de 10"."""

    value: Fraction
    end: int
    unit: str | None = None
    whole: Fraction | None = None
    is_firm: bool = True
    is_about: bool = False
    written: str = ""
    scale: Fraction = Fraction(1)


_HUNDRED, _TEN = 100, 10
_ALONE = frozenset({"een", "one", "a", "an"})
_AS_MANY = frozenset(
    """zo as zoveel groter hoger meer more higher larger bigger sneller faster vaker lager smaller lower minder less fewer kleiner
    langzamer slower zwaarder duurder langer""".split()
)
_NOT_EIGHT = frozenset("het dit dat de een zich deze die men hij zij ze we wij ik niet".split())
_PART_ENDS = frozenset("van of deel part minder meer less more fewer hoger lager higher lower is zijn . , ; : ! ? ) in op".split())
_ONE_OF = frozenset("de het deze die hun onze the these those its their our many".split())
_ONE_BEFORE = frozenset("only least just exactly most than precies slechts minstens hooguit".split())


def spelled_at(tokens: Sequence[Token], at: int, language: Language) -> Spelled | None:
    """The number that begins at a token, in digits or words, or None."""
    return (
        _multiple(tokens, at, language)
        or _share(tokens, at, language)
        or _ratio(tokens, at, language)
        or cardinal_at(tokens, at, language)
    )


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _meaning(tokens: Sequence[Token], at: int, language: Language) -> Meaning | None:
    """What the word at a token means as a number."""
    if not 0 <= at < len(tokens) or tokens[at].kind is not Kind.WORD:
        return None
    return meaning(tokens[at].text, language)


def _is_one(tokens: Sequence[Token], at: int) -> bool:
    """Whether "een" or "one" is a number here and no article or pronoun; "één" always is."""
    token, after, later = tokens[at], _text(tokens, at + 1), _text(tokens, at + 2)
    if token.text == "een":
        return token.written.lower() != "een" or (after in {"van", "op"} and (later in _ONE_OF or _is_digits(tokens, at + 2)))
    tied = after == "-" and tokens[at + 1].is_glued
    is_unit = unit_at(tokens, at + 1).name is not None and not tied
    return is_unit or (after == "of" and later in _ONE_OF) or _text(tokens, at - 1) in _ONE_BEFORE


def _is_digits(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind is Kind.NUMBER


def cardinal_at(tokens: Sequence[Token], at: int, language: Language) -> Spelled | None:
    """A number that counts: digits with words for scale after them, or words alone."""
    if at < len(tokens) and tokens[at].kind is Kind.NUMBER:
        return _in_digits(tokens, at, language)
    first = _meaning(tokens, at, language)
    if first is None or _is_other_word(tokens, at):
        return None
    if first.sort is Sort.HALF:
        place = at + 1 + (_text(tokens, at + 1) in {"a", "an", "een"})
        more = _scale_after(tokens, place, at, language)
        return Spelled(first.value * (more or 1), place + 1 if more else at + 1, first.unit)
    if first.sort is Sort.MANY:
        return _many(tokens, at, language, first)
    if first.sort is Sort.ABOUT:
        return Spelled(first.value, at + 1, is_about=True)
    return _sum(tokens, at, language) if first.sort in {Sort.CARDINAL, Sort.SCALE} else None


def _in_digits(tokens: Sequence[Token], at: int, language: Language) -> Spelled:
    """A number in digits, with the words for scale after it."""
    number, times, end = tokens[at], Fraction(1), at + 1
    while (more := _scale_after(tokens, end, at, language)) is not None:
        times, end = times * more, end + 1
    return Spelled(number.value * times, end, written=number.written, scale=times)


def _is_other_word(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word only looks like a number: "een" as an article, "acht" as a verb, "in acht nemen"."""
    word = tokens[at].text
    if word == "acht":
        return _text(tokens, at + 1) in _NOT_EIGHT or _text(tokens, at - 1) == "in"
    return word == "een" and not _is_one(tokens, at)


def _scale_after(tokens: Sequence[Token], at: int, first: int, language: Language) -> Fraction | None:
    """The scale at a token: "duizend", "mln", and "m" after money."""
    word = _text(tokens, at)
    if word in MONEY_SCALES:
        return MONEY_SCALES[word] if unit_before(tokens, first) else None
    if word == "k" and not tokens[at].is_glued:
        return Fraction(1000) if unit_before(tokens, first) or tokens[first].kind is Kind.NUMBER else None
    found = _meaning(tokens, at, language)
    return found.value if found and found.sort is Sort.SCALE else None


def _many(tokens: Sequence[Token], at: int, language: Language, first: Meaning) -> Spelled:
    """ "tienduizenden", "tens of thousands", "honderden miljarden"."""
    value, end = first.value, at + 1
    while True:
        place = end + (_text(tokens, end) == "of")
        more = _meaning(tokens, place, language)
        if more is None or more.sort not in {Sort.MANY, Sort.SCALE}:
            return Spelled(value, end, "magnitude")
        value, end = value * more.value, place + 1


def _sum(tokens: Sequence[Token], at: int, language: Language) -> Spelled:
    """A number in words, one or more: "twenty-five", "twee miljoen driehonderdduizend", "two and a half million"."""
    total = current = Fraction()
    last_scale, scale, place, end = Fraction(10**30), Fraction(1), at, at
    unit: str | None = None
    is_between = _text(tokens, at - 1) in {"between", "tussen"}
    is_firm = tokens[at].text not in _ALONE or _is_one(tokens, at)
    while (found := _meaning(tokens, place, language)) is not None:
        if found.sort is Sort.CARDINAL and (place == at or _fits(current, found.value)):
            current, unit = current + found.value, found.unit
        elif found.sort is Sort.SCALE and found.value == _HUNDRED and (current < _HUNDRED or current % (_TEN * _HUNDRED) == 0):
            current = (current or Fraction(1)) * _HUNDRED if current < _HUNDRED else current + _HUNDRED
        elif found.sort is Sort.SCALE and found.value > _HUNDRED and found.value < last_scale:
            total, current, last_scale = total + (current or Fraction(1)) * found.value, Fraction(), found.value
        else:
            break
        is_firm = is_firm or place > at
        scale = found.value if found.sort is Sort.SCALE and place > at else Fraction(1)
        place = end = place + 1
        if half := _and_a_half(tokens, end):
            current, place, end, is_firm = current + Fraction(1, 2), half, half, True
            continue
        if (_text(tokens, place) == "-" and tokens[place].is_glued and current % _HUNDRED >= 2 * _TEN) or (
            _text(tokens, place) in {"en", "and"}
            and not is_between
            and found.sort is Sort.SCALE
            and _is_last(tokens, place + 1, language)
        ):
            place += 1
    return Spelled(total + current, end, unit, is_firm=is_firm, scale=scale)


def _fits(current: Fraction, value: Fraction) -> bool:
    """Whether a word adds to the number so far: "hundred | five", "twenty | five"."""
    if current == 0:
        return True
    if current % (_TEN * _HUNDRED) == 0 and value < _TEN * _HUNDRED:
        return True  # "tweeduizend | honderdeen"
    return (current % _HUNDRED == 0 and value < _HUNDRED) or (
        current % _HUNDRED >= 2 * _TEN and current % _TEN == 0 and value < _TEN
    )


def _is_last(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether what follows "and" is the rest of a number and no number of its own: "hundred and five", not "and five hundred"."""
    found, after = _meaning(tokens, at, language), _meaning(tokens, at + 1, language)
    is_small = found is not None and found.sort is Sort.CARDINAL and found.value < _HUNDRED and tokens[at].written.lower() != "een"
    return is_small and (after is None or after.sort is not Sort.SCALE or after.value > _HUNDRED)


def _and_a_half(tokens: Sequence[Token], at: int) -> int | None:
    """Where "en een half" or "and a half" ends."""
    words = [token.text for token in tokens[at : at + 3]]
    is_half = words in (["and", "a", "half"], ["en", "een", "half"], ["en", "een", "halve"])
    return at + len(words) if is_half else None


def _multiple(tokens: Sequence[Token], at: int, language: Language) -> Spelled | None:
    """ "verdubbeld", "twee keer zo veel" and "factor 3" multiply; "twee keer per jaar" counts times."""
    found = _meaning(tokens, at, language)
    if found and found.sort in {Sort.FACTOR, Sort.TIMES}:
        return Spelled(found.value, at + 1, "factor" if found.sort is Sort.FACTOR else _times_unit(tokens, at + 1))
    number = cardinal_at(tokens, at, language)
    if number is None:
        return None
    if _text(tokens, at - 1 - (_text(tokens, at - 1) == "of")) == "factor":
        return Spelled(number.value, number.end, "factor")
    unit = {"x": "factor", **dict.fromkeys(("keer", "maal", "times"), _times_unit(tokens, number.end + 1))}
    after = _text(tokens, number.end)
    return Spelled(number.value, number.end + 1, unit[after]) if after in unit and number.is_firm else None


def _times_unit(tokens: Sequence[Token], at: int) -> str:
    """Whether "twee keer" multiplies what follows, or counts."""
    return "factor" if _text(tokens, at) in _AS_MANY else "times"


def _share(tokens: Sequence[Token], at: int, language: Language) -> Spelled | None:
    """ "de helft", "een kwart", "twee derde", "two-thirds", "half of": a part of a whole, as a percentage."""
    token, found, after = tokens[at], _meaning(tokens, at, language), _text(tokens, at + 1)
    if token.kind is Kind.NUMBER and "/" in token.text:
        return Spelled(token.value * 100, at + 1, "percent")
    if token.text == "half" and after in {"of", "the", "van", "all"}:
        return Spelled(Fraction(50), at + 1, "percent")
    if found and found.sort is Sort.SHARE and (token.text != "quarter" or _text(tokens, at - 1) in {"a", "one"}):
        return Spelled(found.value * 100, at + 1, "percent")
    times = _numerator(token, found)
    place = at + 1 + (after == "-")
    parts = _meaning(tokens, place, language)
    if times is None or parts is None:
        return None
    if parts.sort is Sort.SHARE and parts.value < 1:
        return Spelled(times * parts.value * 100, place + 1, "percent")
    is_part = parts.sort is Sort.ORDINAL and parts.value > max(times, Fraction(2))  # "a second" is a part of nothing
    is_share = is_part and (times > 1 or _text(tokens, place + 1) in _PART_ENDS | {""})
    return Spelled(100 * times / parts.value, place + 1, "percent") if is_share else None


def _numerator(token: Token, found: Meaning | None) -> Fraction | None:
    """How many parts: "a", "twee", "3"."""
    if token.text in {"a", "an", "een", "one"}:
        return Fraction(1)
    if token.kind is Kind.NUMBER:
        return token.value if token.written.isdigit() else None
    return found.value if found and found.sort is Sort.CARDINAL and found.value < _HUNDRED else None


def _ratio(tokens: Sequence[Token], at: int, language: Language) -> Spelled | None:
    """ "1 op de 5" and "one in five" are percentages; "4 van de 10" says how many as well."""
    part = cardinal_at(tokens, at, language)
    if part is None or part.value.denominator != 1:
        return None
    place, first, second = part.end, _text(tokens, part.end), _text(tokens, part.end + 1)
    if first == "op" or (first == "in" and language == "en"):
        place += 1
    elif (first, second) == ("out", "of"):
        place += 2
    elif first in {"van", "of"}:
        place += 1
    else:
        return None
    while _text(tokens, place) in {"de", "elke", "iedere", "every", "the"}:
        place += 1
    whole = cardinal_at(tokens, place, language)
    if whole is None or whole.value.denominator != 1 or not 0 < part.value < whole.value or whole.unit or is_year(tokens[place]):
        return None
    if first == "in" and unit_at(tokens, whole.end).name in TIMES:
        return None
    return Spelled(100 * part.value / whole.value, whole.end, "percent", whole.value if first in {"van", "of"} else None)
