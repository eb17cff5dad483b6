"""What is remembered of conversations and people, and made to be forgotten; the one door to the database that holds it."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, select

from bot import answer_rows, conversation_rows, inbox_rows, retention, rights
from bot.conversation import Turn
from bot.memory_database import MEMORY_FILE, Database
from bot.memory_tables import explaining, people
from bot.model_accounts import ModelAccounts
from bot.remembered import ConversationKey, Counts, Erased, Feedback, Remembered, StoredAnswer, Waiting
from bot.remembered_json import language_from
from vectorstore.errors import UnavailableError
from vectorstore.languages import Language

if TYPE_CHECKING:
    from bot.settings import FrontSettings


class Memory:
    """What is remembered. Each method is one transaction, done for good when it returns; threads take turns.

    A power cut, not a kill, can undo the last `prepared`, `sent` and `handled`: the update is waiting again then. Every
    method raises UnavailableError where the file cannot be read or written; nothing of it is done then.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        silence_seconds: float,
        retention_seconds: float,
        clock: Callable[[], float] = time.time,
        patience_seconds: float = 5.0,
    ) -> None:
        """Open what is remembered; `silence_seconds` end a conversation, `retention_seconds` everything.

        `patience_seconds` is how long another program that is working with it is waited for.

        Raises:
            UsageError: the address is not one of SQLite's.
            UnavailableError: it cannot be opened, or a later version of the program made it.
        """
        self._database = Database(url, patience_seconds)
        self._silence, self._retention, self._clock = silence_seconds, retention_seconds, clock
        self._erasing: set[int] = set()
        self.accounts = ModelAccounts(lambda: self._database, retention_seconds=retention_seconds, clock=clock)
        """What is kept of the work of a language model, in the same file and over the same connection."""

    def take_in(self, update_id: int, payload: str, *, chat: int | None, person: int | None) -> bool:
        """Store an update before anything is done for it; False where it is waiting or was handled already."""
        now = self._clock()
        with self._database.transaction() as connection:
            if person is not None:
                conversation_rows.hear_of(connection, person, now)
            return inbox_rows.take_in(connection, update_id, payload, now, chat=chat, person=person)

    def waiting(self) -> list[Waiting]:
        """The updates that are not handled, the oldest first."""
        with self._database.transaction() as connection:
            return inbox_rows.waiting(connection)

    def prepared(self, update_id: int, reply: str, answer: StoredAnswer | None = None) -> None:
        """Store the reply to an update before it is sent, and what its buttons need before anybody can press one."""
        with self._database.transaction(waits_for_disk=False) as connection:
            if inbox_rows.note_reply(connection, update_id, reply) and answer is not None:
                answer_rows.keep_answer(connection, answer)

    def sent(self, update_id: int, count: int) -> None:
        """Store how many messages of the reply have gone."""
        with self._database.transaction(waits_for_disk=False) as connection:
            inbox_rows.note_sent(connection, update_id, count)

    def handled(self, update_id: int, *, turns: tuple[ConversationKey, tuple[Turn, ...]] | None = None) -> bool:
        """Forget an update but for its id, and remember the conversation after it.

        False where it is not waiting any more: whoever sent it was erased meanwhile, and nothing of them is stored again.
        """
        now = self._clock()
        with self._database.transaction(waits_for_disk=False) as connection:
            if not inbox_rows.finish(connection, update_id, now):
                return False
            if turns is not None:
                conversation_rows.remember(connection, *turns, now)
        if update_id in self._erasing:
            self._erasing.discard(update_id)
            with suppress(UnavailableError):  # the next clean-up does it
                self._database.sweep()
        return True

    def remember(self, key: ConversationKey, turns: tuple[Turn, ...]) -> None:
        """Remember a conversation that has no update, as in the terminal; where there are no turns, nothing is kept."""
        with self._database.transaction() as connection:
            conversation_rows.remember(connection, key, turns, self._clock())

    def conversation(self, key: ConversationKey) -> Remembered:
        """The running conversation; it ends here when it has been silent too long, except in the terminal, where it waits."""
        with self._database.transaction() as connection:
            return conversation_rows.conversation(connection, key, self._clock() - self._silence)

    def end_conversation(self, key: ConversationKey) -> bool:
        """End the running conversation, and forget what was asked in it unless that is kept; False where there was none."""
        with self._database.transaction() as connection:
            return conversation_rows.end(connection, key)

    def language(self, person: int) -> Language | None:
        """The language that somebody chose."""
        with self._database.transaction() as connection:
            return language_from(connection.scalar(select(people.c.language).where(people.c.person == person)))

    def set_language(self, person: int, language: Language | None) -> None:
        """Answer somebody in this language from now on; None follows each question again."""
        with self._database.transaction() as connection:
            conversation_rows.note_person(connection, person, self._clock(), language=language)

    def keeps(self, person: int) -> bool:
        """Whether somebody wants their questions kept after the conversation."""
        with self._database.transaction() as connection:
            return bool(connection.scalar(select(people.c.keeps).where(people.c.person == person)))

    def set_keeps(self, person: int, keeps: bool) -> None:  # noqa: FBT001  # it is what is set
        """Keep somebody's questions from now on; or no longer, and forget all but those of a conversation that runs."""
        now = self._clock()
        with self._database.transaction() as connection:
            conversation_rows.note_person(connection, person, now, keeps=keeps)
            if not keeps:
                retention.stop_keeping(connection, person, now - self._silence)

    def explains(self, person: int) -> str | None:
        """When somebody wants a language model to explain; None where they never said."""
        with self._database.transaction() as connection:
            return connection.scalar(select(explaining.c.wish).where(explaining.c.person == person))

    def set_explains(self, person: int, wish: str) -> None:
        """Let a language model explain to somebody as they wish from now on."""
        with self._database.transaction() as connection:
            conversation_rows.note_person(connection, person, self._clock())
            conversation_rows.note_wish(connection, person, wish)

    def answer(self, answer_id: str) -> StoredAnswer | None:
        """The answer with this id; None where it is not kept any more."""
        with self._database.transaction() as connection:
            return answer_rows.find_answer(connection, answer_id)

    def rate(self, answer_id: str, rating: str, reason: str | None = None) -> bool:
        """Note what somebody thinks of an answer, in place of what they thought before.

        False where that changes nothing, or the answer is not kept any more.
        """
        with self._database.transaction() as connection:
            return answer_rows.rate(connection, answer_id, rating, reason, self._clock())

    def feedback(self) -> tuple[Feedback, ...]:
        """What people thought of answers, by day, without who they were."""
        with self._database.transaction() as connection:
            return answer_rows.all_feedback(connection)

    def export(self, person: int) -> dict[str, object]:
        """Everything about somebody, as it can be written to JSON."""
        with self._database.transaction() as connection:
            return rights.export(connection, person)

    def erase(self, person: int, *, replying_to: int | None = None) -> Erased:
        """Erase everything about somebody, in all chats, down to the bytes.

        `replying_to` is the update that asks for it: it goes on waiting until it is handled, and its bytes go then. Feedback
        stays, and leads to nobody.

        Raises:
            UnavailableError: it is deleted, but another program is reading, and bytes are still on the disk; `erase` again
                or `tidy` takes them.
        """
        with self._database.transaction() as connection:
            erased = rights.erase_person(connection, person, self._clock(), replying_to)
        if replying_to is not None:
            self._erasing.add(replying_to)
        self._database.sweep()
        return erased

    def erase_front(self, front: str) -> Erased:
        """Erase every conversation of a front end, down to the bytes; raises as `erase` does."""
        with self._database.transaction() as connection:
            erased = rights.erase_front(connection, front)
        self._database.sweep()
        return erased

    def forget_chat(self, chat: int) -> Erased:
        """Delete everything about a chat that the bot is not in any more; its bytes go with the next `tidy`."""
        with self._database.transaction() as connection:
            return rights.erase_chat(connection, chat, self._clock())

    def move_chat(self, old: int, new: int) -> None:
        """Give what is remembered of a chat to the one that it became."""
        with self._database.transaction() as connection:
            rights.move_chat(connection, old, new)

    def tidy(self) -> Counts:
        """Delete what is older than it may become, and leave no byte of what was deleted since the last time.

        Raises:
            UnavailableError: it is deleted, but another program is reading, and bytes are still on the disk.
        """
        now = self._clock()
        with self._database.transaction() as connection:
            counts = retention.keep_what_may_be_kept(connection, now, self._silence, self._retention)
        self._database.sweep()
        return counts

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def memory_in(home: Path, settings: "FrontSettings") -> Memory:
    """What is remembered in a home, for as long as the settings say."""
    return Memory(
        URL.create("sqlite", database=str(home / MEMORY_FILE)),
        silence_seconds=settings.silence_minutes * 60,
        retention_seconds=settings.retention_days * 24 * 3_600,
    )
