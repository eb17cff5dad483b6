"""Vacuum: leftovers go, the current edition is as small as it can be and answers as before; what is read stays."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from ingest.rewriting import VacuumReceipt, vacuum
from tests.command import run
from tests.place import OTTERS, WILLOWS, Place
from vectorstore.editions import Shelf
from vectorstore.manifest import Manifest


@pytest.fixture
def grown(place: Place) -> Place:
    """Three editions, of which the last is forked from ones that held much more."""
    place.publish(veel="\n".join(f"{OTTERS} Dat is keer {number}." for number in range(150)))
    place.publish(wilgen=WILLOWS, veel=OTTERS)
    place.publish(wilgen=WILLOWS)
    return place


def sweep(place: Place, *, keep: int = 5, dry_run: bool = False) -> VacuumReceipt:
    """Vacuum in this process, without patience."""
    return vacuum(place.shelf, keep=keep, dry_run=dry_run, pause=lambda _seconds: None)


def test_current_edition_is_written_compactly(grown: Place) -> None:
    """It keeps its number and its content in less room; a second time there is nothing to do."""
    names, before, size = grown.names(), grown.shelf.current(), grown.shelf.size()
    receipt = sweep(grown)
    after = grown.shelf.current()
    assert (receipt.edition, receipt.rewritten, receipt.bytes_before, receipt.bytes_after) == (3, True, size, grown.shelf.size())
    assert receipt.bytes_after < size * 0.9
    assert (after.number, after.published_at, after.documents, after.passages) == (
        before.number,
        before.published_at,
        before.documents,
        before.passages,
    )
    assert (grown.names(), grown.folders) == (names, ["1", "2", "3.1"])
    again = sweep(grown)
    assert (again.rewritten, again.bytes_after) == (False, receipt.bytes_after)
    grown.publish(wilgen=WILLOWS, otters=OTTERS)
    assert grown.names() == ["otters", "wilgen"]


def test_leftovers_and_old_editions_are_swept(grown: Place) -> None:
    """Also when the number that is kept was made smaller; what is listed and read is left alone."""
    shutil.copytree(grown.home / "editions" / "1", grown.home / "editions" / ".building")
    shutil.copytree(grown.home / "editions" / "1", grown.home / "editions" / "8")
    grown.shelf.restore(1)
    with grown.reader() as reader, reader.current() as edition:
        grown.shelf.restore(3)
        sweep(grown, keep=1)
        assert grown.folders == ["1", "3.1"]
        assert edition.catalog.sources()
    sweep(grown, keep=1)
    assert grown.folders == ["3.1"]


def test_current_edition_that_is_read_stays_until_it_is_let_go(grown: Place) -> None:
    """The reader goes on with what it has and opens the compact one at its next question."""
    with grown.reader() as reader:
        with reader.current() as edition:
            sweep(grown)
            assert grown.folders == ["1", "2", "3", "3.1"]
            assert edition.lexical.vocabulary
        with reader.current() as again:
            assert (again.info.folder, again is edition) == ("3.1", False)
    sweep(grown)
    assert grown.folders == ["1", "2", "3.1"]


def test_vacuum_on_the_command_line(grown: Place) -> None:
    """It says how many bytes there were and are; a dry run does nothing."""
    dry = json.loads(run("vacuum", "--dry-run", "--json", home=grown.home, dossier="off").stdout)
    assert (dry["rewritten"], dry["bytes_before"] - dry["bytes_after"], grown.folders) == (False, 0, ["1", "2", "3"])
    before = grown.shelf.size()
    done = run("vacuum", home=grown.home, dossier="off")
    sizes = f"{before / 1e6:.1f} MB before, {grown.shelf.size() / 1e6:.1f} MB after"
    assert (done.stdout, done.stderr) == (f"Edition 3 was written anew. All editions: {sizes}.\n", "")


def test_clock_that_is_set_back(place: Place) -> None:
    """Numbers decide which editions are the last; no edition says that it is older than the one before it."""
    day = datetime(2026, 11, 25, 12, tzinfo=UTC)
    clock = [day, day - timedelta(days=400), day - timedelta(days=30), day + timedelta(days=1)]
    for number, now in enumerate(clock, start=1):
        (place.docs / "wilgen.txt").write_text(f"{WILLOWS} Jaar {number}.", "utf-8")
        shelf = Shelf(place.home, now=lambda now=now: now)  # type: ignore[misc]  # mypy does not infer a default
        Pipeline(shelf, place.embeddings, place.debate, dossier=False, keep=3).run(Wish(sync=place.docs))
    listed = [(info.number, info.published_at, info.is_current) for info in place.shelf.published()]
    assert listed == [
        (2, "2026-11-25T12:00:00Z", False),
        (3, "2026-11-25T12:00:00Z", False),
        (4, "2026-11-26T12:00:00Z", True),
    ]


def test_pointer_of_before_there_were_folders(place: Place) -> None:
    """An edition that was never written anew is listed as ever, so an older program reads it too; one that was names its folder."""
    place.publish(wilgen=WILLOWS)
    pointer = place.home / "published.json"
    first = json.loads(pointer.read_text())
    assert first == {"current": 1, "published": {"1": place.shelf.current().published_at}}
    sweep(place)
    moment = first["published"]["1"]
    assert json.loads(pointer.read_text()) == {"current": 1, "published": {"1": {"at": moment, "folder": "1.1"}}}
    assert place.shelf.current().is_compact
    for damaged in ({"at": moment, "folder": "2.1"}, {"at": moment, "folder": "../1"}, {"at": moment}, {"folder": "1"}):
        pointer.write_text(json.dumps({"current": 1, "published": {"1": damaged}}))
        with pytest.raises(Exception, match="is damaged"):
            place.shelf.current()


def test_manifest_of_before_there_were_compact_editions(place: Place) -> None:
    """It is read as that of one that is not."""
    place.publish(wilgen=WILLOWS)
    path = place.home / "editions" / "1" / "edition.json"
    data = json.loads(path.read_text())
    assert data.pop("compact") is False
    path.write_text(json.dumps(data))
    info = place.shelf.current()
    assert not info.is_compact
    assert not Manifest(info.documents, info.passages, info.model).is_compact
