"""What Chroma and the BM25 index take alone for what answers ask of them, below which no answer can go.

    python -m tests.benchmarks.floor EDITION ASKED

opens Chroma's collections and the BM25 index of an edition's folder in a process that has nothing else, puts to them what
`tests.benchmarks.steps` wrote down in ASKED, and prints it as JSON.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil

from vectorstore.lexical import LexicalIndex

WARM = 10
"""Questions before those that count."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Seconds to open both, milliseconds of all that each question asks of them, and the memory afterwards."""

    opening: float
    searches: list[float]
    megabytes: float


@dataclass
class Asked:
    """What a question asked: words with their weights of BM25, vectors of Chroma's passages and caveats, each with how many."""

    words: list[tuple[Mapping[str, float], int]] = field(default_factory=list)
    meanings: list[tuple[list[list[float]], int]] = field(default_factory=list)
    caveats: list[tuple[list[list[float]], int]] = field(default_factory=list)


@contextmanager
def written_down(path: Path | None) -> Iterator[Callable[[], None]]:
    """Whatever is asked in the block goes to a file at its end, if one is named; the callable tells that a question begins."""
    from vectorstore.store import PassageStore

    asked = [Asked()]
    with ExitStack() as stack:
        if path:
            for owner, name, into in (
                (LexicalIndex, "search", "words"),
                (PassageStore, "search", "meanings"),
                (PassageStore, "search_caveats", "caveats"),
            ):
                stack.enter_context(patch.object(owner, name, _noted(getattr(owner, name), asked, into)))
        yield lambda: asked.append(Asked())
    if path:
        path.write_text(json.dumps([asdict(each) for each in asked[1:]]), "utf-8")


def _noted(search: Callable[..., Any], asked: Sequence[Asked], into: str) -> Callable[..., Any]:
    def run(self: object, what: Any, limit: int) -> Any:  # noqa: ANN401  # whatever the searches take and give
        noted = dict(what) if into == "words" else np.atleast_2d(np.asarray(what)).tolist()
        getattr(asked[-1], into).append((noted, limit))
        return search(self, what, limit)

    return run


def floor(edition: Path, questions: Sequence[Asked]) -> Floor:
    """Ask both what the questions asked, one question after another."""
    import chromadb
    from chromadb.config import Settings

    first = next(vectors for question in questions for vectors, _ in question.meanings)
    started = time.perf_counter()
    client = chromadb.PersistentClient(str(edition / "chroma"), settings=Settings(anonymized_telemetry=False))
    meanings, caveats = (client.get_collection(name, embedding_function=None) for name in ("passages", "caveats"))
    index = LexicalIndex(edition / "bm25")
    for collection in (meanings, caveats):
        collection.query(query_embeddings=np.array(first), n_results=1, include=["distances"])
    opened = time.perf_counter() - started
    searches = []
    for question in questions:
        vectors = [
            (collection, np.array(wanted), most)
            for collection, asked in ((meanings, question.meanings), (caveats, question.caveats))
            for wanted, most in asked
        ]
        began = time.perf_counter()
        for collection, wanted, most in vectors:
            collection.query(query_embeddings=wanted, n_results=most, include=["distances"])
        for weights, most in question.words:
            index.search(weights, most)
        searches.append(1_000 * (time.perf_counter() - began))
    return Floor(opened, searches[WARM:], psutil.Process().memory_info().rss / 1024**2)


if __name__ == "__main__":
    folder, written = map(Path, sys.argv[1:3])
    print(json.dumps(asdict(floor(folder, [Asked(**each) for each in json.loads(written.read_text("utf-8"))]))))
