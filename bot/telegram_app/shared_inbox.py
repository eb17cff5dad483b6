"""The inbox of bots that answer from one database: whatever any of them received, one of them claims and answers."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from telegram import Bot, Update

from bot.failures import log_failure
from bot.memory import Memory
from bot.remembered import Waiting
from bot.telegram_app.inbox import Inbox
from bot.telegram_app.logs import LOG
from bot.telegram_app.patience import Patience
from vectorstore.errors import KanttekeningError

_Result = TypeVar("_Result")

_AT_ONCE = 256  # as many calls as the bot can have open with Telegram


class SharedInbox(Inbox):
    """Queues what this bot claimed: at most one update of each chat that waits for its turn, and the next when that is done.

    A bot that cannot say that it is alive does not take others for dead: after a database has been away it waits until all can
    have said so again.
    """

    def __init__(self, memory: Memory, patience: Patience) -> None:
        super().__init__(memory)
        self._patience = patience
        self._at_work: set[int] = set()
        self._woken = asyncio.Event()
        self._is_resting = False
        self._claiming = ThreadPoolExecutor(1, "claiming")
        self._task: asyncio.Task[None] | None = None
        self._looked_at = self._seen_at = self._seen_since = 0.0

    def stored(self, update: Update) -> None:  # noqa: ARG002  # it is claimed as those are that others stored
        """See `Inbox`."""
        self._woken.set()

    def done(self, update: object) -> None:
        """See `Inbox`: the next of its chat can be claimed."""
        if isinstance(update, Update):
            self._at_work.discard(update.update_id)
            self._woken.set()

    def resume(self, bot: Bot) -> int:
        """Answer from now on; returns how many updates were left that nobody had claimed."""
        self.memory.be_seen()
        self._looked_at = self._seen_at = self._seen_since = time.monotonic()
        claimed = self.memory.claim(_AT_ONCE)
        self._take_up(claimed, bot)
        self._task = asyncio.get_running_loop().create_task(self._look(bot))
        return len(claimed)

    async def rest(self) -> None:
        """See `Inbox`: the others hear that this bot is alive until it leaves."""
        self._is_resting = True

    async def leave(self) -> None:
        """See `Inbox`."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(KanttekeningError):  # then they wait until they take it for dead
            await self._away(self.memory.let_go)
        self._claiming.shutdown()

    async def _look(self, bot: Bot) -> None:
        """Claim whenever there may be something, and say now and then that this bot is alive."""
        while True:
            is_time = not await self._is_woken()
            try:
                if is_time:
                    await self._be_seen()
                while not self._is_resting and self._take_up(await self._claimed(is_time=is_time), bot):
                    is_time = False
            except KanttekeningError as error:
                LOG.warning("%s", error)
            except Exception as error:  # noqa: BLE001  # the next time may do, and without this nobody would be answered
                LOG.error("Nothing could be claimed (%s); its number is %s.", type(error).__name__, log_failure(error))
                await asyncio.sleep(self._patience.claim_seconds)

    async def _is_woken(self) -> bool:
        """Whether there may be something new before it is time to look at what others left."""
        seconds = self._looked_at + self._patience.claim_seconds - time.monotonic()
        if seconds <= 0:
            return False
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
            self._woken.clear()
            return True
        return False

    async def _be_seen(self) -> None:
        self._looked_at = time.monotonic()  # also where it fails: it is tried again in a while
        await self._away(self.memory.be_seen)
        before, self._seen_at = self._seen_at, time.monotonic()
        if self._seen_at - before > self._patience.dead_seconds / 2:
            self._seen_since = self._seen_at

    async def _claimed(self, *, is_time: bool) -> list[Waiting]:
        room = _AT_ONCE - len(self._at_work)
        if room <= 0:
            return []
        busy = list(self._at_work) if is_time else None
        is_sure = is_time and time.monotonic() - self._seen_since > self._patience.dead_seconds
        dead_after = self._patience.dead_seconds if is_sure else None
        return await self._away(lambda: self.memory.claim(room, busy=busy, dead_after=dead_after))

    def _take_up(self, claimed: list[Waiting], bot: Bot) -> bool:
        """Queue what was claimed; whether that was anything."""
        for each in claimed:
            self._at_work.add(each.update_id)
            update = self.begun(each, bot)
            if not (each.was_begun or each.prepared):
                self.resumed.pop(each.update_id, None)
            self.put_nowait(update)
        return bool(claimed)

    async def _away(self, action: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._claiming, action)
