"""The debate: its title, its voices, what counts as the caveat, and words that mean the same in its field."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vectorstore.errors import UsageError

_DEFAULT = Path(__file__).with_name("debate.toml")


@dataclass(frozen=True, slots=True)
class Voice:
    """An actor in the debate whose position is reported; `debate.toml` says what each field means."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    asked_as: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    person: bool = False
    article: str | None = None
    english: str | None = None

    def called(self, language: str) -> str:
        """The name as a sentence in a language has it: "de Algemene Rekenkamer", "the author of the column"."""
        if language == "en":
            return self.english or self.name
        return f"{self.article} {self.name}" if self.article else self.name

    def was_in_office(self, date: str) -> bool:
        """Whether an ISO date, possibly partial, falls within the term of office."""
        return bool(self.titles) and (self.since or "") <= date and (self.until is None or date < self.until)


@dataclass(frozen=True, slots=True)
class Debate:
    """What the two sides of the program know of the debate."""

    title: str
    voices: tuple[Voice, ...]
    caveat_document: str
    word_groups: tuple[tuple[str, ...], ...] = ()

    def voice(self, voice_id: str) -> Voice | None:
        """The voice with an id, or None."""
        return next((voice for voice in self.voices if voice.id == voice_id), None)

    def voice_named(self, name: str) -> Voice | None:
        """The voice that a name, such as a document's author, stands for, or None."""
        wanted = name.strip().casefold()
        for voice in self.voices:
            if wanted in {voice.id, voice.name.casefold(), *(alias.casefold() for alias in voice.aliases)}:
                return voice
        return None


def load_debate(path: Path | None = None) -> Debate:
    """The debate in a TOML file, or the bundled one.

    Raises:
        UsageError: the file is missing or does not describe a debate.
    """
    path = path or _DEFAULT
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return Debate(
            title=data["title"],
            voices=tuple(_voice(entry) for entry in data.get("voice", [])),
            caveat_document=data["caveat_document"],
            word_groups=tuple(tuple(group) for group in data.get("words", {}).get("groups", [])),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UsageError(
            f"The debate file {str(path)!r} cannot be used ({type(error).__name__}: {error}). "
            "Compare it with the debate.toml that comes with Kanttekening."
        ) from error


def _voice(entry: dict[str, Any]) -> Voice:
    return Voice(
        id=entry["id"],
        name=entry["name"],
        aliases=tuple(entry.get("aliases", ())),
        asked_as=tuple(entry.get("asked_as", ())),
        titles=tuple(entry.get("titles", ())),
        reports=tuple(entry.get("reports", ())),
        since=entry.get("from"),
        until=entry.get("until"),
        person=entry.get("person", False),
        article=entry.get("article"),
        english=entry.get("english"),
    )


def names_pattern(names: Iterable[str], *, ignore_case: bool = False) -> re.Pattern[str]:
    """A pattern that finds any of the names as whole words, the longest first.

    "BCG" is found in "BCG-rapport" and "BCG's" but not in "ABCGD"; without names it finds nothing.
    """
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    if not ordered:
        return re.compile(r"(?!)")
    choices = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE if ignore_case else 0)
