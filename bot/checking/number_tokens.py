"""From text to words, numbers in digits and names that hold digits, each with its place; what it means stands elsewhere.

Digits of any script are read by their value and invisible characters are left out, as a reader sees it. What holds a digit and is
no plain number stays one name: "GPT-4", "24/7", "10²".
"""

import re
import unicodedata
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from vectorstore.languages import Language
from vectorstore.words import fold


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    NAME = auto()
    SIGN = auto()


class Token(NamedTuple):
    """A piece of a text: folded, with its place in the text as written, and its value when it is a number in digits."""

    kind: Kind
    text: str
    start: int
    end: int
    is_glued: bool = False
    value: Fraction = Fraction()
    written: str = ""
    is_capital: bool = False


_NARROW = frozenset("\u00a0\u2006\u2007\u2008\u2009\u200a\u202f")
_FRACTIONS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_LIKE = dict.fromkeys("\u2010\u2011\u2212\ufe63\uff0d", "-") | dict.fromkeys("\u2012", "–")
_LIKE |= dict.fromkeys("’‘\u02bc\uff07\u00b4`\u2032", "'") | {"\u2044": "/", "\u2215": "/", "×": "x"}
_GROUPED = r"\d{1,3}(?:(?:\.\d{3})+|(?:,\d{3})+|(?:['\u00a0 ]\d{3})+)(?:[.,]\d+)?"
_NUMBER = rf"(?:{_GROUPED}|\d+(?:[.,]\d+)?)[{_FRACTIONS}]?|[{_FRACTIONS}]"
_SUFFIX = (
    r"%|‰|\+|[€$£]|(?:k|m|b|mln|mld|mrd|mio|mn|bn|tn|miljoen|miljard|million|billion|trillion|e|de|ste|st|nd|rd|th|s|'s|'?er|x|km|kg|kwh|mw|gw|twh|"
    r"gb|tb|eur|euro|usd)(?![^\W\d_])"
)
_CURRENCY = r"us\$|eur|usd|gbp|[€$£¥]"
_PLAIN = re.compile(
    rf"(?P<sign>[-–+~±≈<>≥≤]*)(?P<currency>{_CURRENCY})?(?P<low>{_NUMBER})(?P<between>(?:{_SUFFIX})?)"
    rf"(?:(?P<link>[-–/])(?P<again>{_CURRENCY})?(?P<high>{_NUMBER})(?P<suffix>(?:{_SUFFIX})?))?(?P<tail>(?:-[^\W\d_]+)*)",
    re.IGNORECASE,
)
_CHUNK = re.compile(r"(?:(?<![\w.,])(?<![^\W\d]-)\d{1,3}(?:[ \u00a0]\d{3})+(?![\d]|[.,]\d{3})|[^\s\u00a0])+")
_OPENING, _CLOSING = "([{<\"'“„«*_|•", ")]}>\"'”».,;:!?*_|…"
_DECIMALS_DASH = re.compile(r",[-–]+$")
_MARKER = re.compile(r"[\[(]\d{1,3}[\])][.,;:]?|\d{1,2}[.)]")
_PIECE = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+(?:'[^\W\d_]+)?|[^\w\s]|_", re.IGNORECASE)
_MIXED = re.compile(r"[a-z].*[\u0370-\u052f]|[\u0370-\u052f].*[a-z]")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_DIGIT = re.compile(r"[0-9]")
_PICTURES = "🔟💯"
_LONG_DECIMALS = re.compile(r"\d[.,]\d{4}")
_NONE = Fraction()
_SMALL_FRACTION_END, _LONGEST_YEARS = 9, 10
_GROUP = 3


@lru_cache(maxsize=4096)
def _as_read(char: str) -> str:
    """What a reader sees for one character: nothing, or one character."""
    category = unicodedata.category(char)
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f" or char == "\u20e3":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category[0] in "ZC":
        return "\u00a0" if char in _NARROW else "\n" if char == "\n" else " "
    if char in _LIKE:
        return _LIKE[char]
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and category[0] in "LPS" and plain.isprintable() else char


def _is_numeral(char: str) -> bool:
    """Whether a character stands for a number: "7", "²", "½", "三"."""
    return char in _PICTURES or unicodedata.numeric(char, None) is not None


def tokens_in(text: str, language: Language) -> list[Token]:
    """The tokens of a text, in order; each place is one of the text as written."""
    seen = list(map(_as_read, text))
    places = [place for place, char in enumerate(seen) if char]
    line, tokens = "".join(seen), list[Token]()
    for chunk in _CHUNK.finditer(line):
        pieces = _pieces(chunk.group(), language, is_first=not chunk.start() or line[chunk.start() - 1] == "\n")
        for kind, piece, start, end, value in pieces:
            first, last = chunk.start() + start, chunk.start() + end
            folded = fold(piece) if kind is Kind.WORD else piece.lower()
            tokens.append(Token(kind, folded, places[first], places[last - 1] + 1, start > 0, value, piece, piece[0].isupper()))
    return tokens


_Piece = tuple[Kind, str, int, int, Fraction]


def _pieces(chunk: str, language: Language, *, is_first: bool) -> list[_Piece]:
    """What stands between two spaces, taken apart."""
    if chunk.isascii() and chunk.isalpha():
        return [(Kind.WORD, chunk, 0, len(chunk), _NONE)]
    if not _DIGIT.search(chunk) and (chunk.isascii() or not any(map(_is_numeral, chunk))):
        return [_word(found) for found in _PIECE.finditer(chunk)]
    start = len(chunk) - len(chunk.lstrip(_OPENING))
    core = _DECIMALS_DASH.sub("", chunk[start:].rstrip(_CLOSING))
    end = start + len(core)
    around = (
        [_word(found) for found in _PIECE.finditer(chunk, 0, start) if found.group() != "'"],
        [_word(found) for found in _PIECE.finditer(chunk, end)],
    )
    if _MARKER.fullmatch(chunk) and (is_first or chunk[0] in "[("):
        return [(Kind.NAME, f"[{core}]", 0, len(chunk), _NONE)]
    return [*around[0], *_numbers(core, start, language), *around[1]]


def _word(found: re.Match[str]) -> _Piece:
    """A word or a sign; letters of two alphabets in one word make it a name, which nothing but itself can support."""
    piece = found.group()
    kind = Kind.WORD if piece[0].isalpha() else Kind.SIGN
    if kind is Kind.WORD and not piece.isascii() and _MIXED.search(piece.lower()):
        kind = Kind.NAME
    return kind, piece, found.start(), found.end(), Fraction()


def _numbers(core: str, start: int, language: Language) -> list[_Piece]:
    """A number, a range or a fraction in digits with what is glued to it; a name when it is anything else."""
    if core[:4].lower() == "mid-" and _YEAR.fullmatch(core[4:]):
        core, start, before = core[4:], start + 4, [(Kind.WORD, "mid", start, start + 3, _NONE)]
    else:
        before = []
    found = _PLAIN.fullmatch(core)
    name: list[_Piece] = [(Kind.NAME, core, start, start + len(core), _NONE)]
    if found is None:
        return name
    low, high = found["low"], found["high"]
    is_years = bool(high) and bool(_YEAR.fullmatch(low) and _YEAR.fullmatch(high)) and 0 < int(high) - int(low) <= _LONGEST_YEARS
    if found["link"] == "/" and not is_years:
        is_fraction = low.isdigit() and high.isdigit() and 0 < int(low) < int(high) <= _SMALL_FRACTION_END and not found["currency"]
        if not is_fraction:
            return name
        share = Fraction(int(low), int(high))
        return [
            (Kind.NUMBER, f"{low}/{high}", start, start + found.end("high"), share),
            *_words_of(found, "suffix", "tail", start=start),
        ]
    for number in (low, high or ""):
        if (len(number) > 1 and number[0] == "0" and number[1].isdigit()) or _LONG_DECIMALS.search(number):
            return name
    pieces = [*before, *_words_of(found, "sign", "currency", start=start), _digits(found, "low", start, language)]
    pieces += _words_of(found, "between", "link", "again", start=start)
    if high:
        pieces.append(_digits(found, "high", start, language))
    return pieces + _words_of(found, "suffix", "tail", start=start)


def _words_of(found: re.Match[str], *groups: str, start: int) -> list[_Piece]:
    """The words and signs that are glued to a number."""
    pieces = list[_Piece]()
    for group in groups:
        if not found[group]:
            continue
        if group in {"currency", "again"}:
            pieces.append((Kind.WORD, found[group], start + found.start(group), start + found.end(group), _NONE))
            continue
        for kind, piece, first, last, value in map(_word, re.finditer(r"'?[^\W\d_]+|[^\w\s]", found[group])):
            place = start + found.start(group)
            real = Kind.WORD if piece.startswith("'") else kind
            pieces.append((real, piece, place + first, place + last, value))
    return pieces


def _digits(found: re.Match[str], group: str, start: int, language: Language) -> _Piece:
    """A number in digits with its value."""
    written = found[group]
    return Kind.NUMBER, written, start + found.start(group), start + found.end(group), _value(written, language)


def _value(written: str, language: Language) -> Fraction:
    """The value of a number in digits; one point or comma before three digits is read as the language has it."""
    if written[-1] in _FRACTIONS:
        share = Fraction(unicodedata.numeric(written[-1])).limit_denominator(10)
        return share + (_value(written[:-1], language) if written[:-1] else 0)
    digits = re.sub(r"[' \u00a0]", "", written)
    separators = [char for char in digits if char in ".,"]
    if len(separators) > 1 and separators[-1] == separators[0]:
        return Fraction(re.sub(r"[.,]", "", digits))
    if not separators:
        return Fraction(digits)
    whole, _, part = digits.rpartition(separators[-1])
    if len(separators) == 1 and is_ambiguous(digits) and separators[0] == (".,"[language == "en"]):
        return Fraction(whole + part)
    return Fraction(f"{re.sub('[.,]', '', whole)}.{part}")


def is_ambiguous(written: str) -> bool:
    """Whether a number in digits is another one in the other language: "1.500"."""
    whole, separator, part = written.replace(",", ".").rpartition(".")
    return separator == "." and len(part) == _GROUP and whole.isdigit() and len(whole) <= _GROUP and whole[0] != "0"


def is_year(token: Token) -> bool:
    """Whether a token could be a year: four digits without separators."""
    return token.kind is Kind.NUMBER and _YEAR.fullmatch(token.written) is not None
