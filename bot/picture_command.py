"""The command that saves a picture of the debate, and says in words what is on it."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.options import AsJson
from bot.screen import Screen
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from bot.pictures import Composed
    from vectorstore.debate import Debate

_FORMS = ("png", "svg", "pdf")
_NOT_IN_SOURCES = 3
_LONGEST = 40


def picture(
    kind: Annotated[
        Literal["positions", "timeline", "figures"],
        typer.Argument(help="Who says what, what was published when, or the figures and who claims them."),
    ],
    topic: Annotated[str | None, typer.Argument(metavar="TOPIC", help="What about; the debate as a whole if left out.")] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to save it, as .png, .svg or .pdf; otherwise a PNG in this folder."),
    ] = None,
    language: Annotated[
        Literal["nl", "en"] | None, typer.Option("--language", help="The language of the words that are not quoted.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Save the debate as a picture: the positions, the timeline or the figures, with the caveat in it.

    Also prints what the picture shows in words. For example: kanttekening picture figures banen
    """
    path = output or Path(_name(kind, topic))
    form = path.suffix.removeprefix(".").lower()
    if form not in _FORMS:
        raise UsageError(f"--output is {str(path)!r}; end it in .png, .svg or .pdf.")
    if not path.parent.is_dir():
        raise UsageError(
            f"There is no folder {str(path.parent)!r} to save the picture in. Make it, or choose another with --output."
        )
    from bot.pictures import PictureKind, as_file, compose
    from bot.workspace import Workspace

    workspace = Workspace(Screen(sys.stderr))
    cache = workspace.shelf.home / "cache"
    composed = compose(PictureKind(kind), workspace.explainer, topic, language, cache=cache)
    _save(path, as_file(composed, form, cache=cache))
    _tell(kind, path, composed, workspace.debate, as_json=as_json)


def _save(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"The picture cannot be saved as {str(path)!r} ({error.strerror}). Choose another file with --output."
        ) from error


def _tell(kind: str, path: Path, composed: "Composed", debate: "Debate", *, as_json: bool) -> None:
    """Say where it is and what it shows; what it shows has the caveat in it."""
    screen = Screen(sys.stdout)
    if as_json:
        from bot.rendering import answer_as_json

        told = {"kind": kind, "file": str(path.absolute()), "title": composed.title, "alt": composed.alt}
        screen.json({**told, "answer": answer_as_json(composed.answer, debate)})
    else:
        screen.line(f"{path}\n\n{composed.alt}")
    if composed.answer.status.value == "not_in_sources":
        raise typer.Exit(_NOT_IN_SOURCES)


def _name(kind: str, topic: str | None) -> str:
    """The name of the file where none is given: what it is of, in letters that any system can have in a name."""
    slug = re.sub(r"[^a-z0-9]+", "-", (topic or "").lower()).strip("-")[:_LONGEST].strip("-")
    return f"kanttekening-{kind}{f'-{slug}' if slug else ''}.png"
