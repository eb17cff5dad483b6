"""Word, OpenDocument and EPUB: what a reader of the last version reads is what is stored, in reading order."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest

from ingest.epub import extract_epub
from ingest.extraction import Extracted, RefusedError
from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.open_document import extract_open_document
from ingest.origins import Origin
from ingest.word_document import extract_word
from tests.office_files import book, container, open_document, open_parts, page, word, word_parts
from vectorstore.debate import Debate


def by_section(extracted: Extracted) -> list[tuple[tuple[str, ...], list[str]]]:
    """The paragraphs under each path of headings; checks that sections and paragraphs cover what they should."""
    starts = [section.start for section in extracted.sections]
    assert [0, *(section.end for section in extracted.sections)] == [*starts, len(extracted.text)]
    return [
        (section.path, [extracted.text[start:end] for start, end in extracted.paragraphs if section.start <= start < section.end])
        for section in extracted.sections
    ]


def lines(extracted: Extracted) -> list[str]:
    """The paragraphs."""
    return [extracted.text[start:end] for start, end in extracted.paragraphs]


def made_with_python_docx() -> bytes:
    """A Word document with a title, headings, a list, a table with merged cells and one within it, and properties."""
    document = docx.Document()
    document.add_heading("Het plan", 0)
    document.add_paragraph("De inleiding.\tMet een tab\nen een regel.")
    document.add_heading("Eerste deel", 1)
    document.add_paragraph("Punt één.", style="List Bullet")
    table = document.add_table(rows=3, cols=3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"c{number}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "breed"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "hoog"
    inner = table.cell(1, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "binnen"
    document.add_heading("Onderdeel", 2)
    document.add_paragraph("Een alinea.")
    document.add_heading("Tweede deel", 1)
    document.add_paragraph("Slot.")
    document.sections[0].header.paragraphs[0].text = "Kopregel"
    document.sections[0].footer.paragraphs[0].text = "Voetregel"
    properties = document.core_properties
    properties.title, properties.author, properties.language = "Plan 2025", "Selma Haddad", "nl-NL"
    properties.modified = datetime(2025, 4, 22, tzinfo=UTC)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_word_document_keeps_its_shape() -> None:
    """Headings make sections, list items and rows are paragraphs, merged cells are read once; headers and footers are left out."""
    assert by_section(extract_word(made_with_python_docx())) == [
        (("Het plan",), ["De inleiding. Met een tab en een regel."]),
        (("Het plan", "Eerste deel"), ["Punt één.", "breed | c2", "c3", "c4", "in | binnen", "hoog", "c6 | c7"]),
        (("Het plan", "Eerste deel", "Onderdeel"), ["Een alinea."]),
        (("Het plan", "Tweede deel"), ["Slot."]),
    ]


def test_word_document_says_what_it_is(tmp_path: Path, debate: Debate) -> None:
    """Title, author, date and language come from the properties."""
    path = tmp_path / "plan.docx"
    path.write_bytes(made_with_python_docx())
    source = load(Origin(path, "plan"), Metadata(), debate).document.source
    assert (source.title, source.author, source.published, source.language) == ("Plan 2025", "Selma Haddad", "2025-04-22", "nl")


def test_word_document_without_properties_makes_none_up() -> None:
    """A document that does not say when it was made has no date, and is called after its first heading."""
    styles = '<w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/></w:style>'
    extracted = extract_word(word(paragraph("Kop", '<w:pStyle w:val="Kop1"/>') + paragraph("Tekst."), styles=styles))
    assert extracted.metadata == {"title": "Kop"}


def run(text: str) -> str:
    """A run of Word."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of Word."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


