"""The commands about editions: list them, compare two, go back to one, tidy up."""

import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import AsJson, DryRun
from bot.screen import Screen
from vectorstore.errors import EditionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.workspace import Workspace
    from vectorstore.catalog import Catalog
    from vectorstore.comparing import DocumentChange
    from vectorstore.edition import EditionInfo
    from vectorstore.editions import Shelf

_ABOUT_ITS_FILES = ("folder", "is_compact")
_MEGABYTE = 1_000_000

editions_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@editions_app.callback()
def editions(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the editions that are kept, compare two, or go back to one."""
    if context.invoked_subcommand is not None:
        return
    found = _workspace().shelf.published()
    if as_json:
        Screen(sys.stdout).json({"editions": [_edition_as_json(info) for info in found]})
        return
    rows = [
        (info.number, "current" if info.is_current else "", info.published_at, info.documents, info.passages, info.model.name)
        for info in found
    ]
    Screen(sys.stdout).table(("edition", "", "published", "documents", "passages", "model"), rows)


@editions_app.command("restore")
def restore_edition(
    number: Annotated[
        int | None, typer.Argument(metavar="N", help="The number of an edition that is kept; none goes back one.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make an earlier edition the current one again, and say what that brings back and takes away."""
    from bot.edition_changes import restore_as_json, restore_lines

    shelf = _workspace().shelf
    before = _current(shelf)
    info = shelf.restore(number) if number is not None else shelf.kept(shelf.restore_previous()[1])
    changes = _changes(shelf, before, info) if before else None
    if as_json:
        Screen(sys.stdout).json({**_edition_as_json(info), **restore_as_json(changes)})
        return
    for line in restore_lines(changes):
        Screen(sys.stdout).line(line)
    Screen(sys.stdout).line(f"Edition {info.number} is current: {info.documents} documents, {info.passages} passages.")


@editions_app.command("diff")
def compare_editions(
    before: Annotated[int, typer.Argument(metavar="M", help="The number of one edition that is kept.")],
    after: Annotated[int, typer.Argument(metavar="N", help="The number of the other.")],
    *,
    with_text: Annotated[
        bool, typer.Option("--text", help="Also show the passages of changed documents that came and went.")
    ] = False,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also ask the questions of a set of both, and show which answers differ.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which documents and passages changed from edition M to edition N."""
    from bot.answer_changes import answer_changes, read_questions
    from bot.edition_changes import answer_lines, answers_as_json, diff_as_json, diff_rows, text_lines

    workspace, screen = _workspace(), Screen(sys.stdout)
    infos = workspace.shelf.kept(before), workspace.shelf.kept(after)
    questions = read_questions(answers) if answers else []
    with _catalogs(workspace.shelf, *infos) as catalogs:
        from vectorstore.comparing import compare

        changes = compare(*catalogs)
        data = diff_as_json(changes, catalogs if with_text else None)
        lines = list(text_lines(changes, catalogs)) if with_text else []
    explainers = [workspace.explainer_of(info) for info in infos] if questions else []
    differing = list(answer_changes(questions, *explainers)) if questions else []
    if as_json:
        asked = {"answers": {"asked": len(questions), "changed": answers_as_json(differing)}} if answers else {}
        screen.json({"before": before, "after": after, **data, **asked})
        return
    screen.table(("change", "id", "title", "came", "went", "same"), diff_rows(changes))
    if lines:
        screen.line("\n".join(["", *lines]))
    if answers:
        screen.line("\n".join(["", *answer_lines(differing, len(questions))]))


def vacuum(*, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Clear away what is left over, and write the current edition as small as it can be."""
    receipt = _workspace().vacuum(dry_run=dry_run)
    if as_json:
        Screen(sys.stdout).json({**asdict(receipt), "dry_run": dry_run})
        return
    done = "was written anew" if receipt.rewritten else "stays as it is"
    sizes = f"{receipt.bytes_before / _MEGABYTE:.1f} MB before, {receipt.bytes_after / _MEGABYTE:.1f} MB after"
    Screen(sys.stdout).line(f"Edition {receipt.edition} {done}. All editions: {sizes}.")


def _workspace() -> "Workspace":
    from bot.workspace import Workspace

    return Workspace(Screen(sys.stderr))


def _current(shelf: "Shelf") -> "EditionInfo | None":
    """The current edition, or None where it cannot be read: it is left then, and nothing can be said of it."""
    try:
        return shelf.current()
    except EditionError:
        return None


def _changes(shelf: "Shelf", before: "EditionInfo", after: "EditionInfo") -> "list[DocumentChange] | None":
    from vectorstore.comparing import compare

    try:
        with _catalogs(shelf, before, after) as catalogs:
            return compare(*catalogs)
    except EditionError:
        return None


@contextmanager
def _catalogs(shelf: "Shelf", before: "EditionInfo", after: "EditionInfo") -> "Iterator[tuple[Catalog, Catalog]]":
    old = shelf.open_catalog(before)
    try:
        new = shelf.open_catalog(after)
        try:
            yield old, new
        finally:
            new.close()
    finally:
        old.close()


def _edition_as_json(info: "EditionInfo") -> dict[str, object]:
    return {name: value for name, value in asdict(info).items() if name not in _ABOUT_ITS_FILES}
