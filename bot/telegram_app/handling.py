"""From an update to a reply that has gone out, once.

What was prepared is kept until it has gone, so that a crash sends it again and makes nothing anew.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from telegram import Update
from telegram.ext import CallbackContext

from bot.failures import log_failure
from bot.telegram_app.answering import Desk
from bot.telegram_app.explaining import Explanations
from bot.telegram_app.gate import Gate, Verdict
from bot.telegram_app.inbox import Inbox
from bot.telegram_app.keyboards import DELETE
from bot.telegram_app.logs import LOG
from bot.telegram_app.replies import NOTHING, Explaining, Incoming, Reply, incoming, reply_from_json, reply_to_json
from bot.telegram_app.sending import Address, GoneError, LeavingError, Post
from vectorstore.errors import KanttekeningError, TakenOverError, UnavailableError

_Result = TypeVar("_Result")

_ANSWERING_THREADS = 2  # a question takes one core for some 25 ms
_MEMORY_SECONDS = 5.0  # between tries while the memory cannot be written
_TYPING_AFTER_SECONDS = 1.5  # an answer that is there at once needs no sign that it is coming


class Handling:
    """Handles one update after another of each chat: judges, makes the reply, and sees it out."""

    def __init__(self, desk: Desk, inbox: Inbox, gate: Gate, post: Post, explanations: Explanations) -> None:
        self._desk, self._inbox, self._gate, self._post = desk, inbox, gate, post
        self._explanations = explanations
        self._answering = ThreadPoolExecutor(_ANSWERING_THREADS, "answering")
        self._working = ThreadPoolExecutor(1, "working")
        self._keeping = ThreadPoolExecutor(1, "keeping")

    async def answer(self, update: Update, make: Callable[[Incoming], Reply], *, is_slow: bool = False) -> None:
        """Reply to an update with what `make` makes of it, in a thread; what is slow keeps no question waiting."""
        came = incoming(update)
        if came is None:
            await self.done(update)
            return
        try:
            await self._reply(update, came, make, self._working if is_slow else self._answering)
        except (LeavingError, TakenOverError):
            return  # it is still in the inbox
        except GoneError:
            await self.forget(came.chat, came.person if not came.is_group else None)
            await self.done(update)

    async def done(self, update: Update) -> None:
        """There is nothing to reply to an update."""
        await self.keep(lambda: self._desk.memory.handled(update.update_id))

    async def failed(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """A defect outside a reply: who asked hears of it as of one inside, and the update is not tried again and again."""
        error = context.error
        if error is None or not isinstance(update, Update):
            return

        def fail(_: Incoming) -> Reply:
            raise error

        try:
            await self.answer(update, fail)
        except Exception:  # noqa: BLE001  # it is one that has nobody to answer
            LOG.error(
                "Update %s failed (%s), and is let go.", update.update_id, type(error).__name__
            )  # tracebacks are for the file
            await self.done(update)

    async def forget(self, chat: int, person: int | None) -> None:
        """A chat is no more; in a private one that person has left."""
        memory = self._desk.memory
        with suppress(KanttekeningError):  # what a reader keeps from being cleared now is cleared by the next tidying
            await self.keep(lambda: memory.erase(person) if person is not None else memory.forget_chat(chat))

    def welcomes(self, chat: int | None, person: int | None) -> bool:
        """Whether to do anything at all for somebody where no message can be sent."""
        return self._gate.admits(chat, person)

    async def think(self, action: Callable[[], _Result]) -> _Result:
        """What an action that embeds or reads gives, away from the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._answering, action)

    async def keep(self, action: Callable[[], _Result]) -> _Result:
        """What an action on the memory gives, away from the loop and one after another."""
        return await asyncio.get_running_loop().run_in_executor(self._keeping, action)

    async def _note(self, action: Callable[[], object]) -> None:
        """Keep something of a reply; what the memory cannot take now, as when the disk is full, it takes later."""
        while True:
            try:
                await self.keep(action)
            except UnavailableError as error:
                LOG.warning("%s", error)
                await self._post.pause(_MEMORY_SECONDS)
            else:
                return

    def close(self) -> None:
        """End the threads."""
        self._answering.shutdown()
        self._working.shutdown()
        self._keeping.shutdown()

    async def _reply(self, update: Update, came: Incoming, make: Callable[[Incoming], Reply], threads: ThreadPoolExecutor) -> None:
        left = self._inbox.resumed.pop(update.update_id, None)
        reply, sent = (await self._left(came, left.prepared), left.sent) if left and left.prepared else (None, 0)
        is_anew = reply is None
        if reply is None:
            reply, sent = await self._made(came, make, threads, is_resumed=left is not None), 0
            if reply.explaining is not None:  # which takes long, so the button is not kept turning
                await self._settle_button(update, came, reply)
                reply, is_anew = await self._explained(came, reply.explaining), False
            if reply.messages:
                await self._note(lambda: self._desk.memory.prepared(came.update_id, reply_to_json(reply), reply.answer))
        if is_anew:  # else the button was answered before the program ended
            await self._settle_button(update, came, reply)
        await self._see_out(came, reply, sent)
        if reply.preview is not None:
            await self._post.remove(came.chat, reply.preview)
        await self._note(lambda: self._finish(came, reply))
        if left and came.data.startswith(f"{DELETE}:"):  # the run that erased was killed before it got to the last bytes
            with suppress(KanttekeningError):
                await self.keep(self._desk.memory.tidy)

    async def _left(self, came: Incoming, prepared: str) -> Reply | None:
        """A reply that an earlier run prepared, unless the edition has changed since: what was removed is not quoted any more.

        An explanation that it was still writing is written anew, and what it showed of it goes.
        """
        try:
            reply = reply_from_json(prepared)
        except (ValueError, KeyError, TypeError, IndexError):
            return None  # another version wrote it
        if reply.preview is not None:
            await self._post.remove(came.chat, reply.preview)
        is_true = reply.edition in {None, self._desk.explainer.edition()[0]}
        return replace(reply, preview=None) if reply.messages and is_true else None

    async def _explained(self, came: Incoming, explaining: Explaining) -> Reply:
        """The reply with what a language model makes of it, which the chat sees coming."""
        address = _address(came)

        async def note_preview(message: int) -> None:
            with suppress(KanttekeningError):  # then it stays, if the program is killed now
                shown = reply_to_json(Reply(preview=message))
                await self.keep(lambda: self._desk.memory.prepared(came.update_id, shown))

        work = self._explanations.explained(came, address, explaining, note_preview)
        if came.is_group:  # where signs count as messages, of which there may be twenty a minute, and what is written is seen
            return await work
        return await self._post.typing_while(address, work, _TYPING_AFTER_SECONDS)

    async def _made(
        self, came: Incoming, make: Callable[[Incoming], Reply], threads: ThreadPoolExecutor, *, is_resumed: bool
    ) -> Reply:
        verdict = Verdict.PASS if is_resumed else self._gate.judge(came.chat, came.person)
        if verdict is Verdict.SILENT:
            return NOTHING
        chosen = make if verdict is Verdict.PASS else lambda it: self._desk.tell(it, verdict.value)
        work = asyncio.get_running_loop().run_in_executor(threads, lambda: self._attempt(came, chosen))
        return await self._post.typing_while(_address(came), work, _TYPING_AFTER_SECONDS)

    def _attempt(self, came: Incoming, make: Callable[[Incoming], Reply]) -> Reply:
        """The reply; a defect becomes a calm sentence with a number, which the log has too."""
        try:
            return make(came)
        except Exception as error:  # noqa: BLE001  # the one place of this front end where a defect becomes a sentence
            number = log_failure(error)
            LOG.error("A reply failed (%s); its number is %s.", type(error).__name__, number)
        try:
            return self._desk.failed(came, number)
        except Exception as error:  # noqa: BLE001  # there is no edition to read the caveat from, so nothing is said of the debate
            LOG.error("Not even an apology could be made (%s).", type(error).__name__)  # tracebacks are for the file
            return Reply((self._desk.bare_apology(came, number),))

    async def _settle_button(self, update: Update, came: Incoming, reply: Reply) -> None:
        query = update.callback_query
        if query is not None:
            await self._post.toast(query.id, reply.toast, is_alert=reply.is_alert)
            if (reply.rows or reply.clears) and came.message is not None:
                await self._post.change_buttons(came.chat, came.message, reply.rows)

    async def _see_out(self, came: Incoming, reply: Reply, sent: int) -> None:
        for number, message in enumerate(reply.messages[sent:], start=sent + 1):
            await self._post.send(_address(came), message)
            if number < len(reply.messages):
                await self._note(lambda count=number: self._desk.memory.sent(came.update_id, count))  # type: ignore[misc]  # mypy infers no type for a lambda with a default

    def _finish(self, came: Incoming, reply: Reply) -> None:
        turns = (came.key, reply.turns) if reply.turns is not None else None
        self._desk.memory.handled(came.update_id, turns=turns)
        if (chat := self._post.place_of(came.chat)) != came.chat:  # it became another while the reply was on its way
            self._desk.memory.move_chat(came.chat, chat)


def _address(came: Incoming) -> Address:
    return Address(came.chat, came.topic, came.message if came.is_group and not came.data else None)
