"""E-mail (.eml): the words that its sender wrote, as the body has them.

Quoted replies and forwarded messages are other people's words, and are left out with signatures. Attachments are not read, and
told of.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser

from lxml.html import HtmlElement

from ingest.email_attachments import unread_parts
from ingest.extraction import Block, BlockKind, Extracted, RefusedError, assemble
from ingest.html import blocks_in, decode_page, parse_page, without_noise
from ingest.old_encodings import decode_declared
from ingest.plain_text import check_printable, decode

_ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_REAL_SHARE = 0.3  # of the words in the HTML body: less is "your program cannot show this message"
_WRAPPED_AT = 64  # a line that could not have held the next word without being longer than this was broken by the program
_HEADER_LINES = 3

_QUOTED = re.compile(r"\s*>")
_SIGNATURE = re.compile(r"-- ?")
_RULER = re.compile(r"\s*[_\-=*]{4,}\s*")
_SENT_WITH = re.compile(r"\s*(?:Sent from my|Verstuurd vanaf mijn|Verzonden vanaf mijn|Verzonden met|Get Outlook for)\b.{0,40}")
_ATTRIBUTION = re.compile(r"\s*(?:Op|On|Am|Le)\b.{3,300}\b(?:schreef|wrote|schrieb|a écrit)\b.{0,120}:\s*")
_OF_A_MESSAGE = re.compile(r"\d[:.]\d\d\b|@")  # a time or an address, as no sentence of one's own has
_OTHERS_FROM_HERE = re.compile(
    r"\s*-{2,}\s*(?:Oorspronkelijk bericht|Original Message|Ursprüngliche Nachricht|Forwarded message|Doorgestuurd bericht)\s*-{2,}"
    r"|\s*(?:Begin forwarded message|Begin doorgestuurd bericht|Start doorgestuurd bericht):"
    r"|\s*\*?(?:Van|From|Von):.{1,300}\b(?:Verzonden|Sent|Datum|Date|Gesendet|Aan|To|An):",
    re.IGNORECASE,
)
_QUOTING = ".//blockquote | .//*[contains(@class, 'gmail_quote') or contains(@class, 'yahoo_quoted')]"
_NOT_OWN = (
    f"{_QUOTING} | .//*[contains(@class, 'gmail_signature')"
    " or contains(@class, 'moz-cite-prefix') or contains(@class, 'moz-signature')]"
)
_OTHERS = "what others wrote, quoted or forwarded in it, is not read: save their message as .eml and ingest that"


def extract_email(data: bytes) -> Extracted:
    """The subject is the title, the sender the author; the body is the plain one where that says what the HTML one says.

    Raises:
        RefusedError: it is no message, is encrypted, or holds no words of its sender.
    """
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not any(_header(message, name) for name in ("From", "Subject", "Date", "Received")):
        raise RefusedError("it is no e-mail message: it has no sender, no subject and no date")
    if any(part.get_content_type() in _ENCRYPTED for part in message.walk()):
        raise RefusedError("it is encrypted; copy its text into a .txt file and try that")
    plain, pages = _bodies(message, "text/plain"), _bodies(message, "text/html")
    lines = [line for part in plain for line in ["", *_lines(part)]]
    bodies = [body for part in pages if (body := _page_body(part)) is not None]
    is_quoting = any(body.xpath(_QUOTING) for body in bodies) or _quotes(lines)
    blocks = [block for body in bodies for block in _own_blocks(body)]
    has_text = any(line.strip() for line in lines)
    if not has_text and not blocks:
        raise RefusedError("it holds no text but attachments; save them and ingest those")
    if sum(len(line.split()) for line in lines) < _REAL_SHARE * sum(len(block.text.split()) for block in blocks):
        own = [blocks[number] for number in _own([block.text for block in blocks])]
    else:
        own = [Block(BlockKind.PARAGRAPH, text) for text in _paragraphs(lines, is_flowed=any(map(_is_flowed, plain)))]
    if not own:
        raise RefusedError("it holds only what others wrote before; save their message as .eml and ingest that")
    extracted = assemble(own, _metadata(message))
    check_printable(extracted.text)
    is_quoting = is_quoting or _quotes([block.text for block in blocks])
    return replace(extracted, not_read=(*unread_parts(message), *([_OTHERS] if is_quoting else ())))


def _header(message: EmailMessage, name: str) -> object:
    """A header, or None where there is none or it cannot be made sense of."""
    try:
        return message[name]
    except (AttributeError, IndexError, LookupError, OverflowError, TypeError, ValueError, MessageError):
        return None  # the parser of headers fails in ways of its own on broken ones


def _bodies(message: EmailMessage, kind: str) -> list[EmailMessage]:
    """The parts of a kind that are shown as the message, in order: no attachments, and no messages within it."""
    if message.is_multipart():
        parts = [part for part in message.get_payload() if isinstance(part, EmailMessage)]
        return [] if message.get_content_maintype() == "message" else [found for part in parts for found in _bodies(part, kind)]
    is_shown = message.get_content_type() == kind and not message.is_attachment() and not message.get_filename()
    return [message] if is_shown else []


def _lines(part: EmailMessage) -> list[str]:
    """The lines of a plain body; those that format=flowed has broken are made whole, except where they are quoted."""
    lines = _words(part, is_page=False).splitlines()
    if not _is_flowed(part):
        return lines
    whole: list[str] = []
    is_open = False
    for line in lines:
        is_own = not _QUOTED.match(line) and not _SIGNATURE.fullmatch(line)
        whole[-1:] = [whole[-1] + line] if is_open and is_own else [*whole[-1:], line]
        is_open = is_own and line.endswith(" ")
    return whole


def _is_flowed(part: EmailMessage) -> bool:
    return str(part.get_param("format", "")).lower() == "flowed"


def _page_body(part: EmailMessage) -> HtmlElement | None:
    markup = _words(part, is_page=True)
    return without_noise(parse_page(markup)) if markup.strip() else None


def _own_blocks(body: HtmlElement) -> list[Block]:
    for element in body.xpath(_NOT_OWN):
        if element.getparent() is not None:
            element.drop_tree()
    return list(blocks_in(body))


def _words(part: EmailMessage, *, is_page: bool) -> str:
    """The text of a part in the encoding that it declares, else as a file of its kind is read."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return ""
    charset = part.get_content_charset()
    if charset is None or charset == "us-ascii":
        return decode_page(data) if is_page else decode(data)
    try:
        return decode_declared(data, charset)
    except (LookupError, UnicodeDecodeError) as error:
        raise RefusedError("its text is not in the encoding that it declares; copy it into a .txt file and try that") from error


