"""What is remembered between messages and between starts, in a file and on a server."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.memory import Memory
from bot.remembered import Counts, Feedback, Remembered, Waiting
from tests.conftest import ROOT
from tests.remembering import ANNE, BRAM, DAY, GROUP, HOUR, NOON, Lab, answer, ask, in_group, private, rated, turn
from vectorstore.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from tests.postgres import Server

_ODD = "lone \ud83d surrogate, \x00, é, 中, \U0001f469\u200d\U0001f467, «x» '\""


@pytest.fixture(params=["sqlite", "postgresql"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """A place of this test's own: a file, and then a server."""
    server: Server | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    lab = Lab(tmp_path / "memory", server=server.new_database() if server else None)
    yield lab
    lab.close()


@pytest.fixture
def file_lab(tmp_path: Path) -> Iterator[Lab]:
    """A file of this test's own."""
    lab = Lab(tmp_path / "memory")
    yield lab
    lab.close()


@pytest.fixture
def memory(lab: Lab) -> Memory:
    """What is remembered there."""
    return lab.open()


def test_update_waits_until_it_is_handled(memory: Memory, lab: Lab) -> None:
    """An update, its reply and how much of it has gone are there after a restart; the oldest comes first."""
    assert memory.take_in(12, "twaalf", chat=ANNE, person=ANNE)
    assert memory.take_in(11, _ODD, chat=None, person=None)
    memory.prepared(12, _ODD)
    memory.sent(12, 2)
    lab.close()
    lab.clock.now += 5
    again = lab.open()
    assert again.take_in(10, "tien", chat=GROUP, person=BRAM)
    eleven, twelve, ten = Waiting(11, _ODD, NOON), Waiting(12, "twaalf", NOON, _ODD, 2), Waiting(10, "tien", NOON + 5)
    assert again.waiting() == [eleven, twelve, ten]
    assert again.handled(11)
    assert again.waiting() == [twelve, ten]


def test_update_is_taken_in_once(memory: Memory, lab: Lab) -> None:
    """One that comes again while it waits, or within a week after it was handled, is refused."""
    assert memory.take_in(1, "een", chat=ANNE, person=ANNE)
    assert not memory.take_in(1, "nog eens", chat=BRAM, person=BRAM)
    assert memory.waiting() == [Waiting(1, "een", NOON)]
    assert memory.handled(1)
    lab.clock.now += 7 * DAY
    memory.tidy()
    assert not memory.take_in(1, "nog eens", chat=ANNE, person=ANNE)
    lab.clock.now += DAY
    assert memory.tidy() == Counts(updates=1)
    assert memory.take_in(1, "een ander", chat=ANNE, person=ANNE)


def test_order_survives_a_clock_that_is_set_back(memory: Memory, lab: Lab) -> None:
    """What came first stays first."""
    assert memory.take_in(1, "een", chat=ANNE, person=ANNE)
    lab.clock.now -= HOUR
    assert memory.take_in(2, "twee", chat=ANNE, person=ANNE)
    assert [each.update_id for each in memory.waiting()] == [1, 2]


def test_handled_update_points_to_nobody(memory: Memory, lab: Lab) -> None:
    """Of an update that was handled its number and the day stay, and nothing else."""
    ask(memory, 1, private(ANNE), "Wie vindt wat?")
    assert lab.rows("SELECT * FROM handled") == [(1, "2026-12-02")]
    assert lab.rows("SELECT * FROM inbox") == []


def test_conversations_are_apart(memory: Memory) -> None:
    """Each chat, topic and person has a conversation of its own, which ends when somebody says so."""
    ask(memory, 1, private(ANNE), "privé")
    ask(memory, 2, in_group(ANNE), "in de groep")
    ask(memory, 3, in_group(BRAM), "een ander")
    ask(memory, 4, private(ANNE), _ODD)
    assert memory.conversation(private(ANNE)) == Remembered((turn("privé"), turn(_ODD)))
    assert memory.conversation(in_group(ANNE)) == Remembered((turn("in de groep"),))
    assert memory.conversation(in_group(BRAM)) == Remembered((turn("een ander"),))
    assert memory.conversation(private(BRAM)) == Remembered()
    assert memory.end_conversation(private(ANNE))
    assert not memory.end_conversation(private(ANNE))
    assert memory.conversation(private(ANNE)) == Remembered()
    assert memory.conversation(in_group(ANNE)) == Remembered((turn("in de groep"),))


