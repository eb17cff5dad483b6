"""The word lists of `lists.toml`, compiled."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from vectorstore.languages import Language
from vectorstore.words import stem, words_in


@cache
def marks(language: Language) -> Mapping[str, re.Pattern[str]]:
    """What changes whether, how surely or how far something is so, by the name of its class."""
    return {name: _any_of(words) for name, words in _lists()[language]["marks"].items()}


@cache
def instead(name: str) -> frozenset[str]:
    """The classes that may stand in a sentence where the quotation has this one."""
    return frozenset(_lists()["instead"].get(name, ()))


@cache
def directions() -> tuple[tuple[Mapping[Language, re.Pattern[str]], Mapping[Language, re.Pattern[str]]], ...]:
    """Pairs of opposite directions, each in both languages."""
    return tuple(
        ({"nl": _any_of(pair["nl"][0]), "en": _any_of(pair["en"][0])}, {"nl": _any_of(pair["nl"][1]), "en": _any_of(pair["en"][1])})
        for pair in _lists()["direction"]
    )


@cache
def reporting(language: Language) -> frozenset[str]:
    """Words that only say who speaks."""
    return frozenset(_lists()["reporting"][language])


@cache
def verdict(language: Language) -> re.Pattern[str]:
    """Words that make a sentence a verdict, advice, or talk about itself."""
    return _any_of(_lists()["verdict"][language])


@cache
def machine(language: Language) -> re.Pattern[str]:
    """Words about how a model works."""
    return _any_of(_lists()["machine"][language])


@cache
def synonyms(word: str, language: Language) -> frozenset[str]:
    """The folded words that mean the same as a folded word, in both languages; empty where it is in no group."""
    groups = _groups().get(stem(word, language), ())
    return frozenset().union(*groups) if groups else frozenset()


@cache
def _groups() -> Mapping[str, tuple[frozenset[str], ...]]:
    found: dict[str, list[frozenset[str]]] = {}
    for entries in _lists()["synonyms"]["groups"]:
        group = frozenset(word for entry in entries for word in words_in(entry))
        for word in group:
            for each in {stem(word, "nl"), stem(word, "en")}:
                found.setdefault(each, []).append(group)
    return {word: tuple(groups) for word, groups in found.items()}


def _any_of(entries: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(entries)})(?!\w)", re.IGNORECASE)


@cache
def _lists() -> Mapping[str, Any]:
    return tomllib.loads((files("bot.checking") / "lists.toml").read_text("utf-8"))
