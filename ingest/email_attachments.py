"""What travels with an e-mail message and is not read: attachments by their names, and messages within it."""

from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage

from ingest.listing import counted, counted_noun, listed
from ingest.metadata import one_line

_SIGNED = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SHOWN = ("text/plain", "text/html")
_NAME = 80  # characters that are shown of a name


def unread_parts(message: EmailMessage) -> tuple[str, ...]:
    """What of a message is not in its text, in words; pictures that its layout shows, and signatures, are left out of the count."""
    attached, forwarded = [], 0
    for part in _leaves(message):
        if part.get_content_maintype() == "message":
            forwarded += 1
        elif _is_attached(part):
            attached.append(_name(part))
    found = []
    if attached:
        are = "is" if len(attached) == 1 else "are"
        found.append(f"{counted('attachment', len(attached))} {are} not read: {listed(attached)}")
    if forwarded:
        noun = counted_noun("message", forwarded)
        found.append(f"{forwarded} {noun} within it {'is' if forwarded == 1 else 'are'} not read: save as .eml and ingest that")
    return tuple(found)


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that are no containers; a message within it is one part, whatever it holds."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if not part.is_multipart() or (part is not message and part.get_content_maintype() == "message"):
            yield part
        else:
            waiting[:0] = [each for each in part.get_payload() if isinstance(each, EmailMessage)]


def _is_attached(part: EmailMessage) -> bool:
    kind = part.get_content_type()
    if kind in _SIGNED:
        return False
    is_of_the_page = part.get_content_maintype() == "image" and part["Content-ID"] and not part.is_attachment()
    return not is_of_the_page and (kind not in _SHOWN or part.is_attachment() or bool(part.get_filename()))


def _name(part: EmailMessage) -> str:
    """The name of an attachment, or its kind where it has none; a sender may have put anything in it."""
    try:
        name = one_line(part.get_filename())
    except (AttributeError, IndexError, LookupError, TypeError, ValueError, MessageError):
        name = None  # as of other headers
    name = name or one_line(part.get_content_type()) or "without a name"
    return name if len(name) <= _NAME else f"{name[:_NAME]}…"
