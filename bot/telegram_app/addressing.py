"""Whether a message in a group is meant for the bot, and what it then asks."""

from telegram import Message, MessageEntity
from telegram.constants import MessageEntityType


def asked_in(message: Message, bot_id: int, username: str) -> str | None:
    """What a message asks the bot; None where it is meant for somebody else.

    In a private chat everything is. In a group it is a reply to the bot, or one that mentions it, and the mention is left out.
    Commands are not looked at here.
    """
    text = message.text or message.caption or ""
    if message.chat.type == "private":
        return text
    entities = message.parse_entities([MessageEntityType.MENTION]) | message.parse_caption_entities([MessageEntityType.MENTION])
    mentions = [entity for entity, name in entities.items() if name.lower() == f"@{username.lower()}"]
    if mentions:
        return _without(text, mentions)
    replied = message.reply_to_message
    return text if replied and replied.from_user and replied.from_user.id == bot_id else None


def _without(text: str, entities: list[MessageEntity]) -> str:
    """A text without some of its entities, whose offsets count UTF-16 units."""
    units = text.encode("utf-16-le")
    for entity in sorted(entities, key=lambda each: each.offset, reverse=True):
        units = units[: entity.offset * 2] + units[(entity.offset + entity.length) * 2 :]
    return " ".join(units.decode("utf-16-le").split()).lstrip(",:;- ")
