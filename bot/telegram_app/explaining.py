"""The explanations that a language model is writing: so many at once, each seen while it comes, and each ended when asked to."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event

from bot.answers import Answer, Outcome
from bot.failures import log_failure
from bot.telegram_app.keyboards import STOP, Rows
from bot.telegram_app.logs import LOG
from bot.telegram_app.messages import preview_of
from bot.telegram_app.patience import Patience
from bot.telegram_app.previews import Preview, Previews
from bot.telegram_app.replies import Button, Explaining, Incoming, Outgoing, Reply
from bot.telegram_app.sending import Address
from bot.texts import Texts, texts
from vectorstore.debate import Debate

_AT_ONCE = 4  # they wait for the model, and take no time of a core
_BESIDE = 2  # threads for what needs no model


@dataclass(frozen=True, slots=True)
class _Running:
    """An explanation that is being written, or waits for its turn."""

    came: Incoming
    stop: Event = field(default_factory=Event)
    is_stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Give what there is so far."""
        self.stop.set()
        self.is_stopped.set()


class Explanations:
    """Has answers explained, away from the loop and from the threads that answer questions; all of it is called in the loop."""

    def __init__(self, debate: Debate, previews: Previews, patience: Patience) -> None:
        self._debate, self._previews, self._patience = debate, previews, patience
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._threads = ThreadPoolExecutor(_AT_ONCE + _BESIDE, "explaining")
        self._running: dict[int, _Running] = {}
        self._is_ending = False

    async def explained(
        self, came: Incoming, address: Address, explaining: Explaining, on_preview: Callable[[int], Awaitable[None]]
    ) -> Reply:
        """The reply with its explanation, as far as there is one in time; `on_preview` hears which message is only a preview."""
        if self._is_ending:
            return await self._without(explaining, Outcome.STOPPED)
        running = self._running[came.update_id] = _Running(came)
        try:
            if not await self._has_place(running):
                return await self._without(explaining, Outcome.STOPPED if running.stop.is_set() else Outcome.BUSY)
            try:
                return await self._written(running, explaining, self._previews.begin(came, address, on_preview))
            finally:
                self._places.release()
        finally:
            del self._running[came.update_id]

    def stop_of(self, chat: int, person: int, *, may_all: bool) -> bool:
        """End what is being explained to a person in a chat, or to anybody there; False where that is nothing."""
        found = [each for each in self._running.values() if each.came.chat == chat and (may_all or each.came.person == person)]
        for running in found:
            running.end()
        return bool(found)

    def stop(self, update_id: int, person: int, *, may_all: bool) -> bool | None:
        """End the explanation that an update asked for; None where there is none, False where it is somebody else's."""
        running = self._running.get(update_id)
        if running is None:
            return None
        if not may_all and running.came.person != person:
            return False
        running.end()
        return True

    def end(self) -> None:
        """End all of them, and begin none: the program stops."""
        self._is_ending = True
        for running in self._running.values():
            running.end()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def _has_place(self, running: _Running) -> bool:
        """Whether a place came free in time, before it was ended."""
        if not self._places.locked():
            return await self._places.acquire()
        waits = [asyncio.ensure_future(self._places.acquire()), asyncio.ensure_future(running.is_stopped.wait())]
        await asyncio.wait(waits, timeout=self._patience.explaining_seconds, return_when=asyncio.FIRST_COMPLETED)
        has_place = waits[0].done()
        for each in waits:
            each.cancel()
        if has_place and running.stop.is_set():
            self._places.release()
            return False
        return has_place

    async def _written(self, running: _Running, explaining: Explaining, preview: Preview) -> Reply:
        loop = asyncio.get_running_loop()

        def watch(answer: Answer) -> None:
            shown = self._preview(answer, running.came)
            loop.call_soon_threadsafe(preview.show, shown)

        showing = asyncio.create_task(preview.run())
        try:
            reply = await loop.run_in_executor(self._threads, lambda: _attempt(explaining, watch, running.stop))
        finally:
            preview.end()
            await asyncio.wait({showing})  # nothing of it may come behind the answer
        return replace(reply, preview=preview.message)

    async def _without(self, explaining: Explaining, outcome: Outcome) -> Reply:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: explaining.without(outcome))

    def _preview(self, answer: Answer, came: Incoming) -> Outgoing:
        part = preview_of(answer, self._debate)
        return Outgoing(part.text, part.entities, stop_rows(texts(answer.language, self._debate), came.update_id))


def stop_rows(say: Texts, update_id: int) -> Rows:
    """The button that ends an explanation, under the message that shows it."""
    return ((Button(say.say("button_stop"), f"{STOP}:{update_id}"),),)


def _attempt(explaining: Explaining, watch: Callable[[Answer], None], stop: Event) -> Reply:
    """The reply; whatever goes wrong with the model leaves it as it is without one."""
    try:
        return explaining.run(watch, stop)
    except Exception as error:  # noqa: BLE001  # the answer does not depend on the model
        LOG.error("An explanation failed (%s); its number is %s.", type(error).__name__, log_failure(error))
    return explaining.without(Outcome.FAILED)
