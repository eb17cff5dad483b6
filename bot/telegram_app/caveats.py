"""The caveat in a message: never left out, never folded, and of one that is very long an exact span from its beginning."""

from dataclasses import replace

from bot.answers import Answer
from bot.blocks import Block, BlockKind
from bot.rendering import render, render_caveat
from bot.shortening import shortened, utf16_units
from bot.telegram_app.layout import size_of
from vectorstore.debate import Debate
from vectorstore.passages import Quote

CAVEAT_POINTS = 1_000
"""The code points of the caveat that every message has room for; a longer one is shown in part."""
_MOST_UNITS = 2_400  # with its heading; hidden characters that are shown by name take more than themselves
_SOURCE_UNITS = 400  # a longer line is left to the list of sources


def with_short_caveat(answer: Answer, debate: Debate) -> tuple[Answer, frozenset[Quote]]:
    """The answer with as much of its caveat as every message has room for, and what `render` has to be told was cut."""
    points = CAVEAT_POINTS
    while True:
        caveat = shortened(answer.caveat, points)
        shown, cut = replace(answer, caveat=caveat), frozenset({caveat} - {answer.caveat})
        if points == 1 or _size(render_caveat(shown, debate, cut)) <= _MOST_UNITS:
            return shown, cut
        points //= 2


def caveat_within(units: int, answer: Answer, debate: Debate) -> list[Block]:
    """The caveat with its heading, as much of it as there is room for, and its source where that has room too."""
    limit = units
    while True:
        caveat = shortened(answer.caveat, limit, utf16_units)
        shown, cut = replace(answer, caveat=caveat), {caveat} - {answer.caveat}
        blocks = render_caveat(shown, debate, cut)
        excess = _size(blocks) - units
        if excess <= 0 or limit == 1:
            sourced = [*blocks, source_of_caveat(answer, debate)]
            return sourced if _size(sourced) <= units else blocks
        limit = max(1, min(limit, utf16_units(caveat.text)) - excess)


def closing_of(answer: Answer, debate: Debate) -> list[Block]:
    """What each of several messages ends with, so that it can be read by itself: the caveat, its source and the edition."""
    shown, cut = with_short_caveat(answer, debate)
    source = source_of_caveat(answer, debate)
    edition = [block for block in render(shown, debate, cut) if block.kind is BlockKind.EDITION]
    return [*render_caveat(shown, debate, cut), *([source] if size_of(source) <= _SOURCE_UNITS else []), *edition]


def source_of_caveat(answer: Answer, debate: Debate) -> Block:
    """The line of the sources that the caveat is quoted from."""
    sources = (block for block in render(answer, debate) if block.kind is BlockKind.SOURCE)
    return next(block for block, source in zip(sources, answer.sources, strict=True) if source.id == answer.caveat.source.id)


def _size(blocks: list[Block]) -> int:
    return sum(map(size_of, blocks))
