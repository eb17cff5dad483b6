"""Whether a sentence says of its words what the quotation says of them, as far as words and their order can tell.

A clause of the sentence is held against the clauses of the quotation that it shares its words with: both deny or neither does,
what is possible, expected, wanted or tied to a condition stays so, and what comes first comes first.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.check_lists import directions, instead, marks
from bot.flaws import Flaw
from vectorstore.languages import Language
from vectorstore.words import content_words, words_in

Found = Sequence[tuple[int, Sequence[int]]]
"""The words of a sentence by their places in it, each with its places in the quotation."""
Placed = Sequence[tuple[int, int]]
"""The same, each with the one place that is meant."""

_BREAK = re.compile(
    r"(?<=[.!?;:,()–])\s+|\s+(?=(?:maar|terwijl|omdat|doordat|want|dat|zodat|waardoor|hoewel|terwijl|tenzij|mits|zonder|en|of|als|"
    r"but|while|because|that|although|unless|so|and|or|without|if|when|whereas)\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ«\"“(0-9])")
_KEPT = ("possibility", "expectation", "intention", "obligation", "future", "condition", "partial")
"""What the quotation says that the sentence may not leave out."""
_ADDED = {
    "proviso": "proviso",
    "obligation": "obligation", "intention": "intention", "condition": "condition", "cause": "cause", "universal": "universal",
    "only": "only", "will": "will", "must": "must", "future": "future expectation intention",
    "earlier": "earlier", "later": "later",
}  # fmt: skip
"""What the sentence says that the quotation must say too, and what there will do."""
_SHORT = 6  # words of a clause that only says how the next is meant: "Het is volgens BCG mogelijk"
_COVERED = 0.5
_LEAST_MOVED = 3  # words of a sentence in which a phrase can be put first; of two words, they would have changed places
_IF, _PROVISO = re.compile(r"(?:als|if)\b", re.IGNORECASE), 4  # words of a clause with a condition; "als basis" is none
_WHOLLY = 0.7  # of the words of a clause: then it is used as it is


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words between commas and conjunctions: the places of its words, and the number of its sentence.

    `marks` are the classes that it has a word of, `words` is how many of its words carry a subject.
    """

    first: int
    last: int
    sentence: int
    marks: frozenset[str]
    words: int

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
                is_proviso = count >= _PROVISO and _IF.match(piece) is not None
                marked = marks_of(piece, language) | ({"proviso"} if is_proviso else set())
                found.append(Clause(first, first + count, number, marked, len(content_words(piece, language))))
                first += count
    return found


def marks_of(text: str, language: Language) -> frozenset[str]:
    """The classes of `bot.check_lists.marks` that a text has a word of."""
    return frozenset(name for name, pattern in marks(language).items() if pattern.search(text))


def sense_flaw(sentence: str, language: Language, cited: str, cited_language: Language, found: Found) -> Flaw | None:
    """How a sentence departs from what it cites; `found` holds its words and the places of each in the quotation."""
    own, theirs = clauses_of(sentence, language), clauses_of(cited, cited_language)
    said, whole = _all_marks(own), _all_marks(theirs)
    if _turns_direction(sentence, language, cited, cited_language):
        return Flaw.COMPARISON
    if any(name in said and not whole & set(allowed.split()) for name, allowed in _ADDED.items()):
        return Flaw.STRONGER
    if _denies_more(sentence, language, cited, cited_language):
        return Flaw.NEGATION
    flaws = [
        _flaw_of_placed(own, theirs, placed, language == cited_language) for placed in (_first_places(found), _last_places(found))
    ]
    if None in flaws:
        return Flaw.STRONGER if _asks(cited, theirs, _first_places(found)) and not sentence.endswith("?") else None
    return flaws[0]


def _flaw_of_placed(own: Sequence[Clause], theirs: Sequence[Clause], placed: Placed, is_same_language: bool) -> Flaw | None:  # noqa: FBT001  # has a name at its call
    if _turns_negation(own, theirs, placed):
        return Flaw.NEGATION
    if _leaves_out(own, theirs, placed):
        return Flaw.STRONGER
    return Flaw.ORDER if is_same_language and (_is_turned(placed) or _stitches(own, theirs, placed)) else None


def _all_marks(clauses: Iterable[Clause]) -> frozenset[str]:
    return frozenset().union(*(clause.marks for clause in clauses))


