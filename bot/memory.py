"""What is remembered of conversations and people, and made to be forgotten; the one door to the database that holds it."""

import secrets
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection

from bot import answer_rows, claim_rows, conversation_rows, inbox_rows, retention, rights
from bot.conversation import Turn
from bot.memory_database import address_of_memory, open_database
from bot.model_accounts import ModelAccounts
from bot.remembered import Came, ConversationKey, Counts, Erased, Feedback, Remembered, StoredAnswer, Waiting
from vectorstore.errors import UnavailableError
from vectorstore.languages import Language

if TYPE_CHECKING:
    from bot.settings import FrontSettings

_PATIENCE_SECONDS = 5.0  # while another program writes
_SERVER_PATIENCE_SECONDS = 30.0  # while a server is started anew


class Memory:
    """What is remembered. Each method is one transaction, done for good when it returns; threads take turns.

    In a file a power cut, not a kill, can undo the last `prepared`, `sent` and `handled`: the update is waiting again then. Every
    method raises UnavailableError where it cannot be read or written; nothing of it is done then.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        silence_seconds: float,
        retention_seconds: float,
        clock: Callable[[], float] = time.time,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Open what is remembered; `silence_seconds` end a conversation, `retention_seconds` everything.

        `patience_seconds` is how long another program that is working with it is waited for.

        Raises:
            UsageError: the address is of another kind of database, or its driver is not installed.
            UnavailableError: it cannot be opened, or a later version of the program made it.
        """
        self._database = open_database(url, patience_seconds)
        self._bot = secrets.token_hex(8) if self._database.is_shared else None
        self._silence, self._retention, self._clock = silence_seconds, retention_seconds, clock
        self._erasing: set[int] = set()
        self.accounts = ModelAccounts(lambda: self._database, retention_seconds=retention_seconds, clock=clock)
        """What is kept of the work of a language model, in the same database."""

    def take_in(self, update_id: int, payload: str, *, chat: int | None, person: int | None, lane: int | None = None) -> bool:
        """Store an update before anything is done for it; False where it is waiting or was handled already.

        `lane` is the chat in which it waits for its turn, where several bots answer; None where it need not wait.
        """
        now, came = self._clock(), Came(update_id, payload, chat, person, lane)

        def take_in(connection: Connection) -> bool:
            if person is not None:
                conversation_rows.hear_of(connection, person, now)
            return inbox_rows.take_in(connection, came, now)

        return self._database.run(take_in)

    def waiting(self) -> list[Waiting]:
        """The updates that are not handled, the oldest first."""
        return self._database.run(inbox_rows.waiting)

    @property
    def is_shared(self) -> bool:
        """Whether other bots may answer from it too; each update is to be claimed then before it is answered."""
        return self._database.is_shared

    def be_seen(self) -> None:
        """Say to the others that this bot is alive."""
        self._database.run(lambda connection: claim_rows.be_seen(connection, str(self._bot)))

    def claim(self, most: int, *, busy: Collection[int] | None = None, dead_after: float | None = None) -> list[Waiting]:
        """Updates for this bot to answer, the oldest of each chat; see `claim_rows.claim`."""
        bot = str(self._bot)
        return self._database.run(lambda connection: claim_rows.claim(connection, bot, most, busy=busy, dead_after=dead_after))

    def let_go(self) -> None:
        """Leave what was claimed and not handled to the others: this bot ends."""
        self._database.run(lambda connection: claim_rows.let_go(connection, str(self._bot)))

    def prepared(self, update_id: int, reply: str, answer: StoredAnswer | None = None) -> None:
        """Store the reply to an update before it is sent, and what its buttons need before anybody can press one.

        Raises:
            TakenOverError: another bot answers it by now.
        """

        def keep(connection: Connection) -> None:
            if inbox_rows.note_reply(connection, update_id, reply, self._bot) and answer is not None:
                answer_rows.keep_answer(connection, answer)

        self._database.run(keep, waits_for_disk=False)

    def sent(self, update_id: int, count: int) -> None:
        """Store how many messages of the reply have gone; raises as `prepared` does."""
        self._database.run(lambda connection: inbox_rows.note_sent(connection, update_id, count, self._bot), waits_for_disk=False)

    def handled(self, update_id: int, *, turns: tuple[ConversationKey, tuple[Turn, ...]] | None = None) -> bool:
        """Forget an update but for its id, and remember the conversation after it.

        False where it is not waiting any more: whoever sent it was erased meanwhile, and nothing of them is stored again.
        """
        now = self._clock()

        def finish(connection: Connection) -> bool:
            is_mine = inbox_rows.finish(connection, update_id, now, self._bot)
            if is_mine and turns is not None:
                conversation_rows.remember(connection, *turns, now)
            return is_mine

        if not self._database.run(finish, waits_for_disk=False):
            return False
        if update_id in self._erasing:
            self._erasing.discard(update_id)
            with suppress(UnavailableError):  # the next clean-up does it
                self._database.sweep()
        return True

    def remember(self, key: ConversationKey, turns: tuple[Turn, ...]) -> None:
        """Remember a conversation that has no update, as in the terminal; where there are no turns, nothing is kept."""
        self._database.run(lambda connection: conversation_rows.remember(connection, key, turns, self._clock()))

    def conversation(self, key: ConversationKey) -> Remembered:
        """The running conversation; it ends here when it has been silent too long, except in the terminal, where it waits."""
        return self._database.run(lambda connection: conversation_rows.conversation(connection, key, self._clock() - self._silence))

    def end_conversation(self, key: ConversationKey) -> bool:
        """End the running conversation, and forget what was asked in it unless that is kept; False where there was none."""
        return self._database.run(lambda connection: conversation_rows.end(connection, key))

    def language(self, person: int) -> Language | None:
        """The language that somebody chose."""
        return self._database.run(lambda connection: conversation_rows.language(connection, person))

    def set_language(self, person: int, language: Language | None) -> None:
        """Answer somebody in this language from now on; None follows each question again."""
        self._database.run(lambda connection: conversation_rows.note_person(connection, person, self._clock(), language=language))

    def keeps(self, person: int) -> bool:
        """Whether somebody wants their questions kept after the conversation."""
        return self._database.run(lambda connection: conversation_rows.keeps(connection, person))

    def set_keeps(self, person: int, keeps: bool) -> None:  # noqa: FBT001  # it is what is set
        """Keep somebody's questions from now on; or no longer, and forget all but those of a conversation that runs."""
        now = self._clock()

        def choose(connection: Connection) -> None:
            conversation_rows.note_person(connection, person, now, keeps=keeps)
            if not keeps:
                retention.stop_keeping(connection, person, now - self._silence)

        self._database.run(choose)

    def explains(self, person: int) -> str | None:
        """When somebody wants a language model to explain; None where they never said."""
        return self._database.run(lambda connection: conversation_rows.wish(connection, person))

    def set_explains(self, person: int, wish: str) -> None:
        """Let a language model explain to somebody as they wish from now on."""

        def choose(connection: Connection) -> None:
            conversation_rows.note_person(connection, person, self._clock())
            conversation_rows.note_wish(connection, person, wish)

        self._database.run(choose)

    def answer(self, answer_id: str) -> StoredAnswer | None:
        """The answer with this id; None where it is not kept any more."""
        return self._database.run(lambda connection: answer_rows.find_answer(connection, answer_id))

    def rate(self, answer_id: str, rating: str, reason: str | None = None) -> bool:
        """Note what somebody thinks of an answer, in place of what they thought before.

        False where that changes nothing, or the answer is not kept any more.
        """
        return self._database.run(lambda connection: answer_rows.rate(connection, answer_id, rating, reason, self._clock()))

    def feedback(self) -> tuple[Feedback, ...]:
        """What people thought of answers, by day, without who they were."""
        return self._database.run(answer_rows.all_feedback)

    def export(self, person: int) -> dict[str, object]:
        """Everything about somebody, as it can be written to JSON."""
        return self._database.run(lambda connection: rights.export(connection, person))

    def erase(self, person: int, *, replying_to: int | None = None) -> Erased:
        """Erase everything about somebody, in all chats, down to the bytes.

        `replying_to` is the update that asks for it: it goes on waiting until it is handled, and its bytes go then. Feedback
        stays, and leads to nobody.

        Raises:
            UnavailableError: it is deleted, but another program is reading, and bytes are still on the disk; `erase` again
                or `tidy` takes them.
        """
        erased = self._database.run(lambda connection: rights.erase_person(connection, person, self._clock(), replying_to))
        if replying_to is not None:
            self._erasing.add(replying_to)
        self._database.sweep()
        return erased

    def erase_front(self, front: str) -> Erased:
        """Erase every conversation of a front end, down to the bytes; raises as `erase` does."""
        erased = self._database.run(lambda connection: rights.erase_front(connection, front))
        self._database.sweep()
        return erased

    def forget_chat(self, chat: int) -> Erased:
        """Delete everything about a chat that the bot is not in any more; its bytes go with the next `tidy`."""
        return self._database.run(lambda connection: rights.erase_chat(connection, chat, self._clock()))

    def move_chat(self, old: int, new: int) -> None:
        """Give what is remembered of a chat to the one that it became."""
        self._database.run(lambda connection: rights.move_chat(connection, old, new))

    def tidy(self) -> Counts:
        """Delete what is older than it may become, and leave no byte of what was deleted since the last time.

        Raises:
            UnavailableError: it is deleted, but another program is reading, and bytes are still on the disk.
        """
        now = self._clock()
        counts = self._database.run(
            lambda connection: retention.keep_what_may_be_kept(connection, now, self._silence, self._retention)
        )
        self._database.sweep()
        return counts

    def close(self) -> None:
        """Let go of it."""
        self._database.close()


def memory_in(home: Path, settings: "FrontSettings") -> Memory:
    """What is remembered in a home, for as long as the settings say."""
    return Memory(
        address_of_memory(home, settings),
        silence_seconds=settings.silence_minutes * 60,
        retention_seconds=settings.retention_days * 24 * 3_600,
        patience_seconds=_SERVER_PATIENCE_SECONDS if settings.database_url else _PATIENCE_SECONDS,
    )
