"""Entities: whether those of the bot are right, and which ones Telegram finds by itself in what people write."""

import re
from collections.abc import Sequence
from itertools import pairwise

from tests.bot_api.refusals import Json, Limits, Wrong, bad

KNOWN = frozenset(
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler blockquote "
    "expandable_blockquote code pre text_link text_mention custom_emoji date_time".split()
)
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_PLAIN = frozenset({"code", "pre"})
_NEEDS = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>]+)|(?P<email>[\w.+-]+@[\w-]+\.[a-z]{2,})"
    r"|(?<![\w/@])(?P<bot_command>/\w{1,64}(?:@\w+)?)|(?<![\w@])(?P<mention>@[A-Za-z]\w{3,31})|(?<!\w)(?P<hashtag>\#\w+)",
    re.ASCII,
)


def utf16_length(text: str) -> int:
    """How many UTF-16 units a text takes, which is how Telegram counts offsets."""
    return len(text.encode("utf-16-le")) // 2


def found_in(text: str) -> list[Json]:
    """What Telegram marks of its own accord: commands, mentions, links, addresses and hashtags."""
    return [
        {"type": match.lastgroup, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match.group())}
        for match in _FOUND.finditer(text)
    ]


def checked(text: str, entities: Sequence[Json], limits: Limits, *, maximum: int, kind: str) -> tuple[str, list[Json]]:
    """The text as Telegram keeps it, without white space around it, and its entities; or the refusal."""
    if len(text.strip()) > maximum:
        raise bad(f"{kind} is too long")
    if not isinstance(entities, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    if len(entities) > limits.entities:
        raise Wrong(f"{len(entities)} entities, and Telegram drops those after {limits.entities}")
    _check(text, entities)
    lead = utf16_length(text) - utf16_length(text.lstrip())
    kept = text.strip()
    end = utf16_length(kept)
    moved = [(each, max(each["offset"] - lead, 0), min(_end(each) - lead, end)) for each in entities]
    return kept, [{**each, "offset": start, "length": stop - start} for each, start, stop in moved if start < stop]


def _check(text: str, entities: Sequence[Json]) -> None:
    encoded = text.encode("utf-16-le")
    for each in entities:
        _check_one(each, encoded)
    ordered = sorted(entities, key=lambda each: (each["offset"], -each["length"]))
    open_ones: list[Json] = []
    for each in ordered:
        while open_ones and _end(open_ones[-1]) <= each["offset"]:
            open_ones.pop()
        for around in open_ones:
            _check_nested(around, each)
        open_ones.append(each)
    for one, other in pairwise(ordered):
        if (one["type"], one["offset"], one["length"]) == (other["type"], other["offset"], other["length"]):
            raise Wrong(f"the same entity twice: {other}")


def _check_one(entity: Json, encoded: bytes) -> None:
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in KNOWN:
        raise Wrong(f"unsupported entity type {kind!r}")
    if type(offset) is not int or type(length) is not int or offset < 0 or length < 1:
        raise Wrong(f"entity with offset {offset!r} and length {length!r}")
    if 2 * (offset + length) > len(encoded):
        raise Wrong(f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {offset + length}")
    if _cuts(encoded, offset) or _cuts(encoded, offset + length):
        raise Wrong(f"entity at UTF-16 offset {offset} with length {length} cuts a character in two")
    if _NEEDS.get(kind, "type") not in entity:
        raise Wrong(f"entity {kind} has no {_NEEDS[kind]}")
    if kind == "text_link" and not re.match(r"(https?|tg|mailto)://?\S+$|mailto:\S+$", entity["url"]):
        raise Wrong(f"text_link to {entity['url']!r}, which Telegram drops")


def _cuts(encoded: bytes, unit: int) -> bool:
    return 2 * unit < len(encoded) and 0xDC <= encoded[2 * unit + 1] <= 0xDF


def _end(entity: Json) -> int:
    return int(entity["offset"] + entity["length"])


def _check_nested(around: Json, inside: Json) -> None:
    if _end(inside) > _end(around):
        raise Wrong(f"entities overlap without one being inside the other: {around} and {inside}")
    if around["type"] in _QUOTES and inside["type"] in _QUOTES:
        raise Wrong("blockquote inside a blockquote")
    if _PLAIN & {around["type"], inside["type"]}:
        raise Wrong(f"{inside['type']} inside {around['type']}, which Telegram drops")
