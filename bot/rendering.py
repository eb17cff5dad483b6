"""An answer as blocks, as plain text and as JSON. Pure: how blocks look on a screen is for the front end.

Every answer has its caveat as a block of its own, whatever its status.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Self

from bot.answers import Answer, AnswerStatus, Statement
from bot.blocks import Block, BlockKind, blocks_as_text, printable
from bot.texts import Texts, texts
from vectorstore.debate import Debate, Voice
from vectorstore.invisible import visible
from vectorstore.passages import Quote, Source

SCHEMA = 1


def render(answer: Answer, debate: Debate) -> list[Block]:
    """The blocks of an answer, in the order in which people read them; the caveat is among them."""
    frame = _Frame.of(answer, debate)
    return [
        *_opening(answer, frame),
        *(block for statement in answer.statements for block in _statement(statement, frame)),
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
    frame = _Frame.of(answer, debate)
    return [*_sources(answer, frame, in_full=True), *_caveat(answer, frame), _edition(answer, frame)]


def positions_heading(answer: Answer, topic: str | None, debate: Debate | None = None) -> Block:
    """What stands above an answer that shows the positions on a topic, or on the debate as a whole."""
    say = texts(answer.language, debate)
    heading = say.say("positions_heading", topic=printable(topic)) if topic else say.say("positions_heading_all")
    return Block(BlockKind.MESSAGE, heading)


def as_plain_text(answer: Answer, debate: Debate) -> str:
    """The answer as the terminal prints it, without colour and without wrapping."""
    return blocks_as_text(render(answer, debate))


def answer_as_json(answer: Answer, debate: Debate) -> dict[str, object]:
    """The answer in schema 1 of docs/contract.md, with `message`, `notes`, `suggestions` and what a source rests on added to it."""
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


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the blocks of one answer share: the words around quotes, the voices, and the number and quotes of each source."""

    say: Texts
    debate: Debate
    numbers: Mapping[str, int]
    quotes: Sequence[Quote]

    @classmethod
    def of(cls, answer: Answer, debate: Debate) -> Self:
        """The frame of an answer."""
        numbers = {source.id: number for number, source in enumerate(answer.sources, start=1)}
        return cls(texts(answer.language, debate), debate, numbers, (*answer.quotes, *answer.nearest, answer.caveat))

    def heading(self, quote: Quote, voice: Voice | None) -> str:
        """Whose words these are, and through whom they come to us where that is somebody else."""
        if voice is None:
            return self.say.say("in_the_sources")
        if quote.is_paraphrase or self._speaks_itself(quote.source, voice):
            return self.say.say("according_to", voice=voice.called(self.say.language))
        return self.say.say("according_to_via", voice=voice.called(self.say.language), number=self.numbers[quote.source.id])

    def quoted(self, quote: Quote) -> str:
        """The words of a quote with the number of its source, behind a mark where they are suspicious.

        Our own words never stand in «…», and what is hidden in them is named where it stands.
        """
        text = visible(quote.text)
        mark = f"[{self.say.say(f'suspicion_{quote.suspicion}')}] " if quote.suspicion else ""
        words = f"[{self.say.say('dossier_label')}] {text}" if quote.is_paraphrase else f"«{text}»"
        numbered = f"{mark}{words} [{self.numbers[quote.source.id]}]"
        if quote.source.language == self.say.language:
            return numbered
        language = self.say.language_name(quote.source.language)
        return f"{numbered} ({self.say.say('translated_label', language=language)})"

    def under_voice(self, quote: Quote) -> str:
        """A quote that has no heading of its own, behind the name of its voice where that is known."""
        voice = self.debate.voice(quote.voice_id) if quote.voice_id else None
        return f"{self.heading(quote, voice)}: {self.quoted(quote)}" if voice else self.quoted(quote)

    def _speaks_itself(self, source: Source, voice: Voice) -> bool:
        names = [name for name in (source.author, source.publisher) if name]
        return source.voice == voice.id or any(self.debate.voice_named(name) == voice for name in names)


def _opening(answer: Answer, frame: _Frame) -> Iterator[Block]:
    if answer.read_as != answer.question:
        yield Block(BlockKind.READ_AS, frame.say.say("read_as", question=printable(answer.read_as)))
    if answer.message:
        yield Block(BlockKind.MESSAGE, printable(answer.message))
    if answer.status is AnswerStatus.UNAVAILABLE and answer.reason:
        yield Block(BlockKind.MESSAGE, printable(answer.reason))


