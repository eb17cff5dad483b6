"""The SQLite file that holds what is remembered: how it is opened, written and made to forget. Only here is SQL of SQLite's own.

What somebody gave outlives a power cut: its transaction waits for the disk (`synchronous=FULL`), and so for all that was written
before. The steps of answering, which are done again when they are lost, do not wait (`NORMAL`): a wait takes 0.15 ms on a quiet
disk and 4 ms on a busy one, and there would be three more for each message. A process that is killed loses nothing either way.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock

from sqlalchemy import URL, Connection, StaticPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.memory_database import Database
from bot.memory_schema import bring_up_to_date
from vectorstore.errors import UnavailableError

_PAUSE_SECONDS = 0.01
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # a rewrite puts no copy of what is kept into a folder for temporary files
)
_HINTS = {
    "SQLITE_FULL": "the disk is full. Make room and try again",
    "SQLITE_BUSY": "another program is working with it. Try again in a moment",
    "SQLITE_LOCKED": "another program is working with it. Try again in a moment",
    "SQLITE_NOTADB": "it is no database. Move it away: a new one is made",
    "SQLITE_CORRUPT": "it is damaged. Put back a copy, or move it away: a new one is made",
    "SQLITE_CANTOPEN": "it cannot be opened. Check its path and rights",
    "SQLITE_READONLY": "it cannot be written. Check its rights",
    "SQLITE_PERM": "it cannot be opened. Check its rights",
    "SQLITE_AUTH": "it cannot be opened. Check its rights",
    "SQLITE_IOERR": "the disk reports an error. Check the disk, and that there is room",
}


class SqliteDatabase(Database):
    """One connection, which threads take turns with; other processes may have the file open too."""

    def __init__(self, address: URL, patience_seconds: float) -> None:
        """Open the file, which is made where there is none; `patience_seconds` is how long other programs are waited for.

        Raises:
            UnavailableError: it cannot be opened, or a later version of the program made it.
        """
        self.path = Path(address.database) if address.database and address.database != ":memory:" else None
        self.place = repr(str(self.path))
        self._lock = RLock()
        self._wanted, self._synchronous = "FULL", ""
        self._swept_at: int | None = None  # at how many changes; None: whoever wrote before may not have come to sweeping
        self._patience = patience_seconds
        self._engine = create_engine(
            address,
            poolclass=StaticPool,
            hide_parameters=True,  # an error tells no question
            connect_args={"timeout": patience_seconds, "check_same_thread": False},
        )
        event.listen(self._engine, "connect", self._set_up)
        event.listen(self._engine, "begin", self._begin)
        try:
            with self._failures():
                self._open()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self, *, waits_for_disk: bool = True) -> Iterator[Connection]:
        """See `Database`."""
        with self._lock, self._failures():
            self._wanted = "FULL" if waits_for_disk else "NORMAL"
            with self._engine.begin() as connection:
                yield connection

    def sweep(self) -> None:
        """See `Database`: no byte is left in the file or beside it."""
        with self._lock, self._failures(), closing(self._engine.raw_connection()) as raw:
            database = _sqlite(raw.driver_connection)
            if self._swept_at == database.total_changes:
                return
            cursor = database.cursor()
            # Where rows move between pages secure_delete leaves copies behind: a few in a thousand. Only a rewrite takes them all.
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if (cursor.fetchone() or (1,))[0]:
                raise UnavailableError(
                    f"It is deleted, but another program is still reading {self.place}, so that bytes of it are still on the "
                    "disk. They go at the next clean-up; to have it sooner, close that program and try again."
                )
            self._swept_at = database.total_changes

    def close(self) -> None:
        """See `Database`."""
        with self._lock:
            self._engine.dispose()

    def _open(self) -> None:
        if self.path:
            _make_private(self.path)
        with self._engine.begin() as connection:
            bring_up_to_date(connection, self.place)

    def _set_up(self, raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        database = _sqlite(raw)
        database.isolation_level = None  # transactions begin where we say so
        for pragma in _PRAGMAS:
            self._patiently(database, pragma)
        self._synchronous = ""

    def _begin(self, connection: Connection) -> None:
        """Take the right to write at once: a transaction that began by reading is refused it where another has written since."""
        if self._synchronous != self._wanted:
            connection.exec_driver_sql(f"PRAGMA synchronous = {self._wanted}")
            self._synchronous = self._wanted
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _patiently(self, database: sqlite3.Connection, pragma: str) -> None:
        """SQLite does not wait by itself while another program is making the same file a WAL one."""
        until = time.monotonic() + self._patience
        while True:
            try:
                database.execute(pragma).close()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnavailableError(f"{self.place} cannot be opened ({error.strerror}). Check its path and rights.") from error
        except (DBAPIError, sqlite3.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            name = getattr(cause, "sqlite_errorname", "")
            hint = next((hint for code, hint in _HINTS.items() if name.startswith(code)), None)
            if hint is None:
                raise
            raise UnavailableError(f"What is remembered is in {self.place}, and {hint}.") from error


def _sqlite(raw: object) -> sqlite3.Connection:
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("the address is one of SQLite's")
    return raw


def _make_private(path: Path) -> None:
    """Make it its owner's alone, from the first byte on; SQLite gives the files beside it the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
