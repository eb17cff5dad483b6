"""The command that takes documents out: of the next edition, or with --purge of every edition and off the disk."""

import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.blocks import printable
from bot.options import AsJson, DryRun
from bot.receipts import account_for
from bot.screen import Screen
from vectorstore.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.workspace import PurgeReceipt, Workspace


def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Their ids, or enough of the beginning of each.")],
    *,
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Take them out of every edition that is kept too, and off the disk: there is no way back."),
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove documents and publish a new edition."""
    from bot.workspace import Workspace

    workspace = Workspace(Screen(sys.stderr))
    if purge:
        _purge(workspace, ids, as_json=as_json, dry_run=dry_run)
    else:
        account_for(workspace.remove(ids, dry_run=dry_run), as_json=as_json, quiet=False, dry_run=dry_run)


def _purge(workspace: "Workspace", ids: list[str], *, as_json: bool, dry_run: bool) -> None:
    from bot.model_accounts import forget_kept_in

    home = workspace.settings.home_dir
    if not dry_run:
        with suppress(UnavailableError):  # a purge that is killed leaves nothing of it either
            forget_kept_in(home)
    _account_for_purge(workspace.purge(ids, dry_run=dry_run), as_json=as_json, dry_run=dry_run)
    if not dry_run:  # an answer that was being explained meanwhile may have been kept
        forget_kept_in(home)


def _account_for_purge(receipt: "PurgeReceipt", *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        Screen(sys.stdout).json({**asdict(receipt), "dry_run": dry_run})
    else:
        Screen(sys.stdout).line("\n".join(_account(receipt, dry_run=dry_run)))
    for each in receipt.unknown:
        Screen(sys.stderr).line(
            printable(f"{each!r} is in no edition that is kept. If it was not purged before, check the id: `kanttekening sources`.")
        )


def _account(receipt: "PurgeReceipt", *, dry_run: bool) -> "Iterator[str]":
    if receipt.purged:
        yield f"purged: {', '.join(receipt.purged)}"
    if receipt.rewritten:
        yield f"editions written anew: {_numbers(receipt.rewritten)}"
    if receipt.dropped:
        yield f"editions dropped, damaged or beyond the number that is kept: {_numbers(receipt.dropped)}"
    for each in receipt.still_there:
        yield printable(f"Still at {each.place!r}, and no longer ours: an ingest or a sync of it would add {each.id} again.")
    size = f"{receipt.documents} documents, {receipt.passages} passages"
    if dry_run:
        yield "Nothing is purged: this was a dry run."
    elif receipt.published:
        yield f"Edition {receipt.edition} is published: {size}; {receipt.files_deleted} files deleted in {receipt.seconds:.1f} s."
    else:
        yield f"Edition {receipt.edition} stays current ({size}); {receipt.files_deleted} files deleted in {receipt.seconds:.1f} s."


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
