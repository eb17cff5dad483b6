"""A `ModelExplainer` whose model is one of LangChain's own for tests, and says what the test says."""

import re
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from bot.chat_model import ChatModel
from bot.model_settings import ModelSettings
from vectorstore.errors import UnavailableError

Script = Callable[[list[BaseMessage]], str | Iterator[str]]
"""What a model says to the messages that it gets: a text, or the pieces of one, between which it may wait or fail."""


class ScriptedModel(BaseChatModel):
    """A chat model of LangChain that says what its script says."""

    script: Any
    """A `Script`."""

    def _generate(self, messages: list[BaseMessage], *_: object, **__: object) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("".join(self.script(messages))))])

    def _stream(self, messages: list[BaseMessage], *_: object, **__: object) -> Iterator[ChatGenerationChunk]:
        said = self.script(messages)
        for piece in re.findall(r".{1,9}", said, re.DOTALL) if isinstance(said, str) else said:
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))

    @property
    def _llm_type(self) -> str:
        return "scripted"


class ScriptedChat(ChatModel):
    """A chat model that needs no provider."""

    def __init__(self, script: Script, **settings: object) -> None:
        self._script = script
        super().__init__(ModelSettings(chat_model="openai:scripted", **settings))  # type: ignore[arg-type]  # validated by pydantic

    def _load(self) -> None:
        self._model.set_result(ScriptedModel(script=self._script))

    @property
    def takes_schema(self) -> bool:
        """It is asked for lines."""
        return False


class NoAccounts:
    """Accounts on a disk that cannot be read or written."""

    def reserve(self, tokens: int, limit: int) -> bool:
        """It fails."""
        raise UnavailableError(f"{tokens} of {limit}")

    def settle(self, reserved: int, used: int) -> None:
        """It fails."""
        raise UnavailableError(f"{reserved}, {used}")

    def kept(self, key: str) -> str | None:
        """It fails."""
        raise UnavailableError(key)

    def keep(self, key: str, drafts: str) -> None:
        """It fails."""
        raise UnavailableError(key, drafts)


class Accounts:
    """What is kept of a model's work, in memory."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.room = room
        self.spent = 0
        self.sentences: dict[str, str] = {}

    def reserve(self, tokens: int, limit: int) -> bool:
        """Whether there is room."""
        del limit
        self.spent += tokens if (has_room := tokens <= self.room - self.spent) else 0
        return has_room

    def settle(self, reserved: int, used: int) -> None:
        """What was used in the end."""
        self.spent += used - reserved

    def kept(self, key: str) -> str | None:
        """What was kept under a key."""
        return self.sentences.get(key)

    def keep(self, key: str, drafts: str) -> None:
        """Keep it."""
        self.sentences[key] = drafts


def waits(event: Event, before: str = "") -> Iterator[str]:
    """A model that says something, and then nothing until the event."""
    yield before
    event.wait(60)
