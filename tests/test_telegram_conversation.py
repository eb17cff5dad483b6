"""A conversation in a private chat, with the real program."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.meeting import Meeting, meeting
from vectorstore.debate import Debate

QUESTION = "Wat vindt BCG van AI in de publieke sector?"


@pytest.fixture(scope="module")
def running(dossier_home: Path, debate: Debate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meeting]:
    """One bot for all of these tests."""
    home = Path(shutil.copytree(dossier_home, tmp_path_factory.mktemp("bot") / "home"))
    with meeting(home, debate) as running:
        yield running


@pytest.fixture
def met(running: Meeting) -> Iterator[Meeting]:
    """The bot, and afterwards a look at all that it said in a test."""
    yield running
    running.check()


def test_answer(met: Meeting) -> None:
    """A question gets one message: who says what first, then the caveat, the sources and the edition."""
    answer = met.guest().ask(QUESTION)
    assert answer.text.startswith("Volgens Boston Consulting Group\n")
    assert answer.marked("bold") == ["Volgens Boston Consulting Group", "Let op: menselijk toezicht", "Bronnen"]
    assert answer.text.split("\n")[-1].startswith("Editie 1 · ")


def test_follow_up_is_read_with_what_was_asked(met: Meeting) -> None:
    """What a follow-up leaves out comes from the question before it, and the answer says how it was read."""
    jan = met.guest()
    jan.ask(QUESTION)
    assert jan.ask("En hoeveel geld?").text.startswith("Gelezen als: Hoeveel geld volgens Boston Consulting Group?\n")


def test_new_conversation(met: Meeting) -> None:
    """After /nieuw a follow-up follows nothing."""
    jan = met.guest()
    jan.ask(QUESTION)
    assert jan.ask("/nieuw").text.startswith("We beginnen opnieuw.")
    assert "Boston Consulting Group?" not in jan.ask("En hoeveel geld?").text.split("\n")[0]
