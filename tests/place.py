"""A home to publish in, with a folder of documents beside it: what the tests of editions work on."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import Pipeline
from ingest.receipt import Receipt, Wish
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings

WILLOWS = "De dijkgraaf plant wilgen langs de Vecht. Dat doet hij elk voorjaar."
BIRDS = (
    "De kwalsterbriep van Zwammerlo is geen gewone vogel. Hij broedt op het dak van het griffelhuis. "
    "Mensen moeten altijd toezicht houden op AI bij de kwalsterbriep, want een mens beslist."
)
UNIQUE = ["kwalsterbriep", "zwammerlo", "griffelhuis", "griffelhui", "geen gewone vogel", "geheim"]
"""What only that text has: words, a stem, a phrase, and its name."""
OTTERS = "De otter is terug in de Weerribben. Vissers zien hem vaak."


@dataclass
class Place:
    """A home, a folder of documents beside it, and what is needed to publish the one into the other in this process."""

    home: Path
    docs: Path
    embeddings: PassageEmbeddings
    debate: Debate

    @property
    def shelf(self) -> Shelf:
        """The editions."""
        return Shelf(self.home)

    @property
    def folders(self) -> list[str]:
        """What there is among the editions."""
        return sorted(path.name for path in (self.home / "editions").iterdir() if path.name != ".lock")

    def publish(self, keep: int = 5, **texts: str) -> Receipt:
        """Make the folder of documents hold exactly these, and the home too."""
        shutil.rmtree(self.docs, ignore_errors=True)
        self.docs.mkdir()
        for name, text in texts.items():
            (self.docs / f"{name}.txt").write_text(text, "utf-8")
        return self.sync(keep)

    def sync(self, keep: int = 5) -> Receipt:
        """Make the home hold what the folder holds."""
        pipeline = Pipeline(self.shelf, self.embeddings, self.debate, dossier=False, keep=keep)
        return pipeline.run(Wish(sync=self.docs, may_empty=True))

    @contextmanager
    def reader(self) -> Iterator[EditionReader]:
        """A reader as the bot has one."""
        reader = EditionReader(self.shelf, self.embeddings.model)
        try:
            yield reader
        finally:
            reader.close()

    def names(self) -> list[str]:
        """The documents that a question is answered from, found by meaning, by words, and in the catalogue."""
        with self.reader() as reader, reader.current() as edition:
            names = {source.id: Path(source.place).stem for source in edition.catalog.sources()}
            hits = edition.store.search(self.embeddings.encode_query("otter wilgen"), 100)
            by_meaning = edition.catalog.passages_by_id([hit.id for hit in hits])
            rows = [row for row, _ in edition.lexical.search({"otter": 1.0, "wilg": 1.0, "kwalsterbriep": 1.0}, 100)]
            by_words = edition.catalog.passages_by_row(rows)
            assert {stored.passage.source_id for stored in by_meaning.values()} == set(names)
            assert {names[stored.passage.source_id] for stored in by_words.values()} == set(names.values()) - {
                "dossier:kanttekening"
            }
        return sorted(set(names.values()) - {"dossier:kanttekening"})

    def variables(self) -> dict[str, str]:
        """The settings for a process that works on this home."""
        from tests.command import environment  # which stands on conftest, and that on this

        return environment(home=self.home, dossier="off")


def remains(home: Path) -> list[str]:
    """Where anything of the secret is under a home: in a name or in the bytes of a file, as UTF-8 or UTF-16, whatever the case."""
    found = []
    for path in sorted(home.rglob("*")):
        data = path.read_bytes().lower() if path.is_file() else b""
        for word in UNIQUE:
            needles = [word.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
            if word in path.name.lower() or any(needle in data for needle in needles):
                found.append(f"{path.relative_to(home)}: {word}")
    return found
