"""What is remembered on a PostgreSQL server that is there for real; and the tables, which are the same in both databases."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, create_engine, inspect, text

from bot.memory import Memory
from bot.memory_database import open_database
from bot.memory_tables import VERSION, metadata
from bot.migrations import migrate
from bot.postgres_database import MIGRATING
from bot.remembered import Remembered, Waiting
from tests.conftest import ROOT
from tests.counts import count
from tests.postgres import Server
from tests.remembering import ANNE, BRAM, NOON, Lab, answer, ask, private, turn
from vectorstore.errors import TakenOverError, UnavailableError, UsageError
from vectorstore.settings import PREFIX

IS_SOAK = f"{PREFIX}SOAK" in os.environ

OF_VERSION_1 = """
CREATE TABLE about (name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name));
CREATE TABLE inbox (update_id BIGINT NOT NULL, payload JSON NOT NULL, received_at DOUBLE NOT NULL, chat BIGINT, person BIGINT,
    prepared JSON, sent BIGINT NOT NULL, PRIMARY KEY (update_id));
CREATE INDEX ix_inbox_chat ON inbox (chat);
CREATE INDEX ix_inbox_person ON inbox (person);
CREATE TABLE people (person BIGINT NOT NULL, language VARCHAR, keeps BOOLEAN NOT NULL, last_seen DOUBLE NOT NULL,
    PRIMARY KEY (person));
CREATE INDEX ix_people_last_seen ON people (last_seen);
INSERT INTO about VALUES ('version', '1');
"""
"""A file as programs of version 1 began with; those of later days added the tables that are not here."""


@pytest.fixture
def lab(tmp_path: Path, postgres: Server) -> Iterator[Lab]:
    """A place of this test's own on the server."""
    lab = Lab(tmp_path / "memory", server=postgres.new_database())
    yield lab
    lab.close()


def tables(connection: Connection) -> dict[str, object]:
    """Each table but Alembic's own: its columns and its indexes."""
    found = inspect(connection)
    names = sorted(set(found.get_table_names()) - {"alembic_version"})
    return {
        name: (
            [(each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(name)],
            sorted((str(each["name"]), tuple(each["column_names"])) for each in found.get_indexes(name)),
            found.get_pk_constraint(name)["constrained_columns"],
        )
        for name in names
    }


def check_steps(made: URL | str, migrated: URL | str) -> None:
    """Tables that were made at once and those that were made step by step are the same, and Alembic finds nothing to do."""
    open_database(made, 5).close()
    found = []
    for address, step in ((made, False), (migrated, True)):
        engine = create_engine(address)
        with engine.begin() as connection:
            if step:
                connection.exec_driver_sql("CREATE TABLE about (name VARCHAR NOT NULL PRIMARY KEY, value VARCHAR NOT NULL)")
                connection.exec_driver_sql("INSERT INTO about VALUES ('version', '1')")
                migrate(connection, 1)
                context = MigrationContext.configure(connection)
                assert (context.get_current_revision(), compare_metadata(context, metadata)) == (str(VERSION), [])
            found.append(tables(connection))
        engine.dispose()
    assert found[0] == found[1]
    assert len(found[0]) == len(metadata.tables)


def test_steps_lead_to_the_same_tables_on_a_server(postgres: Server) -> None:
    """PostgreSQL has the same tables whether they were made at once or by the steps from version 1."""
    check_steps(postgres.new_database(), postgres.new_database())


def test_steps_lead_to_the_same_tables_in_a_file(tmp_path: Path) -> None:
    """So has SQLite."""
    check_steps(f"sqlite:///{tmp_path}/made.sqlite", f"sqlite:///{tmp_path}/migrated.sqlite")


def test_file_of_version_1_is_adopted(tmp_path: Path) -> None:
    """What was waiting, and what people chose, is there afterwards; what came to version 1 later is made, and works."""
    lab = Lab(tmp_path / "memory")
    lab.folder.mkdir()
    with closing(sqlite3.connect(lab.path)) as database:
        database.executescript(OF_VERSION_1)
        database.execute("INSERT INTO inbox VALUES (7, '\"zeven\"', ?, 1, 1, '\"klaar\"', 1)", [NOON])
        database.execute("INSERT INTO people VALUES (?, 'en', 1, ?)", [ANNE, NOON])
        database.commit()
    memory = lab.open()
    assert (memory.waiting(), memory.language(ANNE)) == ([Waiting(7, "zeven", NOON, "klaar", 1)], "en")
    assert memory.keeps(ANNE)
    ask(memory, 8, private(ANNE), "Wie vindt wat?")
    memory.set_explains(ANNE, "always")
    assert lab.rows("SELECT value FROM about WHERE name = 'version'") == [(str(VERSION),)]
    lab.close()
    assert lab.open().answer("a8") == answer("a8", private(ANNE), "Wie vindt wat?")
    lab.close()


def opened_at_once(lab: Lab) -> None:
    """Four processes open the same place at the same moment, and store something each."""
    script = (
        "import sys; from bot.memory import Memory; sys.stdin.read(1)\n"
        "memory = Memory(sys.argv[1], silence_seconds=60, retention_seconds=60)\n"
        "for each in range(5): assert memory.take_in(int(sys.argv[2]) * 5 + each, 'x', chat=1, person=1)\n"
    )
    lines = [[sys.executable, "-c", script, lab.address, str(number)] for number in range(4)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = [subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=variables) for line in lines]
    assert [process.communicate(b"x")[1] for process in started] == [b""] * 4
    assert sorted(each.update_id for each in lab.open().waiting()) == list(range(20))


def test_bots_that_start_at_once_make_the_tables_once(lab: Lab) -> None:
    """They do not get in each other's way."""
    opened_at_once(lab)


def test_bot_waits_for_whoever_makes_the_tables(lab: Lab) -> None:
    """Nothing is made while another holds the right to, and everything afterwards."""
    engine = create_engine(lab.address)
    waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool, engine.connect() as holder:
        holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATING})
        opening = pool.submit(lab.open)
        while not holder.scalar(waits) and not opening.done():
            pass
        made = inspect(holder).get_table_names(), opening.done()
        holder.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATING})
        assert (made, opening.result().waiting()) == (([], False), [])
    engine.dispose()


