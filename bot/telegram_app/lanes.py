"""In which order updates are handled: those of one chat one after another, those of different chats side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

_AT_ONCE = 1_000_000  # no limit: who waits for a lane, or for Telegram, is in nobody's way
AT_ONCE_DATA = ("s:", "v:", "x:")
"""How the data of buttons begin that need not wait for the chat: they change nothing, or end what the others wait for."""
_STOP = "/stop"


class Lanes(BaseUpdateProcessor):
    """A lane for each chat, first come first served.

    Queries of the inline mode, buttons that only look, and what ends an explanation have none.
    """

    def __init__(self, on_done: Callable[[object], None] = lambda _: None) -> None:
        """`on_done` hears of each update that has been handled, or left."""
        super().__init__(_AT_ONCE)
        self._on_done = on_done
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.is_leaving = False
        """Whether what has not begun is left for the next start."""

    async def do_process_update(self, update: object, coroutine: "Awaitable[Any]") -> None:
        """Wait for the chat, then handle it."""
        try:
            await self._in_turn(lane(update), coroutine)
        finally:
            self._on_done(update)

    async def _in_turn(self, chat: int | None, coroutine: "Awaitable[Any]") -> None:
        if chat is None:
            await self._handle(coroutine)
            return
        lock = self._locks.get(chat)
        if lock is None:
            lock = self._locks[chat] = asyncio.Lock()
        async with lock:
            await self._handle(coroutine)

    def join(self, old: int, new: int) -> None:
        """A group became a supergroup: what is said there waits for what is still being answered under its old id."""
        if (lock := self._locks.get(old)) is not None:
            self._locks.setdefault(new, lock)

    async def _handle(self, coroutine: "Awaitable[Any]") -> None:
        if self.is_leaving and isinstance(coroutine, Coroutine):
            coroutine.close()
        else:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""


def lane(update: object) -> int | None:
    """The chat whose turn an update takes; None where it takes none."""
    if not isinstance(update, Update) or update.effective_chat is None:
        return None
    query, message = update.callback_query, update.message
    if query and (query.data or "").startswith(AT_ONCE_DATA):
        return None
    if message and _is_stop(message.text or ""):
        return None
    return update.effective_chat.id


def _is_stop(text: str) -> bool:
    """Whether it ends an explanation, in a group with the name of a bot behind it."""
    return (text.split(maxsplit=1) or [""])[0].partition("@")[0].lower() == _STOP
