"""An answer as blocks, as plain text and as JSON. Pure: how blocks look on a screen is for the front end.

Every answer has its caveat as a block of its own, whatever its status.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from itertools import groupby

from bot.answers import Answer, AnswerStatus
from bot.blocks import Block, BlockKind, blocks_as_text, printable, printable_lines
from bot.framing import Frame, citation
from bot.texts import texts
from vectorstore.debate import Debate, Voice
from vectorstore.passages import Quote, Source

SCHEMA = 1


def render(answer: Answer, debate: Debate, cut: Collection[Quote] = ()) -> list[Block]:
    """The blocks of an answer, in the order in which people read them; the caveat is among them.

    `cut` are those of its quotes that are the beginning of a longer one, which is shown behind them.
    """
    frame = Frame.of(answer, debate, cut)
    return [
        *_opening(answer, frame),
        *_statements(answer, frame),
        *_silent(answer, frame),
        *(Block(BlockKind.NOTE, printable(note)) for note in answer.notes),
        *_nearest(answer, frame),
        *_caveat(answer, frame),
        *_sources(answer, frame),
        _edition(answer, frame),
        *_suggestions(answer, frame),
    ]


def render_sources(answer: Answer, debate: Debate) -> list[Block]:
    """The sources of an answer in full: with what the dossier's account of each rests on, and the caveat."""
    frame = Frame.of(answer, debate)
    return [*_sources(answer, frame, in_full=True), *_caveat(answer, frame), _edition(answer, frame)]


def render_caveat(answer: Answer, debate: Debate, cut: Collection[Quote] = ()) -> list[Block]:
    """The caveat of an answer, with its heading."""
    return list(_caveat(answer, Frame.of(answer, debate, cut)))


def render_preview(answer: Answer, debate: Debate) -> list[Block]:
    """What there is of an explanation while it is being written: below the caveat, which nothing that comes can push away."""
    frame = Frame.of(answer, debate)
    blocks = list(_caveat(answer, frame))
    for statement in answer.statements:
        if statement.text:
            blocks.append(Block(BlockKind.HEADING, frame.heading(statement.quotes[0], statement.voice)))
            blocks.append(Block(BlockKind.SENTENCE, printable(statement.text)))
    return [*blocks, Block(BlockKind.NOTE, frame.say.say("explaining"))]


def positions_heading(answer: Answer, topic: str | None, debate: Debate | None = None) -> Block:
    """What stands above an answer that shows the positions on a topic, or on the debate as a whole."""
    say = texts(answer.language, debate)
    heading = say.say("positions_heading", topic=printable(topic)) if topic else say.say("positions_heading_all")
    return Block(BlockKind.MESSAGE, heading)


def as_plain_text(answer: Answer, debate: Debate) -> str:
    """The answer as the terminal prints it, without colour and without wrapping."""
    return blocks_as_text(render(answer, debate))


def answer_as_json(answer: Answer, debate: Debate) -> dict[str, object]:
    """The answer in schema 1 of docs/contract.md, with what is added to it there."""
    return {
        "schema": SCHEMA,
        "question": answer.question,
        "read_as": answer.read_as,
        "language": answer.language,
        "status": answer.status.value,
        "reason": answer.reason,
        "message": answer.message,
        "mode": answer.mode.value,
        "statements": [
            {"voice": _voice_as_json(each.voice), "text": each.text, "quotes": [_quote_as_json(quote) for quote in each.quotes]}
            for each in answer.statements
        ],
        "silent_voices": [_voice_as_json(voice) for voice in answer.silent_voices],
        "caveat": _quote_as_json(answer.caveat),
        "nearest": [_quote_as_json(quote) for quote in answer.nearest],
        "explanation": asdict(answer.explanation) if answer.explanation else None,
        "notes": list(answer.notes),
        "suggestions": list(answer.suggestions),
        "sources": [source_as_json(source) for source in answer.sources],
        "edition": {"number": answer.edition.number, "published_at": answer.edition.published_at},
        "text": as_plain_text(answer, debate),
    }


def source_as_json(source: Source) -> dict[str, object]:
    """A source in schema 1, with what it is an account of and rests on where it has that."""
    plain: dict[str, object] = {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "author": source.author,
        "published": source.published,
        "url": source.url,
        "kind": source.kind,
        "wording": source.wording.value,
        "language": source.language,
    }
    rests_on = {"after": asdict(source.after) if source.after else None, "basis": source.basis, "basis_note": source.basis_note}
    return {**plain, **{name: value for name, value in rests_on.items() if value is not None}}


