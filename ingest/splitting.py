"""A document cut into sentences, and sentences joined into passages. Nothing is changed, only measured."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from sentencex import get_sentence_boundaries

from vectorstore.languages import STOP_WORDS
from vectorstore.passages import (
    Document,
    Passage,
    Section,
    Sentence,
    embedded_text,
    passage_ids,
)
from vectorstore.standing import begins_dependent

_TARGET_WORDS = 70  # a passage of about 100 word pieces: what the bundled model was trained on
_MAX_WORDS = 110  # where the next sentence cannot be understood without those before it
_MAX_SENTENCE_CHARS = 1_500
_LONG_SENTENCE_CUT = re.compile(r"(?<=[;:,])\s+|\s+")
_FULL_STOP = re.compile(r"\b([^\W\d_]+)\.\s+(?=[«“\"‘']?[A-ZÀ-Ý])")
_NO_ABBREVIATIONS = STOP_WORDS["nl"] | STOP_WORDS["en"] | {"pas", "nl"}
_CONTINUES = re.compile(r"\s*[a-zà-ÿ(,;:)\]]")
_NOTE_MARK = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\s|$)")
_FOLLOWS_STOP = re.compile(r"\w[.?!]\s+(?:([a-zà-ÿ])|[A-ZÀ-Ý])")
_LONGEST_ABBREVIATION = 8  # letters, with the full stop and some to spare
_ABBREVIATED = re.compile(
    r"(?:\b(?:[a-z]\.)+[a-z]|\b(?:art|bijv|blz|bv|ca|dhr|dr|drs|evt|excl|incl|ing|ir|max|mevr|min|mr|nr|prof|resp|st|tel|vgl|zgn))\.\s*$",
    re.IGNORECASE,
)


def split_sentences(document: Document) -> list[Sentence]:
    """The sentences of the running text, in order; together they hold every character but white space."""
    sentences = []
    language, has_capitals = document.source.language, _has_capitals(document.text)
    for number, (start, end) in enumerate(document.paragraphs, start=1):
        for left, right in _boundaries(document.text[start:end], language, has_capitals=has_capitals):
            sentences.append(Sentence(start + left, start + right, number))
    return sentences


def group_passages(document: Document, sentences: Sequence[Sentence]) -> list[Passage]:
    """Runs of whole sentences of about 70 words that stay within one section, and do not part "Dit zou …" from what it is about."""
    runs = [(section, run) for section, within in _by_section(document, sentences) for run in _runs(document, within)]
    texts = [document.text[run[0].start : run[-1].end] for _, run in runs]
    contexts = [". ".join(dict.fromkeys([document.source.title, *section.path])) for section, _ in runs]
    ids = passage_ids(document.source.id, [embedded_text(*pair) for pair in zip(contexts, texts, strict=True)])
    return [
        Passage(
            id=passage_id,
            source_id=document.source.id,
            start=run[0].start,
            end=run[-1].end,
            text=text,
            sentences=tuple(run),
            context=context,
            section=section.heading,
            page=section.page,
        )
        for passage_id, (section, run), text, context in zip(ids, runs, texts, contexts, strict=True)
    ]


def _has_capitals(text: str) -> bool:
    """Whether sentences begin with a capital, as they do in all but text that was put in lower case."""
    starts = _FOLLOWS_STOP.findall(text)
    return sum(map(bool, starts)) * 2 <= len(starts)


def _boundaries(text: str, language: str, *, has_capitals: bool) -> Iterator[tuple[int, int]]:
    pending: tuple[int, int] | None = None
    for start, end in _segments(text, language):
        if pending and (mark := _NOTE_MARK.match(text, start, end)):  # it belongs to the sentence that it stands behind
            pending = (pending[0], mark.end())
            start = _stripped(text, mark.end(), end)[0]  # noqa: PLW2901
            if start == end:
                continue
        # "o.a. voor": a sentence does not begin in lower case, and a lone "1." belongs to what follows.
        continues = _CONTINUES.match(text, start) and (has_capitals or _is_abbreviated(text, start))
        if pending and (continues or _is_number(text[slice(*pending)])):
            pending = (pending[0], end)
        else:
            if pending:
                yield from _not_too_long(text, *pending)
            pending = (start, end)
    if pending:
        yield from _not_too_long(text, *pending)


def _is_abbreviated(text: str, end: int) -> bool:
    """Whether an abbreviation ends there; only the last letters are looked at, as a paragraph can be all of a long text."""
    while end and text[end - 1].isspace():
        end -= 1
    return _ABBREVIATED.search(text, max(end - _LONGEST_ABBREVIATION, 0), end) is not None


def _segments(text: str, language: str) -> Iterator[tuple[int, int]]:
    """The spans between sentence ends, as sentencex finds them and at the ends that it takes for abbreviations ("dat.")."""
    for boundary in get_sentence_boundaries(language, text):
        start, end = _stripped(text, boundary["start_index"], boundary["end_index"])
        for match in _FULL_STOP.finditer(text, start, end):
            if match.group(1).lower() in _NO_ABBREVIATIONS:
                yield start, match.end(1) + 1
                start = match.end()
        if start < end:
            yield start, end


def _not_too_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Text without full stops is cut at a comma or a space, so that a quotation stays a quotation."""
    while end - start > _MAX_SENTENCE_CHARS:
        cuts = [
            match.start()
            for match in _LONG_SENTENCE_CUT.finditer(text, start + _MAX_SENTENCE_CHARS // 2, start + _MAX_SENTENCE_CHARS)
        ]
        cut = cuts[-1] if cuts else start + _MAX_SENTENCE_CHARS
        yield start, cut
        start = _stripped(text, cut, end)[0]
    yield start, end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]", text) is not None


def _by_section(document: Document, sentences: Sequence[Sentence]) -> Iterator[tuple[Section, list[Sentence]]]:
    """Each section with the sentences that begin in it."""
    starts = [section.start for section in document.sections]
    within: list[list[Sentence]] = [[] for _ in starts]
    for sentence in sentences:
        within[bisect_right(starts, sentence.start) - 1].append(sentence)
    return zip(document.sections, within, strict=True)


def _runs(document: Document, sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    run: list[Sentence] = []
    words = 0
    for sentence in sentences:
        length = len(document.text[sentence.start : sentence.end].split())
        leans = run and _belongs(document, run[-1], sentence)
        if run and words + length > (_MAX_WORDS if leans else _TARGET_WORDS):
            yield run
            run, words = [], 0
        run.append(sentence)
        words += length
    if run:
        yield run


def _belongs(document: Document, before: Sentence, sentence: Sentence) -> bool:
    """Whether a sentence points back to the one before it, or is what that one announces."""
    points_back = sentence.paragraph == before.paragraph and begins_dependent(document.text[sentence.start : sentence.end])
    return points_back or document.text[before.start : before.end].endswith(":")
