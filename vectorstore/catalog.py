"""The catalogue of an edition: sources, stored texts, passages and sentence vectors, in one SQLite file.

Written once while the edition is built, read-only afterwards.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.entries import Entry, stored_entry
from vectorstore.passages import (
    Document,
    Passage,
    Section,
    Source,
    Vector,
)
from vectorstore.rows import passage_row, sentences_from, source_from
from vectorstore.sources import Sources, WordsOf
from vectorstore.spoken import Spoken

_SCHEMA = """
CREATE TABLE source (
    id TEXT PRIMARY KEY, place TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, given TEXT NOT NULL, data TEXT NOT NULL,
    text TEXT NOT NULL, sha256 TEXT NOT NULL, paragraphs TEXT NOT NULL, sections TEXT NOT NULL
) STRICT;
CREATE TABLE passage (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source_id TEXT NOT NULL REFERENCES source (id),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, section TEXT, page INTEGER, context TEXT NOT NULL,
    sentences TEXT NOT NULL, vectors BLOB NOT NULL
) STRICT;
CREATE TABLE removed (place TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE INDEX passage_of_source ON passage (source_id, start);
CREATE TABLE voice (voice TEXT NOT NULL, passage_id TEXT NOT NULL, PRIMARY KEY (voice, passage_id)) STRICT, WITHOUT ROWID;
"""
_PASSAGE = 'SELECT row, id, source_id, start, "end", section, page, context, sentences, vectors FROM passage'
_REMEMBERED = 4_000  # passages, of about 5 kB each
_TEXTS = 4_000_000  # characters of texts that are at hand; SQLite would read all of a text again for each passage of it
_BATCH = 500  # SQLite's limit on parameters is higher; this keeps statements short


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row, which the BM25 index counts by, and the vectors of its sentences."""

    row: int
    passage: Passage
    vectors: Vector


class Catalog:
    """Reads an edition's catalogue. Not shared between threads that use it at once; see `Edition`."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        """Open the file; read-only unless `writable`, which also creates it."""
        is_new = writable and not path.exists()
        mode = "rwc" if writable else "ro&immutable=1"
        self._db = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, check_same_thread=False)
        self._is_final = not writable
        self._sources = Sources(self._db, is_final=self._is_final)
        self._remembered: dict[str | int, StoredPassage] = {}
        self._spoken = Spoken(self.passages_of_voice)
        self._texts: dict[str, str] = {}
        self._characters = 0
        if writable:
            # An edition that is not finished is thrown away, so that there is nothing to go back to or to save halfway.
            self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        if is_new:
            self._db.executescript(_SCHEMA)

    def commit(self) -> None:
        """Write out what was added and removed."""
        self._db.commit()

    def close(self) -> None:
        """Commit what was written and let go of the file."""
        self.commit()
        self._db.close()

    def sources(self) -> list[Source]:
        """Every source, by title."""
        return sorted(self.sources_by_id().values(), key=lambda source: (source.title.casefold(), source.id))

    def sources_by_id(self) -> Mapping[str, Source]:
        """Every source, by id."""
        return self._sources.all()

    def sources_of(self, ids: Iterable[str]) -> Mapping[str, Source]:
        """The sources with these ids, by id; those that are not there are left out."""
        return self._sources.some(ids)

    def source(self, source_id: str) -> Source | None:
        """The source with an id."""
        return self._sources.some([source_id]).get(source_id)

    def sources_called(self, words: Collection[str], words_of: WordsOf) -> list[str]:
        """The ids of the sources that have all of these words among those that `words_of` gives."""
        return self._sources.called(words, words_of)

    def entries(self) -> list[Entry]:
        """What an ingest compares by, for every document."""
        return [stored_entry(*row) for row in self._db.execute("SELECT id, place, fingerprint, given FROM source ORDER BY id")]

    def relabel(self, source: Source, entry: Entry) -> None:
        """Put down that a document whose text stays is at other places."""
        self._db.execute(
            "UPDATE source SET place = ?, fingerprint = ?, given = ?, data = ? WHERE id = ?",
            (source.place, entry.as_json(), _as_json(dict(entry.given)), _as_json(asdict(source)), source.id),
        )

    def text_digests(self) -> dict[str, str]:
        """The digest of each stored text, to the id of its document."""
        return dict(self._db.execute("SELECT sha256, id FROM source"))

    def document(self, source_id: str) -> Document | None:
        """A document with its stored text."""
        row = self._db.execute("SELECT data, text, paragraphs, sections FROM source WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            return None
        data, text, paragraphs, sections = row
        return Document(
            source=source_from(data),
            text=text,
            paragraphs=tuple((start, end) for start, end in json.loads(paragraphs)),
            sections=tuple(Section(start, end, tuple(path), page) for start, end, path, page in json.loads(sections)),
        )

    def sha256(self, source_id: str) -> str:
        """The digest of a document's stored text; KeyError when there is no such document."""
        row = self._db.execute("SELECT sha256 FROM source WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            raise KeyError(source_id)
        return str(row[0])

    def counts(self) -> tuple[int, int]:
        """How many documents and passages there are."""
        (documents,) = self._db.execute("SELECT count(*) FROM source").fetchone()
        (passages,) = self._db.execute("SELECT count(*) FROM passage").fetchone()
        return documents, passages

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """The passages with these ids."""
        return {stored.passage.id: stored for stored in self._passages("id", ids)}

    def passages_by_row(self, rows: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages at these rows."""
        return {stored.row: stored for stored in self._passages("row", rows)}

    def passages_at(self, rows: Sequence[int]) -> Iterator[StoredPassage]:
        """The passages at these rows, one by one."""
        return self._passages("row", rows)

    def passages_of(self, source_id: str) -> list[StoredPassage]:
        """The passages of a document in reading order."""
        query = "SELECT id FROM passage WHERE source_id = ? ORDER BY start"
        ids = [passage_id for (passage_id,) in self._db.execute(query, (source_id,))]
        found = self.passages_by_id(ids)
        return [found[passage_id] for passage_id in ids]

    def passages_of_voice(self, voice_id: str, limit: int) -> list[StoredPassage]:
        """The first passages in which a voice speaks, by row."""
        query = "SELECT p.id FROM passage p JOIN voice v ON v.passage_id = p.id WHERE v.voice = ? ORDER BY p.row LIMIT ?"
        ids = [passage_id for (passage_id,) in self._db.execute(query, (voice_id, limit))]
        found = self.passages_by_id(ids)
        return [found[passage_id] for passage_id in ids]

    def passages_spoken(self, voices: Sequence[str], vector: Vector, limits: tuple[int, int]) -> list[StoredPassage]:
        """Those of the first passages of each voice that are nearest to a vector, of a catalogue that is final.

        `limits` tells how many are looked at of each voice, and how many are given in all.
        """
        return list(self.passages_by_id(self._spoken.nearest(voices, vector, limits)).values())

    def all_passages(self) -> Iterator[StoredPassage]:
        """Every passage, by row."""
        for row in self._db.execute(f"{_PASSAGE} ORDER BY row"):
            yield self._stored(row)

    def passage_rows(self) -> Iterator[tuple[int, str, str]]:
        """Row, id and source id of every passage, by row, at hardly any cost."""
        yield from self._db.execute("SELECT row, id, source_id FROM passage ORDER BY row")

    def unsound_passages(self) -> int:
        """How many passages are not a span of their source's text, or have not one vector for each of their sentences."""
        lengths = dict(self._db.execute("SELECT id, length(text) FROM source"))
        wrong, widths = 0, set()
        query = 'SELECT source_id, start, "end", json_array_length(sentences), length(vectors) FROM passage'
        for source_id, start, end, sentences, size in self._db.execute(query):
            wrong += not (0 <= start < end <= lengths.get(source_id, 0) and sentences and size % sentences == 0)
            widths.add(size // max(sentences, 1))
        return wrong + max(len(widths) - 1, 0)

    def add(self, document: Document, entry: Entry) -> None:
        """Store a document that is not there yet, without its passages."""
        source = document.source
        sections = [(section.start, section.end, section.path, section.page) for section in document.sections]
        self._db.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                source.id,
                source.place,
                entry.as_json(),
                _as_json(dict(entry.given)),
                _as_json(asdict(source)),
                document.text,
                document.sha256,
                json.dumps(document.paragraphs),
                json.dumps(sections, ensure_ascii=False),
            ),
        )

    def add_passages(self, passages: Sequence[Passage], vectors: Mapping[str, Vector]) -> None:
        """Store passages of documents that are there; `vectors` holds the sentence vectors by passage id."""
        self._db.executemany(
            "INSERT INTO passage VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (passage_row(passage, vectors[passage.id]) for passage in passages),
        )
        speakers = {(voice, passage.id) for passage in passages for sentence in passage.sentences for voice in sentence.voices}
        self._db.executemany("INSERT INTO voice VALUES (?, ?)", sorted(speakers))

    def source_at(self, place: str) -> str | None:
        """The id of the document that came from a place."""
        row = self._db.execute("SELECT id FROM source WHERE place = ?", (place,)).fetchone()
        return str(row[0]) if row else None

    def displace(self, source_id: str) -> None:
        """Free the place of a document that is about to be removed or added anew."""
        self._db.execute("UPDATE source SET place = id || char(0) WHERE id = ?", (source_id,))

    def remove(self, source_id: str) -> None:
        """Take a document and its passages out."""
        self._characters -= len(self._texts.pop(source_id, ""))
        self._db.execute("DELETE FROM voice WHERE passage_id IN (SELECT id FROM passage WHERE source_id = ?)", (source_id,))
        self._db.execute("DELETE FROM passage WHERE source_id = ?", (source_id,))
        self._db.execute("DELETE FROM source WHERE id = ?", (source_id,))

    def passage_counts(self) -> Mapping[str, int]:
        """Source id to the number of its passages."""
        return dict(self._db.execute("SELECT source_id, count(*) FROM passage GROUP BY source_id"))

    def removed_places(self) -> frozenset[str]:
        """The places of bundled documents that were removed on purpose, and stay away."""
        return frozenset(place for (place,) in self._db.execute("SELECT place FROM removed"))

    def keep_away(self, places: Iterable[str]) -> None:
        """Remember that the documents at these places were removed on purpose."""
        self._db.executemany("INSERT OR IGNORE INTO removed VALUES (?)", ((place,) for place in places))

    def passage_ids(self) -> Mapping[str, list[str]]:
        """Source id to the ids of its passages, in reading order."""
        found: dict[str, list[str]] = {source_id: [] for source_id in self.sources_by_id()}
        for source_id, passage_id in self._db.execute("SELECT source_id, id FROM passage ORDER BY source_id, start"):
            found[source_id].append(passage_id)
        return found

    def _passages(self, column: str, keys: Sequence[str] | Sequence[int]) -> Iterator[StoredPassage]:
        yield from (self._remembered[key] for key in keys if key in self._remembered)
        unknown = [key for key in keys if key not in self._remembered]
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            for row in self._db.execute(f"{_PASSAGE} WHERE {column} IN ({marks})", batch):
                yield self._remember(self._stored(row))

    def _text(self, source_id: str) -> str:
        if source_id not in self._texts:
            (text,) = self._db.execute("SELECT text FROM source WHERE id = ?", (source_id,)).fetchone()
            if self._characters + len(text) > _TEXTS:
                self._texts.clear()
                self._characters = 0
            self._texts[source_id] = str(text)
            self._characters += len(text)
        return self._texts[source_id]

    def _stored(self, row: tuple[Any, ...]) -> StoredPassage:
        number, passage_id, source_id, start, end, section, page, context, raw, vectors = row
        sentences = sentences_from(json.loads(raw))
        text = self._text(source_id)[start:end]
        passage = Passage(passage_id, source_id, start, end, text, sentences, context, section, page)
        matrix = np.frombuffer(vectors, dtype=np.float16)
        return StoredPassage(number, passage, matrix.reshape(len(sentences), -1).astype(np.float32))

    def _remember(self, stored: StoredPassage) -> StoredPassage:
        """Passages that were read once are asked for again by most questions; a final catalogue does not change."""
        if self._is_final:
            while len(self._remembered) > 2 * _REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[stored.passage.id] = self._remembered[stored.row] = stored
        return stored


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
