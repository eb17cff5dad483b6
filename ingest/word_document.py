"""Word documents (.docx): what a reader of the last version would read, in reading order.

Inserted words are in and deleted ones out, fields give their results, notes come at the end. Comments, headers, footers, hidden
words and tables of contents are left out; charts, diagrams and embedded objects are told of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

from ingest.archives import Archive, check_no_doctype, parse_xml
from ingest.extraction import Block, BlockKind, Extracted, RefusedError, assemble
from ingest.office_layout import row_blocks, unread_objects, with_notes
from ingest.word_styles import WORD, Styles, read_styles

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.opc.rel import _Relationship

_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT = b"http://purl.oclc.org/ooxml/"
_TEMPLATE_DATE = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # that of every document that python-docx makes
_NO_WORD = "it is no Word document, or a damaged one; open it in Word and save it as .docx again"
_ALTERNATIVES = f"{_CHOICE}AlternateContent"


def _tags(names: str) -> frozenset[str]:
    return frozenset(WORD + name for name in names.split())


_WORDS = {f"{WORD}t", f"{_MATHS}t"}
_FLOW, _ROWS, _CELLS = _tags("p tbl"), _tags("tr"), _tags("tc")
_SPACES = _tags("tab br cr ptab")
_NOTES = _tags("footnoteReference endnoteReference")
_WRAPPERS = _tags("sdt sdtContent customXml ins moveTo") | {_ALTERNATIVES, f"{_CHOICE}Choice", f"{_CHOICE}Fallback"}
_UNREAD = {
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart": "chart",
    "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart": "chart",
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds": "diagram",
    "{urn:schemas-microsoft-com:office:office}OLEObject": "embedded object",
    f"{WORD}altChunk": "embedded document",
    f"{WORD}subDoc": "embedded document",
}
_LEFT_OUT = _tags("pPr rPr sdtPr sdtEndPr del moveFrom delText instrText delInstrText rt")


@dataclass(slots=True)
class _Reading:
    """What is known while a document is read: its styles, and the notes referred to so far."""

    styles: Styles
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """The words of a paragraph so far, the text boxes in it, and for each open field whether its code is being read."""

    words: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)


def extract_word(data: bytes) -> Extracted:
    """Headings become sections, paragraphs and list items paragraphs, tables a paragraph per row.

    Raises:
        RefusedError: it is no Word document, or one that is damaged or protected.
    """
    import docx

    with Archive(data) as archive:
        _check(archive)
    try:
        document = docx.Document(BytesIO(data))
        reading, body = _Reading(read_styles(document)), document.element.body
    except (AttributeError, KeyError, TypeError, ValueError, etree.XMLSyntaxError) as error:
        raise RefusedError(_NO_WORD) from error
    blocks = list(_blocks(body, reading))
    extracted = with_notes(assemble(blocks, _metadata(document, blocks)), list(_notes(document, reading)))
    return replace(extracted, not_read=unread_objects(body, _UNREAD))


def _check(archive: Archive) -> None:
    if "[Content_Types].xml" not in archive:
        raise RefusedError(_NO_WORD)
    for name in archive.names:
        if name.endswith((".xml", ".rels")):
            check_no_doctype(archive.read(name), name)
    if "_rels/.rels" in archive and _STRICT in archive.read("_rels/.rels"):
        raise RefusedError("it is saved as Strict Open XML; save it as an ordinary Word document (.docx)")


def _blocks(container: etree._Element, reading: _Reading) -> Iterator[Block]:
    """The blocks of a body, a cell, a text box or a note."""
    before = ""
    for element in _within(container, _FLOW):
        if element.tag == f"{WORD}tbl":
            if before:
                yield Block(BlockKind.PARAGRAPH, before)
                before = ""
            yield from _table(element, reading)
            continue
        line = _Line()
        _read(element, line, reading)
        text = before + "".join(line.words)
        before = text if _is_joined_to_next(element) else ""
        if not before and not reading.styles.is_contents(element):
            yield _block(text, reading.styles.level(element))
        for box in line.boxes:
            yield from _blocks(box, reading)
    if before:
        yield Block(BlockKind.PARAGRAPH, before)


def _block(text: str, level: int | None) -> Block:
    return Block(BlockKind.PARAGRAPH, text) if level is None else Block(BlockKind.HEADING, text, level)


def _is_joined_to_next(paragraph: etree._Element) -> bool:
    """Whether the end of a paragraph was deleted, or moved away, so that the next one goes on in it."""
    marks = (paragraph.find(f"{WORD}pPr/{WORD}rPr/{WORD}{name}") for name in ("del", "moveFrom"))
    return any(mark is not None for mark in marks)


def _table(table: etree._Element, reading: _Reading) -> Iterator[Block]:
    for row in _within(table, _ROWS):
        if row.find(f"{WORD}trPr/{WORD}del") is None:
            yield from row_blocks([list(_blocks(cell, reading)) for cell in _within(row, _CELLS) if not _is_no_cell(cell)])


def _is_no_cell(cell: etree._Element) -> bool:
    """Whether a cell is the continuation of the one above it, or was deleted."""
    merged = cell.find(f"{WORD}tcPr/{WORD}vMerge")
    is_continued = merged is not None and merged.get(f"{WORD}val", "continue") == "continue"
    return is_continued or cell.find(f"{WORD}tcPr/{WORD}cellDel") is not None


def _within(element: etree._Element, wanted: frozenset[str]) -> Iterator[etree._Element]:
    """The wanted elements in an element, also those that content controls and the like are wrapped around."""
    for child in _chosen(element):
        if child.tag in wanted:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _within(child, wanted)


def _chosen(element: etree._Element) -> list[etree._Element]:
    """The children; of alternatives only the first, as the others say the same for older programs."""
    return list(element[:1] if element.tag == _ALTERNATIVES else element)


def _read(element: etree._Element, line: _Line, reading: _Reading) -> None:
    for child in _chosen(element):
        tag = child.tag
        if tag in _LEFT_OUT or not isinstance(tag, str) or _is_hidden(child):
            continue
        if tag in _WORDS:
            line.words.append("" if any(line.fields) else child.text or "")
        elif tag in _SPACES:
            line.words.append(" ")
        elif tag == f"{WORD}noBreakHyphen":
            line.words.append("-")
        elif tag == f"{WORD}fldChar":
            _step(line.fields, child.get(f"{WORD}fldCharType"))
        elif tag in _NOTES:
            reading.notes.append((etree.QName(child).localname.removesuffix("Reference"), child.get(f"{WORD}id", "")))
        elif tag == f"{WORD}txbxContent":
            line.boxes.append(child)
        else:
            _read(child, line, reading)


def _step(fields: list[bool], kind: str | None) -> None:
    if kind == "begin":
        fields.append(True)
    elif kind == "separate" and fields:
        fields[-1] = False
    elif kind == "end" and fields:
        fields.pop()


def _is_hidden(element: etree._Element) -> bool:
    hidden = element.find(f"{WORD}rPr/{WORD}vanish") if element.tag == f"{WORD}r" else None
    return hidden is not None and hidden.get(f"{WORD}val", "true") not in {"false", "0", "off"}


def _notes(document: "WordDocument", reading: _Reading) -> Iterator[str]:
    """The notes in the order in which the text refers to them, footnotes before endnotes."""
    for kind in ("footnote", "endnote"):
        parts = [each for each in document.part.rels.values() if _is(each, f"{kind}s") and not each.is_external]
        notes = [note for part in parts for note in parse_xml(part.target_part.blob, f"{kind}s").iter(WORD + kind)]
        known = {note.get(f"{WORD}id"): note for note in notes}
        for number in dict.fromkeys(number for of_kind, number in reading.notes if of_kind == kind):
            if number in known:
                yield " ".join(block.text for block in _blocks(known[number], reading))


def _is(relation: "_Relationship", kind: str) -> bool:
    return (relation.reltype or "").endswith(f"/{kind}")


def _metadata(document: "WordDocument", blocks: list[Block]) -> Mapping[str, object]:
    first = next((block for block in blocks if block.text.strip()), None)
    heading = first.text if first and first.kind is BlockKind.HEADING else None
    if not any(_is(each, "core-properties") for each in document.part.package.rels.values()):
        return {"title": heading}  # python-docx would make up properties, with the date of today
    core = document.core_properties
    return {
        "title": core.title.strip() or heading,
        "author": core.author,
        "published": None if core.modified == _TEMPLATE_DATE else core.modified or core.created,
        "language": core.language[:2].lower() or None,
    }
