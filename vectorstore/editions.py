"""Editions: published states of all documents. Never changed once published; one pointer says which is current.

home/published.json     the pointer: see vectorstore/pointer.py
home/editions/3/        edition.json, catalog.sqlite, bm25/, chroma/, kinship/, in-use (locked by readers)
home/editions/3.1/      the same edition written anew, without a document that was purged
home/editions/.building what is being made; left behind only by one that was killed, swept by the next
home/editions/.rehearsed-… what was made to be looked at, see vectorstore/rehearsed.py; swept when nobody holds it any more
"""

import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.catalog import Catalog
from vectorstore.durable import sync_folder, sync_tree
from vectorstore.edition import IN_USE, EditionInfo, as_damaged
from vectorstore.embeddings import ModelId
from vectorstore.errors import (
    BusyError,
    DamagedEditionError,
    EditionError,
    NoEditionError,
    UnavailableError,
    UsageError,
)
from vectorstore.locks import FileLock, Held
from vectorstore.manifest import Manifest, write_manifest
from vectorstore.pointer import Listing, Pointer, is_edition_folder
from vectorstore.site import HomeSite, Site
from vectorstore.stores import Stores
from vectorstore.sweeping import Pause, is_read, remove_folder, wait_for_readers

_BUILDING = ".building"
REHEARSED = ".rehearsed-"
"""What the folders begin with of editions that are whole and not published; no folder of a published one can be called so."""


def _now() -> datetime:
    return datetime.now(UTC)