@pytest.mark.parametrize("is_tidied", [False, True])
def test_conversation_ends_by_silence(memory: Memory, lab: Lab, *, is_tidied: bool) -> None:
    """After the silence a conversation has ended, and says so once, whether or not a clean-up came by."""
    given = ask(memory, 1, private(ANNE), "Wie vindt wat?")
    lab.clock.now += HOUR
    if is_tidied:
        assert memory.tidy() == Counts()
    assert memory.conversation(private(ANNE)) == Remembered((turn("Wie vindt wat?"),))
    lab.clock.now += 1
    if is_tidied:
        assert memory.tidy() == Counts(conversations=1, questions=1)
        assert memory.tidy() == Counts()
    assert memory.conversation(private(ANNE)) == Remembered(has_ended=True)
    assert memory.conversation(private(ANNE)) == Remembered()
    assert memory.answer("a1") == replace(given, question=None)


def test_running_conversation_keeps_the_question_of_its_first_answer(memory: Memory, lab: Lab) -> None:
    """As long as somebody goes on asking, the buttons under an earlier answer know what it was about."""
    first = ask(memory, 1, private(ANNE), "Wie vindt wat?")
    alone = ask(memory, 2, in_group(ANNE), "En hier?")
    lab.clock.now += HOUR
    ask(memory, 3, private(ANNE), "Waarom?", lab.clock.now)
    lab.clock.now += 1
    assert memory.tidy() == Counts(conversations=1, questions=1)
    assert (memory.answer("a1"), memory.answer("a2")) == (first, replace(alone, question=None))


def test_questions_are_kept_of_who_wants_it(memory: Memory, lab: Lab) -> None:
    """Who wants it finds their questions back after the conversation; until they do not, and only a running one goes on."""
    memory.set_keeps(ANNE, keeps=True)
    given = ask(memory, 1, private(ANNE), "Wie vindt wat?")
    lab.clock.now += HOUR + 1
    assert memory.tidy() == Counts()
    assert memory.conversation(private(ANNE)) == Remembered(has_ended=True)
    assert memory.conversation(private(ANNE)) == Remembered()
    ask(memory, 2, private(ANNE), "Waarom?", lab.clock.now)
    assert memory.end_conversation(private(ANNE))
    assert memory.answer("a1") == given
    told = memory.export(ANNE)["conversations"]
    assert isinstance(told, list)
    assert [each["questions"][0]["question"]["asked"] for each in told] == ["Wie vindt wat?", "Waarom?"]
    ask(memory, 3, private(ANNE), "En nu?", lab.clock.now)
    memory.set_keeps(ANNE, keeps=False)
    assert memory.answer("a1") == replace(given, question=None)
    assert memory.conversation(private(ANNE)) == Remembered((turn("En nu?"),))
    assert len(list(memory.export(ANNE)["conversations"])) == 1  # type: ignore[call-overload]  # a list, as above


def test_everything_goes_after_the_retention(memory: Memory, lab: Lab) -> None:
    """Nothing is kept for ever, also of who wants their questions kept; what they thought stays its time, without them."""
    memory.set_keeps(ANNE, keeps=True)
    memory.set_explains(ANNE, "always hier")
    ask(memory, 1, private(ANNE), "Wie vindt wat?")
    memory.take_in(2, "blijft liggen", chat=ANNE, person=ANNE)
    lab.clock.now += DAY
    memory.rate("a1", "not_useful", "te lang")
    lab.clock.now += 29 * DAY
    assert memory.tidy() == Counts(updates=1)
    lab.clock.now += 1
    assert memory.tidy() == Counts(conversations=1, answers=1, people=1, waiting=1)
    assert memory.feedback() == (Feedback("2026-12-03", "not_useful", "te lang", 3, "answered", ("bron", "krant")),)
    assert (memory.answer("a1"), memory.keeps(ANNE), memory.explains(ANNE)) == (None, False, None)
    lab.clock.now += 2 * DAY
    assert memory.tidy() == Counts(feedback=1)
    assert memory.feedback() == ()


def test_conversation_of_a_later_version(memory: Memory, lab: Lab) -> None:
    """A conversation that cannot be read is dropped, and the next question begins a new one."""
    ask(memory, 1, private(ANNE), "Wie vindt wat?")
    lab.rows("UPDATE conversations SET turns = replace(turns, 'position', 'telepathy')")
    assert memory.conversation(private(ANNE)) == Remembered()
    ask(memory, 2, private(ANNE), "Nog eens?")
    assert memory.conversation(private(ANNE)) == Remembered((turn("Nog eens?"),))