def test_bots_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    """Also where they find a file of version 1."""
    lab = Lab(tmp_path / "memory")
    lab.folder.mkdir()
    with closing(sqlite3.connect(lab.path)) as database:
        database.executescript(OF_VERSION_1)
    opened_at_once(lab)
    lab.close()


def test_server_of_a_later_version(lab: Lab) -> None:
    """It is not touched, and what to do is said."""
    lab.open()
    lab.close()
    lab.rows("UPDATE about SET value = '77' WHERE name = 'version'")
    with pytest.raises(UnavailableError, match=r"made by a later version of the program \(tables 77; this one knows 2\)\. Update"):
        lab.open()


def test_server_that_is_started_anew(lab: Lab, postgres: Server) -> None:
    """What was stored is there, and what comes while it is away waits for it."""
    memory = lab.open(patience_seconds=60)
    ask(memory, 1, private(ANNE), "ervoor")
    postgres.restart()
    ask(memory, 2, private(ANNE), "erna")
    postgres.kill()
    back = Timer(0.3, postgres.start)
    back.start()
    ask(memory, 3, private(ANNE), "intussen")
    back.join()
    assert memory.conversation(private(ANNE)) == Remembered(tuple(turn(each) for each in ("ervoor", "erna", "intussen")))
    assert memory.waiting() == []


def test_server_that_stays_away(lab: Lab, postgres: Server) -> None:
    """It is said in a sentence that names it, without a password; everything works when it is back."""
    memory = lab.open(patience_seconds=0.2)
    postgres.kill()
    try:
        with pytest.raises(UnavailableError) as caught:
            memory.set_language(BRAM, "en")
        with pytest.raises(UnavailableError) as refused:
            open_database(postgres.url().set(password="geheim"), 0.1)  # noqa: S106  # to see that it is not shown
    finally:
        postgres.start()
    place = f"'postgresql://127.0.0.1:{postgres.port}/postgres'"
    assert str(caught.value) == str(refused.value)
    assert str(caught.value) == (
        f"What is remembered is in {place}, which cannot be reached or is too busy. See that the server runs and that "
        "KANTTEKENING_DATABASE_URL is right, and try again."
    )
    memory.set_language(BRAM, "en")
    assert memory.language(BRAM) == "en"


def test_address_that_is_none() -> None:
    """It is refused without being shown: it may hold a password."""
    with pytest.raises(UsageError) as caught:
        open_database("postgres geheim", 1)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None or "geheim" not in str(caught.value.__cause__)


