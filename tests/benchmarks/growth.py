"""What becomes of an answer as an edition grows, beside Chroma and BM25 alone; each size is kept in a file of its own.

    python -m tests.benchmarks.growth 1000 10000 100000 1000000

The editions are those that `tests.benchmarks.million` grows, in `build/growth`. A size that was measured before and is not
measured again keeps its figures, with their date.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.answering import answers_in
from tests.benchmarks.figures import Bound, Figure, Section, percentile
from tests.benchmarks.floor import Floor
from tests.benchmarks.million import SIZES, edition_in, home_of
from tests.benchmarks.processes import ROOT, FailedError, run_python
from tests.benchmarks.tables import markdown_of

GROWN = ROOT / "build" / "growth"
_PROMISED = 1_000_000
_ABOUT = """\
Editions of more and more passages, recombined from real ones, as nobody has a million about one debate; the questions are
those about the dossier, which is among them. One process answers all, one after another; another one, the floor, only opens
Chroma and the BM25 index and asks them the same. The next edition is an ingest of one document more, as a whole process."""


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
    floor: Floor
    disk: float
    next_edition: float | None  # None where it was refused


def measure(passages: int) -> Size:
    """Grow an edition, if it is not there, answer from it, and add a document to a copy of it."""
    run_python(["-m", "tests.benchmarks.million", "--folder", str(GROWN), "--passages", str(passages)])
    home = home_of(GROWN, passages)
    asked = _file(passages).with_suffix(".asked")
    found = answers_in(home, asked)
    size = Size(
        passages=passages,
        on=time.strftime("%Y-%m-%d"),
        opening=found.opening,
        answers=found.answers,
        steps=found.steps,
        megabytes=found.megabytes,
        peak=found.peak,
        floor=Floor(**json.loads(run_python(["-m", "tests.benchmarks.floor", str(edition_in(home)), str(asked)]).stdout)),
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
    read = [json.loads(path.read_text("utf-8")) for path in sorted(GROWN.glob("*.json"))]
    return [Size(**{**each, "floor": Floor(**each["floor"])}) for each in read]


def bench_growth(passages: Iterable[int]) -> Section:
    """Measure these sizes, and show all that are known."""
    now = {each: measure(each) for each in passages}
    return section_of(sizes_known(), now)


def section_of(sizes: Sequence[Size], now: Collection[int]) -> Section:
    """What is known of some sizes, which of them were measured in another run than `now`, and which are not known."""
    known = {size.passages for size in sizes}
    missing = [f"{each:,} passages: not measured here yet" for each in SIZES if each not in known]
    refused = [f"{size.passages:,} passages: no next edition was published" for size in sizes if size.next_edition is None]
    figures = [figure for size in sizes for figure in _figures(size, is_now=size.passages in now)]
    return Section("As it grows", _ABOUT, figures, skipped=missing + refused)


def _figures(size: Size, *, is_now: bool) -> list[Figure]:
    note = "" if is_now else f"measured apart, on {size.on}"
    bound: Callable[[float], Bound | None] = Bound if size.passages >= _PROMISED else lambda _: None
    heaviest = max(size.steps, key=lambda step: median(size.steps[step]))
    late = percentile(size.answers, 95)

    def figure(what: str, values: Sequence[float], unit: str, most: Bound | None = None) -> Figure:
        return Figure(f"{size.passages:,} passages: {what}", values, unit, most, note)

    beside = partial(figure, unit="×")
    return [
        figure("warm answer", size.answers, "ms"),
        figure(f"of which {heaviest}", size.steps[heaviest], "ms"),
        figure("95th percentile", [late], "ms", bound(100)),
        figure("the floor", size.floor.searches, "ms"),
        beside("a warm answer beside the floor", [median(size.answers) / median(size.floor.searches)], most=bound(2)),
        figure("memory", [size.megabytes], "MB"),
        beside("memory beside the floor", [size.megabytes / size.floor.megabytes], most=bound(1.3)),
        figure("opening the edition", [size.opening], "s", bound(3)),
        beside("opening beside the floor", [size.opening / size.floor.opening], most=bound(2)),
        figure("disk", [size.disk], "MB"),
        *([] if size.next_edition is None else [figure("next edition, one document more", [size.next_edition], "s")]),
    ]


if __name__ == "__main__":
    asked = {int(argument): measure(int(argument)) for argument in sys.argv[1:]}
    print(markdown_of(section_of(list(asked.values()), asked)))
