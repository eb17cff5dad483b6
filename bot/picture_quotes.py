"""Quotations on a picture: whole, or an exact span of one, with the marks that say whose words they are and where they stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answers import Answer, cited_sources
from bot.blocks import printable
from bot.picture_pieces import Card, Item, Page, Paragraph, Piece, Style
from bot.texts import Texts, texts
from vectorstore.debate import Debate, Voice
from vectorstore.invisible import visible
from vectorstore.passages import Quote, Source

LEFT_OUT = "[…]"
_LONG_CAVEAT = 420
_LONG_TITLE = 110
_LITTLE = 30  # to leave out less than this gains no line
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)]*(?=\s)")

_CLAUSE_END = re.compile(r"(?=[,;:]\s)")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a quotation, or all of it: `quote.text[:end]` is what is drawn, never other words."""

    quote: Quote
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.quote.text[: self.end]

    @property
    def is_cut(self) -> bool:
        """Whether there is more of the quotation."""
        return self.quote.text[self.end :].strip() != ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the quotations of one answer: our words, the voices, and the number of each source."""

    say: Texts
    debate: Debate
    numbers: Mapping[str, int]

    def item(self, quote: Quote, voice: Voice | None, longest: int, figures: Sequence[tuple[int, int]] = ()) -> Item:
        """A quotation of at most so many characters, as a card has it; `figures` are spans in it that are drawn large."""
        last = max((end for _, end in figures), default=0)
        part = excerpt(quote, longest, last)
        words = [quote.text[start:end] for start, end in figures]
        if any(not word or word not in part.text for word in words):
            raise ValueError(f"a figure of {words!r} does not stand in the quotation from {quote.source.id!r}")
        return Item(self.quoted(part), self.label(quote, voice), quote.is_paraphrase, tuple(_marked(word, quote) for word in words))

    def quoted(self, part: Excerpt) -> str:
        """The words with the number of their source; our own never stand in «…», and what is suspicious bears a mark."""
        quote = part.quote
        words = _marked(part.text, quote)
        after = f"\u00a0{LEFT_OUT}" if part.is_cut else ""
        mark = f"[{self.say.say(f'suspicion_{quote.suspicion}')}] " if quote.suspicion else ""
        return f"{mark}{words}{after}\u00a0[{self.numbers[quote.source.id]}]"

    def label(self, quote: Quote, voice: Voice | None) -> str:
        """Whose wording it is, through whom it comes to us, of when it is, and its language where that is another."""
        number = self.numbers[quote.source.id]
        date = published(quote.source)
        if quote.is_paraphrase:
            whose = [self.say.say("dossier_label"), self._original(quote.source)]
        elif voice is None or self._speaks_itself(quote.source, voice):
            whose = [quote.source.publisher or quote.source.author]
        else:
            whose = [self.say.say("picture_via", number=number)]
        foreign = None
        if quote.source.language != self.say.language:
            label = self.say.say("translated_label", language=self.say.language_name(quote.source.language))
            foreign = label.replace(" ", "\u00a0")
        return " · ".join(part for part in (*whose, self.dated(date) if date else None, foreign) if part)

    def named(self, voices: Sequence[Voice]) -> str:
        """The names of voices as a heading has them."""
        if not voices:
            return self.say.say("in_the_sources")
        names = self.say.list([voice.english or voice.name if self.say.language == "en" else voice.name for voice in voices])
        return f"{names[:1].upper()}{names[1:]}"

    def reference(self, source: Source) -> str:
        """A source with its number, title, maker and date, on two lines at most."""
        after = source.after
        title = (after.title if after else None) or source.title
        maker = (after.publisher or after.author) if after else source.publisher or source.author
        date = published(source)
        if after:
            maker = self.say.say("picture_after", source=maker or title)
        parts = [
            shortened(printable(title)),
            printable(maker) if maker and maker != title else None,
            self.dated(date) if date else None,
        ]
        return f"[{self.numbers[source.id]}] {' — '.join(part for part in parts if part)}"

    def dated(self, date: str) -> str:
        """A date that stays on one line."""
        return self.say.date(date).replace(" ", "\u00a0")

    def _original(self, source: Source) -> str | None:
        maker = (source.after.publisher or source.after.author) if source.after else None
        return self.say.say("after", source=maker) if maker else None

    def _speaks_itself(self, source: Source, voice: Voice) -> bool:
        names = [name for name in (source.author, source.publisher) if name]
        return source.voice == voice.id or any(self.debate.voice_named(name) == voice for name in names)


def excerpt(quote: Quote, longest: int, least: int = 0) -> Excerpt:
    """The quotation, or its beginning: up to the end of a sentence, a clause or a word, the first that uses most of the room.

    It has the first `least` characters in any case.
    """
    text = quote.text
    if len(text) <= longest + _LITTLE:
        return Excerpt(quote, len(text))
    for border in (_SENTENCE_END, _CLAUSE_END):
        if ends := [
            found.end() for found in border.finditer(text) if max(least, longest // 2) <= found.end() <= max(least, longest)
        ]:
            return Excerpt(quote, ends[-1])
    end = _word_end(text, longest)
    return Excerpt(quote, end if end >= least else len(text))


def published(source: Source) -> str | None:
    """When a document was published; of an account, when the original was."""
    return source.after.published if source.after else source.published


def frame_of(answer: Answer, debate: Debate) -> Frame:
    """The frame of an answer; the sources have the numbers that they have in it."""
    numbers = {source.id: number for number, source in enumerate(answer.sources, start=1)}
    return Frame(texts(answer.language, debate), debate, numbers)


def page(answer: Answer, frame: Frame, pieces: Sequence[Piece], after: Sequence[str] = (), shown: Sequence[Source] = ()) -> Page:
    """A whole page: the pieces below the title of the debate, and the caveat, the sources and the edition at the foot.

    `after` holds lines that go before the caveat, `shown` the sources that are listed besides that of the caveat.
    """
    say = frame.say
    listed = {source.id: source for source in (*shown, answer.caveat.source)}
    stamp = say.say("edition", number=answer.edition.number, date=say.date(answer.edition.published_at))
    title = frame.debate.titled(say.language)
    body = (Paragraph(printable(f"{title[:1].upper()}{title[1:]}"), Style.KICKER), *pieces)
    voice = frame.debate.voice(answer.caveat.voice_id) if answer.caveat.voice_id else None
    name = f"{say.say('caveat_heading')} — {frame.named([voice])}" if voice else say.say("caveat_heading")
    sources = sorted(listed.values(), key=lambda source: frame.numbers[source.id])
    foot: list[Piece] = [
        *(Paragraph(line, Style.NOTE) for line in after),
        Card(name, (frame.item(answer.caveat, voice, _LONG_CAVEAT),), is_caveat=True),
        Paragraph(say.say("sources_heading"), Style.HEADING),
        *(Paragraph(frame.reference(source), Style.SMALL) for source in sources),
        Paragraph(f"{stamp} · {say.say('picture_foot')}", Style.SMALL),
    ]
    return Page(body, tuple(foot))


def nothing(answer: Answer, frame: Frame, title: str, message: str, nearest: Sequence[Piece] = ()) -> Page:
    """A page that says that there is nothing to show, and why; `nearest` is what comes close."""
    pieces = [Paragraph(title, Style.TITLE), Paragraph(printable(message), Style.LEAD), *nearest]
    return page(answer, frame, pieces, shown=[quote.source for quote in answer.nearest])


def numbered(answer: Answer) -> tuple[Source, ...]:
    """The sources of an answer, each once, in the order in which a reader of it meets them."""
    return cited_sources(answer.statements, answer.nearest, answer.caveat)


def shortened(title: str) -> str:
    """A title, or the beginning of it with a mark."""
    return title if len(title) <= _LONG_TITLE else f"{title[: _word_end(title, _LONG_TITLE)]} {LEFT_OUT}"


def _marked(words: str, quote: Quote) -> str:
    shown = visible(words)
    return shown if quote.is_paraphrase else f"«{shown}»"


def _word_end(text: str, longest: int) -> int:
    """Where the last word ends that fits; within a word that is longer than that."""
    space = text.rfind(" ", 0, longest + 1)
    return len(text[: space if space > longest // 2 else longest].rstrip())
