"""What can stand in a `debate.toml`, field by field, and what is wrong with a value that cannot."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from vectorstore.dates import is_date
from vectorstore.register_table import RegisterTable

_PART = re.compile(r"\{([a-z_]+)\}")


def _as_line(text: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if not line:
        raise ValueError("it is empty; fill it in, or take the line out")
    return line


def _as_id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", text):
        raise ValueError("an id is small letters, digits, - and _ only; choose another")
    return text


def _as_date(value: object) -> object:
    """An ISO date that may lack its day or month; TOML has dates of its own, without quotes."""
    text = value.isoformat()[:10] if isinstance(value, date) else value
    if isinstance(text, str) and not is_date(text):
        raise ValueError('it is no date; write it as "2024", "2024-07" or "2024-07-02"')
    return text


Line = Annotated[str, AfterValidator(_as_line)]
Id = Annotated[str, AfterValidator(_as_id)]
Day = Annotated[str, BeforeValidator(_as_date)]
Names = list[Line]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class VoiceTable(_Table):
    """A [[voice]]."""

    id: Id
    name: Line
    aliases: Names = []
    asked_as: Names = []
    titles: Names = []
    reports: Names = []
    since: Day | None = Field(None, alias="from")
    until: Day | None = None
    person: bool = False
    article: Line | None = None
    english: Line | None = None

    @field_validator("until")
    @classmethod
    def _is_after(cls, until: str | None, info: ValidationInfo) -> str | None:
        since = info.data.get("since")
        if until and since and until <= since:
            raise ValueError(f"it is not after 'from', which is {since!r}; correct one of the two")
        return until


class _HeadingTable(_Table):
    nl: Line | None = None
    en: Line | None = None


class CaveatTable(_Table):
    """The [caveat]. As read, `words` and `preferred` are regular expressions too, and the patterns have their parts."""

    heading: _HeadingTable = _HeadingTable()
    called: Names = []
    parts: dict[str, str] = {}
    words: list[Names] = []
    patterns: list[list[str]] = []
    preferred: Names = []

    @field_validator("parts")
    @classmethod
    def _fills_parts(cls, parts: dict[str, str]) -> dict[str, str]:
        """The parts, each filled in with those above it."""
        filled: dict[str, str] = {}
        for name, text in parts.items():
            filled[name] = _filled(text, filled)
        return filled

    @field_validator("words")
    @classmethod
    def _reads_words(cls, rows: list[list[str]]) -> list[list[str]]:
        return [_row(number, [_words_pattern(part) for part in row]) for number, row in enumerate(rows, start=1)]

    @field_validator("patterns")
    @classmethod
    def _reads_patterns(cls, rows: list[list[str]], info: ValidationInfo) -> list[list[str]]:
        parts = info.data.get("parts", {})
        return [_row(number, [_filled(part, parts) for part in row]) for number, row in enumerate(rows, start=1)]

    @field_validator("preferred")
    @classmethod
    def _reads_preferred(cls, lines: list[str]) -> list[str]:
        return [_words_pattern(line) for line in lines]


class AskingTable(_Table):
    """The [questions]."""

    common: Names = []
    subjects: Names = []
    works: Names = []


class _WordsTable(_Table):
    groups: list[Names] = []


class DebateTable(_Table):
    """The whole file."""

    title: Line
    english: Line | None = None
    caveat_document: Line
    voice: list[VoiceTable] = []
    caveat: CaveatTable | None = None
    questions: AskingTable | None = None
    words: _WordsTable = _WordsTable()
    texts: dict[Literal["nl", "en"], dict[str, Line]] | None = None
    entry: RegisterTable = Field(RegisterTable(), alias="register")  # "register" is a method of every class with abstract ones

    @field_validator("voice")
    @classmethod
    def _has_each_once(cls, voices: list[VoiceTable]) -> list[VoiceTable]:
        twice = [each for each, count in Counter(voice.id for voice in voices).items() if count > 1]
        if twice:
            raise ValueError(f"two voices have the id {twice[0]!r}; give one of them another id")
        return voices


def _words_pattern(text: str) -> str:
    """A pattern for "kosten | raming* | valt duurder uit": any of these, as whole words, where * is any rest of a word."""
    choices = [" ".join(each.split()) for each in text.split("|")]
    if not all(re.search(r"\w", each) for each in choices):
        raise ValueError(f"{text!r} has an empty choice, which every sentence would match; take out the loose | or *")
    escaped = (re.escape(each).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for each in choices)
    return rf"(?<!\w)(?:{'|'.join(escaped)})(?!\w)"


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """A regular expression with its {parts} filled in."""
    if unknown := [name for name in _PART.findall(pattern) if name not in parts]:
        raise ValueError(f"{pattern!r} needs a part {unknown[0]!r}; add it to 'parts', above the part that uses it")
    filled = _PART.sub(lambda match: f"(?:{parts[match[1]]})", pattern)
    try:
        re.compile(filled, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression ({error}); correct it, or use 'words'") from error
    return filled


def _row(number: int, row: list[str]) -> list[str]:
    if not row:
        raise ValueError(f"row {number} is empty, which every sentence would match; fill it in or take it out")
    return row
