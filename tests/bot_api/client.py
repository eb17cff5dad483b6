"""A bot in this process, for tests of the server itself."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Bot
from telegram.request import HTTPXRequest

from tests.bot_api.server import BotApi

T = TypeVar("T")
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Made once: to read all certificates of this machine for each bot takes longer than most tests, and none is used."""


def a_request() -> HTTPXRequest:
    """What python-telegram-bot calls a server with."""
    return HTTPXRequest(httpx_kwargs={"verify": _NO_CERTIFICATES, "trust_env": False})


def a_bot(server: BotApi) -> Bot:
    """A bot that talks to the server and to nothing else."""
    return Bot(
        server.token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=a_request(),
        get_updates_request=a_request(),
    )


def talk(server: BotApi, do: Callable[[Bot], Awaitable[T]]) -> T:
    """Do something as a bot."""

    async def whole() -> T:
        async with a_bot(server) as bot:
            return await do(bot)

    return asyncio.run(whole())
