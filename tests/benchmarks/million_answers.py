"""What a warm answer costs by step in editions of growing size, beside what Chroma and the BM25 index alone take for it.

    python -m tests.benchmarks.million_answers --folder FOLDER --passages 1000 10000 100000 1000000

`tests.benchmarks.million` grows the editions. Each is measured in a process of its own, and what is below it (the floor) in another
one, which opens Chroma's collections and the BM25 index and asks them just what the answers asked them, one after the other. Times
are of the clock and of the processors; where other work runs beside it, only the latter say what the program takes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import wraps
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bot.evaluation import load_question_set
from tests.benchmarks.million import SIZES, edition_in, home_of

_QUESTIONS = Path(__file__).parents[1] / "evaluation" / "development.jsonl"
_WARMING, _ASKED = 40, 200
_SEED = 8
WHOLE, FLOOR, FLOOR_CHROMA, FLOOR_BM25 = "whole answer", "floor", "floor: Chroma", "floor: BM25"
# Step, and what is timed for it; what one of them calls that is in the list as well is counted there only.
_STEPS = (
    ("reading the question", "bot.explainer", "read_in_conversation"),
    ("embedding", "vectorstore.embeddings", "BundledEmbeddings.encode_query"),
    ("words of the question", "vectorstore.retrieval", "question_terms"),
    ("kin of its words", "vectorstore.kinship", "Kinship.kin_of_all"),
    ("words of the question", "vectorstore.retrieval", "with_kin"),
    ("BM25", "vectorstore.lexical", "LexicalIndex.search"),
    ("Chroma", "vectorstore.store", "PassageStore.search"),
    ("Chroma, caveats", "vectorstore.store", "PassageStore.search_caveats"),
    ("reading passages", "vectorstore.retrieval", "Retriever._candidates"),
    ("fusion", "vectorstore.retrieval", "_fuse"),
    ("weighing sentences", "vectorstore.weighing", "Weighing.weigh"),
    ("caveat", "vectorstore.retrieval", "closest_caveat"),
    ("choosing sentences", "bot.explainer", "Explainer._select"),
    ("works named", "bot.explainer", "named_works"),
    ("composing", "bot.explainer", "Explainer._from_selection"),
    ("rendering", "bot.rendering", "as_plain_text"),
)


_UNITS = {
    "rss_mb": "MB resident",
    "disk_mb": "MB on disk",
    "open_s": "s to open",
    "open_cpu_s": "s to open, processors",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What a step of an answer takes in an edition of a size; memory and disk stand with the whole and the floor."""

    passages: int
    step: str
    median_ms: float
    p95_ms: float
    cpu_median_ms: float
    cpu_p95_ms: float
    rss_mb: float | None = None
    disk_mb: float | None = None
    open_s: float | None = None
    open_cpu_s: float | None = None