class Shelf:
    """The editions of a home folder, published in it or at another site."""

    def __init__(self, home: Path, now: Callable[[], datetime] = _now, site: Site | None = None) -> None:
        self.home, self._now = home, now
        self.site = site or HomeSite(home)
        self._editions = self.site.editions

    @property
    def stores(self) -> Stores:
        """The vectors of the editions."""
        return self.site.stores

    def stamp(self) -> tuple[int, int]:
        """Changes whenever another edition becomes current; (0, 0) when nothing is published."""
        return self.site.stamp()

    def published(self) -> list[EditionInfo]:
        """Every published edition that is still kept and can be read, oldest first."""
        pointer = self._pointer()
        found = []
        for number in sorted(pointer.published):
            with suppress(DamagedEditionError):  # half swept, or damaged: whoever asks for it by its number is told
                found.append(self._info(number, pointer))
        return found

    def numbers(self) -> list[int]:
        """The number of every edition that is kept, also of those that cannot be read."""
        return sorted(self._pointer().published)

    def current(self) -> EditionInfo:
        """The edition that answers.

        Raises:
            NoEditionError: nothing has been published.
            DamagedEditionError: the pointer or the edition is unreadable.
        """
        pointer = self._pointer()
        if pointer.current is None:
            raise self._nothing_yet()
        return self._info(pointer.current, pointer)

    def kept(self, number: int) -> EditionInfo:
        """The edition with a number.

        Raises:
            UsageError: it is not kept, or cannot be read.
        """
        found = {info.number: info for info in self.published()}
        if number not in found:
            raise UsageError(
                f"There is no edition {number}. Choose one of {', '.join(map(str, found)) or 'none'}; see `kanttekening editions`."
            )
        return found[number]

    def open_catalog(self, info: EditionInfo) -> Catalog:
        """Open an edition's catalogue alone: enough to list documents, whatever the model.

        Raises:
            DamagedEditionError: it cannot be read, or does not hold what was published.
        """
        folder = self.folder(info)
        with as_damaged(folder):
            catalog = Catalog(folder / "catalog.sqlite")
            if catalog.counts() != (info.documents, info.passages):
                raise ValueError(f"{catalog.counts()} documents and passages")
            return catalog

    def folder(self, info: EditionInfo) -> Path:
        """Where an edition's files are."""
        return self.site.folder(info.folder)

    def size(self) -> int:
        """How many bytes all editions take, and what is left of others."""
        return sum(path.stat().st_size for path in self._editions.rglob("*") if path.is_file())

    def lock(self) -> Held:
        """The lock that whoever changes the shelf must hold; made with the home folder on first use.

        Whoever gets it finds no leftovers of one that was killed: they are swept first.

        Raises:
            BusyError: another ingest is running.
            UnavailableError: the home folder cannot be written.
        """
        try:
            self._editions.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnavailableError(
                f"The home folder {str(self.home)!r} cannot be made or written ({error.strerror}). "
                "Set KANTTEKENING_HOME to one that can."
            ) from error
        try:
            here = FileLock(self._editions / ".lock")
        except BusyError as error:
            raise BusyError("Another ingest is running. Wait until it is done and try again.") from error
        lock = self.site.lock(here)
        try:
            self.sweep_leftovers()
        except BaseException:
            lock.release()
            raise
        return lock

    def tidy(self) -> None:
        """Sweep what a killed ingest or purge left, if there is any and nobody is at work."""
        with suppress(EditionError, UnavailableError, OSError):
            if self.leftovers():
                self.lock().release()

    def start_building(self) -> Path:
        """An empty folder to build the next edition in; hold the lock."""
        folder = self._editions / _BUILDING
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def seal(self, building: Path, manifest: Manifest) -> None:
        """Make a built folder complete, on the disk too."""
        (building / IN_USE).touch()
        write_manifest(building, manifest)
        sync_tree(building)

    def publish(self, building: Path, documents: int, passages: int, model: ModelId, keep: int) -> EditionInfo:
        """Make a built folder the current edition, in one atomic step; hold the lock. Sweeps all but the last `keep`."""
        self.seal(building, Manifest(documents, passages, model))
        info = self.replace({}, new=building)
        self.sweep(keep)
        return info

    def replace(self, rewritten: Mapping[int, Path], *, dropped: Collection[int] = (), new: Path | None = None) -> EditionInfo:
        """Put sealed folders in the place of editions, drop others and publish one more, all in one atomic step; hold the lock.

        What they took the place of is a leftover then.
        """
        before = self._pointer()
        published = {number: listing for number, listing in before.published.items() if number not in dropped}
        for number, building in rewritten.items():
            listing = published[number]
            published[number] = replace(listing, folder=self.site.shelve(building, number, listing.folder))
        current = before.current
        if new is not None:
            current = before.next_number
            published[current] = Listing(before.moment(self._now()), self.site.shelve(new, current, None))
        sync_folder(self._editions)
        self.site.write(Pointer(current, published))
        return self.current()

    def listing(self) -> Listing | None:
        """What the pointer says of the current edition, whether that can be read or not; None where nothing is published."""
        pointer = self._pointer()
        return None if pointer.current is None else pointer.published[pointer.current]

    def restore(self, number: int) -> EditionInfo:
        """Make a kept edition the current one again.

        Raises:
            UsageError: there is no such edition.
        """
        with self.lock():
            self.kept(number)
            self.site.write(replace(self._pointer(), current=number))
            return self.current()

    def restore_previous(self) -> tuple[int, int]:
        """Make the edition before the current one the current one, also where that is damaged; returns both numbers.

        Raises:
            UsageError: none is kept before it that can be read.
            NoEditionError: nothing has been published.
        """
        with self.lock():
            current = self._pointer().current
            if current is None:
                raise self._nothing_yet()
            earlier = [info.number for info in self.published() if info.number < current]
            if not earlier:
                raise UsageError(
                    f"Edition {current} is the first that is kept, so there is none to go back to. "
                    "Take a document out with `kanttekening remove ID`."
                )
            self.site.write(replace(self._pointer(), current=earlier[-1]))
            return current, earlier[-1]

    def discard(self, building: Path) -> None:
        """Throw away what was being built."""
        shutil.rmtree(building, ignore_errors=True)

    def sweep_leftovers(self, pause: Pause | None = None, *, spare_readers: bool = False) -> int:
        """Take away what no edition is in; hold the lock. Returns how many files went.

        With `pause` readers are given a few seconds to let go of it, and with `spare_readers` what is still read then stays.
        Without, a rehearsed edition stays that somebody holds: it is not left over yet.
        """
        folders = self.leftovers()
        spared = [folder for folder in folders if folder.name.startswith(REHEARSED) and is_read(folder)]
        if pause is not None:
            read = wait_for_readers([folder for folder in folders if folder not in spared], pause)
            spared = [*spared, *read] if spare_readers else []
        gone = sum(remove_folder(folder) for folder in folders if folder not in spared)
        self.site.clear(everything=pause is not None and not spare_readers)
        return gone

    def leftovers(self) -> list[Path]:
        """What lies among the editions and is none: of one that was killed, rehearsed, or just replaced by a purge."""
        named = {listing.folder for listing in self._pointer().published.values()}
        found = self._editions.iterdir() if self._editions.is_dir() else ()
        return sorted(path for path in found if path.name not in named and (_is_draft(path.name) or is_edition_folder(path.name)))

    def sweep(self, keep: int) -> None:
        """Remove all but the last `keep` editions, save the current one and those that a reader has open; hold the lock.

        They go from the pointer before they go from the disk: one that is killed in between leaves a leftover, which the
        next ingest removes, and never half an edition that can be restored.
        """
        pointer = self._pointer()
        names = {number: listing.folder for number, listing in pointer.published.items() if self.site.is_there(listing.folder)}
        locks = {}
        for number in sorted(pointer.published)[:-keep]:
            with suppress(BusyError, UnavailableError):  # in use, or not ours to remove: the next ingest tries again
                if number != pointer.current and number in names:
                    locks[number] = self.site.claim(names[number])
        kept = {number: said for number, said in pointer.published.items() if number not in locks and number in names}
        if kept != pointer.published:
            self.site.write(replace(pointer, published=kept))
        for number, lock in locks.items():
            remove_folder(self._editions / names[number])
            lock.release()
        self.site.clear(everything=False)

    def _nothing_yet(self) -> NoEditionError:
        return NoEditionError(f"There is no edition {self.site.where} yet. Run `kanttekening ingest` first.")

    def _info(self, number: int, pointer: Pointer) -> EditionInfo:
        listing = pointer.published[number]
        manifest = self.site.manifest(listing.folder)
        return EditionInfo(
            number=number,
            published_at=listing.published_at,
            documents=manifest.documents,
            passages=manifest.passages,
            model=manifest.model,
            is_current=number == pointer.current,
            folder=listing.folder,
            is_compact=manifest.is_compact,
        )

    def _pointer(self) -> Pointer:
        return self.site.read()


def _is_draft(name: str) -> bool:
    return name == _BUILDING or name.startswith(REHEARSED)
