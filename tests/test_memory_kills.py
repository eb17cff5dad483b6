"""A bot that is killed at any moment: what it said to have stored is stored, whole."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.remembered import Remembered
from tests.conftest import ROOT
from tests.counts import count
from tests.remembering import Lab, answer, private, turn
from vectorstore.settings import PREFIX

KILLS, SEED = (300 if f"{PREFIX}SOAK" in os.environ else 8), 20261125
_PEOPLE = 7
_BOT = """
import sys
from bot.memory import Memory
from tests.remembering import DAY, HOUR, Clock, answer, private, turn

memory = Memory(sys.argv[1], silence_seconds=HOUR, retention_seconds=30 * DAY, clock=Clock())
number = int(sys.argv[2])

def say(what):
    sys.stdout.write(f"{what} {number}\\n")
    sys.stdout.flush()

while True:
    key = private(number % int(sys.argv[3]) + 1)
    memory.take_in(number, f"vraag {number}" * 50, chat=key.chat, person=key.person)
    say("taken")
    memory.prepared(number, f"antwoord {number}" * 50, answer(f"a{number}", key, f"vraag {number}"))
    say("prepared")
    memory.handled(number, turns=(key, (turn(f"vraag {number}"),)))
    say("handled")
    if number % 10 == 0:
        memory.tidy()
        say("tidied")
    number += 1
"""


def killed(lab: Lab, first: int, lines: int, microseconds: int) -> list[tuple[str, int]]:
    """Run the bot from this update on, kill it some time after so many lines; what it said to have done."""
    line = [sys.executable, "-c", _BOT, f"sqlite:///{lab.path}", str(first), str(_PEOPLE)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environment, text=True) as bot:
        assert bot.stdout is not None
        said = [bot.stdout.readline() for _ in range(lines)]
        for _ in range(microseconds):  # a moment that no line marks
            os.getpid()
        bot.send_signal(signal.SIGKILL)
        said += bot.stdout.readlines()
        assert bot.wait() == -signal.SIGKILL
    return [(what, int(number)) for what, number in (each.split() for each in said if each.endswith("\n"))]


def check(lab: Lab, said: list[tuple[str, int]]) -> int:
    """Everything that was said is there, and nothing is there by half; the number of the last update."""
    with closing(sqlite3.connect(lab.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    done = {what: [number for doing, number in said if doing == what] for what, _ in said}
    memory = lab.open()
    waiting = {each.update_id: each for each in memory.waiting()}
    handled = set(done.get("handled", []))
    for number in done["taken"]:
        assert not memory.take_in(number, "again", chat=1, person=1)
        if number in handled:
            assert number not in waiting
        if number not in waiting:
            key = private(number % _PEOPLE + 1)
            assert memory.answer(f"a{number}") == answer(f"a{number}", key, f"vraag {number}")
    for number, each in waiting.items():
        assert each.payload == f"vraag {number}" * 50
        assert each.prepared == f"antwoord {number}" * 50 or number not in done.get("prepared", [])
        assert (memory.answer(f"a{number}") is None) == (each.prepared is None)
    last = max([done["taken"][-1], *waiting, *handled])
    assert len(waiting) <= 1
    newest = next(number for number in range(last, -1, -1) if number not in waiting and memory.answer(f"a{number}"))
    assert memory.conversation(private(newest % _PEOPLE + 1)) == Remembered((turn(f"vraag {newest}"),))
    for number, each in waiting.items():  # as a bot that starts again: what was prepared is sent, the rest has no answer
        key = private(number % _PEOPLE + 1)
        memory.handled(number, turns=(key, (turn(f"vraag {number}"),)) if each.prepared else None)
    lab.close()
    return last


@pytest.mark.timeout(900)
def test_killed_bot_loses_nothing(tmp_path: Path) -> None:
    """After SIGKILL at any moment the file is sound, what was acknowledged is there, and the next bot goes on."""
    lab, chance, first, updates = Lab(tmp_path / "memory"), random.Random(SEED), 1, 0  # noqa: S311  # the same moments every time
    for _ in range(KILLS):
        said = killed(lab, first, chance.randrange(1, 60), chance.randrange(30_000))
        last = check(lab, said)
        updates += last - first + 1
        first = last + 1
    count("kills of a bot that remembers", f"{KILLS} (seed {SEED}), over {updates} updates; nothing acknowledged was lost")
