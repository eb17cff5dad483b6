"""A message as people see it: what is bold, quoted or a link stands between marks, so that a whole message can be compared."""

from itertools import pairwise

from telegram import MessageEntity

from bot.telegram_app.layout import Part

MARKS = {
    MessageEntity.BOLD: ("<b>", "</b>"),
    MessageEntity.ITALIC: ("<i>", "</i>"),
    MessageEntity.BLOCKQUOTE: ("<q>", "</q>"),
    MessageEntity.EXPANDABLE_BLOCKQUOTE: ("<fold>", "</fold>"),
}


def covered(part: Part, entity: MessageEntity) -> str:
    """The words that an entity covers, counted as Telegram does; UnicodeDecodeError where it cuts a character in two."""
    units = part.text.encode("utf-16-le")[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return units.decode("utf-16-le")


def seen(part: Part) -> str:
    """The text of a message with marks where its entities begin and end."""
    marks: dict[int, list[str]] = {}
    for entity in part.entities:
        opening, closing = MARKS.get(entity.type) or (f"<a {entity.url}>", "</a>")
        marks.setdefault(entity.offset, []).append(opening)
        marks.setdefault(entity.offset + entity.length, []).insert(0, closing)
    units = part.text.encode("utf-16-le")
    ends = sorted({0, *marks, len(units) // 2})
    pieces = ["".join(marks.get(0, ()))]
    for start, end in pairwise(ends):
        pieces += [units[2 * start : 2 * end].decode("utf-16-le"), *marks.get(end, ())]
    return "".join(pieces)
