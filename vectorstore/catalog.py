"""The catalogue of an edition: sources, stored texts, passages and sentence vectors, in one SQLite file.

Written once while the edition is built, read-only afterwards.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vectorstore.passages import (
    Document,
    Passage,
    Reference,
    Section,
    Sentence,
    Source,
    Suspicion,
    Vector,
    Wording,
)

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
_PASSAGE = """SELECT p.row, p.id, p.source_id, p.start, p."end", p.section, p.page, p.context, p.sentences, p.vectors,
substr(s.text, p.start + 1, p."end" - p.start) FROM passage p JOIN source s ON s.id = p.source_id"""
_REMEMBERED = 8_000  # keys, two for each passage of about 5 kB
_BATCH = 500  # SQLite's limit on parameters is higher; this keeps statements short


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row, which the BM25 index counts by, and the vectors of its sentences."""

    row: int
    passage: Passage
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Entry:
    """What an ingest remembers of a document.

    `fingerprint` changes with what the document was made from and how; `given` is what the user said of it (title,
    author, …), which a later ingest without options must not lose.
    """

    source_id: str
    fingerprint: str
    given: Mapping[str, str]


class Catalog:
    """Reads an edition's catalogue. Not shared between threads that use it at once; see `Edition`."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        """Open the file; read-only unless `writable`, which also creates it."""
        is_new = writable and not path.exists()
        mode = "rwc" if writable else "ro&immutable=1"
        self._db = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, check_same_thread=False)
        self._is_final = not writable
        self._sources: dict[str, Source] = {}
        self._remembered: dict[str | int, StoredPassage] = {}
        if is_new:
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Commit what was written and let go of the file."""
        self._db.commit()
        self._db.close()

    def sources(self) -> list[Source]:
        """Every source, by title."""
        return sorted(self.sources_by_id().values(), key=lambda source: (source.title.casefold(), source.id))

    def sources_by_id(self) -> Mapping[str, Source]:
        """Every source, by id."""
        if not (self._is_final and self._sources):
            self._sources = {
                source.id: source for source in (_source(data) for (data,) in self._db.execute("SELECT data FROM source"))
            }
        return self._sources

    def source(self, source_id: str) -> Source | None:
        """The source with an id."""
        return self.sources_by_id().get(source_id)

    def entries(self) -> dict[str, Entry]:
        """What an ingest compares by, for every document, by place."""
        rows = self._db.execute("SELECT place, id, fingerprint, given FROM source")
        return {place: Entry(source_id, fingerprint, json.loads(given)) for place, source_id, fingerprint, given in rows}

    def document(self, source_id: str) -> Document | None:
        """A document with its stored text."""
        row = self._db.execute("SELECT data, text, paragraphs, sections FROM source WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            return None
        data, text, paragraphs, sections = row
        return Document(
            source=_source(data),
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

    def all_passages(self) -> Iterator[StoredPassage]:
        """Every passage, by row."""
        for row in self._db.execute(f"{_PASSAGE} ORDER BY p.row"):
            yield _stored(row)

    def add(self, document: Document, entry: Entry, passages: Sequence[Passage], vectors: Mapping[str, Vector]) -> None:
        """Store a document that is not there yet; `vectors` holds the sentence vectors by passage id."""
        source = document.source
        sections = [(section.start, section.end, section.path, section.page) for section in document.sections]
        self._db.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                source.id,
                source.place,
                entry.fingerprint,
                json.dumps(dict(entry.given), ensure_ascii=False),
                json.dumps(asdict(source), ensure_ascii=False),
                document.text,
                document.sha256,
                json.dumps(document.paragraphs),
                json.dumps(sections, ensure_ascii=False),
            ),
        )
        self._db.executemany(
            "INSERT INTO passage VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(passage, vectors[passage.id]) for passage in passages),
        )
        speakers = {(voice, passage.id) for passage in passages for sentence in passage.sentences for voice in sentence.voices}
        self._db.executemany("INSERT INTO voice VALUES (?, ?)", sorted(speakers))

    def remove(self, source_id: str) -> None:
        """Take a document and its passages out."""
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

    def _passages(self, column: str, keys: Sequence[str] | Sequence[int]) -> Iterator[StoredPassage]:
        yield from (self._remembered[key] for key in keys if key in self._remembered)
        unknown = [key for key in keys if key not in self._remembered]
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            for row in self._db.execute(f"{_PASSAGE} WHERE p.{column} IN ({marks})", batch):
                yield self._remember(_stored(row))

    def _remember(self, stored: StoredPassage) -> StoredPassage:
        """Passages that were read once are asked for again by most questions; a final catalogue does not change."""
        if self._is_final:
            if len(self._remembered) > _REMEMBERED:
                self._remembered.clear()
            self._remembered[stored.passage.id] = self._remembered[stored.row] = stored
        return stored


def _row(passage: Passage, vectors: Vector) -> tuple[object, ...]:
    sentences = [_sentence_row(each) for each in passage.sentences]
    half = np.asarray(vectors, dtype=np.float16).tobytes()
    place = (passage.source_id, passage.start, passage.end, passage.section, passage.page, passage.context)
    return (passage.id, *place, json.dumps(sentences), half)


def _stored(row: tuple[object, ...]) -> StoredPassage:
    number, passage_id, source_id, start, end, section, page, context, raw, vectors, text = row
    sentences = _sentences(json.loads(str(raw)))
    passage = Passage(
        id=str(passage_id),
        source_id=str(source_id),
        start=int(str(start)),
        end=int(str(end)),
        text=str(text),
        sentences=sentences,
        context=str(context),
        section=None if section is None else str(section),
        page=None if page is None else int(str(page)),
    )
    matrix = np.frombuffer(vectors if isinstance(vectors, bytes) else b"", dtype=np.float16)
    return StoredPassage(int(str(number)), passage, matrix.reshape(len(sentences), -1).astype(np.float32))


def _sentence_row(sentence: Sentence) -> tuple[object, ...]:
    """A sentence as it is stored; the suspicion stands last, and only where there is one."""
    row = (sentence.start, sentence.end, sentence.paragraph, sentence.voices, int(sentence.oversight))
    return (*row, sentence.suspicion) if sentence.suspicion else row


def _sentences(raw: Iterable[tuple[int, int, int, list[str], int, *tuple[str, ...]]]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(start, end, paragraph, tuple(voices), bool(oversight), *map(Suspicion, suspicion))
        for start, end, paragraph, voices, oversight, *suspicion in raw
    )


def _source(data: str) -> Source:
    fields = json.loads(data)
    after = fields.pop("after")
    wording = Wording(fields.pop("wording"))
    also, page_labels = tuple(fields.pop("also", ())), tuple(fields.pop("page_labels", ()))
    return Source(**fields, wording=wording, after=Reference(**after) if after else None, also=also, page_labels=page_labels)
