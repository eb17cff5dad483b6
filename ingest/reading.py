"""One document from its bytes to its passages: everything that is done to a document before it is embedded."""

import hashlib
from dataclasses import dataclass

from ingest.likeness import sketch
from ingest.lint import Finding, lint, lint_not_read, mark_suspicious
from ingest.loaders import Loaded, load
from ingest.metadata import Metadata
from ingest.origins import DOSSIER_PLACE, Origin
from ingest.oversight import mark_caveats
from ingest.splitting import group_passages, split_sentences
from ingest.voices import attribute_voices
from vectorstore.debate import Debate
from vectorstore.passages import Document, Passage


@dataclass(frozen=True, slots=True)
class Request:
    """A document to read: where it is and what is said of it, or its stored text where that is all that is needed."""

    origin: Origin
    said: Metadata
    source_id: str | None = None
    stored: Document | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with its passages, the digest of the bytes that it was read from, and what is suspicious or odd about it.

    `not_read` is what of the file is not in the text; what was stored does not tell, and has none.
    """

    document: Document
    passages: tuple[Passage, ...]
    content: str
    findings: tuple[Finding, ...]
    sketch: bytes
    not_read: tuple[str, ...] = ()


def read(request: Request, debate: Debate) -> Reading:
    """Read a document.

    Raises:
        RefusedError: it cannot be read or holds no text.
    """
    if request.stored is not None:
        return _reading(Loaded(request.stored), "", debate)
    data = request.origin.read()
    return _reading(load(request.origin, request.said, debate, data, request.source_id), content_digest(data), debate)


def content_digest(data: bytes) -> str:
    """What tells that a file is the same, wherever it is."""
    return hashlib.sha256(data).hexdigest()


def _reading(loaded: Loaded, content: str, debate: Debate) -> Reading:
    document, not_read = loaded.document, loaded.not_read
    findings = (*lint(document), *lint_not_read(not_read))
    return Reading(document, _passages(document, debate), content, findings, bytes(sketch(document.text)), not_read)


def _passages(document: Document, debate: Debate) -> tuple[Passage, ...]:
    sentences = attribute_voices(document, split_sentences(document), debate)
    is_pinned = document.source.place == DOSSIER_PLACE + debate.caveat_document
    stating = mark_caveats(document, sentences, debate.caveat, is_pinned=is_pinned)
    return tuple(group_passages(document, mark_suspicious(document, stating)))
