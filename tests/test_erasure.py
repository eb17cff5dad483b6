"""What is forgotten is gone: from every table, and from the bytes of the files."""

import json
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.memory import Memory
from bot.remembered import TERMINAL, ConversationKey, Counts, Erased, Feedback, Remembered
from tests.remembering import ANNE, BRAM, DAY, GROUP, HOUR, Lab, answer, ask, in_group, private, turn
from vectorstore.errors import UnavailableError

HERS = (
    "kwalsterbriep",
    "griffelhuis",
    "zwammerlo",
    "géénvogel",
    "antwoord op griffelhuis",
    "sleepvoet",
    "daglicht",
    "sleutelwaard",
)
HIS = ("waterwilg", "dijkgraaf")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A file of this test's own."""
    lab = Lab(tmp_path / "memory")
    yield lab
    lab.close()


def fill(memory: Memory) -> None:
    """Anne asks and chooses everywhere; so does Bram."""
    memory.set_language(ANNE, "en")
    memory.set_keeps(ANNE, keeps=True)
    memory.set_explains(ANNE, "always sleutelwaard")
    ask(memory, 1, private(ANNE), "kwalsterbriep")
    ask(memory, 2, in_group(ANNE), "griffelhuis")
    ask(memory, 3, in_group(BRAM), "waterwilg")
    memory.end_conversation(private(ANNE))
    ask(memory, 4, private(ANNE), "zwammerlo")
    memory.take_in(5, "géénvogel", chat=GROUP, person=ANNE)
    memory.prepared(5, "sleepvoet")
    memory.take_in(6, "daglicht", chat=ANNE, person=None)
    memory.take_in(7, "dijkgraaf", chat=GROUP, person=BRAM)
    memory.rate("a1", "not_useful", "te lang")


def test_erasure_leaves_no_byte(lab: Lab) -> None:
    """Of who is erased no word and no id stands in any byte of the files, then or after a restart; of the others all does."""
    memory = lab.open()
    fill(memory)
    assert lab.traces((*HERS, *HIS), (ANNE, BRAM)) == {*HERS, *HIS, str(ANNE), str(BRAM)}  # else the search finds nothing
    assert memory.erase(ANNE) == Erased(3, 3, 2, is_known=True)
    for _ in range(2):
        assert lab.traces((*HERS, *HIS), (ANNE, BRAM)) == {*HIS, str(BRAM)}
        assert memory.conversation(in_group(BRAM)) == Remembered((turn("waterwilg"),))
        assert memory.answer("a3") == answer("a3", in_group(BRAM), "waterwilg")
        assert [each.update_id for each in memory.waiting()] == [7]
        assert (memory.language(ANNE), memory.explains(ANNE), memory.answer("a1")) == (None, None, None)
        assert memory.feedback() == (Feedback("2026-12-02", "not_useful", "te lang", 3, "answered", ("bron", "krant")),)
        lab.close()
        memory = lab.open()
    assert memory.erase(ANNE) == Erased()
    assert not memory.take_in(5, "géénvogel", chat=GROUP, person=ANNE)


def test_erasure_while_another_question_is_answered(lab: Lab) -> None:
    """What is still being answered of who was erased is not stored again, and what asked for the erasure is answered."""
    memory = lab.open()
    fill(memory)
    memory.take_in(8, '"erase everything of sleutelbos"', chat=ANNE, person=ANNE)
    assert memory.erase(ANNE, replying_to=8) == Erased(3, 3, 2, is_known=True)
    memory.prepared(5, "géénvogel", answer("late", in_group(ANNE), "géénvogel"))
    assert not memory.handled(5, turns=(in_group(ANNE), (turn("géénvogel"),)))
    assert [each.update_id for each in memory.waiting()] == [7, 8]
    memory.prepared(8, "alles is weg, sleutelbos")
    assert memory.handled(8)
    assert lab.traces((*HERS, "sleutelbos"), (ANNE,)) == set()
    assert memory.conversation(in_group(ANNE)) == Remembered()


