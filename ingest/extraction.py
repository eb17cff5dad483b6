"""What every loader produces: the stored text with its paragraphs and sections, and what the file says of itself."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from vectorstore.passages import Section


class RefusedError(Exception):
    """A document that cannot be ingested; the message is the reason, with the next step."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file as it will be stored, and the metadata found in the file.

    Where a file has pages, no section crosses one, and `page_labels` holds what each page calls itself ("iv"), or
    nothing where that is its number. `not_read` tells what of the file is not in the text, each in words for people.
    """

    text: str
    paragraphs: tuple[tuple[int, int], ...]
    sections: tuple[Section, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)
    page_labels: tuple[str, ...] = ()
    not_read: tuple[str, ...] = ()


class BlockKind(Enum):
    """What a block of marked-up text is."""

    HEADING = auto()
    PARAGRAPH = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (with its level, 1 is the highest) or a paragraph, without markup."""

    kind: BlockKind
    text: str
    level: int = 0


def assemble(blocks: Iterable[Block], metadata: Mapping[str, object]) -> Extracted:
    """The stored text of marked-up documents: the blocks' own words with a blank line between them."""
    parts: list[str] = []
    spans: list[tuple[Block, int, int]] = []
    position = 0
    for block in blocks:
        text = " ".join(block.text.split())
        if not text:
            continue
        spans.append((block, position, position + len(text)))
        parts.append(text)
        position += len(text) + 2
    text = "\n\n".join(parts)
    paragraphs = tuple((start, end) for block, start, end in spans if block.kind is BlockKind.PARAGRAPH)
    headings = [(start, block.level, text[start:end]) for block, start, end in spans if block.kind is BlockKind.HEADING]
    return Extracted(text, paragraphs, sections_from(headings, len(text)), metadata)


def sections_from(headings: Iterable[tuple[int, int, str]], length: int) -> tuple[Section, ...]:
    """Sections from (offset, level, heading) in order; together they cover the text."""
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    start = 0
    for offset, level, heading in headings:
        if offset > start:
            sections.append(Section(start, offset, tuple(name for _, name in path)))
        path = [(above, name) for above, name in path if above < level] + [(level, heading)]
        start = offset
    if length > start:
        sections.append(Section(start, length, tuple(name for _, name in path)))
    return tuple(sections)


def on_pages(sections: Iterable[Section], starts: Sequence[int]) -> tuple[Section, ...]:
    """The same sections, cut where a page begins, each with the 1-based number of its page; page n begins at `starts[n - 1]`."""
    cut = []
    for section in sections:
        first, last = bisect_right(starts, section.start), bisect_left(starts, section.end)
        bounds = [section.start, *starts[first:last], section.end]
        cut += [
            Section(start, end, section.path, page)
            for page, (start, end) in enumerate(pairwise(bounds), start=max(first, 1))
            if start < end
        ]
    return tuple(cut)
