"""The bundled embedding model by itself."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.answering import QUESTION
from tests.benchmarks.figures import Bound, Figure, Section
from tests.benchmarks.processes import run_python
from vectorstore.embeddings import BUNDLED, load_embeddings

_DOSSIER = Path(__file__).parents[2] / "ingest" / "dossier"
_WORDS = 60
_LOADING = """import time; t = time.perf_counter()
from vectorstore.embeddings import BUNDLED, load_embeddings
load_embeddings(BUNDLED).load(); print(1_000 * (time.perf_counter() - t))"""


def bench_model(runs: int) -> Section:
    """Loading it with what it imports, a question on one core, passages on all of them."""
    loading = [float(run_python(["-c", _LOADING]).stdout) for _ in range(runs)]
    model = load_embeddings(BUNDLED).load()
    words = " ".join(path.read_text("utf-8").split("---", 2)[2] for path in sorted(_DOSSIER.glob("*.md"))).split()
    passages = [" ".join(words[start : start + _WORDS]) for start in range(0, len(words) - _WORDS, _WORDS)]
    return Section(
        "The embedding model by itself",
        f"The bundled model, without anything around it; passages are of {_WORDS} words of the dossier.",
        [
            Figure("loading it, with what it imports", loading, "ms", Bound(300)),
            Figure(
                "a question, on one core",
                [1_000 * _seconds(lambda: model.encode_query(QUESTION)) for _ in range(50)],
                "ms",
                Bound(8),
            ),
            Figure(
                "passages, on all cores",
                [len(passages) / _seconds(lambda: model.encode_passages(passages)) for _ in range(runs)],
                "/s",
                Bound(500, at_least=True),
            ),
        ],
    )


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
