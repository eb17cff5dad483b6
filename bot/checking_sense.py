"""Whether a sentence says of its words what the quotation says of them, as far as words and their order can tell.

A clause of the sentence is held against the clauses of the quotation that it shares its words with: both deny or neither does,
what is possible, expected, wanted or tied to a condition stays so, and what comes first comes first.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.check_lists import directions, instead, marks
from bot.flaws import Flaw
from vectorstore.languages import Language
from vectorstore.words import words_in

_BREAK = re.compile(
    r"(?<=[.!?;:,()–])\s+|\s+(?=(?:maar|terwijl|omdat|doordat|want|dat|zodat|waardoor|hoewel|terwijl|tenzij|mits|zonder|en|of|als|"
    r"but|while|because|that|although|unless|so|and|or|without|if|when|whereas)\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ«\"“(0-9])")
_KEPT = ("possibility", "expectation", "intention", "obligation", "future", "condition", "partial")
"""What the quotation says that the sentence may not leave out."""
_ADDED = {
    "obligation": "obligation", "intention": "intention", "condition": "condition", "cause": "cause", "universal": "universal",
    "only": "only", "future": "future expectation intention", "earlier": "earlier", "later": "later",
}  # fmt: skip
"""What the sentence says that the quotation must say too, and what there will do."""
_SHORT = 2  # words of a clause that only says how the next is meant: "Het is mogelijk"
_COVERED = 0.5
_MOST_TURNED = 0.25  # of the words that stand in another order: a verb moves in Dutch, a noun does not
_SCOPE = 4  # words around a "niet" that it can deny


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words between commas and conjunctions: the places of its words in the text, the sentence it is in, what marks it."""

    first: int
    last: int
    sentence: int
    marks: frozenset[str]

    def holds(self, place: int) -> bool:
        """Whether a word is in it."""
        return self.first <= place < self.last


def clauses_of(text: str, language: Language) -> list[Clause]:
    """The clauses of a text, in order."""
    found: list[Clause] = []
    first = 0
    for number, sentence in enumerate(_SENTENCE.split(text)):
        for piece in _BREAK.split(sentence):
            count = sum(1 for _ in words_in(piece))
            if count:
                found.append(Clause(first, first + count, number, marks_of(piece, language)))
                first += count
    return found


def marks_of(text: str, language: Language) -> frozenset[str]:
    """The classes of `bot.check_lists.marks` that a text has a word of."""
    return frozenset(name for name, pattern in marks(language).items() if pattern.search(text))


def sense_flaw(
    sentence: str, language: Language, cited: str, cited_language: Language, found: Sequence[tuple[int, Sequence[int]]]
) -> Flaw | None:
    """How a sentence departs from what it cites; `found` holds its words and the places of each in the quotation."""
    theirs = clauses_of(cited, cited_language)
    own = clauses_of(sentence, language)
    matched = _matched(found, theirs)
    said, whole = marks_of(sentence, language), frozenset().union(*(clause.marks for clause in theirs))
    if _turns_direction(sentence, language, cited, cited_language):
        return Flaw.COMPARISON
    if any(name in said and not whole & set(allowed.split()) for name, allowed in _ADDED.items()):
        return Flaw.STRONGER
    if _turns_negation(own, theirs, found):
        return Flaw.NEGATION
    if any(_lost(name, said) for clause in matched for name in clause.marks):
        return Flaw.STRONGER
    if _asks(cited, theirs, matched) and not sentence.endswith("?"):
        return Flaw.STRONGER
    return Flaw.ORDER if language == cited_language and _is_turned(found) else None


def _lost(name: str, said: frozenset[str]) -> bool:
    return name in _KEPT and name not in said and not (instead(name) & said)


def _matched(found: Sequence[tuple[int, Sequence[int]]], theirs: Sequence[Clause]) -> list[Clause]:
    """The clauses of the quotation that the sentence is made of, and those that say how these are meant."""
    places = {place for _, each in found for place in _nearest(each, found)}
    shared = [sum(clause.holds(place) for place in places) for clause in theirs]
    most = max(shared, default=0)
    chosen = [index for index, count in enumerate(shared) if count and (count >= _SHORT or count == most)]
    leading = [
        before
        for index in chosen
        for before in range(index)
        if theirs[before].sentence == theirs[index].sentence and theirs[before].last - theirs[before].first <= 2 * _SHORT + 2
    ]
    return [theirs[index] for index in sorted({*chosen, *leading})]


def _nearest(places: Sequence[int], found: Sequence[tuple[int, Sequence[int]]]) -> Iterable[int]:
    """Of the places of a word the one that is nearest to the places of the others."""
    if len(places) < 2:
        return places
    others = sorted(place for _, each in found if len(each) == 1 for place in each)
    if not others:
        return places[:1]
    middle = others[len(others) // 2]
    return (min(places, key=lambda place: abs(place - middle)),)


def _turns_negation(own: Sequence[Clause], theirs: Sequence[Clause], found: Sequence[tuple[int, Sequence[int]]]) -> bool:
    """Whether a clause denies what the quotation does not deny, or the other way round."""
    for clause in own:
        inside = [(place, places) for place, places in found if clause.holds(place)]
        if not inside:
            continue
        places = {place for _, each in inside for place in _nearest(each, found)}
        shared = [(sum(other.holds(place) for place in places), other) for other in theirs]
        most = max(count for count, _ in shared)
        if not most:
            continue
        same = [other for count, other in shared if count and count >= max(1, _COVERED * most)]
        denied = ["negation" in other.marks for other in same]
        denies = "negation" in clause.marks
        if (denies and not any(denied)) or (not denies and all(denied)):
            return True
        if (
            not denies
            and any(denied)
            and denied[[count for count, _ in shared if count and count >= max(1, _COVERED * most)].index(most)]
        ):
            return True
    return False


def _turns_direction(sentence: str, language: Language, cited: str, cited_language: Language) -> bool:
    """Whether it says "more" where the quotation does not, in any word for it."""
    return any(way[language].search(sentence) and not way[cited_language].search(cited) for pair in directions() for way in pair)


def _asks(cited: str, theirs: Sequence[Clause], matched: Sequence[Clause]) -> bool:
    """Whether what is cited is a question."""
    sentences = _SENTENCE.split(cited)
    asked = {number for number, sentence in enumerate(sentences) if sentence.rstrip().endswith("?")}
    return bool(matched) and all(clause.sentence in asked for clause in matched) and bool(theirs)


def _is_turned(found: Sequence[tuple[int, Sequence[int]]]) -> bool:
    """Whether its words stand in another order than in the quotation, beyond what a verb that moves explains."""
    order = [place for _, places in found for place in _nearest(places, found)]
    return len(order) - _longest_rising(order) > max(1, int(_MOST_TURNED * len(order))) if len(order) > 1 else False


def _longest_rising(numbers: Iterable[int]) -> int:
    tails: list[int] = []
    for number in numbers:
        place = bisect_left(tails, number)
        tails[place : place + 1] = [number]
    return len(tails)


def spans(text: str) -> Iterator[str]:
    """The sentences of a text."""
    yield from _SENTENCE.split(text)
