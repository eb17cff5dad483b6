"""From text to the words that are compared: folded, stemmed, compounds taken apart."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

import Stemmer

from vectorstore.languages import STOP_WORDS, Language

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_STEMMERS = {"nl": Stemmer.Stemmer("dutch"), "en": Stemmer.Stemmer("english")}
_MIN_HEAD, _MIN_MODIFIER = 5, 4  # "voltijd|banen"; shorter parts split words that are no compounds
_MIN_VERB = 6
_LINKS = ("", "s", "e", "en")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word in lower case without accents: "Szabó" and "szabo" are one word; a number without separators."""
    if word[0].isdigit():
        return re.sub(r"[.,](?=\d{3})", "", word)
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def written_words(text: str) -> list[str]:
    """The words of a text as they are written, in order."""
    return _WORD.findall(text)


def words_in(text: str) -> Iterator[str]:
    """The folded words of a text, stop words included."""
    return map(fold, written_words(text))


@lru_cache(maxsize=65_536)
def stem(word: str, language: Language) -> str:
    """The stem of a folded word; numbers stay as they are.

    The Dutch stemmer leaves the -t of "bespaart" on, so that it would not find "besparen"; it is taken off here.
    """
    if word[0].isdigit():
        return word
    stemmed = str(_STEMMERS[language].stemWord(word))
    return stemmed[:-1] if language == "nl" and len(stemmed) >= _MIN_VERB and stemmed.endswith("t") else stemmed


def content_words(text: str, language: Language) -> list[str]:
    """The folded words of a text that carry its subject, in order, with repeats."""
    return [word for word in words_in(text) if carries_subject(word, language)]


def carries_subject(word: str, language: Language) -> bool:
    """Whether a folded word is neither a stop word nor a single letter."""
    return word not in STOP_WORDS[language] and (len(word) > 1 or word.isdigit())


def terms(words: Iterable[str], language: Language) -> list[str]:
    """The stems of folded words."""
    return [stem(word, language) for word in words]


def compound_head(word: str, vocabulary: Collection[str]) -> str | None:
    """The last part of a Dutch compound, when it is a word of the vocabulary: "voltijdbanen" gives "banen".

    The longest such part wins; the rest may end in a linking -s-, -e- or -en-.
    """
    for cut in range(_MIN_MODIFIER, len(word) - _MIN_HEAD + 1):
        if word[cut:] in vocabulary:
            return word[cut:]
    return None


def compound_modifier(word: str, vocabulary: Collection[str]) -> str | None:
    """The first part of a Dutch compound, when both parts are words of the vocabulary: "risicoanalyse" gives "risico"."""
    head = compound_head(word, vocabulary)
    if head is None:
        return None
    modifier = word[: -len(head)]
    for link in _LINKS:
        if modifier.endswith(link) and modifier[: len(modifier) - len(link)] in vocabulary:
            return modifier[: len(modifier) - len(link)]
    return None
