"""Word, OpenDocument and EPUB files for tests, written from their parts."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_WORD = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{place}:1.0"'
    for name, place in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "meta": "meta",
        "manifest": "manifest",
    }.items()
)
_DUBLIN = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def container(files: Mapping[str, str | bytes]) -> bytes:
    """A zip file of named contents."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return stream.getvalue()


def word_parts(body: str, footnotes: str = "", styles: str = "") -> dict[str, str | bytes]:
    """The parts of a Word document with a body, footnotes and styles in Word's own XML; it has no core properties."""

    def relations(*targets: tuple[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="r{number}" Type="{_RELATED}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(targets)
        )
        return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'

    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for name, kind in (("document", "document.main"), ("styles", "styles"), ("footnotes", "footnotes"))
    )
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relations(("styles", "styles.xml"), ("footnotes", "footnotes.xml")),
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_WORD}>{styles}</w:styles>",
        "word/footnotes.xml": f"<w:footnotes {_WORD}>{footnotes}</w:footnotes>",
    }


def word(body: str, footnotes: str = "", styles: str = "") -> bytes:
    """A Word document of `word_parts`."""
    return container(word_parts(body, footnotes, styles))


def open_parts(body: str, styles: str = "", meta: str = "") -> dict[str, str | bytes]:
    """The parts of an OpenDocument text with a body, automatic styles and metadata in its own XML."""
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {_OPEN} {_DUBLIN}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        "meta.xml": f"<office:document-meta {_OPEN} {_DUBLIN}><office:meta>{meta}</office:meta></office:document-meta>",
        "META-INF/manifest.xml": f'<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd">'
        f"<manifest:manifest {_OPEN}/>",
    }


def open_document(body: str, styles: str = "", meta: str = "") -> bytes:
    """An OpenDocument text of `open_parts`."""
    return container(open_parts(body, styles, meta))


def book_parts(chapters: Mapping[str, str], metadata: str = "", guide: str = "") -> dict[str, str | bytes]:
    """The parts of a book with a table of contents and these chapters, whole XHTML pages by their names, in reading order."""
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>' for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/boek.opf"/></rootfiles></container>',
        "OEBPS/boek.opf": f'<package xmlns="http://www.idpf.org/2007/opf" {_DUBLIN}><metadata>{metadata}</metadata><manifest>'
        f'<item id="nav" href="inhoud.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine><guide>{guide}</guide></package>',
        "OEBPS/inhoud.xhtml": page("<nav><ol><li>Inhoud</li></ol></nav><p>Inhoudsopgave</p>"),
        **{f"OEBPS/{name.replace('%20', ' ')}": content for name, content in chapters.items()},
    }


def book(chapters: Mapping[str, str], metadata: str = "", guide: str = "") -> bytes:
    """A book of `book_parts`."""
    return container(book_parts(chapters, metadata, guide))


def page(body: str) -> str:
    """A page of a book."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'
        f"<body>{body}</body></html>"
    )
