"""What goes wrong around an ingest: files that change under it, places without rights, and others at work at the same time."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import command
from tests.counts import count
from tests.place import OTTERS, WILLOWS, Place
from tests.stepping import SteppedCommand, at
from vectorstore.settings import PREFIX

ROUNDS = 10 if f"{PREFIX}SOAK" in os.environ else 1
BUSY = "Error: Another ingest is running. Wait until it is done and try again.\n"
BEAVERS = "De bever bouwt een dam naast de otter in de Biesbosch. Boswachters tellen er tien."


def texts(place: Place) -> dict[str, str]:
    """The stored texts of all but the pinned document, by the name of the file."""
    with place.reader() as reader, reader.current() as edition:
        documents = [edition.catalog.document(source.id) for source in edition.catalog.sources()]
    return {Path(each.source.place).name: each.text for each in documents if each and not each.source.place.startswith("dossier:")}


@pytest.fixture
def changed(place: Place) -> Place:
    """Two documents are published, both have changed, and there is a third."""
    place.publish(bevers=BEAVERS, otters=OTTERS)
    for name, text in {"bevers": BEAVERS, "otters": OTTERS, "wilgen": WILLOWS}.items():
        (place.docs / f"{name}.txt").write_text(f"{text} Zo is het.", "utf-8")
    return place


@contextmanager
def interrupted(place: Place, name: str) -> Iterator[SteppedCommand]:
    """An ingest that is about to open a document for the first time."""
    with SteppedCommand(place, "ingest", place.docs, watched=place.docs) as ingest:
        assert ingest.stop_before(at(name))
        yield ingest


def test_file_that_is_deleted_before_it_is_opened(changed: Place) -> None:
    """It is refused with the reason and keeps its old text until a sync sees that it is gone; the others are ingested."""
    with interrupted(changed, "bevers.txt") as ingest:
        (changed.docs / "bevers.txt").unlink()
        assert ingest.end() == 5
    now = {name: f"{text} Zo is het." for name, text in {"otters.txt": OTTERS, "wilgen.txt": WILLOWS}.items()}
    assert texts(changed) == {**now, "bevers.txt": BEAVERS}
    assert changed.sync().removed != []
    assert texts(changed) == now


def test_files_that_go_and_change_after_they_were_looked_at(changed: Place) -> None:
    """What is stored is what was read, and is known by what was read: the next ingest finds it unchanged."""
    with interrupted(changed, "wilgen.txt") as ingest:
        (changed.docs / "bevers.txt").unlink()
        (changed.docs / "otters.txt").write_text(f"{OTTERS} Of niet.", "utf-8")
        assert ingest.end() == 5
    now = {"otters.txt": f"{OTTERS} Of niet.", "wilgen.txt": f"{WILLOWS} Zo is het."}
    assert texts(changed) == {**now, "bevers.txt": BEAVERS}
    receipt = changed.sync()
    assert (len(receipt.unchanged), len(receipt.removed), texts(changed)) == (2, 1, now)


def without_rights(place: Place, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as somebody whom rights bind, root or not."""
    if os.geteuid() != 0:
        line = command(*arguments)
    elif shutil.which("setpriv"):
        line = ["setpriv", "--bounding-set=-all", *command(*arguments)]
    else:
        pytest.skip("root may read everything, and there is no setpriv")
    return subprocess.run(line, env=place.variables(), capture_output=True, text=True, check=False)


@contextmanager
def rights(folder: Path, mode: int) -> Iterator[None]:
    """A folder with such rights, and as it was afterwards."""
    before = folder.stat().st_mode
    folder.chmod(mode)
    try:
        yield
    finally:
        folder.chmod(before)


def test_home_that_cannot_be_written(place: Place) -> None:
    """An ingest says so in a sentence and changes nothing."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    lock = place.home / "editions" / ".lock"
    lock.unlink()
    with rights(place.home, 0o555), rights(place.home / "editions", 0o555):
        done = without_rights(place, "ingest", place.docs)
    said = f"Error: {str(lock)!r} cannot be opened (Permission denied). Check KANTTEKENING_HOME and its rights.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    assert place.names() == ["wilgen"]


def test_edition_that_cannot_be_written_is_no_damage(place: Place) -> None:
    """Chroma reads nothing that it cannot write: who asks is told to look at the rights, not to ingest again."""
    place.publish(wilgen=WILLOWS)
    chroma = place.home / "editions" / "1" / "chroma"
    with rights(chroma, 0o555), rights(chroma / "chroma.sqlite3", 0o444):
        done = without_rights(place, "ask", "Wat plant de dijkgraaf?")
    said = "cannot be opened (InternalError). Chroma must be able to write what it reads: check the rights of KANTTEKENING_HOME.\n"
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.endswith(said)


def test_folder_and_file_without_rights(place: Place) -> None:
    """Both are named, nothing in them is taken for removed, and the documents beside them are ingested."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "binnen").mkdir()
    (place.docs / "binnen" / "otters.txt").write_text(OTTERS, "utf-8")
    (place.docs / "bevers.txt").write_text(BEAVERS, "utf-8")
    place.sync()
    (place.docs / "wilgen.txt").write_text(OTTERS.replace("otter", "wilg"), "utf-8")
    before = texts(place)
    with rights(place.docs / "binnen", 0), rights(place.docs / "bevers.txt", 0):
        done = without_rights(place, "ingest", "--quiet", "--sync", place.docs)
    assert (done.returncode, sorted(done.stderr.splitlines())) == (
        5,
        [
            f"Refused '{place.docs}/bevers.txt': it cannot be read (Permission denied).",
            f"Refused '{place.docs}/binnen': the folder cannot be read (Permission denied).",
        ],
    )
    assert texts(place) == {**before, "wilgen.txt": OTTERS.replace("otter", "wilg")}


def test_two_ingests_and_a_remove_at_once(place: Place) -> None:
    """Each does what it was asked or says that another is at work; what is published then is the sum of those that did."""
    place.publish(weg=BEAVERS)
    origin = Path(shutil.copytree(place.home, place.home.with_name("origin")))
    for name, text in {"wilgen.txt": WILLOWS, "otters.txt": OTTERS}.items():
        (place.docs / name).write_text(text, "utf-8")
    lines = [command("ingest", place.docs / "wilgen.txt"), command("ingest", place.docs / "otters.txt"), command("remove", "weg")]
    found = Counter[str]()
    for _ in range(ROUNDS):
        shutil.rmtree(place.home)
        shutil.copytree(origin, place.home)
        pipe = subprocess.PIPE
        started = [subprocess.Popen(line, env=place.variables(), stdout=pipe, stderr=pipe, text=True) for line in lines]
        said = [process.communicate()[1] for process in started]
        done = [process.returncode for process in started]
        assert {(code, what) for code, what in zip(done, said, strict=True)} <= {(0, ""), (1, BUSY)}
        wilgen, otters, weg = (code == 0 for code in done)
        assert place.names() == [name for name, is_there in (("otters", otters), ("weg", not weg), ("wilgen", wilgen)) if is_there]
        assert len(place.folders) == 1 + sum((wilgen, otters, weg))
        found["succeeded"] += done.count(0)
        found["said that another is at work"] += done.count(1)
    place.sync()
    assert place.names() == ["otters", "weg", "wilgen"]
    summed = ", ".join(f"{number} {what}" for what, number in sorted(found.items()))
    count("two ingests and a remove at once", f"{ROUNDS} times: {summed}; nothing lost")
