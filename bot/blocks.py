"""What an answer is shown in: blocks, a pure form that a terminal, a pipe and a chat each lay out in their own way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is; a front end decides how that looks."""

    MESSAGE = "message"
    READ_AS = "read_as"
    HEADING = "heading"
    SENTENCE = "sentence"
    QUOTE = "quote"
    SILENT = "silent"
    NOTE = "note"
    NEAREST_HEADING = "nearest_heading"
    NEAREST = "nearest"
    CAVEAT_HEADING = "caveat_heading"
    CAVEAT = "caveat"
    SOURCES_HEADING = "sources_heading"
    SOURCE = "source"
    SOURCE_NOTE = "source_note"
    EDITION = "edition"
    SUGGESTIONS_HEADING = "suggestions_heading"
    SUGGESTION = "suggestion"


HEADINGS = frozenset(
    {
        BlockKind.HEADING,
        BlockKind.NEAREST_HEADING,
        BlockKind.CAVEAT_HEADING,
        BlockKind.SOURCES_HEADING,
        BlockKind.SUGGESTIONS_HEADING,
    }
)
INDENTS: Mapping[BlockKind, int] = {
    BlockKind.SENTENCE: 2,
    BlockKind.QUOTE: 2,
    BlockKind.NEAREST: 2,
    BlockKind.CAVEAT: 2,
    BlockKind.SOURCE: 2,
    BlockKind.SOURCE_NOTE: 6,
    BlockKind.SUGGESTION: 2,
}
"""How far a block stands in; one that is not here begins at the margin."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an answer that stands on lines of its own; the words of a quote are in `text` byte for byte.

    `link` is the address of a source and is no part of `text`; `deep_link` opens the original, at the place that is quoted
    where that can be said. A front end with links makes one of the code points `linked` of the text, and one that can print
    bold does so with the code points in `strong`.
    """

    kind: BlockKind
    text: str
    link: str | None = None
    deep_link: str | None = None
    linked: tuple[int, int] | None = None
    strong: tuple[tuple[int, int], ...] = ()

    @property
    def with_link(self) -> str:
        """The text, and the address behind it where there is one."""
        return f"{self.text} — {self.link}" if self.link else self.text

    @property
    def is_set_apart(self) -> bool:
        """Whether an empty line goes before it: not inside a list, and the edition ends the sources."""
        return self.kind not in INDENTS and self.kind is not BlockKind.EDITION


def blocks_as_text(blocks: Iterable[Block]) -> str:
    """Blocks as a pipe gets them: nothing wrapped, no colour."""
    lines: list[str] = []
    for block in blocks:
        if block.is_set_apart and lines:
            lines.append("")
        lines.append(" " * INDENTS.get(block.kind, 0) + block.with_link)
    return "\n".join(lines)


def printable(text: str) -> str:
    """Text that cannot steer a terminal, on one line: control, escape and direction characters become spaces."""
    return "".join(char if char.isprintable() else " " for char in text)


def printable_lines(text: str) -> str:
    """Text that cannot steer a terminal, with its line breaks: for what the bot itself says, and for nothing that it was told."""
    return "\n".join(printable(line).rstrip() for line in text.strip().split("\n"))