def ids(found: list[Waiting]) -> list[int]:
    """Which updates."""
    return [each.update_id for each in found]


def test_update_is_claimed_once_and_a_chat_in_order(lab: Lab) -> None:
    """Of each chat the oldest goes to whoever asks first; the next when that is handled, to any."""
    one, other = lab.open(), lab.open()
    for number, chat in enumerate((ANNE, ANNE, BRAM, ANNE)):
        assert one.take_in(number, "x", chat=chat, person=chat, lane=chat)
    assert not other.take_in(0, "x", chat=ANNE, person=ANNE, lane=ANNE)
    assert (ids(one.claim(1)), ids(other.claim(9)), ids(one.claim(9))) == ([0], [2], [])
    assert one.handled(0)
    assert not other.take_in(0, "x", chat=ANNE, person=ANNE, lane=ANNE)
    assert (ids(other.claim(9)), ids(one.claim(9))) == ([1], [])
    assert not one.handled(1)
    assert other.handled(1)
    assert (ids(one.claim(9)), ids(other.claim(9))) == ([3], [])


def test_what_ends_an_explanation_goes_to_the_bot_that_writes_it(lab: Lab) -> None:
    """What waits for no turn is anybody's, unless another bot is answering in its chat."""
    one, other = lab.open(), lab.open()
    for each in (one, other):
        each.be_seen()
    one.take_in(1, "vraag", chat=ANNE, person=ANNE, lane=ANNE)
    assert ids(one.claim(9)) == [1]
    one.take_in(2, "/stop", chat=ANNE, person=ANNE)
    one.take_in(3, "knop", chat=BRAM, person=BRAM)
    assert (ids(other.claim(9)), ids(one.claim(9))) == ([3], [2])


def test_updates_of_a_dead_bot_are_taken_over(lab: Lab) -> None:
    """With what it had prepared and sent; it can do nothing more with them itself, if it was not dead after all."""
    dead, heir = lab.open(), lab.open()
    dead.take_in(1, "vraag", chat=ANNE, person=ANNE, lane=ANNE)
    dead.be_seen()
    assert ids(dead.claim(9)) == [1]
    dead.prepared(1, "antwoord")
    dead.sent(1, 1)
    assert (heir.claim(9), heir.claim(9, dead_after=3_600)) == ([], [])
    lab.rows("UPDATE bots SET seen_at = seen_at - 60")
    assert heir.claim(9, dead_after=30) == [Waiting(1, "vraag", NOON, "antwoord", 1, was_begun=True)]
    with pytest.raises(TakenOverError):
        dead.prepared(1, "nog een")
    with pytest.raises(TakenOverError):
        dead.sent(1, 2)
    assert not dead.handled(1)
    assert heir.waiting() == [Waiting(1, "vraag", NOON, "antwoord", 1)]
    assert heir.handled(1)


def test_bot_that_ends_leaves_the_rest_to_others(lab: Lab) -> None:
    """At once; and one that failed in the middle can claim the same again."""
    one, other = lab.open(), lab.open()
    for number, chat in enumerate((ANNE, BRAM)):
        one.take_in(number, "x", chat=chat, person=chat, lane=chat)
    assert (ids(one.claim(9)), ids(one.claim(9, busy=[0])), ids(one.claim(9, busy=[0, 1]))) == ([0, 1], [1], [])
    one.let_go()
    assert ids(other.claim(9)) == [0, 1]


def test_bots_claim_at_the_same_moment(lab: Lab) -> None:
    """Four bots that go on claiming until there is nothing left handle each update once, and those of a chat in order."""
    bots, chats, each = [lab.open(patience_seconds=30) for _ in range(4)], 10, 6 if not IS_SOAK else 60
    for number in range(chats * each):
        bots[0].take_in(number, "x", chat=number % chats + 1, person=None, lane=number % chats + 1)
    order: list[int] = []

    def work(memory: Memory) -> int:
        done = 0
        while memory.waiting():
            for claimed in memory.claim(3):
                order.append(claimed.update_id)
                done += memory.handled(claimed.update_id)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, bots))
    assert (sum(done), len(order)) == (chats * each, chats * each)
    assert [[number for number in order if number % chats == chat] for chat in range(chats)] == [
        list(range(chat, chats * each, chats)) for chat in range(chats)
    ]
    count("updates claimed by four bots at once", f"{len(order)}, each once and each chat in order")
