"""A quotation in the text around it: the sentences before and after it come along, under nobody's name."""

from bot.remembered import QuotePlace
from vectorstore.catalog import Catalog
from vectorstore.passages import Locator, Passage, Quote


def place_of(quote: Quote) -> QuotePlace:
    """The place of a quotation."""
    return QuotePlace(quote.source.id, quote.start, quote.end, quote.document_sha256, quote.voice_id)


def surrounded(place: QuotePlace, catalog: Catalog) -> Quote | None:
    """The quotation with the sentence before and the one after it; None where its document is gone, or has another text now.

    What stands around it may be somebody else's, so the whole has no voice.
    """
    document = catalog.document(place.source_id)
    if document is None or document.sha256 != place.document_sha256:
        return None
    sentences = [(passage, sentence) for passage in _passages(place, catalog) for sentence in passage.sentences]
    inside = [index for index, (_, each) in enumerate(sentences) if each.start < place.end and each.end > place.start]
    if not inside:
        return None
    run = sentences[max(inside[0] - 1, 0) : inside[-1] + 2]
    start, end = run[0][1].start, run[-1][1].end
    first, sentence = sentences[inside[0]]
    suspicions = [passage.suspicion for passage, _ in run if passage.suspicion]
    return Quote(
        text=document.text[start:end],
        source=document.source,
        start=start,
        end=end,
        locator=Locator(page=first.page, section=first.section, paragraph=sentence.paragraph),
        document_sha256=document.sha256,
        voice_id=None,
        oversight=any(each.oversight for _, each in run),
        suspicion=suspicions[0] if suspicions else None,
    )


def _passages(place: QuotePlace, catalog: Catalog) -> list[Passage]:
    passages = [stored.passage for stored in catalog.passages_of(place.source_id)]
    return sorted(passages, key=lambda passage: passage.start)
