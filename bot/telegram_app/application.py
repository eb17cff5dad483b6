"""The bot as a program: put together, started, watched, and stopped so that nothing is lost."""

import asyncio
import hmac
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from telegram import LinkPreviewOptions
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, Defaults
from telegram.request import HTTPXRequest

from bot.failures import log_failure
from bot.settings import FrontSettings
from bot.telegram_app.answering import Desk
from bot.telegram_app.commands import Commands, commands_of
from bot.telegram_app.explaining import Explanations
from bot.telegram_app.gate import Gate
from bot.telegram_app.handling import Handling
from bot.telegram_app.inbox import Inbox, Receiver
from bot.telegram_app.lanes import Lanes
from bot.telegram_app.logs import LOG
from bot.telegram_app.operators import Operators
from bot.telegram_app.patience import Patience
from bot.telegram_app.previews import Previews
from bot.telegram_app.profile import publish_profile
from bot.telegram_app.routing import Routes
from bot.telegram_app.sending import Post
from bot.telegram_app.shared_inbox import SharedInbox
from bot.telegram_app.watch import Conflicts, PollRequest
from bot.workspace import Workspace
from vectorstore.errors import KanttekeningError, UnavailableError, UsageError

ALLOWED_UPDATES = ["message", "callback_query", "inline_query", "my_chat_member"]
"""What Telegram shall send; what is not here, we do not hear of."""

Bots = Application[Any, Any, Any, Any, Any, Any]


def build(token: str, settings: FrontSettings, inbox: Inbox, lanes: Lanes, patience: Patience) -> tuple[Bots, PollRequest]:
    """The application, and the connection that it polls on."""
    base, files = addresses(settings)
    seconds = patience.read_seconds
    calls = HTTPXRequest(
        connection_pool_size=256, read_timeout=seconds, write_timeout=seconds, connect_timeout=10.0, pool_timeout=60.0
    )
    poll = PollRequest(connection_pool_size=2, read_timeout=10.0, connect_timeout=10.0)
    bot = Receiver(
        token,
        poll,
        base_url=base,
        base_file_url=files,
        request=calls,
        defaults=Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True), allow_sending_without_reply=True),
        rate_limiter=AIORateLimiter(max_retries=0),  # a chat that must wait is waited for in its own lane, and keeps nobody else
    )
    return ApplicationBuilder().bot(bot).concurrent_updates(lanes).update_queue(inbox).build(), poll


