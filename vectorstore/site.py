"""Where editions are published: the home folder, or a server that several machines share."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vectorstore.edition import IN_USE
from vectorstore.locks import FileLock, Held
from vectorstore.manifest import Manifest, read_manifest
from vectorstore.pointer import Pointer, pointer_stamp, read_pointer, write_pointer, written_anew
from vectorstore.stores import IN_FOLDER, Stores

if TYPE_CHECKING:
    from vectorstore.settings import Settings


class Site(Protocol):
    """What a `Shelf` puts editions in. Whatever changes it holds the lock."""

    @property
    def where(self) -> str:
        """What follows "There is no edition"."""
        ...

    @property
    def editions(self) -> Path:
        """The folder on this machine with the editions that are here, and what is being built."""
        ...

    @property
    def stores(self) -> Stores:
        """The vectors of the editions."""
        ...

    def stamp(self) -> tuple[int, int]:
        """Changes whenever the pointer is replaced; (0, 0) where there is none."""
        ...

    def read(self) -> Pointer:
        """The pointer."""
        ...

    def write(self, pointer: Pointer) -> None:
        """Put another pointer in its place, in one step."""
        ...

    def lock(self, here: FileLock) -> Held:
        """The lock that keeps out others than those on this machine too; `here` goes with it.

        Raises:
            BusyError: somebody else holds it.
        """
        ...

    def shelve(self, building: Path, number: int, instead_of: str | None) -> str:
        """Bring a sealed folder to where the pointer can name it; returns by which name."""
        ...

    def manifest(self, name: str) -> Manifest:
        """The manifest of an edition that the pointer names."""
        ...

    def folder(self, name: str) -> Path:
        """Where on this machine the files of an edition are."""
        ...

    def is_there(self, name: str) -> bool:
        """Whether there is an edition by that name."""
        ...

    def claim(self, name: str) -> Held:
        """Keep readers on this machine from an edition that is about to go.

        Raises:
            BusyError: one is reading it.
        """
        ...

    def clear(self, *, everything: bool) -> None:
        """Take away what the pointer does not name and is not in a folder; `everything` also what may still be in use."""
        ...


class HomeSite:
    """The home folder: the editions are folders in it, with their vectors."""

    stores: Stores = IN_FOLDER

    def __init__(self, home: Path) -> None:
        """`home` need not be there yet."""
        self._home, self.editions = home, home / "editions"

    @property
    def where(self) -> str:
        """See `Site`."""
        return f"in {str(self._home)!r}"

    def stamp(self) -> tuple[int, int]:
        """See `Site`. Costs one `stat`."""
        return pointer_stamp(self._home)

    def read(self) -> Pointer:
        """See `Site`."""
        return read_pointer(self._home, self.editions)

    def write(self, pointer: Pointer) -> None:
        """See `Site`."""
        write_pointer(self._home, pointer)

    def lock(self, here: FileLock) -> Held:
        """See `Site`: there are no others."""
        return here

    def shelve(self, building: Path, number: int, instead_of: str | None) -> str:
        """See `Site`."""
        name = written_anew(instead_of) if instead_of else str(number)
        building.rename(self.editions / name)
        return name

    def manifest(self, name: str) -> Manifest:
        """See `Site`."""
        return read_manifest(self.editions / name)

    def folder(self, name: str) -> Path:
        """See `Site`."""
        return self.editions / name

    def is_there(self, name: str) -> bool:
        """See `Site`."""
        return (self.editions / name).is_dir()

    def claim(self, name: str) -> Held:
        """See `Site`."""
        return FileLock(self.editions / name / IN_USE)

    def clear(self, *, everything: bool) -> None:
        """See `Site`: everything is in a folder."""


def site_of(settings: "Settings") -> Site:
    """The site that is set: the home folder, or a Chroma server, which is not asked anything yet."""
    if settings.chroma_url is None:
        return HomeSite(settings.home_dir)
    from vectorstore.server_site import server_site

    return server_site(settings.home_dir, settings, settings.chroma_url)
