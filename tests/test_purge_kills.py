"""Purges that are killed: everything is as before, or everything is purged; and whoever comes next finishes it."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.command import run
from tests.place import BIRDS, WILLOWS, Place, remains
from tests.stepping import IsStep, SteppedCommand, after, at, never
from vectorstore.debate import Debate
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.settings import PREFIX

MANY_KILLS = 30


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """Two editions: the document that is to go is in both. Read it, do not change it."""
    folder = tmp_path_factory.mktemp("two")
    place = Place(folder / "home", folder / "docs", embeddings, debate)
    place.publish(geheim=BIRDS)
    place.publish(geheim=BIRDS, wilgen=WILLOWS)
    return place


@pytest.fixture
def fresh(published: Place, place: Place) -> Place:
    """The same with a home of this test's own."""
    shutil.copytree(published.home, place.home)
    return place


def purge(place: Place) -> SteppedCommand:
    """The purge, as a process that can be stopped."""
    return SteppedCommand(place, "remove", "--purge", "geheim", keep=5)


def kill(command: SteppedCommand) -> None:
    """Kill it where it stands."""
    command.process.send_signal(signal.SIGKILL)
    assert command.process.wait() in {-signal.SIGKILL, 0}


def is_purged(place: Place) -> bool:
    """Whether no edition has the document; all have it or none, and each opens whole."""
    numbers = [info.number for info in place.shelf.published()]
    now = place.shelf.current().number
    found = []
    for number in numbers:
        place.shelf.restore(number)
        found.append("geheim" in place.names())
    place.shelf.restore(now)
    assert (numbers, now, found) in [([1, 2], 2, [True, True]), ([1, 2, 3], 3, [False] * 3)]
    return not found[0]


@pytest.mark.parametrize(
    ("point", "purged"),
    [
        pytest.param(at("sqlite3.connect", ".building"), False, id="writing"),
        pytest.param(at("os.rename", "published.json"), False, id="before the swap"),
        pytest.param(at("os.remove", "in-use"), True, id="deleting"),
    ],
)
def test_killed_purge_is_whole_or_nothing(fresh: Place, point: IsStep, *, purged: bool) -> None:
    """SIGKILL before the pointer moves changes nothing, after it everything; the same purge then finishes it."""
    with purge(fresh) as command:
        assert command.stop_before(point)
        kill(command)
    current = fresh.shelf.current().number
    assert current == (3 if purged else 2)
    assert remains(fresh.home)
    done = run("remove", "--purge", "geheim", home=fresh.home, dossier="off", keep_editions="5")
    assert done.returncode == 0, done.stderr
    assert (is_purged(fresh), remains(fresh.home), fresh.folders) == (True, [], ["1.1", "2.1", "3"])


def test_next_question_finishes_a_purge(fresh: Place) -> None:
    """Whoever opens the home after one that was killed while it deleted, deletes the rest."""
    with purge(fresh) as command:
        assert command.stop_before(at("os.remove", "in-use"))
        kill(command)
    assert remains(fresh.home)
    assert run("ask", "Wat plant de dijkgraaf?", home=fresh.home, dossier="off").returncode == 0
    assert remains(fresh.home) == []


@pytest.mark.skipif(f"{PREFIX}SOAK" not in os.environ, reason=f"{MANY_KILLS} kills: set {PREFIX}SOAK=1")
def test_many_killed_purges_are_whole_or_nothing(fresh: Place) -> None:
    """SIGKILL at moments all over a purge, before a step and just after it; then an ingest that changes nothing sweeps the rest."""
    origin = Path(shutil.copytree(fresh.home, fresh.home.with_name("origin")))
    with purge(fresh) as whole:
        assert whole.stop_before(never) is None
    purged = 0
    for number in range(MANY_KILLS):
        shutil.rmtree(fresh.home)
        shutil.copytree(origin, fresh.home)
        last = 1 + number * (whole.steps - 1) // MANY_KILLS
        with purge(fresh) as command:
            assert command.stop_before(after(last - 1))
            if number % 2:
                command.go_on()
            kill(command)
        fresh.shelf.lock().release()
        assert bool(remains(fresh.home)) != is_purged(fresh)
        assert fresh.folders in (["1", "2"], ["1.1", "2.1", "3"])
        purged += is_purged(fresh)
    assert 0 < purged < MANY_KILLS
    print(f"{MANY_KILLS} kills, {purged} after the swap")  # noqa: T201  # the count is what is asked for
