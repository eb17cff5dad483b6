"""The next edition is built in a stream: in batches, in any order, and whole or not at all."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.building import EditionBuilder, Progress
from vectorstore.catalog import Catalog
from vectorstore.embeddings import ModelId, PassageEmbeddings
from vectorstore.entries import Entry
from vectorstore.errors import UnavailableError
from vectorstore.kinship import Kinship
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import Document, Passage, Section, Sentence, Source, Vector, embedded_text, passage_ids
from vectorstore.store import PassageStore

MANY = 2_500  # passages: more than two batches


class DigestEmbeddings(PassageEmbeddings):
    """Vectors that depend on the text alone, and are made in no time; remembers every text with sentences."""

    model = ModelId("digest", "0")

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_query(self, text: str) -> Vector:
        """See `PassageEmbeddings`."""
        numbers = np.frombuffer(hashlib.shake_128(text.encode()).digest(8), dtype=np.uint8).astype(np.float32) - 127.5
        return np.asarray(numbers / np.linalg.norm(numbers), dtype=np.float32)

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Vector:
        """See `PassageEmbeddings`."""
        if on_done:
            on_done(len(texts))
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, 8)

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], on_done: Callable[[int], None] | None = None
    ) -> tuple[Vector, list[Vector]]:
        """See `PassageEmbeddings`."""
        self.texts += texts
        parts = [
            self.encode_passages([text[start:end] for start, end in inside]) for text, inside in zip(texts, spans, strict=True)
        ]
        return self.encode_passages(texts, on_done), parts


Made = tuple[Document, Entry, list[Passage]]


def made(name: str, *lines: str, place: str | None = None) -> Made:
    """A document of which every line is a passage of one sentence."""
    source = Source(name, name.capitalize(), place or f"/{name}.txt", "nl")
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
    spans = [(start, start + len(line)) for start, line in zip(starts, lines, strict=False)]
    text = "\n".join(lines)
    document = Document(source, text, tuple(spans), (Section(0, len(text)),))
    ids = passage_ids(name, [embedded_text(source.title, line) for line in lines])
    passages = [
        Passage(passage_id, name, start, end, line, (Sentence(start, end, number),), source.title)
        for number, (passage_id, (start, end), line) in enumerate(zip(ids, spans, lines, strict=True), start=1)
    ]
    return document, Entry(name, "fingerprint", {}), passages


WILLOWS, OTTERS = made("wilgen", "De dijkgraaf plant wilgen.", "Hij plant ze elk jaar."), made("otters", "De otter is terug.")


@contextmanager
def building(folder: Path, base: Path | None = None, progress: Progress | None = None) -> Iterator[EditionBuilder]:
    """A builder that is closed in the end."""
    folder.mkdir()
    builder = EditionBuilder(folder, DigestEmbeddings(), base, progress)
    try:
        yield builder
    finally:
        builder.close()


def build(folder: Path, *documents: Made, base: Path | None = None, remove: Sequence[str] = ()) -> tuple[int, int, int]:
    """Build an edition, and say what `finish` says."""
    with building(folder, base) as builder:
        for document in documents:
            builder.put(*document)
        for source_id in remove:
            builder.remove(source_id)
        return builder.finish()


def check(folder: Path, *documents: Made) -> None:
    """An edition holds exactly these documents, and each passage is found by its text, by its words and by its vector."""
    catalog = Catalog(folder / "catalog.sqlite")
    lexical, model = LexicalIndex(folder / "bm25"), DigestEmbeddings()
    store = PassageStore(folder / "chroma", model.model)
    try:
        assert {source.id: source for source in catalog.sources()} == {each.source.id: each.source for each, *_ in documents}
        assert catalog.unsound_passages() == 0
        passages = {passage.id: passage for *_, each in documents for passage in each}
        stored = list(catalog.all_passages())
        assert {each.passage.id: each.passage for each in stored} == passages
        assert store.count() == len(lexical) == len(passages)
        for each in stored[:: max(len(stored) // 40, 1)]:
            text = each.passage.embedded_text
            assert store.search(model.encode_query(text), 1)[0].id == each.passage.id
            assert np.allclose(each.vectors, model.encode_passages([each.passage.text]), atol=0.001)
            word = each.passage.text.split()[-1].rstrip(".").lower()
            assert each.row in [row for row, _ in lexical.search(dict.fromkeys(lexical.terms_of(word, "nl"), 1.0), len(stored))]
    finally:
        store.close()
        catalog.close()


def long_document(name: str, count: int = MANY) -> Made:
    """A document of so many passages."""
    return made(name, *(f"Regel {number} van {name} gaat over nummer{number}." for number in range(count)))


def test_documents_larger_and_smaller_than_a_batch(tmp_path: Path) -> None:
    """What is put in one batch, in several, or as part of one, is all there; each passage is embedded once."""
    documents = [WILLOWS, long_document("lang"), OTTERS, long_document("langer", MANY + 1)]
    assert build(tmp_path / "1", *documents) == (4, 2 * MANY + 4, 2 * MANY + 4)
    check(tmp_path / "1", *documents)


def test_progress_is_heard_while_documents_are_put(tmp_path: Path) -> None:
    """What is embedded is told before the last document has come, and in the end all of all is."""
    heard: list[tuple[int, int]] = []
    with building(tmp_path / "1", progress=lambda done, total: heard.append((done, total))) as builder:
        builder.put(*long_document("lang"))
        before = list(heard)
        builder.put(*WILLOWS)
        builder.finish()
    assert before
    assert heard == sorted(heard)
    assert heard[-1] == (MANY + 2, MANY + 2)


def test_what_is_removed_and_what_is_put_come_in_any_order(tmp_path: Path) -> None:
    """A removal may come before or after the puts; a document that is put too stays."""
    build(tmp_path / "1", WILLOWS, OTTERS)
    newer = made("wilgen", "De dijkgraaf plant wilgen.", "Hij kapt de bomen.")
    for number, order in enumerate(
        [["otters", "put"], ["put", "otters"], ["wilgen", "otters", "put"], ["put", "otters", "wilgen"]]
    ):
        folder = tmp_path / f"after-{number}"
        with building(folder, tmp_path / "1") as builder:
            for step in order:
                builder.put(*newer) if step == "put" else builder.remove(step)
            assert builder.finish() == (1, 2, 1)
        check(folder, newer)


def test_documents_that_change_places_keep_their_vectors(tmp_path: Path) -> None:
    """Two documents swap places, or one comes where another was that is removed or forgotten: no vector is made again or lost."""
    build(tmp_path / "1", WILLOWS, OTTERS)

    def moved(document: Made, place: str) -> Made:
        return replace(document[0], source=replace(document[0].source, place=place)), *document[1:]

    swapped = moved(WILLOWS, "/otters.txt"), moved(OTTERS, "/wilgen.txt")
    assert build(tmp_path / "2", *swapped, base=tmp_path / "1") == (2, 3, 0)
    check(tmp_path / "2", *swapped)
    assert build(tmp_path / "3", swapped[0], base=tmp_path / "1", remove=["otters"]) == (1, 2, 0)
    check(tmp_path / "3", swapped[0])
    assert build(tmp_path / "4", swapped[0], base=tmp_path / "1") == (1, 2, 0)
    check(tmp_path / "4", swapped[0])


def test_what_stays_keeps_its_vectors_across_batches(tmp_path: Path) -> None:
    """A line put above a document of several batches costs one embedding, and the edition that was there is as it was."""
    before = long_document("lang")
    build(tmp_path / "1", before, WILLOWS)
    after = made("lang", "Vooraf staat iets nieuws.", *before[0].text.split("\n"))
    assert build(tmp_path / "2", after, base=tmp_path / "1") == (2, MANY + 3, 1)
    check(tmp_path / "2", after, WILLOWS)
    check(tmp_path / "1", before, WILLOWS)


def test_sentences_that_are_told_apart_otherwise_get_vectors_of_their_own(tmp_path: Path) -> None:
    """A later version may find other sentences in the same passage: it goes in, and each of them has the vector of its words."""
    before = made("wilgen", "De dijkgraaf plant wilgen. Hij plant ze elk jaar.")
    document, entry, (passage,) = before
    middle = passage.text.index(" Hij")
    first, second = Sentence(0, middle, 1), Sentence(middle + 1, passage.end, 1)
    build(tmp_path / "1", before)
    assert build(tmp_path / "2", (document, entry, [replace(passage, sentences=(first, second))]), base=tmp_path / "1") == (1, 1, 1)
    with closing(Catalog(tmp_path / "2" / "catalog.sqlite")) as catalog:
        (stored,) = catalog.all_passages()
    own = DigestEmbeddings().encode_passages([passage.text[:middle], passage.text[middle + 1 :]])
    assert np.allclose(stored.vectors, own, atol=0.001)


def test_an_edition_of_an_older_form_is_a_base(tmp_path: Path) -> None:
    """An edition without the words of its passages and without kin is built on like any other, and answers the same."""
    build(tmp_path / "1", WILLOWS, OTTERS)
    for path in (tmp_path / "1" / "bm25").glob("bag-*"):
        path.unlink()
    for path in (tmp_path / "1" / "kinship").iterdir():
        path.unlink()
    (tmp_path / "1" / "kinship").rmdir()
    newer = made("otters", "De otter is weg.")
    assert build(tmp_path / "2", newer, base=tmp_path / "1") == (2, 3, 1)
    check(tmp_path / "2", WILLOWS, newer)
    build(tmp_path / "anew", WILLOWS, newer)
    for name in ("vocabulary.txt", "terms.txt", "scores.npy"):
        assert (tmp_path / "2" / "bm25" / name).read_bytes() == (tmp_path / "anew" / "bm25" / name).read_bytes()
    assert "otter" in Kinship(tmp_path / "2" / "kinship").kin_of("otter", DigestEmbeddings().encode_query)


def test_document_comes_to_a_place_where_another_still_stands(tmp_path: Path) -> None:
    """Two documents that trade places, and one whose place another takes before it goes, are where they are at the end."""
    one, two, gone = (made(name, f"{name} is er.", place=f"/{name}.txt") for name in ("een", "twee", "weg"))
    build(tmp_path / "1", one, two, gone)
    with building(tmp_path / "2", tmp_path / "1") as builder:
        moves = [(one, "/twee.txt"), (two, "/weg.txt"), (one, "/een.txt"), (two, "/twee.txt"), (one, "/weg.txt")]
        for (document, entry, _), place in moves:
            builder.relabel(replace(document.source, place=place), entry)
        builder.remove("weg")
        assert builder.finish() == (2, 2, 0)
        assert {each.id: each.place for each in builder.catalog.sources()} == {"een": "/weg.txt", "twee": "/twee.txt"}


def test_what_fails_while_a_batch_is_written_is_raised(tmp_path: Path) -> None:
    """Two documents at one place cannot be written, and the next call says so."""
    with building(tmp_path / "1") as builder:
        builder.put(*made("wilgen", "De dijkgraaf plant wilgen.", place="/same.txt"))
        builder.put(*made("otters", "De otter is terug.", place="/same.txt"))
        with pytest.raises(sqlite3.IntegrityError):
            builder.finish()
    with building(tmp_path / "2") as builder:
        builder.put(*made("wilgen", "De dijkgraaf plant wilgen.", place="/lang.txt"))
        with pytest.raises(sqlite3.IntegrityError):
            builder.put(*long_document("lang"))


@pytest.mark.parametrize("change", [{"end": 1_000}, {"start": 26}, {"sentences": ()}], ids=["too long", "empty", "no sentence"])
def test_an_edition_that_does_not_add_up_is_not_finished(change: dict[str, int], tmp_path: Path) -> None:
    """A passage that is no span of its document, or has other sentences than vectors, is one too many."""
    document, entry, (first, second) = WILLOWS
    with building(tmp_path / "1") as builder:
        builder.put(document, entry, [replace(first, **change), second])  # type: ignore[arg-type]  # fields of a passage
        with pytest.raises(UnavailableError, match="does not add up"):
            builder.finish()


def test_long_texts_are_read_once_and_right(tmp_path: Path) -> None:
    """Passages of texts that are not all kept in memory, asked for in turn, are the spans of their own."""
    filler = "woord " * 250_000
    documents = [made(name, f"{name} {filler}", f"Het einde van {name}.") for name in ("een", "twee", "drie")]
    build(tmp_path / "1", *documents)
    one, two, three = (passages for *_, passages in documents)
    asked = [one[1], two[1], one[0], three[1], two[0]]  # the third text is one too many
    catalog = Catalog(tmp_path / "1" / "catalog.sqlite")
    assert [catalog.passages_by_id([passage.id])[passage.id].passage for passage in asked] == asked
    catalog.close()
