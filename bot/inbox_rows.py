"""The durable inbox: an update is stored before anything is done for it, and its row goes when that has been done."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.memory_tables import handled, inbox
from bot.remembered import Waiting


def day(moment: float) -> str:
    """The date of a moment, in UTC."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def take_in(connection: Connection, update_id: int, payload: str, now: float, *, chat: int | None, person: int | None) -> bool:
    """Store an update; False where it was received before."""
    for table in (inbox, handled):
        if connection.scalar(select(table.c.update_id).where(table.c.update_id == update_id)) is not None:
            return False
    last = connection.scalar(select(func.max(inbox.c.received_at)))
    received_at = max(now, last or now)  # a clock that is set back does not change the order
    connection.execute(
        insert(inbox).values(
            update_id=update_id, payload=payload, received_at=received_at, chat=chat, person=person, prepared=None, sent=0
        )
    )
    return True


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
    if connection.scalar(select(inbox.c.update_id).where(inbox.c.update_id == update_id)) is None:
        return False
    drop(connection, [update_id], now)
    return True


def drop(connection: Connection, update_ids: list[int], now: float) -> None:
    """Forget updates but for their ids, by which they are known when they come again."""
    if update_ids:
        connection.execute(delete(inbox).where(inbox.c.update_id.in_(update_ids)))
        connection.execute(insert(handled), [{"update_id": each, "day": day(now)} for each in update_ids])
