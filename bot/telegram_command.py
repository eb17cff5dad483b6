"""The command that runs the Telegram bot."""

import sys
from typing import TYPE_CHECKING

import typer

from bot.screen import Screen
from vectorstore.errors import BusyError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.telegram_app.patience import Patience
    from vectorstore.locks import FileLock


def telegram() -> None:
    """Run the Telegram bot, until SIGTERM or Ctrl-C; docs/telegram.md takes you from a token to a bot.

    For example: KANTTEKENING_TELEGRAM_TOKEN=… kanttekening telegram
    """
    raise typer.Exit(run_bot())


def run_bot(patience: "Patience | None" = None) -> int:
    """Run it; returns the exit code."""
    from bot.settings import load_front_settings
    from bot.workspace import Workspace

    settings = load_front_settings()
    token = settings.token()
    workspace = Workspace(Screen(sys.stderr))
    may_be_several = bool(settings.database_url and settings.telegram_webhook_url)
    lock = None if may_be_several else _only_one(workspace.shelf.home)
    try:
        workspace.explainer.tell("", workspace.language)  # builds the first edition and reads the model before anybody asks

        import asyncio
        import gc

        from bot.telegram_app.answering import Desk
        from bot.telegram_app.application import assemble
        from bot.telegram_app.logs import start_log
        from bot.telegram_app.patience import Patience

        start_log(token)
        desk = Desk(workspace.explainer, workspace.debate, workspace.memory, workspace.language, model=workspace.model_explainer)
        program = assemble(token, settings, desk, workspace, patience or Patience())
        gc.collect()
        gc.freeze()  # what is there now stays: it need not be gone through again and again while people wait
        return asyncio.run(program.run())
    finally:
        if lock:
            lock.release()


def _only_one(home: "Path") -> "FileLock":
    """The right to be the bot of a home, until it is released or the process ends.

    Raises:
        BusyError: another process has it.
    """
    from vectorstore.locks import FileLock

    home.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(home / "telegram.lock")
    except BusyError as error:
        raise BusyError(f"Another bot is running on {str(home)!r}. Stop it, or set another KANTTEKENING_HOME.") from error
