"""A place where messages are, and Telegram's rules about who hears what there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot_api.records import Draft, Message
from tests.bot_api.refusals import Json, Refused, bad

if TYPE_CHECKING:
    from tests.bot_api.people import Person
    from tests.bot_api.state import State

MEDIA: dict[str, Json] = {
    "voice": {"file_id": "v1", "file_unique_id": "uv1", "duration": 3, "mime_type": "audio/ogg", "file_size": 9_000},
    "video": {"file_id": "v2", "file_unique_id": "uv2", "width": 640, "height": 360, "duration": 3, "file_size": 90_000},
    "audio": {"file_id": "v3", "file_unique_id": "uv3", "duration": 3, "file_size": 9_000},
    "sticker": {
        "file_id": "s1",
        "file_unique_id": "us1",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "type": "regular",
    },
    "location": {"latitude": 52.37, "longitude": 4.9},
    "contact": {"phone_number": "+31600000000", "first_name": "Piet"},
}
"""What a person can send that has no text."""


class Room:
    """A place; `sent` is all that the bot ever sent to it, `actions` its chat actions and `drafts` its drafts.

    `draft` is the one that is in sight, which the next message of the bot takes away.
    """

    def __init__(self, state: State, number: int, kind: str, title: str, *, is_forum: bool = False) -> None:
        self.state = state
        self.id, self.type, self.title, self.is_forum = number, kind, title, is_forum
        self.members: dict[int, Person] = {}
        self.bot_status = "member"
        self.is_started = kind != "private"
        self.became: Room | None = None
        self.topics: set[int] = set()
        self.sent: list[Message] = []
        self.drafts: list[Draft] = []
        self.draft: Draft | None = None
        self.actions: list[str] = []
        self._messages: dict[int, Message] = {}
        self._last_id = 0
        self._seen = 0

    def payload(self) -> Json:
        """As the Bot API tells it."""
        if self.type == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": self.type, "title": self.title, **({"is_forum": True} if self.is_forum else {})}

    @property
    def messages(self) -> list[Message]:
        """What is to be seen in it now, oldest first."""
        with self.state.changed:
            return list(self._messages.values())

    def find(self, message_id: int) -> Message | None:
        """A message that is still there."""
        return self._messages.get(message_id)

    def remove(self, message: Message) -> None:
        """Take a message away, for the bot as well."""
        self._messages.pop(message.id, None)
        message.is_deleted = True

    def next(self, seconds: float = 10) -> Message:
        """The next message of the bot that was not asked for yet, waiting for it where need be."""
        with self.state.changed:
            came = self.state.changed.wait_for(lambda: len(self.sent) > self._seen, seconds)
            assert came, f"the bot said nothing more in {self.title!r}:\n" + "\n".join(map(str, self.state.calls[-20:]))
            self._seen += 1
            return self.sent[self._seen - 1]

    def add(self, sender: Person | None, *, is_from_bot: bool = False, seconds_ago: int = 0) -> Message:
        """A new message, still without anything in it."""
        self._last_id += 1
        date = int(self.state.clock()) - seconds_ago
        made = Message(self, self._last_id, date, sender, is_from_bot=is_from_bot)
        self._messages[made.id] = made
        if is_from_bot:
            self.draft = None
            self.sent.append(made)
            self.state.sent.append(made)
        return made

    def check_writable(self) -> None:
        """Refuse as Telegram does where the bot cannot write."""
        if self.became is not None:
            moved = {"migrate_to_chat_id": self.became.id}
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if self.bot_status == "kicked":
            who = "blocked by the user" if self.type == "private" else f"kicked from the {self.type} chat"
            raise Refused(403, f"Forbidden: bot was {who}")
        if self.bot_status == "left":
            raise Refused(403, f"Forbidden: bot is not a member of the {self.type} chat")
        if not self.is_started:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")

    def check_topic(self, topic: int | None) -> None:
        """Refuse a thread that is not there."""
        if topic is not None and topic not in self.topics:
            raise bad("message thread not found")

    def reaches_bot(self, message: Message) -> bool:
        """Whether Telegram tells the bot of a message."""
        if self.bot_status not in {"member", "administrator"}:
            return False
        if self.type in {"private", "channel"} or not self.state.privacy or self.bot_status == "administrator":
            return True
        if message.extra.keys() - MEDIA.keys():
            return True
        answered = self.find(message.reply_to) if message.reply_to else None
        if answered is not None and answered.is_from_bot:
            return True
        ours = f"@{self.state.username}".lower()
        if any("@" not in command or command.lower().endswith(ours) for command in message.marked("bot_command")):
            return True
        return self.state.sees_mentions and ours in [mention.lower() for mention in message.marked("mention")]


def member(user: Json, status: str) -> Json:
    """Somebody's place in a chat, as the Bot API tells it."""
    rights = "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members"
    more = "can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
    if status == "administrator":
        return {"user": user, "status": status, **dict.fromkeys(f"{rights} {more}".split(), False)}
    return {"user": user, "status": status, **({"until_date": 0} if status == "kicked" else {})}
