"""Editions: published in one step, kept, restored, swept."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.place import OTTERS, WILLOWS, Place
from vectorstore.edition import EditionInfo, EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import ModelId
from vectorstore.errors import ModelMismatchError, NoEditionError, UsageError


def test_reader_follows_the_pointer(place: Place) -> None:
    """A reader that is open answers from the new edition at once, and what it began in the old one it ends there."""
    place.publish(wilgen=WILLOWS)
    with place.reader() as reader:
        with reader.current() as before:
            place.publish(keep=1, otters=OTTERS)
            with reader.current() as after:
                assert (before.info.number, after.info.number) == (1, 2)
                assert after.catalog.sources()[-1].title == "Otters"
            assert before.catalog.sources()[-1].title == "Wilgen"
        with reader.current() as again:
            assert again is after
        place.publish(keep=1, wilgen=WILLOWS)
        assert place.folders == ["2", "3"]  # it has let go of the first one


def test_nothing_is_current_before_it_is_published(place: Place) -> None:
    """Without an edition a reader says so, with the next step; an edition that is being built is not there yet."""
    assert place.shelf.published() == []
    with (
        place.reader() as reader,
        pytest.raises(NoEditionError, match=r"Run `kanttekening ingest` first\.$") as caught,
        reader.current(),
    ):
        pass
    assert caught.value.exit_code == 4
    with place.shelf.lock():
        building = place.shelf.start_building()
        (building / "edition.json").write_text("{}")
        assert place.shelf.published() == []
        assert place.shelf.stamp() == (0, 0)


def test_editions_are_listed_and_restored(place: Place) -> None:
    """Every kept edition is known with its number, size and model; an earlier one can be current again, and be built upon."""
    one, two = place.publish(wilgen=WILLOWS), place.publish(wilgen=WILLOWS, otters=OTTERS)
    model = place.embeddings.model
    listed = [(info.number, info.documents, info.passages, info.model, info.is_current) for info in place.shelf.published()]
    assert listed == [(1, 2, one.passages, model, False), (2, 3, two.passages, model, True)]
    assert place.shelf.restore(1).number == 1
    assert place.names() == ["wilgen"]
    assert place.shelf.restore(1) == place.shelf.current()
    (place.docs / "wilgen.txt").unlink()
    assert place.sync().edition == 3
    assert place.names() == ["otters"]
    for number in (0, 4):
        with pytest.raises(UsageError, match=f"no edition {number}. Choose one of 1, 2, 3;"):
            place.shelf.restore(number)


def test_only_the_last_editions_are_kept(place: Place) -> None:
    """The oldest go when a new one comes, also from the list."""
    for number in range(1, 5):
        place.publish(keep=2, wilgen=f"{WILLOWS} Jaar {number}.")
    assert [info.number for info in place.shelf.published()] == [3, 4]
    assert place.folders == ["3", "4"]


def test_edition_that_is_read_is_not_swept(place: Place) -> None:
    """What a reader has open stays until it is closed; the ingest after that sweeps it."""
    place.publish(wilgen=WILLOWS)
    with place.reader() as reader, reader.current() as edition:
        place.publish(keep=1, otters=OTTERS)
        place.publish(keep=1, otters=f"{OTTERS} Ook in mei.")
        assert place.folders == ["1", "3"]
        assert edition.catalog.sources()[-1].title == "Wilgen"
        assert edition.store.search(place.embeddings.encode_query("wilgen"), 100)
    place.publish(keep=1, otters=OTTERS)
    assert place.folders == ["4"]


class LateShelf(Shelf):
    """A shelf on which somebody publishes after a reader has looked which edition is current and before it opens that one."""

    meanwhile: Callable[[], object] | None = None

    def folder(self, info: EditionInfo) -> Path:
        """See `Shelf`."""
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return super().folder(info)


def test_edition_that_is_swept_while_it_is_opened_is_not_damaged(place: Place) -> None:
    """A reader that comes too late for an edition answers from the one that took its place."""
    place.publish(wilgen=WILLOWS)
    shelf = LateShelf(place.home)
    shelf.meanwhile = lambda: place.publish(keep=1, otters=OTTERS)
    reader = EditionReader(shelf, place.embeddings.model)
    with reader.current() as edition:
        assert edition.info.number == 2
    reader.close()


def test_leftovers_of_a_killed_ingest_are_swept(place: Place) -> None:
    """A folder that was being built, and one that was finished and never published, go with the next ingest."""
    place.publish(wilgen=WILLOWS)
    for name in (".building", "2"):
        shutil.copytree(place.home / "editions" / "1", place.home / "editions" / name)
    assert place.names() == ["wilgen"]
    assert [info.number for info in place.shelf.published()] == [1]
    assert place.publish(otters=OTTERS).edition == 2
    assert (place.folders, place.names()) == (["1", "2"], ["otters"])


def test_edition_of_another_model_is_refused(place: Place) -> None:
    """Vectors of two models are never compared."""
    place.publish(wilgen=WILLOWS)
    model = place.embeddings.model
    for other in (ModelId("other", model.sha256), ModelId(model.name, "0" * 64)):
        reader = EditionReader(place.shelf, other)
        with pytest.raises(ModelMismatchError) as caught, reader.current():
            pass
        assert caught.value.exit_code == 4
