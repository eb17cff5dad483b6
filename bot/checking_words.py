"""Whether the words of a sentence are those of the quotation that it cites: the same, of the same stem, or for the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.check_lists import reporting, synonyms
from vectorstore.languages import Language
from vectorstore.lexicon import translations
from vectorstore.words import carries_subject, fold, stem, words_in, written_words

_MIN_PART = 4  # letters of a word that is a part of a compound
_MIN_SHARE = 0.1  # of the occurrences of an English word that a Dutch one translates


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a text with the places where each stands; words without a subject have a place and are not in it."""

    language: Language
    places: Mapping[str, tuple[int, ...]]
    written: frozenset[str]

    def find(self, word: str, language: Language) -> tuple[int, ...]:
        """Where the text says what a folded word of a sentence says; empty where it does not."""
        return _find(word, language, self)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def vocabulary_of(text: str, language: Language) -> Vocabulary:
    """The vocabulary of a text."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words_in(text)):
        places.setdefault(word, []).append(place)
    return Vocabulary(language, {word: tuple(found) for word, found in places.items()}, frozenset(written_words(text)))


def subject_words(text: str, language: Language, names: frozenset[str]) -> list[tuple[int, str]]:
    """The folded words of a sentence that say something, each with its place: none that only say who speaks."""
    return [
        (place, word)
        for place, word in enumerate(words_in(text))
        if carries_subject(word, language) and word not in names and word not in reporting(language)
    ]


@lru_cache(maxsize=8_192)
def _find(word: str, language: Language, vocabulary: Vocabulary) -> tuple[int, ...]:
    own = [
        place for each, places in vocabulary.places.items() if _same(word, each, language, vocabulary.language) for place in places
    ]
    return tuple(sorted(own))


def _same(word: str, other: str, language: Language, other_language: Language) -> bool:
    if word == other:
        return True
    if word[0].isdigit() or other[0].isdigit():
        return False
    if language == other_language and _same_stem(word, other, language):
        return True
    if other in synonyms(word, language):
        return True
    return language != other_language and _translates(word, other, language)


def _same_stem(word: str, other: str, language: Language) -> bool:
    """ "banen" is "banen" in "voltijdbanen", and "capaciteitstekort" is "tekort"; but "on-" makes another word."""
    one, two = stem(word, language), stem(other, language)
    if one == two:
        return True
    short, long = sorted((one, two), key=len)
    if len(short) < _MIN_PART or (long.startswith(("on", "un", "in", "anti", "non")) and long[2:].startswith(short[:_MIN_PART])):
        return False
    return long.endswith(short) or (long.startswith(short) and len(short) > _MIN_PART)


def _translates(word: str, other: str, language: Language) -> bool:
    english, dutch = (word, other) if language == "en" else (other, word)
    found = translations().get(stem(english, "en"), {})
    wanted = stem(dutch, "nl")
    return any(
        share >= _MIN_SHARE and (each == wanted or (len(each) > _MIN_PART and wanted.endswith(each)))
        for each, share in found.items()
    )


def names_in(text: str) -> Sequence[tuple[int, str]]:
    """The words of a text that are written as names: with a capital that no sentence gives them, or with more than one."""
    return [
        (place, word)
        for place, word in enumerate(written_words(text))
        if (word[0].isupper() and place > 0) or sum(char.isupper() for char in word) > 1
    ]


def folded(names: Sequence[str]) -> frozenset[str]:
    """The folded words of names."""
    return frozenset(fold(word) for name in names for word in written_words(name))
