"""Whether the words of a sentence are those of the quotation that it cites: the same, of the same stem, or for the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.checking.lists import reporting, synonyms
from vectorstore.languages import Language
from vectorstore.lexicon import translations
from vectorstore.words import carries_subject, fold, stem, words_in, written_words

_MIN_PART = 4  # letters of a word that is a part of a compound
_COGNATE, _ALIKE = 4, 70.0  # letters that words of both languages begin with alike, and how alike they are then, of 100
_MIN_SHARE = 0.1  # of the occurrences of an English word that a Dutch one translates


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The folded words of a text, each with the places where it stands."""

    language: Language
    places: Mapping[str, tuple[int, ...]]

    def find(self, word: str, language: Language) -> tuple[int, ...]:
        """Where the text has a folded word of a sentence; where it does not, where it has what says the same, if anywhere."""
        if places := self.places.get(word):
            return places
        same = [places for each, places in self.places.items() if _same(word, each, language, self.language)]
        return tuple(sorted(place for places in same for place in places))


def vocabulary_of(text: str, language: Language) -> Vocabulary:
    """The vocabulary of a text."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words_in(text)):
        places.setdefault(word, []).append(place)
    return Vocabulary(language, {word: tuple(found) for word, found in places.items()})


def subject_words(text: str, language: Language, names: frozenset[str]) -> list[tuple[int, str]]:
    """The folded words of a sentence that say something, each with its place: none that only say who speaks."""
    return [
        (place, word)
        for place, word in enumerate(words_in(text))
        if carries_subject(word, language) and word not in names and word not in reporting(language)
    ]


def _same(word: str, other: str, language: Language, other_language: Language) -> bool:
    if word == other:
        return True
    if word[0].isdigit() or other[0].isdigit():
        return False
    if language == other_language and _same_stem(word, other, language):
        return True
    same = synonyms(word, language)
    if other in same:
        return True
    if language == other_language:
        return False
    return _translates(word, other, language) or any(len(each) >= _MIN_PART and other.endswith(each) for each in same)


def _same_stem(word: str, other: str, language: Language) -> bool:
    """The "banen" of a sentence are "voltijdbanen", and never the other way round; "on-" makes another word."""
    one, two = stem(word, language), stem(other, language)
    if one == two:
        return True
    is_turned = two.startswith(("on", "un", "in", "anti", "non")) and two[2:].startswith(one[:_MIN_PART])
    return len(one) >= _MIN_PART and not is_turned and (two.endswith(one) or (two.startswith(one) and len(one) > _MIN_PART))


def _translates(word: str, other: str, language: Language) -> bool:
    if word[:_COGNATE] == other[:_COGNATE] and fuzz.ratio(word, other[: len(word) + 2]) >= _ALIKE:  # "sector", "sectoren"
        return True
    english, dutch = (word, other) if language == "en" else (other, word)
    found = translations().get(stem(english, "en"), {})
    wanted = stem(dutch, "nl")
    likely = [each for each, share in found.items() if share >= _MIN_SHARE]
    return any(each == wanted or (len(each) > _MIN_PART and wanted.endswith(each)) for each in likely)


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
