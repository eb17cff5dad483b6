"""Telegram's rules, one by one: what the local Telegram refuses, and in which words."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.bot_api import BotApi

QUOTE, SAID = {"type": "blockquote", "offset": 0, "length": 3}, "wat er staat"
DEFAULT = {"chat_id": "jan", "text": SAID}
GALLERY = [
    {"type": "article", "id": str(number), "title": "Bron", "input_message_content": {"message_text": SAID}} for number in range(51)
]
KEYS = {"inline_keyboard": [[{"text": "Ja", "callback_data": "ja"}]]}
COMMAND = {"command": "help", "description": "Wat kan ik?"}


def ask(server: BotApi, method: str, parameters: dict[str, Any]) -> tuple[int, Any]:
    """A call in JSON: its status, and the description or the result."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        body = json.dumps(parameters).encode()
        connection.request("POST", f"/bot{server.token}/{method}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
    finally:
        connection.close()
    assert told["ok"] == (answer.status == 200)
    assert told.get("error_code", 200) == answer.status
    return answer.status, told["result"] if told["ok"] else told["description"]


@dataclass(frozen=True)
class Scene:
    """A server, and what it knows the names in these rules as."""

    server: BotApi
    names: dict[str, Any]

    def called(self, method: str, parameters: dict[str, Any]) -> tuple[int, Any]:
        """A call, with the names in it replaced."""
        return ask(self.server, method, {name: self.names.get(str(value), value) for name, value in parameters.items()})


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A server with somebody who was answered once, and with chats of every sort."""
    with BotApi() as server:
        jan = server.person("Jan")
        server.private(jan).say(jan, "/start")
        assert ask(server, "sendMessage", {**DEFAULT, "chat_id": jan.id, "reply_markup": KEYS})[0] == 200
        names = {"jan": jan.id, "nobody": 12, "unknown": server.private(server.person("Piet")).id}
        blocked = server.person("Ans")
        server.private(blocked).say(blocked, "hoi")
        server.private(blocked).block()
        out = server.group("Uit", [jan])
        out.remove_bot(by=jan)
        old = server.group("Oud", [jan])
        server.migrate(old)
        forum = server.supergroup("Forum", [jan], is_forum=True)
        names |= {"blocked": blocked.id, "out": out.id, "old": old.id, "forum": forum.id}
        press = server.private(jan).press(server.sent[0], "Ja", by=jan)
        yield Scene(server, {**names, "PRESS": press.id, "QUERY": jan.inline("chatbots").id})


def row(name: str, method: str, parameters: dict[str, Any], description: str, status: int = 400) -> Any:  # noqa: ANN401  # pytest's
    """A rule: what is called, and the refusal."""
    return pytest.param(method, parameters, status, description, id=name)


def message(name: str, description: str, **parameters: object) -> Any:  # noqa: ANN401  # pytest's
    """A rule about sendMessage."""
    return row(name, "sendMessage", {**DEFAULT, **parameters}, f"Bad Request: {description}")


def entities(name: str, text: str, *marked: dict[str, Any], description: str) -> Any:  # noqa: ANN401  # pytest's
    """A rule about entities."""
    return message(name, description, text=text, entities=list(marked))


def under(fields: dict[str, Any]) -> dict[str, Any]:
    """One button under a message."""
    return {"inline_keyboard": [[{"text": "Ja", **fields}]]}


def button(name: str, description: str, **fields: object) -> Any:  # noqa: ANN401  # pytest's
    """A rule about buttons."""
    return message(name, description, reply_markup=under(fields))


def bold(offset: int, length: int) -> dict[str, Any]:
    """Bold type."""
    return {"type": "bold", "offset": offset, "length": length}


VIOLATIONS = [
    row("unknown method", "sendSong", {}, "Not Found", 404),
    message("unknown parameter", "sendMessage has no parameter colour", colour="red"),
    message("parse_mode", "sendMessage with a parse_mode: this product uses entities only", parse_mode="HTML"),
    entities(
        "101 entities",
        "x" * 101,
        *[bold(at, 1) for at in range(101)],
        description="101 entities, and Telegram drops those after 100",
    ),
    entities("unknown type", SAID, {**QUOTE, "type": "table"}, description="unsupported entity type 'table'"),
    entities(
        "past the end",
        "👋",
        bold(0, 3),
        description="entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 3",
    ),
    entities("half a character", "👋", bold(0, 1), description="entity at UTF-16 offset 0 with length 1 cuts a character in two"),
    entities("nothing", SAID, bold(2, 0), description="entity with offset 2 and length 0"),
    entities(
        "quote in quote", SAID, QUOTE, {**QUOTE, "type": "expandable_blockquote"}, description="blockquote inside a blockquote"
    ),
    entities("in code", SAID, {**QUOTE, "type": "code"}, bold(1, 1), description="bold inside code, which Telegram drops"),
    entities("link to nowhere", SAID, {**QUOTE, "type": "text_link"}, description="entity text_link has no url"),
    entities(
        "no link",
        SAID,
        {**QUOTE, "type": "text_link", "url": "nergens"},
        description="text_link to 'nergens', which Telegram drops",
    ),
    button(
        "two actions",
        "a button with ['callback_data', 'text', 'url']: text and exactly one action is right",
        callback_data="a",
        url="b.nl",
    ),
    button("no action", "a button with ['text']: text and exactly one action is right"),
    message(
        "nine in a row",
        "9 buttons in a row, and Telegram shows 8",
        reply_markup={"inline_keyboard": [KEYS["inline_keyboard"][0] * 9]},
    ),
    row("a bad offset", "getUpdates", {"offset": "nul"}, "Bad Request: offset is 'nul', not a whole number"),
    row(
        "unknown updates",
        "getUpdates",
        {"allowed_updates": ["messages"]},
        "Bad Request: allowed_updates names ['messages'], which Telegram does not know",
    ),
]
"""What Telegram may let pass and this product never does: refused, and a violation as well."""

REFUSALS = [
    message("empty", "message text is empty", text=" \n"),
    message("too long", "message is too long", text="é" * 4097),
    row("no chat", "sendMessage", {"text": SAID}, "Bad Request: chat_id is empty"),
    message("chat not found", "chat not found", chat_id="nobody"),
    row(
        "not started",
        "sendMessage",
        {**DEFAULT, "chat_id": "unknown"},
        "Forbidden: bot can't initiate conversation with a user",
        403,
    ),
    row("blocked", "sendMessage", {**DEFAULT, "chat_id": "blocked"}, "Forbidden: bot was blocked by the user", 403),
    row("kicked", "sendMessage", {**DEFAULT, "chat_id": "out"}, "Forbidden: bot was kicked from the group chat", 403),
    message("migrated", "group chat was upgraded to a supergroup chat", chat_id="old"),
    message("no thread", "message thread not found", chat_id="forum", message_thread_id=99),
    message("no threads here", "message thread not found", message_thread_id=1),
    message("reply to nothing", "message to be replied not found", reply_parameters={"message_id": 99}),
    message("quote of something else", "QUOTE_TEXT_INVALID", reply_parameters={"message_id": 2, "quote": "iets anders"}),
    button("65 bytes", "BUTTON_DATA_INVALID", callback_data="é" * 33),
    button("no data", "BUTTON_DATA_INVALID", callback_data=""),
    button("no url", "inline keyboard button URL 'geen url' is invalid: Wrong HTTP URL", url="geen url"),
    message("101 buttons", "reply markup is too long", reply_markup={"inline_keyboard": KEYS["inline_keyboard"] * 101}),
    row("no such message", "editMessageText", {**DEFAULT, "message_id": 99}, "Bad Request: message to edit not found"),
    row("not its own", "editMessageText", {**DEFAULT, "message_id": 1}, "Bad Request: message can't be edited"),
    row(
        "not modified",
        "editMessageText",
        {**DEFAULT, "message_id": 2, "reply_markup": KEYS},
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message",
    ),
    row(
        "no caption",
        "editMessageCaption",
        {"chat_id": "jan", "message_id": 2, "caption": "x"},
        "Bad Request: there is no caption in the message to edit",
    ),
    row("nothing to delete", "deleteMessage", {"chat_id": "jan", "message_id": 99}, "Bad Request: message to delete not found"),
    row("draft in a group", "sendMessageDraft", {"chat_id": "forum", "draft_id": 1}, "Bad Request: TEXTDRAFT_PEER_INVALID"),
    row("draft without id", "sendMessageDraft", {"chat_id": "jan", "draft_id": 0}, "Bad Request: RANDOM_ID_INVALID"),
    row(
        "unknown action",
        "sendChatAction",
        {"chat_id": "jan", "action": "thinking"},
        "Bad Request: wrong parameter action in request",
    ),
    row("toast", "answerCallbackQuery", {"callback_query_id": "PRESS", "text": "x" * 201}, "Bad Request: MESSAGE_TOO_LONG"),
    row(
        "unknown press",
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    row("51 cards", "answerInlineQuery", {"inline_query_id": "QUERY", "results": GALLERY}, "Bad Request: RESULTS_TOO_MUCH"),
    row(
        "same id",
        "answerInlineQuery",
        {"inline_query_id": "QUERY", "results": [GALLERY[0], GALLERY[0]]},
        "Bad Request: RESULT_ID_DUPLICATE",
    ),
    row(
        "long id",
        "answerInlineQuery",
        {"inline_query_id": "QUERY", "results": [{**GALLERY[0], "id": "é" * 33}]},
        "Bad Request: RESULT_ID_INVALID",
    ),
    row(
        "empty card",
        "answerInlineQuery",
        {"inline_query_id": "QUERY", "results": [{**GALLERY[0], "input_message_content": {}}]},
        "Bad Request: message text is empty",
    ),
    row(
        "start parameter",
        "answerInlineQuery",
        {"inline_query_id": "QUERY", "results": [], "button": {"text": "Meer", "start_parameter": "a b"}},
        "Bad Request: START_PARAM_INVALID",
    ),
    row("command", "setMyCommands", {"commands": [{**COMMAND, "command": "Help"}]}, "Bad Request: BOT_COMMAND_INVALID"),
    row(
        "command's description",
        "setMyCommands",
        {"commands": [{**COMMAND, "description": "x" * 257}]},
        "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    row("commands", "setMyCommands", {"commands": [COMMAND] * 101}, "Bad Request: BOT_COMMANDS_TOO_MUCH"),
    row(
        "scope",
        "setMyCommands",
        {"commands": [COMMAND], "scope": {"type": "moon"}},
        "Bad Request: can't parse BotCommandScope: unsupported type specified",
    ),
    row("language", "setMyDescription", {"language_code": "Nederlands"}, "Bad Request: invalid language code specified"),
    row("description", "setMyDescription", {"description": "x" * 513}, "Bad Request: bot description is too long"),
    row("short one", "setMyShortDescription", {"short_description": "x" * 121}, "Bad Request: bot short description is too long"),
    row("file", "getFile", {"file_id": "x"}, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    row("http", "setWebhook", {"url": "http://bot.example"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
    row(
        "port",
        "setWebhook",
        {"url": "https://bot.example:9000"},
        "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
    ),
    row(
        "secret",
        "setWebhook",
        {"url": "https://bot.example", "secret_token": "é"},
        "Bad Request: secret token contains unallowed characters",
    ),
    row("limit", "getUpdates", {"limit": 101}, "Bad Request: limit must be between 1 and 100"),
    row("stay", "leaveChat", {"chat_id": "jan"}, "Bad Request: chat member status can't be changed in private chats"),
]
"""What Telegram itself refuses, which a bot can run into without being wrong."""


@pytest.mark.parametrize(("method", "parameters", "status", "description"), VIOLATIONS)
def test_what_this_product_never_does_is_refused_and_remembered(
    scene: Scene, method: str, parameters: dict[str, Any], status: int, description: str
) -> None:
    """A call that the product should not make is refused, and is a violation that a test finds."""
    before, said = len(scene.server.violations), len(scene.server.sent)
    assert scene.called(method, parameters) == (status, description)
    assert len(scene.server.violations) == before + 1
    assert len(scene.server.sent) == said


@pytest.mark.parametrize(("method", "parameters", "status", "description"), REFUSALS)
def test_what_telegram_refuses_is_refused_in_its_words(
    scene: Scene, method: str, parameters: dict[str, Any], status: int, description: str
) -> None:
    """A refusal has Telegram's status and description, changes nothing, and is no violation."""
    before, said = len(scene.server.violations), len(scene.server.sent)
    assert scene.called(method, parameters) == (status, description)
    assert len(scene.server.violations) == before
    assert len(scene.server.sent) == said


ALLOWED: dict[str, tuple[str, dict[str, Any]]] = {
    "4096 characters of four bytes": ("sendMessage", {**DEFAULT, "text": "👋" * 4096}),
    "nested": ("sendMessage", {**DEFAULT, "entities": [QUOTE, bold(1, 2)]}),
    "side by side": ("sendMessage", {**DEFAULT, "entities": [bold(0, 3), {**QUOTE, "offset": 3}]}),
    "a reply to nothing": ("sendMessage", {**DEFAULT, "reply_parameters": {"message_id": 99, "allow_sending_without_reply": True}}),
    "a reply with a quote": ("sendMessage", {**DEFAULT, "reply_parameters": {"message_id": 2, "quote": "wat er"}}),
    "64 bytes": ("sendMessage", {**DEFAULT, "reply_markup": under({"callback_data": "é" * 32})}),
    "a url": ("sendMessage", {**DEFAULT, "reply_markup": under({"url": "https://example.org/a#:~:text=wat"})}),
    "100 buttons": ("sendMessage", {**DEFAULT, "reply_markup": {"inline_keyboard": KEYS["inline_keyboard"] * 100}}),
    "a draft": ("sendMessageDraft", {"chat_id": "jan", "draft_id": 1, "text": ""}),
    "commands": ("setMyCommands", {"commands": [COMMAND], "scope": {"type": "all_group_chats"}, "language_code": "nl"}),
    "description": ("setMyDescription", {"description": "é" * 512}),
    "deletions": ("deleteMessages", {"chat_id": "jan", "message_ids": [98, 99]}),
}
"""The limits themselves, and what only looks wrong."""


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_just_allowed_is_done(scene: Scene, name: str) -> None:
    """What stays within the rules is done."""
    before = len(scene.server.violations)
    assert scene.called(*ALLOWED[name])[0] == 200
    assert len(scene.server.violations) == before


def test_white_space_around_a_text_is_not_shown(scene: Scene) -> None:
    """Telegram takes it off, and moves the entities with the text."""
    scene.called("sendMessage", {**DEFAULT, "text": "\n👋 wat er \n", "entities": [bold(1, 2), QUOTE]})
    assert scene.server.sent[-1].text == "👋 wat er"
    assert (scene.server.sent[-1].marked("bold"), scene.server.sent[-1].marked("blockquote")) == (["👋"], ["👋"])
