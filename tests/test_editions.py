"""Editions: published in one step, kept, restored, swept; and whole whatever happens to the process, the disk or the files."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from ingest.pipeline import Pipeline
from ingest.receipt import Receipt, Wish
from tests.command import command, environment, run
from tests.conftest import ROOT
from vectorstore.debate import Debate
from vectorstore.edition import EditionInfo, EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import ModelId, PassageEmbeddings
from vectorstore.errors import (
    BusyError,
    DamagedEditionError,
    ModelMismatchError,
    NoEditionError,
    UnavailableError,
    UsageError,
)
from vectorstore.settings import PREFIX

WILLOWS = "De dijkgraaf plant wilgen langs de Vecht. Dat doet hij elk voorjaar."
OTTERS = "De otter is terug in de Weerribben. Vissers zien hem vaak."
MANY_KILLS = 25


@dataclass
class Place:
    """A home, a folder of documents beside it, and what is needed to publish the one into the other in this process."""

    home: Path
    docs: Path
    embeddings: PassageEmbeddings
    debate: Debate

    @property
    def shelf(self) -> Shelf:
        """The editions."""
        return Shelf(self.home)

    @property
    def folders(self) -> list[str]:
        """What there is among the editions."""
        return sorted(path.name for path in (self.home / "editions").iterdir() if path.name != ".lock")

    def publish(self, keep: int = 5, **texts: str) -> Receipt:
        """Make the folder of documents hold exactly these, and the home too."""
        shutil.rmtree(self.docs, ignore_errors=True)
        self.docs.mkdir()
        for name, text in texts.items():
            (self.docs / f"{name}.txt").write_text(text, "utf-8")
        return self.sync(keep)

    def sync(self, keep: int = 5) -> Receipt:
        """Make the home hold what the folder holds."""
        pipeline = Pipeline(self.shelf, self.embeddings, self.debate, dossier=False, keep=keep)
        return pipeline.run(Wish(sync=self.docs, may_empty=True))

    @contextmanager
    def reader(self) -> Iterator[EditionReader]:
        """A reader as the bot has one."""
        reader = EditionReader(self.shelf, self.embeddings.model)
        try:
            yield reader
        finally:
            reader.close()

    def names(self) -> list[str]:
        """The documents that a question is answered from, found by meaning, by words, and in the catalogue."""
        with self.reader() as reader, reader.current() as edition:
            names = {source.id: Path(source.place).stem for source in edition.catalog.sources()}
            hits = edition.store.search(self.embeddings.encode_query("otter wilgen"), 100)
            by_meaning = edition.catalog.passages_by_id([hit.id for hit in hits])
            rows = [row for row, _ in edition.lexical.search({"otter": 1.0, "wilg": 1.0}, 100)]
            by_words = edition.catalog.passages_by_row(rows)
            assert {stored.passage.source_id for stored in by_meaning.values()} == set(names)
            assert {names[stored.passage.source_id] for stored in by_words.values()} == set(names.values()) - {
                "dossier:kanttekening"
            }
        return sorted(set(names.values()) - {"dossier:kanttekening"})

    def variables(self) -> dict[str, str]:
        """The settings for a process that works on this home."""
        return environment(home=self.home, dossier="off")


@pytest.fixture
def place(tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """A place with nothing in it."""
    (tmp_path / "docs").mkdir()
    return Place(tmp_path / "home", tmp_path / "docs", embeddings, debate)


# Publishing, keeping and going back


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


# Damage


def _garble(path: Path) -> None:
    path.write_bytes(b"garbage")


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _thin(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("DELETE FROM passage WHERE row = (SELECT max(row) FROM passage)")
    database.commit()
    database.close()


def _lose(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


DAMAGE = [
    pytest.param(name, damage, id=f"{damage.__name__.strip('_')} {name}")
    for name, damage in [
        ("edition.json", _lose),
        ("edition.json", _garble),
        ("catalog.sqlite", _lose),
        ("catalog.sqlite", _garble),
        ("catalog.sqlite", _halve),
        ("catalog.sqlite", _thin),
        ("chroma", _lose),
        ("chroma/chroma.sqlite3", _lose),
        ("chroma/chroma.sqlite3", _garble),
        ("chroma/chroma.sqlite3", _halve),
        ("bm25", _lose),
        ("bm25/rows.npy", _garble),
        ("bm25/vocabulary.txt", _lose),
        ("in-use", _lose),
    ]
]


@pytest.fixture(scope="module")
def published_twice(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """A place where two editions have been published, made once: read it, do not change it."""
    folder = tmp_path_factory.mktemp("twice")
    place = Place(folder / "home", folder / "docs", embeddings, debate)
    place.publish(wilgen=WILLOWS)
    place.publish(otters=OTTERS)
    return place


@pytest.fixture
def twice(published_twice: Place, tmp_path: Path) -> Place:
    """The same with a home of this test's own."""
    shutil.copytree(published_twice.home, tmp_path / "home")
    return replace(published_twice, home=tmp_path / "home")


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_damaged_edition_is_named_and_can_be_left(twice: Place, name: str, damage: Callable[[Path], None]) -> None:
    """Whatever file is lost or spoilt, one sentence says which edition it is; the one before it can be restored and built upon."""
    damage(twice.home / "editions" / "2" / name)
    with pytest.raises(DamagedEditionError) as caught:
        twice.names()
    assert str(twice.home / "editions") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4
    twice.shelf.restore(1)
    assert twice.names() == ["wilgen"]
    assert twice.sync().published
    assert twice.names() == ["otters"]


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_documents_can_be_ingested_again_over_a_damaged_edition(
    twice: Place, name: str, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    """The next step that the message names works: an ingest of the documents makes a sound edition."""
    damage(twice.home / "editions" / "2" / name)
    (tmp_path / "wilgen.txt").write_text(WILLOWS, "utf-8")
    pipeline = Pipeline(twice.shelf, twice.embeddings, twice.debate, dossier=False, keep=5)
    assert pipeline.run(Wish(paths=[tmp_path / "wilgen.txt", twice.docs])).published
    assert twice.names() == ["otters", "wilgen"]


def test_damaged_earlier_edition_is_in_nobodys_way(place: Place) -> None:
    """A half-swept edition of long ago keeps nobody from listing and restoring the others."""
    for text in (WILLOWS, OTTERS, f"{WILLOWS} {OTTERS}"):
        place.publish(stuk=text)
    (place.home / "editions" / "1" / "edition.json").unlink()
    assert [info.number for info in place.shelf.published()][-2:] == [2, 3]
    assert place.shelf.restore(2).number == 2


@pytest.mark.parametrize(
    "pointer", [b"", b"{}", b"[]", b"\xff\xfe", b'{"current": 9, "published": {"1": "x"}}', b'{"current": 1, "published": [1]}']
)
def test_damaged_pointer_is_an_error_and_not_an_empty_shelf(place: Place, pointer: bytes) -> None:
    """Where it cannot be told which edition is current, nothing answers and nothing is built over what is there."""
    place.publish(wilgen=WILLOWS)
    (place.home / "published.json").write_bytes(pointer)
    for attempt in (place.names, place.sync, place.shelf.published, lambda: place.shelf.restore(1)):
        with pytest.raises(DamagedEditionError, match=r"published\.json' is damaged\. Move ") as caught:
            attempt()
        assert caught.value.exit_code == 4
    assert place.folders == ["1"]


def test_damage_is_one_sentence_on_stderr(place: Place) -> None:
    """The command says so, with the next step, and exits 4."""
    place.publish(wilgen=WILLOWS)
    _garble(place.home / "editions" / "1" / "chroma" / "chroma.sqlite3")
    done = run("ask", "Wat plant de dijkgraaf?", home=place.home, dossier="off")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    assert done.stderr.startswith("Error: ")
    assert "ingest again" in done.stderr


@pytest.mark.parametrize("lie", ["home", "editions", "published.json"])
def test_home_that_is_no_home_is_unavailable(place: Place, lie: str) -> None:
    """A file in the place of a folder, or a folder in that of a file, is an error that names it and not a crash."""
    if lie == "home":
        place.home.write_text("")
    else:
        place.home.mkdir()
        (place.home / "editions").write_text("") if lie == "editions" else (place.home / lie).mkdir()
    attempts: list[Callable[[], object]] = [place.sync] if lie == "editions" else [place.sync, place.names, place.shelf.published]
    for attempt in attempts:
        with pytest.raises(UnavailableError, match=str(place.home)) as caught:
            attempt()
        assert caught.value.exit_code == 1


# Other processes


_STEPS = """
import signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts the tests in the background turns it off
home, events = sys.argv[1], {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect", "shutil.copytree"}
from bot.__main__ import main

def step(event, arguments):
    if event in events and (home in str(arguments[0]) or event in {"os.remove", "os.rmdir"}):
        sys.stderr.write(f"{event} {' '.join(str(each) for each in arguments[:2])}\\n")
        sys.stderr.flush()
        sys.stdin.read(1)

sys.addaudithook(step)
main(sys.argv[2:])
"""


IsStep = Callable[[int, str], bool]


class SteppedIngest:
    """A real ingest in a process of its own that names each thing it is about to do to the home on stderr, and waits for leave."""

    def __init__(self, place: Place, *arguments: str | Path) -> None:
        variables = {**place.variables(), f"{PREFIX}KEEP_EDITIONS": "1"}
        line = [sys.executable, "-c", _STEPS, str(place.home), "ingest", *map(str, arguments)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, env=variables, text=True)
        self.steps = 0

    def go_on(self) -> None:
        """Give leave for the step that was named last."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended
            self.process.stdin.write("\n")
            self.process.stdin.flush()

    def stop_before(self, is_it: IsStep) -> str | None:
        """Let it run up to the step that is looked for, by its number and its name; None when it ended without it."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.steps += 1
            if is_it(self.steps, line):
                return line
            self.go_on()
        return None

    def end(self) -> int:
        """Let it run to its end; its exit code."""
        self.go_on()
        self.stop_before(never)
        return self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()


def at(*words: str) -> IsStep:
    """Whether a step is called so."""
    return lambda _number, name: all(word in name for word in words)


def after(number_before: int) -> IsStep:
    """Whether a step comes after this many."""
    return lambda number, _name: number > number_before


def never(_number: int, _name: str) -> bool:
    """No step."""
    return False


def check_after_kill(place: Place) -> None:
    """What was published is whole, whichever it is, and the next ingest works and leaves nothing behind."""
    number = place.shelf.current().number
    assert place.names() == {1: ["wilgen"], 2: ["otters"]}[number]
    assert number in [info.number for info in place.shelf.published()]
    receipt = place.sync(keep=1)
    assert (receipt.published, place.names()) == (number == 1, ["otters"])
    place.publish(keep=1, wilgen=WILLOWS)
    assert place.folders == [str(place.shelf.current().number)]


@pytest.mark.parametrize(
    ("point", "current"),
    [
        pytest.param(at("sqlite3.connect", ".building"), 1, id="building"),
        pytest.param(at("os.rename", "published.json"), 1, id="publishing"),
        pytest.param(at("os.remove", "edition.json"), 2, id="sweeping"),
    ],
)
def test_killed_ingest_leaves_the_edition_whole(place: Place, point: IsStep, current: int) -> None:
    """SIGKILL before the pointer moves changes nothing, after it everything; either way the next ingest works."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "wilgen.txt").unlink()
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    with SteppedIngest(place, "--sync", place.docs, "--yes") as ingest:
        assert ingest.stop_before(point)
        if current == 2:  # half of the old edition is swept
            ingest.go_on()
            assert ingest.stop_before(after(ingest.steps))
        ingest.process.send_signal(signal.SIGKILL)
        assert ingest.process.wait() == -signal.SIGKILL
    assert place.shelf.current().number == current
    check_after_kill(place)


@pytest.mark.skipif(f"{PREFIX}SOAK" not in os.environ, reason=f"{MANY_KILLS} kills: set {PREFIX}SOAK=1")
def test_many_killed_ingests_leave_the_edition_whole(place: Place) -> None:
    """SIGKILL at moments all over an ingest, before a step and just after it."""
    origin = place.home.with_name("origin")
    place.publish(wilgen=WILLOWS)
    shutil.copytree(place.home, origin)
    (place.docs / "wilgen.txt").unlink()
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    with SteppedIngest(place, "--sync", place.docs, "--yes") as whole:
        assert whole.stop_before(never) is None
    for kill in range(MANY_KILLS):
        shutil.rmtree(place.home)
        shutil.copytree(origin, place.home)
        (place.docs / "wilgen.txt").unlink(missing_ok=True)
        (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
        last = 1 + kill * (whole.steps - 1) // MANY_KILLS
        with SteppedIngest(place, "--sync", place.docs, "--yes") as ingest:
            assert ingest.stop_before(after(last - 1))
            if kill % 2:
                ingest.go_on()
            ingest.process.send_signal(signal.SIGKILL)
            ingest.process.wait()
        check_after_kill(place)


def test_interrupted_ingest_cleans_up(place: Place) -> None:
    """Ctrl-C exits 130, publishes nothing and leaves nothing behind."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    with SteppedIngest(place, place.docs) as ingest:
        assert ingest.stop_before(at("sqlite3.connect", ".building"))
        ingest.process.send_signal(signal.SIGINT)
        assert ingest.end() == 130
    assert (place.folders, place.names()) == (["1"], ["wilgen"])


def test_two_ingests_at_once(place: Place) -> None:
    """The second is told to wait and changes nothing; questions go on being answered; the first ends well."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    with SteppedIngest(place, place.docs) as ingest:
        assert ingest.stop_before(at("os.rename", ".building"))
        for attempt in (place.sync, lambda: place.shelf.restore(1)):
            with pytest.raises(BusyError, match=r"^Another ingest is running\. Wait until it is done and try again\.$") as caught:
                attempt()
            assert caught.value.exit_code == 1
        assert place.names() == ["wilgen"]
        assert ingest.end() == 0
    assert (place.shelf.current().number, place.names()) == (2, ["otters", "wilgen"])


class Bot:
    """A bot in a process of its own that stays open and answers a question per line."""

    def __init__(self, place: Place) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command("ask", "--jsonl"), stdin=pipe, stdout=pipe, env=place.variables(), text=True)

    def ask(self, question: str) -> dict[str, Any]:
        """The answer, as the contract gives it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"id": 1, "turns": [question]}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())["answer"]
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()