def field(kind: str) -> str:
    """A mark of a field of Word."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f'<w:hyperlink r:id="r9">{run("een link")}</w:hyperlink>', "een link"),
        (f"<w:smartTag>{run('Den Haag')}</w:smartTag>", "Den Haag"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{run('ingevuld')}</w:sdtContent></w:sdt>", "ingevuld"),
        (f"<w:ins>{run('erbij')}</w:ins><w:del><w:r><w:delText>eruit</w:delText></w:r></w:del>", "erbij"),
        (f"<w:moveTo>{run('hier')}</w:moveTo><w:moveFrom>{run('daar')}</w:moveFrom>", "hier"),
        (f"{field('begin')}<w:r><w:instrText>PAGE</w:instrText></w:r>{field('separate')}{run('7')}{field('end')}", "7"),
        (f"{field('begin')}{run('ALS')}{field('separate')}{run('dan')}{field('end')}{run(' ja')}", "dan ja"),
        (f'<w:fldSimple w:instr="DATE">{run("1 mei")}</w:fldSimple>', "1 mei"),
        (f"{field('end')}{run('los')}", "los"),
        (f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>verborgen</w:t></w:r>{run('zichtbaar')}", "zichtbaar"),
        ("<w:r><w:t>niet</w:t><w:noBreakHyphen/><w:t>los</w:t><w:tab/><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", "niet-los a b"),
        (f"<w:commentRangeStart/>{run('besproken')}<w:r><w:commentReference/></w:r>", "besproken"),
    ],
    ids=["link", "tag", "control", "changes", "moves", "field", "code", "simple", "stray", "hidden", "breaks", "comment"],
)
def test_word_paragraph_holds_what_is_read(inner: str, text: str) -> None:
    """Links, content controls, insertions and results of fields are in; deletions, codes, hidden words and comments are out."""
    assert lines(extract_word(word(f"<w:p>{inner}</w:p>"))) == [text]


def test_text_boxes_are_read_once() -> None:
    """A text box is stored twice in the file, for older programs too; its words come once, behind its paragraph."""
    box = f"<w:txbxContent>{paragraph('In het kader.')}</w:txbxContent>"
    shape = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    body = f"<w:p><w:r>{shape}</w:r>{run('Ervoor.')}</w:p>{paragraph('Erna.')}"
    assert lines(extract_word(word(body))) == ["Ervoor.", "In het kader.", "Erna."]


def test_deleted_ends_and_rows_are_gone() -> None:
    """Paragraphs whose separation was deleted are one; a deleted row is none."""
    ended = "<w:rPr><w:del/></w:rPr>"
    rows = "".join(
        f"<w:tr><w:trPr>{change}</w:trPr><w:tc>{paragraph(text)}</w:tc></w:tr>"
        for change, text in (("", "blijft"), ("<w:del/>", "weg"))
    )
    before = f"{paragraph('Eén ', ended)}{paragraph('zin.')}{paragraph('Boven', ended)}"
    body = f"{before}<w:tbl>{rows}</w:tbl>{paragraph('Open', ended)}"
    assert lines(extract_word(word(body))) == ["Eén zin.", "Boven", "blijft", "Open"]


def test_what_a_merged_cell_covers_is_not_read() -> None:
    """A cell that goes on from the one above is not shown, whatever it still holds; one that begins is."""
    cell = "<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>"
    rows = [("<w:vMerge w:val='restart'/>", "boven", "een"), ("<w:vMerge/>", "bedekt", "twee")]
    inner = "".join(f"<w:tr>{cell.format(merge, paragraph(a))}{cell.format('', paragraph(b))}</w:tr>" for merge, a, b in rows)
    assert lines(extract_word(word(f"<w:tbl>{inner}</w:tbl>"))) == ["boven | een", "twee"]


def test_notes_of_word_stand_at_the_end_under_no_heading() -> None:
    """Footnotes come in the order of the text, each once, below no heading; notes of deleted words do not come."""
    styles = '<w:style w:type="paragraph" w:styleId="K"><w:name w:val="Kop 1"/></w:style>'
    note = "".join(f'<w:footnote w:id="{number}">{paragraph(f"Noot {number}.")}</w:footnote>' for number in (1, 2, 3))

    def reference(number: int) -> str:
        return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'

    body = (
        paragraph("Kop", '<w:pStyle w:val="K"/>')
        + f"<w:p>{run('Eerst')}{reference(2)}{run(', dan')}{reference(1)}{reference(2)}"
        + f"{run('.')}<w:del>{reference(3)}</w:del></w:p>"
    )
    assert by_section(extract_word(word(body, note, styles))) == [(("Kop",), ["Eerst, dan."]), ((), ["Noot 2.", "Noot 1."])]


def test_headings_of_word_are_known_by_name_and_by_level() -> None:
    """A style counts by its name, by its outline level or by what it is based on; a circle of styles is no heading."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/>{more}</w:style>'
        for name, shown, more in (
            ("A", "heading 1", ""),
            ("B", "Eigen", '<w:basedOn w:val="A"/>'),
            ("C", "Anders", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>'),
            ("D", "Rond", '<w:basedOn w:val="E"/>'),
            ("E", "Terug", '<w:basedOn w:val="D"/>'),
            ("T", "toc 1", ""),
        )
    )
    body = "".join(paragraph(f"In {name}", f'<w:pStyle w:val="{name}"/>') for name in "ABCDT")
    own = paragraph("Eigen niveau", '<w:pStyle w:val="D"/><w:outlineLvl w:val="0"/>') + paragraph("Tekst.")
    assert by_section(extract_word(word(body + own, styles=styles))) == [
        (("In A",), []),
        (("In B",), []),
        (("In B", "In C"), ["In D"]),
        (("Eigen niveau",), ["Tekst."]),
    ]


