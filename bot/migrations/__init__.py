"""The steps from the tables of one version to those of the next, the same for each database; Alembic takes them.

`about` says which version a database is of. Alembic's own table is set by that before each migration, and read by nobody.
"""

from pathlib import Path

from sqlalchemy import Connection, update

from bot.memory_tables import VERSION, about


def migrate(connection: Connection, version: int) -> None:
    """Bring tables of an earlier version up to date, in the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    # The first step leaves alone what is there: programs of version 1 have added tables without saying so.
    command.stamp(config, str(version) if version > 1 else "base", purge=True)
    command.upgrade(config, str(VERSION))
    connection.execute(update(about).where(about.c.name == "version").values(value=str(VERSION)))
