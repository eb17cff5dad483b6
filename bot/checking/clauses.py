"""A sentence, or a quotation, taken apart into clauses, each with what changes whether and how far something is so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.checking.lists import marks
from vectorstore.languages import Language
from vectorstore.words import carries_subject, fold, written_words

Found = Sequence[tuple[int, Sequence[int]]]
"""The words of a sentence by their places in it, each with its places in the quotation."""
Placed = Sequence[tuple[int, int]]
"""The same, each with the one place that is meant."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ«\"“(0-9])")
_BREAK = re.compile(
    r"(?<=[.!?;:()–])\s+|,?\s+(?=(?:maar|terwijl|omdat|doordat|want|dat|zodat|waardoor|hoewel|tenzij|mits|als|"
    r"but|while|because|that|although|unless|if|when|whereas|provided)\b)",
    re.IGNORECASE,
)
_SOFT_BREAK = re.compile(r"(?<=,)\s+|\s+(?=(?:en|of|zonder|so|and|or|without)\b)", re.IGNORECASE)
_LEAST = 4  # words on both sides of a comma or an "en" that parts clauses; with fewer it parts the items of a list
_IF, _PROVISO = re.compile(r"(?:als|if)\b", re.IGNORECASE), 4  # words of a clause with a condition; "als basis" is none
_SHORT = 6  # words of a clause that only says how the next is meant: "Het is volgens BCG mogelijk"
_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words: the places of its words, the number of its sentence, and the classes that it has a word of."""

    first: int
    last: int
    sentence: int
    marks: frozenset[str]

    def holds(self, place: int) -> bool:
        """Whether a word is in it."""
        return self.first <= place < self.last


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text taken apart; a word's place is its number in `written` and `words`, which holds it folded."""

    text: str
    language: Language
    written: tuple[str, ...]
    words: tuple[str, ...]
    clauses: tuple[Clause, ...]

    @property
    def marks(self) -> frozenset[str]:
        """The classes that it has a word of, anywhere."""
        return all_marks(self.clauses)

    def says_something(self, place: int) -> bool:
        """Whether a word carries a subject."""
        return carries_subject(self.words[place], self.language)


def parse(text: str, language: Language) -> Parsed:
    """Take a text apart."""
    written = tuple(written_words(text))
    return Parsed(text, language, written, tuple(map(fold, written)), tuple(_clauses(text, language)))


def all_marks(clauses: Iterable[Clause]) -> frozenset[str]:
    """The classes that any of the clauses has a word of."""
    return frozenset().union(*(clause.marks for clause in clauses))


def matched(clause: Clause, theirs: Sequence[Clause], placed: Placed) -> list[Clause]:
    """The clauses of the quotation that a clause is made of, the one that it shares most with first."""
    places = [there for here, there in placed if clause.holds(here)]
    shared = [(sum(other.holds(place) for place in places), other) for other in theirs]
    most = max((count for count, _ in shared), default=0)
    same = [(count, other) for count, other in shared if count and count >= _COVERED * most]
    return [other for _, other in sorted(same, key=lambda pair: -pair[0])]


def leading(clauses: Sequence[Clause], index: int) -> Iterator[Clause]:
    """The short clauses right before one in its sentence, which say how it is meant: "Het is mogelijk dat …"."""
    for before in reversed(clauses[:index]):
        if before.sentence != clauses[index].sentence or before.last - before.first > _SHORT:
            return
        yield before


def _clauses(text: str, language: Language) -> Iterator[Clause]:
    first = 0
    for number, sentence in enumerate(_SENTENCE.split(text)):
        asked = {"unknown"} if marks(language)["unknown"].search(sentence) else set()  # "vragen … of" is in two clauses
        for piece in _pieces(sentence):
            if count := len(written_words(piece)):
                yield Clause(first, first + count, number, frozenset(_marks_of(piece, language, count) | asked))
                first += count


def _pieces(sentence: str) -> Iterator[str]:
    """The clauses of a sentence as text; the items of a list stay together."""
    for piece in _BREAK.split(sentence):
        whole = ""
        for part in _SOFT_BREAK.split(piece):
            if whole and len(part.split()) >= _LEAST and len(whole.split()) >= _LEAST:
                yield whole
                whole = part
            else:
                whole = f"{whole} {part}" if whole else part
        yield whole


def _marks_of(piece: str, language: Language, count: int) -> set[str]:
    found = {name for name, pattern in marks(language).items() if pattern.search(piece)}
    return found | ({"proviso"} if count >= _PROVISO and _IF.match(piece) else set())
