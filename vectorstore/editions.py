"""Editions: published states of all documents. Never changed once published; one pointer says which is current.

home/published.json     the pointer: {"current": 3, "published": {"1": "2026-…", "3": "2026-…"}}
home/editions/3/        edition.json, catalog.sqlite, bm25/, chroma/, in-use (locked by readers)
home/editions/.building what an ingest is making; left behind only by one that was killed, swept by the next
"""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.catalog import Catalog
from vectorstore.edition import IN_USE, EditionInfo, as_damaged
from vectorstore.embeddings import ModelId
from vectorstore.errors import (
    BusyError,
    DamagedEditionError,
    NoEditionError,
    UnavailableError,
    UsageError,
)
from vectorstore.locks import FileLock

_POINTER, _EDITIONS, _BUILDING, _MANIFEST = "published.json", "editions", ".building", "edition.json"


class Shelf:
    """The editions under a home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._editions = home / _EDITIONS

    def stamp(self) -> tuple[int, int]:
        """Changes whenever another edition becomes current; (0, 0) when nothing is published. Costs one `stat`."""
        try:
            found = (self.home / _POINTER).stat()
        except FileNotFoundError:
            return 0, 0
        except OSError as error:
            raise _unreadable(self.home / _POINTER, error) from error
        return found.st_mtime_ns, found.st_ino

    def published(self) -> list[EditionInfo]:
        """Every published edition that is still kept and can be read, oldest first."""
        current, published = self._pointer()
        found = []
        for number in sorted(published):
            try:
                manifest = _manifest(self._folder(number))
            except DamagedEditionError:
                continue  # half swept, or damaged: whoever asks for it by its number is told
            found.append(EditionInfo(number, published[number], *manifest, is_current=number == current))
        return found

    def current(self) -> EditionInfo:
        """The edition that answers.

        Raises:
            NoEditionError: nothing has been published.
            DamagedEditionError: the pointer or the edition is unreadable.
        """
        current, published = self._pointer()
        if current is None:
            raise NoEditionError(f"There is no edition in {str(self.home)!r} yet. Run `kanttekening ingest` first.")
        return EditionInfo(current, published[current], *_manifest(self._folder(current)), is_current=True)

    def open_catalog(self, info: EditionInfo) -> Catalog:
        """Open an edition's catalogue alone: enough to list documents, whatever the model.

        Raises:
            DamagedEditionError: it cannot be read, or does not hold what was published.
        """
        folder = self._folder(info.number)
        with as_damaged(folder):
            catalog = Catalog(folder / "catalog.sqlite")
            if catalog.counts() != (info.documents, info.passages):
                raise ValueError(f"{catalog.counts()} documents and passages")
            return catalog

    def folder(self, info: EditionInfo) -> Path:
        """Where an edition's files are."""
        return self._folder(info.number)

    def lock(self) -> FileLock:
        """The lock that whoever changes the shelf must hold; made with the home folder on first use.

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
            return FileLock(self._editions / ".lock")
        except BusyError as error:
            raise BusyError("Another ingest is running. Wait until it is done and try again.") from error

    def start_building(self) -> Path:
        """An empty folder to build the next edition in; hold the lock. Sweeps what a killed ingest left."""
        folder = self._editions / _BUILDING
        shutil.rmtree(folder, ignore_errors=True)
        _, published = self._pointer()
        for stray in self._editions.iterdir():
            if stray.name.isdigit() and int(stray.name) not in published:
                shutil.rmtree(stray, ignore_errors=True)
        folder.mkdir()
        return folder

    def publish(self, building: Path, documents: int, passages: int, model: ModelId, keep: int) -> EditionInfo:
        """Make a built folder the current edition, in one atomic step; hold the lock. Sweeps all but the last `keep`."""
        _, published = self._pointer()
        number = max(published, default=0) + 1
        manifest = {"documents": documents, "passages": passages, "model": model.name, "model_sha256": model.sha256}
        (building / IN_USE).touch()
        (building / _MANIFEST).write_text(json.dumps(manifest), "utf-8")
        _sync_to_disk(building)
        building.rename(self._folder(number))
        published[number] = _iso(datetime.now(UTC))
        self._point_at(number, published)
        self._sweep(number, published, keep)
        return self.current()

    def restore(self, number: int) -> EditionInfo:
        """Make a kept edition the current one again.

        Raises:
            UsageError: there is no such edition.
        """
        with self.lock():
            _, published = self._pointer()
            kept = [each.number for each in self.published()]
            if number not in kept:
                raise UsageError(
                    f"There is no edition {number}. Choose one of {', '.join(map(str, kept)) or 'none'}; "
                    "see `kanttekening editions`."
                )
            self._point_at(number, published)
            return self.current()

    def discard(self, building: Path) -> None:
        """Throw away what was being built."""
        shutil.rmtree(building, ignore_errors=True)

    def _folder(self, number: int) -> Path:
        return self._editions / str(number)

    def _pointer(self) -> tuple[int | None, dict[int, str]]:
        try:
            data = json.loads((self.home / _POINTER).read_text("utf-8"))
            published = {int(number): str(moment) for number, moment in data["published"].items()}
            current = int(data["current"])
            published[current]  # a pointer to nothing is as damaged as one that cannot be read
        except FileNotFoundError:
            return self._recovered()
        except OSError as error:
            raise _unreadable(self.home / _POINTER, error) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedEditionError(
                f"{str(self.home / _POINTER)!r} is damaged. Move {str(self.home)!r} aside and ingest your documents again."
            ) from error
        return current, published

    def _recovered(self) -> tuple[int | None, dict[int, str]]:
        """What a lost pointer must have said: every whole edition is there, and the last one is current.

        Without this the next ingest would take what was published for the leftovers of a killed one, and sweep it.
        """
        found: dict[int, str] = {}
        for folder in self._editions.iterdir() if self._editions.is_dir() else ():
            if folder.name.isdigit() and (folder / _MANIFEST).is_file():
                found[int(folder.name)] = _iso(datetime.fromtimestamp((folder / _MANIFEST).stat().st_mtime, UTC))
        return max(found, default=None), found

    def _point_at(self, number: int, published: dict[int, str]) -> None:
        temporary = self.home / (_POINTER + ".new")
        with temporary.open("w", encoding="utf-8") as stream:
            json.dump({"current": number, "published": published}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self.home / _POINTER)
        _sync_folder(self.home)

    def _sweep(self, current: int, published: dict[int, str], keep: int) -> None:
        """Remove old editions, save the current one and those that a reader has open.

        They go from the pointer before they go from the disk: one that is killed in between leaves a stray, which the
        next ingest removes, and never half an edition that can be restored.
        """
        locks = {}
        for number in sorted(published)[:-keep]:
            try:
                if number != current and self._folder(number).is_dir():
                    locks[number] = FileLock(self._folder(number) / IN_USE)
            except (BusyError, UnavailableError):
                continue  # in use, or not ours to remove: the next ingest tries again
        kept = {number: moment for number, moment in published.items() if number not in locks and self._folder(number).is_dir()}
        if kept != published:
            self._point_at(current, kept)
        for number, lock in locks.items():
            shutil.rmtree(self._folder(number), ignore_errors=True)
            lock.release()


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unreadable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(f"{str(path)!r} cannot be read ({error.strerror}). Check KANTTEKENING_HOME.")


def _manifest(folder: Path) -> tuple[int, int, ModelId]:
    with as_damaged(folder):
        data = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return int(data["documents"]), int(data["passages"]), ModelId(data["model"], data["model_sha256"])


def _sync_to_disk(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        elif path.is_dir():
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
