"""What is kept of the work of a language model: the budget of a day, the sentences that passed, and who was told of it."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import PIPE

import pytest

import bot.model_accounts
from bot.memory_database import open_database
from bot.model_accounts import ModelAccounts, forget_kept_in, model_accounts_in
from bot.remembered import Counts
from bot.settings import load_front_settings
from tests.command import run
from tests.conftest import ROOT
from tests.counts import count
from tests.place import BIRDS, WILLOWS, Place, remains
from tests.remembering import ANNE, DAY, HOUR, NOON, Lab, ask, private, turn
from vectorstore.errors import UnavailableError
from vectorstore.settings import PREFIX

IS_SOAK = f"{PREFIX}SOAK" in os.environ
PROCESSES, TRIES = (10, 300) if IS_SOAK else (3, 40)
KEY, OTHER = "a" * 64, "b" * 64
SENTENCES = json.dumps([["De kwalsterbriep broedt op het griffelhuis.", ["k3fx"]]])
_SPENDER = """
import sys
from bot.memory_database import open_database
from bot.model_accounts import ModelAccounts

accounts = ModelAccounts(lambda: open_database(f"sqlite:///{sys.argv[1]}/memory.sqlite", 60.0), retention_seconds=1.0)
sys.stdin.readline()
granted = 0
for _ in range(int(sys.argv[2])):
    if accounts.reserve(70, int(sys.argv[3])):
        granted += 1
        accounts.settle(70, 50)
print(granted)
"""
_KILLED = """
import os, signal, sys
from pathlib import Path
from bot.model_accounts import model_accounts_in
from bot.settings import load_front_settings

assert model_accounts_in(Path(sys.argv[1]), load_front_settings()).reserve(600, 1_000)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A home of this test's own, and its clock."""
    lab = Lab(tmp_path / "home")
    yield lab
    lab.close()


@pytest.fixture
def accounts(lab: Lab) -> ModelAccounts:
    """The accounts of that home."""
    return lab.open().accounts


def keep(accounts: ModelAccounts, key: str = KEY, sentences: str = SENTENCES) -> None:
    """Keep sentences as an answer does: after they were looked for."""
    assert accounts.kept(key) is None
    accounts.keep(key, sentences)


def test_budget_is_reserved_and_settled(accounts: ModelAccounts) -> None:
    """What is reserved counts at once, and what was used instead when it is known; what does not fit is not taken."""
    assert accounts.reserve(600, 1_000)
    assert not accounts.reserve(401, 1_000)
    assert accounts.reserve(400, 1_000)
    assert accounts.spent_today() == 1_000
    accounts.settle(600, 250)
    assert accounts.spent_today() == 650
    accounts.settle(400, 480)
    assert accounts.spent_today() == 730
    assert not accounts.reserve(271, 1_000)
    accounts.settle(600, 0)  # nothing of that size is out any more
    assert accounts.spent_today() == 730


def test_no_limit_is_counted_too(accounts: ModelAccounts) -> None:
    """A limit of 0 refuses nothing, and what was taken counts where a limit is set later."""
    assert accounts.reserve(10**9, 0)
    assert not accounts.reserve(1, 10**9)


def test_day_ends_at_midnight_utc(lab: Lab, accounts: ModelAccounts) -> None:
    """A new day begins with nothing spent, and an answer over midnight is settled on the day that it began."""
    lab.clock.now = NOON + 12 * HOUR - 1
    assert accounts.reserve(900, 1_000)
    lab.clock.now += 2
    assert accounts.spent_today() == 0
    assert accounts.reserve(800, 1_000)
    accounts.settle(900, 100)
    assert accounts.spent_today() == 800
    lab.clock.now -= 2
    assert accounts.spent_today() == 100


def test_many_answers_at_once_stay_within_the_budget(accounts: ModelAccounts) -> None:
    """Threads that all reserve before any of them is settled get as many as fit, and no more."""
    with ThreadPoolExecutor(10) as pool:
        granted = list(pool.map(lambda _: accounts.reserve(70, 1_000), range(60)))
    assert (sum(granted), accounts.spent_today()) == (14, 980)


