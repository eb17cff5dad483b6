"""Which bot answers which update, where several answer from one database on a server.

A bot claims the oldest update of a chat, so that a chat stays in order; the next can be claimed when that one has been handled. A
bot that was not seen alive for some seconds is taken for dead, by the clock of the server, and its updates can be claimed again.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Double, Select, cast, delete, extract, func, or_, select, tuple_, update

from bot.memory_tables import bots, inbox, insert_new
from bot.remembered import Waiting

_FORGOTTEN_SECONDS = 3_600.0


def be_seen(connection: Connection, bot: str) -> None:
    """Note that a bot is alive now."""
    insert_new(connection, bots, bot=bot, seen_at=0.0)
    connection.execute(update(bots).where(bots.c.bot == bot).values(seen_at=_now()))
    connection.execute(delete(bots).where(bots.c.seen_at < _now() - _FORGOTTEN_SECONDS))


def claim(connection: Connection, bot: str, most: int, *, busy: Collection[int] | None, dead_after: float | None) -> list[Waiting]:
    """Give a bot updates to answer, the oldest first, and at most so many.

    With `busy` also those that it claimed before and that are not among these; with `dead_after` also those of bots that were
    not seen alive for so many seconds.
    """
    alive = select(bots.c.bot).where(bots.c.seen_at >= _now() - (dead_after or 0))
    free: list[ColumnElement[bool]] = [inbox.c.bot.is_(None)]
    if busy is not None:
        free.append((inbox.c.bot == bot) & inbox.c.update_id.not_in(busy))
    if dead_after is not None:
        free.append((inbox.c.bot != bot) & inbox.c.bot.not_in(alive))
    columns = (inbox.c.update_id, inbox.c.payload, inbox.c.received_at, inbox.c.prepared, inbox.c.sent, inbox.c.bot.is_not(None))
    wanted = select(*columns).where(or_(*free), _has_its_turn(bot)).order_by(inbox.c.received_at, inbox.c.update_id).limit(most)
    found = [Waiting(*row) for row in connection.execute(wanted.with_for_update(skip_locked=True))]
    if found:
        mine = inbox.c.update_id.in_([each.update_id for each in found])
        connection.execute(update(inbox).where(mine).values(bot=bot))
    return found


def let_go(connection: Connection, bot: str) -> None:
    """Leave what a bot claimed to the others; it is gone."""
    connection.execute(update(inbox).where(inbox.c.bot == bot).values(bot=None))
    connection.execute(delete(bots).where(bots.c.bot == bot))


def _has_its_turn(bot: str) -> ColumnElement[bool]:
    """Whether nothing older waits in the lane of an update.

    What has no lane may end what is being written in its chat, which only the bot that writes it can.
    """
    other = inbox.alias()
    is_older = tuple_(other.c.received_at, other.c.update_id) < tuple_(inbox.c.received_at, inbox.c.update_id)
    older = _exists(select(other.c.update_id).where(other.c.lane == inbox.c.lane, is_older))
    writes = select(other.c.update_id).where(other.c.lane == inbox.c.chat, other.c.bot != bot, other.c.bot.in_(select(bots.c.bot)))
    return or_(inbox.c.lane.is_not(None) & ~older, inbox.c.lane.is_(None) & ~_exists(writes))


def _exists(query: "Select[int]") -> ColumnElement[bool]:
    return query.correlate(inbox).exists()


def _now() -> ColumnElement[float]:
    return cast(extract("epoch", func.clock_timestamp()), Double)
