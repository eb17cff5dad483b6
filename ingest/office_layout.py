"""What texts from word processors and books have in common: rows of tables, and parts that no heading of another part is above."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from ingest.extraction import Block, BlockKind, Extracted, assemble
from ingest.listing import counted, listed

if TYPE_CHECKING:
    from vectorstore.passages import Section

_LINE_BLOCKS = 3  # a cell with more paragraphs than these is laid out as text, not as a table


def row_blocks(cells: Iterable[Sequence[Block]]) -> list[Block]:
    """A row of a table: one line "a | b | c", or the paragraphs one by one where cells hold running text, headings or tables."""
    filled = [cell for cell in cells if any(block.text.strip() for block in cell)]
    is_layout = any(len(cell) > _LINE_BLOCKS or any(_is_structure(block) for block in cell) for cell in filled)
    if len(filled) < 2 or is_layout:
        return [block for cell in filled for block in cell]
    return [Block(BlockKind.PARAGRAPH, " | ".join(" ".join(" ".join(block.text.split()) for block in cell) for cell in filled))]


def _is_structure(block: Block) -> bool:
    return block.kind is BlockKind.HEADING or " | " in block.text


def unread_objects(root: etree._Element, named: Mapping[str, str]) -> tuple[str, ...]:
    """What is embedded in a text and is not read, in words; `named` holds what elements with a tag are."""
    counts = Counter(named[tag] for element in root.iter(*named) if isinstance(tag := element.tag, str))
    if not counts:
        return ()
    are = "is" if counts.total() == 1 else "are"
    return (f"{listed([counted(name, count) for name, count in counts.items()])} in it {are} not read",)


def with_notes(extracted: Extracted, notes: Iterable[str]) -> Extracted:
    """A text with its notes as paragraphs at the end, under none of its headings."""
    return joined([extracted, assemble([Block(BlockKind.PARAGRAPH, note) for note in notes], {})], extracted.metadata)


def joined(parts: Iterable[Extracted], metadata: Mapping[str, object]) -> Extracted:
    """Texts as one; the headings of each part hold for that part only."""
    texts: list[str] = []
    paragraphs: list[tuple[int, int]] = []
    sections: list[Section] = []
    start = 0
    for part in parts:
        if not part.text:
            continue
        if sections:
            sections[-1] = replace(sections[-1], end=start)
        paragraphs += [(start + left, start + right) for left, right in part.paragraphs]
        sections += [replace(section, start=start + section.start, end=start + section.end) for section in part.sections]
        texts.append(part.text)
        start += len(part.text) + 2
    return Extracted("\n\n".join(texts), tuple(paragraphs), tuple(sections), metadata)
