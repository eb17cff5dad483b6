"""Tells when the documents in a folder have changed."""

import threading
from collections.abc import Iterator
from pathlib import Path

_REST_MILLISECONDS = 1_000  # a file that is being copied changes many times
_LOOK_MILLISECONDS = 500


def changes(folder: Path, home: Path, stop: threading.Event | None = None) -> Iterator[None]:
    """Once at the start, and again each time that something in the folder or below it has changed and come to rest.

    Goes on until it is interrupted or `stop` is set. Hidden files are no documents, and what happens in `home`, where
    editions are made, is no change.

    Raises:
        OSError: the folder is not there or cannot be watched.
    """
    from watchfiles import Change, watch

    def may_matter(_change: Change, name: str) -> bool:
        path = Path(name)
        is_hidden = path.is_relative_to(folder) and any(part.startswith(".") for part in path.relative_to(folder).parts)
        return not is_hidden and not path.is_relative_to(home)

    watched = watch(
        folder,
        watch_filter=may_matter,
        debounce=_REST_MILLISECONDS,
        rust_timeout=_LOOK_MILLISECONDS,
        yield_on_timeout=True,  # the first look starts the watching: what changes during the first ingest must not be missed
        stop_event=stop,
        raise_interrupt=True,
    )
    is_first = True
    for found in watched:
        if found or is_first:
            yield
        is_first = False
