"""Which answers differ between two editions: every question of a set is asked of both."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.explainer import Explainer
    from vectorstore.passages import Quote

Turns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gist:
    """What counts in an answer: its status and what it quotes, the first quotation first; each with the source that it is from."""

    status: str
    quotes: tuple[tuple[str, str], ...]

    @property
    def first(self) -> tuple[str, str] | None:
        """The first quotation."""
        return self.quotes[0] if self.quotes else None


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question, or a conversation of which the last turn counts, that is answered otherwise; `what` names what differs."""

    turns: Turns
    before: Gist
    after: Gist
    what: tuple[str, ...]


def read_questions(path: Path) -> list[Turns]:
    """The questions in a file: a text with one on each line, or JSON Lines with `turns` or a `question`.

    Other objects are passed over.

    Raises:
        UsageError: a line cannot be read; the message names it.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{str(path)!r} is not UTF-8, so it is no question set.") from error
    found = [_turns(line.strip(), number, path) for number, line in enumerate(lines, start=1) if line.strip()]
    return [turns for turns in found if turns]


def answer_changes(questions: Iterable[Turns], before: "Explainer", after: "Explainer") -> Iterator[AnswerChange]:
    """The questions that are answered otherwise, in order."""
    for turns in questions:
        gists = _gist(turns, before), _gist(turns, after)
        if what := tuple(differences(*gists)):
            yield AnswerChange(turns, *gists, what)


def _turns(line: str, number: int, path: Path) -> Turns:
    if not line.startswith("{"):
        return (line,)
    try:
        data = json.loads(line)
    except ValueError as error:
        raise UsageError(f"Line {number} of {str(path)!r} is not JSON. Write a question, or an object with one.") from error
    said = data.get("turns", data.get("question", []))
    turns = (said,) if isinstance(said, str) else tuple(said) if isinstance(said, list) else (None,)
    if not all(isinstance(turn, str) and turn.strip() for turn in turns):
        raise UsageError(f'Line {number} of {str(path)!r} has no question in "turns" or "question". See docs/contract.md.')
    return turns


def _gist(turns: Turns, explainer: "Explainer") -> Gist:
    explained = None
    for turn in turns:
        explained = explainer.answer(turn, explained.conversation if explained else ())
    if explained is None:
        raise UsageError("A conversation has no turns.")
    return gist_of(explained.answer)


def gist_of(answer: "Answer") -> Gist:
    """What counts in an answer."""
    return Gist(answer.status.value, tuple(_said(quote) for quote in answer.quotes))


def _said(quote: "Quote") -> tuple[str, str]:
    return quote.source.id, quote.text


def differences(before: Gist, after: Gist) -> Iterator[str]:
    """What differs between two answers, in words."""
    if before.status != after.status:
        yield "status"
    if before.first != after.first:
        yield "first quotation"
    if set(before.quotes) != set(after.quotes):
        yield "quotations"
