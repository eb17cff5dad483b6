"""HTML: the main content of a page, without menus, footers and scripts."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from ingest.extraction import Block, BlockKind, Extracted, RefusedError, assemble
from ingest.plain_text import FORBIDDEN, NotUnicodeError, decode

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {*_HEADINGS, "p", "li", "item", "head", "row", "tr", "blockquote", "quote", "dt", "dd", "pre", "figcaption"}
_NOISE = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "svg", "button")
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
    try:
        page = lxml_html.document_fromstring(markup)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("it is not an HTML page that can be read") from error
    metadata = _metadata(trafilatura.extract_metadata(markup), page)
    whole = list(_blocks(_without_noise(page)))
    found = trafilatura.bare_extraction(markup, include_comments=False, include_tables=True, favor_recall=True)
    main = list(_blocks(found.body)) if isinstance(found, TrafilaturaDocument) and found.body is not None else []
    # On a short page trafilatura gives up and returns everything, menus included, as one paragraph.
    is_whole = len(main) > 1 and (_words(main) >= _ENOUGH * _words(whole) or _words(main) > _LONG_PAGE)
    blocks = main if is_whole else whole
    if any(FORBIDDEN.search(block.text) for block in blocks):
        raise RefusedError("it holds control characters; it is not a page to read")
    if not blocks:
        raise RefusedError("no text was found in it; pages that are filled in by a script cannot be read")
    return assemble(blocks, metadata)


def decode_page(data: bytes) -> str:
    """The markup of a page: in Unicode, or in the encoding that it declares; nothing is guessed or replaced.

    Raises:
        RefusedError: it is empty, binary, or in another encoding.
    """
    try:
        text = decode(data)
    except NotUnicodeError:
        declared = _CHARSET.search(data[:2048])
        try:
            text = data.decode(declared.group(1).decode() if declared else "utf-8")
        except (UnicodeDecodeError, LookupError) as error:
            raise RefusedError("it is not in the encoding that it declares; save it as UTF-8 and try again") from error
    return _XML_DECLARATION.sub("", text)


def _metadata(found: object, page: lxml_html.HtmlElement) -> dict[str, object]:
    names = {"title": "title", "author": "author", "date": "published", "sitename": "publisher", "url": "url"}
    metadata = {ours: getattr(found, theirs, None) for theirs, ours in names.items()}
    metadata["language"] = (page.get("lang") or "")[:2] or None
    return {name: value for name, value in metadata.items() if value}


def _without_noise(page: lxml_html.HtmlElement) -> etree._Element:
    body = page.find(".//body")
    root = body if body is not None else page
    for element in list(root.iter(*_NOISE)):
        element.drop_tree()
    return root


def _blocks(root: etree._Element) -> Iterator[Block]:
    """Blocks in reading order; text outside any block element counts as a paragraph."""
    loose: list[str] = [root.text or ""]
    for child in root:
        if not isinstance(child.tag, str):
            loose.append(child.tail or "")
        elif _holds_block(child) or child.tag in _BLOCKS:
            yield from _flush(loose)
            yield from _blocks(child) if _holds_block(child) else (_block(child),)
            loose.append(child.tail or "")
        else:
            loose.append("".join(child.itertext()) if child.tag != "br" else " ")
            loose.append(child.tail or "")
            if child.tag in {"div", "section", "article", "main"}:
                yield from _flush(loose)
    yield from _flush(loose)


def _holds_block(element: etree._Element) -> bool:
    return any(isinstance(inner.tag, str) and inner is not element and inner.tag in _BLOCKS for inner in element.iter())


def _block(element: etree._Element) -> Block:
    level = _HEADINGS.get(element.tag) or _HEADINGS.get(element.get("rend") or "", 2)
    if element.tag in _HEADINGS or element.tag == "head":
        return Block(BlockKind.HEADING, "".join(element.itertext()), level)
    if element.tag in {"tr", "row"}:
        cells = [" ".join("".join(cell.itertext()).split()) for cell in element]
        return Block(BlockKind.PARAGRAPH, " | ".join(cell for cell in cells if cell))
    return Block(BlockKind.PARAGRAPH, "".join(element.itertext()))


def _flush(loose: list[str]) -> Iterator[Block]:
    text = "".join(loose)
    loose.clear()
    if text.strip():
        yield Block(BlockKind.PARAGRAPH, text)


def _words(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)