def _own(lines: Sequence[str]) -> Iterator[int]:
    """The numbers of the lines that are the sender's own words."""
    skip_until = 0
    for number, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line) or _OTHERS_FROM_HERE.match(" ".join(lines[number : number + _HEADER_LINES])):
            return
        if number < skip_until or _QUOTED.match(line) or _RULER.fullmatch(line) or _SENT_WITH.fullmatch(line):
            continue
        if length := _attribution(lines, number):
            following = next((after for after in lines[number + length :] if after.strip()), ">")
            if _QUOTED.match(following):
                skip_until = number + length
                continue
            if _OF_A_MESSAGE.search(" ".join(lines[number : number + length])):
                return
        if line.strip():
            yield number


def _quotes(lines: Sequence[str]) -> bool:
    """Whether somebody else's words are among the lines."""
    joined = (" ".join(lines[number : number + _HEADER_LINES]) for number in range(len(lines)))
    return any(_QUOTED.match(line) for line in lines) or any(map(_OTHERS_FROM_HERE.match, joined))


def _attribution(lines: Sequence[str], number: int) -> int:
    """Over how many lines "On Monday Jan wrote:" stands, from a line on; 0 where it does not."""
    lengths = range(1, _HEADER_LINES + 1)
    return next((length for length in lengths if _ATTRIBUTION.fullmatch(" ".join(lines[number : number + length]))), 0)


def _paragraphs(lines: Sequence[str], *, is_flowed: bool) -> Iterator[str]:
    """The sender's own lines, joined where a program broke them at its right margin."""
    paragraph: list[str] = []
    last = -1
    for number in _own(lines):
        line = lines[number]
        is_wrapped = bool(paragraph) and len(paragraph[-1].rstrip()) + 1 + len(line.split()[0]) > _WRAPPED_AT
        if paragraph and (is_flowed or number > last + 1 or not is_wrapped or line.startswith(("- ", "* ", "• "))):
            yield " ".join(paragraph)
            paragraph = []
        paragraph.append(line)
        last = number
    if paragraph:
        yield " ".join(paragraph)


def _metadata(message: EmailMessage) -> dict[str, object]:
    senders = getattr(_header(message, "From"), "addresses", ())
    return {
        "title": str(_header(message, "Subject") or "") or None,
        "author": next((sender.display_name for sender in senders if sender.display_name), None),
        "published": getattr(_header(message, "Date"), "datetime", None),
        "kind": "e-mail",
    }
