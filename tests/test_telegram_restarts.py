"""The bot is ended in the middle of its work and started again: every question is answered, once and in order.

Telegram keeps the program waiting at the moment at which it is to be killed, so that it is killed there and nowhere else.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from tests.bot_api import BotApi, Call, Fault, Hang
from tests.bot_api.program import Ended, start_bot
from tests.meeting import Guest
from vectorstore.debate import Debate
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings

QUESTION, LONG, ABOUT = "Wat vindt BCG van AI in de publieke sector?", "/standpunten", "/over"
SECRET = "kwalsterbriep"  # noqa: S105  # a word that only one person says
LATE = "Sorry, dit antwoord komt laat: ik lag even stil toen je dit vroeg."


@dataclass
class Holds:
    """Keeps the program waiting when it sends to some people: after so many messages, of which the last may have come through."""

    api: BotApi
    passes: dict[int, int] = field(default_factory=dict)
    comes_through: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)

    def hold(self, guest: Guest, after: int = 0, *, comes_through: bool = False) -> Guest:
        """From now on."""
        self.passes[guest.person.id] = after
        if comes_through:
            self.comes_through.add(guest.person.id)
        return guest

    def judge(self, call: Call) -> Fault | None:
        """What goes wrong with a call."""
        chat = call.parameters.get("chat_id")
        if call.method != "sendMessage" or chat not in self.passes:
            return None
        self.passes[chat] -= 1
        if self.passes[chat] >= 0:
            return None
        self.held.add(chat)
        self.api.changed.notify_all()
        return Hang(processed=chat in self.comes_through)


@dataclass
class Story:
    """What everybody got to read, by name, and how the program ended."""

    home: Path
    guests: dict[str, Guest]
    ends: list[Ended]
    pressed: str
    left: dict[str, list[str]]
    """What of somebody who was erased is in which file."""

    def said(self, name: str) -> list[str]:
        """All that the bot said to somebody, by its first line."""
        return [message.text.split("\n")[0] for message in self.guests[name].chat.sent]


@pytest.fixture(scope="module")
def story(
    dossier_home: Path, embeddings: PassageEmbeddings, debate: Debate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """Killed in the middle of six chats, started, ended while ten questions wait, started, killed, and started on a new edition."""
    folder = tmp_path_factory.mktemp("restarts")
    home = Path(shutil.copytree(dossier_home, folder / "home"))
    with BotApi() as api:
        holds = Holds(api)
        api.policy = holds.judge
        names = ["before", "prepared", "parts", "sent", "late", "erased", "edition", *map(str, range(5))]
        guests = {name: Guest(person := api.person(name), api.private(person)) for name in names}
        ends: list[Ended] = []

        with start_bot(api, home) as bot:
            answer = guests["before"].ask(QUESTION)
            guests["erased"].ask(f"Wat vindt BCG van de {SECRET}?")
            sure = guests["erased"].ask("/verwijder")
            for name, text, after in (("prepared", QUESTION, 0), ("parts", LONG, 1), ("sent", QUESTION, 0), ("late", ABOUT, 0)):
                guest = holds.hold(guests[name], after, comes_through=name == "sent")
                guest.chat.say(guest.person, text)
                guest.chat.say(guest.person, QUESTION if name == "late" else ABOUT, seconds_ago=3_600 if name == "late" else 0)
            holds.hold(guests["erased"])
            guests["erased"].chat.press(sure, f"d:yes:{guests['erased'].person.id}", by=guests["erased"].person)
            api.wait(lambda: len(holds.held) == 5 and not len(api.updates), 30)
            ends.append(bot.kill())

        api.policy = None
        counts = {"prepared": 2, "parts": 3, "sent": 3, "late": 2, "erased": 3}
        with start_bot(api, home) as bot:
            api.wait(lambda: all(len(guests[name].chat.sent) >= count for name, count in counts.items()), 30)
            pressed = guests["before"].press(answer, "Bronnen voluit")
            before = guests["before"].chat.next().text
            assert pressed.is_answered
            for name in map(str, range(5)):
                guests[name].chat.say(guests[name].person, QUESTION)
                guests[name].chat.say(guests[name].person, ABOUT)
            api.wait(lambda: not len(api.updates))
            ends.append(bot.stop())
        files = {str(path.relative_to(home)): path.read_bytes().lower() for path in home.rglob("*") if path.is_file()}
        words = [SECRET, str(guests["erased"].person.id)]
        left = {name: found for name, data in files.items() if (found := [word for word in words if word.encode() in data])}

        with start_bot(api, home) as bot:
            holds.held.clear()
            api.policy = holds.judge
            holds.hold(guests["edition"]).chat.say(guests["edition"].person, QUESTION)
            api.wait(lambda: holds.held and not len(api.updates), 30)
            ends.append(bot.kill())
        (folder / "extra.txt").write_text("BCG vindt dat AI in de publieke sector langs de Vecht groeit.", "utf-8")
        Pipeline(Shelf(home), embeddings, debate, dossier=True, keep=5).run(Wish(paths=[folder / "extra.txt"]))
        api.policy = None
        with start_bot(api, home) as bot:
            guests["edition"].chat.next(30)
            ends.append(bot.stop())
        assert (api.violations, list(map(str, api.refused()))) == ([], [])
        yield Story(home, guests, ends, before, left)


FIRST, OVER = "Volgens Boston Consulting Group", "Ik ben Kanttekening, een computerprogramma. Ik leg dit debat uit: "


def kinds(lines: list[str]) -> list[str]:
    """What each message is."""
    known = {FIRST: "answer", LATE: "late", "1/2": "1/2", "2/2": "2/2"}
    return [known.get(line, "about" if line.startswith(OVER) else line) for line in lines]


def test_killed_before_and_after_a_reply_was_prepared(story: Story) -> None:
    """The question whose answer was ready is answered, and then the one that waited behind it, each once."""
    assert kinds(story.said("prepared")) == ["answer", "about"]


def test_killed_between_the_parts_of_an_answer(story: Story) -> None:
    """The part that had gone is not said again."""
    assert kinds(story.said("parts")) == ["1/2", "2/2", "about"]


def test_killed_before_it_knew_that_an_answer_had_come(story: Story) -> None:
    """That one message comes twice, and no other."""
    assert kinds(story.said("sent")) == ["answer", "answer", "about"]


def test_an_answer_that_comes_late_says_so(story: Story) -> None:
    """With an apology, after what was asked before it."""
    assert kinds(story.said("late")) == ["about", "late"]


def test_buttons_outlive_the_program(story: Story) -> None:
    """What stands under an answer of before works as it did."""
    assert story.pressed.startswith("De citaten staan hieronder vet, met de tekst eromheen.")


def test_killed_while_somebody_is_told_that_all_is_erased(story: Story) -> None:
    """They are told after the restart, and nothing that they said or were is in any byte of the home."""
    assert (len(story.said("erased")), story.left) == (3, {})


def test_asked_to_stop_while_questions_wait(story: Story) -> None:
    """They are answered first, once and in order, and the program ends well."""
    assert [kinds(story.said(str(number))) for number in range(5)] == [["answer", "about"]] * 5
    assert [end.exit_code for end in story.ends] == [-9, 0, -9, 0]


def test_an_edition_that_came_between_a_kill_and_the_restart(story: Story) -> None:
    """The answer that was ready quotes what is no longer current, so it is made anew."""
    (answer,) = story.guests["edition"].chat.sent
    assert answer.text.split("\n")[-1].startswith("Editie 2 · ")
