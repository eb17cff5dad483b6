"""The commands that add and update documents, and say what to look at in them."""

import re
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.blocks import printable
from bot.options import AsJson, DryRun
from bot.receipts import account_for, tell
from bot.screen import Screen
from vectorstore.dates import is_date
from vectorstore.errors import BusyError, KanttekeningError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.workspace import IngestOptions, Receipt, Workspace

_POLL_SECONDS = 1.0
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def ingest(  # noqa: PLR0913  # each is an option
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH_OR_URL", help="Files, folders and web addresses; none brings the dossier and the model up to date."
        ),
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
    watch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Sync this folder now and after each change, until Ctrl-C.")
    ] = None,
    official: Annotated[
        bool, typer.Option("--official", help="Also get the official documents of the debate, from the web or as saved by hand.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also when --sync would remove every document from the folder.")] = False,
    private: Annotated[
        bool, typer.Option("--private-addresses", help="Also fetch from this machine and its network, as for an intranet.")
    ] = False,
    dry_run: DryRun = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would change, also in three answers before and after, and publish nothing.")
    ] = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what was refused, and errors.")] = False,
) -> None:
    """Add or update documents and publish a new edition."""
    from bot.workspace import IngestOptions, Workspace

    given = {"title": title, "author": author, "publisher": publisher, "published": _date(published), "url": _address(url)}
    given |= {"kind": kind, "voice": voice, "language": _language(language), "wording": wording}
    cleaned = {name: printable(value).strip() if value else None for name, value in given.items()}
    workspace = Workspace(Screen(sys.stderr, is_quiet=quiet))
    options = IngestOptions(sync or watch, official=official, may_empty=yes, may_visit_private=private, dry_run=dry_run)
    if preview:
        if watch or dry_run:
            raise UsageError("--preview shows one ingest and publishes nothing: leave --watch and --dry-run out.")
        _preview(workspace, paths or [], cleaned, options, as_json=as_json, quiet=quiet)
        return
    if watch is None:
        account_for(workspace.ingest(paths or [], cleaned, options), as_json=as_json, quiet=quiet, dry_run=dry_run)
        return
    if sync or dry_run or official or paths:
        raise UsageError("--watch goes with one folder and nothing else to ingest, and not with --dry-run. Leave the other out.")
    for receipt in _syncs(workspace, watch, cleaned, options):
        tell(receipt, as_json=as_json, quiet=quiet, dry_run=False)


def lint(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Documents; all of them when none is named.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what there is to be looked at: suspicious or invisible text, near-duplicates, no date or publisher."""
    from bot.workspace import Workspace

    remarks = Workspace(Screen(sys.stderr)).remarks(ids or [])
    if as_json:
        Screen(sys.stdout).json({"remarks": [asdict(remark) for remark in remarks]})
    else:
        Screen(sys.stdout).table(("id", "kind", "detail"), [(each.id, each.kind, each.detail) for each in remarks])


def _preview(
    workspace: "Workspace",
    paths: "Sequence[str]",
    given: "Mapping[str, str | None]",
    options: "IngestOptions",
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Rehearse an ingest, tell it, and leave nothing of it."""
    from bot.rehearsal import discard, rehearse
    from bot.rehearsal_account import rehearsal_account, rehearsal_as_json, rehearsal_caveat

    rehearsal, debate = rehearse(workspace, paths, given, options), workspace.debate
    discard(workspace, rehearsal)
    if as_json:
        Screen(sys.stdout).json(rehearsal_as_json(rehearsal, debate))
    elif not quiet:
        account = rehearsal_account(rehearsal, debate, workspace.language or "nl")
        Screen(sys.stdout).show([*account, *rehearsal_caveat(rehearsal, debate)])
    account_for(rehearsal.receipt, as_json=False, quiet=True, dry_run=True)


def _syncs(
    workspace: "Workspace", folder: Path, given: "Mapping[str, str | None]", options: "IngestOptions"
) -> "Iterator[Receipt]":
    """What there is to be told of a folder that is watched: the first sync, and each that does something."""
    for number, _ in enumerate(workspace.changes(folder)):
        receipt = _when_free(lambda: workspace.ingest([], given, options))
        if receipt and (receipt.published or receipt.refused or number == 0):
            yield receipt


def _when_free(action: "Callable[[], Receipt]") -> "Receipt | None":
    """What an ingest says; one that is refused says so, and one that another is in the way of is tried again."""
    while True:
        try:
            return action()
        except BusyError:
            time.sleep(_POLL_SECONDS)
        except KanttekeningError as error:
            Screen(sys.stderr).line(printable(f"Error: {error}"))
            return None


def _date(given: str | None) -> str | None:
    """An ISO date that may lack its day or month.

    Raises:
        UsageError: it is none.
    """
    if given is not None and not is_date(given):
        raise UsageError(f"--published {given!r} is not a date. Write it as 2025, 2025-04 or 2025-04-22.")
    return given


def _address(given: str | None) -> str | None:
    """A web address, which readers can follow.

    Raises:
        UsageError: it is none.
    """
    if given is not None and not given.lower().startswith(("http://", "https://")):
        raise UsageError(f"--url {given!r} is no web address. Write it with http:// or https:// in front.")
    return given


def _language(given: str | None) -> str | None:
    """The code of a language.

    Raises:
        UsageError: it is none.
    """
    if given is not None and not _LANGUAGE.fullmatch(given):
        raise UsageError(f"--language {given!r} is no code of a language. Write it as nl, en, fr, …")
    return given
