"""A long run of blocks as several messages, cut between blocks, and inside one only where it is longer than a message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.blocks import HEADINGS, INDENTS, Block, BlockKind
from bot.shortening import cut_at
from bot.telegram_app.layout import as_shown, entities_of, gap_before, size_of
from bot.texts import Texts

_WORTH_FILLING = 400  # UTF-16 units; a block that has to be cut anyway begins in a message with this much room
_LONG_HEADING = 300  # a longer one is not said again


@dataclass(frozen=True, slots=True)
class Room:
    """What a message has place for beside its caveat."""

    units: int
    entities: int


def split(blocks: Iterable[Block], room: Room, say: Texts) -> list[list[Block]]:
    """The blocks in as many messages as they take, with marks where a list or a block goes on in the next.

    What is no mark is in all messages together what it was, in order.
    """
    splitting = _Splitting(room, say)
    for block in blocks:
        splitting.add(as_shown(block))
    return [each.blocks for each in splitting.messages]


@dataclass(slots=True)
class _Message:
    """A message in the making; its first `carried` blocks repeat, or belong to, what follows them."""

    blocks: list[Block] = field(default_factory=list)
    carried: int = 0

    @property
    def is_begun(self) -> bool:
        return len(self.blocks) > self.carried


class _Splitting:
    """The messages so far, and the heading that the next block stands under."""

    def __init__(self, room: Room, say: Texts) -> None:
        self.messages = [_Message()]
        self._room, self._say = room, say
        self._heading: Block | None = None
        self._goes_on = Block(BlockKind.NOTE, say.say("message_goes_on"))

    def add(self, block: Block) -> None:
        if block.kind in HEADINGS or block.kind not in INDENTS:
            self._heading = block if block.kind in HEADINGS and size_of(block) <= _LONG_HEADING else None
        if not self._has_place(block) and self._fits_in_next(block):
            self._turn(self._again(block))
        while not self._has_place(block):
            if not (first := self._beginning_of(block)):
                self._turn(self._again(block))
                continue
            piece, block = cut(block, first)
            self.messages[-1].blocks += [piece, self._goes_on]
            self._turn([self._continued()])
        self.messages[-1].blocks.append(block)

    def _has_place(self, block: Block, below: Sequence[Block] | None = None) -> bool:
        blocks = [*(self.messages[-1].blocks if below is None else below), block]
        return sum(map(size_of, blocks)) <= self._room.units and sum(map(entities_of, blocks)) <= self._room.entities

    def _fits_in_next(self, block: Block) -> bool:
        return self.messages[-1].is_begun and self._has_place(block, self._again(block))

    def _again(self, block: Block) -> list[Block]:
        """What a message begins with that begins with this block: the heading that it stands under."""
        if self._heading is None or self._heading is block:
            return []
        return [self._heading] if self._ends_in_heading() else [self._continued()]

    def _ends_in_heading(self) -> bool:
        blocks = self.messages[-1].blocks
        return bool(blocks) and blocks[-1] is self._heading

    def _continued(self) -> Block:
        if self._heading is None:
            return Block(BlockKind.NOTE, self._say.say("message_continued"))
        return Block(self._heading.kind, self._say.say("message_heading_again", heading=self._heading.text.strip()))

    def _turn(self, carried: list[Block]) -> None:
        """Begin the next message; a heading without anything below it goes along."""
        if carried and self._ends_in_heading():
            self.messages[-1].blocks.pop()
        self.messages.append(_Message(carried, len(carried)))

    def _beginning_of(self, block: Block) -> int:
        """How much of a block that is cut can stand in this message; 0 where the next has more place for it."""
        message = self.messages[-1]
        taken = sum(map(size_of, (*message.blocks, self._goes_on))) + len(gap_before(block))
        space = self._room.units - taken
        is_full = space < _WORTH_FILLING or sum(map(entities_of, (*message.blocks, block, self._goes_on))) > self._room.entities
        return 0 if is_full and message.is_begun else cut_at(block.text, space)


def cut(block: Block, at: int) -> tuple[Block, Block]:
    """A block in two, of which each keeps what it has of the link, and of what is bold."""
    first, rest = (_piece(block, *span) for span in ((0, at), (at, len(block.text))))
    return replace(first, link=None), rest


def _piece(block: Block, start: int, end: int) -> Block:
    strong = tuple(part for span in block.strong if (part := _part_of(span, start, end)))
    return replace(block, text=block.text[start:end], linked=_part_of(block.linked, start, end), strong=strong)


def _part_of(linked: tuple[int, int] | None, start: int, end: int) -> tuple[int, int] | None:
    if linked is None:
        return None
    first, last = max(linked[0], start), min(linked[1], end)
    return (first - start, last - start) if first < last else None
