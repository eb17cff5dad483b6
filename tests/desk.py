"""A desk to ingest from: a home, a folder of documents beside it, and ingests of the one into the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ingest.pipeline import Pipeline
from ingest.receipt import Receipt, Wish
from vectorstore.debate import Debate
from vectorstore.edition import Edition, EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import BundledEmbeddings, PassageEmbeddings, Span
from vectorstore.passages import Document, Vector

PINNED = "kanttekening"
WILLOWS = "De dijkgraaf plant wilgen langs de Vecht. Dat doet hij elk voorjaar."
OTTERS = "De otter is terug in de Weerribben. Vissers zien hem vaak."


class RememberingEmbeddings(BundledEmbeddings):
    """The bundled model, which embeds the same text once; what a vector is does not depend on the texts beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[str, tuple[Span, ...]], tuple[Vector, Vector]] = {}

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], on_done: Callable[[int], None] | None = None
    ) -> tuple[Vector, list[Vector]]:
        """See `PassageEmbeddings`."""
        if not texts:
            return super().encode_with_sentences(texts, spans, on_done)
        wanted = [(text, tuple(inside)) for text, inside in zip(texts, spans, strict=True)]
        fresh = [each for each in dict.fromkeys(wanted) if each not in self._known]
        vectors, parts = super().encode_with_sentences([text for text, _ in fresh], [inside for _, inside in fresh])
        self._known |= dict(zip(fresh, zip(vectors, parts, strict=True), strict=True))
        if on_done:
            for _ in wanted:
                on_done(1)
        found = [self._known[each] for each in wanted]
        return np.array([whole for whole, _ in found]), [inside.copy() for _, inside in found]


class RecordingEmbeddings(PassageEmbeddings):
    """Another model's vectors; remembers every text that was embedded to be found."""

    def __init__(self, embeddings: PassageEmbeddings) -> None:
        self._embeddings, self.model = embeddings, embeddings.model
        self.texts: list[str] = []

    def encode_query(self, text: str) -> Vector:
        """See `PassageEmbeddings`."""
        return self._embeddings.encode_query(text)

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Vector:
        """See `PassageEmbeddings`."""
        self.texts += texts
        return self._embeddings.encode_passages(texts, on_done)

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], on_done: Callable[[int], None] | None = None
    ) -> tuple[Vector, list[Vector]]:
        """See `PassageEmbeddings`."""
        self.texts += texts
        return self._embeddings.encode_with_sentences(texts, spans, on_done)


@dataclass
class Desk:
    """A home, a folder of documents beside it, and ingests of the one into the other."""

    home: Path
    docs: Path
    embeddings: RecordingEmbeddings
    debate: Debate
    dossier: bool = False
    progress: list[tuple[int, int]] = field(default_factory=list)

    @property
    def shelf(self) -> Shelf:
        """The editions in the home."""
        return Shelf(self.home)

    def write(self, name: str, text: str) -> Path:
        """Write a document."""
        path = self.docs / name
        path.write_text(text, "utf-8")
        return path

    def run(self, wish: Wish, embeddings: PassageEmbeddings | None = None) -> Receipt:
        """Run an ingest; what it embeds and how far it is are remembered from here on."""
        self.embeddings.texts.clear()
        self.progress.clear()
        pipeline = Pipeline(self.shelf, embeddings or self.embeddings, self.debate, dossier=self.dossier, keep=5)
        return pipeline.run(wish, lambda done, total: self.progress.append((done, total)))

    def ingest(self, *paths: Path) -> Receipt:
        """Add or update documents."""
        return self.run(Wish(paths=paths))

    def sync(self, *, may_empty: bool = False) -> Receipt:
        """Make the documents from the folder equal to it."""
        return self.run(Wish(sync=self.docs, may_empty=may_empty))

    @contextmanager
    def edition(self, embeddings: PassageEmbeddings | None = None) -> Iterator[Edition]:
        """The current edition, opened as a question opens it."""
        reader = EditionReader(self.shelf, (embeddings or self.embeddings).model)
        try:
            with reader.current() as edition:
                yield edition
        finally:
            reader.close()

    def documents(self) -> dict[str, Document]:
        """What is stored, by the name of the file that it came from."""
        with self.edition() as edition:
            ids = [source.id for source in edition.catalog.sources()]
            found = [document for source_id in ids if (document := edition.catalog.document(source_id))]
        return {Path(document.source.place).name: document for document in found}

    def texts(self) -> dict[str, str]:
        """The stored texts of all but the pinned document."""
        return {name: document.text for name, document in self.documents().items() if document.source.id != PINNED}
