"""Who is answered, and how often: lists and limits hold for messages, buttons and cards alike."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot_api import BotApi
from tests.bot_api.chats import Chat
from tests.bot_api.program import start_bot
from tests.meeting import Guest, Meeting
from vectorstore.debate import Debate

QUESTION = "Wat vindt BCG van AI in de publieke sector?"
TOO_FAST = "Je vraagt sneller dan ik kan antwoorden. Dit bericht heb ik niet beantwoord."


class Door(Meeting):
    """A bot, somebody who is welcome, and somebody who is not, also together in a group."""

    welcome: Guest
    unwelcome: Guest
    group: Chat

    def nothing_is_said_to(self, guest: Guest) -> None:
        """Somebody writes, presses and types, and hears nothing; a button stops turning."""
        said = len(guest.chat.sent)
        self.group.say(guest.person, f"/vraag {QUESTION}")
        guest.chat.say(guest.person, QUESTION)
        query = guest.person.inline(QUESTION)
        elsewhere = Guest(self.welcome.person, self.group).ask("/nieuw")
        press = guest.press_data(elsewhere, "k:sources")
        last = guest.pressed(guest.chat.press_data(elsewhere, "k:sources", by=guest.person))
        assert (press.toast, last.toast) == ("", "")
        later = self.welcome.person.inline(QUESTION)
        self.api.wait(lambda: later.results)
        assert query.results is None
        assert len(guest.chat.sent) == said
        assert [message.text[:19] for message in self.group.sent] == ["We beginnen opnieuw"]


@contextmanager
def door(home: Path, debate: Debate, of_welcome: str, of_unwelcome: str) -> Iterator[Door]:
    """It runs; the settings hold the ids of the two."""
    with BotApi() as api:
        guests = [Guest(person, api.private(person)) for person in (api.person("Jan"), api.person("Piet"))]
        settings = {name: str(guest.person.id) for name, guest in zip((of_welcome, of_unwelcome), guests, strict=True) if name}
        with start_bot(api, home, person_rate="3", **settings) as bot:
            met = Door(api, bot, home, debate)
            met.welcome, met.unwelcome = guests
            met.group = api.supergroup("Samen", [guest.person for guest in guests])
            yield met
            met.check()


@pytest.mark.parametrize(("of_welcome", "of_unwelcome"), [("allowed", ""), ("operators", "blocked")])
def test_lists(dossier_home: Path, debate: Debate, tmp_path: Path, of_welcome: str, of_unwelcome: str) -> None:
    """Who is not on the one list, or is on the other, hears nothing, and is not remembered; the others are answered."""
    home = Path(shutil.copytree(dossier_home, tmp_path / "home"))
    with door(home, debate, of_welcome, of_unwelcome) as met:
        met.nothing_is_said_to(met.unwelcome)
        assert met.welcome.ask(QUESTION).text.startswith("Volgens Boston Consulting Group")
        assert met.rows("select * from people where person = ?", met.unwelcome.person.id) == []


def test_pace(dossier_home: Path, debate: Debate, tmp_path: Path) -> None:
    """Who goes too fast is told so kindly instead of answered, not each time, and can go on; nobody else notices."""
    home = Path(shutil.copytree(dossier_home, tmp_path / "home"))
    with door(home, debate, "", "") as met:
        there, other = (Guest(guest.person, met.group) for guest in (met.unwelcome, met.welcome))
        for _ in range(20):
            met.group.say(there.person, "/nieuw")
        asked = met.group.say(other.person, "/nieuw")
        met.api.wait(lambda: any(message.reply_to == asked.id for message in met.group.sent))
        lines = [message.text.split("\n")[0] for message in met.group.sent]
        told = [line for line in lines if line.startswith(TOO_FAST)]
        assert 1 <= len(told) < 10
        assert len(lines) < 20
        assert lines[:3] == lines[:1] * 3
        assert lines[-1] == lines[0]
