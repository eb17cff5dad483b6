"""The methods that put something in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot_api.entities import checked
from tests.bot_api.images import size_of
from tests.bot_api.methods import Method, file_of, keyboard_of, method, text_of, writable
from tests.bot_api.records import Draft
from tests.bot_api.refusals import Json, Refused, Wrong, bad

if TYPE_CHECKING:
    from tests.bot_api.chats import Chat
    from tests.bot_api.records import Call, Message
    from tests.bot_api.state import State

_ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker find_location "
    "record_video_note upload_video_note".split()
)
_REPLY_FIELDS = frozenset(
    "message_id chat_id allow_sending_without_reply quote quote_parse_mode quote_entities quote_position".split()
)
_PREVIEW_FIELDS = frozenset("is_disabled url prefer_small_media prefer_large_media show_above_text".split())


def _send_message(state: State, call: Call) -> Json:
    chat = writable(state, call)
    text, entities = text_of(state, call)
    if not text:
        raise bad("message text is empty")
    if unknown := set(call.parameters.get("link_preview_options", {})) - _PREVIEW_FIELDS:
        raise Wrong(f"link_preview_options with {sorted(unknown)}")
    return _put(state, call, chat, text, entities).payload()


def _send_photo(state: State, call: Call) -> Json:
    chat = writable(state, call)
    caption, entities = text_of(state, call, "caption", "caption_entities")
    photo = file_of(state, call, "photo")
    if len(photo.content) > state.limits.photo_bytes:
        raise bad("file is too big")
    measures = size_of(photo.content)
    made = _put(state, call, chat, caption, entities)
    made.photo, made.photo_size = photo, measures
    return made.payload()


def _send_document(state: State, call: Call) -> Json:
    chat = writable(state, call)
    caption, entities = text_of(state, call, "caption", "caption_entities")
    document = file_of(state, call, "document")
    if len(document.content) > state.limits.document_bytes:
        raise Refused(413, "Request Entity Too Large")
    made = _put(state, call, chat, caption, entities)
    made.document = document
    return made.payload()


def _put(state: State, call: Call, chat: Chat, text: str, entities: list[Json]) -> Message:
    keyboard = keyboard_of(state, call)
    answered = _answered(state, call, chat)
    made = chat.add(None, is_from_bot=True)
    made.text, made.entities, made.keyboard, made.reply_to = text, entities, keyboard, answered
    made.topic = call.parameters.get("message_thread_id")
    made.parameters = call.parameters
    return made


def _answered(state: State, call: Call, chat: Chat) -> int | None:
    reply = call.parameters.get("reply_parameters")
    if reply is None:
        return None
    if unknown := set(reply) - _REPLY_FIELDS:
        raise Wrong(f"reply_parameters with {sorted(unknown)}")
    if reply.get("chat_id", chat.id) != chat.id:
        raise Wrong("a reply to a message in another chat")
    found = chat.find(reply["message_id"])
    if found is None:
        if reply.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")
    if "quote_parse_mode" in reply:
        raise Wrong("reply_parameters with a quote_parse_mode: this product uses entities only")
    if "quote" in reply:
        quote, _ = checked(reply["quote"], reply.get("quote_entities", []), state.limits, maximum=1024, kind="quote")
        if quote not in found.text:
            raise bad("QUOTE_TEXT_INVALID")
    return found.id


def _send_chat_action(state: State, call: Call) -> bool:
    chat = writable(state, call)
    if call.parameters["action"] not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append(call.parameters["action"])
    return True


def _send_message_draft(state: State, call: Call) -> bool:
    chat = writable(state, call)
    if chat.type != "private":
        raise bad("TEXTDRAFT_PEER_INVALID")
    if not call.parameters["draft_id"]:
        raise bad("RANDOM_ID_INVALID")
    text, entities = text_of(state, call)
    chat.draft = Draft(call.parameters["draft_id"], text, call.parameters.get("message_thread_id"), entities)
    chat.drafts.append(chat.draft)
    return True


_ANY = "disable_notification protect_content reply_markup message_thread_id reply_parameters"

METHODS: dict[str, Method] = {
    "sendMessage": method(_send_message, "chat_id text", f"{_ANY} entities link_preview_options"),
    "sendPhoto": method(
        _send_photo, "chat_id photo", f"{_ANY} caption caption_entities has_spoiler show_caption_above_media", "photo"
    ),
    "sendDocument": method(
        _send_document,
        "chat_id document",
        f"{_ANY} caption caption_entities disable_content_type_detection thumbnail",
        "document thumbnail",
    ),
    "sendChatAction": method(_send_chat_action, "chat_id action", "message_thread_id"),
    "sendMessageDraft": method(_send_message_draft, "chat_id draft_id", "text entities message_thread_id"),
}
