"""An edition that was made to be looked at: whole, beside the published ones, and not one of them until it is published.

It is in home/editions/.rehearsed-…, a name that no published edition can have. Whoever made it holds it by the lock that readers
take; when that process lets go or ends, it is a leftover that the next one to change the shelf sweeps.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vectorstore.edition import IN_USE, EditionInfo
from vectorstore.editions import REHEARSED, Shelf
from vectorstore.embeddings import ModelId
from vectorstore.errors import EditionError
from vectorstore.locks import FileLock
from vectorstore.manifest import Manifest
from vectorstore.pointer import Listing
from vectorstore.sweeping import remove_folder


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An edition that can be published as it is, as long as `built_on` is still what is current.

    `before` is the edition that was current, None where there was none or it could not be read.
    """

    info: EditionInfo
    before: EditionInfo | None
    built_on: Listing | None
    held: FileLock


class RehearsalShelf(Shelf):
    """The editions of a home, where what is published is set aside instead: `rehearsed` has it then."""

    rehearsed: Rehearsed | None = None

    def publish(self, building: Path, documents: int, passages: int, model: ModelId, keep: int) -> EditionInfo:  # noqa: ARG002  # nothing goes
        """Make a built folder a rehearsed edition; hold the lock. No reader sees any of it."""
        self.seal(building, Manifest(documents, passages, model))
        folder = building.rename(building.with_name(REHEARSED + secrets.token_hex(4)))
        held = FileLock(folder / IN_USE, shared=True)
        pointer, before = self._pointer(), None
        with suppress(EditionError):
            before = self.current()
        info = EditionInfo(
            number=pointer.next_number,
            published_at=pointer.moment(self._now()),
            documents=documents,
            passages=passages,
            model=model,
            is_current=False,
            folder=folder.name,
            is_compact=False,
        )
        self.rehearsed = Rehearsed(info, before, self.listing(), held)
        return info


def publish_rehearsed(shelf: Shelf, rehearsed: Rehearsed, keep: int, before_that: Callable[[], object]) -> EditionInfo | None:
    """Make a rehearsed edition the current one, in one atomic step; hold the lock. Sweeps all but the last `keep`.

    None where another edition has become current since, or a purge has taken this one away: nothing has changed then.
    `before_that` is done when it is certain to be published.
    """
    folder = shelf.folder(rehearsed.info)
    if shelf.listing() != rehearsed.built_on or not rehearsed.held.is_there or not folder.is_dir():
        return None
    before_that()
    info = shelf.replace({}, new=folder)
    rehearsed.held.release()
    shelf.sweep(keep)
    return info


def discard_rehearsed(shelf: Shelf, rehearsed: Rehearsed) -> None:
    """Take a rehearsed edition off the disk; one that was published by now stays."""
    remove_folder(shelf.folder(rehearsed.info))
    rehearsed.held.release()