def addresses(settings: FrontSettings) -> tuple[str, str]:
    """Where methods and where files are; of a server of one's own the name alone will do."""
    base = settings.telegram_base_url.rstrip("/")
    if "{token}" not in base and not base.endswith("/bot"):
        base += "/bot"
    return base, settings.telegram_base_file_url or f"{base.removesuffix('/bot')}/file/bot"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the program starts, watches and ends besides the application."""

    desk: Desk
    inbox: Inbox
    lanes: Lanes
    post: Post
    handling: Handling
    operators: Operators
    explanations: Explanations


class Program:
    """Runs the bot until it is asked to stop, or cannot go on."""

    def __init__(self, application: Bots, poll: PollRequest, settings: FrontSettings, parts: Parts, patience: Patience) -> None:
        self._application, self._poll, self._settings, self._parts = application, poll, settings, parts
        self._patience = patience
        self._stop = asyncio.Event()
        self._exit_code = 0

    async def run(self) -> int:
        """Serve; returns the exit code.

        Raises:
            UsageError: Telegram does not know the token.
            UnavailableError: Telegram cannot be reached.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        try:
            await self._introduce()
            desk = self._parts.desk
            await publish_profile(self._application.bot, desk.debate, self._settings, commands_of(desk), desk.model)
            await self._serve()
        finally:
            await self._application.shutdown()
            self._parts.explanations.close()
            self._parts.handling.close()
            self._parts.operators.close()
        return self._exit_code

    async def _introduce(self) -> None:
        """See that Telegram is there and knows us, trying again while it is not there."""
        most = self._patience.start_tries
        for attempt in range(1, most + 1):
            try:
                with _named_failures():
                    await self._application.initialize()
            except UnavailableError:
                if attempt == most or self._stop.is_set():
                    raise
                LOG.warning("Telegram cannot be reached; trying again.")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), 2.0 ** (attempt - 1) / 2)
            else:
                return

    async def _serve(self) -> None:
        application, parts = self._application, self._parts
        left = parts.inbox.resume(application.bot)
        await application.start()
        try:
            with _named_failures():
                await self._hear()
            LOG.info("@%s answers. %d messages were left from before.", application.bot.username, left)
            duties = [asyncio.create_task(self._tidy_now_and_then()), asyncio.create_task(self._watch())]
            await self._stop.wait()
            await asyncio.gather(*duties)
        finally:
            await self._end()
        LOG.info("Stopped.")

    async def _end(self) -> None:
        """Hear nothing more, and answer what is waiting."""
        if self._application.updater and self._application.updater.running:
            await self._application.updater.stop()
        await self._parts.inbox.rest()
        timer = asyncio.get_running_loop().call_later(self._patience.grace_seconds, self._leave)
        await self._application.stop()
        timer.cancel()
        await self._parts.inbox.leave()

    async def _hear(self) -> None:
        if self._settings.telegram_webhook_url:
            await self._listen(self._settings.telegram_webhook_url)
        elif self._application.updater:
            await self._application.updater.start_polling(
                timeout=self._patience.poll_seconds,
                bootstrap_retries=self._patience.start_tries,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                error_callback=Conflicts(self._give_up, self._patience.conflicts),
            )

    async def _listen(self, url: str) -> None:
        settings = self._settings
        secret = settings.telegram_webhook_secret
        if self._application.updater:
            await self._application.updater.start_webhook(
                listen=settings.telegram_webhook_listen,
                port=settings.telegram_webhook_port,
                url_path=urlsplit(url).path.lstrip("/"),
                webhook_url=url,
                bootstrap_retries=self._patience.start_tries,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                secret_token=secret.get_secret_value() if secret else self._own_secret(),
            )

    def _own_secret(self) -> str:
        """What Telegram is to say with each call; bots that share a webhook have to know it of each other, and share the token."""
        if not self._parts.inbox.memory.is_shared:
            return secrets.token_urlsafe(32)
        return hmac.digest(self._application.bot.token.encode(), b"kanttekening webhook", "sha256").hex()

    def _asked_to_stop(self) -> None:
        """Answer what is waiting, and end; asked again, end at once."""
        if self._stop.is_set():
            self._leave()
        self._stop.set()
        self._parts.explanations.end()

    def _leave(self) -> None:
        """Leave the rest for the next start."""
        self._parts.lanes.is_leaving = True
        self._parts.post.leave()

    def _give_up(self, why: str) -> None:
        LOG.error("%s", why)
        self._exit_code = 1
        self._asked_to_stop()

    async def _tidy_now_and_then(self) -> None:
        """Keep nothing longer than was said."""
        while not self._stop.is_set():
            try:
                await self._parts.handling.keep(self._parts.desk.memory.tidy)
            except KanttekeningError as error:
                LOG.warning("The memory could not be tidied: %s", error)
            except Exception as error:  # noqa: BLE001  # a defect is in the log, and the next time may do
                LOG.error("The memory could not be tidied (%s); its number is %s.", type(error).__name__, log_failure(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._patience.tidy_seconds)

    async def _watch(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._patience.watch_seconds)
            is_stalled = not self._settings.telegram_webhook_url and self._poll.is_stalled(self._patience.stalled_seconds)
            if is_stalled and not self._stop.is_set():
                self._give_up("No poll has come back for minutes. Stopping, to be started again.")


@contextmanager
def _named_failures() -> Iterator[None]:
    """What keeps the bot from starting, in words for its operator."""
    try:
        yield
    except InvalidToken as error:
        raise UsageError("Telegram does not know the token. Copy it from @BotFather again.") from error
    except TelegramError as error:
        raise UnavailableError("Telegram cannot be reached. Check the network, and start again.") from error


def assemble(token: str, settings: FrontSettings, desk: Desk, workspace: Workspace, patience: Patience) -> Program:
    """The whole bot, ready to run."""
    inbox = SharedInbox(desk.memory, patience) if desk.memory.is_shared else Inbox(desk.memory)
    lanes = Lanes(inbox.done)
    application, poll = build(token, settings, inbox, lanes, patience)
    post = Post(application.bot, lanes.join)
    explanations = Explanations(desk.debate, Previews(post, settings.telegram_streaming, patience), patience)
    handling = Handling(desk, inbox, Gate(settings), post, explanations)
    commands = Commands(desk, settings, workspace.shelf.home / "cache")
    operators = Operators(desk, settings, post, workspace)
    Routes(desk, handling, post, operators, commands, explanations).add_to(application)
    application.add_error_handler(handling.failed)
    return Program(application, poll, settings, Parts(desk, inbox, lanes, post, handling, operators, explanations), patience)
