"""Quotations in the text around them: the sentences before and after them come along, under nobody's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.remembered import QuotePlace
from vectorstore.catalog import Catalog
from vectorstore.passages import Document, Locator, Passage, Quote, Sentence

Spans = tuple[tuple[int, int], ...]


def place_of(quote: Quote) -> QuotePlace:
    """The place of a quotation."""
    return QuotePlace(quote.source.id, quote.start, quote.end, quote.document_sha256, quote.voice_id)


def surrounded(places: Sequence[QuotePlace], catalog: Catalog) -> tuple[list[Quote], int]:
    """The quotations with the sentence before and the one after each, and how many are not there any more.

    A sentence comes along from under the same heading; from another only where there is none. Quotations whose surroundings
    meet are shown once, as one text. What stands around them may be somebody else's, so the whole has no voice. A quotation
    is not there where its document is gone, or has another text now.
    """
    texts = {place.source_id: _text(place.source_id, catalog) for place in places}
    found: list[_Run] = []
    gone = 0
    for place in places:
        text = texts[place.source_id]
        run = text.around(place) if text else None
        if run is None:
            gone += 1
        else:
            found = _joined(found, run)
    return [run.as_quote() for run in found], gone


def spans_of(places: Iterable[QuotePlace], around: Quote) -> Spans:
    """Where quotations stand in the text around them, in its code points."""
    inside = (
        (place.start - around.start, place.end - around.start)
        for place in places
        if place.source_id == around.source.id and around.start <= place.start and place.end <= around.end
    )
    return tuple(sorted(set(inside)))


@dataclass(frozen=True, slots=True)
class _Text:
    """A document, and its sentences in order."""

    document: Document
    sentences: Sequence[tuple[Passage, Sentence]]

    def around(self, place: QuotePlace) -> "_Run | None":
        """What to show of it for a quotation."""
        if self.document.sha256 != place.document_sha256:
            return None
        inside = [index for index, (_, each) in enumerate(self.sentences) if each.start < place.end and each.end > place.start]
        if not inside:
            return None
        first, last = inside[0], inside[-1]
        before, after = max(first - 1, 0), min(last + 1, len(self.sentences) - 1)
        near = [index for index in (before, after) if self._section(index) == self._section(first) and index not in inside]
        chosen = [*(near or (before, after)), first, last]
        return _Run(self, min(chosen), max(chosen), first)

    def _section(self, index: int) -> str | None:
        return self.sentences[index][0].section


@dataclass(frozen=True, slots=True)
class _Run:
    """Sentences of a document, by their numbers; the place of `quoted` is told."""

    text: _Text
    first: int
    last: int
    quoted: int

    def meets(self, other: "_Run") -> bool:
        """Whether one begins where the other has not ended."""
        is_same = self.text.document.source.id == other.text.document.source.id
        return is_same and self.first <= other.last + 1 and other.first <= self.last + 1

    def with_(self, other: "_Run") -> "_Run":
        """Both as one."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return _Run(self.text, first, last, min(self.quoted, other.quoted))

    def as_quote(self) -> Quote:
        """The sentences as the document has them."""
        document, run = self.text.document, self.text.sentences[self.first : self.last + 1]
        start, end = run[0][1].start, run[-1][1].end
        passage, sentence = self.text.sentences[self.quoted]
        return Quote(
            text=document.text[start:end],
            source=document.source,
            start=start,
            end=end,
            locator=Locator(page=passage.page, section=passage.section, paragraph=sentence.paragraph),
            document_sha256=document.sha256,
            voice_id=None,
            oversight=any(each.oversight for _, each in run),
            suspicion=next((passage.suspicion for passage, _ in run if passage.suspicion), None),
        )


def _joined(runs: list[_Run], run: _Run) -> list[_Run]:
    """The runs and one more; those that it meets become one with it, at the place of the first."""
    met = [each for each in runs if each.meets(run)]
    if not met:
        return [*runs, run]
    for each in met:
        run = run.with_(each)
    return [run if each is met[0] else each for each in runs if each is met[0] or each not in met]


def _text(source_id: str, catalog: Catalog) -> _Text | None:
    document = catalog.document(source_id)
    if document is None:
        return None
    passages = sorted((stored.passage for stored in catalog.passages_of(source_id)), key=lambda passage: passage.start)
    sentences = {sentence.start: (passage, sentence) for passage in passages for sentence in passage.sentences}
    return _Text(document, [sentences[start] for start in sorted(sentences)])
