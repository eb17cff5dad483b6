"""A strict Telegram of one bot, on the loopback address, with the people who write to it."""

from tests.bot_api.chats import Chat
from tests.bot_api.faults import BadGateway, Drop, Error, Fault, Forbidden, Hang, Slow, TooMany
from tests.bot_api.flood import Flood
from tests.bot_api.people import Person
from tests.bot_api.records import Call, InlineQuery, Message, Press
from tests.bot_api.server import TOKEN, BotApi

__all__ = [
    "TOKEN",
    "BadGateway",
    "BotApi",
    "Call",
    "Chat",
    "Drop",
    "Error",
    "Fault",
    "Flood",
    "Forbidden",
    "Hang",
    "InlineQuery",
    "Message",
    "Person",
    "Press",
    "Slow",
    "TooMany",
]
