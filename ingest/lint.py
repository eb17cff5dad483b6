"""What is suspicious in a document, reported per document; and the marks by which suspicious sentences are known from then on."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.likeness import Likeness
from ingest.machine_text import machine_spans
from vectorstore.invisible import code_points, hidden_spans, visible
from vectorstore.passages import Document, Sentence, Source, Suspicion

_TAGS = range(0xE0020, 0xE007F)
_SHOWN = 80  # characters of a detail that is taken from a document
_NAMED = 5  # kinds of invisible characters
_LINE = re.compile(r"[^\r\n\f]+")

Span = tuple[int, int]


class FindingKind(StrEnum):
    """What can be suspicious in a document, or lacking."""

    HIDDEN = "hidden"
    MACHINE = "machine"
    NO_DATE = "no_date"
    NO_PUBLISHER = "no_publisher"
    NEAR_DUPLICATE = "near_duplicate"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something suspicious, in words that can be printed; `start` and `end` tell where in the stored text, if it is there."""

    kind: FindingKind
    detail: str
    start: int | None = None
    end: int | None = None


def lint(document: Document) -> tuple[Finding, ...]:
    """What is suspicious in a document by itself.

    The text comes first, in its order, with one finding for all invisible characters of a paragraph or heading.
    """
    text = document.text
    return (
        *(finding for start, end, _ in _blocks(document) for finding in _in_text(text[start:end], start)),
        *_in_title(document.source.title),
        *_missing(document.source),
    )


def lint_not_read(not_read: Iterable[str]) -> Iterator[Finding]:
    """What to say of a document that is not all in the text."""
    return (Finding(FindingKind.NOT_READ, each) for each in not_read)


def lint_alike(alike: Iterable[Likeness]) -> Iterator[Finding]:
    """What to say of a document that is nearly the same as others."""
    return (Finding(FindingKind.NEAR_DUPLICATE, f"{each.share:.0%} the same as {each.source_id}") for each in alike)


def mark_suspicious(document: Document, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, those marked that touch something invisible or are addressed to a machine; none of those can be a caveat.

    An order goes on: what follows it in its paragraph, or in the section that it is the heading of, is marked with it.
    """
    hidden = list(hidden_spans(document.text))
    orders = list(_orders(document))
    if not hidden and not orders:
        return list(sentences)
    suspicions = ((Suspicion.MACHINE, _joined(orders)), (Suspicion.HIDDEN, hidden))
    return [_marked(sentence, suspicions) for sentence in sentences]


def _marked(sentence: Sentence, suspicions: Iterable[tuple[Suspicion, Sequence[Span]]]) -> Sentence:
    for suspicion, spans in suspicions:
        place = bisect_right(spans, sentence.end, key=lambda span: span[0]) - 1
        if place >= 0 and spans[place][1] >= sentence.start:
            return replace(sentence, suspicion=suspicion, oversight=False)
    return sentence


def _orders(document: Document) -> Iterator[Span]:
    """Where the document is addressed to a machine: from each order on to where it can no longer go on."""
    for start, end, is_paragraph in _blocks(document):
        for left, _ in machine_spans(document.text[start:end])[:1]:
            place = bisect_right(document.sections, start + left, key=lambda section: section.start) - 1
            yield start + left, end if is_paragraph or place < 0 else max(end, document.sections[place].end)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _blocks(document: Document) -> Iterator[tuple[int, int, bool]]:
    """The paragraphs, and what stands between them: the headings."""
    done = 0
    for start, end in document.paragraphs:
        yield from _headings(document.text, done, start)
        yield start, end, True
        done = end
    yield from _headings(document.text, done, len(document.text))


def _headings(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    for line in _LINE.finditer(text, start, end):
        yield *line.span(), False


def _in_text(text: str, shift: int) -> Iterator[Finding]:
    """What is found in a paragraph or a heading."""
    if hidden := list(hidden_spans(text)):
        runs = [text[start:end] for start, end in hidden]
        yield Finding(FindingKind.HIDDEN, _counted(runs), shift + hidden[0][0], shift + hidden[-1][1])
    for start, end in machine_spans(text):
        yield Finding(FindingKind.MACHINE, _shown(text[start:end]), shift + start, shift + end)


def _in_title(title: str) -> Iterator[Finding]:
    yield from (replace(each, detail=f"in its title: {each.detail}", start=None, end=None) for each in _in_text(title, 0))


def _missing(source: Source) -> Iterator[Finding]:
    if source.published is None:
        yield Finding(FindingKind.NO_DATE, "when it was published is not known; say --published")
    if source.publisher is None and source.author is None:
        yield Finding(FindingKind.NO_PUBLISHER, "who published or wrote it is not known; say --publisher or --author")


def _counted(runs: Sequence[str]) -> str:
    """How many invisible characters there are, which, and what they spell where they are letters in disguise."""
    counts = Counter("".join(runs))
    named = ", ".join(f"{code_points(char)} x {count}" for char, count in counts.most_common(_NAMED))
    rest = ", …" if len(counts) > _NAMED else ""
    spelt = "".join(chr(ord(char) - _TAGS.start + ord(" ")) for run in runs for char in run if ord(char) in _TAGS)
    return f"{counts.total()} invisible: {named}{rest}" + (f", spelling {_shown(spelt)!r}" if spelt else "")


def _shown(text: str) -> str:
    """The beginning of a text of a document, in characters that can be printed."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in visible(text)).split())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
