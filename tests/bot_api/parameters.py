"""The parameters of a call, whichever of Telegram's three ways they came in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.bot_api.refusals import Json, Wrong, bad

_INTEGERS = frozenset(
    "chat_id message_id message_thread_id user_id offset limit timeout cache_time max_connections draft_id".split()
)
_BOOLEANS = frozenset(
    "disable_notification protect_content show_alert is_personal drop_pending_updates disable_content_type_detection "
    "has_spoiler show_caption_above_media".split()
)
_JSON = frozenset(
    "entities caption_entities reply_markup reply_parameters link_preview_options commands scope results allowed_updates "
    "menu_button message_ids button".split()
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    mime: str


class _FormFile(Protocol):
    filename: str
    body: bytes
    content_type: str


def from_form(arguments: Mapping[str, Sequence[bytes]]) -> Json:
    """The parameters of a query, a form or a multipart body, each as the type that its name has."""
    return {name: _typed(name, values[-1].decode()) for name, values in arguments.items() if values}


def from_json(body: bytes) -> Json:
    """The parameters of a JSON body; a form's spelling of a nested value is taken as well."""
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise bad("can't parse JSON object") from error
    if not isinstance(found, dict):
        raise bad("can't parse JSON object")
    return {name: _typed(name, value) if isinstance(value, str) else value for name, value in found.items()}


def uploads(files: Mapping[str, Sequence[_FormFile]]) -> dict[str, Upload]:
    """The files of a multipart body, by the name of their part."""
    return {name: Upload(found[0].filename, found[0].body, found[0].content_type) for name, found in files.items()}


def _typed(name: str, value: str) -> Any:  # noqa: ANN401  # whatever Telegram's documentation gives the name
    if name in _INTEGERS:
        return value if name == "chat_id" and value.startswith("@") else _integer(name, value)
    if name in _BOOLEANS:
        return value.lower() in {"true", "1"}
    if name in _JSON:
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad(f"can't parse {name} JSON object") from error
    return value


def _integer(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise Wrong(f"{name} is {value!r}, not a whole number") from error
