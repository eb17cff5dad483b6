"""What becomes of an answer as an edition grows: latency, memory, disk, the next edition; each size is kept in a file of its own.

    python -m tests.benchmarks.growth 1000 10000 100000 1000000

The editions are those that `tests.benchmarks.million` grows, in `build/growth`. A size that was measured before and is not
measured again keeps its figures, with their date.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.answering import answers_in
from tests.benchmarks.figures import Bound, Figure, Section, percentile
from tests.benchmarks.processes import ROOT, FailedError, run_python

GROWN = ROOT / "build" / "growth"
_PROMISED = 1_000_000
_ABOUT = """\
Editions of more and more passages, recombined from real ones, as nobody has a million about one debate; the questions are
those about the dossier, which is among them. One process answers all, one after another."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of an edition of so many passages, and when."""

    passages: int
    on: str
    opening: float
    answers: list[float]
    steps: dict[str, list[float]]
    megabytes: float
    peak: float
    disk: float
    next_edition: float | None  # None where it was refused


def measure(passages: int) -> Size:
    """Grow an edition, if it is not there, answer from it, and add a document to a copy of it."""
    run_python(["-m", "tests.benchmarks.million", "--folder", str(GROWN), "--passages", str(passages)])
    home = GROWN / f"{passages:07}"
    found = answers_in(home)
    size = Size(
        passages=passages,
        on=time.strftime("%Y-%m-%d"),
        opening=found.opening,
        answers=found.answers,
        steps=found.steps,
        megabytes=found.megabytes,
        peak=found.peak,
        disk=sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1024**2,
        next_edition=_next_edition(home),
    )
    _file(passages).write_text(json.dumps(asdict(size)), "utf-8")
    return size


def _next_edition(home: Path) -> float | None:
    """Seconds of an ingest of one document more, in a copy that is thrown away; None where none was published."""
    with TemporaryDirectory(dir=GROWN) as scratch:
        copy, document = Path(scratch) / "home", Path(scratch) / "nagekomen.txt"
        shutil.copytree(home, copy)
        document.write_text("Er is een zin bijgekomen. De gemeente zegt dat mensen toezicht houden op wat AI doet.\n", "utf-8")
        try:
            return run_python(["-m", "ingest", "--json", str(document)], copy).seconds
        except FailedError as error:
            print(error, file=sys.stderr)
            return None


def _file(passages: int) -> Path:
    return GROWN / f"{passages:07}.json"


def sizes_known() -> list[Size]:
    """Every size that was ever measured here, the smallest first."""
    return [Size(**json.loads(path.read_text("utf-8"))) for path in sorted(GROWN.glob("*.json"))]


def bench_growth(passages: Iterable[int]) -> Section:
    """Measure these sizes, and show all that are known."""
    for each in passages:
        measure(each)
    sizes = sizes_known()
    return Section("As it grows", _ABOUT, [figure for size in sizes for figure in _figures(size)], skipped=_not_there(sizes))


def _figures(size: Size) -> list[Figure]:
    name, today = f"{size.passages:,} passages", time.strftime("%Y-%m-%d")
    note = "" if size.on == today else f"measured on {size.on}"
    most = size.passages >= _PROMISED
    heaviest = max(size.steps, key=lambda step: median(size.steps[step]))
    return [
        Figure(f"{name}: warm answer", size.answers, "ms", note=note),
        Figure(f"{name}: of which {heaviest}", size.steps[heaviest], "ms", note=note),
        Figure(f"{name}: 95th percentile", [percentile(size.answers, 95)], "ms", Bound(100) if most else None, note),
        Figure(f"{name}: opening the edition", [size.opening], "s", Bound(3) if most else None, note),
        Figure(f"{name}: memory", [size.megabytes], "MB", note=note),
        Figure(f"{name}: disk", [size.disk], "MB", note=note),
        *(
            []
            if size.next_edition is None
            else [Figure(f"{name}: next edition, one document more", [size.next_edition], "s", note=note)]
        ),
    ]


def _not_there(sizes: Sequence[Size]) -> list[str]:
    known = {size.passages for size in sizes}
    missing = [f"{each:,} passages: not measured here yet" for each in (1_000, 10_000, 100_000, _PROMISED) if each not in known]
    return missing + [f"{size.passages:,} passages: no next edition was published" for size in sizes if size.next_edition is None]


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        grown = measure(int(argument))
        print(
            f"{grown.passages:,} passages: {median(grown.answers):.1f} ms, 95th percentile {percentile(grown.answers, 95):.1f} ms"
        )
