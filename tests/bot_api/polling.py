"""getUpdates: one poll at a time, waiting for real."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.bot_api.refusals import Refused
from tests.bot_api.updates import checked_limit

if TYPE_CHECKING:
    from tests.bot_api.records import Call
    from tests.bot_api.state import State

_OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_LONGEST = 50
_WEBHOOK_SET = "Conflict: terminated by setWebhook request"
PARAMETERS = frozenset("offset limit timeout allowed_updates".split())


class Polling:
    """The polls of the bot; `count` is how many there were, `is_waiting` whether one waits now."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._current: asyncio.Future[str] | None = None
        self.count = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the bot waits for something to happen."""
        return self._current is not None

    def wake(self) -> None:
        """Look again; called on the loop of the server."""
        self._end("")

    def close(self) -> None:
        """Answer whoever waits with nothing."""
        self._end("closed")

    async def updates(self, call: Call) -> str:
        """The answer to a poll, as JSON; it may take as long as the call says."""
        state, given = self._state, call.parameters
        loop = asyncio.get_running_loop()
        with state.changed:
            if state.webhook is not None:
                raise Refused(409, _WEBHOOK)
            limit = checked_limit(given.get("limit", 100))
            state.updates.allow(given.get("allowed_updates"))
            if "offset" in given:
                state.updates.acknowledge(given["offset"])
            self._end("other")
            self.count += 1
            state.changed.notify_all()
        end = loop.time() + min(given.get("timeout", 0), _LONGEST)
        while True:
            with state.changed:
                if state.webhook is not None:
                    raise Refused(409, _WEBHOOK_SET)
                found = state.updates.first(limit)
                if found or loop.time() >= end:
                    return f"[{','.join(found)}]"
                self._current = mine = loop.create_future()
                state.changed.notify_all()
            await self._until(mine, end)

    async def _until(self, mine: asyncio.Future[str], end: float) -> None:
        timer = asyncio.get_running_loop().call_at(end, _set, mine, "")
        try:
            if (why := await mine) == "other":
                raise Refused(409, _OTHER)
            if why == "closed":
                raise Refused(502, "Bad Gateway")
        finally:
            timer.cancel()
            if self._current is mine:
                self._current = None

    def gone(self) -> None:
        """The client that waited has left."""
        self._end("closed")

    def _end(self, why: str) -> None:
        current, self._current = self._current, None
        if current is not None:
            _set(current, why)


def _set(future: asyncio.Future[str], why: str) -> None:
    if not future.done():
        future.set_result(why)
