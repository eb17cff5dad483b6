"""An edition that is open to be read, and the reader that always hands out the current one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar

from vectorstore.catalog import Catalog
from vectorstore.embeddings import ModelId
from vectorstore.errors import DamagedEditionError, EditionError, UnreachableError
from vectorstore.kinship import Kinship
from vectorstore.lexical import LexicalIndex
from vectorstore.locks import FileLock
from vectorstore.passages import Source
from vectorstore.stores import IN_FOLDER, Stores

_Result = TypeVar("_Result")

IN_USE = "in-use"
"""The file in an edition's folder that its readers hold a shared lock on."""


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """What is known of a published edition without opening its indexes.

    `folder` is the name of the one that it is in: another one when it was written anew. `is_compact` says that its files hold
    nothing of what was ever taken out of it.
    """

    number: int
    published_at: str
    documents: int
    passages: int
    model: ModelId
    is_current: bool
    folder: str
    is_compact: bool


class Edition:
    """A published edition, opened to be read."""

    def __init__(self, folder: Path, info: EditionInfo, model: ModelId, stores: Stores = IN_FOLDER) -> None:
        """Open it, and keep it from being swept until `close`.

        Raises:
            DamagedEditionError: its files are incomplete or do not agree.
            ModelMismatchError: it was made by another embedding model than `model`.
        """
        self.info, self._folder = info, folder
        with as_damaged(folder):
            self._in_use = FileLock(folder / IN_USE, shared=True)
            self.store = stores.open(folder, model)
            self.catalog = Catalog(folder / "catalog.sqlite")
            self.lexical = LexicalIndex(folder / "bm25")
            self.kinship = Kinship(folder / "kinship")
            found = (self.catalog.counts()[1], self.store.sizes_read[0], len(self.lexical))
            if set(found) != {info.passages}:
                raise ValueError(f"{found} passages where {info.passages} were published")

    def load(self) -> None:
        """Read what would be read at the first search, so that it goes on answering when its files are taken away.

        Raises:
            DamagedEditionError: they have been taken away by now.
        """
        with as_damaged(self._folder):
            self.store.load()
            if not self._in_use.is_there:
                raise FileNotFoundError(self._folder)

    def close(self) -> None:
        """Let go of the files."""
        self.catalog.close()
        self.store.close()
        self._in_use.release()


class EditionSource(Protocol):
    """Where a reader gets editions from: a `Shelf`."""

    @property
    def stores(self) -> Stores:
        """The vectors of the editions."""
        ...

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


class PinnedEdition:
    """A source that gives one edition, whichever is current: to see what another one answers."""

    def __init__(self, shelf: EditionSource, info: EditionInfo) -> None:
        self._shelf, self._info = shelf, info
        self.stores = shelf.stores

    def stamp(self) -> tuple[int, int]:
        """Always the same."""
        return self._info.number, 0

    def current(self) -> EditionInfo:
        """The edition that is pinned."""
        return self._info

    def folder(self, info: EditionInfo) -> Path:
        """See `Shelf`."""
        return self._shelf.folder(info)

    def published(self) -> list[EditionInfo]:
        """See `Shelf`."""
        return self._shelf.published()

    def open_catalog(self, info: EditionInfo) -> Catalog:
        """See `Shelf`."""
        return self._shelf.open_catalog(info)


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
        stamp = self._shelf.stamp()  # a server may take its time, and others need not wait for that
        with self._lock:
            edition = self._hold(self._latest(stamp))
        try:
            yield edition
        finally:
            self._let_go(edition)

    def read_open(self, action: Callable[[Edition], _Result]) -> _Result | None:
        """What an action makes of the edition that is open, without asking whether it is the current one; None where none is."""
        with self._lock:
            if self._edition is None:
                return None
            edition = self._hold(self._edition)
        try:
            return action(edition)
        finally:
            self._let_go(edition)

    def read(self, action: Callable[[Edition], _Result]) -> _Result:
        """What an action makes of the current edition.

        A purge takes files away from under whoever reads them; where the action fails for that it is done again with the
        edition that took the place.
        """
        while True:
            with self.current() as edition:
                try:
                    return action(edition)
                except Exception:
                    if self._is_latest(edition):
                        raise

    def added(self, edition: Edition) -> list[Source] | None:
        """The sources that an edition has, or has with another text, and the one kept before it does not; None without one."""
        before = self._open_before(edition.info)
        if before is None:
            return None
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

    def _hold(self, edition: Edition) -> Edition:
        self._users[id(edition)] = self._users.get(id(edition), 0) + 1
        return edition

    def _let_go(self, edition: Edition) -> None:
        with self._lock:
            self._users[id(edition)] -= 1
            if edition is not self._edition:
                self._close_unused(edition)

    def _latest(self, stamp: tuple[int, int]) -> Edition:
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

    def _is_latest(self, edition: Edition) -> bool:
        stamp = self._shelf.stamp()
        with self._lock:
            return self._latest(stamp) is edition

    def _open_before(self, info: EditionInfo) -> Catalog | None:
        """The catalogue of the edition kept before one; a purge may take it away between the list and the opening."""
        while True:
            stamp = self._shelf.stamp()
            earlier = [each for each in self._shelf.published() if each.number < info.number]
            try:
                return self._shelf.open_catalog(earlier[-1]) if earlier else None
            except DamagedEditionError:
                if self._shelf.stamp() == stamp:
                    raise

    def _open(self, info: EditionInfo) -> None:
        here = self._edition.info if self._edition else None
        if here is None or (info.number, info.folder) != (here.number, here.folder):
            opened = Edition(self._shelf.folder(info), info, self._model, self._shelf.stores)
            try:
                opened.load()
            except BaseException:
                opened.close()
                raise
            before, self._edition = self._edition, opened
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
    except (EditionError, UnreachableError):
        raise
    except Exception as error:
        raise DamagedEditionError(
            f"Edition {folder.name.partition('.')[0]} in {str(folder.parent)!r} is damaged ({type(error).__name__}). "
            "Go back with `kanttekening editions restore N`, or run `kanttekening ingest` with your documents."
        ) from error
