"""What the bot itself says, in Dutch and English; no sentence of its own stands anywhere else."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from vectorstore.languages import Language


class Texts:
    """The sentences of one language, by name."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts: Mapping[str, Any] = tomllib.loads((files("bot.texts") / f"{language}.toml").read_text("utf-8"))

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


@cache
def texts(language: Language) -> Texts:
    """The texts of a language."""
    return Texts(language)
