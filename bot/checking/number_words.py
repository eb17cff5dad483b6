"""What words for numbers mean, one by one: "vijfenzestig", "miljard", "third", "verdubbelen", "tienduizenden"."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache

from vectorstore.languages import Language


class Sort(Enum):
    """How a word for a number joins with others."""

    CARDINAL = auto()
    SCALE = auto()
    HALF = auto()
    SHARE = auto()
    ORDINAL = auto()
    FACTOR = auto()
    TIMES = auto()
    MANY = auto()
    ABOUT = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word for a number means; `unit` where the word says one as well: "driejarig"."""

    sort: Sort
    value: Fraction
    unit: str | None = None


_NL_ONES = "nul een twee drie vier vijf zes zeven acht negen".split()
_NL_TEENS = "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien".split()
_NL_TENS = "twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()
_EN_ONES = "zero one two three four five six seven eight nine".split()
_EN_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NL = {word: value for value, word in enumerate([*_NL_ONES, *_NL_TEENS])}
_NL |= {word: 10 * value for value, word in enumerate(_NL_TENS, 2)}
_NL |= {f"{one}en{ten}": 10 * tens + ones for tens, ten in enumerate(_NL_TENS, 2) for ones, one in enumerate(_NL_ONES[1:], 1)}
_EN = {word: value for value, word in enumerate([*_EN_ONES, *_EN_TEENS])}
_EN |= {word: 10 * value for value, word in enumerate(_EN_TENS, 2)}
_EN |= {"dozen": 12, "dozijn": 12}
_THOUSAND, _MILLION, _MILLIARD, _BILLION = 10**3, 10**6, 10**9, 10**12
_SCALES = {
    "honderd": 100, "hundred": 100, "duizend": _THOUSAND, "thousand": _THOUSAND, "k": _THOUSAND,
    "miljoen": _MILLION, "million": _MILLION, "mln": _MILLION, "mio": _MILLION, "mn": _MILLION,
    "miljard": _MILLIARD, "billion": _MILLIARD, "mld": _MILLIARD, "mrd": _MILLIARD, "bn": _MILLIARD,
    "biljoen": _BILLION, "trillion": _BILLION, "tn": _BILLION,
    "biljard": 10**15, "quadrillion": 10**15, "triljoen": 10**18, "quintillion": 10**18,
}  # fmt: skip
MONEY_SCALES = {"m": Fraction(_MILLION), "b": Fraction(_MILLIARD)}
"""Letters that are a scale only after an amount of money: "£5m"."""
_MANY = {
    "tientallen": 10, "honderden": 100, "duizenden": _THOUSAND, "tienduizenden": 10**4, "honderdduizenden": 10**5,
    "miljoenen": _MILLION, "miljarden": _MILLIARD, "biljoenen": _BILLION,
    "dozens": 10, "tens": 10, "hundreds": 100, "thousands": _THOUSAND, "millions": _MILLION, "billions": _MILLIARD,
    "trillions": _BILLION,
}  # fmt: skip
_SHARES = {
    "helft": Fraction(1, 2), "kwart": Fraction(1, 4), "driekwart": Fraction(3, 4), "quarter": Fraction(1, 4),
    "quarters": Fraction(1, 4),
    "halves": Fraction(1, 2), "eenderde": Fraction(1, 3), "tweederde": Fraction(2, 3), "tweederden": Fraction(2, 3),
    "eenvijfde": Fraction(1, 5), "eentiende": Fraction(1, 10),
}  # fmt: skip
_HALVES = {"half": Fraction(1, 2), "halve": Fraction(1, 2), "anderhalf": Fraction(3, 2), "anderhalve": Fraction(3, 2)}
_EN_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "hundredth": 100, "thousandth": _THOUSAND, "millionth": _MILLION,
}  # fmt: skip
_EN_ORDINALS |= {f"{word}th": value for word, value in _EN.items() if word.endswith("teen")}
_EN_ORDINALS |= {f"{word[:-1]}ieth": value for word, value in _EN.items() if word in _EN_TENS}
_NL_ORDINALS = {"eerste": 1, "derde": 3}
_NL_DE = re.compile(r".*(?:twee|vier|vijf|zes|zeven|negen|tien|elf|twaalf)$")
_NL_WHOLE = re.compile(
    r"(?:nul|een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|der|veer|vijf|twin|zest|tacht|negen|honderd|"
    r"duizend|miljoen|ander|half)"
)
_TAILS = {
    "jarig": "year", "jarige": "year", "jarigen": "year", "jaars": "year", "jaarse": "year", "jaren": "year", "jaarlijks": "year",
    "jaarlijkse": "year", "maands": "month", "maandse": "month", "maandelijks": "month", "maandelijkse": "month", "weeks": "week",
    "weekse": "week", "wekelijks": "week", "wekelijkse": "week", "daags": "day", "daagse": "day", "urig": "hour", "urige": "hour",
    "uurs": "hour", "ledig": "part", "ledige": "part", "delig": "part", "delige": "part",
}  # fmt: skip
_FACTOR = re.compile(r"(?:ver(?P<verb>.+?)voudig\w*|(?P<nl>.+?)voudige?|(?P<en>.+)fold)")
_DOUBLE = re.compile(r"(?:verdubbel\w*|dubbele?|double[ds]?|doubling)")
_TRIPLE = re.compile(r"(?:verdriedubbel\w*|driedubbele?|triple[ds]?|tripling|treble[ds]?)")
_FOURFOLD = re.compile(r"quadruple[ds]?|quadrupling")
_HALVED = re.compile(r"(?:ge)?halve(?:er\w*|ren|ring)|halve[ds]|halving")
_LONGEST = 90
"""Letters in the longest number that anybody writes as one word; longer ones nest without end."""
_FOREIGN = {"nl": {"ten", "one", "second", "tens"}, "en": {"een", "elf"}}
"""Words of the other language that are other words here: "ten tweede"."""


