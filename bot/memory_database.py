"""The door to the database that holds what is remembered: a file in the home, or a server that many bots work with.

Nothing else knows which of the two it is: SQL of SQLite's own is in `sqlite_database`, and PostgreSQL's in `postgres_database`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import FrontSettings

MEMORY_FILE = "memory.sqlite"
"""The name of the file in the home."""

_Result = TypeVar("_Result")


class Database(ABC):
    """A database that is open, which threads share; other processes may have it open too."""

    place: str
    """Where it is, as messages say it; it holds no password."""
    is_shared = False
    """Whether bots on other machines may work with it too."""

    @abstractmethod
    def transaction(self, *, waits_for_disk: bool = True) -> AbstractContextManager[Connection]:
        """What is done in the block is done whole, or not at all.

        Raises:
            UnavailableError: it cannot be read or written.
        """

    def run(self, work: Callable[[Connection], _Result], *, waits_for_disk: bool = True) -> _Result:
        """What some work gives in a transaction of its own; done again where a server went away in the middle of it.

        Raises:
            UnavailableError: it cannot be read or written.
        """
        with self.transaction(waits_for_disk=waits_for_disk) as connection:
            return work(connection)

    @abstractmethod
    def sweep(self) -> None:
        """Leave no byte of what was deleted, as far as the database can.

        Raises:
            UnavailableError: another program is still reading; what is deleted stays so, and the bytes go with a later sweep.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""


def open_database(url: str | URL, patience_seconds: float) -> Database:
    """Open the database at an address; its tables are made or brought up to date. `patience_seconds` is how long it is waited for.

    Raises:
        UsageError: the address is of another kind of database, or its driver is not installed.
        UnavailableError: it cannot be opened, or a later version of the program made it.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        from bot.sqlite_database import SqliteDatabase

        return SqliteDatabase(address, patience_seconds)
    if address.get_backend_name() == "postgresql":
        from bot.postgres_database import PostgresDatabase

        return PostgresDatabase(address, patience_seconds)
    raise UsageError(
        f"What is remembered cannot be kept in {address.get_backend_name()!r}. Give an address sqlite:///FILE or "
        "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
    )


def address_of_memory(home: Path, settings: "FrontSettings") -> URL:
    """Where what is remembered of a home is: in the database that is set, or else in a file there."""
    if settings.database_url:
        return _address(settings.database_url.get_secret_value().strip())
    return URL.create("sqlite", database=str(home / MEMORY_FILE))


def is_remembering(home: Path, settings: "FrontSettings") -> bool:
    """Whether there can be anything: a server always may have it, a home only where the file is."""
    return bool(settings.database_url) or (home / MEMORY_FILE).exists()


def _address(url: str | URL) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:  # which would show it, and a password in it
        raise UsageError(
            "The address of the database cannot be read. Give one as postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        ) from error.with_traceback(None)
