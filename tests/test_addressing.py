"""Which messages in a group are meant for the bot."""

from typing import Any

import pytest
from telegram import Message

from bot.telegram_app.addressing import asked_in

BOT = {"id": 9, "is_bot": True, "first_name": "Kanttekening", "username": "kanttekening_bot"}
JAN = {"id": 5, "is_bot": False, "first_name": "Jan"}


def message(text: str, *, kind: str = "supergroup", mention: str | None = None, reply_to: dict[str, Any] | None = None) -> Message:
    """A message, with the entity of a mention as Telegram makes it."""
    data: dict[str, Any] = {"message_id": 2, "date": 1, "chat": {"id": -7, "type": kind}, "from": JAN, "text": text}
    if mention:
        offset = len(text[: text.index(mention)].encode("utf-16-le")) // 2
        data["entities"] = [{"type": "mention", "offset": offset, "length": len(mention)}]
    if reply_to:
        data["reply_to_message"] = {"message_id": 1, "date": 1, "chat": {"id": -7, "type": kind}, "from": reply_to, "text": "x"}
    found = Message.de_json(data, None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (message("Wat vindt BCG?", kind="private"), "Wat vindt BCG?"),
        (message("Wat vindt BCG?"), None),
        (message("Wat vindt BCG?", reply_to=JAN), None),
        (message("Wat vindt BCG?", reply_to=BOT), "Wat vindt BCG?"),
        (message("@kanttekening_bot wat vindt BCG?", mention="@kanttekening_bot"), "wat vindt BCG?"),
        (message("@Kanttekening_Bot: wat vindt BCG?", mention="@Kanttekening_Bot"), "wat vindt BCG?"),
        (message("Zeg 👩‍👩‍👧 @kanttekening_bot, wat vindt BCG?", mention="@kanttekening_bot"), "Zeg 👩‍👩‍👧 , wat vindt BCG?"),
        (message("@kanttekening_botje wat vindt BCG?", mention="@kanttekening_botje"), None),
        (message("mail jan@kanttekening_bot nu"), None),
    ],
)
def test_what_is_asked(asked: Message, expected: str | None) -> None:
    """In private everything; in a group a reply to the bot and a mention of it, which is left out of the question."""
    assert asked_in(asked, BOT["id"], "kanttekening_bot") == expected  # type: ignore[arg-type]  # an int among strings
