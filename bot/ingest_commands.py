"""The commands that add and update documents and say what to look at in them, and what is said of a new edition."""

import re
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.blocks import printable
from bot.options import AsJson, DryRun
from bot.screen import Screen
from vectorstore.errors import BusyError, KanttekeningError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence, Sized

    from bot.workspace import Receipt

_SOME_REFUSED = 5
_POLL_SECONDS = 1.0
_MOST = 20  # of one kind that are told one by one
_LACKING = "no_"
_ALIKE = "near_duplicate"
_SAID_BY = {"date": "published", "publisher": "publisher"}
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}")


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
    if watch is None:
        account_for(workspace.ingest(paths or [], cleaned, options), as_json=as_json, quiet=quiet, dry_run=dry_run)
        return
    if sync or dry_run or official or paths:
        raise UsageError("--watch goes with one folder and nothing else to ingest, and not with --dry-run. Leave the other out.")
    for number, _ in enumerate(workspace.changes(watch)):
        receipt = _when_free(lambda: workspace.ingest([], cleaned, options))
        if receipt and (receipt.published or receipt.refused or number == 0):
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
    from datetime import date

    try:
        if given is not None:
            date.fromisoformat(f"{given}-01-01"[:10] if _DATE.fullmatch(given) else "")
    except ValueError as error:
        raise UsageError(f"--published {given!r} is not a date. Write it as 2025, 2025-04 or 2025-04-22.") from error
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


def account_for(receipt: "Receipt", *, as_json: bool, quiet: bool, dry_run: bool) -> None:
    """Tell what was done, and end with the exit code that goes with it."""
    tell(receipt, as_json=as_json, quiet=quiet, dry_run=dry_run)
    if receipt.refused:
        raise typer.Exit(_SOME_REFUSED)


def tell(receipt: "Receipt", *, as_json: bool, quiet: bool, dry_run: bool) -> None:
    """Print what was done on stdout and what was refused on stderr."""
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


def _account(receipt: "Receipt", *, dry_run: bool) -> "Iterator[str]":
    for what in ("added", "changed", "renamed", "removed"):
        if ids := getattr(receipt, what):
            yield f"{what}: {_listed(ids)}"
    for copy in receipt.copies[:_MOST]:
        yield printable(f"also at {copy.place!r}: {copy.id}")
    yield from _more(receipt.copies, "--json has them all")
    for there in receipt.still_there[:_MOST]:
        yield printable(f"still at {there.place!r}: an ingest or a sync of it would add {there.id} again")
    if receipt.unchanged:
        yield f"unchanged: {len(receipt.unchanged)}"
    if receipt.passed_over:
        counted = (f"{count} {suffix or 'without a suffix'}" for suffix, count in sorted(receipt.passed_over.items()))
        yield printable(f"passed over: {', '.join(counted)}")
    yield from _remarks(receipt)
    size = f"{receipt.documents} documents, {receipt.passages} passages"
    if receipt.published:
        yield f"Edition {receipt.edition} is published: {size}, {receipt.embeddings} embedded in {receipt.seconds:.1f} s."
    elif dry_run:
        yield "Nothing is published: this was a dry run."
    else:
        yield f"Nothing has changed: edition {receipt.edition} stays current ({size})."


def _remarks(receipt: "Receipt") -> "Iterator[str]":
    """What to look at: each suspicious thing by itself, and before what is only alike; what many documents lack in a line."""
    lacking = Counter(remark.kind for remark in receipt.remarks if remark.kind.startswith(_LACKING))
    telling = Counter(remark for remark in receipt.remarks if remark.kind not in lacking)
    first = sorted(telling, key=lambda remark: remark.kind == _ALIKE)[:_MOST]
    for remark in first:
        yield printable(f"look at {remark.id}: {remark.detail}") + (f" ({telling[remark]} times)" if telling[remark] > 1 else "")
    yield from _more(telling, "`kanttekening lint` has them all")
    for kind, count in lacking.items():
        what = kind.removeprefix(_LACKING)
        yield f"without a {what}: {count} (`kanttekening lint` lists them; say it with --{_SAID_BY[what]} or in a file beside each)"


def _listed(ids: "Sequence[str]") -> str:
    """Ids, or of many the last: the first ingest adds the dossier before what a user gave."""
    last = ", ".join(ids[-_MOST:])
    return last if len(ids) <= _MOST else f"{len(ids)} (the last {_MOST}: {last}; --json has them all)"


def _more(told: "Sized", where: str) -> "Iterator[str]":
    """That there are more than are told, if so."""
    if len(told) > _MOST:
        yield f"and {len(told) - _MOST} more ({where})"
