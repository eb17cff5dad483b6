"""The durable inbox: an update is stored before anything is done for it, and its row goes when that has been done."""

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from bot.memory_tables import handled, inbox, insert_new
from bot.remembered import Came, Waiting


def day(moment: float) -> str:
    """The date of a moment, in UTC."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def take_in(connection: Connection, came: Came, now: float) -> bool:
    """Store an update; False where it was received before."""
    last = connection.scalar(select(func.max(inbox.c.received_at)))
    received_at = max(now, last or now)  # a clock that is set back does not change the order
    row = {"received_at": received_at, "prepared": None, "sent": 0, "bot": None, **asdict(came)}
    if not insert_new(connection, inbox, **row):
        return False
    # Looked for last: another bot can have handled it until the row was there, and from then on none can.
    if connection.scalar(select(handled.c.update_id).where(handled.c.update_id == came.update_id)) is None:
        return True
    connection.execute(delete(inbox).where(inbox.c.update_id == came.update_id))
    return False


def waiting(connection: Connection) -> list[Waiting]:
    """What has not been handled, the oldest first."""
    columns = (inbox.c.update_id, inbox.c.payload, inbox.c.received_at, inbox.c.prepared, inbox.c.sent)
    return [Waiting(*row) for row in connection.execute(select(*columns).order_by(inbox.c.received_at, inbox.c.update_id))]


def note_reply(connection: Connection, update_id: int, reply: str) -> bool:
    """Keep what will be sent, so that it is made once; False where the update is not waiting any more."""
    return connection.execute(update(inbox).where(inbox.c.update_id == update_id).values(prepared=reply)).rowcount > 0


def note_sent(connection: Connection, update_id: int, count: int) -> None:
    """Keep how many of its messages have gone."""
    connection.execute(update(inbox).where(inbox.c.update_id == update_id).values(sent=count))


def finish(connection: Connection, update_id: int, now: float) -> bool:
    """Forget an update but for its id; False where it is not waiting any more."""
    return drop(connection, inbox.c.update_id == update_id, now) > 0


def drop(connection: Connection, condition: ColumnElement[bool], now: float) -> int:
    """Forget updates but for their ids, by which they are known when they come again; returns how many."""
    gone = list(connection.scalars(delete(inbox).where(condition).returning(inbox.c.update_id)))
    for each in gone:
        insert_new(connection, handled, update_id=each, day=day(now))
    return len(gone)
