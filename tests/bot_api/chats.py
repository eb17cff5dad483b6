"""Chats, with the people in them: what they say, press and change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot_api.entities import found_in
from tests.bot_api.records import Message, Press
from tests.bot_api.rooms import MEDIA, Room, member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bot_api.people import Person
    from tests.bot_api.refusals import Json


class Chat(Room):
    """A chat, as the people in it use it."""

    def say(
        self,
        person: Person | None,
        text: str,
        *,
        reply_to: Message | None = None,
        topic: int | None = None,
        entities: Sequence[Json] = (),
        seconds_ago: int = 0,
    ) -> Message:
        """Write something; nobody (None) writes as a channel does. Telegram marks commands, mentions and links itself."""
        with self.state.changed:
            made = self._person_adds(person, reply_to, topic, seconds_ago)
            made.text, made.entities = text, [*entities, *found_in(text)]
            return self._tell(made)

    def send_document(
        self, person: Person, name: str, content: bytes, *, mime: str = "application/octet-stream", caption: str = ""
    ) -> Message:
        """Send a file."""
        with self.state.changed:
            made = self._person_adds(person, None, None)
            made.document = self.state.store(name, content, mime)
            made.text, made.entities = caption, found_in(caption)
            return self._tell(made)

    def send_photo(self, person: Person, content: bytes = b"photo", *, caption: str = "") -> Message:
        """Send a photo."""
        with self.state.changed:
            made = self._person_adds(person, None, None)
            made.photo, made.photo_size = self.state.store("photo.jpg", content, "image/jpeg"), (640, 480)
            made.text, made.entities = caption, found_in(caption)
            return self._tell(made)

    def send_media(self, person: Person, kind: str, *, topic: int | None = None) -> Message:
        """Send something without text: a key of MEDIA."""
        with self.state.changed:
            made = self._person_adds(person, None, topic)
            made.extra = {kind: MEDIA[kind]}
            return self._tell(made)

    def edit(self, message: Message, text: str) -> None:
        """Change a message of a person."""
        with self.state.changed:
            message.text, message.entities, message.edits = text, found_in(text), message.edits + 1
            if self.reaches_bot(message):
                self.state.updates.add("edited_channel_post" if self.type == "channel" else "edited_message", message.payload())
            self.state.changed.notify_all()

    def delete(self, message: Message) -> None:
        """Take a message away, of which Telegram tells no bot."""
        with self.state.changed:
            self.remove(message)

    def press(self, message: Message, button: str, *, by: Person, is_inaccessible: bool = False) -> Press:
        """Press a button, by what it says or by its data; an inaccessible message is one too old for Telegram to show the bot."""
        with self.state.changed:
            data = next(
                (
                    each["callback_data"]
                    for row in message.keyboard
                    for each in row
                    if button in {each["text"], each.get("callback_data")}
                ),
                None,
            )
            assert data, f"no button {button!r} to press under {message.text!r}, but {message.keyboard}"
            return self.press_data(message, data, by=by, is_inaccessible=is_inaccessible)

    def press_data(self, message: Message, data: str, *, by: Person, is_inaccessible: bool = False) -> Press:
        """Press a button with some data, also one that is no longer there: somebody's screen can be behind."""
        state = self.state
        with state.changed:
            made = Press(state.fresh_id(), message, data, by, state.clock())
            state.presses[made.id] = made
            by.presses.append(made)
            shown = {"chat": self.payload(), "message_id": message.id, "date": 0} if is_inaccessible else message.payload()
            told = {"id": made.id, "from": by.payload(), "message": shown, "chat_instance": f"i{self.id}", "data": data}
            state.updates.add("callback_query", told)
            return made

    def block(self) -> None:
        """The person of a private chat blocks the bot."""
        self._set_bot_status("kicked", by=self._person())

    def unblock(self) -> None:
        """The person of a private chat takes that back."""
        self._set_bot_status("member", by=self._person())

    def remove_bot(self, *, by: Person) -> None:
        """Put the bot out of a group."""
        self._set_bot_status("kicked", by=by)

    def add_bot(self, *, by: Person) -> None:
        """Take the bot into a group, back in too."""
        self._set_bot_status("member", by=by)

    def promote_bot(self, *, by: Person) -> None:
        """Make the bot an administrator, who sees everything that is said."""
        self._set_bot_status("administrator", by=by)

    def topic(self, name: str, *, by: Person) -> int:
        """A new topic of a forum: the id of its thread, which is the id of the message that says it was made."""
        with self.state.changed:
            assert self.is_forum, f"{self.title!r} is no forum"
            made = self.add(by)
            made.topic = made.id
            made.extra = {"forum_topic_created": {"name": name, "icon_color": 7_322_096}}
            self.topics.add(made.id)
            self._tell(made)
            return made.id

    def close_topic(self, topic: int) -> None:
        """Take a topic away."""
        with self.state.changed:
            self.topics.discard(topic)

    def _person(self) -> Person:
        assert self.type == "private", f"{self.title!r} is no private chat"
        return self.members[self.id]

    def _person_adds(self, person: Person | None, reply_to: Message | None, topic: int | None, seconds_ago: int = 0) -> Message:
        assert self.became is None, f"{self.title!r} became another chat"
        assert self.type != "private" or self.bot_status == "member", "who blocked the bot cannot write to it"
        self.is_started = True
        made = self.add(person, seconds_ago=seconds_ago)
        made.reply_to = reply_to.id if reply_to else None
        made.topic = topic
        return made

    def _tell(self, message: Message) -> Message:
        if self.reaches_bot(message):
            self.state.updates.add("channel_post" if self.type == "channel" else "message", message.payload())
        self.state.changed.notify_all()
        return message

    def _set_bot_status(self, status: str, *, by: Person) -> None:
        with self.state.changed:
            old, self.bot_status = self.bot_status, status
            told = {
                "chat": self.payload(),
                "from": by.payload(),
                "date": int(self.state.clock()),
                "old_chat_member": member(self.state.bot_user(), old),
                "new_chat_member": member(self.state.bot_user(), status),
            }
            self.state.updates.add("my_chat_member", told)
