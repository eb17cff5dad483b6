"""The Telegram that the other tests stand on: it keeps Telegram's rules, and says so in Telegram's words."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from telegram import Bot, Message

from tests.bot_api import BotApi


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A server of its own for each test."""
    with BotApi() as server:
        yield server


def talk(server: BotApi, do: Callable[[Bot], Awaitable[object]]) -> object:
    """Do something as a bot made with python-telegram-bot."""

    async def whole() -> object:
        async with Bot(server.token, base_url=server.base_url, base_file_url=server.base_file_url) as bot:
            return await do(bot)

    return asyncio.run(whole())


def test_a_message_reaches_the_person(api: BotApi) -> None:
    """What the bot sends is what the person sees."""
    jan = api.person("Jan")
    chat = api.private(jan)
    chat.say(jan, "/start")

    async def do(bot: Bot) -> Message:
        (update,) = await bot.get_updates(timeout=1)
        assert update.message is not None
        return await update.message.reply_text("Hoi 👋")

    answer = talk(api, do)
    assert isinstance(answer, Message)
    assert [message.text for message in chat.messages] == ["/start", "Hoi 👋"]
    assert api.violations == []
