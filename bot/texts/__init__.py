"""What the bot itself says, in Dutch and English; no sentence of its own stands anywhere else.

A debate can say some of it otherwise, in the [texts] of its debate file.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from vectorstore.debate import Debate
from vectorstore.errors import UsageError
from vectorstore.languages import Language

_SMALLTALK = frozenset({"title", "count", "number", "date"})  # blanks that a debate may leave out, and use in any small talk
_OF_A_MODEL = frozenset({"explaining", "writing"})  # what is told of a language model; a debate that leaves it out tells it itself
_SMALLTALK_NAMES = frozenset({"greeting", "thanks", "goodbye", "about_bot", "help", "sources", "news", "news_first", "news_none"})


class Texts:
    """The sentences of one language, by name."""

    def __init__(self, language: Language, otherwise: Mapping[str, str] | None = None) -> None:
        """`otherwise` holds what a debate says instead, by name."""
        self.language = language
        self._texts: Mapping[str, Any] = {**_bundled(language), **(otherwise or {})}

    def say(self, name: str, /, **values: object) -> str:
        """A sentence with its blanks filled in; KeyError when there is none of that name."""
        return str(self._texts[name]).format(**values)

    def list(self, items: Sequence[str]) -> str:
        """ "a, b en c"."""
        return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {self._texts['and']} {items[-1]}" if items else ""

    def language_name(self, language: str) -> str:
        """The name of a language in this one, or its code."""
        return str(self._texts["language_label"].get(language, language))

    def date(self, iso: str) -> str:
        """A date as people write it; a partial one ("2025-03") stays partial."""
        parts = iso[:10].split("-")
        words = [parts[0]]
        if len(parts) > 1:
            words.insert(0, str(self._texts["months"][int(parts[1]) - 1]))
        if len(parts) > 2:
            words.insert(0, str(int(parts[2])))
        return " ".join(words)


def texts(language: Language, debate: Debate | None = None) -> Texts:
    """The texts of a language, as they are said in a debate."""
    return _texts(language, debate.texts if debate else ())


def check_texts(debate: Debate) -> None:
    """See that every text of a debate can be said.

    Raises:
        UsageError: the bot has no such text, or it has other blanks to fill in.
    """
    for language, name, text in debate.texts:
        if problem := _problem(name, text, _bundled("en" if language == "en" else "nl")):
            raise UsageError(
                f"The debate file {str(debate.file)!r}, field 'texts, {language}, {name}' is {text!r}: {problem}. "
                "docs/debate.md explains each field."
            )


def _problem(name: str, text: str, bundled: Mapping[str, Any]) -> str | None:
    """What is wrong with a text that a debate says otherwise, and what to do."""
    if not isinstance(original := bundled.get(name), str):
        names = ", ".join(each for each, value in bundled.items() if isinstance(value, str))
        return f"the bot has no text of that name; it has {names}"
    needed = _blanks(original) or set()
    allowed = needed | (_SMALLTALK if name in _SMALLTALK_NAMES else frozenset())
    blanks = _blanks(text)
    if blanks is None or not needed - _SMALLTALK - _OF_A_MODEL <= blanks <= allowed:
        listed = ", ".join(f"{{{each}}}" for each in sorted(allowed)) or "none"
        return f"the blanks that it can have are {listed}; a brace of your own is written twice, {{{{ or }}}}"
    return None


def _blanks(text: str) -> set[str] | None:
    """The names in braces; None where the braces do not pair, or hold more than a name."""
    try:
        found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        return None
    return (
        None
        if any(spec or conversion or not name.isidentifier() for name, spec, conversion in found)
        else {each[0] for each in found}
    )


@cache
def _texts(language: Language, otherwise: tuple[tuple[str, str, str], ...]) -> Texts:
    return Texts(language, {name: text for each, name, text in otherwise if each == language})


@cache
def _bundled(language: Language) -> Mapping[str, Any]:
    return tomllib.loads((files("bot.texts") / f"{language}.toml").read_text("utf-8"))
