"""Addresses that open an original at the place that is quoted: a text fragment for a web page, a page for a PDF.

The form of a text fragment is that of https://wicg.github.io/scroll-to-text-fragment/.
"""

from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

from vectorstore.passages import Quote

_WHOLE_WORDS = 12  # a quotation of more is found by its first and its last words: its address stays short
_END_WORDS = 5
_WHOLE_CHARS = 300  # for writing without spaces, in which ends cannot be told
_MAX_ADDRESS = 2_000
_FILES = (".docx", ".doc", ".odt", ".odp", ".ods", ".pptx", ".xlsx", ".rtf", ".epub", ".eml", ".zip", ".csv", ".md")
"""What a browser downloads or shows in a viewer of its own: nothing in it can be pointed at."""


def web_address(url: str | None) -> str | None:
    """The address, if it is one that a browser opens."""
    return url if url and url.lower().startswith(("https://", "http://")) and not any(map(str.isspace, url)) else None


def deep_link(quote: Quote) -> str | None:
    """The address of the original, at the place of the quote where that can be said; None where it has no address.

    The words of the dossier are ours, so no fragment looks for them in the original.
    """
    url = web_address(quote.source.url)
    if url is None or quote.is_paraphrase or "#" in url:
        return url
    linked = f"{url}#{_fragment(quote, urlsplit(url).path.lower())}"
    return linked if len(linked) <= _MAX_ADDRESS and not linked.endswith("#") else url


def _fragment(quote: Quote, path: str) -> str:
    page = quote.locator.page
    if path.endswith(".pdf") or page is not None:
        return f"page={page}" if page is not None else ""
    if path.endswith(_FILES):
        return ""
    words = quote.text.split()
    if len(words) > _WHOLE_WORDS:
        return f":~:text={_term(words[:_END_WORDS])},{_term(words[-_END_WORDS:])}"
    return f":~:text={_term(words)}" if words and len(quote.text) <= _WHOLE_CHARS else ""


def _term(words: list[str]) -> str:
    """Words as they can stand in a fragment, where "-", "," and "&" have a meaning of their own."""
    return percent_encoded(" ".join(words), safe="").replace("-", "%2D")
