"""The buttons under an answer. What they say to us is short and outlives the program: a letter, the id of the answer, a choice."""

from collections.abc import Mapping

from bot.answers import Answer, AnswerStatus
from bot.remembered import StoredAnswer
from bot.telegram_app.replies import Button
from bot.texts import Texts

Rows = tuple[tuple[Button, ...], ...]

SOURCES, VOICES, NEXT, RATE, REASON = "s", "v", "q", "u", "r"
START, LANGUAGE, DELETE, PUBLISH = "k", "l", "d", "p"
EXPLAIN, WISH, STOP = "e", "w", "x"
STARTS = ("positions", "sources", "news")
USEFUL, NOT_USEFUL = "useful", "not_useful"
REASONS: Mapping[str, str] = {
    "wrong_quote": "reason_wrong_quote",
    "wrong_voice": "reason_wrong_voice",
    "incomplete": "reason_incomplete",
    "unclear": "reason_unclear",
    "refused": "reason_refused",
}
"""What can be wrong with an answer, and the text that says so."""
_MAX_LABEL = 60  # what a phone shows of a button that has a row of its own

_FEW_VOICES = 4  # an answer that quotes more quotes everybody who speaks about it

_RATED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_IN_SOURCES})


def has_buttons(answer: Answer) -> bool:
    """Whether an answer is one to look into, to ask on from, and to judge."""
    return answer.status in _RATED


def answer_rows(stored: StoredAnswer, say: Texts) -> Rows:
    """The buttons under an answer; those that judge it are gone once it is judged."""
    look = [Button(say.say("button_sources"), f"{SOURCES}:{stored.id}")] if stored.quotes else []
    if 0 < len(stored.voices) <= _FEW_VOICES:
        look.append(Button(say.say("button_voices"), f"{VOICES}:{stored.id}"))
    asks = [(Button(_label(each), f"{NEXT}:{stored.id}:{number}"),) for number, each in enumerate(stored.suggestions)]
    judge = [
        Button(say.say("button_useful"), f"{RATE}:{stored.id}:{USEFUL}"),
        Button(say.say("button_not_useful"), f"{RATE}:{stored.id}:{NOT_USEFUL}"),
    ]
    explain = [Button(say.say("button_explain"), f"{EXPLAIN}:{stored.id}")] if stored.is_explainable else []
    rows = [tuple(look), tuple(explain), *asks, () if stored.rating else tuple(judge)]
    return tuple(row for row in rows if row)


def reason_rows(stored: StoredAnswer, say: Texts) -> Rows:
    """What was wrong with it; that it is in the sources after all is only for an answer that said it is not."""
    is_refused = stored.status == AnswerStatus.NOT_IN_SOURCES
    names = [name for name in REASONS if (name == "refused") == is_refused or name in {"incomplete", "unclear"}]
    return tuple((Button(say.say(REASONS[name]), f"{REASON}:{stored.id}:{name}"),) for name in names)


def start_rows(say: Texts) -> Rows:
    """What can be asked by whoever has not asked anything yet."""
    return tuple((Button(say.say(f"start_{name}"), f"{START}:{name}"),) for name in STARTS)


def language_rows(say: Texts, person: int) -> Rows:
    """The languages to choose from; only the one who asked can."""
    return tuple((Button(say.say(f"language_is_{name}"), f"{LANGUAGE}:{name}:{person}"),) for name in ("nl", "en", "auto"))


def delete_rows(say: Texts, person: int) -> Rows:
    """Whether to erase everything; only the one who asked can say so."""
    return ((Button(say.say("delete_yes"), f"{DELETE}:yes:{person}"),), (Button(say.say("delete_no"), f"{DELETE}:no:{person}"),))


def _label(question: str) -> str:
    return question if len(question) <= _MAX_LABEL else f"{question[: _MAX_LABEL - 1].rstrip()}…"
