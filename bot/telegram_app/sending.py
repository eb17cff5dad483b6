"""Everything that the bot sends goes out here and nowhere else, until Telegram has taken it or says that it never will."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError, TimedOut

from bot.telegram_app.cards import Card
from bot.telegram_app.layout import Part
from bot.telegram_app.logs import LOG
from bot.telegram_app.replies import Button, Outgoing

_Result = TypeVar("_Result")

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0  # seconds between tries while Telegram cannot be reached
_TOO_LARGE = "request entity too large"  # how it refuses a file; python-telegram-bot takes that for a failure of the network
_TYPING_SECONDS = 4.5  # the sign that somebody is typing goes after five


class GoneError(Exception):
    """Nobody will read it: the bot was blocked, or the chat is no more."""


class LeavingError(Exception):
    """The program ends before Telegram took it; it is sent at the next start."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: a chat, a topic in it, and in a group the message that it answers."""

    chat: int
    topic: int = 0
    replies_to: int | None = None


class Post:
    """Sends, and sends again: a message is given up only when Telegram refuses it for good."""

    def __init__(self, bot: Bot, on_moved: Callable[[int, int], None]) -> None:
        """`on_moved` hears the old id and the new of a group that became a supergroup."""
        self._bot, self._on_moved = bot, on_moved
        self._leaving = asyncio.Event()
        self._moved: dict[int, int] = {}

    def leave(self) -> None:
        """Try nothing again from now on."""
        self._leaving.set()

    def moved(self, old: int, new: int) -> None:
        """From now on what is for a group goes to the supergroup that it became."""
        if new != old:
            self._moved[old] = new
            self._moved.pop(new, None)
            self._on_moved(old, new)

    def place_of(self, chat: int) -> int:
        """Where a chat is now."""
        while chat in self._moved:
            chat = self._moved[chat]
        return chat

    async def send(self, address: Address, message: Outgoing) -> None:
        """Send a message.

        Raises:
            GoneError: nobody will read it.
            LeavingError: the program ends first.
        """
        wait = _FIRST_WAIT
        while not await self._is_taken(address, message, wait):
            wait = min(_LONGEST_WAIT, wait * 2)

    async def toast(self, query_id: str, text: str | None = None, *, is_alert: bool = False) -> None:
        """Answer a button, with a short text where there is something to say. A query that is too old is let go."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query_id, text, show_alert=is_alert)

    async def change_buttons(self, chat: int, message: int, rows: tuple[tuple[Button, ...], ...]) -> None:
        """Put other buttons under a message, or none. A message that is gone, or has them already, is let be."""
        with suppress(TelegramError):
            await self._bot.edit_message_reply_markup(chat, message, reply_markup=_keyboard(rows))

    async def draft(self, address: Address, draft_id: int, part: Part) -> None:
        """Show what is being written, in a private chat, in place of what this draft showed before. Tried once.

        Raises:
            TelegramError: it is not shown.
        """
        await self._bot.send_message_draft(
            self.place_of(address.chat), draft_id, part.text, message_thread_id=address.topic or None, entities=part.entities
        )

    async def preview(self, address: Address, message: Outgoing) -> int:
        """Send a message that shows what is being written; returns its id. Tried once, and raises as `draft` does."""
        sent = await self._bot.send_message(
            self.place_of(address.chat),
            message.text,
            entities=message.entities,
            message_thread_id=address.topic or None,
            reply_parameters=_reply(address),
            reply_markup=_keyboard(message.buttons),
            disable_notification=True,
        )
        return sent.message_id

    async def change(self, chat: int, number: int, message: Outgoing) -> None:
        """Show something else in a message. Tried once, and raises as `draft` does."""
        await self._bot.edit_message_text(
            message.text, self.place_of(chat), number, entities=message.entities, reply_markup=_keyboard(message.buttons)
        )

    async def remove(self, chat: int, number: int) -> None:
        """Delete a message that only showed what was being written. One that is gone, or stays, is let be."""
        with suppress(TelegramError):
            await self._bot.delete_message(self.place_of(chat), number)

    async def cards(self, query_id: str, cards: list[Card], *, ask_label: str, cache_seconds: int) -> None:
        """Answer a query of the inline mode. One that is too old is let go."""
        results = [
            InlineQueryResultArticle(
                hashlib.sha256(card.part.text.encode()).hexdigest()[:32],
                card.title,
                InputTextMessageContent(card.part.text, entities=card.part.entities),
                description=card.description,
            )
            for card in cards
        ]
        button = InlineQueryResultsButton(ask_label, start_parameter="inline")
        with suppress(TelegramError):
            await self._bot.answer_inline_query(query_id, results, cache_time=cache_seconds, is_personal=False, button=button)

    async def typing_while(self, address: Address, work: Awaitable[_Result], after_seconds: float) -> _Result:
        """What the work gives; while it takes long, the chat sees that an answer is being made."""
        task = asyncio.ensure_future(work)
        patience = after_seconds
        while not (await asyncio.wait({task}, timeout=patience))[0]:
            with suppress(TelegramError):
                await self._bot.send_chat_action(address.chat, ChatAction.TYPING, message_thread_id=address.topic or None)
            patience = _TYPING_SECONDS
        return task.result()

    async def download(self, file_id: str) -> bytes:
        """The content of a file that a person sent.

        Raises:
            TelegramError: it cannot be had.
        """
        file = await self._bot.get_file(file_id)
        return bytes(await file.download_as_bytearray())

    async def _is_taken(self, address: Address, message: Outgoing, wait: float) -> bool:
        """Whether Telegram has taken a message, or refused it for good, which the log tells; else it is to be sent again."""
        address = replace(address, chat=self.place_of(address.chat))
        try:
            await self._send(address, message)
        except ChatMigrated as error:
            self.moved(address.chat, error.new_chat_id)
            return False
        except RetryAfter as error:
            await self.pause(_seconds(error.retry_after))
            return False
        except Forbidden as error:
            raise GoneError from error
        except BadRequest as error:
            return await self._is_refused(error, address, message)
        except TelegramError as error:  # the network, a server that fails, an answer that is none
            if _TOO_LARGE in error.message.lower():
                LOG.error("Telegram refused a message: %s", error.message)
                return True
            LOG.warning("Telegram cannot be reached (%s); trying again.", type(error).__name__)
            # After a time-out it may have come through; it is sent again all the same, as twice is better than never.
            await self.pause(0.0 if isinstance(error, TimedOut) else wait)
            return False
        return True

    async def _is_refused(self, error: BadRequest, address: Address, message: Outgoing) -> bool:
        """What to do about a message that is not taken as it is: without its topic it may be."""
        why = error.message.lower()
        if "chat not found" in why:
            raise GoneError from error
        if "thread not found" in why and address.topic:
            return await self._is_taken(replace(address, topic=0), message, _FIRST_WAIT)
        LOG.error("Telegram refused a message: %s", error.message)
        return True

    async def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            LeavingError: the program ends.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), max(seconds, 0.001))
        if self._leaving.is_set():
            raise LeavingError

    async def _send(self, address: Address, message: Outgoing) -> None:
        thread, keyboard = address.topic or None, _keyboard(message.buttons)
        reply = _reply(address)
        chat, file = address.chat, message.file
        if file is None:
            await self._bot.send_message(
                chat,
                message.text,
                entities=message.entities,
                message_thread_id=thread,
                reply_parameters=reply,
                reply_markup=keyboard,
            )
        elif file.is_picture:
            await self._bot.send_photo(
                chat, file.content, message.text, filename=file.name, caption_entities=message.entities,
                message_thread_id=thread, reply_parameters=reply, reply_markup=keyboard,
            )  # fmt: skip
        else:
            await self._bot.send_document(
                chat, file.content, message.text, filename=file.name, caption_entities=message.entities,
                message_thread_id=thread, reply_parameters=reply, reply_markup=keyboard,
            )  # fmt: skip


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(each.label, callback_data=each.data) for each in row] for row in rows])


def _reply(address: Address) -> ReplyParameters | None:
    return ReplyParameters(address.replies_to, allow_sending_without_reply=True) if address.replies_to else None


def _seconds(retry_after: int | timedelta) -> float:
    return retry_after.total_seconds() if isinstance(retry_after, timedelta) else float(retry_after)