def _opening(answer: Answer, frame: Frame) -> Iterator[Block]:
    if answer.read_as != answer.question:
        yield Block(BlockKind.READ_AS, frame.say.say("read_as", question=printable(answer.read_as)))
    if answer.message:
        # Only here does the bot speak in paragraphs; what repeats words of a question stays on one line.
        shown = printable_lines if answer.status is AnswerStatus.SMALLTALK else printable
        yield Block(BlockKind.MESSAGE, shown(answer.message))
    if answer.status is AnswerStatus.UNAVAILABLE and answer.reason:
        yield Block(BlockKind.MESSAGE, printable(answer.reason))


def _statements(answer: Answer, frame: Frame) -> Iterator[Block]:
    """Each quote under its voice, below what a language model says of it; who wrote that is said at the end."""
    quoted = [(statement, quote) for statement in answer.statements for quote in statement.quotes]
    for heading, group in groupby(quoted, lambda pair: frame.heading(pair[1], pair[0].voice)):
        yield Block(BlockKind.HEADING, heading)
        for statement, quote in group:
            if statement.text and quote == statement.quotes[0]:
                yield Block(BlockKind.SENTENCE, frame.say.say("explained", sentences=printable(statement.text)))
            yield frame.block(BlockKind.QUOTE, quote)
    if any(statement.text for statement in answer.statements):
        yield Block(BlockKind.NOTE, frame.say.say("explained_by"))


def _silent(answer: Answer, frame: Frame) -> Iterator[Block]:
    """Which voices say nothing about it; where nothing was found at all, the message has said so."""
    if answer.status is AnswerStatus.PARTIAL and answer.reason:
        yield Block(BlockKind.SILENT, printable(answer.reason))
    elif answer.status is AnswerStatus.ANSWERED and answer.silent_voices:
        names = frame.say.list([voice.called(answer.language) for voice in answer.silent_voices])
        yield Block(BlockKind.SILENT, frame.say.say("silent", voices=names))


def _nearest(answer: Answer, frame: Frame) -> Iterator[Block]:
    if answer.nearest:
        yield Block(BlockKind.NEAREST_HEADING, frame.say.say("nearest_heading"))
        yield from (frame.block(BlockKind.NEAREST, quote, is_under_voice=True) for quote in answer.nearest)


def _caveat(answer: Answer, frame: Frame) -> Iterator[Block]:
    yield Block(BlockKind.CAVEAT_HEADING, frame.say.say("caveat_heading"))
    yield frame.block(BlockKind.CAVEAT, answer.caveat, is_under_voice=True)


def _sources(answer: Answer, frame: Frame, *, in_full: bool = False) -> Iterator[Block]:
    yield Block(BlockKind.SOURCES_HEADING, frame.say.say("sources_heading"))
    for source in answer.sources:
        yield citation(source, frame)
        if in_full and source.basis_note:
            yield Block(BlockKind.SOURCE_NOTE, source.basis_note)


def _suggestions(answer: Answer, frame: Frame) -> Iterator[Block]:
    if answer.suggestions:
        yield Block(BlockKind.SUGGESTIONS_HEADING, frame.say.say("suggestions_heading"))
        yield from (Block(BlockKind.SUGGESTION, printable(question)) for question in answer.suggestions)


def _edition(answer: Answer, frame: Frame) -> Block:
    date = frame.say.date(answer.edition.published_at)
    return Block(BlockKind.EDITION, frame.say.say("edition", number=answer.edition.number, date=date))


def _voice_as_json(voice: Voice | None) -> dict[str, str] | None:
    return {"id": voice.id, "name": voice.name} if voice else None


def _quote_as_json(quote: Quote) -> dict[str, object]:
    return {
        "text": quote.text,
        "source_id": quote.source.id,
        "start": quote.start,
        "end": quote.end,
        "locator": _locator_as_json(quote),
        "document_sha256": quote.document_sha256,
        "language": quote.source.language,
        "voice_id": quote.voice_id,
        "oversight": quote.oversight,
        "suspicion": quote.suspicion.value if quote.suspicion else None,
    }


def _locator_as_json(quote: Quote) -> dict[str, object]:
    place = quote.locator
    return {"page": place.page, "page_label": quote.page_label, "section": place.section, "paragraph": place.paragraph}
