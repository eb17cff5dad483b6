"""All that a Telegram of one bot holds: chats, people, files, what waits for the bot and what it set."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from tests.bot_api.records import BOT_ID, Call, InlineQuery, Message, Press, StoredFile
from tests.bot_api.refusals import Json, Limits, bad
from tests.bot_api.updates import Updates

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot_api.chats import Chat
    from tests.bot_api.flood import Flood
    from tests.bot_api.people import Person


class State:
    """Guarded by `changed`: whoever reads or writes more than one thing of it from outside holds that."""

    def __init__(self, *, token: str, username: str, privacy: bool, sees_mentions: bool) -> None:
        self.token, self.username = token, username
        self.privacy, self.sees_mentions = privacy, sees_mentions
        self.changed = threading.Condition()
        self.clock: Callable[[], float] = time.time
        self.limits = Limits()
        self.flood: Flood | None = None
        self.updates = Updates()
        self.calls: list[Call] = []
        self.sent: list[Message] = []
        self.violations: list[str] = []
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.presses: dict[str, Press] = {}
        self.inline: dict[str, InlineQuery] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int, Json] = {}
        self.webhook: Json | None = None
        self.webhooks_set = 0
        self._last_id = 1_000

    def fresh_id(self) -> str:
        """A name that nothing else has."""
        self._last_id += 1
        return str(self._last_id)

    def bot_user(self) -> Json:
        """The bot, as the sender of a message."""
        return {"id": BOT_ID, "is_bot": True, "first_name": "Kanttekening", "username": self.username}

    def store(self, name: str, content: bytes, mime: str) -> StoredFile:
        """Keep a file."""
        made = StoredFile(f"file{self.fresh_id()}", name, content, mime)
        self.files[made.id] = made
        return made

    def chat(self, chat_id: object) -> Chat:
        """The chat that a call names, as far as the bot knows it."""
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise bad("chat not found")
        return found
