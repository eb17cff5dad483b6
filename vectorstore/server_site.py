"""Editions on a Chroma server that several machines share.

KANTTEKENING-pointer    one record: which edition is current, and for each where its parts are
KANTTEKENING-files      the catalogues and indexes of the editions, in pieces
KANTTEKENING-…-passages the vectors of an edition's passages, and KANTTEKENING-…-caveats those of its caveat sentences
KANTTEKENING-lock       is there while an ingest runs

A machine that answers has the files of the current edition in its home, brought when it is first asked something; the vectors
stay on the server. An edition becomes current when its record is put, after all else is there.
"""

import re
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from vectorstore.chroma_server import ChromaServer, ServerAddress
from vectorstore.durable import sync_tree
from vectorstore.edition import IN_USE
from vectorstore.errors import DamagedEditionError, UnreachableError
from vectorstore.locks import FileLock, Held
from vectorstore.manifest import MANIFEST, Manifest, read_manifest
from vectorstore.pointer import Pointer, is_edition_folder
from vectorstore.server_files import ServerFiles
from vectorstore.server_lock import ServerLock
from vectorstore.server_pointer import Entry, Said, ServerPointer
from vectorstore.server_store import KINDS, ServerStores, read_token
from vectorstore.settings import Settings
from vectorstore.sweeping import remove_folder

_FETCHING = ".fetching"
_ABANDONED_SECONDS = 24 * 3_600  # what another machine is looking at, and has not published, is held for less


