"""Books (.epub): the chapters in reading order, each with its own headings; covers and tables of contents are left out.

Chapters that are pictures are told of.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html.entities import html5
from urllib.parse import unquote

from lxml import etree
from lxml import html as lxml_html

from ingest.archives import Archive
from ingest.extraction import Extracted, RefusedError, assemble
from ingest.html import blocks_in, decode_page, parse_page
from ingest.listing import counted
from ingest.office_layout import joined
from ingest.plain_text import check_printable

_SPACES = {
    "container": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "encryption": "http://www.w3.org/2001/04/xmlenc#",
}
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGE_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_NO_CHAPTERS = {"toc", "doc-toc", "cover", "title-page", "index", "loi", "lot"}
_TYPE = "{http://www.idpf.org/2007/ops}type"
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(\w+);")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_PICTURES = "only pictures, whose words are not read"
_SVG = "{http://www.w3.org/2000/svg}svg"
_NOISE = ("script", "style", "nav", "svg", "template", "noscript")
_MARKS = {"pagebreak", "noteref", "doc-pagebreak", "doc-noteref", "toc", "doc-toc"}


def extract_epub(data: bytes) -> Extracted:
    """Headings become sections, paragraphs, list items and table rows paragraphs; a chapter's headings hold within it.

    Raises:
        RefusedError: it is no book, or one that is damaged or protected.
    """
    with Archive(data) as archive:
        place = _package_place(archive)
        package = archive.read_xml(place)
        locked = _locked(archive)
        chapters = []
        for name in _chapters(package, posixpath.dirname(place)):
            if name in locked:
                raise RefusedError("it is protected against copying (DRM); only a book without protection can be read")
            chapters.append(_chapter(archive.read(name)))
    extracted = joined(chapters, _metadata(package))
    check_printable(extracted.text)
    return replace(extracted, not_read=_unread(chapters))


def _package_place(archive: Archive) -> str:
    if _CONTAINER not in archive:
        raise RefusedError(f"it is no EPUB book: {_CONTAINER} is missing")
    root = archive.read_xml(_CONTAINER).find(".//container:rootfile", _SPACES)
    if root is None or not root.get("full-path"):
        raise RefusedError(f"it is no EPUB book: {_CONTAINER} names no package")
    return str(root.get("full-path"))


def _locked(archive: Archive) -> set[str]:
    """The entries that are encrypted; in most books at most the fonts are."""
    if _ENCRYPTION not in archive:
        return set()
    references = archive.read_xml(_ENCRYPTION).iter(f"{{{_SPACES['encryption']}}}CipherReference")
    return {unquote(reference.get("URI", "")) for reference in references}


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
    """The names of the pages of running text, in reading order."""
    items = {item.get("id"): item for item in package.iterfind("opf:manifest/opf:item", _SPACES)}
    guide = {
        _resolved(reference.get("href", ""), folder)
        for reference in package.iterfind("opf:guide/opf:reference", _SPACES)
        if reference.get("type") in _NO_CHAPTERS
    }
    seen: set[str] = set()
    for reference in package.iterfind("opf:spine/opf:itemref", _SPACES):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGE_TYPES or "nav" in item.get("properties", "").split():
            continue
        name = _resolved(item.get("href", ""), folder)
        if name not in guide and name not in seen:
            seen.add(name)
            yield name


def _resolved(href: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _chapter(data: bytes) -> Extracted:
    if not data.strip():
        return assemble([], {})
    page = _page(decode_page(data))
    body = page.find(".//body")
    root = body if body is not None else page
    if _types(root) & _NO_CHAPTERS:
        return assemble([], {})
    has_pictures = next(root.iter("img", "image", "svg", _SVG), None) is not None
    for element in list(root.iter(etree.Element)):
        if element is not root and (element.tag in _NOISE or _types(element) & (_MARKS)):
            element.drop_tree()
    chapter = assemble(blocks_in(root), {})
    return replace(chapter, not_read=(_PICTURES,)) if has_pictures and not chapter.text else chapter


def _unread(chapters: Sequence[Extracted]) -> tuple[str, ...]:
    """What is not read of the chapters, in words; a first one that is a picture is the cover."""
    count = sum(_PICTURES in chapter.not_read for chapter in chapters[1:])
    return (f"{counted('chapter', count)} of it {'is' if count == 1 else 'are'} {_PICTURES}",) if count else ()


def _page(markup: str) -> lxml_html.HtmlElement:
    """The page as the XML that it should be, else as HTML, in which every tag soup is a page."""
    if "<!ENTITY" in markup:
        raise RefusedError("a page in it declares entities, as no book does")
    text = _ENTITY.sub(_character, _DOCTYPE.sub("", markup, count=1))
    parser = lxml_html.XHTMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        page = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return parse_page(markup)
    lxml_html.xhtml_to_html(page)
    return page


def _character(entity: re.Match[str]) -> str:
    name = entity.group(1)
    return entity.group() if name in _XML_ENTITIES else html5.get(f"{name};", entity.group())


def _types(element: etree._Element) -> set[str]:
    return {*element.get(_TYPE, "").split(), *element.get("epub:type", "").split(), *element.get("role", "").split()}


def _metadata(package: etree._Element) -> Mapping[str, object]:
    def said(name: str) -> list[str]:
        found = (element.text or "" for element in package.iterfind(f"opf:metadata/dc:{name}", _SPACES))
        return [text.strip() for text in found if text.strip()]

    return {
        "title": next(iter(said("title")), None),
        "author": ", ".join(said("creator")) or None,
        "publisher": next(iter(said("publisher")), None),
        "published": next(iter(said("date")), "")[:10] or None,
        "language": next(iter(said("language")), "")[:2].lower() or None,
    }
