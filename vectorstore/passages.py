"""What is stored: sources, documents, sentences, passages, and the quotes cut from them.

Offsets are Unicode code points into `Document.text`, end exclusive.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""One embedding of unit length, or a matrix with one in each row."""


class Wording(StrEnum):
    """Whose words a document holds."""

    VERBATIM = "verbatim"
    PARAPHRASE = "paraphrase"


class Suspicion(StrEnum):
    """Why a text is kept and never quoted without a mark: it speaks to a machine, or holds what nobody sees."""

    MACHINE = "machine"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Reference:
    """The original that a paraphrase is an account of ("naar")."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The bibliographic identity of a document.

    `published` is an ISO date that may lack its day or month; `place` is where the document came
    from (a path or an address) and tells which document an ingest replaces; `also` holds the other places where the same
    text was found. `page_labels` holds what each page calls itself, in order, where that is not its number.
    """

    id: str
    title: str
    place: str
    language: str
    kind: str = "document"
    wording: Wording = Wording.VERBATIM
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    voice: str | None = None
    after: Reference | None = None
    basis: str | None = None
    basis_note: str | None = None
    also: tuple[str, ...] = ()
    page_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it, up to the next heading; `path` holds the headings above it too."""

    start: int
    end: int
    path: tuple[str, ...] = ()
    page: int | None = None

    @property
    def heading(self) -> str | None:
        """The innermost heading, or None before the first one."""
        return self.path[-1] if self.path else None


@dataclass(frozen=True, slots=True)
class Document:
    """The stored text of a source, with its boundaries.

    `paragraphs` are the (start, end) spans of running text in reading order; headings are not among them.
    """

    source: Source
    text: str
    paragraphs: tuple[tuple[int, int], ...]
    sections: tuple[Section, ...]

    @property
    def sha256(self) -> str:
        """The digest of the stored text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A whole sentence: its span, its 1-based paragraph, who speaks in it, whether it states the caveat or is suspicious."""

    start: int
    end: int
    paragraph: int
    voices: tuple[str, ...] = ()
    oversight: bool = False
    suspicion: Suspicion | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The piece that is embedded and searched: a run of whole sentences of one document.

    `context` holds the title and the headings above it, which help the search but are never quoted.
    """

    id: str
    source_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    context: str = ""
    section: str | None = None
    page: int | None = None

    @property
    def embedded_text(self) -> str:
        """What is embedded and indexed."""
        return embedded_text(self.context, self.text)

    @property
    def suspicion(self) -> Suspicion | None:
        """The worst that is suspected of any of its sentences; None is what is hoped for."""
        found = {sentence.suspicion for sentence in self.sentences}
        return next((suspicion for suspicion in Suspicion if suspicion in found), None)

    def text_of(self, sentence: Sentence) -> str:
        """The stored words of one of this passage's sentences."""
        return self.text[sentence.start - self.start : sentence.end - self.start]


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in a document a quote stands; what is unknown is None."""

    page: int | None = None
    section: str | None = None
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact span of a document: `stored_text[start:end] == text`, always.

    `suspicion` is that of the passage it stands in: nothing of a suspicious passage is shown without a mark.
    """

    text: str
    source: Source
    start: int
    end: int
    locator: Locator
    document_sha256: str
    voice_id: str | None
    oversight: bool
    suspicion: Suspicion | None = None

    @property
    def is_paraphrase(self) -> bool:
        """Whether the words are the dossier's own rather than the source's."""
        return self.source.wording is Wording.PARAPHRASE

    @property
    def page_label(self) -> str | None:
        """What the page calls itself ("iv"), where that is not its number."""
        page, labels = self.locator.page, self.source.page_labels
        label = labels[page - 1] if page is not None and 0 < page <= len(labels) else ""
        return label if label not in {"", str(page)} else None


def embedded_text(context: str, text: str) -> str:
    """A passage's text below its title and headings."""
    return f"{context}\n{text}"


def passage_ids(source_id: str, embedded_texts: Sequence[str]) -> list[str]:
    """Ids from source and content, so that moved text keeps its id and its embedding.

    The same text twice in one document gets two ids.
    """
    seen: dict[str, int] = {}
    ids = []
    for text in embedded_texts:
        occurrence = seen[text] = seen.get(text, -1) + 1
        ids.append(hashlib.sha256(f"{source_id}\0{occurrence}\0{text}".encode()).hexdigest()[:24])
    return ids
