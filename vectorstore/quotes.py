"""Quotes: cut from the stored text, never put together."""

from collections.abc import Sequence

from vectorstore.catalog import Catalog
from vectorstore.passages import Locator, Passage, Quote, Sentence
from vectorstore.standing import begins_dependent

_MAX_SENTENCES = 3


def quote_sentences(passage: Passage, sentences: Sequence[Sentence], catalog: Catalog, voice_id: str | None = None) -> Quote:
    """The span from the first to the last of a run of sentences of a passage, as a quote.

    Without `voice_id` it stands under the first voice of the last sentence that has one.
    """
    source = catalog.source(passage.source_id)
    if source is None:
        raise KeyError(passage.source_id)
    start, end = sentences[0].start, sentences[-1].end
    voices = next((sentence.voices for sentence in reversed(sentences) if sentence.voices), ())
    return Quote(
        text=passage.text[start - passage.start : end - passage.start],
        source=source,
        start=start,
        end=end,
        locator=Locator(page=passage.page, section=passage.section, paragraph=sentences[0].paragraph),
        document_sha256=catalog.sha256(source.id),
        voice_id=voice_id or (voices[0] if voices else None),
        oversight=any(sentence.oversight for sentence in sentences),
    )


def with_context(passage: Passage, sentence: Sentence) -> list[Sentence]:
    """The sentence with what it needs to be understood, three sentences at most.

    "Dit zou …" takes the sentences before it along, as far as they are in its paragraph; one that ends in a colon takes
    what it announces. Nobody else's words come along.
    """
    index = passage.sentences.index(sentence)
    first, last = index, index
    while first > 0 and last - first + 1 < _MAX_SENTENCES and begins_dependent(passage.text_of(passage.sentences[first])):
        before = passage.sentences[first - 1]
        if before.paragraph != sentence.paragraph or (before.voices and before.voices != sentence.voices):
            break
        first -= 1
    if passage.text_of(sentence).endswith(":"):
        for after in passage.sentences[last + 1 : first + _MAX_SENTENCES]:
            if after.voices != sentence.voices:
                break
            last += 1
    return list(passage.sentences[first : last + 1])
