"""Blocks as one message: its text, and what in it is bold, quoted or a link. No markup, so nothing can be parsed wrongly."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from telegram import MessageEntity

from bot.blocks import HEADINGS, Block, BlockKind
from bot.shortening import seen_span, utf16_units

MAX_UNITS = 4_000
"""UTF-16 units of a message: below the 4,096 that Telegram takes however it counts, and never more than 4,000 code points."""
MAX_ENTITIES = 100  # Telegram drops what comes after these
_LONG_POINTS, _LONG_LINES = 300, 3  # a longer quotation is folded until it is tapped; one of which a part is bold was tapped for
_FOLDING = frozenset({BlockKind.QUOTE, BlockKind.NEAREST})
_LINE_BREAKS = (("\r\n", " \n"), ("\r", "\n"), ("\u2028", "\n"), ("\u2029", "\n"))
_STYLES: Mapping[BlockKind, str] = {
    **dict.fromkeys(HEADINGS, MessageEntity.BOLD),
    **dict.fromkeys(_FOLDING, MessageEntity.BLOCKQUOTE),
    BlockKind.CAVEAT: MessageEntity.BLOCKQUOTE,  # never one that folds: the caveat is always in sight
    BlockKind.READ_AS: MessageEntity.ITALIC,
    BlockKind.SILENT: MessageEntity.ITALIC,
    BlockKind.NOTE: MessageEntity.ITALIC,
    BlockKind.SOURCE_NOTE: MessageEntity.ITALIC,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One message, or one caption; the entities count in UTF-16 units, as Telegram does."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def laid_out(blocks: Iterable[Block]) -> Part:
    """The blocks below one another. The text begins and ends with something that is seen, as Telegram would see to itself."""
    text: list[str] = []
    entities: list[MessageEntity] = []
    offset = 0
    for block in blocks:
        shown = as_shown(block)
        if not text:
            shown = _without_leading_space(shown)
            if not shown.text:
                continue
        gap = gap_before(block) if text else ""
        offset += len(gap)
        entities += _entities(shown, offset)
        text += [gap, shown.text]
        offset += utf16_units(shown.text)
    return Part("".join(text).rstrip(), tuple(entities))


def as_shown(block: Block) -> Block:
    """The block as it is shown: an address that is no link to tap stands behind it, and line breaks are those that Telegram keeps.

    Telegram drops the others, and what stands on either side of one would become one word. No character is more or less.
    """
    text = block.text if block.deep_link else block.with_link
    for other, kept in _LINE_BREAKS:
        text = text.replace(other, kept)
    return replace(block, text=text, link=None)


def gap_before(block: Block) -> str:
    """What parts a block from the one above it."""
    return "\n\n" if block.is_set_apart else "\n"


def size_of(block: Block) -> int:
    """The UTF-16 units that a block takes below another."""
    return len(gap_before(block)) + utf16_units(as_shown(block).text)


def entities_of(block: Block) -> int:
    """How many entities a block takes at most."""
    return (block.kind in _STYLES) + (block.linked is not None) + len(block.strong)


def fits(part: Part) -> bool:
    """Whether Telegram takes it as one message."""
    return utf16_units(part.text) <= MAX_UNITS and len(part.entities) <= MAX_ENTITIES


def _without_leading_space(block: Block) -> Block:
    gone = len(block.text) - len(block.text.lstrip())
    linked = _moved(block.linked, gone) if block.linked else None
    return replace(block, text=block.text[gone:], linked=linked, strong=tuple(_moved(span, gone) for span in block.strong))


def _moved(span: tuple[int, int], gone: int) -> tuple[int, int]:
    return max(0, span[0] - gone), max(0, span[1] - gone)


def _entities(block: Block, offset: int) -> Iterator[MessageEntity]:
    """What is to be seen of a block that begins at an offset; what is outside stands before what is in it."""
    if style := _STYLES.get(block.kind):
        is_long = len(block.text) > _LONG_POINTS or block.text.count("\n") >= _LONG_LINES
        folds = block.kind in _FOLDING and is_long and not block.strong
        kind = MessageEntity.EXPANDABLE_BLOCKQUOTE if folds else style
        yield from _entity(kind, block.text, 0, len(block.text), offset)
    for span in block.strong:
        yield from _entity(MessageEntity.BOLD, block.text, *span, offset)
    if block.linked and block.deep_link:
        yield from _entity(MessageEntity.TEXT_LINK, block.text, *block.linked, offset, url=block.deep_link)


def _entity(kind: str, text: str, start: int, end: int, offset: int, url: str | None = None) -> Iterator[MessageEntity]:
    """The entity over a span, without the white space at its ends; none where there is nothing else."""
    first, last = seen_span(text[start:end])
    if first < last:
        before, words = text[: start + first], text[start + first : start + last]
        yield MessageEntity(kind, offset + utf16_units(before), utf16_units(words), url)
