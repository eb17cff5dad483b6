"""HTML: the main content of a page, without menus, footers and scripts."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from ingest.extraction import Block, BlockKind, Extracted, RefusedError, assemble
from ingest.old_encodings import decode_declared
from ingest.plain_text import NotUnicodeError, check_printable, decode, decode_unicode

_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {*_HEADINGS, "p", "li", "item", "head", "row", "tr", "blockquote", "quote", "dt", "dd", "pre", "figcaption"}
_NOISE = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "svg", "button")
_BREAKS = ("br", "lb", "td", "th", "cell", "div")
_LONG_PAGE = 250
_ENOUGH = 0.4  # of a page's words: below that, the extractor took a part for the whole


def extract_html(data: bytes) -> Extracted:
    """The main content as trafilatura finds it; a short page that it finds nothing in is taken whole, less the menus.

    Raises:
        RefusedError: there is no text, or it is no HTML.
    """
    import trafilatura
    from trafilatura.settings import Document as TrafilaturaDocument

    markup = decode_page(data)
    page = parse_page(markup)
    metadata = _metadata(trafilatura.extract_metadata(markup), page)
    whole = list(blocks_in(without_noise(page)))
    found = trafilatura.bare_extraction(markup, include_comments=False, include_tables=True, favor_recall=True)
    main = list(blocks_in(found.body)) if isinstance(found, TrafilaturaDocument) and found.body is not None else []
    # On a short page trafilatura gives up and returns everything, menus included, as one paragraph.
    is_whole = len(main) > 1 and (_words(main) >= _ENOUGH * _words(whole) or _words(main) > _LONG_PAGE)
    blocks = main if is_whole else whole
    for block in blocks:
        check_printable(block.text)
    if not blocks:
        raise RefusedError("no text was found in it; pages that are filled in by a script cannot be read")
    return assemble(blocks, metadata)


def decode_page(data: bytes) -> str:
    """The markup of a page: in Unicode, in the encoding that it declares, or as text is read. Nothing is replaced.

    Raises:
        RefusedError: it is empty, binary, or in another encoding.
    """
    declared = _DECLARED.search(data[:2048])
    try:
        text = decode_unicode(data) if declared else decode(data)
    except NotUnicodeError as error:
        text = _as_declared(data, declared.group(1).decode() if declared else "utf-8", error)
    return _XML_DECLARATION.sub("", text)


def parse_page(markup: str) -> lxml_html.HtmlElement:
    """The root of a page.

    Raises:
        RefusedError: it is no HTML, or nested so deeply or in pieces so large that a part of it would be lost.
    """
    parser = lxml_html.HTMLParser()
    try:
        page = lxml_html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("it is not an HTML page that can be read") from error
    finally:
        is_cut_short = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    if is_cut_short:
        raise RefusedError("it is nested more than 256 deep, or has a piece of more than 10 MB; save its text as .txt")
    return page


def _as_declared(data: bytes, charset: str, error: NotUnicodeError) -> str:
    try:
        return decode_declared(data, charset)
    except (UnicodeDecodeError, LookupError):
        raise RefusedError("it is not in the encoding that it declares; save it as UTF-8 and try again") from error


def _metadata(found: object, page: lxml_html.HtmlElement) -> dict[str, object]:
    names = {"title": "title", "author": "author", "date": "published", "sitename": "publisher", "url": "url"}
    metadata = {ours: getattr(found, theirs, None) for theirs, ours in names.items()}
    metadata["language"] = (page.get("lang") or "")[:2] or None
    return {name: value for name, value in metadata.items() if value}


def without_noise(page: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The body of a page, from which menus, forms, scripts and the like are taken out."""
    body = page.find(".//body")
    root = body if body is not None else page
    for element in list(root.iter(*_NOISE)):
        element.drop_tree()
    return root


def blocks_in(root: etree._Element) -> Iterator[Block]:
    """Blocks in reading order; text outside any block element counts as a paragraph."""
    holders: set[etree._Element] = set()
    for block in root.iter(*_BLOCKS):
        parent = block.getparent()
        while parent is not None and parent not in holders:
            holders.add(parent)
            parent = parent.getparent()
    yield from _blocks(root, holders)


def _blocks(root: etree._Element, holders: set[etree._Element]) -> Iterator[Block]:
    """As `blocks_in`, where it is known which elements hold blocks. It goes as deep as the parser lets a page be nested."""
    loose: list[str] = [root.text or ""]
    for child in root:
        if not isinstance(child.tag, str):
            loose.append(child.tail or "")
        elif child in holders or child.tag in _BLOCKS:
            yield from _flush(loose)
            yield from _blocks(child, holders) if child in holders else (_block(child),)
            loose.append(child.tail or "")
        else:
            loose += [_text(child), child.tail or ""]
            if child.tag in {"div", "section", "article", "main"}:
                yield from _flush(loose)
    yield from _flush(loose)


def _block(element: etree._Element) -> Block:
    level = _HEADINGS.get(element.tag) or _HEADINGS.get(element.get("rend") or "", 2)
    if element.tag in _HEADINGS or element.tag == "head":
        return Block(BlockKind.HEADING, _text(element), level)
    if element.tag in {"tr", "row"}:
        cells = [" ".join(_text(cell).split()) for cell in element.iterchildren(etree.Element)]
        return Block(BlockKind.PARAGRAPH, " | ".join(cell for cell in cells if cell))
    return Block(BlockKind.PARAGRAPH, _text(element))


def _text(element: etree._Element) -> str:
    """The words in an element that holds no blocks; a line break is a space."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            parts += [" " if node.tag in _BREAKS else "", node.text or ""]
        elif node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


def _flush(loose: list[str]) -> Iterator[Block]:
    text = "".join(loose)
    loose.clear()
    if text.strip():
        yield Block(BlockKind.PARAGRAPH, text)


def _words(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)