@dataclass
class _Watch:
    """Seconds of the clock and of the processors by step, each second counted once."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    _since: tuple[float, float] = (0.0, 0.0)
    _running: list[str] = field(default_factory=list)

    def timed(self, step: str, action: Callable[..., Any]) -> Callable[..., Any]:
        """The action, timed."""

        @wraps(action)
        def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # whatever it takes and gives
            with self.step(step):
                done = action(*arguments, **named)
                return list(done) if isinstance(done, Iterator) else done

        return run

    @contextmanager
    def step(self, step: str) -> Iterator[None]:
        """Count what is done meanwhile for a step."""
        self._settle()
        self._running.append(step)
        try:
            yield
        finally:
            self._settle()
            self._running.pop()

    def _settle(self) -> None:
        now = time.perf_counter(), time.process_time()
        if self._running:
            taken = self.taken.setdefault(self._running[-1], [0.0, 0.0])
            for place in (0, 1):
                taken[place] += now[place] - self._since[place]
        self._since = now


def measure(folder: Path, sizes: Sequence[int] = SIZES) -> list[Row]:
    """The rows of every size that has been grown in a folder."""
    rows = []
    for passages in sizes:
        if (home_of(folder, passages) / "published.json").exists():
            rows += [Row(**row) for row in _in_process("--answers", folder, passages)]
            rows += [Row(**row) for row in _in_process("--floor", folder, passages)]
    return rows


def _in_process(part: str, folder: Path, passages: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.benchmarks.million_answers", part, "--folder", str(folder), "--passages", str(passages)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def questions() -> list[str]:
    """The questions of the development set about the dossier, in an order that is always the same."""
    found = [case.turns[-1] for case in load_question_set(_QUESTIONS).cases if case.documents == "dossier"]
    Random(_SEED).shuffle(found)  # noqa: S311  # it is to be the same each time
    return found[: _WARMING + _ASKED]


def answers(folder: Path, passages: int) -> list[Row]:
    """What answers take in this process, by step; writes down what Chroma and the BM25 index were asked."""
    from bot.explainer import Explainer
    from bot.rendering import as_plain_text
    from vectorstore.debate import load_debate
    from vectorstore.edition import EditionReader
    from vectorstore.editions import Shelf
    from vectorstore.embeddings import load_embeddings
    from vectorstore.lexical import LexicalIndex
    from vectorstore.retrieval import Retriever
    from vectorstore.store import PassageStore

    home, debate, model = home_of(folder, passages), load_debate(None), load_embeddings("bundled").load()
    started = time.perf_counter(), time.process_time()
    reader = EditionReader(Shelf(home), model.model)
    reader.read(lambda edition: edition.info)
    opened = time.perf_counter() - started[0], time.process_time() - started[1]
    explainer = Explainer(reader, Retriever(model, debate), debate)
    watch, asked = _Watch(), _Asked()
    _record(LexicalIndex, "search", asked.words)
    _record(PassageStore, "search", asked.meanings)
    _record(PassageStore, "search_caveats", asked.caveats)
    for step, module, name in _STEPS:
        owner, _, attribute = name.rpartition(".")
        holder = getattr(import_module(module), owner) if owner else import_module(module)
        setattr(holder, attribute, watch.timed(step, getattr(holder, attribute)))
    render = watch.timed("rendering", as_plain_text)
    taken: list[dict[str, list[float]]] = []
    for question in questions():
        watch.taken = {}
        with watch.step("the rest"):
            render(explainer.answer(question).answer, debate)
        taken.append(watch.taken)
    np.save(home / "asked-meanings.npy", np.array([vector for vector, _ in asked.meanings]))
    np.save(home / "asked-caveats.npy", np.array([vector for vector, _ in asked.caveats]))
    (home / "asked-words.json").write_text(json.dumps(asked.words), "utf-8")
    memory, disk = resident(), sum(path.stat().st_size for path in edition_in(home).rglob("*") if path.is_file()) / 1024**2
    whole = [[sum(step[place] for step in each.values()) for place in (0, 1)] for each in taken[_WARMING:]]
    steps = [*dict.fromkeys(step for step, *_ in _STEPS), "the rest"]
    rows = [_row(passages, step, [each.get(step, [0.0, 0.0]) for each in taken[_WARMING:]]) for step in steps]
    return [_row(passages, WHOLE, whole, rss_mb=memory, disk_mb=disk, open_s=opened[0], open_cpu_s=opened[1]), *rows]


@dataclass
class _Asked:
    """What was asked of the BM25 index and of Chroma, with how many were wanted."""

    words: list[tuple[Mapping[str, float], int]] = field(default_factory=list)
    meanings: list[tuple[Any, int]] = field(default_factory=list)
    caveats: list[tuple[Any, int]] = field(default_factory=list)


def _record(owner: type, name: str, into: list[Any]) -> None:
    action = getattr(owner, name)

    def run(self: object, what: object, limit: int) -> object:
        into.append((what, limit))
        return action(self, what, limit)

    setattr(owner, name, run)


def floor(folder: Path, passages: int) -> list[Row]:
    """What Chroma and the BM25 index take alone, in this process, for what the answers asked of them."""
    import chromadb
    from chromadb.config import Settings

    from vectorstore.lexical import LexicalIndex

    home = home_of(folder, passages)
    edition = edition_in(home)
    started = time.perf_counter(), time.process_time()
    client = chromadb.PersistentClient(str(edition / "chroma"), settings=Settings(anonymized_telemetry=False))
    meanings, caveats = (client.get_collection(name, embedding_function=None) for name in ("passages", "caveats"))
    index = LexicalIndex(edition / "bm25")
    words = json.loads((home / "asked-words.json").read_text("utf-8"))
    asked = (np.load(home / "asked-meanings.npy"), np.load(home / "asked-caveats.npy"))
    meanings.query(query_embeddings=asked[0][:1], n_results=1, include=["distances"])
    opened = time.perf_counter() - started[0], time.process_time() - started[1]
    watch = _Watch()
    taken: dict[str, list[list[float]]] = {FLOOR_CHROMA: [], FLOOR_BM25: []}
    for place, vector in enumerate(asked[0]):
        watch.taken = {}
        with watch.step(FLOOR_CHROMA):
            meanings.query(query_embeddings=np.array([vector]), n_results=60, include=["distances"])
            for beside in asked[1][2 * place : 2 * place + 2]:
                caveats.query(query_embeddings=np.array([beside]), n_results=30, include=["distances"])
        with watch.step(FLOOR_BM25):
            for weights, limit in words[place : place + 1]:
                index.search(weights, limit)
        for step, found in taken.items():
            found.append(watch.taken[step])
    both = [[one[place] + other[place] for place in (0, 1)] for one, other in zip(*taken.values(), strict=True)]
    rows = [_row(passages, step, found[_WARMING:]) for step, found in taken.items()]
    return [_row(passages, FLOOR, both[_WARMING:], rss_mb=resident(), open_s=opened[0], open_cpu_s=opened[1]), *rows]


def _row(passages: int, step: str, taken: Sequence[Sequence[float]], **more: float) -> Row:
    clock, processors = ([1000 * each[place] for each in taken] for place in (0, 1))
    return Row(passages, step, *_middle_and_most(clock), *_middle_and_most(processors), **more)


def _middle_and_most(values: Sequence[float]) -> tuple[float, float]:
    return round(statistics.median(values), 3), round(statistics.quantiles(values, n=20)[-1], 3)


def resident() -> float:
    """The megabytes of this process that are in memory, with the files that are mapped."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def as_markdown(rows: Sequence[Row]) -> str:
    """A table: a line for each step, a column for each size, median and 95th percentile of the processors' milliseconds."""
    sizes = list(dict.fromkeys(row.passages for row in rows))
    found = {(row.passages, row.step): row for row in rows}
    head = "| ms, clock (processors), median / 95th | " + " | ".join(f"{size:,}" for size in sizes) + " |"
    lines = [head, "|---|" + "---|" * len(sizes)]
    for step in dict.fromkeys(row.step for row in rows):
        cells = [_cell(found.get((size, step))) for size in sizes]
        lines.append(f"| {step} | " + " | ".join(cells) + " |")
    for name, unit in _UNITS.items():
        for step in (WHOLE, FLOOR):
            values = [getattr(found[size, step], name) if (size, step) in found else None for size in sizes]
            if any(value is not None for value in values):
                cells = ["" if value is None else f"{value:,.1f}" for value in values]
                lines.append(f"| {step}: {unit} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    return f"{row.median_ms:.1f} / {row.p95_ms:.1f} ({row.cpu_median_ms:.1f} / {row.cpu_p95_ms:.1f})"


def main() -> None:
    """Print the table, or with `--json` the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--passages", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--answers", action="store_true", help="measure the answers of one size in this process, as JSON")
    parser.add_argument("--floor", action="store_true", help="measure what is below them in this process, as JSON")
    chosen = parser.parse_args()
    if chosen.answers or chosen.floor:
        rows = (answers if chosen.answers else floor)(chosen.folder, chosen.passages[0])
    else:
        rows = measure(chosen.folder, chosen.passages)
    is_json = chosen.json or chosen.answers or chosen.floor
    print(json.dumps([asdict(row) for row in rows]) if is_json else as_markdown(rows))


if __name__ == "__main__":
    main()
