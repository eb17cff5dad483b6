"""Markdown, with front matter: the stored text is the words without the markup."""

import re
from collections.abc import Iterator, Mapping

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin

from ingest.extraction import Block, BlockKind, Extracted, RefusedError, assemble
from ingest.plain_text import decode

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?\n?", re.DOTALL | re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{[ \t]*[.#:][^{}\n]*\}")
_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
_LOWEST_LEVEL = 7
_MAX_BOLD_HEADING = 80

# Admonitions are no CommonMark, but pages made for MkDocs are full of them.
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(admon_plugin)


def extract_markdown(data: bytes) -> Extracted:
    """Headings become sections, every paragraph, list item and table row a paragraph; code is left out.

    Raises:
        RefusedError: the front matter is no YAML, or there is no text.
    """
    metadata, body = split_front_matter(decode(data))
    blocks = list(_blocks(_PARSER.parse(body)))
    if "title" not in metadata and blocks and blocks[0].kind is BlockKind.HEADING:
        metadata = {**metadata, "title": blocks[0].text}
    return assemble(blocks, metadata)


def split_front_matter(text: str) -> tuple[Mapping[str, object], str]:
    """The YAML between the first two `---` lines, and the text after it.

    Raises:
        RefusedError: it is no YAML mapping.
    """
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    try:
        metadata = yaml.load(found.group(1), Loader=_LOADER) or {}  # noqa: S506  # both are safe loaders
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RefusedError("the front matter between the --- lines is not valid YAML; correct it or take it out") from error
    if not isinstance(metadata, dict):
        raise RefusedError("the front matter between the --- lines does not hold 'name: value' lines")
    return metadata, text[found.end() :]


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    cells: list[str] = []
    opener = ""
    level = 0
    for token in tokens:
        if token.type.endswith("_open"):
            opener, level = token.type, int(token.tag[1]) if token.type == "heading_open" else _LOWEST_LEVEL
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield Block(BlockKind.PARAGRAPH, " | ".join(cell for cell in cells if cell))
        elif token.type == "html_block":
            yield Block(BlockKind.PARAGRAPH, _TAG.sub(" ", token.content))
        elif token.type == "inline":
            text = _ATTRIBUTES.sub("", _words(token))
            if opener in {"th_open", "td_open"}:
                cells.append(" ".join(text.split()))
            elif opener in {"heading_open", "admonition_title_open"} or _is_bold_line(token, text):
                yield Block(BlockKind.HEADING, text, level)
            else:
                yield Block(BlockKind.PARAGRAPH, text)


def _words(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"} or (child.type == "html_inline" and child.content.startswith("<br")):
            parts.append(" ")
    return "".join(parts)


def _is_bold_line(token: Token, text: str) -> bool:
    """A short paragraph that is emphasised from its first to its last word is a heading in all but name."""
    children = [child for child in token.children or () if child.type != "text" or child.content.strip()]
    return (
        len(children) > 2
        and children[0].type in {"strong_open", "em_open"}
        and children[-1].type == children[0].type.replace("open", "close")
        and sum(child.type == children[0].type for child in children) == 1
        and len(text) <= _MAX_BOLD_HEADING
        and not text.rstrip().endswith((".", "!", "?"))
    )
