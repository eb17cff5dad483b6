"""Prints what an ingest of many passages costs, beside what the model and Chroma alone take for exactly those passages.

    python -m tests.benchmarks.scale --passages 5000

At full size, as in `make bench`, it takes about half an hour on 2 cores. The documents are made here: sentences of words
that the dossier has and of compounds of them, as frequent as words are (Zipf). Memory is the peaks of the process and of its
children added up, looked at ten times a second: no less than there ever was at once.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.processes import high_water
from vectorstore.catalog import Catalog
from vectorstore.embeddings import BUNDLED, load_embeddings
from vectorstore.passages import Passage, Vector

_DOSSIER = Path(__file__).parents[2] / "ingest" / "dossier"
_TRIED, FULL = 5_000, 100_000
_PER_DOCUMENT, _SENTENCES, _WORDS = 50, 4, 15  # passages of a document, sentences of a passage, words of a sentence
_PER_SECTION = 5
_VOCABULARY, _ZIPF, _SHIFT = 60_000, 1.15, 10.0  # as Zipf and Mandelbrot have it
_CHROMA_BATCH = 2_000
_EVERY = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of the clock, seconds of the processors, megabytes at its peak with its children."""

    seconds: float
    cpu: float
    megabytes: float
    main_megabytes: float
    stdout: str


def make_documents(folder: Path, passages: int) -> None:
    """Fill a folder with Markdown documents that together have about so many passages of 60 words."""
    chance = np.random.default_rng(1)
    words = np.array(_vocabulary(chance))
    shares = 1 / (np.arange(len(words)) + _SHIFT) ** _ZIPF
    shares /= shares.sum()
    for number in range(-(-passages // _PER_DOCUMENT)):
        size = (_PER_DOCUMENT, _SENTENCES, _WORDS)
        drawn = words[chance.choice(len(words), size, p=shares)]
        (folder / f"document-{number:05}.md").write_text(_document(number, drawn.tolist()), "utf-8")


def _vocabulary(chance: np.random.Generator) -> list[str]:
    """Words, the most frequent first: those of the dossier, then compounds of two of them."""
    texts = [path.read_text("utf-8").split("---", 2)[2] for path in sorted(_DOSSIER.glob("*.md"))]
    counts = Counter(word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower()))
    found = dict.fromkeys(word for word, _ in counts.most_common())
    parts = [word for word in found if len(word) > 3]
    while len(found) < _VOCABULARY:
        first, last = chance.integers(len(parts), size=2)
        found[parts[first] + ("", "s", "en")[chance.integers(3)] + parts[last]] = None
    return list(found)


def _document(number: int, passages: Sequence[Sequence[Sequence[str]]]) -> str:
    lines = ["---", f"title: Gemaakt document {number}", "published: 2026-01-01", "---", ""]
    for index, passage in enumerate(passages):
        if index % _PER_SECTION == 0:
            lines += [f"## Deel {index // _PER_SECTION + 1}", ""]
        lines += [" ".join(f"{' '.join(sentence).capitalize()}." for sentence in passage), ""]
    return "\n".join(lines)


def run_measured(arguments: Sequence[str], home: Path) -> Cost:
    """Run Python with arguments, and look at its memory while it runs."""
    environment = {**os.environ, "KANTTEKENING_HOME": str(home), "KANTTEKENING_DOSSIER": "off"}
    most = 0.0
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], stdout=said, stderr=subprocess.DEVNULL, env=environment)
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            most = max(most, high_water(process.pid))
            time.sleep(_EVERY)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        said.seek(0)
        usage = ended[2]
        return Cost(seconds, usage.ru_utime + usage.ru_stime, most, usage.ru_maxrss / 1024, said.read())


def baseline(catalog_path: Path) -> dict[str, float]:
    """The seconds that the model and Chroma (cosine, its own defaults) take for the passages of a catalogue."""
    catalog = Catalog(catalog_path)
    passages = [stored.passage for stored in catalog.all_passages()]
    catalog.close()
    model = load_embeddings(BUNDLED)
    texts, spans = [passage.embedded_text for passage in passages], [_spans(passage) for passage in passages]
    vectors = np.zeros((len(texts), len(model.encode_query("maat"))), dtype=np.float32)
    started, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(texts), _CHROMA_BATCH):
        part = slice(start, start + _CHROMA_BATCH)
        vectors[part] = model.encode_with_sentences(texts[part], spans[part])[0]
    found = {"model": time.perf_counter() - started, "model_cpu": time.process_time() - cpu}
    started, cpu = time.perf_counter(), time.process_time()
    _add_to_chroma([passage.id for passage in passages], vectors)
    return found | {"chroma": time.perf_counter() - started, "chroma_cpu": time.process_time() - cpu}


