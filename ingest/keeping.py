"""What a home keeps of its documents outside the editions: copies of pages, what was saved by hand, what was uploaded."""

from contextlib import closing, suppress

from ingest.fetching import WebPlaces, forget_saved, sweep_copies
from ingest.uploads import forget_uploaded, is_uploaded, settle_uploads, uploads_folder
from vectorstore.editions import Shelf
from vectorstore.errors import BusyError, DamagedEditionError, EditionError, UnavailableError
from vectorstore.passages import Source


def sweep_kept(shelf: Shelf) -> int:
    """Keep no copy of a page, and no uploaded file, that no edition has; returns how many files went.

    Uploaded files stay while another process is at work.

    Raises:
        UnavailableError: one cannot be deleted.
    """
    gone = sweep_copies(_held(shelf)[0], WebPlaces.of(shelf.home))
    if uploads_folder(shelf.home).is_dir():
        with suppress(BusyError), shelf.lock():
            gone += settle(shelf)
    return gone


def settle(shelf: Shelf) -> int:
    """Put uploaded files in their places, and delete those that no edition has; hold the lock. Returns how many went.

    Raises:
        UnavailableError: one cannot be moved or deleted.
    """
    try:
        with closing(shelf.open_catalog(shelf.current())) as catalog:
            current = {place: content for entry in catalog.entries() for place, content in entry.contents.items()}
    except EditionError:
        return 0  # nobody knows what it holds
    sources, are_all = _held(shelf)
    places = {place for source in sources for place in (source.place, *source.also)}
    folder = uploads_folder(shelf.home)
    try:
        return settle_uploads(folder, current, places if are_all else None)
    except OSError as error:
        raise UnavailableError(
            f"The uploaded files in {str(folder)!r} could not be put in order ({error.strerror}). "
            "Make the folder writable and try again."
        ) from error


def forget_kept(source: Source, shelf: Shelf) -> int:
    """Delete what was saved by hand or uploaded for a document; returns how many files went.

    Raises:
        OSError: one cannot be deleted.
    """
    return forget_saved(source, WebPlaces.of(shelf.home)) + forget_uploaded(source, uploads_folder(shelf.home))


def is_kept(place: str, shelf: Shelf) -> bool:
    """Whether what is at a place was put there by this program, and goes with its document."""
    return is_uploaded(place, uploads_folder(shelf.home))


def _held(shelf: Shelf) -> tuple[list[Source], bool]:
    """The documents of every edition that can be read, and whether those are all."""
    held: list[Source] = []
    numbers = set(shelf.numbers())
    for info in shelf.published():
        with suppress(DamagedEditionError), closing(shelf.open_catalog(info)) as catalog:
            held += catalog.sources_by_id().values()
            numbers.discard(info.number)
    return held, not numbers
