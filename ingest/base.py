"""Which edition the next one is built on: the current one, or where that is damaged the last one that is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from vectorstore.edition import Edition, EditionInfo
from vectorstore.editions import Shelf
from vectorstore.embeddings import ModelId
from vectorstore.errors import DamagedEditionError, ModelMismatchError, NoEditionError


class _State(Enum):
    WHOLE = auto()
    TEXTS_ONLY = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Base:
    """An edition to build on. Where `can_fork` is False its texts are sound, but its indexes are not, or are another model's."""

    info: EditionInfo
    is_current: bool
    can_fork: bool


def find_base(shelf: Shelf, model: ModelId) -> Base | None:
    """The edition to build on, or None where there is none."""
    for info, is_current in _candidates(shelf):
        state = _state(shelf, info, model)
        if state is not _State.LOST:
            return Base(info, is_current, can_fork=state is _State.WHOLE)
    return None


def is_whole(shelf: Shelf, info: EditionInfo) -> bool:
    """Whether everything in an edition is sound, whatever model made it."""
    return _state(shelf, info, info.model) is _State.WHOLE


def _candidates(shelf: Shelf) -> Iterator[tuple[EditionInfo, bool]]:
    """The current edition, then the others from the last to the first."""
    current = None
    try:
        current = shelf.current()
        yield current, True
    except NoEditionError:
        return
    except DamagedEditionError:
        pass  # its manifest is gone; the pointer itself being damaged is told by what follows
    for info in reversed(shelf.published()):
        if current is None or info.number != current.number:
            yield info, False


def _state(shelf: Shelf, info: EditionInfo, model: ModelId) -> _State:
    try:
        Edition(shelf.folder(info), info, model, shelf.stores).close()
    except (ModelMismatchError, DamagedEditionError):
        return _State.TEXTS_ONLY if _has_texts(shelf, info) else _State.LOST
    return _State.WHOLE


def _has_texts(shelf: Shelf, info: EditionInfo) -> bool:
    try:
        catalog = shelf.open_catalog(info)
    except DamagedEditionError:
        return False
    catalog.close()
    return True
