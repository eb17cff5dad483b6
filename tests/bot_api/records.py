"""What the server remembers: each call, and each message as people see it now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bot_api.faults import Fault
    from tests.bot_api.parameters import Upload
    from tests.bot_api.people import Person
    from tests.bot_api.refusals import Json
    from tests.bot_api.rooms import Room

BOT_ID = 7_000_000_001


@dataclass(slots=True, eq=False)
class Call:
    """A call of the bot; `status` is 0 until it is answered, and `description` is the refusal."""

    method: str
    parameters: Json
    files: dict[str, Upload]
    at: float
    status: int = 0
    result: Any = None
    description: str | None = None
    fault: Fault | None = None

    def __str__(self) -> str:
        """On one line, long values cut."""
        given = ", ".join(f"{name}={str(value)[:60]!r}" for name, value in self.parameters.items())
        return f"{self.method}({given}) -> {self.status} {self.description or ''}{self.fault or ''}"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that Telegram keeps, by either side."""

    id: str
    name: str
    content: bytes
    mime: str

    @property
    def path(self) -> str:
        """Where it is downloaded."""
        return f"files/{self.id}"

    def payload(self) -> Json:
        """As in a message."""
        return {
            "file_id": self.id,
            "file_unique_id": f"u{self.id}",
            "file_name": self.name,
            "mime_type": self.mime,
            "file_size": len(self.content),
        }


@dataclass(slots=True, eq=False)
class Message:
    """A message as a person sees it now; `text` is the caption where there is a photo or a document."""

    chat: Room
    id: int
    date: int
    sender: Person | None
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    keyboard: list[list[Json]] = field(default_factory=list)
    reply_to: int | None = None
    topic: int | None = None
    photo: StoredFile | None = None
    photo_size: tuple[int, int] = (0, 0)
    document: StoredFile | None = None
    is_from_bot: bool = False
    is_deleted: bool = False
    edits: int = 0
    parameters: Json = field(default_factory=dict)
    extra: Json = field(default_factory=dict)

    @property
    def buttons(self) -> list[str]:
        """What the buttons under it say, row after row."""
        return [button["text"] for row in self.keyboard for button in row]

    @property
    def has_media(self) -> bool:
        """Whether its text is a caption."""
        return bool(self.photo or self.document or self.extra)

    def marked(self, kind: str) -> list[str]:
        """The stretches of text that an entity of some type marks, in order."""
        units = self.text.encode("utf-16-le")
        spans = [(each["offset"], each["offset"] + each["length"]) for each in self.entities if each["type"] == kind]
        return [units[2 * start : 2 * end].decode("utf-16-le") for start, end in spans]

    def payload(self, *, with_reply: bool = True) -> Json:
        """As the Bot API tells it."""
        made: Json = {"message_id": self.id, "chat": self.chat.payload(), "date": self.date, **self.extra}
        self._add_sender(made)
        if self.photo is not None:
            width, height = self.photo_size
            made["photo"] = [{**self.photo.payload(), "width": width, "height": height}]
        if self.document is not None:
            made["document"] = self.document.payload()
        self._add_text(made)
        if self.keyboard:
            made["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.edits:
            made["edit_date"] = self.date + 1
        if self.topic is not None:
            made["message_thread_id"] = self.topic
            made["is_topic_message"] = True
        if with_reply:
            self._add_reply(made)
        return made

    def _add_text(self, made: Json) -> None:
        if self.text:
            made["caption" if self.has_media else "text"] = self.text
        if self.entities:
            made["caption_entities" if self.has_media else "entities"] = self.entities

    def _add_sender(self, made: Json) -> None:
        if self.is_from_bot:
            made["from"] = self.chat.state.bot_user()
        elif self.sender is not None:
            made["from"] = self.sender.payload()
        elif self.chat.type == "channel":
            made["sender_chat"] = self.chat.payload()

    def _add_reply(self, made: Json) -> None:
        answered = self.reply_to or self.topic
        if answered is None or answered == self.id:
            return
        found = self.chat.find(answered)
        if found is not None:
            made["reply_to_message"] = found.payload(with_reply=False)
        if self.reply_to and self.topic is None and self.chat.type == "supergroup":
            made["message_thread_id"] = answered


@dataclass(slots=True, eq=False)
class Press:
    """A button that was pressed, and what the bot said to it; `toast` is None while it turns."""

    id: str
    message: Message
    data: str
    by: Person
    at: float
    toast: str | None = None
    is_alert: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether the button stopped turning."""
        return self.toast is not None

    def expire(self) -> None:
        """Let so much time go by that Telegram no longer takes an answer."""
        self.at = float("-inf")


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What a person typed after the bot's name, and the cards that came; `results` is None while there is no answer."""

    id: str
    query: str
    by: Person
    at: float
    results: list[Json] | None = None
    parameters: Json = field(default_factory=dict)

    def expire(self) -> None:
        """Let so much time go by that Telegram no longer takes an answer."""
        self.at = float("-inf")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that the bot showed while it was writing."""

    id: int
    text: str
    topic: int | None
    entities: list[Json] = field(default_factory=list)