class ServerSite:
    """See `Site`."""

    def __init__(self, home: Path, server: ChromaServer, prefix: str, now: Callable[[], float] = time.time) -> None:
        """`home` is for the files of this machine; collections begin with `prefix`."""
        self._server, self._prefix, self._now = server, prefix, now
        self._folder = home / "on-server" / f"{server.address.digest[:12]}-{prefix}"
        self.editions = self._folder / "editions"
        self._pointer = ServerPointer(server, f"{prefix}-pointer")
        self._files = ServerFiles(server, f"{prefix}-files")
        self._entries: dict[str, Entry] = {}
        self._arriving: dict[str, Path] = {}
        self._dropped: set[str] = set()
        self._lock: ServerLock | None = None

    @property
    def where(self) -> str:
        """See `Site`."""
        return f"on the Chroma server at {self._server.address.url!r}"

    @cached_property
    def stores(self) -> ServerStores:
        """See `Site`."""
        return ServerStores(self._server, self._prefix, self._maker)

    def stamp(self) -> tuple[int, int]:
        """See `Site`. Costs one question to the server."""
        return self._pointer.stamp()

    def read(self) -> Pointer:
        """See `Site`."""
        said = self._pointer.read()
        self._entries = dict(said.entries)
        return said.pointer

    def write(self, pointer: Pointer) -> None:
        """See `Site`.

        Raises:
            UnreachableError: the server does not answer, or the lock was lost.
        """
        before = self._pointer.read()
        known = {**self._entries, **before.entries}
        entries = {listing.folder: known[listing.folder] for listing in pointer.published.values()}
        if self._lock is not None:
            self._lock.check()
        self._pointer.write(Said(pointer, entries, before.turn + 1))
        self._dropped |= {each.token for each in before.entries.values()} - {each.token for each in entries.values()}
        self._entries = entries
        self._arrive()

    def lock(self, here: FileLock) -> Held:
        """See `Site`."""
        self._arriving.clear()
        self._lock = ServerLock(self._server, self._prefix, self._maker, here, self._now)
        return self._lock

    def shelve(self, building: Path, number: int, instead_of: str | None) -> str:  # noqa: ARG002  # its digest tells it apart
        """See `Site`.

        Raises:
            UnreachableError: its vectors are not all there, or the server does not answer.
        """
        manifest, token = read_manifest(building), read_token(building)
        if self._vectors(building, manifest) != manifest.passages:
            raise UnreachableError(f"Its vectors are not on the server at {self._server.address.url!r} any more. Do it again.")
        digest = self._files.send(building)
        name = f"{number}.{digest[:16]}"
        self._entries[name] = Entry(digest, token, manifest)
        self._arriving[name] = building
        return name

    def manifest(self, name: str) -> Manifest:
        """See `Site`."""
        return self._entry(name).manifest

    def folder(self, name: str) -> Path:
        """See `Site`: brought from the server where it is not here yet.

        Raises:
            DamagedEditionError: it is not whole on the server.
        """
        folder = self.editions / name
        if is_edition_folder(name) and not (folder / MANIFEST).is_file():
            self.editions.mkdir(parents=True, exist_ok=True)
            with self._caching():
                self._fetch(name, folder)
        return folder

    def is_there(self, name: str) -> bool:
        """See `Site`."""
        return name in self._entries

    def claim(self, name: str) -> Held:
        """See `Site`."""
        folder = self.editions / name
        return FileLock(folder / IN_USE) if folder.is_dir() else _Nothing()

    def clear(self, *, everything: bool) -> None:
        """See `Site`: also what was dropped, and what a killed ingest left of this machine, or of another one a day ago."""
        found = self._server.names(f"{self._prefix}-")
        vectors = {token for name in found if (token := self._token_of(name))}
        entries = self._pointer.read().entries
        orphans = vectors - {each.token for each in entries.values()}
        orphans = {token for token in orphans if everything or self._is_left(token)}
        if orphans:
            self._files.keep({each.digest for each in entries.values()})
        # These go last: where they are, there may be pieces to take away.
        for name in found:
            if self._token_of(name) in orphans or name.startswith(f"{self._prefix}-broken-"):
                self._server.delete(name)
        self._dropped -= orphans

    @cached_property
    def _maker(self) -> str:
        """This home on this machine."""
        path = self._folder / "machine"
        with self._caching():
            if not path.is_file():
                path.write_text(secrets.token_hex(8), "utf-8")
            return path.read_text("utf-8")

    def _caching(self) -> FileLock:
        """Of the processes of this machine, one at a time changes what is here of the server."""
        self.editions.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / ".lock", wait=True)

    def _entry(self, name: str) -> Entry:
        if name not in self._entries:
            self.read()
        if name not in self._entries:
            raise DamagedEditionError(f"Edition {name.partition('.')[0]} is not {self.where} any more.")
        return self._entries[name]

    def _vectors(self, folder: Path, manifest: Manifest) -> int:
        with suppress(DamagedEditionError):
            return self.stores.open(folder, manifest.model).count()
        return -1

    def _fetch(self, name: str, folder: Path) -> None:
        if folder.is_dir():  # by another process, a moment ago
            return
        for left in self.editions.glob(f"{_FETCHING}-*"):
            shutil.rmtree(left)
        fetching = self.editions / f"{_FETCHING}-{name}"
        self._files.bring(self._entry(name).digest, fetching)
        sync_tree(fetching)
        fetching.rename(folder)
        self._forget()

    def _arrive(self) -> None:
        """What was built here and is published now need not be brought."""
        with self._caching():
            for name, building in self._arriving.items():
                if name in self._entries and building.is_dir() and not (self.editions / name).exists():
                    building.rename(self.editions / name)
            self._arriving.clear()
            self._forget()

    def _forget(self) -> None:
        """Take the editions off this machine that are not published any more; who reads one goes on with what is open."""
        self.read()
        for path in self.editions.iterdir():
            if is_edition_folder(path.name) and path.name not in self._entries:
                remove_folder(path)

    def _token_of(self, collection: str) -> str | None:
        found = re.fullmatch(rf"{re.escape(self._prefix)}-([0-9a-f]+-[0-9a-f]+-[0-9a-f]+)-(?:{'|'.join(KINDS)})", collection)
        return found[1] if found else None

    def _is_left(self, token: str) -> bool:
        """Whether nobody can be at work on, or be looking at, vectors that are not published."""
        maker, made, _ = token.split("-")
        if maker == self._maker:
            return token not in self._drafts()
        return token in self._dropped or int(made, 16) < self._now() - _ABANDONED_SECONDS

    def _drafts(self) -> set[str]:
        found = set()
        for folder in self.editions.iterdir() if self.editions.is_dir() else ():
            if not is_edition_folder(folder.name):
                with suppress(DamagedEditionError):
                    found.add(read_token(folder))
        return found


class _Nothing:
    """The lock on an edition that is not on this machine."""

    def release(self) -> None:
        """There is nothing to let go of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass


def server_site(home: Path, settings: Settings, url: str) -> ServerSite:
    """The site on the server that is set. A debate with documents of its own has collections of its own there."""
    token = settings.chroma_token.get_secret_value().strip() if settings.chroma_token else None
    address = ServerAddress(url, token, settings.chroma_tenant, settings.chroma_database)
    return ServerSite(home, ChromaServer(address), settings.chroma_prefix)
