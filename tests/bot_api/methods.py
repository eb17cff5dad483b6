"""The shape of a method, and what most of them do first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bot_api.entities import checked
from tests.bot_api.keyboards import checked_keyboard
from tests.bot_api.refusals import Json, Wrong, bad

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot_api.chats import Chat
    from tests.bot_api.parameters import Upload
    from tests.bot_api.records import Call, Message, StoredFile
    from tests.bot_api.state import State


@dataclass(frozen=True)
class Method:
    """What carries a method out, under the lock of the state, and the parameters that it takes; `files` may be uploads."""

    run: Callable[[State, Call], Any]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()


def method(run: Callable[[State, Call], Any], required: str = "", optional: str = "", files: str = "") -> Method:
    """A method, its parameters as words."""
    return Method(run, frozenset(required.split()), frozenset(optional.split()), frozenset(files.split()))


def check_names(call: Call, of: Method) -> None:
    """Refuse parameters that the method does not have, and a call without those that it needs."""
    given = set(call.parameters) | set(call.files)
    attached = {str(value)[9:] for value in call.parameters.values() if str(value).startswith("attach://")}
    if "parse_mode" in given:
        raise Wrong(f"{call.method} with a parse_mode: this product uses entities only")
    if unknown := given - of.required - of.optional - attached:
        raise Wrong(f"{call.method} has no parameter {', '.join(sorted(unknown))}")
    if missing := of.required - given:
        raise bad(f"{', '.join(sorted(missing))} is empty")
    if loose := set(call.files) - of.files - attached:
        raise Wrong(f"{call.method} takes no file as {', '.join(sorted(loose))}")


def text_of(state: State, call: Call, name: str = "text", entities: str = "entities") -> tuple[str, list[Json]]:
    """A text or caption with its entities, checked."""
    maximum, kind = (state.limits.caption, "message caption") if name == "caption" else (state.limits.text, "message")
    return checked(str(call.parameters.get(name, "")), call.parameters.get(entities, []), state.limits, maximum=maximum, kind=kind)


def keyboard_of(state: State, call: Call) -> list[list[Json]]:
    """The buttons of a call, checked."""
    return checked_keyboard(call.parameters.get("reply_markup"), state.limits)


def writable(state: State, call: Call) -> Chat:
    """The chat that a call writes to."""
    chat = state.chat(call.parameters["chat_id"])
    chat.check_writable()
    chat.check_topic(call.parameters.get("message_thread_id"))
    return chat


def own_message(state: State, call: Call) -> Message:
    """The message of the bot that a call changes."""
    chat = state.chat(call.parameters.get("chat_id"))
    chat.check_writable()
    found = chat.find(int(call.parameters.get("message_id", 0)))
    if found is None:
        raise bad("message to edit not found")
    if not found.is_from_bot:
        raise bad("message can't be edited")
    return found


def file_of(state: State, call: Call, name: str) -> StoredFile:
    """The file that a call sends: new, or one that Telegram has."""
    given = str(call.parameters.get(name, ""))
    upload: Upload | None = call.files.get(given.removeprefix("attach://") or name)
    if upload is not None:
        if not upload.content:
            raise bad("file must be non-empty")
        return state.store(upload.name, upload.content, upload.mime)
    if given.startswith(("http://", "https://")):
        raise Wrong(f"{call.method} by URL, and this product sends its own files")
    if given not in state.files:
        raise bad("wrong remote file identifier specified: Wrong padding in the string")
    return state.files[given]
