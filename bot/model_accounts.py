"""What is kept of the work of a language model: what it took of a day's budget, which sentences passed, who was told of it.

It stands in the file of the memory, and holds no question: the sentences stand under a keyed hash, so that a question that
somebody guesses cannot be looked for without the secret of the file. Whoever has the whole file has that too.
"""

import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox_rows import day
from bot.memory_database import Database, address_of_memory, is_remembering, open_database
from bot.memory_tables import about, insert_new, model_days, model_sentences, model_servers
from bot.retention import forget_days, forget_sentences
from vectorstore.errors import UnavailableError

if TYPE_CHECKING:
    from bot.memory import Memory
    from bot.settings import FrontSettings

MOST_KEPT = 5_000
"""Of how many answers the sentences are kept; the oldest go first."""

_SECRET = "model_secret"  # noqa: S105  # its name in the table, not the secret
_MOST_AWAITED = 1_000
_PATIENCE_SECONDS = 1.0  # an answer without the model is better than one that waits,
_FORGETTING_SECONDS = 2.0  # and what is to be forgotten is worth waiting for


class ModelAccounts:
    """The accounts of one home. Each method is one transaction, done when it returns; threads and processes take turns.

    Every method raises UnavailableError where the file cannot be opened, read or written; nothing of it is done then. Nothing
    is opened before it is first needed.
    """

    def __init__(
        self, open_database: Callable[[], Database], *, retention_seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        """`open_database` is called at the first use, and again as long as it fails; what is kept longer is not found."""
        self._open, self._retention, self._clock = open_database, retention_seconds, clock
        self._database: Database | None = None
        self._lock = RLock()
        self._reserved: list[tuple[int, str]] = []
        self._awaited: deque[str] = deque(maxlen=_MOST_AWAITED)

    def reserve(self, tokens: int, limit: int) -> bool:
        """Take so many tokens of today (in UTC), where the limit has room for them; 0 is no limit, and is counted too.

        What is reserved and never settled, as by a program that is killed, counts as used.
        """
        today = day(self._clock())
        with self._transaction() as connection:
            if insert_new(connection, model_days, day=today, tokens=0):
                forget_days(connection, self._clock())
            if limit and (_spent(connection, today) or 0) + tokens > limit:
                return False
            _add(connection, today, tokens)
        with self._lock:
            self._reserved.append((tokens, today))
        return True

    def settle(self, reserved: int, used: int) -> None:
        """So many were used in place of those that were reserved; it goes to the day of the reservation."""
        with self._lock:
            mine = next((each for each in self._reserved if each[0] == reserved), None)
            if mine is None:
                return
            self._reserved.remove(mine)
        with self._transaction() as connection:
            _add(connection, mine[1], used - reserved)

    def spent_today(self) -> int:
        """How many tokens of today are used or reserved, by all programs that work with this home."""
        with self._transaction() as connection:
            return _spent(connection, day(self._clock())) or 0

    def kept(self, key: str) -> str | None:
        """What was kept under a key."""
        with self._transaction() as connection:
            place = _place(connection, key)
            wanted = model_sentences.c.id == place, model_sentences.c.kept_at >= self._clock() - self._retention
            found: object = connection.scalar(select(model_sentences.c.sentences).where(*wanted))
        if isinstance(found, str):
            return found
        with self._lock:
            self._awaited.append(place)
        return None

    def keep(self, key: str, sentences: str) -> None:
        """Keep it, in place of what was there, where `kept` found nothing before.

        Nothing is kept where everything was forgotten since: what it quotes may have been purged.
        """
        now = self._clock()
        with self._transaction() as connection:
            if not self._is_awaited(place := _place(connection, key)):
                return
            forget_sentences(connection, now - self._retention)
            connection.execute(delete(model_sentences).where(model_sentences.c.id == place))
            insert_new(connection, model_sentences, id=place, sentences=sentences, kept_at=now)
            newest_first = select(model_sentences.c.id).order_by(model_sentences.c.kept_at.desc())
            connection.execute(delete(model_sentences).where(model_sentences.c.id.in_(newest_first.offset(MOST_KEPT))))

    def forget_kept(self) -> int:
        """Forget every sentence, down to the bytes, and the secret that they stood under; returns of how many answers.

        Raises:
            UnavailableError: it cannot be done; or it is deleted, but another program is reading, and bytes are still there.
        """
        with self._transaction() as connection:
            count = connection.execute(delete(model_sentences)).rowcount
            connection.execute(delete(about).where(about.c.name == _SECRET))
        self._opened().sweep()
        return count

    def was_told(self, server: str) -> bool:
        """Whether it was said here that questions go to this server."""
        with self._transaction() as connection:
            return _is_told(connection, _ascii(server))

    def tell(self, server: str) -> None:
        """Note that it was said."""
        with self._transaction() as connection:
            insert_new(connection, model_servers, server=_ascii(server))

    def close(self) -> None:
        """Let go of the file; it is opened again where it is needed."""
        with self._lock:
            if self._database:
                self._database.close()
            self._database = None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._opened().transaction(waits_for_disk=False) as connection:
                yield connection
        except (SQLAlchemyError, ValueError) as error:  # ValueError: a row is no JSON
            place = self._database.place if self._database else "the database"
            raise UnavailableError(
                f"What is kept of the language model cannot be read or written ({type(error).__name__}). Check {place}, or move "
                "it away: a new one is made."
            ) from error

    def _opened(self) -> Database:
        with self._lock:
            if self._database is None:
                self._database = self._open()
            return self._database

    def _is_awaited(self, place: str) -> bool:
        with self._lock:
            if place not in self._awaited:
                return False
            self._awaited.remove(place)
            return True


def model_accounts_in(home: Path, settings: "FrontSettings", memory: "Memory | None" = None) -> ModelAccounts:
    """The accounts of a home: over the connection of its memory where that is open, and otherwise over one of their own."""
    if memory is not None:
        return memory.accounts
    address = address_of_memory(home, settings)
    return ModelAccounts(lambda: open_database(address, _PATIENCE_SECONDS), retention_seconds=settings.retention_days * 24 * 3_600)


def forget_kept_in(home: Path) -> int:
    """Forget every sentence of a language model that is kept in a home, as `forget_kept` does; it makes no file where none is."""
    from bot.settings import load_front_settings

    settings = load_front_settings()
    if not is_remembering(home, settings):
        return 0
    address = address_of_memory(home, settings)
    accounts = ModelAccounts(lambda: open_database(address, _FORGETTING_SECONDS), retention_seconds=0)
    try:
        return accounts.forget_kept()
    finally:
        accounts.close()


def _spent(connection: Connection, today: str) -> int | None:
    return connection.scalar(select(model_days.c.tokens).where(model_days.c.day == today).with_for_update())


def _add(connection: Connection, date: str, tokens: int) -> None:
    connection.execute(update(model_days).where(model_days.c.day == date).values(tokens=model_days.c.tokens + tokens))


def _is_told(connection: Connection, server: str) -> bool:
    return connection.scalar(select(model_servers.c.server).where(model_servers.c.server == server)) is not None


def _place(connection: Connection, key: str) -> str:
    """Where what is kept under a key stands; a new secret is made where there is none."""
    wanted = select(about.c.value).where(about.c.name == _SECRET)
    secret = connection.scalar(wanted)
    if secret is None:
        insert_new(connection, about, name=_SECRET, value=secrets.token_hex(32))
        secret = connection.scalar(wanted) or ""  # another program may have been first
    return hmac.digest(secret.encode(), key.encode("utf-8", "surrogatepass"), "sha256").hex()


def _ascii(server: str) -> str:
    """A server as any database takes it: an address can hold what is no text."""
    return server.encode("ascii", "backslashreplace").decode()
