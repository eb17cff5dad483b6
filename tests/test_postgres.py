"""What is remembered on a PostgreSQL server that is there for real; and the tables, which are the same in both databases."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, create_engine, inspect

from bot.memory_database import open_database
from bot.memory_tables import VERSION, metadata
from bot.migrations import migrate
from bot.remembered import Remembered, Waiting
from tests.conftest import ROOT
from tests.postgres import Server
from tests.remembering import ANNE, BRAM, NOON, Lab, answer, ask, private, turn
from vectorstore.errors import UnavailableError, UsageError

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
    """Each waits for whoever makes them."""
    opened_at_once(lab)


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
