"""What came in, and what is to go out, as data; nothing here talks to Telegram."""

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import MessageEntity, Update

from bot.conversation import Turn
from bot.remembered import ConversationKey, StoredAnswer
from bot.remembered_json import turns_as_json, turns_from_json
from vectorstore.languages import Language

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from bot.answers import Answer, Outcome

FRONT = "telegram"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, or a button that was pressed: who, where, and what."""

    update_id: int
    chat: int
    person: int
    text: str = ""
    topic: int = 0
    message: int | None = None
    is_group: bool = False
    language_code: str | None = None
    sent_at: float = 0.0
    data: str = ""

    @property
    def key(self) -> ConversationKey:
        """Whose conversation this is."""
        return ConversationKey(FRONT, self.chat, self.topic, self.person)

    @property
    def spoken_language(self) -> Language:
        """What Telegram says of the person's language, as far as the bot speaks it: Dutch where it says nothing."""
        return spoken_language(self.language_code)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: what it says, and what comes back when it is pressed."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class File:
    """A picture or a document that goes with a message."""

    name: str
    content: bytes
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: its text, or the caption of its file; entity offsets count UTF-16 units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Explaining:
    """A reply that a language model is still to explain.

    `run` makes it: it tells what there is so far, and ends early when the event is set. `without` makes it where no model
    comes to it, and says why.
    """

    run: "Callable[[Callable[[Answer], None], Event], Reply]"
    without: "Callable[[Outcome], Reply]"


@dataclass(frozen=True, slots=True)
class Reply:
    """All that follows from an update: messages in order, what a pressed button says, and what is to be remembered.

    `edition` is the one that the messages quote; None where they quote nothing. `clears` takes the buttons from under the
    message that was pressed, and `rows` are put there in their place. With `explaining` the messages are not these but those
    that it makes. `preview` is a message that goes when these have come.
    """

    messages: tuple[Outgoing, ...] = ()
    turns: tuple[Turn, ...] | None = None
    answer: StoredAnswer | None = None
    edition: int | None = None
    toast: str | None = None
    is_alert: bool = False
    clears: bool = False
    rows: tuple[tuple[Button, ...], ...] = ()
    explaining: Explaining | None = None
    preview: int | None = None


NOTHING = Reply()


def spoken_language(code: str | None) -> Language:
    """The language to speak with somebody whose app is in another: Dutch where Telegram does not say."""
    return "nl" if (code or "nl").lower().startswith("nl") else "en"


def incoming(update: Update) -> Incoming | None:
    """What came in; None where there is nobody to answer: a channel, a change of membership, a query of the inline mode."""
    message, query = update.message, update.callback_query
    person = query.from_user if query else message.from_user if message else None
    place = message or (query.message if query else None)
    if person is None or place is None:
        return None
    accessible = message or update.effective_message
    return Incoming(
        update_id=update.update_id,
        chat=place.chat.id,
        person=person.id,
        text=(message.text or message.caption or "") if message else "",
        topic=_topic(accessible),
        message=place.message_id,
        is_group=place.chat.type != "private",
        language_code=person.language_code,
        sent_at=message.date.timestamp() if message else 0.0,
        data=(query.data or "") if query else "",
    )


def _topic(message: Any) -> int:  # noqa: ANN401  # a message or one that Telegram keeps no more, which has no topic
    is_topic = getattr(message, "is_topic_message", False)
    return int(message.message_thread_id or 0) if is_topic else 0


def reply_to_json(reply: Reply) -> str:
    """A reply as it is kept until it has gone out."""
    return json.dumps(
        {
            "messages": [_message_to_json(message) for message in reply.messages],
            "turns": None if reply.turns is None else turns_as_json(reply.turns),
            "edition": reply.edition,
            "preview": reply.preview,
        },
        ensure_ascii=True,
    )


def reply_from_json(text: str) -> Reply:
    """A reply that was kept, without what is done by then: toasts are not said twice, and the answer is remembered already."""
    data = json.loads(text)
    return Reply(
        messages=tuple(_message_from_json(each) for each in data["messages"]),
        turns=None if data["turns"] is None else turns_from_json(data["turns"]),
        edition=data["edition"],
        preview=data.get("preview"),
    )


def _message_to_json(message: Outgoing) -> dict[str, Any]:
    file = message.file
    return {
        "text": message.text,
        "entities": [entity.to_dict() for entity in message.entities],
        "buttons": [[[button.label, button.data] for button in row] for row in message.buttons],
        "file": [file.name, base64.b64encode(file.content).decode(), file.is_picture] if file else None,
    }


def _message_from_json(data: dict[str, Any]) -> Outgoing:
    file = data["file"]
    return Outgoing(
        text=data["text"],
        entities=tuple(MessageEntity.de_list(data["entities"], None)),
        buttons=tuple(tuple(Button(*button) for button in row) for row in data["buttons"]),
        file=File(file[0], base64.b64decode(file[1]), file[2]) if file else None,
    )
