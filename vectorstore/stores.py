"""Where the vectors of an edition are: in its own folder, or elsewhere, as the site of the editions says."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vectorstore.embeddings import ModelId

if TYPE_CHECKING:
    from vectorstore.store import PassageStore

_CHROMA = "chroma"


class Stores(Protocol):
    """Makes and opens the vectors that go with the folder of an edition."""

    def create(self, folder: Path, model: ModelId) -> "PassageStore":
        """New ones, of which there are none yet."""
        ...

    def fork(self, base: Path, folder: Path, model: ModelId) -> "PassageStore":
        """New ones, the same as those of another edition."""
        ...

    def open(self, folder: Path, model: ModelId) -> "PassageStore":
        """Those that are there.

        Raises:
            DamagedEditionError: they are not, or cannot be read.
            ModelMismatchError: they were made by another model.
        """
        ...

    def settle(self, folder: Path, model: ModelId) -> None:
        """Leave nothing behind of what was ever taken out of those of a closed store, or of what else was in memory."""
        ...


class FolderStores:
    """Vectors in the folder of their edition."""

    def create(self, folder: Path, model: ModelId) -> "PassageStore":
        """See `Stores`."""
        from vectorstore.store import PassageStore  # Chroma takes a second to import, and listing editions needs none of it

        return PassageStore(folder / _CHROMA, model, create=True)

    def fork(self, base: Path, folder: Path, model: ModelId) -> "PassageStore":
        """See `Stores`."""
        shutil.copytree(base / _CHROMA, folder / _CHROMA, copy_function=shutil.copyfile)
        return self.open(folder, model)

    def open(self, folder: Path, model: ModelId) -> "PassageStore":
        """See `Stores`."""
        from vectorstore.store import PassageStore

        return PassageStore(folder / _CHROMA, model)

    def settle(self, folder: Path, model: ModelId) -> None:
        """See `Stores`."""
        from vectorstore.store import settle

        settle(folder / _CHROMA, model)


IN_FOLDER = FolderStores()