def test_form_reads_well(shared: Path) -> None:
    """A form of the government: every question stands with its number on a line of its own, below its heading."""
    extracted = extract_word((shared / "data/documents/office/Invultemplate-AIIA2.0.docx").read_bytes())
    found = dict(by_section(extracted))
    assert found[("6. Risicobeheer", "6.2 Alternatieve werkwijze")][:2] == [
        "6.2.1 | Wat is het plan als er problemen met de werking van het ai-systeem zijn?",
        "6.2.2 | Wat is de impact als het systeem uitvalt?",
    ]
    assert (len(found), len(extracted.paragraphs)) == (32, 113)
    assert extracted.metadata["author"] == "Procee, R. (Ruurdje) - FIB/CDIB"


OPEN_META = (
    "<dc:title>Nota</dc:title><meta:initial-creator>Joris W.</meta:initial-creator>"
    "<dc:date>2024-05-06T10:00:00</dc:date><dc:language>nl-NL</dc:language>"
)


def test_open_document_keeps_its_shape() -> None:
    """Titles and headings make sections, list items and rows are paragraphs, covered cells and contents are left out."""
    styles = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    cells = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    nested = f"<table:table><table:table-row>{cells.format('in')}{cells.format('binnen')}</table:table-row></table:table>"
    body = (
        '<text:p text:style-name="P1">De nota</text:p><text:table-of-content><text:p>Deel 1</text:p></text:table-of-content>'
        '<text:h text:outline-level="1">Deel</text:h><text:p>Een<text:s text:c="3"/>alinea<text:line-break/>met '
        "<text:span>een <text:a>link</text:a></text:span>.</text:p><text:list><text:list-item><text:p>Punt.</text:p>"
        "<text:list><text:list-item><text:p>Onderpunt.</text:p></text:list-item></text:list></text:list-item></text:list>"
        f"<table:table><table:table-header-rows><table:table-row>{cells.format('a')}{cells.format('b')}<table:covered-table-cell/>"
        f"</table:table-row></table:table-header-rows><table:table-row><table:table-cell>{nested}</table:table-cell></table:table-row>"
        '</table:table><text:section><text:h text:outline-level="2">Onder</text:h><text:p>Slot.</text:p></text:section>'
    )
    extracted = extract_open_document(open_document(body, styles, OPEN_META))
    assert by_section(extracted) == [
        (("De nota",), []),
        (("De nota", "Deel"), ["Een alinea met een link.", "Punt.", "Onderpunt.", "a | b", "in | binnen"]),
        (("De nota", "Deel", "Onder"), ["Slot."]),
    ]
    assert extracted.metadata == {"title": "Nota", "author": "Joris W.", "published": "2024-05-06", "language": "nl"}


def test_open_document_holds_what_is_read() -> None:
    """Deleted words, comments and hidden parts are out; a text box comes behind its paragraph, and notes at the end."""
    note = (
        "<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>De noot.</text:p></text:note-body></text:note>"
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>weg</text:p></text:deletion></text:changed-region>"
        '</text:tracked-changes><text:h text:outline-level="1">Kop</text:h>'
        f"<text:p>Tekst{note}<office:annotation><text:p>vraag</text:p></office:annotation> gaat<text:change/> door."
        "<draw:frame><draw:text-box><text:p>In het kader.</text:p></draw:text-box></draw:frame>"
        "<draw:custom-shape><text:p>In de</text:p><text:p>vorm.</text:p></draw:custom-shape></text:p>"
        '<text:section text:display="none"><text:p>verborgen</text:p></text:section>'
    )
    assert by_section(extract_open_document(open_document(body))) == [
        (("Kop",), ["Tekst gaat door.", "In het kader.", "In de", "vorm."]),
        ((), ["De noot."]),
    ]


BOOK_META = (
    "<dc:title>Het boek</dc:title><dc:creator>A. Een</dc:creator><dc:creator>B. Twee</dc:creator>"
    "<dc:publisher>Uitgever</dc:publisher><dc:date>2023-01-02</dc:date><dc:language>nl</dc:language>"
)


