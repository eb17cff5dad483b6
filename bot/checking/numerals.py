"""Whether the numbers and dates of a sentence are those of the passages that it cites.

It fails closed: what cannot be read is unsupported. A claim is supported when one passage says the same value, in digits or words,
in either language, with the same unit, the same bounds ("hooguit", "meer dan"), and of the same thing as far as the words of one
language tell. "Ongeveer" may be added and never left out. What no list of words can tell, such as a number of this that is said of
that in other words, stays for other checks.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.checking.dates import Moment
from bot.checking.number_bounds import ESTIMATING, Bound
from bot.checking.number_claims import Amount, Claim, Name, claims_in
from bot.checking.number_units import CURRENCIES, TIMES
from vectorstore.languages import Language
from vectorstore.words import compound_head, stem, words_in

__all__ = ["Amount", "Claim", "Moment", "Name", "amounts_in", "unsupported"]

_Passage = tuple[str, Language]
_UNNAMED = CURRENCIES | TIMES | {"factor", "times"}
"""Units that say what is counted."""
_LIGHT = {Bound.ABOUT, Bound.ESTIMATED, Bound.ONLY, Bound.EVEN}
_HIGH = {Bound.AT_MOST, Bound.UNTIL, Bound.BY}
_LOW = {Bound.AT_LEAST, Bound.SINCE}
_ADJECTIVES = frozenset(
    """new young old older large small big public private local national young senior full part time annual extra total lost direct
    different main key major important possible affected current available own various open""".split()
)
_ENDINGS = {"nl": ("e", "ige", "se"), "en": ("al", "ive", "ic", "ous", "ful", "less", "able", "ary", "ed")}
_PLURALS = ("ie", "ee")
_SHORTEST = 5


def amounts_in(text: str, language: Language) -> tuple[Claim, ...]:
    """What a text claims in numbers: amounts, dates and names that hold digits, in order."""
    return claims_in(text, language)


def unsupported(sentence: str, language: Language, passages: Sequence[_Passage]) -> tuple[str, ...]:
    """The numbers, dates and names with digits of a sentence, as written, that none of the passages says."""
    extra = frozenset({Bound.ESTIMATED}) if ESTIMATING.search(sentence) else frozenset[Bound]()
    return tuple(
        sentence[claim.start : claim.end]
        for claim in claims_in(sentence, language)
        if claim.is_firm and not any(_says(passage, _with(claim.said, extra), sentence, language) for passage in passages)
    )


def _with(said: Amount | Moment | Name, extra: frozenset[Bound]) -> Amount | Moment | Name:
    """A claim of a sentence that speaks of an estimate."""
    return replace(said, bounds=said.bounds | extra) if isinstance(said, Amount) and extra else said


def _says(passage: _Passage, said: Amount | Moment | Name, sentence: str, language: Language) -> bool:
    """Whether a passage makes a claim of a sentence."""
    text, own = passage
    is_foreign = own != language
    for made in claims_in(text, own):
        found = made.said
        if isinstance(said, Amount) and isinstance(found, Amount):
            is_same = _is_same(said, found) and _is_per_same(said, found, is_foreign=is_foreign)
            is_said = is_same and (is_foreign or _is_of_same(said, found, sentence, text, own))
        elif isinstance(said, Moment) and isinstance(found, Moment):
            is_said = _is_said(said, found)
        else:
            is_said = said == found
        if is_said:
            return True
    return False


def _is_said(said: Moment, found: Moment) -> bool:
    """Whether a date says no more than another."""
    parts = [(said.year, found.year), (said.month, found.month), (said.day, found.day), (said.part, found.part)]
    if any(mine is not None and mine != theirs for mine, theirs in parts):
        return False
    if said.part is None and found.part == "decade":
        return False
    reaches = zip(said.reaches or (), found.reaches or (), strict=False)
    if any(mine is not None and mine != theirs for mine, theirs in reaches):
        return False
    return _are_bounds_said(said.bounds, found.bounds)


def _are_bounds_said(said: Collection[Bound], found: Collection[Bound]) -> bool:
    """Whether the bounds are the same; "ongeveer" may be added, an end of a range may be said as a bound."""
    if Bound.ABOUT in found and Bound.ABOUT not in said:
        return False
    if Bound.ESTIMATED in found and not {Bound.ABOUT, Bound.ESTIMATED} & set(said):
        return False
    if any(bound in said and bound not in found for bound in (Bound.ONLY, Bound.EVEN)):
        return False
    mine, theirs = set(said) - _LIGHT, set(found) - _LIGHT
    if mine == theirs or (not mine and theirs <= {Bound.FIRST, Bound.LAST}):
        return True
    ends = ({Bound.LAST}, _HIGH), ({Bound.FIRST}, _LOW)
    return any((mine == end and theirs and theirs <= group) or (theirs == end and mine and mine <= group) for end, group in ends)


def _is_per_same(said: Amount, found: Amount, *, is_foreign: bool) -> bool:
    """Whether two amounts are in as much of the same; two words of two languages cannot be compared."""
    is_word = said.per is not None and found.per is not None and not {said.per, found.per} & TIMES
    return said.per == found.per or (is_foreign and is_word)


def _is_same(said: Amount, found: Amount) -> bool:
    """Whether two amounts are the same, whatever they are of; the end of a range is a bound of its own."""
    if said.unit != found.unit or (said.whole is not None and said.whole != found.whole):
        return False
    if not _is_turn_same(said, found):
        return False
    if said.upper is None and found.upper is not None and not found.is_change:
        for end, bound in ((found.upper, Bound.AT_MOST), (found.value, Bound.AT_LEAST)):
            if said.value == end and said.bounds - _LIGHT == {bound} and _are_bounds_said(said.bounds, found.bounds | {bound}):
                return True
        return False
    is_value = said.value == found.value or (bool(said.ambiguous) and said.ambiguous == found.ambiguous)
    return (
        is_value and (said.upper, said.is_change) == (found.upper, found.is_change) and _are_bounds_said(said.bounds, found.bounds)
    )


def _is_turn_same(said: Amount, found: Amount) -> bool:
    """Whether two amounts are both more or both less, as far as that is said: "10% minder" is no "10% meer"."""
    if said.unit == "factor":  # "tien keer zo snel" is "tien keer sneller"
        return (said.is_turned and said.turn < 0) == (found.is_turned and found.turn < 0)
    return not said.turn or said.turn == found.turn or (not said.is_turned and not found.turn)


def _is_of_same(said: Amount, found: Amount, sentence: str, text: str, language: Language) -> bool:
    """Whether two equal amounts in one language count the same thing, as far as the words around them tell.

    Where only one of them names it, the other text has to name it somewhere.
    """
    if said.unit in _UNNAMED:
        return True
    if said.counted and found.counted:
        mine, theirs = _head(said.counted, language), _head(found.counted, language)
        if language == "nl":
            return _is_kind_of(theirs, mine, language)
        return _names(mine, found.counted[:2], language) or any(_is_kind_of(theirs, word, language) for word in said.counted[:2])
    if said.counted:
        return _names(_head(said.counted, language), words_in(text), language)
    if not found.counted or said.unit:
        return True
    return any(_is_kind_of(_head(found.counted, language), word, language) for word in words_in(sentence))


def _head(counted: Sequence[str], language: Language) -> str:
    """The word that names what is counted: the first that does not look like an adjective."""
    for word in counted:
        is_adjective = word in _ADJECTIVES or (
            len(word) >= _SHORTEST and word.endswith(_ENDINGS[language]) and not word.endswith(_PLURALS)
        )
        if not is_adjective:
            return word
    return counted[-1]


def _names(word: str, words: Iterable[str], language: Language) -> bool:
    """Whether one of the words names the thing, or a kind of it."""
    return any(_is_kind_of(each, word, language) for each in words)


@lru_cache(maxsize=16_384)
def _is_kind_of(narrow: str, wide: str, language: Language) -> bool:
    """Whether a word is another one, or in Dutch a compound of it: "voltijdbanen" are "banen"."""
    if stem(narrow, language) == stem(wide, language):
        return True
    return language == "nl" and compound_head(narrow, {wide}) is not None
