"""The patterns of `phrases.toml`: how people ask."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def anywhere(name: str, subjects: tuple[str, ...] = ()) -> re.Pattern[str]:
    """A pattern to search a question with; KeyError when there is none of that name.

    `subjects` are what a debate is for or against, for the phrases that have a blank for it.
    """
    subject = "|".join(map(re.escape, subjects)) or r"(?!)"
    entries = (entry.replace("{subject}", subject) for entry in _phrases()["anywhere"][name])
    return re.compile("|".join(rf"(?<!\w)(?:{entry})(?!\w)" for entry in entries), re.IGNORECASE)


@cache
def whole(name: str) -> re.Pattern[str]:
    """A pattern to match a whole question with, but for its punctuation; KeyError when there is none of that name."""
    return re.compile(rf"(?:{'|'.join(_phrases()['whole'][name])})[\s.!?,:;)]*$", re.IGNORECASE)


@cache
def groups(name: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a list whose entries are told apart; KeyError when there is none of that name."""
    return tuple(re.compile(rf"(?<!\w)(?:{entry})(?!\w)", re.IGNORECASE) for entry in _phrases()["groups"][name])


def as_meant(text: str) -> str:
    """A Dutch question with the abbreviations of chat written out."""
    chat: Mapping[str, str] = _phrases()["chat"]
    return _chat_pattern().sub(lambda match: chat[match.group().lower()], text)


@cache
def _chat_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_phrases()['chat'])})\b", re.IGNORECASE)


@cache
def _phrases() -> Mapping[str, Any]:
    return tomllib.loads((files("bot") / "phrases.toml").read_text("utf-8"))
