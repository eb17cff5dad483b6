"""An answer as Telegram messages. Pure: nothing is sent from here.

Room for the caveat is set aside first, so no length of an answer can push it out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.answers import Answer, AnswerStatus, Statement
from bot.blocks import HEADINGS, Block, BlockKind, blocks_as_text
from bot.rendering import render, render_caveat, render_preview
from bot.shortening import cut_at, shortened
from bot.telegram_app.caveats import caveat_within, closing_of, with_short_caveat
from bot.telegram_app.layout import MAX_ENTITIES, MAX_UNITS, Part, as_shown, entities_of, fits, laid_out, size_of
from bot.telegram_app.splitting import Room, split
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.passages import Quote

MOST_PARTS = 3
"""An answer that takes more messages is a file."""
CAPTION_UNITS = 1_024
"""What Telegram takes below a picture or a document."""
_EXCERPT_POINTS = 600  # of the first quote of a voice, in the message beside the file
_LEAST_ROOM = 1_000
_ELLIPSIS_UNITS = 4  # and what parts it from the rest
_NUMBER_UNITS = 20  # "1/3" and what parts it from the rest, also where there are very many
_BUTTONS = frozenset({BlockKind.SUGGESTIONS_HEADING, BlockKind.SUGGESTION})
_OPENING = frozenset({BlockKind.READ_AS, BlockKind.MESSAGE})
_CLOSING = frozenset({BlockKind.CAVEAT_HEADING, BlockKind.CAVEAT, BlockKind.EDITION})
_OWN = frozenset({AnswerStatus.SMALLTALK, AnswerStatus.UNAVAILABLE})
_OF_A_PREVIEW = frozenset({BlockKind.HEADING, BlockKind.SENTENCE})
_OF_A_LIST = frozenset({BlockKind.SOURCES_HEADING, BlockKind.EDITION})
NOTHING_STRONG: Mapping[Quote, tuple[tuple[int, int], ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Laid:
    """What is sent: at most three messages, and the whole as text where it takes more."""

    parts: tuple[Part, ...]
    file: str | None = None


def lay_out(
    answer: Answer,
    debate: Debate,
    heading: Sequence[Block] = (),
    strong: Mapping[Quote, tuple[tuple[int, int], ...]] = NOTHING_STRONG,
) -> Laid:
    """An answer as it is sent, below a heading; its suggestions are left to the buttons, and `strong` of its quotes is bold.

    What the bot itself says has the source of the caveat below it, and no list of sources.
    """
    shown, cut = with_short_caveat(answer, debate)
    is_own = answer.status in _OWN and shown.sources == (shown.caveat.source,)
    left_out = _BUTTONS | _OF_A_LIST if is_own else _BUTTONS
    rendered = (block for block in render(shown, debate, cut) if block.kind not in left_out)
    blocks = [*heading, *_emphasised(rendered, shown, strong)]
    if fits(whole := laid_out(blocks)):
        return Laid((whole,))
    closing = closing_of(answer, debate)
    ends = _CLOSING | {BlockKind.SOURCE} if is_own else _CLOSING
    body = [block for block in _of_body(blocks, shown, closing) if block.kind not in ends]
    parts = message_parts(body, closing, answer.language)
    if len(parts) <= MOST_PARTS:
        return Laid(tuple(parts))
    return Laid((_in_short(shown, debate, heading, cut),), blocks_as_text([*heading, *render(answer, debate)]))


def own_words(message: str, answer: Answer, debate: Debate, heading: Sequence[Block] = ()) -> Laid:
    """What the bot itself says, in paragraphs where it has them, with the caveat of an answer; nothing else of that answer.

    What somebody else typed goes through `printable` before it is filled in, so that it cannot make lines of its own.
    """
    nothing: tuple[Statement, ...] = ()
    said = replace(
        answer, status=AnswerStatus.SMALLTALK, read_as=answer.question, message=message, reason=None, statements=nothing,
        silent_voices=(), nearest=(), notes=(), suggestions=(), sources=(answer.caveat.source,),
    )  # fmt: skip
    return lay_out(said, debate, heading)


def message_parts(blocks: Sequence[Block], caveat: Sequence[Block], language: Language = "nl") -> list[Part]:
    """Blocks without a caveat among them as messages that each end with the caveat, numbered where there are several.

    Nothing is lost: a block that is longer than a message goes on in the next.

    Raises:
        ValueError: there is no caveat, or it leaves no room for anything else (`closing_of` makes one that does).
    """
    if not any(block.kind is BlockKind.CAVEAT and block.text.strip() for block in caveat):
        raise ValueError(f"no caveat among the blocks {list(caveat)!r}: what speaks about the debate has one")
    return _parts(blocks, caveat, language)


def caption(blocks: Sequence[Block], answer: Answer, debate: Debate, limit: int = CAPTION_UNITS) -> Part:
    """As much of the blocks as there is room for below a picture or a document, and the caveat of an answer, whole or in part.

    The caveat may take half of the room, and all that the blocks leave.
    """
    caveat = caveat_within(max(limit // 2, limit - sum(map(size_of, blocks))), answer, debate)
    return laid_out([*beginning(blocks, limit - sum(map(size_of, caveat))), *caveat])


def preview_of(answer: Answer, debate: Debate) -> Part:
    """An explanation that is being written, below the caveat: as much as one message has room for, and that it is not ready."""
    top = [block for block in closing_of(answer, debate) if block.kind is not BlockKind.EDITION]
    note = Block(BlockKind.NOTE, texts(answer.language, debate).say("explain_preview"))
    written = [block for block in render_preview(answer, debate) if block.kind in _OF_A_PREVIEW]
    return laid_out([*top, *beginning(written, MAX_UNITS - sum(map(size_of, (*top, note)))), note])


def exempt_parts(blocks: Sequence[Block], language: Language = "nl") -> list[Part]:
    """Blocks as messages without a caveat: for operators, and for nothing that speaks about the debate."""
    return _parts(blocks, (), language)


def beginning(blocks: Sequence[Block], units: int) -> list[Block]:
    """As many of the blocks as there is room for, and an ellipsis where some are left out; only a message is cut inside."""
    shown = list(blocks)
    while shown and sum(map(size_of, shown)) > units - (_ELLIPSIS_UNITS if len(shown) < len(blocks) else 0):
        shown.pop()
    if len(shown) == len(blocks):
        return shown
    while shown and shown[-1].kind in HEADINGS:
        shown.pop()
    left_out = as_shown(blocks[len(shown)])
    space = units - sum(map(size_of, shown)) - _ELLIPSIS_UNITS
    if left_out.kind is BlockKind.MESSAGE and (at := cut_at(left_out.text, space)):
        return [*shown, replace(left_out, text=f"{left_out.text[:at].rstrip()} …")]
    return [*shown, Block(BlockKind.MESSAGE, "…")] if shown else []


def _parts(blocks: Sequence[Block], closing: Sequence[Block], language: Language) -> list[Part]:
    content = [block for block in blocks if block.text.strip()]
    if fits(whole := laid_out([*content, *closing])):
        return [whole]
    units = MAX_UNITS - _NUMBER_UNITS - sum(map(size_of, closing))
    room = Room(units, MAX_ENTITIES - sum(map(entities_of, closing)))
    if units < _LEAST_ROOM:
        raise ValueError(f"the caveat takes all but {units} of {MAX_UNITS}: `closing_of` makes a shorter one")
    divided = split(content, room, texts(language))
    numbers = (Block(BlockKind.MESSAGE, f"{number}/{len(divided)}") for number in range(1, len(divided) + 1))
    return [laid_out([number, *part, *closing]) for number, part in zip(numbers, divided, strict=True)]


def _emphasised(blocks: Iterable[Block], answer: Answer, strong: Mapping[Quote, tuple[tuple[int, int], ...]]) -> Iterator[Block]:
    """The blocks, with what is to be bold in the quotes; where hidden characters are named among the words, nothing is."""
    quotes = iter(answer.quotes)
    for block in blocks:
        quote = next(quotes) if block.kind is BlockKind.QUOTE else None
        spans = strong.get(quote, ()) if quote else ()
        at = block.text.find(quote.text) if quote else -1
        yield replace(block, strong=tuple((at + start, at + end) for start, end in spans)) if at >= 0 else block


def _in_short(answer: Answer, debate: Debate, heading: Sequence[Block], cut: frozenset[Quote]) -> Part:
    """The first quote of as many voices as have room, and that the whole answer is in the file."""
    firsts = [replace(each, quotes=(shortened(each.quotes[0], _EXCERPT_POINTS),)) for each in answer.statements]
    cut |= {first.quotes[0] for first in firsts} - set(answer.quotes)
    note = Block(BlockKind.NOTE, texts(answer.language, debate).say("message_in_file"))
    for count in range(len(firsts), -1, -1):
        short = replace(
            answer, statements=tuple(firsts[:count]), silent_voices=(), nearest=(), notes=(), suggestions=(), reason=None
        )
        blocks = _of_cited(render(short, debate, cut), short)
        opening = [*heading, *(block for block in blocks if block.kind in _OPENING)]
        opening = beginning(opening, MAX_UNITS // 3)
        if fits(part := laid_out([*opening, note, *(block for block in blocks if block.kind not in _OPENING)])):
            return part
    return laid_out([note, *render_caveat(answer, debate, cut)])


def _of_body(blocks: Sequence[Block], answer: Answer, closing: Sequence[Block]) -> list[Block]:
    """The blocks without a last source that is that of the caveat alone, where each message has it beside the caveat."""
    cited = {quote.source.id for quote in (*answer.quotes, *answer.nearest)}
    last = [block for block in blocks if block.kind is BlockKind.SOURCE][-1:]
    is_the_caveat = answer.sources[-1].id == answer.caveat.source.id not in cited
    return [block for block in blocks if not (is_the_caveat and block in last and block in closing)]


def _of_cited(blocks: Sequence[Block], answer: Answer) -> list[Block]:
    """The blocks without the sources that nothing in the answer is quoted from; those that stay keep their numbers."""
    cited = {quote.source.id for quote in (*answer.quotes, answer.caveat)}
    sources = iter(answer.sources)
    return [block for block in blocks if block.kind is not BlockKind.SOURCE or next(sources).id in cited]
