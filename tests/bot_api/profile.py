"""The methods about the bot itself: who it is, its commands and its texts; and how it hears of things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.bot_api.methods import Method, method
from tests.bot_api.refusals import Json, Wrong, bad

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot_api.records import Call
    from tests.bot_api.state import State

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_SCOPES = {
    "default": frozenset[str](),
    "all_private_chats": frozenset[str](),
    "all_group_chats": frozenset[str](),
    "all_chat_administrators": frozenset[str](),
    "chat": frozenset({"chat_id"}),
    "chat_administrators": frozenset({"chat_id"}),
    "chat_member": frozenset({"chat_id", "user_id"}),
}
_PORTS = frozenset({443, 80, 88, 8443})
_LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def _get_me(state: State, _: Call) -> Json:
    flags = "can_connect_to_business has_main_web_app has_topics_enabled allows_users_to_create_topics"
    return {
        **state.bot_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": not state.privacy,
        "supports_inline_queries": True,
        **dict.fromkeys(flags.split(), False),
    }


def _command_key(state: State, call: Call) -> tuple[str, str]:
    scope = call.parameters.get("scope", {"type": "default"})
    kind, fields = scope.get("type"), set(scope) - {"type"}
    if kind not in _SCOPES or fields != _SCOPES[kind]:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    if "chat_id" in fields:
        state.chat(scope["chat_id"])
    return ":".join([kind, *(str(scope[name]) for name in sorted(fields))]), _language(call)


def _language(call: Call) -> str:
    language = str(call.parameters.get("language_code", ""))
    if not _LANGUAGE.fullmatch(language):
        raise bad("invalid language code specified")
    return language


def _set_commands(state: State, call: Call) -> bool:
    commands = call.parameters["commands"]
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not _COMMAND.fullmatch(str(each.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(each.get("description", "")).strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    names = [each["command"] for each in commands]
    if len(set(names)) < len(names):
        raise Wrong(f"setMyCommands names a command twice: {names}")
    state.commands[_command_key(state, call)] = commands
    return True


def _get_commands(state: State, call: Call) -> list[Json]:
    return state.commands.get(_command_key(state, call), [])


def _delete_commands(state: State, call: Call) -> bool:
    state.commands.pop(_command_key(state, call), None)
    return True


def _setter(name: str) -> Callable[[State, Call], bool]:
    def run(state: State, call: Call) -> bool:
        text = str(call.parameters.get(name, ""))
        if len(text) > _LENGTHS[name]:
            raise bad(f"bot {name.replace('_', ' ')} is too long")
        state.profile[name, _language(call)] = text
        return True

    return run


def _getter(name: str) -> Callable[[State, Call], Json]:
    return lambda state, call: {name: state.profile.get((name, _language(call))) or state.profile.get((name, ""), "")}


def _set_menu_button(state: State, call: Call) -> bool:
    button = call.parameters.get("menu_button", {"type": "default"})
    if button.get("type") not in {"default", "commands"}:
        raise Wrong(f"a menu button {button} that this product does not use")
    chat_id = call.parameters.get("chat_id", 0)
    if chat_id:
        state.chat(chat_id)
    state.menu_buttons[chat_id] = button
    return True


def _get_menu_button(state: State, call: Call) -> Json:
    return state.menu_buttons.get(call.parameters.get("chat_id", 0), {"type": "default"})


def _set_webhook(state: State, call: Call) -> bool:
    url = str(call.parameters["url"])
    if not url:
        return _delete_webhook(state, call)
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    secret = call.parameters.get("secret_token")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    if not 1 <= call.parameters.get("max_connections", 40) <= 100:
        raise bad("max_connections must be between 1 and 100")
    state.updates.allow(call.parameters.get("allowed_updates"))
    if call.parameters.get("drop_pending_updates"):
        state.updates.forget()
    state.webhook = dict(call.parameters)
    state.webhooks_set += 1
    state.updates.wake()
    return True


def _delete_webhook(state: State, call: Call) -> bool:
    if call.parameters.get("drop_pending_updates"):
        state.updates.forget()
    state.webhook = None
    state.updates.wake()
    return True


def _get_webhook_info(state: State, _: Call) -> Json:
    set_to = state.webhook or {}
    told: Json = {name: set_to[name] for name in ("max_connections", "last_error_date", "last_error_message") if name in set_to}
    return {
        "url": set_to.get("url", ""),
        "has_custom_certificate": "certificate" in set_to,
        "pending_update_count": len(state.updates),
        "allowed_updates": sorted(state.updates.allowed),
        **told,
    }


def _leave_server(_: State, __: Call) -> bool:
    return True


METHODS: dict[str, Method] = {
    "getMe": method(_get_me),
    "logOut": method(_leave_server),
    "close": method(_leave_server),
    "setMyCommands": method(_set_commands, "commands", "scope language_code"),
    "getMyCommands": method(_get_commands, "", "scope language_code"),
    "deleteMyCommands": method(_delete_commands, "", "scope language_code"),
    "setMyName": method(_setter("name"), "", "name language_code"),
    "setMyDescription": method(_setter("description"), "", "description language_code"),
    "setMyShortDescription": method(_setter("short_description"), "", "short_description language_code"),
    "getMyName": method(_getter("name"), "", "language_code"),
    "getMyDescription": method(_getter("description"), "", "language_code"),
    "getMyShortDescription": method(_getter("short_description"), "", "language_code"),
    "setChatMenuButton": method(_set_menu_button, "", "chat_id menu_button"),
    "getChatMenuButton": method(_get_menu_button, "", "chat_id"),
    "setWebhook": method(
        _set_webhook,
        "url",
        "certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
        "certificate",
    ),
    "deleteWebhook": method(_delete_webhook, "", "drop_pending_updates"),
    "getWebhookInfo": method(_get_webhook_info),
}
