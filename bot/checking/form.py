"""What can be seen of a sentence without asking what it means: that it is one, plain, in the right language, and no verdict."""

import re
import unicodedata
from typing import TYPE_CHECKING

from bot.checking.flaws import Flaw
from bot.checking.lists import machine, verdict
from vectorstore.languages import STOP_WORDS, Language, detect_language
from vectorstore.words import words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MAX_CHARS, _MAX_WORDS, _MIN_WORDS = 320, 45, 3
_MARKUP = re.compile(r"[<>{}\[\]|\\^~_#`*=@]|https?:|www\.|&\w+;|\$\w|\.\.\.|…", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_SECOND_SENTENCE = re.compile(r"[.!?]\s+[\"'“«(]?[A-ZÀ-Þ0-9]|[.!?][\"”»]?\s+[A-ZÀ-Þ]|\n")
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:dr|mr|ir|prof|drs|ing|art|nr|bijv|o\.a|d\.w\.z|m\.b\.t|i\.p\.v|e\.g|i\.e|vs|st|mrs|ms|[A-Z])\.", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“”„‟«»\u2039\u203a\uff02]|(?<!\w)['‘’‚](?=\w)|(?<=\w)['’](?!\w)")
_QUOTATION = re.compile(r"[\"“”„‟«\u2039\uff02]\s*([^\"“”„‟«»\u2039\u203a\uff02]*?)\s*[\"“”„‟»\u203a\uff02]")
_LEAST_FUNCTION_WORDS = 0.12  # of the words of a sentence; in Dutch and English a third are
_RUN = 6  # words in a row of the rules: no sentence about a debate has them


def form_flaw(text: str, language: Language, cited: str, rules: str) -> Flaw | None:
    """What is wrong with a sentence as such; `cited` is all that it may quote, `rules` what the model was told."""
    words = list(words_in(text))
    checks: Sequence[tuple[Flaw, Callable[[], bool]]] = (
        (Flaw.TOO_LONG, lambda: len(words) > _MAX_WORDS or len(text) > _MAX_CHARS or _is_more_than_one(text)),
        (Flaw.UNSUPPORTED, lambda: len(words) < _MIN_WORDS),
        (Flaw.MARKUP, lambda: not _is_plain(text) or _MARKUP.search(text) is not None or _says(_ADDRESS, text, cited)),
        (Flaw.QUOTATION, lambda: _misquotes(text, cited)),
        (Flaw.LANGUAGE, lambda: _is_in_another_language(text, words, language)),
        (Flaw.LEAKED, lambda: _repeats(words, rules, cited) or _says(machine(language), text, cited)),
        (Flaw.VERDICT, lambda: text.endswith("!") or _says(verdict(language), text, cited)),
    )
    return next((flaw for flaw, has_it in checks if has_it()), None)


def _is_more_than_one(text: str) -> bool:
    return _SECOND_SENTENCE.search(_ABBREVIATION.sub(" ", text)) is not None


def _is_plain(text: str) -> bool:
    """Whether it has letters of our alphabet, digits, spaces and marks, and nothing that is not seen, turns or combines."""
    if unicodedata.normalize("NFKC", text) != text:
        return False
    return all(char == " " or (char.isprintable() and unicodedata.category(char)[0] != "M" and _is_ours(char)) for char in text)


def _is_ours(char: str) -> bool:
    return not char.isalpha() or "LATIN" in unicodedata.name(char, "")


def _misquotes(text: str, cited: str) -> bool:
    """Whether it quotes at all, other than a whole sentence, or what the quotation itself has between marks."""
    if _QUOTED.search(text) is None:
        return False
    rest = text
    for match in _QUOTATION.finditer(text):
        inside = match[1]
        is_whole = re.search(rf"(?:^|[.!?]\s+){re.escape(inside.rstrip('.!?'))}[.!?]", cited) is not None
        if not inside or not (match[0] in cited or is_whole):
            return True
        rest = rest.replace(match[0], " ")
    return any(match[0] not in cited for match in _QUOTED.finditer(rest))


def _is_in_another_language(text: str, words: list[str], language: Language) -> bool:
    other: Language = "en" if language == "nl" else "nl"
    own = sum(word in STOP_WORDS[language] for word in words)
    theirs = sum(word in STOP_WORDS[other] and word not in STOP_WORDS[language] for word in words)
    return detect_language(text, default=language) != language or theirs > own or own < _LEAST_FUNCTION_WORDS * len(words)


def _repeats(words: list[str], rules: str, cited: str) -> bool:
    told, said = f" {' '.join(words_in(rules))} ", f" {' '.join(words_in(cited))} "
    runs = (f" {' '.join(words[start : start + _RUN])} " for start in range(len(words) - _RUN + 1))
    return any(run in told and run not in said for run in runs)


def _says(pattern: re.Pattern[str], text: str, cited: str) -> bool:
    """Whether it says something that the quotation does not say."""
    said = {match.group().lower() for match in pattern.finditer(cited)}
    return any(match.group().lower() not in said for match in pattern.finditer(text))
