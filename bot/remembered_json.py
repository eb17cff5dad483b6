"""How turns and answers are written down, and read back by this version of the program or another one."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast, get_args

from bot.conversation import Turn
from bot.questions import Kind, Question, Wanted
from bot.remembered import ConversationKey, QuotePlace, StoredAnswer
from vectorstore.languages import Language

_Read = TypeVar("_Read")


def turns_as_json(turns: Sequence[Turn]) -> str:
    """Turns, with every field."""
    return _as_json(turns)


def turns_from_json(written: str) -> tuple[Turn, ...] | None:
    """The turns that were written; None where one of them cannot be read. Fields that are not known are passed over."""
    return _read(lambda: tuple(_turn(each) for each in _list(json.loads(written))))


def places_as_json(answer: StoredAnswer) -> str:
    """What an answer refers to: quotations, sources, suggestions and voices; and whether it may be explained, where it may."""
    places = {name: getattr(answer, name) for name in ("quotes", "sources", "suggestions", "voices")}
    return _as_json({**places, "is_explainable": True} if answer.is_explainable else places)


def answer_from(row: Mapping[Any, object]) -> StoredAnswer | None:
    """An answer from its row; None where it cannot be read."""
    return _read(lambda: _answer(row))


def language_from(value: object) -> Language | None:
    """The language that was written; None where it is none that is known."""
    known: tuple[Language, ...] = get_args(Language)
    return next((each for each in known if each == value), None)


def _as_json(value: object) -> str:
    """JSON in ASCII, which holds any text there is, lone surrogates and NUL too."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=_fields)


def _fields(value: object) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(cast("Any", value))}


def _read(read: Callable[[], _Read]) -> _Read | None:
    """What is read, or None where a later version wrote it otherwise, or it is damaged."""
    try:
        return read()
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _answer(row: Mapping[Any, object]) -> StoredAnswer:
    places = _mapping(json.loads(_text(row["places"])))
    return StoredAnswer(
        id=_text(row["id"]),
        key=ConversationKey(_text(row["front"]), _whole(row["chat"]), _whole(row["topic"]), _whole(row["person"])),
        question=_optional(row["question"]),
        language=_language(row["language"]),
        edition=_whole(row["edition"]),
        status=_text(row["status"]),
        quotes=tuple(_quote(_mapping(each)) for each in _list(places["quotes"])),
        sources=_texts(places["sources"]),
        suggestions=_texts(places["suggestions"]),
        voices=_texts(places["voices"]),
        asked_at=float(str(row["asked_at"])),
        rating=_optional(row["rating"]),
        is_explainable=places.get("is_explainable", False) is True,
    )


def _quote(written: Mapping[str, object]) -> QuotePlace:
    return QuotePlace(
        _text(written["source_id"]),
        _whole(written["start"]),
        _whole(written["end"]),
        _text(written["document_sha256"]),
        _optional(written.get("voice_id")),
    )


def _turn(value: object) -> Turn:
    written = _mapping(value)
    return Turn(
        question=_question(_mapping(written["question"])),
        background=_text(written.get("background", "")),
        answered_voice=_optional(written.get("answered_voice")),
        sources=_texts(written.get("sources", [])),
    )


def _question(written: Mapping[str, object]) -> Question:
    return Question(
        asked=_text(written["asked"]),
        text=_text(written["text"]),
        language=_language(written["language"]),
        kind=Kind(_text(written["kind"])),
        wanted=Wanted(_text(written.get("wanted", Wanted.ANYTHING))),
        voices=_texts(written.get("voices", [])),
        stranger=_optional(written.get("stranger")),
        had_attack=written.get("had_attack", False) is True,
    )


def _language(value: object) -> Language:
    if (language := language_from(value)) is None:
        raise ValueError("no language that is known")
    return language


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(each) for each in _list(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("no whole number")
    return value
