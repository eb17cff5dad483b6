"""A chat model on the loopback address that speaks as OpenAI's API does, and does what a script tells it."""

from tests.chat_server.asked import Asked, Offered
from tests.chat_server.behaviour import (
    Behaviour,
    Call,
    Drop,
    Raw,
    Text,
    Wait,
    body,
    calls,
    drops,
    endless,
    refuses,
    says,
    stalls,
)
from tests.chat_server.honest import explain
from tests.chat_server.server import ChatServer

__all__ = [
    "Asked",
    "Behaviour",
    "Call",
    "ChatServer",
    "Drop",
    "Offered",
    "Raw",
    "Text",
    "Wait",
    "body",
    "calls",
    "drops",
    "endless",
    "explain",
    "refuses",
    "says",
    "stalls",
]