def _add_to_chroma(ids: Sequence[str], vectors: Vector) -> None:
    import chromadb
    from chromadb.config import Settings

    with tempfile.TemporaryDirectory() as folder:
        client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
        collection = client.create_collection("passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None)
        for start in range(0, len(ids), _CHROMA_BATCH):
            part = slice(start, start + _CHROMA_BATCH)
            collection.add(ids=list(ids[part]), embeddings=vectors[part])
        client.close()  # type: ignore[attr-defined]  # declared wider than it is


def _spans(passage: Passage) -> list[tuple[int, int]]:
    shift = len(passage.embedded_text) - len(passage.text) - passage.start
    return [(sentence.start + shift, sentence.end + shift) for sentence in passage.sentences]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest of so many passages took, what the model and Chroma take for them alone, and one more document after it."""

    documents: int
    passages: int
    first: Cost
    alone_s: dict[str, float]
    disk_mb: float
    second: Cost
    second_embeddings: int

    @property
    def ratio(self) -> float:
        """The clock of the ingest beside that of the model and Chroma."""
        return self.first.seconds / (self.alone_s["model"] + self.alone_s["chroma"])

    @property
    def cpu_ratio(self) -> float:
        """The same for the processors."""
        return self.first.cpu / (self.alone_s["model_cpu"] + self.alone_s["chroma_cpu"])


def ingest(passages: int) -> Ingested:
    """Ingest so many passages, do the same with the model and Chroma alone, and add one document."""
    with tempfile.TemporaryDirectory() as temporary:
        home, documents = Path(temporary) / "home", Path(temporary) / "documents"
        documents.mkdir()
        make_documents(documents, passages)
        first = run_measured(["-m", "ingest", str(documents), "--json"], home)
        receipt = json.loads(first.stdout)
        edition = home / "editions" / str(receipt["edition"])
        size = sum(path.stat().st_size for path in edition.rglob("*") if path.is_file()) / 1024**2
        alone = run_measured(["-m", "tests.benchmarks.scale", "--baseline", str(edition / "catalog.sqlite")], home)
        text = (documents / "document-00000.md").read_text("utf-8")
        (documents / "extra.md").write_text(text.replace("Gemaakt", "Nagekomen").replace(". ", " erbij. "), "utf-8")
        second = run_measured(["-m", "ingest", str(documents / "extra.md"), "--json"], home)
        made = json.loads(second.stdout)["embeddings"]
        return Ingested(receipt["documents"], receipt["passages"], first, json.loads(alone.stdout), size, second, made)


def bench_scale(passages: int) -> None:
    """Print what an ingest of so many passages takes."""
    done = ingest(passages)
    first, second, alone = done.first, done.second, done.alone_s
    print(f"ingest of {done.documents} documents, {done.passages} passages, on {os.cpu_count()} cores")
    print(f"  whole process:          {first.seconds:8.1f} s, processors {first.cpu:8.1f} s")
    print(f"  model alone:            {alone['model']:8.1f} s, processors {alone['model_cpu']:8.1f} s")
    print(f"  Chroma alone, cosine:   {alone['chroma']:8.1f} s, processors {alone['chroma_cpu']:8.1f} s")
    print(f"  ratio:                  {done.ratio:8.2f}    processors {done.cpu_ratio:8.2f}    target 1.15")
    print(f"  peak memory:            {first.megabytes:8.0f} MB, of one process {first.main_megabytes:.0f} MB  target 1500 MB")
    print(f"  edition:                {done.disk_mb:8.0f} MB")
    print(f"  next edition with one more document: {second.seconds:.1f} s ({done.second_embeddings} embeddings)  target 10 s")
    print(f"    processors {second.cpu:.1f} s, memory {second.megabytes:.0f} MB")


def main() -> None:
    """Print the figures for as many passages as asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, default=_TRIED)
    parser.add_argument("--baseline", type=Path, help="print the seconds of the model and of Chroma for a catalogue")
    chosen = parser.parse_args()
    if chosen.baseline:
        print(json.dumps(baseline(chosen.baseline)))
    else:
        bench_scale(chosen.passages)


if __name__ == "__main__":
    main()