@lru_cache(maxsize=16_384)
def meaning(word: str, language: Language) -> Meaning | None:
    """What a folded word means as a number, in either language where no word of the own language stands in the way."""
    if word in _FOREIGN[language] or len(word) > _LONGEST:
        return None
    for table, sort in (
        (_SCALES, Sort.SCALE), (_MANY, Sort.MANY), (_SHARES, Sort.SHARE), (_HALVES, Sort.HALF), (_EN, Sort.CARDINAL),
        (_EN_ORDINALS, Sort.ORDINAL), (_NL_ORDINALS, Sort.ORDINAL),
    ):  # fmt: skip
        if word in table:
            return Meaning(sort, Fraction(table[word]))
    if word in {"twice", "thrice"}:
        return Meaning(Sort.TIMES, Fraction(2 if word == "twice" else 3))
    return _factor(word) or _english_share(word) or (_dutch(word) if _NL_WHOLE.match(word) else None)


def _factor(word: str) -> Meaning | None:
    """What multiplies: "verdubbeld", "vertienvoudigen", "threefold", "halved"."""
    for pattern, value in ((_DOUBLE, Fraction(2)), (_TRIPLE, Fraction(3)), (_FOURFOLD, Fraction(4)), (_HALVED, Fraction(1, 2))):
        if pattern.fullmatch(word):
            return Meaning(Sort.FACTOR, value)
    if found := _FACTOR.fullmatch(word):
        number = found["verb"] or found["nl"] or found["en"]
        value_of = _EN.get(number) or _dutch_value(number)
        return Meaning(Sort.FACTOR, Fraction(value_of)) if value_of and value_of > 1 else None
    return None


def _english_share(word: str) -> Meaning | None:
    """The plural of an ordinal is a share: "thirds"."""
    value = _EN_ORDINALS.get(word[:-1]) if word.endswith("s") else None
    return Meaning(Sort.SHARE, Fraction(1, value)) if value and value > 2 else None  # "seconds" are time


def _dutch(word: str) -> Meaning | None:
    """A Dutch word that holds a number from its first letter on."""
    if (value := _dutch_value(word)) is not None:
        return Meaning(Sort.CARDINAL, value)
    if (value := _dutch_ordinal(word)) is not None:
        return Meaning(Sort.ORDINAL, value)
    for tail, sort in (("maal", Sort.TIMES), ("tal", Sort.ABOUT)):
        if word.endswith(tail) and (value := _dutch_value(word.removesuffix(tail))) and value > 1:
            return Meaning(sort, value)
    for tail, unit in _TAILS.items():
        if word.endswith(tail) and (value := _dutch_value(word.removesuffix(tail))) and value > 1:
            return Meaning(Sort.CARDINAL, value, unit)
    return Meaning(Sort.HALF, Fraction(1, 2), "year") if word == "halfjaar" else None


def _dutch_ordinal(word: str) -> Fraction | None:
    """The rank that a Dutch word names: "drieentwintigste", "honderdeerste"."""
    for tail, value in _NL_ORDINALS.items():
        if word.endswith(tail) and (before := _dutch_value(word.removesuffix(tail))) and before % 100 == 0:
            return before + value
    if word.endswith("ste"):
        return _dutch_value(word.removesuffix("ste"))
    stem = word.removesuffix("de")
    return _dutch_value(stem) if stem != word and _NL_DE.fullmatch(stem) else None


@lru_cache(maxsize=16_384)
def _dutch_value(word: str) -> Fraction | None:
    """The value of a number written as one Dutch word; "een" alone is one as well."""
    if word in _NL:
        return Fraction(_NL[word])
    for half in ("eneenhalf", "enhalf", "eneenhalve", "enhalve"):
        if word.endswith(half) and word.removesuffix(half) in _NL:
            return _NL[word.removesuffix(half)] + Fraction(1, 2)
    for scale in ("miljard", "miljoen", "duizend", "honderd"):
        before, found, after = word.rpartition(scale)
        if not found:
            continue
        times, rest = (
            _dutch_value(before) if before else Fraction(1),
            _dutch_value(after.removeprefix("en")) if after else Fraction(0),
        )
        is_whole = times is not None and rest is not None and 0 < times < _THOUSAND and rest < _SCALES[scale]
        return times * _SCALES[scale] + rest if is_whole and times is not None and rest is not None else None
    return None
