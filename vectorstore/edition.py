"""An edition that is open to be read, and the reader that always hands out the current one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from vectorstore.catalog import Catalog
from vectorstore.embeddings import ModelId
from vectorstore.errors import DamagedEditionError, EditionError
from vectorstore.kinship import Kinship
from vectorstore.lexical import LexicalIndex
from vectorstore.locks import FileLock
from vectorstore.passages import Source

IN_USE = "in-use"
"""The file in an edition's folder that its readers hold a shared lock on."""


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """What is known of a published edition without opening its indexes."""

    number: int
    published_at: str
    documents: int
    passages: int
    model: ModelId
    is_current: bool


class Edition:
    """A published edition, opened to be read."""

    def __init__(self, folder: Path, info: EditionInfo, model: ModelId) -> None:
        """Open it, and keep it from being swept until `close`.

        Raises:
            DamagedEditionError: its files are incomplete or do not agree.
            ModelMismatchError: it was made by another embedding model than `model`.
        """
        from vectorstore.store import PassageStore  # Chroma takes a second to import, and listing editions needs none of it

        self.info = info
        with as_damaged(folder):
            self._in_use = FileLock(folder / IN_USE, shared=True)
            self.store = PassageStore(folder / "chroma", model)
            self.catalog = Catalog(folder / "catalog.sqlite")
            self.lexical = LexicalIndex(folder / "bm25")
            self.kinship = Kinship(folder / "kinship")
            found = (self.catalog.counts()[1], self.store.count(), len(self.lexical))
            if set(found) != {info.passages}:
                raise ValueError(f"{found} passages where {info.passages} were published")

    def close(self) -> None:
        """Let go of the files."""
        self.catalog.close()
        self.store.close()
        self._in_use.release()


class EditionSource(Protocol):
    """Where a reader gets editions from: a `Shelf`."""

    def stamp(self) -> tuple[int, int]:
        """Changes whenever another edition becomes current."""
        ...

    def current(self) -> EditionInfo:
        """The edition that answers."""
        ...

    def folder(self, info: EditionInfo) -> Path:
        """Where an edition's files are."""
        ...

    def published(self) -> list[EditionInfo]:
        """Every edition that is kept, oldest first."""
        ...

    def open_catalog(self, info: EditionInfo) -> Catalog:
        """The documents of an edition, to be closed by the caller."""
        ...


class EditionReader:
    """Hands out the current edition; looks at the pointer each time, and opens the new one when it has moved."""

    def __init__(self, shelf: EditionSource, model: ModelId) -> None:
        self._shelf, self._model = shelf, model
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._edition: Edition | None = None
        self._users: dict[int, int] = {}

    @contextmanager
    def current(self) -> Iterator[Edition]:
        """The current edition, open for as long as the block runs, also when another is published meanwhile."""
        with self._lock:
            edition = self._latest()
            self._users[id(edition)] = self._users.get(id(edition), 0) + 1
        try:
            yield edition
        finally:
            with self._lock:
                self._users[id(edition)] -= 1
                if edition is not self._edition:
                    self._close_unused(edition)

    def added(self, edition: Edition) -> list[Source] | None:
        """The sources that an edition has, or has with another text, and the one kept before it does not; None without one."""
        earlier = [info for info in self._shelf.published() if info.number < edition.info.number]
        if not earlier:
            return None
        before = self._shelf.open_catalog(earlier[-1])
        try:
            known = {source.id: before.sha256(source.id) for source in before.sources()}
        finally:
            before.close()
        return [each for each in edition.catalog.sources() if known.get(each.id) != edition.catalog.sha256(each.id)]

    def close(self) -> None:
        """Close the edition that is open."""
        with self._lock:
            edition, self._edition, self._stamp = self._edition, None, None
            if edition is not None:
                self._close_unused(edition)

    def _latest(self) -> Edition:
        stamp = self._shelf.stamp()
        while self._edition is None or stamp != self._stamp:
            try:
                self._open(self._shelf.current())
            except DamagedEditionError:
                # Between the look at the pointer and the opening, another edition may have become current and this one
                # been swept; where the pointer has not moved, it is damaged indeed.
                if (moved := self._shelf.stamp()) == stamp:
                    raise
                stamp = moved
            else:
                self._stamp = stamp
        return self._edition

    def _open(self, info: EditionInfo) -> None:
        if self._edition is None or info.number != self._edition.info.number:
            before, self._edition = self._edition, Edition(self._shelf.folder(info), info, self._model)
            if before is not None:
                self._close_unused(before)

    def _close_unused(self, edition: Edition) -> None:
        if not self._users.get(id(edition)):
            self._users.pop(id(edition), None)
            edition.close()


@contextmanager
def as_damaged(folder: Path) -> Iterator[None]:
    """Whatever goes wrong while an edition is opened means that it is damaged, save our own errors about it."""
    try:
        yield
    except EditionError:
        raise
    except Exception as error:
        raise DamagedEditionError(
            f"Edition {folder.name} in {str(folder.parent)!r} is damaged ({type(error).__name__}). "
            "Go back with `kanttekening editions restore N`, or run `kanttekening ingest` with your documents."
        ) from error