def quoted(answer: dict[str, Any]) -> str:
    """Every text that an answer shows or names."""
    return json.dumps(answer, ensure_ascii=False)


def test_running_bot_sees_what_another_process_publishes(place: Place) -> None:
    """After an ingest elsewhere, the same bot quotes the new document and never again the one that was removed."""
    place.publish(wilgen=WILLOWS)
    with Bot(place) as bot:
        before = bot.ask("Wat plant de dijkgraaf langs de Vecht?")
        assert before["statements"][0]["quotes"][0]["text"] in WILLOWS
        (place.docs / "wilgen.txt").unlink()
        (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
        done = run("ingest", "--sync", place.docs, "--yes", home=place.home, dossier="off", keep_editions="1")
        assert done.returncode == 0, done.stderr
        assert place.folders == ["1", "2"]  # the bot still has the first one open
        gone = [bot.ask("Wat plant de dijkgraaf langs de Vecht?") for _ in range(2)]
        after = bot.ask("Waar is de otter terug?")
        assert [answer["edition"]["number"] for answer in (before, *gone, after)] == [1, 2, 2, 2]
        assert after["statements"][0]["quotes"][0]["text"] in OTTERS
        for answer in (*gone, after):
            assert "plant wilgen" not in quoted(answer)
            assert before["sources"][0]["id"] not in quoted(answer)
        place.publish(keep=1, wilgen=WILLOWS, otters=OTTERS)
        assert place.folders == ["2", "3"]  # and has let go of it


# A disk that is full

_LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.path.insert(0, {str(ROOT)!r})
from bot.__main__ import main
main(sys.argv[2:])
"""


def check_full(place: Place, done: subprocess.CompletedProcess[str], named: Path | None = None) -> None:
    """A disk that is full while an edition is built is one sentence; what was published is whole."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.startswith(f"Error: The new edition could not be written in {str(named or place.home)!r} ("), done.stderr
    assert "[(" not in done.stderr
    assert done.stderr.endswith("Nothing was published; free some room or check the rights, and try again.\n")
    assert (place.folders, place.names()) == (["1"], ["wilgen"])


@pytest.fixture
def crowded(place: Place) -> Place:
    """A place where much is still to be published."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "lang.txt").write_text("\n".join(f"{OTTERS} {number}." for number in range(200)), "utf-8")
    return place


@pytest.mark.parametrize("largest", ["catalog.sqlite", "chroma/chroma.sqlite3"])
def test_file_that_cannot_grow_is_one_sentence(crowded: Place, largest: str) -> None:
    """Whether a copy or a database cannot be written any further, it says so, and what was published stays."""
    limit = (crowded.home / "editions" / "1" / largest).stat().st_size
    line = [sys.executable, "-c", _LIMITED, str(limit), "ingest", str(crowded.docs)]
    check_full(crowded, subprocess.run(line, env=crowded.variables(), capture_output=True, text=True, check=False))


# In a file system of its own, which ends with the process: nobody outside sees it, and nothing has to be unmounted.
_SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$2" && cp -a "$3/." "$2" || exit 77
shift 3
"$@"
code=$?
rm -rf "$BEFORE"
cp -a "$DISK" "$BEFORE"
exit $code
"""


def test_full_disk_is_one_sentence(crowded: Place, tmp_path: Path) -> None:
    """The same on a disk without room, where the system lets us make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    room = sum(path.stat().st_size for path in crowded.home.rglob("*")) * 2
    shell = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        _SMALL_DISK,
        "sh",
        str(room),
        str(disk),
        str(crowded.home),
    ]
    variables = {**crowded.variables(), f"{PREFIX}HOME": str(disk), "DISK": str(disk), "BEFORE": str(crowded.home)}
    try:
        done = subprocess.run(
            [*shell, *command("ingest", crowded.docs)], env=variables, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs unshare")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("may not make a file system of its own")
    check_full(crowded, done, disk)


def test_lost_pointer_loses_nothing(place: Place) -> None:
    """Where the pointer is gone, the last whole edition answers, and the next ingest builds on it."""
    place.publish(wilgen=WILLOWS)
    place.publish(otters=OTTERS)
    (place.home / "published.json").unlink()
    assert place.names() == ["otters"]
    assert [info.number for info in place.shelf.published()] == [1, 2]
    assert place.publish(wilgen=WILLOWS).edition == 3
    assert place.folders == ["1", "2", "3"]