def _statement(statement: Statement, frame: _Frame) -> Iterator[Block]:
    for number, (heading, quotes) in enumerate(groupby(statement.quotes, lambda quote: frame.heading(quote, statement.voice))):
        yield Block(BlockKind.HEADING, heading)
        if statement.text and number == 0:
            yield Block(BlockKind.SENTENCE, printable(statement.text))
        yield from (Block(BlockKind.QUOTE, frame.quoted(quote)) for quote in quotes)


def _silent(answer: Answer, frame: _Frame) -> Iterator[Block]:
    """Which voices say nothing about it; where nothing was found at all, the message has said so."""
    if answer.status is AnswerStatus.PARTIAL and answer.reason:
        yield Block(BlockKind.SILENT, printable(answer.reason))
    elif answer.status is AnswerStatus.ANSWERED and answer.silent_voices:
        names = frame.say.list([voice.called(answer.language) for voice in answer.silent_voices])
        yield Block(BlockKind.SILENT, frame.say.say("silent", voices=names))


def _nearest(answer: Answer, frame: _Frame) -> Iterator[Block]:
    if answer.nearest:
        yield Block(BlockKind.NEAREST_HEADING, frame.say.say("nearest_heading"))
        yield from (Block(BlockKind.NEAREST, frame.under_voice(quote)) for quote in answer.nearest)


def _caveat(answer: Answer, frame: _Frame) -> Iterator[Block]:
    yield Block(BlockKind.CAVEAT_HEADING, frame.say.say("caveat_heading"))
    yield Block(BlockKind.CAVEAT, frame.under_voice(answer.caveat))


def _sources(answer: Answer, frame: _Frame, *, in_full: bool = False) -> Iterator[Block]:
    yield Block(BlockKind.SOURCES_HEADING, frame.say.say("sources_heading"))
    for source in answer.sources:
        yield Block(BlockKind.SOURCE, _citation(source, frame))
        if in_full and source.basis_note:
            yield Block(BlockKind.SOURCE_NOTE, source.basis_note)


def _suggestions(answer: Answer, frame: _Frame) -> Iterator[Block]:
    if answer.suggestions:
        yield Block(BlockKind.SUGGESTIONS_HEADING, frame.say.say("suggestions_heading"))
        yield from (Block(BlockKind.SUGGESTION, printable(question)) for question in answer.suggestions)


def _edition(answer: Answer, frame: _Frame) -> Block:
    date = frame.say.date(answer.edition.published_at)
    return Block(BlockKind.EDITION, frame.say.say("edition", number=answer.edition.number, date=date))


def _citation(source: Source, frame: _Frame) -> str:
    """ "[1] Titel — uitgever, 22 april 2025, alinea 4 — link"; an account names the original that it follows."""
    quotes = [quote for quote in frame.quotes if quote.source.id == source.id]
    places = "; ".join(dict.fromkeys(_place(quote, frame.say) for quote in quotes))
    details = ", ".join(detail for detail in (*_origin(source, frame.say), places) if detail)
    return printable(" — ".join(part for part in (f"[{frame.numbers[source.id]}] {source.title}", details, source.url) if part))


def _origin(source: Source, say: Texts) -> Iterator[str]:
    published = source.published
    if name := source.publisher or source.author:
        yield name
    if source.after:
        original = ", ".join(part for part in (source.after.publisher or source.after.author, source.after.title) if part)
        published = source.after.published
        if original:
            yield say.say("after", source=original)
    if published:
        yield say.date(published)


def _place(quote: Quote, say: Texts) -> str:
    """Where a quote stands. The headings of the dossier are our own: beside the original's title they would pass for its."""
    place = quote.locator
    page = say.say("page", number=place.page) if place.page is not None else None
    if quote.page_label:
        page = say.say("page_labelled", label=quote.page_label, number=place.page)
    section = say.say("section", name=place.section) if place.section and page is None and not quote.is_paraphrase else None
    paragraph = say.say("paragraph", number=place.paragraph) if place.paragraph is not None else None
    return ", ".join(part for part in (page, section, paragraph) if part)


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
