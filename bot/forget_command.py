"""The command that erases what is remembered: of the terminal, or of somebody who asked for it by mail."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import AsJson
from bot.screen import Screen
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.remembered import Erased
    from bot.workspace import Workspace


def forget(
    *,
    person: Annotated[
        int | None, typer.Option("--person", metavar="ID", help="Erase everything about the person with this Telegram id instead.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase the conversations in this terminal, the lines typed, and what a language model wrote; there is no way back."""
    from bot.model_accounts import forget_kept_in
    from bot.workspace import Workspace

    whose = "of the terminal" if person is None else f"of person {person}"
    if not yes and not _is_meant(whose):
        raise typer.Exit(1)
    workspace = Workspace(Screen(sys.stderr))
    erased = _erased(workspace, person)
    explanations = forget_kept_in(workspace.settings.home_dir)
    has_history = person is None and _delete(workspace.shelf.home / "chat_history")
    screen = Screen(sys.stdout)
    if as_json:
        screen.json(
            {
                "person": person,
                "conversations": erased.conversations,
                "answers": erased.answers,
                "waiting": erased.waiting,
                "was_known": erased.is_known,
                "history": has_history,
                "explanations": explanations,
            }
        )
    else:
        screen.line(_account(erased, whose, explanations, has_history=has_history))


def _erased(workspace: "Workspace", person: int | None) -> "Erased":
    from bot.memory_database import is_remembering
    from bot.remembered import TERMINAL, Erased
    from bot.settings import load_front_settings

    if not is_remembering(workspace.settings.home_dir, load_front_settings()):
        return Erased()
    return workspace.memory.erase_front(TERMINAL) if person is None else workspace.memory.erase(person)


def _is_meant(whose: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"Nobody is there to say whether everything {whose} is to be erased. Add --yes if it is.")
    return typer.confirm(f"Erase everything {whose}? There is no way back", err=True)


def _delete(path: "Path") -> bool:
    if not path.is_file():
        return False
    path.unlink()
    return True


def _account(erased: "Erased", whose: str, explanations: int, *, has_history: bool) -> str:
    counts = [(erased.conversations, "conversation"), (erased.answers, "answer"), (erased.waiting, "waiting message")]
    parts = [f"{number} {what}{'' if number == 1 else 's'}" for number, what in counts if number]
    parts += ["what was chosen"] if erased.is_known else []
    parts += ["the lines that were typed"] if has_history else []
    account = f"Erased {whose}: {', '.join(parts)}." if parts else f"Nothing is remembered {whose}."
    kept = f"{explanations} explanation{'' if explanations == 1 else 's'} by a language model, of nobody in particular"
    return f"{account} Also erased: {kept}." if explanations else account
