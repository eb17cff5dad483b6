"""Quotes: cut from the stored text, never put together."""

import re
from collections.abc import Sequence

from vectorstore.catalog import Catalog
from vectorstore.passages import Locator, Passage, Quote, Sentence
from vectorstore.standing import begins_dependent

MAX_SENTENCES = 3
"""The most that one quote holds."""
_ANSWERS = re.compile(r"(?:Antwoord|Answer|A)\b\s*:|(?:Ja|Nee|Yes|No)\b[,.]", re.IGNORECASE)


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
        suspicion=passage.suspicion,
    )


def with_context(passage: Passage, sentence: Sentence) -> list[Sentence]:
    """The sentence with what it needs to be understood, three sentences at most.

    "Dit zou …" takes the sentences before it along, as far as they are in its paragraph; an item of a list takes the words
    that announce the list, an answer the question that it is given to; one that ends in a colon takes what it
    announces. Nobody else's words come along.
    """
    index = passage.sentences.index(sentence)
    first, last = index, index
    while first > 0 and last - first + 1 < MAX_SENTENCES and _leans_on(passage, first):
        before = passage.sentences[first - 1]
        if before.voices and before.voices != sentence.voices:
            break
        first -= 1
    if passage.text_of(sentence).endswith(":"):
        for after in passage.sentences[last + 1 : first + MAX_SENTENCES]:
            if after.voices != sentence.voices:
                break
            last += 1
    return list(passage.sentences[first : last + 1])


def joined(passage: Passage, run: Sequence[Sentence], other: Sentence) -> list[Sentence] | None:
    """A run of sentences with one that stands right before or after it, where that makes one quote; otherwise None."""
    sentences = list(passage.sentences)
    first, last, place = sentences.index(run[0]), sentences.index(run[-1]), sentences.index(other)
    is_beside = place in {first - 1, last + 1} and last - first + 2 <= MAX_SENTENCES
    if not is_beside or any(each.voices != other.voices or each.paragraph != other.paragraph for each in run):
        return None
    return sentences[min(first, place) : max(last, place) + 1]


def _leans_on(passage: Passage, index: int) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    sentence, before = passage.sentences[index], passage.sentences[index - 1]
    text, earlier = passage.text_of(sentence), passage.text_of(before)
    if earlier.endswith("?"):  # who is known to answer did not ask it
        return not sentence.voices and _ANSWERS.match(text) is not None
    if earlier.endswith(":"):
        return True
    return before.paragraph == sentence.paragraph and begins_dependent(text)
