"""A batch: conversations in, one on a line of JSON, answers out, one on a line, in the same order."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import Answer
from bot.blocks import printable
from bot.failures import Failure, attempt
from bot.rendering import answer_as_json
from bot.screen import Screen
from vectorstore.errors import UsageError
from vectorstore.languages import Language

if TYPE_CHECKING:
    from bot.explainer import Answers, Explainer
    from bot.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Request:
    """A line of a batch as read. Where `problem` is set it cannot be answered, and says why."""

    id: object = None
    turns: tuple[str, ...] = ()
    language: Language | None = None
    problem: str | None = None


def answer_lines(
    lines: Iterable[bytes], screen: Screen, workspace: "Workspace", answers: "Answers", language: Language | None
) -> None:
    """Answer each line as soon as it is there; one that is empty is passed over, one that cannot be answered says so."""
    for line in lines:
        if line.strip():
            request = _read(line)
            answer = _answer(request, workspace.explainer, answers, request.language or language)
            screen.line(json.dumps({"id": request.id, "answer": answer_as_json(answer, workspace.debate)}, ensure_ascii=False))


def _answer(request: _Request, explainer: "Explainer", answers: "Answers", language: Language | None) -> Answer:
    outcome = (
        Failure(request.problem) if request.problem else attempt(lambda: _converse(request.turns, explainer, answers, language))
    )
    if isinstance(outcome, Failure):
        asked = printable(request.turns[-1]) if request.turns else ""
        return explainer.unavailable(asked, outcome.sentence, language)
    return outcome


def _converse(turns: Sequence[str], explainer: "Explainer", answers: "Answers", language: Language | None) -> Answer:
    """The answer to the last turn, read with those before it; nobody reads what answers these."""
    explained = None
    for number, turn in enumerate(turns, start=1):
        answering = answers if number == len(turns) else explainer
        explained = answering.answer(turn, explained.conversation if explained else (), language)
    if explained is None:
        raise UsageError("There are no turns.")
    return explained.answer


def _read(line: bytes) -> _Request:
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return _Request(problem="The line is not JSON in UTF-8.")
    if not isinstance(data, dict):
        return _Request(problem='The line is not an object like {"id": "1", "turns": ["question"]}.')
    known, turns, language = data.get("id"), data.get("turns"), data.get("language")
    if not (isinstance(turns, list) and turns and all(isinstance(turn, str) for turn in turns)):
        return _Request(known, problem='"turns" is not a list of one or more questions.')
    if language not in {"nl", "en", None}:
        return _Request(known, tuple(turns), problem='"language" is not "nl" or "en".')
    return _Request(known, tuple(turns), language)