def test_erasure_with_another_program_open(lab: Lab) -> None:
    """Another program that has the file open does not stand in the way, unless it is reading; then it is said and done later."""
    memory, _other = lab.open(patience_seconds=0.05), lab.open()
    fill(memory)
    memory.erase(BRAM)
    assert lab.traces(HIS, (BRAM,)) == set()
    with closing(sqlite3.connect(lab.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM answers").fetchone()
        with pytest.raises(UnavailableError, match=r"^It is deleted, but another program is still reading '.*memory\.sqlite'"):
            memory.erase(ANNE)
        assert memory.export(ANNE)["answers"] == []
        assert lab.traces(["zwammerlo"]) == {"zwammerlo"}
        reader.execute("COMMIT")
    assert memory.erase(ANNE) == Erased()
    assert lab.traces(HERS, (ANNE,)) == set()


def test_end_of_a_conversation_leaves_no_byte(lab: Lab) -> None:
    """After a new beginning, after the silence and after the reply no byte of a question is left once the clean-up came by."""
    memory = lab.open()
    ask(memory, 1, private(ANNE), "kwalsterbriep")
    ask(memory, 2, in_group(ANNE), "griffelhuis")
    ask(memory, 3, private(BRAM), "waterwilg")
    assert memory.end_conversation(private(ANNE))
    memory.tidy()
    said = ["kwalsterbriep", "griffelhuis", "waterwilg", "antwoord op"]
    assert lab.traces(said) == {"griffelhuis", "waterwilg"}
    lab.clock.now += HOUR + 1
    assert memory.conversation(in_group(ANNE)) == Remembered(has_ended=True)
    assert memory.tidy() == Counts(conversations=1, questions=1)
    assert lab.traces(said) == set()


def test_rows_that_moved_leave_no_copy(lab: Lab) -> None:
    """After many questions of all lengths, by people who want them kept or not, no byte of the latter is left."""
    memory, chance = lab.open(), random.Random(20261125)  # noqa: S311  # the same questions every time
    people = [ANNE + number for number in range(60)]
    for person in people[::3]:
        memory.set_keeps(person, keeps=True)
    left = set()
    for number in range(600):
        person = chance.choice(people)
        name = f"{'kept' if person in people[::3] else 'gone'}{number:04d}"
        left |= {name} if name.startswith("kept") else set()
        key = private(person) if chance.random() < 0.5 else in_group(person)
        turns = (*memory.conversation(key).turns, turn(name + "x" * chance.randrange(30)))[-10:]
        memory.take_in(number, name, chat=key.chat, person=person)
        memory.prepared(number, name, answer(f"a{number}", key, name + "y" * chance.randrange(2_000)))
        memory.handled(number, turns=(key, turns))
        if chance.random() < 0.1:
            memory.end_conversation(key)
    lab.clock.now += HOUR + 1
    memory.tidy()
    assert {found.decode() for found in re.findall(rb"(?:kept|gone)\d{4}", lab.content)} == left


def test_chat_that_the_bot_has_left(lab: Lab) -> None:
    """Of a group that removed the bot, or somebody who blocked it, nothing stays; what they did elsewhere does."""
    memory = lab.open()
    fill(memory)
    assert memory.forget_chat(GROUP) == Erased(2, 2, 2)
    assert (memory.conversation(in_group(BRAM)), memory.language(ANNE)) == (Remembered(), "en")
    assert memory.conversation(private(ANNE)) == Remembered((turn("zwammerlo"),))
    ask(memory, 8, in_group(ANNE), "daarna")
    assert memory.forget_chat(ANNE) == Erased(2, 2, 1, is_known=True)
    memory.tidy()
    assert lab.traces((*HERS, *HIS), (BRAM,)) == set()
    assert memory.conversation(in_group(ANNE)) == Remembered((turn("daarna"),))


def test_terminal_is_erased_alone(lab: Lab) -> None:
    """The conversations of the terminal are kept until they are erased or too old, and those of Telegram stay."""
    memory, terminal = lab.open(), ConversationKey(TERMINAL)
    memory.remember(terminal, (turn("kwalsterbriep"),))
    ask(memory, 1, private(BRAM), "waterwilg")
    memory.remember(terminal, ())
    lab.clock.now += 30 * DAY
    assert memory.conversation(terminal) == Remembered((turn("kwalsterbriep"),))
    assert memory.erase_front(TERMINAL) == Erased(1)
    assert lab.traces(["kwalsterbriep"], (BRAM,)) == {str(BRAM)}


def test_export_is_everything(lab: Lab) -> None:
    """Whoever asks gets all that is kept about them, and nothing of anybody else; all of it is erased by an erasure."""
    memory = lab.open()
    fill(memory)
    noon = "2026-12-02T12:00:00+00:00"
    home, group = {"front": "telegram", "chat": ANNE, "topic": 0}, {"front": "telegram", "chat": GROUP, "topic": 7}
    told = {"person": ANNE, "last_question": noon}
    given = {"person": ANNE, "asked_at": noon, "language": "nl", "edition": 3, "status": "answered", "sources": ["bron", "krant"]}
    quotes = [asdict(quote) for quote in answer("", private(ANNE), None).quotes]
    given |= {"suggestions": ["En dan?"], "voices": ["bcg", "szabo"], "quotes": quotes, "rating": None, "reason": None}
    exported = memory.export(ANNE)
    assert json.dumps(exported)
    assert exported == {
        "person": ANNE,
        "language": "en",
        "keeps_questions": True,
        "explains": "always sleutelwaard",
        "last_seen": noon,
        "conversations": [
            {**home, **told, "is_over": True, "questions": [asdict(turn("kwalsterbriep"))]},
            {**group, **told, "is_over": False, "questions": [asdict(turn("griffelhuis"))]},
            {**home, **told, "is_over": False, "questions": [asdict(turn("zwammerlo"))]},
        ],
        "answers": [
            {**home, **given, "id": "a1", "question": "kwalsterbriep", "rating": "not_useful", "reason": "te lang"},
            {**group, **given, "id": "a2", "question": "griffelhuis"},
            {**home, **given, "id": "a4", "question": "zwammerlo"},
        ],
        "waiting_messages": [
            {"received_at": noon, "message": "géénvogel", "reply": "sleepvoet"},
            {"received_at": noon, "message": "daglicht", "reply": None},
        ],
    }
    memory.erase(ANNE)
    nothing = {"language": None, "keeps_questions": False, "explains": None, "last_seen": None}
    empty: dict[str, object] = {"conversations": [], "answers": [], "waiting_messages": []}
    assert memory.export(ANNE) == {"person": ANNE, **nothing, **empty}
