"""What waits for the bot, in order, until it says that it has it."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

from tests.bot_api.refusals import Wrong, bad

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.bot_api.refusals import Json

ON_REQUEST = frozenset("chat_member message_reaction message_reaction_count".split())
KINDS = ON_REQUEST | frozenset(
    "message edited_message channel_post edited_channel_post inline_query chosen_inline_result callback_query "
    "shipping_query pre_checkout_query poll poll_answer my_chat_member chat_join_request chat_boost removed_chat_boost "
    "business_connection business_message edited_business_message deleted_business_messages purchased_paid_media "
    "managed_bot guest_message".split()
)


class Updates:
    """The queue; each update is written out once, when it happens. `first_id` is the number of the first one."""

    def __init__(self, first_id: int = 500_000_000) -> None:
        self._next_id = first_id
        self._waiting: deque[tuple[int, str]] = deque()
        self.allowed = KINDS - ON_REQUEST
        self.wake: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, kind: str, content: Json) -> int | None:
        """Tell the bot something, and return the update's number; None where the bot asked not to be told such things."""
        if kind not in self.allowed:
            return None
        number = self._next_id
        self._next_id += 1
        self._waiting.append((number, json.dumps({"update_id": number, kind: content}, ensure_ascii=False)))
        self.wake()
        return number

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Which kinds the bot wants from now on; None leaves that as it was, and none at all is Telegram's default."""
        if kinds is None:
            return
        wanted = frozenset(kinds)
        if unknown := wanted - KINDS:
            raise Wrong(f"allowed_updates names {sorted(unknown)}, which Telegram does not know")
        self.allowed = wanted or KINDS - ON_REQUEST

    def acknowledge(self, offset: int) -> None:
        """Forget what came before an offset; a negative one keeps only that many of the newest."""
        waiting = self._waiting
        while waiting and (waiting[0][0] < offset if offset >= 0 else len(waiting) > -offset):
            waiting.popleft()

    def forget(self) -> None:
        """Forget all of it."""
        self._waiting.clear()

    def first(self, count: int) -> list[str]:
        """The oldest ones, as JSON."""
        return [self._waiting[index][1] for index in range(min(count, len(self._waiting)))]

    def head(self) -> tuple[int, str] | None:
        """The oldest one: its number, and the JSON."""
        return self._waiting[0] if self._waiting else None


def checked_limit(limit: int) -> int:
    """How many updates a poll asks for."""
    if not 1 <= limit <= 100:
        raise bad("limit must be between 1 and 100")
    return limit
