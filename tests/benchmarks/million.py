"""Grows an edition of as many passages as asked, up to a million and more, in a folder that is kept.

    python -m tests.benchmarks.million --folder FOLDER --passages 1000 10000 100000 1000000

Nobody has a million passages about one debate, so they are recombined from the real texts, with a fixed seed: a passage begins with
some real sentence and goes on with the one that follows it, or with another of the same document or language; two words of each
give way to compounds of real words, so that the vocabulary grows as it does in more and more text (to about half a million).
Vectors are not computed anew, which would take an hour: a sentence has the one that the product stored for it, drawn a little
towards the others of its passage, as reading them together does; a passage has the mean of its sentences and headings by length.
All else is the product's own: the edition's builder, Chroma, the BM25 index, the catalogue, the shelf. Each size is built on the
one before.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import cast

import numpy as np

from ingest.building import EditionBuilder
from tests.evaluation.oversight import DEFAULT_SHARED
from vectorstore.catalog import Catalog, StoredPassage
from vectorstore.editions import Shelf
from vectorstore.embeddings import BundledEmbeddings, PassageEmbeddings, Span
from vectorstore.entries import Entry
from vectorstore.passages import Document, Passage, Section, Sentence, Source, Vector, passage_ids
from vectorstore.words import fold, written_words

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_PLACE = "/recombined/"
_SEED = 8
_PER_DOCUMENT = 20  # passages
_FOLLOWS, _SAME_DOCUMENT = 0.6, 0.85  # up to the first the real next sentence follows, up to the second one of the same document
_DRAWN = 0.25  # how far the vector of a sentence is drawn to the others of its passage
_COMPOUNDS, _PER_PASSAGE = 4_000_000, 2  # as frequent as words are (Zipf)
_KNOWN = 10_000  # passages whose vectors are at hand
_LETTERS = 5  # of a word that gives way


@dataclass(frozen=True, slots=True)
class _Said:
    """A real sentence: its words, its vector, and what stands above its passage."""

    text: str
    sentence: Sentence
    vector: Vector
    context: str
    section: str | None


@dataclass(frozen=True, slots=True)
class _Real:
    """A real document: its source, its sentences in order, how many of them each of its passages has."""

    source: Source
    said: Sequence[_Said]
    lengths: Sequence[int]


class Recalled(PassageEmbeddings):
    """The bundled model, which gives passages the vectors that they came with."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._real = BundledEmbeddings()
        self.model = self._real.model
        self._known: dict[str, tuple[Vector, Vector]] = {}

    def know(self, text: str, whole: Vector, inside: Vector) -> None:
        """Have a text's vector and those of its sentences at hand, for as long as a batch may wait to be written."""
        self._known.pop(text, None)
        self._known[text] = whole, inside
        if len(self._known) > _KNOWN:
            del self._known[next(iter(self._known))]

    def encode_query(self, text: str) -> Vector:
        """See `PassageEmbeddings`."""
        return self._real.encode_query(text)

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Vector:
        """See `PassageEmbeddings`."""
        return self._real.encode_passages(texts, on_done)

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], on_done: Callable[[int], None] | None = None
    ) -> tuple[Vector, list[Vector]]:
        """See `PassageEmbeddings`."""
        found = [self._known[text] for text in texts]
        if on_done:
            on_done(len(spans))
        return np.array([whole for whole, _ in found], dtype=np.float32), [inside for _, inside in found]


