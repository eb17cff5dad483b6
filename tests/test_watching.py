"""`ingest --watch`: a folder and its documents stay equal, while it is being changed."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import environment
from tests.desk import OTTERS, WILLOWS, Desk
from tests.started import Streams, start


class Watch:
    """A real `ingest --watch` in a process of its own."""

    def __init__(self, desk: Desk) -> None:
        variables = environment(home=desk.home, dossier="off")
        self.process = start(["ingest", "--watch", str(desk.docs), "--json"], variables, Streams(text=True))

    def receipt(self) -> dict[str, list[str]]:
        """The receipt of the next ingest."""
        assert self.process.stdout is not None
        receipt: dict[str, list[str]] = json.loads(self.process.stdout.readline())
        return receipt


@pytest.fixture
def watch(desk: Desk) -> Iterator[Watch]:
    """A folder with one document that is being watched."""
    desk.write("wilgen.txt", WILLOWS)
    watch = Watch(desk)
    yield watch
    watch.process.kill()
    watch.process.communicate()


def test_changes_to_a_folder_are_published(watch: Watch, desk: Desk) -> None:
    """At the start, and for each file that comes, is renamed, or goes; Ctrl-C ends it with 130."""
    assert [each[:7] for each in watch.receipt()["added"]] == ["kanttek", "wilgen-"]
    desk.write("otters.txt", OTTERS)
    assert [each[:7] for each in watch.receipt()["added"]] == ["otters-"]
    (desk.docs / "otters.txt").rename(desk.docs / "dieren.txt")
    assert [each[:7] for each in watch.receipt()["renamed"]] == ["otters-"]
    (desk.docs / "dieren.txt").unlink()
    assert [each[:7] for each in watch.receipt()["removed"]] == ["otters-"]
    assert desk.texts() == {"wilgen.txt": WILLOWS}
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait() == 130


def test_folder_that_empties_removes_nothing_and_is_watched_on(watch: Watch, desk: Desk) -> None:
    """What a sync refuses, a watch refuses too, says so, and goes on."""
    watch.receipt()
    Path(desk.docs / "wilgen.txt").unlink()
    assert watch.process.stderr is not None
    assert "no longer holds any of its 1 documents" in next(line for line in watch.process.stderr if "Error" in line)
    assert desk.texts() == {"wilgen.txt": WILLOWS}
    desk.write("otters.txt", OTTERS)
    assert [each[:7] for each in watch.receipt()["added"]] == ["otters-"]
