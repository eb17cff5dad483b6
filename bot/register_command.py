"""The command that drafts the entry for the Algoritmeregister."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.blocks import printable
from bot.options import AsJson
from bot.screen import Screen
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from bot.register import Entry


def register(
    *,
    as_json: AsJson = False,
    language: Annotated[
        Literal["nl", "en"], typer.Option("--language", help="The register takes Dutch; English is for reading along.")
    ] = "nl",
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write it here; what exists there is never overwritten.")
    ] = None,
) -> None:
    """Draft the entry for the Dutch Algoritmeregister (publication standard 1.0).

    It is made from the settings and the debate file. What nothing fills in is named, with what does.
    """
    import json

    from bot.model_settings import load_model_settings, used_model
    from bot.register import draft_entry, entry_as_text
    from bot.settings import load_front_settings
    from bot.workspace import Workspace

    notices = Screen(sys.stderr)
    workspace = Workspace(notices)
    model = used_model(load_model_settings())
    entry = draft_entry(workspace.settings, load_front_settings(), workspace.debate, language, model)
    if output is not None:
        _write(output, json.dumps(entry.fields, ensure_ascii=False, indent=2) if as_json else entry_as_text(entry))
        notices.line(printable(f"Written to {str(output)!r}."))
    elif as_json:
        Screen(sys.stdout).json(entry.fields)
    else:
        Screen(sys.stdout).line(entry_as_text(entry))
    _tell_missing(entry, notices)


def _write(path: Path, text: str) -> None:
    """Write a new file.

    Raises:
        UsageError: there is one already, or none can be made there.
    """
    try:
        with path.expanduser().open("x", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
    except FileExistsError as error:
        raise UsageError(f"{str(path)!r} exists already, and nothing was written. Name another file.") from error
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror}). Name another file.") from error


def _tell_missing(entry: "Entry", notices: Screen) -> None:
    from bot.register import title_of

    for field, setting in entry.missing.items():
        title = title_of(field, entry.language)
        notices.line(f"To fill in: {field} ({title}). Set {setting}, or {field} in the [register] of the debate file.")
