"""A request as it reached the server, and the offers that are in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Offered:
    """A quotation that the model may explain; `voice` is the id of whoever says it, where one is known."""

    key: str
    voice: str | None
    says: str


@dataclass(frozen=True)
class Asked:
    """A request for a chat completion: its JSON, and the headers that came with it, their names in lower case."""

    body: Json
    headers: Mapping[str, str]

    @property
    def messages(self) -> list[Json]:
        """The messages, each with its role and its content."""
        found = self.body.get("messages", [])
        return found if isinstance(found, list) else []

    @property
    def system(self) -> str:
        """What the messages to the system say."""
        return "\n".join(_text_of(each) for each in self.messages if each.get("role") in {"system", "developer"})

    @property
    def said(self) -> str:
        """The last message of the user."""
        return next((_text_of(each) for each in reversed(self.messages) if each.get("role") == "user"), "")

    @cached_property
    def offers(self) -> tuple[Offered, ...]:
        """The quotations that the last message of the user offers; none where it holds no such array."""
        return offers_in(self.said)

    @property
    def is_streaming(self) -> bool:
        """Whether the answer is wanted piece by piece."""
        return bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Whether a stream must end with what was used."""
        return bool((self.body.get("stream_options") or {}).get("include_usage"))

    @property
    def wants_json(self) -> bool:
        """Whether JSON was asked for, as a response format."""
        return (self.body.get("response_format") or {}).get("type") in {"json_schema", "json_object"}

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that may be called."""
        return tuple(str(each["function"]["name"]) for each in self.body.get("tools") or ())


def offers_in(text: str) -> tuple[Offered, ...]:
    """The offers in a text: the first JSON array of objects that have a key and say something."""
    decoder = json.JSONDecoder()
    start = text.find("[")
    while start >= 0:
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and found and all(isinstance(each, dict) and {"key", "says"} <= set(each) for each in found):
            return tuple(Offered(each["key"], each.get("voice"), each["says"]) for each in found)
        start = text.find("[", start + 1)
    return ()


def _text_of(message: Json) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return content or ""
