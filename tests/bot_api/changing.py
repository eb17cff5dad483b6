"""The methods that change or remove what is in a chat, and those that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot_api.methods import Method, keyboard_of, method, own_message, text_of
from tests.bot_api.records import BOT_ID
from tests.bot_api.refusals import Json, bad
from tests.bot_api.rooms import member

if TYPE_CHECKING:
    from tests.bot_api.records import Call, Message
    from tests.bot_api.state import State

_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def _edit_text(state: State, call: Call) -> Json:
    message = own_message(state, call)
    if message.has_media:
        raise bad("there is no text in the message to edit")
    text, entities = text_of(state, call)
    if not text:
        raise bad("message text is empty")
    return _change(message, text, entities, keyboard_of(state, call))


def _edit_caption(state: State, call: Call) -> Json:
    message = own_message(state, call)
    if not message.has_media:
        raise bad("there is no caption in the message to edit")
    text, entities = text_of(state, call, "caption", "caption_entities")
    return _change(message, text, entities, keyboard_of(state, call))


def _edit_markup(state: State, call: Call) -> Json:
    message = own_message(state, call)
    return _change(message, message.text, message.entities, keyboard_of(state, call))


def _change(message: Message, text: str, entities: list[Json], keyboard: list[list[Json]]) -> Json:
    if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
        raise bad(_SAME)
    message.text, message.entities, message.keyboard = text, entities, keyboard
    message.edits += 1
    return message.payload()


def _delete_message(state: State, call: Call) -> bool:
    chat = state.chat(call.parameters["chat_id"])
    chat.check_writable()
    found = chat.find(call.parameters["message_id"])
    if found is None:
        raise bad("message to delete not found")
    if not _is_deletable(state, found):
        raise bad("message can't be deleted")
    chat.remove(found)
    return True


def _delete_messages(state: State, call: Call) -> bool:
    chat = state.chat(call.parameters["chat_id"])
    chat.check_writable()
    wanted = call.parameters["message_ids"]
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise bad("too many messages to delete" if wanted else "message identifiers are not specified")
    for each in wanted:
        found = chat.find(each)
        if found is not None and _is_deletable(state, found):
            chat.remove(found)
    return True


def _is_deletable(state: State, message: Message) -> bool:
    if state.clock() - message.date > state.limits.own_message_seconds:
        return False
    return message.is_from_bot or message.chat.type == "private" or message.chat.bot_status == "administrator"


def _get_chat(state: State, call: Call) -> Json:
    chat = state.chat(call.parameters["chat_id"])
    gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
    return {
        **chat.payload(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts.split(), False),
    }


def _get_chat_member(state: State, call: Call) -> Json:
    chat, wanted = state.chat(call.parameters["chat_id"]), call.parameters["user_id"]
    if wanted == BOT_ID:
        return member(state.bot_user(), chat.bot_status)
    if wanted not in state.people:
        raise bad("user not found")
    return member(state.people[wanted].payload(), "member" if wanted in chat.members else "left")


def _leave_chat(state: State, call: Call) -> bool:
    chat = state.chat(call.parameters["chat_id"])
    if chat.type == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.check_writable()
    chat.bot_status = "left"
    return True


def _get_file(state: State, call: Call) -> Json:
    found = state.files.get(call.parameters["file_id"])
    if found is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(found.content) > state.limits.download_bytes:
        raise bad("file is too big")
    return {**found.payload(), "file_path": found.path}


METHODS: dict[str, Method] = {
    "editMessageText": method(_edit_text, "chat_id message_id text", "entities reply_markup link_preview_options"),
    "editMessageCaption": method(
        _edit_caption, "chat_id message_id", "caption caption_entities reply_markup show_caption_above_media"
    ),
    "editMessageReplyMarkup": method(_edit_markup, "chat_id message_id", "reply_markup"),
    "deleteMessage": method(_delete_message, "chat_id message_id"),
    "deleteMessages": method(_delete_messages, "chat_id message_ids"),
    "getChat": method(_get_chat, "chat_id"),
    "getChatMember": method(_get_chat_member, "chat_id user_id"),
    "leaveChat": method(_leave_chat, "chat_id"),
    "getFile": method(_get_file, "file_id"),
}
