"""Who is answered, and how fast."""

import pytest

from bot.settings import load_front_settings as settings
from bot.telegram_app.gate import Gate, Verdict


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.mark.parametrize(
    ("lists", "chat", "person", "verdict"),
    [
        ({}, 5, 5, Verdict.PASS),
        ({}, -7, 5, Verdict.PASS),
        ({"blocked": "5"}, -7, 5, Verdict.SILENT),
        ({"blocked": "-7"}, -7, 5, Verdict.SILENT),
        ({"blocked": "-7"}, 5, 5, Verdict.PASS),
        ({"allowed": "6"}, 5, 5, Verdict.SILENT),
        ({"allowed": "5"}, -7, 5, Verdict.PASS),
        ({"allowed": "-7"}, -7, 5, Verdict.PASS),
        ({"allowed": "-7"}, 5, 5, Verdict.SILENT),
        ({"allowed": "6", "operators": "5"}, 5, 5, Verdict.PASS),
        ({"blocked": "5", "operators": "5"}, 5, 5, Verdict.SILENT),
        ({"allowed": "5"}, None, 5, Verdict.PASS),
    ],
)
def test_lists_decide_who_is_answered(lists: dict[str, str], chat: int | None, person: int, verdict: Verdict) -> None:
    """A person or a group that is blocked gets nothing; where there is a list of who is allowed, nobody else does but operators."""
    assert Gate(settings(**lists)).judge(chat, person) is verdict


def test_a_person_can_ask_so_many_in_a_row_and_one_a_second_after_that() -> None:
    """What is too much is told once, until something gets through again; another person is not kept."""
    clock = Clock()
    gate = Gate(settings(person_rate=3), clock)
    assert [gate.judge(1, 1) for _ in range(5)] == [*[Verdict.PASS] * 3, Verdict.TOO_FAST, Verdict.SILENT]
    assert gate.judge(2, 2) is Verdict.PASS
    clock.now += 1.0
    assert [gate.judge(1, 1) for _ in range(3)] == [Verdict.PASS, Verdict.TOO_FAST, Verdict.SILENT]
    clock.now += 3_600.0
    assert [gate.judge(1, 1) for _ in range(4)] == [*[Verdict.PASS] * 3, Verdict.TOO_FAST]


def test_all_people_together_can_ask_so_many_a_minute() -> None:
    """When it is busy each person hears so once; the room comes back evenly."""
    clock = Clock()
    gate = Gate(settings(overall_rate=60, person_rate=100), clock)
    assert {gate.judge(person, person) for person in range(60)} == {Verdict.PASS}
    assert [gate.judge(99, 99) for _ in range(2)] == [Verdict.BUSY, Verdict.SILENT]
    clock.now += 2.0
    assert [gate.judge(person, person) for person in (100, 101, 102)] == [Verdict.PASS, Verdict.PASS, Verdict.BUSY]


def test_operators_have_no_limit() -> None:
    """Whoever runs the bot can always reach it."""
    gate = Gate(settings(operators="1", person_rate=1), Clock())
    assert {gate.judge(1, 1) for _ in range(10)} == {Verdict.PASS}


def test_what_nothing_can_be_said_to_counts_as_nothing_said() -> None:
    """Somebody who typed too fast for cards is still told so once when they ask too fast."""
    gate = Gate(settings(person_rate=1), Clock())
    assert [gate.admits(None, 1) for _ in range(3)] == [True, False, False]
    assert [gate.judge(1, 1) for _ in range(2)] == [Verdict.TOO_FAST, Verdict.SILENT]
