"""The Telegram that the other tests stand on, where things go wrong; its webhook; and the program as a process."""

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from telegram import Message, Update
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from tornado.netutil import bind_sockets

from tests.bot_api import BadGateway, BotApi, Call, Chat, Drop, Error, Fault, Flood, Forbidden, Hang, Slow, TooMany
from tests.bot_api.client import a_bot, talk
from tests.bot_api.program import start_bot

ECHO = "tests.bot_api.echo"
SECRET = "geheim"  # noqa: S105  # opens nothing


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BotApi]:
    """A server of its own for each test; python-telegram-bot says times as it will in its next version, without a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    with BotApi() as server:
        yield server


@pytest.fixture
def chat(api: BotApi) -> Chat:
    """The chat of somebody who began one."""
    jan = api.person("Jan")
    made = api.private(jan)
    made.say(jan, "/start")
    return made


def say(api: BotApi, chat: Chat) -> Message:
    """Let the bot say something; it waits no longer than a fifth of a second for an answer."""
    return talk(api, lambda bot: bot.send_message(chat.id, "hoi", read_timeout=0.2))


@pytest.mark.parametrize(
    ("fault", "error", "words", "said"),
    [
        (TooMany(3), RetryAfter, "Retry in 0:00:03", 0),
        (BadGateway(), NetworkError, "Bad Gateway", 0),
        (BadGateway(processed=True), NetworkError, "Bad Gateway", 1),
        (Forbidden(), TelegramError, "bot was blocked by the user", 0),
        (Error(400, "Bad Request: group send failed"), BadRequest, "Group send failed", 0),
        (Error(500, "Internal Server Error"), NetworkError, "Internal Server Error", 0),
        (Hang(), TimedOut, "Timed out", 0),
        (Hang(processed=True), TimedOut, "Timed out", 1),
        (Drop(), NetworkError, "disconnected", 0),
        (Drop(processed=True), NetworkError, "disconnected", 1),
        (Slow(0.3), TimedOut, "Timed out", 1),
    ],
)
def test_a_fault_happens_once(api: BotApi, chat: Chat, fault: Fault, error: type[TelegramError], words: str, said: int) -> None:
    """A fault is what the bot meets, with the message said or not as it promises; the next call goes well."""
    api.fail(fault, "sendMessage")
    with pytest.raises(error, match=words):
        say(api, chat)
    api.wait(lambda: len(chat.sent) == said)
    assert say(api, chat).text == "hoi"
    assert [call.fault for call in api.calls_of("sendMessage")] == [fault, None]
    assert (api.refused(), len(chat.sent)) == ([], said + 1)


def test_a_policy_chooses_for_each_call(api: BotApi, chat: Chat) -> None:
    """A test can look at a call before it decides what becomes of it."""
    other = api.private(api.person("Piet"))
    other.say(api.people[other.id], "hoi")

    def policy(call: Call) -> Fault | None:
        return TooMany(1) if call.parameters.get("chat_id") == other.id else None

    api.policy = policy
    with pytest.raises(RetryAfter):
        say(api, other)
    say(api, chat)
    assert (len(other.sent), len(chat.sent)) == (0, 1)


@pytest.mark.usefixtures("chat")
def test_a_stalled_poll_is_answered_by_nothing(api: BotApi) -> None:
    """A poll can hang like any other call, and the updates are still there afterwards."""
    api.fail(Hang(), "getUpdates")
    with pytest.raises(TimedOut):
        talk(api, lambda bot: bot.get_updates(read_timeout=0.2))
    assert len(talk(api, lambda bot: bot.get_updates())) == 1


def test_the_flood_limits_are_kept_where_a_test_asks_for_it(api: BotApi, chat: Chat) -> None:
    """So much at once in a chat, so much over all and so much in a group a minute, each with the time to wait."""
    now = 1_000.0
    api.clock = lambda: now
    flood = Flood(burst=3, overall=30, group=20)
    assert [flood.judge(1, now) for _ in range(4)] == [None, None, None, TooMany(3)]
    assert [flood.judge(each, now + 0.5) for each in range(10, 38)] == [None] * 27 + [TooMany(1)]
    assert [flood.judge(-1, now + 2 * turn) for turn in range(1, 22)] == [None] * 20 + [TooMany(20)]
    assert [flood.judge(chat_id, now + 62) for chat_id in (-1, 1)] == [None, None]
    api.flood = Flood(burst=1)
    say(api, chat)
    with pytest.raises(RetryAfter):
        say(api, chat)


def test_what_does_not_come_true_is_an_error_with_the_record(api: BotApi, chat: Chat) -> None:
    """A test that waits in vain says what the bot did."""
    say(api, chat)
    with pytest.raises(AssertionError, match=r"sendMessage\(chat_id='\d+', text='hoi'\) -> 200"):
        api.wait(lambda: len(chat.sent) == 2, seconds=0.01)
    assert chat.next().text == "hoi"
    with pytest.raises(AssertionError, match="said nothing more"):
        chat.next(seconds=0.01)


class _Webhook(BaseHTTPRequestHandler):
    """A bot behind a webhook that fails at first: it answers with the statuses it is told to, one after the other."""

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(body)["message"]["text"]))
        self.send_response(self.server.statuses.pop(0))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's own name
        """Say nothing."""


class _Server(HTTPServer):
    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Webhook)
        self.statuses, self.heard = list(statuses), list[tuple[str, str, str]]()


def test_a_webhook_hears_everything_in_order_and_until_it_has_it(api: BotApi, chat: Chat) -> None:
    """Updates are pushed with the secret, again where the bot failed, the next one not before; polls are refused meanwhile."""
    chat.say(api.people[chat.id], "tweede")
    with _Server(500, 502, 200, 200) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        api.proxies["https://bot.example"] = f"http://127.0.0.1:{server.server_address[1]}"
        talk(api, lambda bot: bot.set_webhook("https://bot.example/hook", secret_token=SECRET))
        with pytest.raises(TelegramError, match="can't use getUpdates method while webhook is active"):
            talk(api, lambda bot: bot.get_updates())
        api.wait(lambda: len(api.updates) == 0)
        server.shutdown()
        serving.join()
    assert server.heard == [("/hook", SECRET, text) for text in ("/start", "/start", "/start", "tweede")]
    info = talk(api, lambda bot: bot.get_webhook_info())
    assert (info.url, info.last_error_message) == ("https://bot.example/hook", "Wrong response from the webhook: 502")


def test_an_application_behind_a_webhook_answers(api: BotApi, chat: Chat) -> None:
    """The webhook of python-telegram-bot takes what this Telegram pushes, and a deleted webhook leaves room for polls."""

    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"je zei {update.message.text}")

    async def whole() -> None:
        (listening,) = bind_sockets(0, "127.0.0.1")
        api.proxies["https://bot.example"] = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with Application.builder().bot(a_bot(api)).build() as application:
            application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, echo))
            assert application.updater is not None
            await application.updater.start_webhook(
                unix=listening, url_path="hook", webhook_url="https://bot.example/hook", secret_token=SECRET
            )
            await application.start()
            seen = await asyncio.to_thread(chat.next)
            assert seen.text == "je zei /start"
            await application.updater.stop()
            await application.stop()

    asyncio.run(whole())
    talk(api, lambda bot: bot.delete_webhook())
    assert (talk(api, lambda bot: bot.get_updates()), api.violations) == ((), [])


def test_a_program_polls_and_stops_and_starts_again(api: BotApi, chat: Chat, tmp_path: Path) -> None:
    """A process hears what was said before it started, ends at SIGTERM, and what comes after a kill waits for the next one."""
    with start_bot(api, tmp_path, module=ECHO) as bot:
        assert chat.next().text == "je zei /start"
        assert bot.stop().exit_code == 0
    chat.say(api.people[chat.id], "hallo")
    with start_bot(api, tmp_path, module=ECHO) as bot:
        assert chat.next().text == "je zei hallo"
        assert bot.kill().exit_code == -signal.SIGKILL
    assert ([message.text for message in chat.sent], api.violations) == (["je zei /start", "je zei hallo"], [])


def test_a_program_that_does_not_start_says_why(api: BotApi, tmp_path: Path) -> None:
    """Whoever waits for a program that ended hears what it wrote."""
    with pytest.raises(AssertionError, match="the bot ended: Ended"):
        start_bot(api, tmp_path, telegram_webhook_port="99999")
