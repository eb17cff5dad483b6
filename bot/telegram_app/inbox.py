"""Updates on their way in. Each is stored before Telegram hears that we have it, so that none is lost when the program dies."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bot.memory import Memory
from bot.telegram_app.lanes import lane
from bot.telegram_app.logs import LOG
from bot.telegram_app.watch import PollRequest
from vectorstore.errors import KanttekeningError

if TYPE_CHECKING:
    from bot.remembered import Waiting


class InboxError(TelegramError):
    """An update could not be stored; whoever fetched it tries again, as Telegram still has it."""


class Receiver(ExtBot[AIORateLimiter]):
    """The bot as python-telegram-bot has it, which an update that it cannot read does not keep from those that come after."""

    def __init__(self, token: str, poll: PollRequest, **options: Any) -> None:  # noqa: ANN401  # those of ExtBot
        super().__init__(token, get_updates_request=poll, **options)
        self._poll = poll

    async def get_updates(self, *arguments: Any, **options: Any) -> tuple[Update, ...]:  # noqa: ANN401  # those of ExtBot
        """The updates; in place of one that cannot be read an empty one, which is acknowledged and done with."""
        try:
            return await super().get_updates(*arguments, **options)
        except TelegramError:
            raise
        except Exception:  # noqa: BLE001  # whatever its parsers run into
            found = json.loads(self._poll.last_payload)["result"]
            return tuple(_read(each, self) or Update(each["update_id"]) for each in found)


class Inbox(asyncio.Queue[object]):
    """The queue between what fetches updates and what handles them, with a copy in the memory of those that are not done.

    python-telegram-bot acknowledges a batch of updates by asking for the next, and answers a webhook, after `put`.
    """

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.memory = memory
        self.resumed: dict[int, Waiting] = {}
        """What was begun by an earlier run, by update id, until it is handled."""

    async def put(self, item: object) -> None:
        """Store an update, and queue it unless it was seen before.

        Raises:
            InboxError: it cannot be stored.
        """
        if not isinstance(item, Update) or not _outlives(item):
            await super().put(item)
        elif await asyncio.to_thread(self._store, item):
            self.stored(item)

    def stored(self, update: Update) -> None:
        """An update is stored that was not seen before: it is queued."""
        self.put_nowait(update)

    def done(self, update: object) -> None:
        """What could be done for an update has been done."""

    def resume(self, bot: Bot) -> int:
        """Queue what an earlier run left, oldest first; returns how many that are."""
        waiting = self.memory.waiting()
        for each in waiting:
            self.put_nowait(self.begun(each, bot))
        return len(waiting)

    def begun(self, waiting: "Waiting", bot: Bot) -> Update:
        """What was begun before, to be handled; in place of an update that cannot be read an empty one."""
        update = _read(json.loads(waiting.payload), bot)
        if update is not None:
            self.resumed[waiting.update_id] = waiting
        return update or Update(waiting.update_id)

    async def rest(self) -> None:
        """Queue nothing more that was stored before."""

    async def leave(self) -> None:
        """The program ends: what has not been handled is for whoever comes after it."""

    def _store(self, update: Update) -> bool:
        chat, person = update.effective_chat, update.effective_user
        try:
            return self.memory.take_in(
                update.update_id,
                json.dumps(_bare(update.to_dict())),
                chat=chat.id if chat else None,
                person=person.id if person else None,
                lane=lane(update),
            )
        except KanttekeningError as error:
            raise InboxError("an update could not be stored") from error


def _outlives(update: Update) -> bool:
    """Whether an update is kept until it is handled; who types in another chat has typed on by then."""
    return update.inline_query is None


def _read(data: dict[str, Any], bot: Bot) -> Update | None:
    """An update; None where python-telegram-bot cannot read it, of which the log tells nothing but that."""
    try:
        return Update.de_json(data, bot)
    except Exception as error:  # noqa: BLE001  # whatever its parsers run into
        LOG.error("Update %s cannot be read (%s), and is let go.", data["update_id"], type(error).__name__)
        return None


_NAMES = frozenset({"last_name", "username", "photo", "active_usernames", "bio"})
_ALWAYS_THERE = frozenset({"first_name", "title"})  # python-telegram-bot asks for them
_OF_A_REPLIED = frozenset({"message_id", "date", "chat", "from"})


def _bare(data: Any) -> Any:  # noqa: ANN401  # JSON
    """An update without names, and without the words that it replies to: nothing is done with them, so they are not kept."""
    if isinstance(data, list):
        return [_bare(each) for each in data]
    if not isinstance(data, dict):
        return data
    bare = {name: _bare(value) for name, value in data.items() if name not in _NAMES}
    bare.update(dict.fromkeys(_ALWAYS_THERE & bare.keys(), "-"))
    if isinstance(replied := bare.get("reply_to_message"), dict):
        bare["reply_to_message"] = {name: value for name, value in replied.items() if name in _OF_A_REPLIED}
    return bare
