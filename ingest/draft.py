"""The next edition while it is made: nothing is begun before there is something to put in it, and what is not published goes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.base import Base
from ingest.building import EditionBuilder, Progress
from ingest.receipt import Receipt
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings


class Draft:
    """An edition to be, on top of another one where that can be forked. Use it as a context; hold the shelf's lock."""

    def __init__(self, shelf: Shelf, embeddings: PassageEmbeddings, base: Base | None, progress: Progress | None) -> None:
        self._shelf, self._embeddings, self._base, self._progress = shelf, embeddings, base, progress
        self._folder: Path | None = None
        self._builder: EditionBuilder | None = None

    @property
    def builder(self) -> EditionBuilder:
        """What takes the changes; made when it is first asked for."""
        if self._builder is None:
            self._folder = self._shelf.start_building()
            fork = self._shelf.folder(self._base.info) if self._base and self._base.can_fork else None
            self._builder = EditionBuilder(self._folder, self._embeddings, fork, self._progress, self._shelf.stores)
        return self._builder

    def publish(self, gone: Sequence[str], away: Iterable[str], keep: int, receipt: Receipt) -> None:
        """Take out what is gone, check, publish; the receipt hears of it."""
        builder = self.builder
        for source_id in gone if self._base and self._base.can_fork else ():
            builder.remove(source_id)
        builder.catalog.keep_away(away)
        receipt.documents, receipt.passages, receipt.embeddings = builder.finish()
        self._close()
        folder = self._folder or Path()
        info = self._shelf.publish(folder, receipt.documents, receipt.passages, self._embeddings.model, keep)
        self._folder = None
        receipt.edition, receipt.published = info.number, True
        receipt.built_on = self._base.info.number if self._base and not self._base.is_current else None

    def _close(self) -> None:
        builder, self._builder = self._builder, None
        if builder is not None:
            builder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._close()
        finally:
            if self._folder is not None:
                self._shelf.discard(self._folder)
