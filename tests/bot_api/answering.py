"""The methods that answer a button or an inline query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.bot_api.entities import checked
from tests.bot_api.keyboards import checked_keyboard
from tests.bot_api.methods import Method, method
from tests.bot_api.refusals import Json, Wrong, bad

if TYPE_CHECKING:
    from tests.bot_api.records import Call, InlineQuery, Press
    from tests.bot_api.state import State

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_ARTICLE = frozenset("type id title input_message_content reply_markup url description thumbnail_url".split())
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTENT = frozenset("message_text entities link_preview_options".split())


def _answer_callback(state: State, call: Call) -> bool:
    press: Press | None = state.presses.get(call.parameters["callback_query_id"])
    if press is None or press.is_answered or state.clock() - press.at > state.limits.callback_seconds:
        raise bad(_TOO_OLD)
    text = str(call.parameters.get("text", ""))
    if len(text) > state.limits.toast:
        raise bad("MESSAGE_TOO_LONG")
    press.toast, press.is_alert = text, bool(call.parameters.get("show_alert"))
    if text:
        press.by.toasts.append(text)
    return True


def _answer_inline(state: State, call: Call) -> bool:
    inline: InlineQuery | None = state.inline.get(call.parameters["inline_query_id"])
    if inline is None or inline.results is not None or state.clock() - inline.at > state.limits.callback_seconds:
        raise bad(_TOO_OLD)
    results = call.parameters["results"]
    if not isinstance(results, list):
        raise bad("can't parse inline query results JSON object")
    if len(results) > state.limits.inline_results:
        raise bad("RESULTS_TOO_MUCH")
    if len({str(each.get("id")) for each in results}) < len(results):
        raise bad("RESULT_ID_DUPLICATE")
    _check_button(call.parameters.get("button"))
    if len(call.parameters.get("next_offset", "").encode()) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    for each in results:
        _check_result(state, each)
    inline.results, inline.parameters = results, call.parameters
    return True


def _check_button(button: Json | None) -> None:
    if button is None:
        return
    if set(button) != {"text", "start_parameter"} or not button["text"]:
        raise Wrong(f"a button above the cards with {sorted(button)}")
    if not _START.fullmatch(button["start_parameter"]):
        raise bad("START_PARAM_INVALID")


def _check_result(state: State, result: Json) -> None:
    if result.get("type") != "article" or (unknown := set(result) - _ARTICLE):
        raise Wrong(f"an inline result {result.get('type')!r} with {sorted(result)}: an article is what this product sends")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise bad("RESULT_ID_INVALID")
    if not str(result.get("title", "")).strip():
        raise bad("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content", {})
    if unknown := set(content) - _CONTENT:
        raise Wrong(f"input_message_content with {sorted(unknown)}")
    text, _ = checked(
        content.get("message_text", ""), content.get("entities", []), state.limits, maximum=state.limits.text, kind="message"
    )
    if not text:
        raise bad("message text is empty")
    checked_keyboard(result.get("reply_markup"), state.limits)


METHODS: dict[str, Method] = {
    "answerCallbackQuery": method(_answer_callback, "callback_query_id", "text show_alert url cache_time"),
    "answerInlineQuery": method(_answer_inline, "inline_query_id results", "cache_time is_personal next_offset button"),
}