def _first_places(found: Found) -> Placed:
    """Each word with the first of its places that is behind the word before it; where there is none, with its last."""
    placed: list[tuple[int, int]] = []
    reached = -1
    for here, places in found:
        reached = next((place for place in places if place > reached), places[-1])
        placed.append((here, reached))
    return placed


def _last_places(found: Found) -> Placed:
    """Each word with the last of its places that is before the word after it; where there is none, with its first."""
    placed: list[tuple[int, int]] = []
    reached = sys.maxsize
    for here, places in reversed(found):
        reached = next((place for place in reversed(places) if place < reached), places[0])
        placed.append((here, reached))
    return placed[::-1]


def _matched(clause: Clause, theirs: Sequence[Clause], placed: Placed) -> list[Clause]:
    """The clauses of the quotation that a clause is made of, the one that it shares most with first."""
    places = [there for here, there in placed if clause.holds(here)]
    shared = [(sum(other.holds(place) for place in places), other) for other in theirs]
    most = max((count for count, _ in shared), default=0)
    same = [(count, other) for count, other in shared if count and count >= _COVERED * most]
    return [other for _, other in sorted(same, key=lambda pair: -pair[0])]


def _leaves_out(own: Sequence[Clause], theirs: Sequence[Clause], placed: Placed) -> bool:
    """Whether a clause says flatly what the quotation says with a "can", an "if" or a "some"."""
    used = {other.sentence for other in theirs for _, there in placed if other.holds(there)}
    if "proviso" not in _all_marks(own) and any("proviso" in other.marks for other in theirs if other.sentence in used):
        return True
    for index, clause in enumerate(own):
        said = clause.marks | _all_marks(_leading(own, index))
        for other in _matched(clause, theirs, placed):
            meant = other.marks | _all_marks(_leading(theirs, theirs.index(other)))
            if any(name in _KEPT and name not in said and not (instead(name) & said) for name in meant):
                return True
    return False


def _leading(clauses: Sequence[Clause], index: int) -> Iterator[Clause]:
    """The short clauses right before one in its sentence, which say how it is meant: "Het is mogelijk dat …"."""
    for before in reversed(clauses[:index]):
        if before.sentence != clauses[index].sentence or before.last - before.first > _SHORT:
            return
        yield before


def _denies_more(sentence: str, language: Language, cited: str, cited_language: Language) -> bool:
    """Whether it has more words that deny than the whole quotation."""
    own, theirs = marks(language)["negation"], marks(cited_language)["negation"]
    return len(own.findall(sentence)) > len(theirs.findall(cited))


def _turns_negation(own: Sequence[Clause], theirs: Sequence[Clause], placed: Placed) -> bool:
    """Whether a clause denies what the quotation does not deny, or the other way round."""
    for clause in own:
        same = _matched(clause, theirs, placed)
        denied = ["negation" in other.marks for other in same]
        denies = "negation" in clause.marks
        if same and ((denies and not any(denied)) or (not denies and denied[0])):
            return True
    return False


def _turns_direction(sentence: str, language: Language, cited: str, cited_language: Language) -> bool:
    """Whether it says "more" where the quotation does not, in any word for it."""
    return any(way[language].search(sentence) and not way[cited_language].search(cited) for pair in directions() for way in pair)


def _asks(cited: str, theirs: Sequence[Clause], placed: Placed) -> bool:
    """Whether what is cited is a question."""
    asked = {number for number, sentence in enumerate(_SENTENCE.split(cited)) if sentence.rstrip().endswith("?")}
    used = {clause.sentence for clause in theirs for _, there in placed if clause.holds(there)}
    return bool(used) and used <= asked


def _is_turned(placed: Placed) -> bool:
    """Whether its words stand in another order than in the quotation, other than that one phrase of it was put first."""
    places = [there for _, there in placed]
    backs = [index for index in range(1, len(places)) if places[index] < places[index - 1]]
    if not backs:
        return False
    first, rest = places[: backs[0]], places[backs[0] :]
    return len(backs) > 1 or len(places) < _LEAST_MOVED or min(first) < max(rest)


def _stitches(own: Sequence[Clause], theirs: Sequence[Clause], placed: Placed) -> bool:
    """Whether a clause is put together from parts of several: "risico's onzeker" from "effect onzeker, risico's groot"."""
    for clause in own:
        places = {there for here, there in placed if clause.holds(here)}
        parts = []
        for other in theirs:
            used = sum(other.holds(place) for place in places)
            if used and used < _WHOLLY * other.words:
                parts.append(other)
        if len(parts) > 1:
            return True
    return False
