"""The lines of a PDF paragraph joined to text: which hyphens at line ends belong to the word, and where a space comes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.pdf_glyphs import HYPHEN
from vectorstore.languages import Language

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"[\w'’.@-]*$")
_FIRST = re.compile(r"[^\W_]+(?:['’@-][^\W_]+)*")
_AND = {"en", "of", "and", "or", "und", "oder", "tot", "dan", "als", "noch", "c.q.", "respectievelijk"}
_KEEPS = {
    "niet",
    "non",
    "ex",
    "oud",
    "vice",
    "semi",
    "quasi",
    "self",
    "e",
    "bijna",
    "zogenaamd",
    "sint",
    "noord",
    "zuid",
    "oost",
    "west",
}
_ADJECTIVE = re.compile(r"(?:isch|eel|lijk|aal|ief|matig)e?$")
_ADDRESS = re.compile(r"(?:https?://|www\.|\S@)\S*$", re.IGNORECASE)
_ADDRESS_GOES_ON = ("/", "-", "_", "?", "&", "=", "%", "#")
_MIN_WORD = 3


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that stand whole inside the lines of a document, and whether it breaks words at line ends."""

    words: Counter[str]
    parts: frozenset[str]
    language: Language
    breaks_words: bool


def vocabulary_of(lines: Sequence[str], language: Language) -> Vocabulary:
    """The words of a document's lines, less those that a line end cuts."""
    words: Counter[str] = Counter()
    cut: list[tuple[str, str]] = []
    before = ""
    for line in lines:
        text = line
        if before.endswith((HYPHEN, "-")):
            cut.append((_last(before), _first(line)))
            text = text[len(_first(text)) :]
        if line.endswith((HYPHEN, "-")):
            text = text[: len(text) - len(_last(line)) - 1]
        for token in _TOKEN.findall(text.casefold()):
            words[token] += 1
            parts = token.split("-")
            words.update("-".join(pair) for pair in pairwise(parts) if len(parts) > 2)
        before = line
    seen = [words[f"{part}-{word}".casefold()] - words[(part + word).casefold()] for part, word in cut]
    kept = sum(count > 0 or part.isupper() for count, (part, _) in zip(seen, cut, strict=True))
    parts = frozenset(part for token in words for part in token.split("-"))
    return Vocabulary(words, parts, language, breaks_words=sum(count < 0 for count in seen) >= kept)


def joint(before: str, after: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The text before a line end as it stands inside a paragraph, and what comes between it and the text after."""
    if before.endswith((HYPHEN, "-")) and before[:-1].strip() and not before[:-1].endswith((" ", "-")):
        body, part, word = before[:-1], _last(before), _first(after)
        if _is_suspended(after):
            return f"{body}-", " "
        if _ADDRESS.search(before) or "@" in after.split(" ", 1)[0] or _keeps_hyphen(part, word, vocabulary):
            return f"{body}-", ""
        return body, ""
    token = before.rsplit(" ", 1)[-1]
    if _ADDRESS.search(token) and (token.endswith(_ADDRESS_GOES_ON) or (token.endswith(".") and after[:1].islower())):
        return before, ""
    if before.endswith("/") and before[-2:-1].isalpha() and after[:1].isalpha():
        return before, ""
    return before, " "


def plain(text: str) -> str:
    """A text that no line follows: a hyphen at its end is a hyphen."""
    return text.replace(HYPHEN, "-")


def _keeps_hyphen(part: str, word: str, vocabulary: Vocabulary) -> bool:
    """Whether the hyphen in "part-/word" is the word's own; the rest of the document tells first, and then rules."""
    if not part or not word or not word[0].islower() or not part[-1].isalpha():
        return True
    words, whole, hyphened = vocabulary.words, (part + word).casefold(), f"{part}-{word}".casefold()
    last = part.rsplit("-", 1)[-1]
    if words[whole] != words[hyphened]:
        return words[hyphened] > words[whole]
    if last.isupper() or len(last) == 1 or any(char.isdigit() for char in last) or last.casefold() in _KEEPS:
        return True
    if _ADJECTIVE.search(last.casefold()) and _ADJECTIVE.search(word):
        return True
    if not vocabulary.breaks_words:
        return True
    return vocabulary.language == "en" and _are_words(vocabulary, last, word)


def _are_words(vocabulary: Vocabulary, *parts: str) -> bool:
    return all(len(part) >= _MIN_WORD and part.casefold() in vocabulary.parts for part in parts)


def _is_suspended(after: str) -> bool:
    """Whether "in-" is half of "in- en uitvoer"."""
    return after.split(" ", 1)[0].casefold() in _AND


def _last(text: str) -> str:
    """The word that a line end cuts, without its hyphen."""
    found = _LAST.search(text[:-1])
    return found.group().lstrip("-'’.") if found else ""


def _first(text: str) -> str:
    found = _FIRST.match(text)
    return found.group() if found else ""
