"""Buttons, as Telegram takes them."""

import re

from tests.bot_api.refusals import Json, Limits, Wrong, bad

_ACTIONS = frozenset("callback_data url switch_inline_query switch_inline_query_current_chat copy_text".split())
_OTHER_MARKUP = frozenset({"force_reply", "remove_keyboard"})
_URL = re.compile(r"(https?://|tg://)?[^\s/.]+\.?[^\s]*$", re.IGNORECASE)


def checked_keyboard(markup: object, limits: Limits) -> list[list[Json]]:
    """The rows of buttons under a message, or the refusal; no markup, or another kind than buttons, is no rows."""
    if markup is None:
        return []
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if set(markup) & _OTHER_MARKUP:
        return []
    rows = markup.get("inline_keyboard")
    if set(markup) != {"inline_keyboard"} or not isinstance(rows, list):
        raise Wrong(f"reply markup {sorted(markup)} that this product does not use")
    if sum(map(len, rows)) > limits.buttons:
        raise bad("reply markup is too long")
    for row in rows:
        if len(row) > limits.buttons_in_row:
            raise Wrong(f"{len(row)} buttons in a row, and Telegram shows {limits.buttons_in_row}")
        for button in row:
            _check_button(button, limits)
    return rows


def _check_button(button: Json, limits: Limits) -> None:
    if not str(button.get("text", "")).strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be of type String and not empty')
    actions = _ACTIONS & set(button)
    if len(actions) != 1 or set(button) - _ACTIONS - {"text"}:
        raise Wrong(f"a button with {sorted(button)}: text and exactly one action is right")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= limits.callback_bytes:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in actions and not _URL.match(button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "copy_text" in actions and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
