"""Prints the figures of `make bench`: whole processes as a person starts them, each several times."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation import load_question_set
from tests.benchmarks.explaining import bench_explaining
from tests.benchmarks.scale import FULL, bench_scale
from tests.benchmarks.telegram import bench_telegram
from tests.evaluation.oversight import DEFAULT_SHARED
from vectorstore.embeddings import BUNDLED, load_embeddings

QUESTION = "Hoeveel banen kan AI volgens BCG opleveren?"
_RUNS = 7
_QUESTIONS = Path(__file__).parents[1] / "evaluation" / "development.jsonl"
_DOSSIER = Path(__file__).parents[2] / "ingest" / "dossier"


@dataclass(frozen=True, slots=True)
class Run:
    """One process: how long it took, how much memory it had at its peak, how it ended, what it printed."""

    seconds: float
    megabytes: float
    code: int
    stdout: str


def run(arguments: Sequence[str], home: Path, stdin: str = "") -> Run:
    """Run the command and wait for it; peak memory is the kernel's figure for that one process."""
    environment = {**os.environ, "KANTTEKENING_HOME": str(home)}
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
        given.write(stdin)
        given.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments], stdin=given, stdout=said, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Run(seconds, usage.ru_maxrss / 1024, process.returncode, said.read())


def machine() -> str:
    """The machine in a line."""
    models = (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name"))
    memory = next((int(line.split()[1]) // 1024**2 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{next(models, platform.processor())}, {os.cpu_count()} cores, {memory} GiB, {system}"


def report(name: str, values: Sequence[float], unit: str, bound: str = "") -> None:
    """A line with median, smallest and largest."""
    middle = statistics.median(values)
    print(f"{name:58} {middle:9.3f} {unit:3} [{min(values):.3f} - {max(values):.3f}]  {bound}")


def bench_command(home: Path) -> None:
    """The first ask, further asks, the help."""
    first = run(["ask", QUESTION], home)
    report("first ask on a new home (builds edition 1)", [first.seconds], "s")
    asks = [run(["ask", QUESTION], home) for _ in range(_RUNS)]
    report("ask, whole process", [each.seconds for each in asks], "s", "target 1.5 s")
    report("ask, peak memory", [each.megabytes for each in asks], "MB", "target 300 MB")
    report("--help", [run(["--help"], home).seconds for _ in range(_RUNS)], "s", "target 0.150 s")
    report("--version", [run(["--version"], home).seconds for _ in range(_RUNS)], "s", "target 0.150 s")


def bench_warm(home: Path) -> None:
    """Answers in one process, each after the one before it."""
    cases = load_question_set(_QUESTIONS).cases
    turns = [{"id": case.id, "turns": case.turns[-1:]} for case in cases if case.documents == "dossier"]
    environment = {**os.environ, "KANTTEKENING_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    seconds = []
    with process:
        for turn in turns:
            started = time.perf_counter()
            process.stdin.write(json.dumps(turn) + "\n")  # type: ignore[union-attr]  # it is a pipe
            process.stdin.flush()  # type: ignore[union-attr]
            process.stdout.readline()  # type: ignore[union-attr]
            seconds.append(time.perf_counter() - started)
        process.stdin.close()  # type: ignore[union-attr]
    warm = [1000 * each for each in seconds[10:]]
    report(f"warm answer in --jsonl ({len(warm)} questions)", warm, "ms", "target 30 ms median")
    print(f"{'  99th percentile':58} {statistics.quantiles(warm, n=100)[98]:9.3f} ms")


def bench_model() -> None:
    """The bundled model by itself: loading it with what it imports, a question on one core, passages on all of them."""
    started = time.perf_counter()
    model = load_embeddings(BUNDLED)
    report("model: first load, with its imports", [1000 * (time.perf_counter() - started)], "ms", "target 300 ms")
    report(
        "model: a question, one core",
        [1000 * _seconds(lambda: model.encode_query(QUESTION)) for _ in range(50)],
        "ms",
        "target 8 ms",
    )
    words = " ".join(path.read_text("utf-8").split("---", 2)[2] for path in sorted(_DOSSIER.glob("*.md"))).split()
    passages = [" ".join(words[start : start + 60]) for start in range(0, len(words) - 60, 60)]
    speeds = [len(passages) / _seconds(lambda: model.encode_passages(passages)) for _ in range(_RUNS)]
    report(f"model: passages of 60 words, {os.cpu_count()} cores", speeds, "/s", "target 500/s")


def bench_ingest(home: Path, documents: Path) -> None:
    """A real collection, for the first time and again."""
    for name, bound in (("ingest of {count} pages", "target 40 s"), ("unchanged re-ingest of {count} pages", "target 1 s")):
        done = run(["ingest", "--json", str(documents)], home)
        receipt = json.loads(done.stdout)
        count = len(receipt["added"]) + len(receipt["unchanged"])
        print(f"{name.format(count=count):58} {receipt['seconds']:9.3f} s   {receipt['embeddings']} embeddings made  {bound}")
        report("  whole process", [done.seconds], "s")


def main() -> None:
    """Print every figure."""
    print(machine())
    print(time.strftime("%Y-%m-%d"))
    bench_model()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        bench_command(home)
        bench_warm(home)
        documents = DEFAULT_SHARED / "data" / "documents" / "algoritmekader"
        if documents.is_dir():
            bench_ingest(home, documents)
            bench_warm(home)
        else:
            print("ingest of 251 pages: skipped, the collection is not here")
    bench_telegram()
    bench_explaining()
    bench_scale(FULL)


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.is_file() else []


if __name__ == "__main__":
    main()