def test_many_programs_at_once_stay_within_the_budget(tmp_path: Path) -> None:
    """So do programs that share a home: what they got together is what fits, and nothing is counted twice or not at all."""
    limit = PROCESSES * TRIES * 50 // 2
    line = [sys.executable, "-c", _SPENDER, str(tmp_path / "home"), str(TRIES), str(limit)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        running = [
            stack.enter_context(subprocess.Popen(line, stdin=PIPE, stdout=PIPE, text=True, env=environment))
            for _ in range(PROCESSES)
        ]
        for process in running:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        granted = [int(process.communicate()[0]) for process in running]
    spent = model_accounts_in(tmp_path / "home", load_front_settings()).spent_today()
    assert spent == 50 * sum(granted)
    # Each has at most one answer out at a time, for which twenty more than it takes are reserved.
    assert limit - 70 - 20 * (PROCESSES - 1) < spent <= limit
    count("budgets", f"{PROCESSES} programs asked {PROCESSES * TRIES} times for 70 tokens; {spent} of {limit} were spent")


def test_killed_program_leaves_its_reservation_spent(tmp_path: Path) -> None:
    """A program that is killed while a model writes cannot have spent more than is counted."""
    line = [sys.executable, "-c", _KILLED, str(tmp_path / "home")]
    killed = subprocess.run(line, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    after = model_accounts_in(tmp_path / "home", load_front_settings())
    assert (killed.returncode, after.spent_today(), after.reserve(401, 1_000)) == (-9, 600, False)


def test_sentences_are_kept_by_key(lab: Lab, accounts: ModelAccounts) -> None:
    """What is kept is found under its key alone, after a restart too; what is kept later takes its place."""
    keep(accounts)
    keep(accounts, OTHER, "[]")
    assert accounts.kept("c" * 64) is None
    lab.close()
    again = lab.open().accounts
    assert (again.kept(KEY), again.kept(OTHER)) == (SENTENCES, "[]")


def test_any_text_is_kept(accounts: ModelAccounts) -> None:
    """Keys, sentences and servers can hold what no database takes as text."""
    odd = "\ud800 \x00 «é»"
    keep(accounts, odd, odd)
    accounts.tell(odd)
    assert (accounts.kept(odd), accounts.was_told(odd), accounts.was_told("\ud801")) == (odd, True, False)


def test_oldest_sentences_make_room(lab: Lab, accounts: ModelAccounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than so many are kept; the oldest go first."""
    monkeypatch.setattr(bot.model_accounts, "MOST_KEPT", 3)
    for number in range(5):
        lab.clock.now += 1
        keep(accounts, str(number), str(number))
    assert [accounts.kept(str(number)) for number in range(5)] == [None, None, "2", "3", "4"]


def test_nothing_of_a_question_is_stored(lab: Lab, accounts: ModelAccounts) -> None:
    """A key stands nowhere as it is given, and in every home, and after everything was forgotten, as something else."""
    keep(accounts)
    first = ids(lab.path)
    assert (len(first), lab.traces([KEY])) == (1, set())
    accounts.forget_kept()
    keep(accounts)
    elsewhere = Lab(lab.folder / "elsewhere")
    keep(elsewhere.open().accounts)
    assert len({*first, *ids(lab.path), *ids(elsewhere.path)}) == 3
    elsewhere.close()


def ids(path: Path) -> list[str]:
    """What the sentences of a file stand under."""
    with closing(sqlite3.connect(path)) as database:
        return [name for (name,) in database.execute("SELECT id FROM model_sentences")]


def test_sentences_go_after_the_retention(lab: Lab) -> None:
    """A clean-up takes them with their bytes; before it comes by they are not found any more."""
    memory = lab.open()
    keep(memory.accounts)
    lab.clock.now += 30 * DAY - 1
    assert (memory.tidy(), memory.accounts.kept(KEY)) == (Counts(), SENTENCES)
    lab.clock.now += 2
    assert memory.accounts.kept(KEY) is None
    assert lab.traces(["kwalsterbriep"]) == {"kwalsterbriep"}
    assert memory.tidy() == Counts(explanations=1)
    assert lab.traces(["kwalsterbriep"]) == set()


def test_no_clean_up_is_needed(lab: Lab, accounts: ModelAccounts) -> None:
    """Where nobody tidies, as in the terminal, what is too old goes when something is kept."""
    keep(accounts)
    lab.clock.now += 30 * DAY + 1
    keep(accounts, OTHER, "[]")
    assert len(ids(lab.path)) == 1


@pytest.mark.parametrize("by", ["tidy", "reserve"])
def test_days_go_after_a_month(lab: Lab, by: str) -> None:
    """What was spent longer than 31 days ago is deleted, by the clean-up or by the first answer of a day."""
    memory = lab.open()
    for number in range(3):
        lab.clock.now = NOON + number * DAY
        memory.accounts.reserve(100 + number, 0)
    lab.clock.now = NOON + 33 * DAY
    if by == "tidy":
        assert memory.tidy() == Counts()
    else:
        memory.accounts.reserve(5, 0)
    with closing(sqlite3.connect(lab.path)) as database:
        days = database.execute("SELECT day, tokens FROM model_days ORDER BY day").fetchall()
    assert days == [("2026-12-04", 102), *([("2027-01-04", 5)] if by == "reserve" else [])]


def test_forgetting_leaves_no_byte(lab: Lab, accounts: ModelAccounts) -> None:
    """No sentence is found, and none is in any byte; what was spent and who was told stay."""
    keep(accounts)
    accounts.reserve(10, 0)
    accounts.tell("api.example")
    assert lab.traces(["kwalsterbriep"]) == {"kwalsterbriep"}
    assert (accounts.forget_kept(), accounts.forget_kept()) == (1, 0)
    assert lab.traces(["kwalsterbriep"]) == set()
    assert (accounts.kept(KEY), accounts.spent_today(), accounts.was_told("api.example")) == (None, 10, True)


def test_answer_that_was_being_written_is_not_kept_after_forgetting(lab: Lab, accounts: ModelAccounts) -> None:
    """What it quotes may have been purged meanwhile, by another program too; an answer that begins afterwards is kept again."""
    for forget in (accounts.forget_kept, lambda: forget_kept_in(lab.folder)):
        assert accounts.kept(KEY) is None
        forget()
        accounts.keep(KEY, SENTENCES)
        assert lab.traces(["kwalsterbriep"]) == set()
    keep(accounts)
    assert accounts.kept(KEY) == SENTENCES


def test_server_is_told_of_once(lab: Lab, accounts: ModelAccounts) -> None:
    """Who was told of a server was not told of another; it is known after a restart."""
    assert not accounts.was_told("localhost:11434")
    accounts.tell("localhost:11434")
    accounts.tell("localhost:11434")
    lab.close()
    again = lab.open().accounts
    assert (again.was_told("localhost:11434"), again.was_told("api.example")) == (True, False)


def test_accounts_share_the_file_of_the_memory(lab: Lab) -> None:
    """Those of an open memory are that memory's; others see what they wrote, and what is remembered of people is not touched."""
    memory = lab.open()
    ask(memory, 1, private(ANNE), "griffelhuis")
    assert model_accounts_in(lab.folder, load_front_settings(), memory) is memory.accounts
    keep(memory.accounts)
    memory.accounts.reserve(7, 0)
    other = lab.open().accounts
    assert (other.kept(KEY), other.spent_today()) == (SENTENCES, 7)
    assert (forget_kept_in(lab.folder), other.kept(KEY), memory.accounts.kept(KEY)) == (1, None, None)
    assert memory.conversation(private(ANNE)).turns == (turn("griffelhuis"),)


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    """Accounts that are made but not used leave no file, nor does forgetting where nothing was kept."""
    model_accounts_in(tmp_path / "home", load_front_settings())
    assert forget_kept_in(tmp_path / "home") == 0
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("trouble", ["no database", "no folder", "another program writes", "later version"])
def test_trouble_is_one_kind_of_error_and_passes(tmp_path: Path, trouble: str) -> None:
    """Every method says so in one way where the file cannot be worked with, and works as soon as it can be."""
    home = tmp_path / "home"
    file = home / "memory.sqlite"
    accounts = ModelAccounts(lambda: open_database(f"sqlite:///{file}", 0.01), retention_seconds=DAY)
    with closing(spoilt(home, file, trouble)) as other:
        for use in (
            lambda: accounts.reserve(1, 10),
            accounts.spent_today,
            lambda: accounts.kept(KEY),
            lambda: accounts.keep(KEY, "[]"),
            accounts.forget_kept,
            lambda: accounts.was_told("x"),
            lambda: accounts.tell("x"),
        ):
            with pytest.raises(UnavailableError, match=r"memory\.sqlite'"):
                use()
        other.rollback()
    if trouble == "no folder":
        home.unlink()
    elif trouble != "another program writes":
        file.unlink()
    assert accounts.reserve(10, 10)
    keep(accounts)
    assert (accounts.kept(KEY), accounts.spent_today()) == (SENTENCES, 10)


def spoilt(home: Path, file: Path, trouble: str) -> sqlite3.Connection:
    """Make that trouble; what holds it up until it is closed."""
    if trouble == "no folder":
        home.write_text("a file")
        return sqlite3.connect(":memory:")
    home.mkdir()
    if trouble == "no database":
        file.write_bytes(b"no database at all, but text\n" * 100)
        return sqlite3.connect(":memory:")
    Lab(home).open().close()
    other = sqlite3.connect(file)
    if trouble == "later version":
        with other:
            other.execute("UPDATE about SET value = '3' WHERE name = 'version'")
    else:
        other.execute("BEGIN IMMEDIATE")
    return other


def test_damage_in_a_row_is_that_kind_of_error_too(lab: Lab, accounts: ModelAccounts) -> None:
    """Where a row or a table is not as it was made, the answer without a model can be given all the same."""
    keep(accounts)
    with closing(sqlite3.connect(lab.path)) as database, database:
        database.execute("UPDATE model_sentences SET sentences = 'no JSON'")
        database.execute("DROP TABLE model_days")
    for use in (lambda: accounts.kept(KEY), accounts.spent_today):
        with pytest.raises(UnavailableError, match=r"^What is kept of the language model cannot be read or written "):
            use()


def test_reservation_that_cannot_be_settled_stays_spent(lab: Lab) -> None:
    """Where it cannot be written what an answer took, the most that it can have taken counts."""
    accounts = lab.open(patience_seconds=0.01).accounts
    assert accounts.reserve(500, 1_000)
    with closing(sqlite3.connect(lab.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError):
            accounts.settle(500, 10)
        other.rollback()
    accounts.settle(500, 10)
    assert accounts.spent_today() == 500


def kept_in(home: Path) -> None:
    """Keep sentences in a home, as a program does that has ended since."""
    accounts = model_accounts_in(home, load_front_settings())
    keep(accounts)
    accounts.close()


def test_purge_takes_what_a_model_wrote(place: Place) -> None:
    """After a purge no file of the home has a word of the document, nor of what was kept about it; a dry run takes nothing."""
    place.publish(wilgen=WILLOWS, geheim=BIRDS)
    kept_in(place.home)
    file = place.home / "memory.sqlite"
    run("remove", "--purge", "--dry-run", "geheim", home=place.home, dossier="off")
    assert len(ids(file)) == 1
    done = run("remove", "--purge", "geheim", home=place.home, dossier="off")
    assert (done.returncode, done.stderr, remains(place.home), ids(file)) == (0, "", [], [])


def test_purge_says_where_it_could_not_take_it(place: Place) -> None:
    """The receipt of the documents is printed, and then what is still there; the same purge takes it later."""
    place.publish(wilgen=WILLOWS, geheim=BIRDS)
    kept_in(place.home)
    with closing(sqlite3.connect(place.home / "memory.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM model_sentences").fetchall()
        done = run("remove", "--purge", "geheim", home=place.home, dossier="off")
        reader.execute("COMMIT")
    assert (done.returncode, done.stdout.startswith("purged: geheim")) == (1, True)
    assert done.stderr.startswith("Error: It is deleted, but another program is still reading ")
    run("remove", "--purge", "geheim", home=place.home, dossier="off")
    assert remains(place.home) == []


def test_forget_takes_what_a_model_wrote(tmp_path: Path) -> None:
    """`kanttekening forget` erases it too, and says so, of the terminal and of a person."""
    home = tmp_path / "home"
    also = "Also erased: 1 explanation by a language model, of nobody in particular."
    for arguments, whose in (((), "of the terminal"), (("--person", "5"), "of person 5")):
        kept_in(home)
        done = run("forget", "--yes", *arguments, home=home)
        assert (done.returncode, done.stdout) == (0, f"Nothing is remembered {whose}. {also}\n")
        assert remains(home) == []
    kept_in(home)
    assert json.loads(run("forget", "--yes", "--json", home=home).stdout)["explanations"] == 1
