"""What is said of an ingest or a removal when it is done: the receipt in words, and the exit code that goes with it."""

import sys
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bot.blocks import printable
from bot.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Sized

    from bot.workspace import Receipt

_SOME_REFUSED = 5
_MOST = 20  # of one kind that are told one by one
_LACKING = "no_"
_ALIKE = "near_duplicate"
_SAID_BY = {"date": "published", "publisher": "publisher"}


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
