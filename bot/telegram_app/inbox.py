"""Updates on their way in. Each is stored before Telegram hears that we have it, so that none is lost when the program dies."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from telegram import Bot, Update
from telegram.error import TelegramError

from bot.memory import Memory
from vectorstore.errors import KanttekeningError

if TYPE_CHECKING:
    from bot.remembered import Waiting


class InboxError(TelegramError):
    """An update could not be stored; whoever fetched it tries again, as Telegram still has it."""


class Inbox(asyncio.Queue[object]):
    """The queue between what fetches updates and what handles them, with a copy in the memory of those that are not done.

    python-telegram-bot acknowledges a batch of updates by asking for the next, and answers a webhook, after `put`.
    """

    def __init__(self, memory: Memory, keeps: Callable[[Update], bool]) -> None:
        """`keeps` tells which updates outlive the program: one that nobody waits for after a minute need not."""
        super().__init__()
        self._memory, self._keeps = memory, keeps
        self.resumed: dict[int, Waiting] = {}
        """What was left by an earlier run, by update id, until it is handled."""

    async def put(self, item: object) -> None:
        """Store an update, and queue it unless it was seen before.

        Raises:
            InboxError: it cannot be stored.
        """
        if isinstance(item, Update) and self._keeps(item) and not await asyncio.to_thread(self._store, item):
            return
        await super().put(item)

    def resume(self, bot: Bot) -> int:
        """Queue what an earlier run left, oldest first; returns how many that are."""
        waiting = self._memory.waiting()
        for each in waiting:
            update = Update.de_json(json.loads(each.payload), bot)
            self.resumed[each.update_id] = each
            self.put_nowait(update)
        return len(waiting)

    def _store(self, update: Update) -> bool:
        chat, person = update.effective_chat, update.effective_user
        try:
            return self._memory.take_in(
                update.update_id,
                json.dumps(_bare(update.to_dict())),
                chat=chat.id if chat else None,
                person=person.id if person else None,
            )
        except KanttekeningError as error:
            raise InboxError("an update could not be stored") from error


_NAMES = frozenset({"last_name", "username", "title", "photo", "active_usernames", "bio"})
_OF_A_REPLIED = frozenset({"message_id", "date", "chat", "from"})


def _bare(data: Any) -> Any:  # noqa: ANN401  # JSON
    """An update without names, and without the words that it replies to: nothing is done with them, so they are not kept."""
    if isinstance(data, list):
        return [_bare(each) for each in data]
    if not isinstance(data, dict):
        return data
    bare = {name: _bare(value) for name, value in data.items() if name not in _NAMES}
    if "first_name" in bare:
        bare["first_name"] = "-"  # Telegram always gives one, so its library asks for it
    if isinstance(replied := bare.get("reply_to_message"), dict):
        bare["reply_to_message"] = {name: value for name, value in replied.items() if name in _OF_A_REPLIED}
    return bare
