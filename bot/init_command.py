"""The command that begins another debate: a folder that works as it is, to change into one's own."""

import shlex
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.blocks import printable
from bot.options import AsJson
from bot.screen import Screen
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_NEXT = """Next:
1. Try it: KANTTEKENING_DEBATE={folder} kanttekening ask "Wie vindt wat?"
2. Write your debate, its voices and its caveat in {folder}/debate.toml, and put your documents in {folder}/documents.
3. After every change: KANTTEKENING_DEBATE={folder} kanttekening ingest
{folder}/README.md says more, in Dutch and English."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; what exists there is never overwritten.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a folder for another debate, with an example that works."""
    made = make_skeleton(folder)
    if as_json:
        Screen(sys.stdout).json({"folder": str(folder), "files": made})
        return
    screen = Screen(sys.stdout)
    screen.line(printable(f"Made in {str(folder)!r}: {', '.join(made)}"))
    screen.line(_NEXT.format(folder=shlex.quote(printable(str(folder)))))


def make_skeleton(folder: Path) -> list[str]:
    """Write the files of the example into a folder, and name them.

    Raises:
        UsageError: the folder is a file, or holds one of them already; nothing is written then.
    """
    skeleton = dict(_files(files("vectorstore") / "skeleton"))
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is a file. Name a folder.")
    if existing := next((name for name in skeleton if (folder / name).exists()), None):
        raise UsageError(f"{str(folder / existing)!r} exists already, and nothing was written. Name another folder.")
    for name, data in skeleton.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(data)
    return list(skeleton)


def _files(folder: "Traversable", before: str = "") -> "Iterator[tuple[str, bytes]]":
    """The files below a folder, by path."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _files(each, f"{before}{each.name}/")
        else:
            yield before + each.name, each.read_bytes()