def test_people(memory: Memory, lab: Lab) -> None:
    """A language and a choice are remembered of each who made one, as long as they come back; of the others there is nothing."""
    assert (memory.language(ANNE), memory.keeps(ANNE)) == (None, False)
    memory.set_language(ANNE, "en")
    memory.set_keeps(ANNE, keeps=True)
    memory.set_explains(ANNE, "never hier")
    memory.set_explains(ANNE, "always hier")
    welcome(memory, BRAM)
    assert lab.rows("SELECT person FROM people") == [(ANNE,)]
    lab.clock.now += 29 * DAY
    memory.take_in(2, "/help", chat=ANNE, person=ANNE)
    memory.handled(2)
    lab.clock.now += 29 * DAY
    memory.tidy()
    assert (memory.language(ANNE), memory.keeps(ANNE), memory.explains(ANNE)) == ("en", True, "always hier")
    memory.set_language(ANNE, None)
    lab.close()
    again = lab.open()
    assert (again.language(ANNE), again.keeps(ANNE)) == (None, True)


def welcome(memory: Memory, person: int) -> None:
    """Somebody comes who asks nothing."""
    memory.take_in(1, "/start", chat=person, person=person)
    memory.prepared(1, "welkom")
    memory.handled(1)
    memory.tidy()


def test_who_only_comes_by_leaves_no_byte(file_lab: Lab) -> None:
    """Of somebody who chose nothing and asked nothing no trace is in the file; of who chose something there is."""
    memory = file_lab.open()
    memory.set_language(ANNE, "en")
    welcome(memory, BRAM)
    assert file_lab.traces([], (ANNE, BRAM)) == {str(ANNE)}


def test_answer_is_found_again(memory: Memory, lab: Lab) -> None:
    """An answer comes back whole after a restart."""
    given = answer("odd", in_group(ANNE), _ODD)
    memory.take_in(1, _ODD, chat=GROUP, person=ANNE)
    memory.prepared(1, _ODD, given)
    lab.close()
    again = lab.open()
    assert (again.answer("odd"), again.answer("nope")) == (given, None)


def test_one_rating_per_answer(memory: Memory, lab: Lab) -> None:
    """A rating replaces the one before; the same again changes nothing; an answer that is gone takes none."""
    given = ask(memory, 1, private(ANNE), "Wie vindt wat?")
    said = [memory.rate("a1", "useful"), memory.rate("a1", "useful"), memory.rate("nope", "useful")]
    assert said == [True, False, False]
    assert memory.answer("a1") == rated(given, "useful")
    lab.clock.now += DAY
    said = [memory.rate("a1", "not_useful"), memory.rate("a1", "not_useful", _ODD), memory.rate("a1", "not_useful", _ODD)]
    assert said == [True, True, False]
    assert memory.answer("a1") == rated(given, "not_useful")
    assert memory.feedback() == (Feedback("2026-12-03", "not_useful", _ODD, 3, "answered", ("bron", "krant")),)


def test_group_that_became_a_supergroup(memory: Memory) -> None:
    """What was remembered of the old chat is that of the new one; a conversation that runs in the new one goes on."""
    new = -1_009_999_999_999
    given = ask(memory, 1, in_group(ANNE), "oud")
    ask(memory, 2, in_group(BRAM), "oud")
    moved = replace(in_group(BRAM), chat=new)
    ask(memory, 3, moved, "nieuw")
    memory.take_in(4, "wacht", chat=GROUP, person=ANNE)
    memory.move_chat(GROUP, new)
    assert memory.conversation(in_group(ANNE)) == Remembered()
    assert memory.conversation(replace(in_group(ANNE), chat=new)) == Remembered((turn("oud"),))
    assert memory.conversation(moved) == Remembered((turn("nieuw"),))
    assert memory.answer("a1") == replace(given, key=replace(given.key, chat=new))
    assert memory.forget_chat(new).waiting == 1