def test_book_is_read_in_its_order() -> None:
    """Chapters come in the order of the spine, contents and covers not; a chapter without a heading stands under no other's."""
    chapters = {
        "twee.xhtml": page("<section><h1>Twee</h1><p>B&eacute;ta<br/>en<span epub:type='pagebreak'>12</span> meer.</p></section>"),
        "een%20deel.xhtml": page("<div><p>Zonder kop.<a epub:type='noteref'>1</a></p><h2>Een</h2><ul><li>Punt.</li></ul></div>"),
        "kaft.xhtml": page("<p>De kaft</p>"),
        "soep.xhtml": "<!DOCTYPE html><html><head><script src='x'/></head><body><p>Niet&geen;netjes<p>maar leesbaar</body>",
        "los.xhtml": page("<div>Met&geen;entiteit.<p>Onder.</p></div>"),
    }
    found = extract_epub(book(chapters, BOOK_META, '<reference type="cover" href="kaft.xhtml"/>'))
    assert by_section(found) == [
        (("Twee",), ["Béta en meer."]),
        ((), ["Zonder kop."]),
        (("Een",), ["Punt."]),
        ((), ["Niet&geen;netjes", "maar leesbaar"]),
        ((), ["Met&geen;entiteit.", "Onder."]),
    ]
    assert found.metadata == {
        "title": "Het boek",
        "author": "A. Een, B. Twee",
        "publisher": "Uitgever",
        "published": "2023-01-02",
        "language": "nl",
    }


def protected_open_document() -> bytes:
    """An OpenDocument text that says that it is encrypted."""
    space = 'xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    manifest = f"<m:manifest {space}><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    return container({**open_parts("<text:p>x</text:p>"), "META-INF/manifest.xml": manifest})


def protected_book() -> bytes:
    """A book of which a chapter is encrypted."""
    space = 'xmlns="http://www.w3.org/2001/04/xmlenc#"'
    encryption = f'<e><EncryptedData {space}><CipherReference URI="OEBPS/a.xhtml"/></EncryptedData></e>'
    return container({"META-INF/encryption.xml": encryption} | dict(_entries(book({"a.xhtml": page("<p>x</p>")}))))


def _entries(data: bytes) -> list[tuple[str, bytes]]:
    with ZipFile(BytesIO(data)) as file:
        return [(name, file.read(name)) for name in file.namelist()]


@pytest.mark.parametrize(
    ("extract", "data", "reason"),
    [
        (extract_word, b"Geen zip.", r"it is damaged \(no zip container\); open it in the program that made it"),
        (extract_word, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is protected with a password, or in the format of before 2007"),
        (extract_word, container({"a.txt": "x"}), "it is no Word document, or a damaged one; open it in Word and save it"),
        (extract_word, open_document("<text:p>x</text:p>"), "it is no Word document"),
        (
            extract_word,
            container({"[Content_Types].xml": "<T/>", "_rels/.rels": '<R xmlns="http://purl.oclc.org/ooxml/x"/>'}),
            "it is saved as Strict Open XML; save it as an ordinary Word document",
        ),
        (extract_open_document, word("<w:p/>"), r"it is damaged \('content.xml' is missing\)"),
        (extract_open_document, container({"mimetype": "application/x-sheet"}), "it is no text document but 'application/x-sheet'"),
        (extract_open_document, protected_open_document(), "it is protected with a password; save it without and try again"),
        (extract_epub, container({"a.txt": "x"}), "it is no EPUB book: META-INF/container.xml is missing"),
        (extract_epub, protected_book(), r"it is protected against copying \(DRM\)"),
    ],
)
def test_what_is_no_such_document_is_refused(extract: Callable[[bytes], Extracted], data: bytes, reason: str) -> None:
    """Other files, damaged ones and protected ones are refused with the reason and the next step."""
    with pytest.raises(RefusedError, match=f"^{reason}"):
        extract(data)


def test_chapter_that_is_missing_is_not_passed_over() -> None:
    """A book that lacks a chapter of its own list is refused; half a book is not taken for a whole one."""
    parts = dict(_entries(book({"a.xhtml": page("<p>x</p>"), "b.xhtml": page("<p>y</p>")})))
    del parts["OEBPS/b.xhtml"]
    with pytest.raises(RefusedError, match=r"^it is damaged \('OEBPS/b.xhtml' is missing\)"):
        extract_epub(container(parts))


def test_word_parts_make_a_document() -> None:
    """What these tests write by hand is what python-docx reads."""
    assert [each.text for each in docx.Document(BytesIO(container(word_parts(paragraph("Tekst."))))).paragraphs] == ["Tekst."]
