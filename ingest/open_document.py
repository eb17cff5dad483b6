"""OpenDocument texts (.odt): what a reader of the last version would read, in reading order.

Deleted words, comments, hidden sections and tables of contents are left out; notes come at the end. Charts and other embedded
objects are told of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from ingest.archives import Archive
from ingest.extraction import Block, BlockKind, Extracted, RefusedError, assemble
from ingest.office_layout import row_blocks, unread_objects, with_notes

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_TEXT_TYPES = ("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text-template")
_TITLE_LEVEL = 1


def _tag(name: str) -> str:
    space, _, local = name.partition(":")
    return f"{{{_SPACES[space]}}}{local}"


def _tags(names: str) -> frozenset[str]:
    return frozenset(map(_tag, names.split()))


_DRAWN = f"{{{_SPACES['draw']}}}"
_PARAGRAPHS = _tags("text:p text:h")
_GAPS = _tags("text:s text:tab text:line-break")
_LEFT_OUT = _tags(
    "text:tracked-changes office:annotation office:annotation-end office:forms text:table-of-content text:illustration-index "
    "text:table-index text:object-index text:user-index text:alphabetical-index text:bibliography text:ruby-text text:hidden-text "
    "text:hidden-paragraph text:variable-decls text:sequence-decls text:user-field-decls text:note-citation svg:title svg:desc"
)
_UNREAD = dict.fromkeys(map(_tag, ("draw:object", "draw:object-ole")), "embedded object")
_ROW_GROUPS = _tags("table:table-header-rows table:table-rows table:table-row-group")


@dataclass(slots=True)
class _Reading:
    """What is known while a document is read: the styles of titles, and the notes so far."""

    titles: frozenset[str]
    notes: list[etree._Element] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """The words of a paragraph so far, and the text boxes in it."""

    words: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


def extract_open_document(data: bytes) -> Extracted:
    """Headings become sections, paragraphs and list items paragraphs, tables a paragraph per row.

    Raises:
        RefusedError: it is no OpenDocument text, or one that is damaged or protected.
    """
    with Archive(data) as archive:
        _check(archive)
        content = archive.read_xml("content.xml")
        styles = [content, archive.read_xml("styles.xml")] if "styles.xml" in archive else [content]
        said = _metadata(archive.read_xml("meta.xml")) if "meta.xml" in archive else {}
    body = content.find(f"{_tag('office:body')}/{_tag('office:text')}")
    if body is None:
        raise RefusedError("it is no text document; save the text as .odt and try again")
    reading = _Reading(_titles(styles))
    blocks = list(_blocks(body, reading))
    first = next((block for block in blocks if block.text.strip()), None)
    heading = first.text if first and first.kind is BlockKind.HEADING else None
    extracted = assemble(blocks, {**said, "title": said.get("title") or heading})
    extracted = with_notes(extracted, [_note(note, reading) for note in reading.notes])
    return replace(extracted, not_read=unread_objects(body, _UNREAD))


def _check(archive: Archive) -> None:
    kind = archive.read("mimetype").decode("ascii", "backslashreplace").strip() if "mimetype" in archive else _TEXT_TYPES[0]
    if kind not in _TEXT_TYPES:
        raise RefusedError(f"it is no text document but {kind[:80]!r}; save the text as .odt and try again")
    if "META-INF/manifest.xml" in archive:
        manifest = archive.read_xml("META-INF/manifest.xml")
        if manifest.find(f".//{_tag('manifest:encryption-data')}") is not None:
            raise RefusedError("it is protected with a password; save it without and try again")


def _blocks(container: etree._Element, reading: _Reading) -> Iterator[Block]:
    """The blocks of a body, a section, a list, a cell, a text box or a note."""
    for element in container:
        if element.tag in _LEFT_OUT or not isinstance(element.tag, str) or element.get(_tag("text:display")) == "none":
            continue
        if element.tag in _PARAGRAPHS:
            line = _Line()
            _read(element, line, reading)
            yield _block(element, "".join(line.words), reading)
            for box in line.boxes:
                yield from _blocks(box, reading)
        elif element.tag == _tag("table:table"):
            for row in _rows(element):
                yield from row_blocks([list(_blocks(cell, reading)) for cell in row.iterchildren(_tag("table:table-cell"))])
        else:
            yield from _blocks(element, reading)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == _tag("table:table-row"):
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from _rows(child)


def _block(element: etree._Element, text: str, reading: _Reading) -> Block:
    if element.get(_tag("text:style-name")) in reading.titles:
        return Block(BlockKind.HEADING, text, _TITLE_LEVEL)
    if element.tag == _tag("text:h"):
        level = element.get(_tag("text:outline-level"), "")
        return Block(BlockKind.HEADING, text, _TITLE_LEVEL + (int(level) if level.isascii() and level.isdigit() else 1))
    return Block(BlockKind.PARAGRAPH, text)


def _read(element: etree._Element, line: _Line, reading: _Reading) -> None:
    line.words.append(element.text or "")
    for child in element:
        if child.tag in _GAPS:
            line.words.append(" ")
        elif child.tag == _tag("text:note"):
            reading.notes.append(child)
        elif isinstance(child.tag, str) and child.tag.startswith(_DRAWN):
            line.boxes.append(child)
        elif child.tag not in _LEFT_OUT and isinstance(child.tag, str) and child.get(_tag("text:display")) != "none":
            _read(child, line, reading)
        line.words.append(child.tail or "")


def _note(note: etree._Element, reading: _Reading) -> str:
    return " ".join(block.text for block in _blocks(note, reading))


def _titles(roots: Sequence[etree._Element]) -> frozenset[str]:
    """The names of the styles of a title: the one that is called so, and those that are based on it."""
    named = [style for root in roots for style in root.iter(_tag("style:style"))]
    titles = {"Title"}
    for _ in range(2):  # an automatic style is based on a named one, and that may be on Title
        titles |= {style.get(_tag("style:name"), "") for style in named if style.get(_tag("style:parent-style-name")) in titles}
    return frozenset(titles)


def _metadata(root: etree._Element) -> Mapping[str, object]:
    def said(*names: str) -> str | None:
        found = (root.findtext(f".//{_tag(name)}") for name in names)
        return next((text.strip() for text in found if text and text.strip()), None)

    return {
        "title": said("dc:title"),
        "author": said("meta:initial-creator", "dc:creator"),
        "published": (said("dc:date", "meta:creation-date") or "")[:10] or None,
        "language": (said("dc:language") or "")[:2].lower() or None,
    }