def test_threads_take_turns(memory: Memory) -> None:
    """Threads that use it at the same time lose nothing and fail in nothing."""

    def work(number: int) -> None:
        for each in range(10):
            ask(memory, number * 10 + each, private(number + 1), f"vraag {each}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    for person in range(1, 9):
        assert memory.conversation(private(person)).turns == tuple(turn(f"vraag {each}") for each in range(10))


def test_processes_take_turns(lab: Lab) -> None:
    """Processes that open it at the same moment, when there is no file yet, all write what they have to."""
    script = (
        "import sys; from bot.memory import Memory; sys.stdin.read(1)\n"
        "memory = Memory(sys.argv[1], silence_seconds=60, retention_seconds=60)\n"
        "for each in range(20): assert memory.take_in(int(sys.argv[2]) * 20 + each, 'x', chat=1, person=1)\n"
    )
    lines = [[sys.executable, "-c", script, lab.address, str(number)] for number in range(4)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = [subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) for line in lines]
    assert [process.communicate(b"x")[1] for process in started] == [b""] * 4
    assert sorted(each.update_id for each in lab.open().waiting()) == list(range(80))


def test_only_the_owner_can_read_it(file_lab: Lab) -> None:
    """The file and those beside it are their owner's alone, also where it was there before with wider rights."""
    file_lab.folder.mkdir()
    file_lab.path.touch(mode=0o644)
    memory = file_lab.open()
    memory.set_language(ANNE, "nl")
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in file_lab.folder.iterdir()}
    assert modes == dict.fromkeys(("memory.sqlite", "memory.sqlite-wal", "memory.sqlite-shm"), "0o600")


def _refusal(file_lab: Lab) -> str:
    with pytest.raises(UnavailableError) as caught:
        file_lab.open()
    return str(caught.value)


def test_file_that_cannot_be_used(file_lab: Lab) -> None:
    """What is no database, a folder, or below a file, is refused in a sentence that names it and says what to do; it stays."""
    file_lab.folder.mkdir()
    file_lab.path.write_bytes(b"notes of mine " * 100)
    kept = f"What is remembered is in {str(file_lab.path)!r}, and it is no database. Move it away: a new one is made."
    assert _refusal(file_lab) == kept
    assert file_lab.path.read_bytes() == b"notes of mine " * 100
    file_lab.path.unlink()
    file_lab.path.mkdir()
    assert _refusal(file_lab) == f"{str(file_lab.path)!r} cannot be opened (Is a directory). Check its path and rights."
    file_lab.path.rmdir()
    file_lab.folder.rmdir()
    file_lab.folder.touch()
    assert _refusal(file_lab) == f"{str(file_lab.path)!r} cannot be opened (File exists). Check its path and rights."
    with pytest.raises(UsageError, match=r"cannot be kept in 'mysql'\. Give an address sqlite:///FILE or postgresql\+psycopg://"):
        Memory("mysql://localhost/x", silence_seconds=1, retention_seconds=1)


def test_file_of_a_later_version(file_lab: Lab) -> None:
    """A file of a later version is not touched, and what to do is said."""
    file_lab.open()
    file_lab.close()
    with closing(sqlite3.connect(file_lab.path)) as database:
        database.execute("UPDATE about SET value = '3' WHERE name = 'version'")
        database.commit()
    later = "was made by a later version of the program (tables 3; this one knows 2). Update Kanttekening."
    assert _refusal(file_lab) == f"{str(file_lab.path)!r} {later}"


def test_full_disk(file_lab: Lab) -> None:
    """Where there is no room left it says so, without what was to be written; what was stored stays."""
    script = (
        "import resource, sys; from bot.memory import Memory; from vectorstore.errors import UnavailableError\n"
        "memory = Memory(sys.argv[1], silence_seconds=60, retention_seconds=60)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))\n"
        "try:\n  for each in range(100): memory.take_in(each, 'geheim' * 2000, chat=1, person=1); print(each, flush=True)\n"
        "except UnavailableError as error: print(error)\n"
    )
    line = [sys.executable, "-c", script, f"sqlite:///{file_lab.path}"]
    done = subprocess.run(line, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    *stored, message = done.stdout.splitlines()
    assert message.startswith(f"What is remembered is in {str(file_lab.path)!r}, and the disk ")
    assert [str(each.update_id) for each in file_lab.open().waiting()] == stored
    assert stored


def test_file_does_not_grow_with_what_is_forgotten(file_lab: Lab) -> None:
    """The room of what was handled is used again: 300 messages of 20,000 characters leave their ids."""
    memory = file_lab.open()
    for number in range(300):
        memory.take_in(number, "x" * 20_000, chat=ANNE, person=ANNE)
        memory.prepared(number, "y" * 20_000)
        memory.handled(number)
    assert sum(path.stat().st_size for path in file_lab.folder.iterdir()) < 6_000_000
    memory.tidy()
    assert sum(path.stat().st_size for path in file_lab.folder.iterdir()) < 200_000
