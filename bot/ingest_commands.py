"""The command that adds and updates documents, and what is said of a new edition."""

import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.blocks import printable
from bot.options import AsJson, DryRun
from bot.screen import Screen
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from bot.workspace import Receipt

_SOME_REFUSED = 5
_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}")


def ingest(  # noqa: PLR0913  # each is an option
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files and folders; none brings the dossier and the model up to date."),
    ] = None,
    *,
    title: Annotated[str | None, typer.Option(help="Its title. What an option says wins over what the file says.")] = None,
    author: Annotated[str | None, typer.Option(help="Who wrote it.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    published: Annotated[str | None, typer.Option(metavar="YYYY[-MM[-DD]]", help="When it was published.")] = None,
    url: Annotated[str | None, typer.Option(help="Where readers find it.")] = None,
    kind: Annotated[str | None, typer.Option(help="What it is: column, report, law, …")] = None,
    voice: Annotated[str | None, typer.Option(help="Whose words they are, by the id or the name of a voice of the debate.")] = None,
    language: Annotated[str | None, typer.Option(metavar="nl|en|…", help="What language it is in.")] = None,
    wording: Annotated[
        Literal["verbatim", "paraphrase"] | None, typer.Option(help="Whether it holds a source's own words or an account of them.")
    ] = None,
    sync: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Make the documents from this folder equal to it: add, update, remove.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also when --sync would remove every document from the folder.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what was refused, and errors.")] = False,
) -> None:
    """Add or update documents and publish a new edition."""
    from bot.workspace import Workspace

    given = {"title": title, "author": author, "publisher": publisher, "published": _date(published), "url": url}
    given |= {"kind": kind, "voice": voice, "language": language, "wording": wording}
    cleaned = {name: printable(value).strip() if value else None for name, value in given.items()}
    workspace = Workspace(Screen(sys.stderr, is_quiet=quiet))
    receipt = workspace.ingest(paths or [], cleaned, sync=sync, may_empty=yes, dry_run=dry_run)
    account_for(receipt, as_json=as_json, quiet=quiet, dry_run=dry_run)


def _date(given: str | None) -> str | None:
    """An ISO date that may lack its day or month.

    Raises:
        UsageError: it is none.
    """
    from datetime import date

    try:
        if given is not None:
            date.fromisoformat(f"{given}-01-01"[:10] if _DATE.fullmatch(given) else "")
    except ValueError as error:
        raise UsageError(f"--published {given!r} is not a date. Write it as 2025, 2025-04 or 2025-04-22.") from error
    return given


def account_for(receipt: "Receipt", *, as_json: bool, quiet: bool, dry_run: bool) -> None:
    """Print what was done on stdout and what was refused on stderr, and end with the exit code that goes with it."""
    if as_json:
        Screen(sys.stdout).json({**asdict(receipt), "dry_run": dry_run})
    elif not quiet:
        Screen(sys.stdout).line("\n".join(_account(receipt, dry_run=dry_run)))
    if receipt.built_on is not None:
        Screen(sys.stderr).line(
            f"The current edition was damaged, so this one was built on edition {receipt.built_on}: "
            "check `kanttekening sources`, and ingest what is missing."
        )
    for refusal in receipt.refused:
        Screen(sys.stderr).line(printable(f"Refused {refusal.place!r}: {refusal.reason}."))
    if receipt.refused:
        raise typer.Exit(_SOME_REFUSED)


def _account(receipt: "Receipt", *, dry_run: bool) -> list[str]:
    lines = [f"{what}: {', '.join(ids)}" for what in ("added", "changed", "removed") if (ids := getattr(receipt, what))]
    if receipt.unchanged:
        lines.append(f"unchanged: {len(receipt.unchanged)}")
    size = f"{receipt.documents} documents, {receipt.passages} passages"
    if receipt.published:
        lines.append(f"Edition {receipt.edition} is published: {size}, {receipt.embeddings} embedded in {receipt.seconds:.1f} s.")
    elif dry_run:
        lines.append("Nothing is published: this was a dry run.")
    else:
        lines.append(f"Nothing has changed: edition {receipt.edition} stays current ({size}).")
    return lines
