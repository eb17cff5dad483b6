"""What operators can do from a chat: see what a document or a link would change, publish it, go back, see how the bot is doing."""

import re
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from telegram import Message, User
from telegram.error import TelegramError

from bot.blocks import Block, BlockKind
from bot.pending import PendingRehearsals
from bot.settings import FrontSettings
from bot.telegram_app.answering import Desk
from bot.telegram_app.keyboards import NOT_USEFUL, PUBLISH, REASONS, USEFUL, Rows
from bot.telegram_app.logs import LOG
from bot.telegram_app.messages import exempt_parts, message_parts
from bot.telegram_app.replies import NOTHING, Button, Incoming, Outgoing, Reply
from bot.telegram_app.sending import Post
from vectorstore.errors import BusyError, KanttekeningError, UsageError
from vectorstore.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.rehearsal import Rehearsal
    from bot.workspace import Workspace

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


class Operators:
    """The operators' side of the bot. Anybody else gets a kind no, and what they sent is not kept."""

    def __init__(self, desk: Desk, settings: FrontSettings, post: Post, workspace: "Workspace") -> None:
        self._desk, self._settings, self._post, self._workspace = desk, settings, post, workspace
        self._pending = PendingRehearsals(workspace)
        self._started = time.monotonic()

    def may(self, user: User | None) -> bool:
        """Whether somebody is an operator."""
        return user is not None and user.id in self._settings.operators

    def is_link(self, message: Message) -> bool:
        """Whether somebody sends a web address and nothing else, in private."""
        return message.chat.type == "private" and _LINK.fullmatch((message.text or "").strip()) is not None

    def is_theirs(self, data: str) -> bool:
        """Whether a button is one of theirs."""
        return data.startswith(f"{PUBLISH}:")

    async def download(self, message: Message) -> bytes | None:
        """What an operator sent; None where it cannot be had."""
        if message.document is None:
            return None
        try:
            return await self._post.download(message.document.file_id)
        except TelegramError as error:
            LOG.warning("A document could not be downloaded: %s", error.message)
            return None

    def uploaded(self, came: Incoming, name: str, content: bytes | None) -> Reply:
        """What a document that was sent would change; from anybody else it is not kept."""
        from bot.rehearsal import Upload, rehearse

        if not self._is_operator(came):
            return self._desk.tell(came, "not_kept")
        if content is None:
            return self._desk.tell(came, "download_failed")
        return self._rehearsed(came, lambda: rehearse(self._workspace, uploads=[Upload(name, content)]))

    def linked(self, came: Incoming, address: str) -> Reply:
        """What the page at a web address would change; for anybody else it is not opened."""
        from bot.rehearsal import rehearse

        if not self._is_operator(came):
            return self._desk.tell(came, "not_opened")
        return self._rehearsed(came, lambda: rehearse(self._workspace, [address.strip()]))

    def press(self, came: Incoming) -> Reply:
        """Publish what was rehearsed, or throw it away."""
        from bot.rehearsal import discard

        _, name, choice = (*came.data.split(":"), "", "")[:3]
        say = self._desk.say(came)
        if not self._is_operator(came):
            return replace(NOTHING, toast=say.say("operators_only"), is_alert=True)
        if self._pending.is_of_another(name, came.person):
            return replace(NOTHING, toast=say.say("rehearsal_of_another"), is_alert=True)
        rehearsal = self._pending.take(name, came.person)
        if rehearsal is None:
            return replace(NOTHING, toast=say.say("rehearsal_gone"), is_alert=True, clears=True)
        if choice == "yes":
            return self._published(came, name, rehearsal)
        discard(self._workspace, rehearsal)
        return replace(self._plain(say.say("rehearsal_discarded")), clears=True)

    def status(self, came: Incoming, _: str) -> Reply:
        """How the bot is doing."""
        say = self._desk.say(came)
        if not self._is_operator(came):
            return self._desk.tell(came, "operators_only")
        with self._workspace.catalog() as (info, _catalog):
            edition = say.say("edition", number=info.number, date=say.date(info.published_at))
            size = say.say("status_size", documents=info.documents, passages=info.passages)
        feedback = self._desk.memory.feedback()
        ratings = Counter(each.rating for each in feedback)
        reasons = Counter(REASONS[each.reason] for each in feedback if each.reason and each.reason in REASONS)
        hours, minutes = divmod(int(time.monotonic() - self._started) // 60, 60)
        others = len(self._desk.memory.waiting()) - 1  # this message waits for its reply, too
        lines = [
            f"Kanttekening {VERSION}",
            edition,
            size,
            say.say("status_waiting", count=max(others, 0)),
            say.say("status_feedback", useful=ratings[USEFUL], not_useful=ratings[NOT_USEFUL], days=self._settings.retention_days),
            *(f"– {say.say(reason)}: {count}" for reason, count in reasons.most_common()),
            say.say("status_up", hours=hours, minutes=minutes),
        ]
        return self._plain("\n".join(lines))

    def restore(self, came: Incoming, _: str) -> Reply:
        """Go back to the edition before the current one."""
        from bot.rehearsal import restore_previous

        say = self._desk.say(came)
        if not self._is_operator(came):
            return self._desk.tell(came, "operators_only")
        try:
            before, after = restore_previous(self._workspace)
        except BusyError:
            return self._plain(say.say("rehearsal_busy"))
        except UsageError:
            return self._plain(say.say("restored_nothing"))
        except KanttekeningError as error:
            return self._failed(came, error)
        return self._plain(say.say("rehearsal_restored", before=before, after=after))

    def _is_operator(self, came: Incoming) -> bool:
        return came.person in self._settings.operators

    def _rehearsed(self, came: Incoming, rehearse: "Callable[[], Rehearsal]") -> Reply:
        say = self._desk.say(came)
        try:
            return self._account(came, rehearse())
        except BusyError:
            return self._plain(say.say("rehearsal_busy"))
        except KanttekeningError as error:
            return self._failed(came, error)

    def _account(self, came: Incoming, rehearsal: "Rehearsal") -> Reply:
        from bot.rehearsal_account import rehearsal_account, rehearsal_caveat

        say, debate = self._desk.say(came), self._desk.debate
        rows: Rows = ()
        if rehearsal.can_be_published:
            name = self._pending.add(rehearsal, came.person)
            rows = (
                (Button(say.say("button_publish"), f"{PUBLISH}:{name}:yes"),),
                (Button(say.say("button_discard"), f"{PUBLISH}:{name}:no"),),
            )
        account, caveat = rehearsal_account(rehearsal, debate, say.language), rehearsal_caveat(rehearsal, debate)
        parts = message_parts(account, caveat, say.language) if caveat else exempt_parts(account, say.language)
        messages = [Outgoing(part.text, part.entities) for part in parts]
        return Reply((*messages[:-1], replace(messages[-1], buttons=rows)))

    def _published(self, came: Incoming, name: str, rehearsal: "Rehearsal") -> Reply:
        from bot.rehearsal import Rehearsal, publish

        say = self._desk.say(came)
        try:
            outcome = publish(self._workspace, rehearsal)
        except BusyError:
            self._pending.put_back(name, rehearsal, came.person)
            return replace(NOTHING, toast=say.say("rehearsal_busy"), is_alert=True)
        except KanttekeningError as error:
            self._pending.put_back(name, rehearsal, came.person)
            return self._failed(came, error)
        if isinstance(outcome, Rehearsal):
            return replace(self._account(came, outcome), clears=True)
        LOG.info("Edition %d is published from a chat.", outcome.edition)
        return replace(
            self._plain(say.say("rehearsal_published", number=outcome.edition, documents=outcome.documents)), clears=True
        )

    def close(self) -> None:
        """Throw away what waits for a yes."""
        self._pending.close()

    def _failed(self, came: Incoming, error: KanttekeningError) -> Reply:
        """That it did not work, with what the program says for operators of it."""
        return self._plain(self._desk.say(came).say("operator_failed", reason=error))

    def _plain(self, text: str) -> Reply:
        """A message to an operator about the work; it says nothing of the debate."""
        return Reply(tuple(Outgoing(part.text, part.entities) for part in exempt_parts([Block(BlockKind.MESSAGE, text)])))
