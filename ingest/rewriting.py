"""Writes an edition anew from what it holds: nothing is read or embedded again, nothing that was taken out comes along."""

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vectorstore.catalog import Catalog
from vectorstore.copying import copy_catalog
from vectorstore.edition import Edition, EditionInfo
from vectorstore.editions import Shelf
from vectorstore.errors import DamagedEditionError, UnavailableError
from vectorstore.indexing import build_lexical_index
from vectorstore.kinship import narrow_kinship
from vectorstore.manifest import Manifest
from vectorstore.sweeping import Pause


@dataclass(frozen=True, slots=True)
class VacuumReceipt:
    """What a vacuum did. `rewritten` is False where the current edition was compact already, or it was a dry run."""

    edition: int
    rewritten: bool
    bytes_before: int
    bytes_after: int
    seconds: float


def rewrite(
    shelf: Shelf, info: EditionInfo, folder: Path, *, without: Collection[str] = (), away: Collection[str] = ()
) -> Manifest:
    """Fill a new folder with an edition without some documents, and seal it; `away` are places that stay away from now on.

    Raises:
        DamagedEditionError: the edition cannot be read.
        UnavailableError: the new one cannot be written.
    """
    folder.mkdir()
    before = shelf.folder(info)
    edition = Edition(before, info, info.model, shelf.stores)
    try:
        copy_catalog(before / "catalog.sqlite", folder / "catalog.sqlite", without)
        with _writing(folder):
            store = shelf.stores.create(folder, info.model)
        try:
            edition.store.copy_to(store, without)
            vectors = store.count()
        finally:
            store.close()
    finally:
        edition.close()
    with _writing(folder):
        shelf.stores.settle(folder, info.model)
    documents, passages = _index(folder, before, away)
    if passages != vectors:
        raise DamagedEditionError(f"Edition {info.number} has {vectors} vectors for {passages} passages. Restore an earlier one.")
    manifest = Manifest(documents, passages, info.model, is_compact=True)
    shelf.seal(folder, manifest)
    return manifest


def vacuum(shelf: Shelf, *, keep: int, dry_run: bool, pause: Pause = time.sleep) -> VacuumReceipt:
    """Sweep what is left over and what is beyond the number kept, and write the current edition anew if that makes it smaller.

    It stays the same edition with the same content, in another folder; what a reader has open stays until it lets go.

    Raises:
        BusyError: an ingest is running.
        EditionError: there is no current edition, or it is damaged.
    """
    started = time.monotonic()
    with shelf.lock(), as_unwritten(shelf):
        before, current = shelf.size(), shelf.current()
        if not dry_run:
            shelf.sweep(keep)
            if not current.is_compact:
                _rewrite_current(shelf, current)
            shelf.sweep_leftovers(pause, spare_readers=True)
        rewritten = not dry_run and not current.is_compact
        return VacuumReceipt(current.number, rewritten, before, shelf.size(), round(time.monotonic() - started, 2))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """A store that cannot be opened where it is written is no damage to the edition that is read."""
    try:
        yield
    except DamagedEditionError as error:
        raise UnavailableError(
            f"The vectors in {str(folder)!r} could not be written. Nothing has changed; free some room and try again."
        ) from error


@contextmanager
def as_unwritten(shelf: Shelf) -> Iterator[None]:
    """What goes wrong with the disk before anything has changed."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise UnavailableError(
            f"The editions in {str(shelf.home)!r} could not be written anew ({reason}). "
            "Nothing has changed; free some room or check the rights, and try again."
        ) from error


def _rewrite_current(shelf: Shelf, current: EditionInfo) -> None:
    building = shelf.start_building()
    try:
        rewrite(shelf, current, building / current.folder)
        shelf.replace({current.number: building / current.folder})
    finally:
        shelf.discard(building)


def _index(folder: Path, before: Path, away: Collection[str]) -> tuple[int, int]:
    """Build what is searched by words, from the catalogue in a folder; returns how many documents and passages there are."""
    catalog = Catalog(folder / "catalog.sqlite", writable=True)
    try:
        catalog.keep_away(away)
        languages = {source.id: "en" if source.language == "en" else "nl" for source in catalog.sources()}
        passages = ((each.row, each.passage.embedded_text, languages[each.passage.source_id]) for each in catalog.all_passages())
        words = build_lexical_index(folder / "bm25", passages)  # type: ignore[arg-type]  # the two literals are what it takes
        narrow_kinship(folder / "kinship", words, before / "kinship")
        return catalog.counts()
    finally:
        catalog.close()
