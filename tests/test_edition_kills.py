"""Editions and other processes: ingests that are killed, that meet, and a bot that goes on answering."""

import signal

import pytest

from tests.command import run
from tests.place import OTTERS, WILLOWS, Place
from tests.stepping import Bot, IsStep, SteppedCommand, after, at, quoted
from vectorstore.errors import BusyError


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
    with SteppedCommand(place, "ingest", "--sync", place.docs, "--yes") as ingest:
        assert ingest.stop_before(point)
        if current == 2:  # half of the old edition is swept
            ingest.go_on()
            assert ingest.stop_before(after(ingest.steps))
        ingest.process.send_signal(signal.SIGKILL)
        assert ingest.process.wait() == -signal.SIGKILL
    assert place.shelf.current().number == current
    check_after_kill(place)


def test_interrupted_ingest_cleans_up(place: Place) -> None:
    """Ctrl-C exits 130, publishes nothing and leaves nothing behind."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    with SteppedCommand(place, "ingest", place.docs) as ingest:
        assert ingest.stop_before(at("sqlite3.connect", ".building"))
        ingest.process.send_signal(signal.SIGINT)
        assert ingest.end() == 130
    assert (place.folders, place.names()) == (["1"], ["wilgen"])


def test_two_ingests_at_once(place: Place) -> None:
    """The second is told to wait and changes nothing; questions go on being answered; the first ends well."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "otters.txt").write_text(OTTERS, "utf-8")
    with SteppedCommand(place, "ingest", place.docs) as ingest:
        assert ingest.stop_before(at("os.rename", ".building"))
        for attempt in (place.sync, lambda: place.shelf.restore(1)):
            with pytest.raises(BusyError, match=r"^Another ingest is running\. Wait until it is done and try again\.$") as caught:
                attempt()
            assert caught.value.exit_code == 1
        assert place.names() == ["wilgen"]
        assert ingest.end() == 0
    assert (place.shelf.current().number, place.names()) == (2, ["otters", "wilgen"])


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
