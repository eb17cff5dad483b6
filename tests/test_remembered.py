"""Turns and answers are written down and come back whole."""

import json
import os
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Turn
from bot.questions import Kind, Question, Wanted
from bot.remembered import ConversationKey, QuotePlace, StoredAnswer, new_answer_id
from bot.remembered_json import answer_from, places_as_json, turns_as_json, turns_from_json
from tests.remembering import answer, private, turn
from vectorstore.settings import PREFIX

_IS_SOAK = f"{PREFIX}SOAK" in os.environ
generated = settings(max_examples=5_000 if _IS_SOAK else 100, deadline=None, database=None, derandomize=not _IS_SOAK)

_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates, NUL and all
_TEXTS = st.lists(_TEXT, max_size=4).map(tuple)
_MAYBE = st.none() | _TEXT
_NUMBER = st.integers(-(2**63), 2**63 - 1)
_LANGUAGE = st.sampled_from(["nl", "en"])


def each(kind: type[Any], /, **how: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a type with every field of it given, so that one that is added is not passed over here."""
    assert set(how) == {field.name for field in fields(kind)}
    return st.builds(kind, **how)


QUESTIONS = each(
    Question,
    asked=_TEXT,
    text=_TEXT,
    language=_LANGUAGE,
    kind=st.sampled_from(Kind),
    wanted=st.sampled_from(Wanted),
    voices=_TEXTS,
    stranger=_MAYBE,
    had_attack=st.booleans(),
)
TURNS = each(Turn, question=QUESTIONS, background=_TEXT, answered_voice=_MAYBE, sources=_TEXTS)
QUOTES = each(QuotePlace, source_id=_TEXT, start=_NUMBER, end=_NUMBER, document_sha256=_TEXT, voice_id=_MAYBE)
KEYS = each(ConversationKey, front=_TEXT, chat=_NUMBER, topic=_NUMBER, person=_NUMBER)
ANSWERS = each(
    StoredAnswer,
    id=_TEXT,
    key=KEYS,
    question=_MAYBE,
    language=_LANGUAGE,
    edition=_NUMBER,
    status=_TEXT,
    quotes=st.lists(QUOTES, max_size=3).map(tuple),
    sources=_TEXTS,
    suggestions=_TEXTS,
    voices=_TEXTS,
    asked_at=st.floats(allow_nan=False, allow_infinity=False),
    rating=_MAYBE,
    is_explainable=st.booleans(),
)


def row(given_answer: StoredAnswer) -> dict[str, object]:
    """An answer as a row of the table."""
    same = ("id", "question", "language", "edition", "status", "asked_at", "rating")
    key = {field.name: getattr(given_answer.key, field.name) for field in fields(ConversationKey)}
    return {**{name: getattr(given_answer, name) for name in same}, **key, "places": places_as_json(given_answer)}


@generated
@given(st.lists(TURNS, max_size=5).map(tuple))
def test_turns_come_back_whole(turns: tuple[Turn, ...]) -> None:
    """Whatever was asked, in ASCII that any database takes."""
    written = turns_as_json(turns)
    assert turns_from_json(written) == turns
    assert written.isascii()
    assert written.isprintable()


@generated
@given(ANSWERS)
def test_answers_come_back_whole(given_answer: StoredAnswer) -> None:
    """With every place, source, suggestion and voice."""
    assert answer_from(row(given_answer)) == given_answer


def test_fields_of_a_later_version_are_passed_over() -> None:
    """What this version does not know of a turn does not stand in its way; what it misses has its default."""
    [written] = json.loads(turns_as_json([turn("Wie vindt wat?")]))
    written["mood"], written["question"]["tone"] = "kind", ["soft"]
    assert turns_from_json(json.dumps([written])) == (turn("Wie vindt wat?"),)
    bare = {"question": {"asked": "a", "text": "b", "language": "en", "kind": "fact"}}
    assert turns_from_json(json.dumps([bare])) == (Turn(Question("a", "b", "en", Kind.FACT)),)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('[{"question"', id="cut off"),
        pytest.param("{}", id="no list"),
        pytest.param("[1]", id="no turn"),
        pytest.param('[{"question": {"asked": "a"}}]', id="too little"),
        *(
            pytest.param(turns_as_json([turn("a")]).replace(old, new), id=new)
            for old, new in [
                ('"position"', '"telepathy"'),
                ('"reason"', '"mood"'),
                ('"nl"', '"fr"'),
                ('"nl"', "[]"),
                ('["bcg"]', '"bcg"'),
                ('["bcg"]', "[1]"),
                ('"achtergrond"', "null"),
                ('"asked":"a"', '"asked":5'),
            ]
        ),
    ],
)
def test_turns_that_cannot_be_read(written: str) -> None:
    """Anything else is no turns, and no failure."""
    assert turns_from_json(written) is None


@pytest.mark.parametrize("change", [{"language": "fr"}, {"places": "{}"}, {"places": "[1"}, {"edition": "x"}, {"status": None}])
def test_answer_that_cannot_be_read(change: dict[str, object]) -> None:
    """An answer that cannot be read is one that is not kept any more."""
    assert answer_from({**row(answer("a", private(1), None)), **change}) is None


def test_ids_of_answers_fit_a_button() -> None:
    """They are short, differ, and stand in a button as they are."""
    ids = {new_answer_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert {len(one) for one in ids} == {8}
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") for one in ids)
