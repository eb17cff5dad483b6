"""What stands around quotes: whose words they are, the number of their source, where they stand, and the links."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bot.answers import Answer
from bot.blocks import Block, BlockKind, printable
from bot.deep_links import deep_link, web_address
from bot.texts import Texts, texts
from vectorstore.debate import Debate, Voice
from vectorstore.invisible import visible
from vectorstore.passages import Quote, Source


@dataclass(frozen=True, slots=True)
class Frame:
    """What the blocks of one answer share: the words around quotes, the voices, and the number and quotes of each source."""

    say: Texts
    debate: Debate
    numbers: Mapping[str, int]
    quotes: Sequence[Quote]
    cut: Collection[Quote] = ()

    @classmethod
    def of(cls, answer: Answer, debate: Debate, cut: Collection[Quote] = ()) -> Self:
        """The frame of an answer; `cut` are the quotes of it that are the beginning of a longer one."""
        numbers = {source.id: number for number, source in enumerate(answer.sources, start=1)}
        return cls(texts(answer.language, debate), debate, numbers, (*answer.quotes, *answer.nearest, answer.caveat), cut)

    def block(self, kind: BlockKind, quote: Quote, *, is_under_voice: bool = False) -> Block:
        """A quote as a block, whose number is a link to its place; behind the name of its voice where it has no heading."""
        text = self._under_voice(quote) if is_under_voice else self._quoted(quote)
        link = deep_link(quote)
        number = f"[{self.numbers[quote.source.id]}]"
        start = text.rindex(number)
        return Block(kind, text, deep_link=link, linked=(start, start + len(number)) if link else None)

    def heading(self, quote: Quote, voice: Voice | None) -> str:
        """Whose words these are, and through whom they come to us where that is somebody else."""
        if voice is None:
            return self.say.say("in_the_sources")
        if quote.is_paraphrase or self._speaks_itself(quote.source, voice):
            return self.say.say("according_to", voice=voice.called(self.say.language))
        return self.say.say("according_to_via", voice=voice.called(self.say.language), number=self.numbers[quote.source.id])

    def _quoted(self, quote: Quote) -> str:
        """The words of a quote with the number of its source, behind a mark where they are suspicious.

        Our own words never stand in «…», and what is hidden in them is named where it stands.
        """
        text = visible(quote.text)
        mark = f"[{self.say.say(f'suspicion_{quote.suspicion}')}] " if quote.suspicion else ""
        words = f"[{self.say.say('dossier_label')}] {text}" if quote.is_paraphrase else f"«{text}»"
        more = " […]" if quote in self.cut else ""
        numbered = f"{mark}{words}{more} [{self.numbers[quote.source.id]}]"
        if quote.source.language == self.say.language:
            return numbered
        language = self.say.language_name(quote.source.language)
        return f"{numbered} ({self.say.say('translated_label', language=language)})"

    def _under_voice(self, quote: Quote) -> str:
        """A quote that has no heading of its own, behind the name of its voice where that is known."""
        voice = self.debate.voice(quote.voice_id) if quote.voice_id else None
        return f"{self.heading(quote, voice)}: {self._quoted(quote)}" if voice else self._quoted(quote)

    def _speaks_itself(self, source: Source, voice: Voice) -> bool:
        names = [name for name in (source.author, source.publisher) if name]
        return source.voice == voice.id or any(self.debate.voice_named(name) == voice for name in names)


def citation(source: Source, frame: Frame) -> Block:
    """ "[1] Titel — uitgever, 22 april 2025, alinea 4"; an account names the original that it follows. The title is the link."""
    quotes = [quote for quote in frame.quotes if quote.source.id == source.id]
    places = "; ".join(dict.fromkeys(_place(quote, frame.say) for quote in quotes))
    details = ", ".join(detail for detail in (*_origin(source, frame.say), places) if detail)
    number = f"[{frame.numbers[source.id]}] "
    text = printable(" — ".join(part for part in (f"{number}{source.title}", details) if part))
    link = printable(source.url) if source.url else None
    deep = deep_link(quotes[0]) if quotes else web_address(source.url)
    return Block(BlockKind.SOURCE, text, link, deep, (len(number), len(number) + len(source.title)) if deep else None)


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
