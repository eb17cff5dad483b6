"""What a chat sees of an explanation while it is being written: never the answer itself, and gone when that is there.

In a private chat it is a draft, which Telegram takes away by itself; elsewhere one message, which is changed and then deleted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.telegram_app.layout import Part
from bot.telegram_app.patience import Patience
from bot.telegram_app.replies import Incoming, Outgoing
from bot.telegram_app.sending import Address, Post

_NO_DRAFTS = "textdraft_peer_invalid"
_SAME = "message is not modified"
_DRAFT_SECONDS = 20.0  # a draft that nothing is added to goes after thirty


class Way(StrEnum):
    """How it is shown."""

    DRAFT = "draft"
    EDIT = "edit"
    OFF = "off"


class Previews:
    """Begins one for each explanation, in the way that its chat can have."""

    def __init__(self, post: Post, streaming: str, patience: Patience) -> None:
        """`streaming` is the setting: a `Way`, or auto."""
        self._post, self._streaming, self._patience = post, streaming, patience
        self._without_drafts: set[int] = set()

    def begin(self, came: Incoming, address: Address, on_made: Callable[[int], Awaitable[None]]) -> "Preview":
        """A preview for an update; `on_made` hears the id of the message where it is one."""
        return Preview(self, self._post, self._patience, came, address, on_made)

    def way(self, came: Incoming) -> Way:
        """How a chat can see it."""
        takes_drafts = not came.is_group and came.chat not in self._without_drafts
        if self._streaming == "auto":
            return Way.DRAFT if takes_drafts else Way.EDIT
        way = Way(self._streaming)
        return Way.OFF if way is Way.DRAFT and not takes_drafts else way

    def refuse_drafts(self, chat: int) -> None:
        """Telegram takes no drafts there."""
        self._without_drafts.add(chat)


class Preview:
    """Shows the newest there is, with pauses, until it is over. It fails in silence: the answer does not depend on it."""

    def __init__(
        self,
        previews: Previews,
        post: Post,
        patience: Patience,
        came: Incoming,
        address: Address,
        on_made: Callable[[int], Awaitable[None]],
    ) -> None:
        self._previews, self._post, self._patience = previews, post, patience
        self._came, self._address, self._on_made = came, address, on_made
        self._newest = Outgoing("")
        self._news, self._over = asyncio.Event(), asyncio.Event()
        self.message: int | None = None
        """The message that shows it, which is to be deleted when the answer is there."""

    def show(self, message: Outgoing) -> None:
        """Show this from now on; buttons are for where they can be."""
        self._newest = message
        self._news.set()

    def end(self) -> None:
        """Show nothing more."""
        self._over.set()
        self._news.set()

    async def run(self) -> None:
        """Show what there is until it is over, or Telegram does not take it."""
        way = self._previews.way(self._came)
        if way is Way.OFF or await self._is_over_within(self._patience.preview_after_seconds):
            return
        while await self._has_news(way):
            self._news.clear()
            if not await self._is_shown(way):
                return
            way = self._previews.way(self._came)
            in_group = self._came.is_group
            if await self._is_over_within(self._patience.group_preview_seconds if in_group else self._patience.preview_seconds):
                return

    async def _has_news(self, way: Way) -> bool:
        """Wait until there is something to show, anew where it would go otherwise; False when it is over."""
        try:
            await asyncio.wait_for(self._news.wait(), _DRAFT_SECONDS if way is Way.DRAFT and self._newest.text else None)
        except TimeoutError:
            return not self._over.is_set()
        return not self._over.is_set()

    async def _is_over_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _is_shown(self, way: Way) -> bool:
        """Whether to go on: not where Telegram says that it is too much, or takes no previews at all."""
        try:
            await asyncio.wait_for(self._show(way), self._patience.preview_patience_seconds)
        except RetryAfter:
            return False
        except BadRequest as error:
            return self._is_no_matter(error.message.lower())
        except NetworkError:
            return way is Way.DRAFT or self.message is not None  # a message that may have come through is not sent again
        except (TelegramError, TimeoutError):
            return False
        return True

    def _is_no_matter(self, why: str) -> bool:
        if _NO_DRAFTS in why:
            self._previews.refuse_drafts(self._came.chat)
            self._news.set()
            return self._previews.way(self._came) is not Way.OFF
        return _SAME in why

    async def _show(self, way: Way) -> None:
        newest = self._newest
        if way is Way.DRAFT:
            await self._post.draft(self._address, self._came.update_id, Part(newest.text, newest.entities))
        elif self.message is None:
            self.message = await self._post.preview(self._address, newest)
            await self._on_made(self.message)
        else:
            await self._post.change(self._address.chat, self.message, newest)
