"""The durable inbox: an update is stored before anything is done for it, and its row goes when that has been done."""

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from bot.memory_tables import handled, inbox, insert_new
from bot.remembered import Came, Waiting
from vectorstore.errors import TakenOverError


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


def note_reply(connection: Connection, update_id: int, reply: str, bot: str | None) -> bool:
    """Keep what will be sent, so that it is made once; False where the update is not waiting any more.

    Raises:
        TakenOverError: another bot answers it.
    """
    return _note(connection, update_id, bot, prepared=reply)


def note_sent(connection: Connection, update_id: int, count: int, bot: str | None) -> None:
    """Keep how many of its messages have gone; raises as `note_reply` does."""
    _note(connection, update_id, bot, sent=count)


def finish(connection: Connection, update_id: int, now: float, bot: str | None) -> bool:
    """Forget an update but for its id; False where it is not waiting any more, or another bot answers it."""
    return drop(connection, _is_mine(update_id, bot), now) > 0


def drop(connection: Connection, condition: ColumnElement[bool], now: float) -> int:
    """Forget updates but for their ids, by which they are known when they come again; returns how many."""
    gone = list(connection.scalars(delete(inbox).where(condition).returning(inbox.c.update_id)))
    for each in gone:
        insert_new(connection, handled, update_id=each, day=day(now))
    return len(gone)


def _note(connection: Connection, update_id: int, bot: str | None, **values: object) -> bool:
    if connection.execute(update(inbox).where(_is_mine(update_id, bot)).values(values)).rowcount:
        return True
    if bot is not None and connection.scalar(select(inbox.c.bot).where(inbox.c.update_id == update_id)) is not None:
        raise TakenOverError("Another bot answers this message.")
    return False


def _is_mine(update_id: int, bot: str | None) -> ColumnElement[bool]:
    """The row of an update, unless another bot has it."""
    return (inbox.c.update_id == update_id) & (inbox.c.bot.is_(None) | (inbox.c.bot == bot))
