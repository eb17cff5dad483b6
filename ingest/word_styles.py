"""The styles of a Word document: which paragraphs are headings, and which belong to a table of contents."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"(?:heading|kop|überschrift|titre)[ _]?([1-9])")
_TITLE = re.compile(r"title|titel")
_CONTENTS = re.compile(r"(?:toc|inhopg|table of figures|lijst met afbeeldingen)(?:[ _]?(?:\d|heading))?|kopvaninhoudsopgave")
_TITLE_LEVEL = 1  # a title stands above the headings of the first level
_BODY_TEXT = 9  # the outline level of what is no heading


@dataclass(frozen=True, slots=True)
class Styles:
    """The level of the headings by the id of their style, and the ids of the styles of tables of contents."""

    levels: Mapping[str, int]
    contents: frozenset[str]

    def level(self, paragraph: etree._Element) -> int | None:
        """The level of a heading, 1 being the highest; None for a paragraph that is no heading."""
        own = _number(paragraph.find(f"{WORD}pPr/{WORD}outlineLvl"))
        if own is not None:
            return own + _TITLE_LEVEL + 1 if own < _BODY_TEXT else None
        return self.levels.get(_style(paragraph))

    def is_contents(self, paragraph: etree._Element) -> bool:
        """Whether a paragraph is a line of a table of contents."""
        return _style(paragraph) in self.contents


def read_styles(document: "WordDocument") -> Styles:
    """What the styles of a document say of its paragraphs."""
    styles = {style.get(f"{WORD}styleId", ""): style for style in document.styles.element.iter(f"{WORD}style")}
    levels = {name: level for name in styles if (level := _level(name, styles)) is not None}
    return Styles(levels, frozenset(name for name, style in styles.items() if _CONTENTS.fullmatch(_name(style))))


def _level(name: str, styles: Mapping[str, etree._Element]) -> int | None:
    for style in _lineage(name, styles):
        if found := _HEADING.fullmatch(_name(style)):
            return int(found.group(1)) + _TITLE_LEVEL
        if _TITLE.fullmatch(_name(style)):
            return _TITLE_LEVEL
        level = _number(style.find(f"{WORD}pPr/{WORD}outlineLvl"))
        if level is not None:
            return level + _TITLE_LEVEL + 1 if level < _BODY_TEXT else None
    return None


def _lineage(name: str | None, styles: Mapping[str, etree._Element]) -> Iterator[etree._Element]:
    """A style and those that it is based on; a circle ends where it began."""
    seen: set[str] = set()
    while name is not None and name in styles and name not in seen:
        seen.add(name)
        yield styles[name]
        name = _value(styles[name].find(f"{WORD}basedOn"))


def _name(style: etree._Element) -> str:
    return (_value(style.find(f"{WORD}name")) or "").casefold()


def _style(paragraph: etree._Element) -> str:
    return _value(paragraph.find(f"{WORD}pPr/{WORD}pStyle")) or ""


def _value(element: etree._Element | None) -> str | None:
    return None if element is None else element.get(f"{WORD}val")


def _number(element: etree._Element | None) -> int | None:
    value = _value(element)
    return int(value) if value and value.isascii() and value.isdigit() else None