class Recombined:
    """Documents recombined from real ones; the one with a number is always the same."""

    def __init__(self, catalog: Path, embeddings: Recalled) -> None:
        """Take up the sentences of an edition of real documents."""
        self._embeddings = embeddings
        self._real = _real_documents(catalog)
        self._shares = np.cumsum([len(each.said) for each in self._real]).tolist()
        contexts = sorted({said.context for each in self._real for said in each.said})
        self._contexts = dict(zip(contexts, embeddings.encode_passages(contexts), strict=True))
        self._words = _long_words(said.text for each in self._real for said in each.said)
        self._by_language = {
            language: [each for each in self._real if each.source.language == language]
            for language in {each.source.language for each in self._real}
        }

    def document(self, number: int, most: int) -> tuple[Document, list[Passage]]:
        """The document with a number, of no more than so many passages, whose vectors are known from now on."""
        chance = Random(_SEED * 10_000_019 + number)  # noqa: S311  # it is to be the same each time
        real = chance.choices(self._real, cum_weights=self._shares)[0]
        source_id = f"{real.source.id}-{number:06}"
        chosen = [self._passage(chance, real) for _ in range(min(most, chance.randint(1, 2 * _PER_DOCUMENT - 1)))]
        texts = [self._varied(chance, run) for run in chosen]
        source = replace(
            real.source, id=source_id, place=f"{_PLACE}{number:06}.md", also=(), page_labels=(), published=_date(chance)
        )
        text = "\n\n".join(" ".join(inside) for inside in texts)
        passages = list(_passages(source_id, chosen, texts))
        for passage, run in zip(passages, chosen, strict=True):
            self._embeddings.know(passage.embedded_text, *self._vectors(passage, run))
        spans = tuple((passage.start, passage.end) for passage in passages)
        return Document(source, text, spans, (Section(0, len(text)),)), passages

    def _passage(self, chance: Random, real: _Real) -> list[_Said]:
        place = chance.randrange(len(real.said))
        run = [real.said[place]]
        for _ in range(chance.choice(real.lengths) - 1):
            how = chance.random()
            if how > _SAME_DOCUMENT:
                real = chance.choice(self._by_language[real.source.language])
            place = place + 1 if how < _FOLLOWS and place + 1 < len(real.said) else chance.randrange(len(real.said))
            run.append(real.said[place])
        return run

    def _varied(self, chance: Random, run: Sequence[_Said]) -> list[str]:
        texts = [said.text for said in run]
        for _ in range(_PER_PASSAGE):
            place = chance.randrange(len(texts))
            written = texts[place].split(" ")
            longer = [index for index, word in enumerate(written) if len(word) >= _LETTERS and word.isalpha() and word.islower()]
            if longer:
                written[chance.choice(longer)] = self._compound(int(_COMPOUNDS ** chance.random()))
                texts[place] = " ".join(written)
        return texts

    def _compound(self, rank: int) -> str:
        first, second = divmod(rank * 7_919_317, len(self._words))
        return self._words[first % len(self._words)] + self._words[second]

    def _vectors(self, passage: Passage, run: Sequence[_Said]) -> tuple[Vector, Vector]:
        own = np.array([said.vector for said in run], dtype=np.float32)
        weights = np.array([len(said.text) for said in run], dtype=np.float32)
        whole = weights @ own + len(passage.context) * self._contexts[passage.context]
        whole /= np.linalg.norm(whole)
        inside = own + _DRAWN * whole
        inside /= np.linalg.norm(inside, axis=1, keepdims=True)
        return whole, inside


def _real_documents(path: Path) -> list[_Real]:
    catalog = Catalog(path)
    try:
        sources = catalog.sources_by_id()
        found: dict[str, list[StoredPassage]] = {}
        for stored in catalog.all_passages():
            if stored.passage.suspicion is None:
                found.setdefault(stored.passage.source_id, []).append(stored)
        return [
            _Real(
                sources[each], [said for stored in own for said in _said(stored)], [len(stored.passage.sentences) for stored in own]
            )
            for each, own in sorted(found.items())
        ]
    finally:
        catalog.close()


def _said(stored: StoredPassage) -> Iterator[_Said]:
    passage = stored.passage
    for sentence, vector in zip(passage.sentences, stored.vectors, strict=True):
        yield _Said(" ".join(passage.text_of(sentence).split()), sentence, vector, passage.context, passage.section)


def _long_words(texts: Iterator[str]) -> list[str]:
    words = {fold(word) for text in texts for word in written_words(text)}
    return sorted(word for word in words if len(word) >= _LETTERS and word.isalpha())


