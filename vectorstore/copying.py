"""Copies a catalogue without some of its documents, into a new file that has never held anything of them.

SQLite leaves what is deleted in the free pages of a file, so a copy of the file would hold it still.
"""

import json
import sqlite3
from collections.abc import Collection
from pathlib import Path

from vectorstore.errors import DamagedEditionError

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PRIMARY = 0xFF  # the low byte of an extended code is the plain one
_GONE = {
    "source": "id IN (SELECT value FROM json_each(:gone))",
    "source_id": "source_id IN (SELECT value FROM json_each(:gone))",
    "passage_id": "passage_id IN (SELECT id FROM old.passage WHERE source_id IN (SELECT value FROM json_each(:gone)))",
}
"""What goes from a table, by its name or by a column that it has."""


def copy_catalog(old: Path, new: Path, without: Collection[str]) -> None:
    """Write a catalogue with everything but these documents; rows keep their numbers.

    Raises:
        DamagedEditionError: the old one cannot be read.
    """
    database = sqlite3.connect(new.as_uri(), uri=True)
    try:
        database.execute("PRAGMA secure_delete = ON")  # a page is blank before it is filled
        database.execute("ATTACH ? AS old", (f"{old.as_uri()}?mode=ro&immutable=1",))
        made = database.execute("SELECT type, name, sql FROM old.sqlite_master WHERE sql IS NOT NULL").fetchall()
        for table, sql in [(name, sql) for kind, name, sql in made if kind == "table"]:
            database.execute(sql)
            _copy_table(database, table, without)
        for sql in [sql for kind, _, sql in made if kind != "table"]:
            database.execute(sql)
        database.commit()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _PRIMARY in _DAMAGE:
            raise DamagedEditionError(f"{str(old)!r} cannot be read. Restore an earlier edition, or ingest again.") from error
        raise
    finally:
        database.close()


def _copy_table(database: sqlite3.Connection, table: str, without: Collection[str]) -> None:
    columns = {name for _, name, *_ in database.execute("SELECT * FROM pragma_table_info(?, 'old')", (table,))}
    gone = next((condition for name, condition in _GONE.items() if name == table or name in columns), "FALSE")
    copy = f'INSERT INTO main."{table}" SELECT * FROM old."{table}" WHERE NOT ({gone})'  # noqa: S608  # nothing from outside
    database.execute(copy, {"gone": json.dumps(list(without))})
