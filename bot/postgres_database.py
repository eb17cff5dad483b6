"""The PostgreSQL server that holds what is remembered, for any number of bots: how it is reached, and waited for when it is away.

What is committed is on the server's disk. A transaction that did not commit, because the server was started anew or because two
got in each other's way, is done again; so is the rare one that did commit and could not say so: what it does a second time
changes nothing, as each row has a key of its own.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TypeVar

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.memory_database import Database
from bot.memory_schema import bring_up_to_date, is_up_to_date
from bot.memory_tables import metadata
from vectorstore.errors import UnavailableError, UsageError

CONNECTIONS = 5
"""The most that a process has open."""

MIGRATING = 0x6B616E74
"""The number of the lock that whoever changes the tables holds; any will do that others do not use."""

_Result = TypeVar("_Result")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between tries
_START_SECONDS = 5.0  # a wrong address does not become right by waiting
_PASSES = ("08", "40", "53", "55", "57", "58")  # classes of errors that may be over the next time, and so may one without a class
_REACHING = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # a machine that is gone says nothing
    "application_name": "kanttekening",
}


class PostgresDatabase(Database):
    """A few connections, which threads share."""

    is_shared = True

    def __init__(self, address: URL, patience_seconds: float) -> None:
        """Reach the server; `patience_seconds` is how long it is waited for when it is away.

        Raises:
            UsageError: the driver is not installed.
            UnavailableError: it cannot be reached, or a later version of the program made its tables.
        """
        if find_spec("psycopg") is None:
            raise UsageError("PostgreSQL needs the package psycopg. Install it with: pip install 'kanttekening[postgres]'.")
        self.place = repr(f"postgresql://{address.host or ''}{f':{address.port}' if address.port else ''}/{address.database or ''}")
        self._patience = min(patience_seconds, _START_SECONDS)
        self._engine = create_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=patience_seconds,
            hide_parameters=True,  # an error tells no question
            connect_args=_REACHING,
        )
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        self._patience = patience_seconds

    @contextmanager
    def transaction(self, *, waits_for_disk: bool = True) -> Iterator[Connection]:  # noqa: ARG002  # the server always does
        """See `Database`."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            if not _passes(error):
                raise
            raise self._away() from error

    def run(self, work: Callable[[Connection], _Result], *, waits_for_disk: bool = True) -> _Result:  # noqa: ARG002  # as above
        """See `Database`."""
        until, pause = time.monotonic() + self._patience, _FIRST_PAUSE
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except (DBAPIError, PoolTimeoutError) as error:
                if not _passes(error):
                    raise
                if time.monotonic() + pause > until:
                    raise self._away() from error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def sweep(self) -> None:
        """See `Database`: the room of what was deleted is free, and what is written next goes over it.

        The bytes stay longer in what only whoever runs the server can clear: its log of changes, and copies of it.
        """
        names = ", ".join(table.name for table in metadata.sorted_tables)
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"VACUUM {names}"))
        except (DBAPIError, PoolTimeoutError) as error:
            if not _passes(error):
                raise
            raise UnavailableError(
                f"It is deleted, but {self.place} cannot be cleaned up now, so that bytes of it are still on its disk. They go at "
                "the next clean-up; to have it sooner, try again."
            ) from error

    def close(self) -> None:
        """See `Database`."""
        self._engine.dispose()

    def _open(self) -> None:
        def migrate(connection: Connection) -> None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
            bring_up_to_date(connection, self.place)

        if not self.run(lambda connection: is_up_to_date(connection, self.place)):
            self.run(migrate)

    def _away(self) -> UnavailableError:
        return UnavailableError(
            f"What is remembered is in {self.place}, which cannot be reached or is too busy. See that the server runs and that "
            "KANTTEKENING_DATABASE_URL is right, and try again."
        )


def _passes(error: DBAPIError | PoolTimeoutError) -> bool:
    """Whether it may be over the next time."""
    if isinstance(error, PoolTimeoutError) or error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state.startswith(_PASSES) if state else isinstance(error, OperationalError)