def _passages(source_id: str, chosen: Sequence[Sequence[_Said]], texts: Sequence[Sequence[str]]) -> Iterator[Passage]:
    ids = passage_ids(source_id, [f"{run[0].context}\n{' '.join(inside)}" for run, inside in zip(chosen, texts, strict=True)])
    start = 0
    for number, (passage_id, run, inside) in enumerate(zip(ids, chosen, texts, strict=True), start=1):
        sentences, place = [], start
        for said, text in zip(run, inside, strict=True):
            sentences.append(replace(said.sentence, start=place, end=place + len(text), paragraph=number))
            place += len(text) + 1
        text = " ".join(inside)
        yield Passage(passage_id, source_id, start, start + len(text), text, tuple(sentences), run[0].context, run[0].section)
        start += len(text) + 2


def _date(chance: Random) -> str:
    return f"{chance.randint(2015, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def home_of(folder: Path, passages: int) -> Path:
    """Where the edition of a size is, once it has been grown."""
    return folder / f"{passages:07}"


def grow(folder: Path, sizes: Sequence[int], shared: Path = DEFAULT_SHARED, say: Callable[[str], None] = print) -> None:
    """See to it that there is an edition of each size; what is there already stays.

    Raises:
        FileNotFoundError: the real documents are not there.
    """
    real, start = folder / "real", folder / "dossier"
    _ingest(real, [shared / "data" / "documents", shared / "sources"])
    _ingest(start, [])
    embeddings = Recalled()
    made: list[Recombined] = []
    for passages in sorted(sizes):
        home = home_of(folder, passages)
        if not (home / "published.json").exists():
            made = made or [Recombined(edition_in(real) / "catalog.sqlite", embeddings)]
            grow_edition(home, start, passages, (made[0], embeddings), partial(_tell, say, time.monotonic()))
        start = home


def grow_edition(
    home: Path, base: Path, passages: int, using: tuple[Recombined, Recalled], say: Callable[[str], None] = print
) -> None:
    """Publish an edition of so many passages in a home, on top of what another home has."""
    recombined, embeddings = using
    shelf = Shelf(home)
    with shelf.lock():
        building = shelf.start_building()
        builder = EditionBuilder(building, embeddings, edition_in(base))
        have = builder.catalog.counts()[1]
        recipe = builder.catalog.entries()[0].recipe  # with another one, the next ingest would make all of them anew
        begun = sum(source.place.startswith(_PLACE) for source in builder.catalog.sources_by_id().values())
        say(f"{have} of {passages} passages")
        for number in count(begun):
            if have >= passages:
                break
            document, found = recombined.document(number, passages - have)
            builder.put(document, Entry(document.source.id, recipe, {document.source.place: ""}), found)
            if have // 10_000 != (have := have + len(found)) // 10_000:
                say(f"{have} of {passages} passages")
        documents, total, _ = builder.finish()
        builder.close()
        say(f"indexed {documents} documents")
        shelf.publish(building, documents, total, embeddings.model, keep=1)
        say("published")


def _tell(say: Callable[[str], None], started: float, text: str) -> None:
    say(f"{time.monotonic() - started:8.0f} s  {text}")


def edition_in(home: Path) -> Path:
    """The folder of the edition that is current in a home."""
    shelf = Shelf(home)
    return shelf.folder(shelf.current())


def _ingest(home: Path, folders: Sequence[Path]) -> None:
    if (home / "published.json").exists():
        return
    for each in folders:
        each.stat()
    environment = {**os.environ, "KANTTEKENING_HOME": str(home)}
    command = [sys.executable, "-m", "ingest", "--json", *map(str, folders)]
    subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    edition_in(home)


def main() -> None:
    """Grow what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, required=True, help="where the editions are kept, about 5 kB a passage in all")
    parser.add_argument("--passages", type=int, nargs="+", default=list(SIZES))
    chosen = parser.parse_args()
    grow(cast("Path", chosen.folder).absolute(), chosen.passages, say=partial(print, flush=True))


if __name__ == "__main__":
    main()
