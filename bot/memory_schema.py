"""The tables in a database, made where there are none and brought up to date where an earlier version made them."""

from sqlalchemy import Connection, insert, inspect, select

from bot.memory_tables import VERSION, about, metadata
from vectorstore.errors import UnavailableError


def is_up_to_date(connection: Connection, place: str) -> bool:
    """Whether the tables are those of this version.

    Raises:
        UnavailableError: they are those of a later one.
    """
    return _version(connection, place) == VERSION


def bring_up_to_date(connection: Connection, place: str) -> None:
    """Make the tables those of this version, in a transaction in which nobody else does.

    Raises:
        UnavailableError: they are those of a later version.
    """
    version = _version(connection, place)
    if version == 0:
        metadata.create_all(connection)
        connection.execute(insert(about).values(name="version", value=str(VERSION)))
    elif version < VERSION:
        from bot.migrations import migrate

        migrate(connection, version)


def _version(connection: Connection, place: str) -> int:
    """Of the tables that are there; 0 where there are none."""
    if not inspect(connection).has_table(about.name):
        return 0
    found = connection.scalar(select(about.c.value).where(about.c.name == "version"))
    if found is not None and (not found.isdecimal() or int(found) > VERSION):
        raise UnavailableError(
            f"{place} was made by a later version of the program (tables {found}; this one knows {VERSION}). Update Kanttekening."
        )
    return int(found or 0)
