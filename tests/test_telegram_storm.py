"""Many people at once, a Telegram that fails at random, and a bot that is ended and killed among it."""

import os
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bot_api import BadGateway, BotApi, Call, Drop, Fault, Hang, TooMany
from tests.bot_api.program import start_bot
from tests.counts import count
from tests.meeting import Guest
from vectorstore.settings import PREFIX

PEOPLE = 300 if f"{PREFIX}SOAK" in os.environ else 30
ASKED = (
    "Wat vindt BCG van AI in de publieke sector?", "/over", "Hoeveel banen kan AI volgens BCG opleveren?", "Wat vindt TNO?",
    "/bronnen", "Wat vindt Alexandra van Huffelen?", "Wat is GenAI?", "/help", "/standpunten",
    "Hoeveel geld levert AI op volgens Implement?",
)  # fmt: skip
FAULTS: tuple[tuple[float, Fault], ...] = (
    (0.03, TooMany(1)),
    (0.01, BadGateway()),
    (0.01, BadGateway(processed=True)),
    (0.005, Hang()),
    (0.005, Hang(processed=True)),
    (0.005, Drop()),
    (0.005, Drop(processed=True)),
)
"""How often what goes wrong with a message; one poll in fifty fails too."""
MOST_UNEXPLAINED = 0.005


@dataclass
class Weather:
    """What goes wrong, and what came through though the bot was told that it went wrong."""

    luck: random.Random
    met: Counter[str] = field(default_factory=Counter)
    came_through: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __call__(self, call: Call) -> Fault | None:
        """The fault of a call; None for most."""
        roll = self.luck.random()
        if call.method == "getUpdates":
            return BadGateway() if roll < 0.02 else None
        if call.method != "sendMessage":
            return None
        for share, fault in FAULTS:
            roll -= share
            if roll < 0:
                self.met[str(fault)] += 1
                if getattr(fault, "processed", False):
                    self.came_through[call.parameters["chat_id"], call.parameters["text"]] += 1
                return fault
        return None


@dataclass
class Read:
    """How often somebody read something twice, and why."""

    came_through: int = 0
    was_killed: int = 0
    unexplained: int = 0


def read(said: Sequence[str], expected: Sequence[str], chat: int, killed_at: int, weather: Weather) -> Read:
    """Hold what somebody read against what they had to read, in this order; `killed_at` is how much came before the kill."""
    found, position = Read(), 0
    for number, text in enumerate(said):
        if position < len(expected) and text == expected[position]:
            position += 1
            continue
        assert position, f"nothing was to be said before {text!r}"
        assert text == expected[position - 1], f"{text!r} was said after {expected[position - 1]!r}"
        if weather.came_through[chat, text]:
            weather.came_through[chat, text] -= 1
            found.came_through += 1
        elif number == killed_at:
            found.was_killed += 1
        else:
            found.unexplained += 1
    assert position == len(expected), f"{expected[position]!r} was lost"
    return found


def test_storm(dossier_home: Path, tmp_path: Path) -> None:
    """Everybody reads all answers in the order of their questions, no error, and twice only what was on its way at a failure."""
    home = Path(shutil.copytree(dossier_home, tmp_path / "home"))
    weather = Weather(random.Random(6))  # noqa: S311  # it has to be the same each time
    with BotApi() as api:
        guests = [Guest(person := api.person(f"Mens {number}"), api.private(person)) for number in range(PEOPLE + 1)]
        scout, *crowd = guests

        def say(*rounds: int) -> None:
            for number in rounds:
                for guest in crowd:
                    guest.chat.say(guest.person, ASKED[number])

        def until_said(share: float) -> None:
            most = len(expected) * PEOPLE
            api.wait(lambda: sum(len(guest.chat.sent) for guest in crowd) >= share * most, 600)

        with start_bot(api, home, patience='{"read_seconds": 4}') as bot:
            expected = scout.answers_to(ASKED)
            assert len(set(expected)) == len(expected)
            api.policy = weather
            say(0, 1, 2, 3)
            until_said(0.2)
            ended = bot.stop()
        say(4)
        with start_bot(api, home, patience='{"read_seconds": 4}') as bot:
            say(5, 6)
            until_said(0.55)
            bot.kill()
        killed_at = [len(guest.chat.sent) for guest in crowd]
        say(7)
        with start_bot(api, home, patience='{"read_seconds": 4}') as bot:
            say(8, 9)
            api.wait(lambda: all(expected[-1] == guest.chat.sent[-1].text for guest in crowd), 600)
            api.policy = None
            last = bot.stop()
    assert (ended.exit_code, last.exit_code, api.violations, list(map(str, api.refused()))) == (0, 0, [], [])
    reads = [
        read([message.text for message in guest.chat.sent], expected, guest.person.id, at, weather)
        for guest, at in zip(crowd, killed_at, strict=True)
    ]
    unexplained = sum(each.unexplained for each in reads)
    count(
        "people and questions in the storm",
        f"{PEOPLE} and {PEOPLE * len(ASKED)}, {len(expected) * PEOPLE} messages; {dict(weather.met)}; read twice: "
        f"{sum(each.came_through for each in reads)} that came through, {sum(each.was_killed for each in reads)} at the kill, "
        f"{unexplained} others; lost or out of order: 0",
    )
    assert unexplained <= MOST_UNEXPLAINED * len(expected) * PEOPLE
