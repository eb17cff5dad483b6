"""Measures everything and writes the report: `make bench`, or `make bench FAST=1` for a small run of a few minutes.

A small run is written to `build` instead of `docs`. A part that fails is named in the report, and the others
are measured all the same.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.answering import bench_command, bench_warm
from tests.benchmarks.explaining import bench_explaining
from tests.benchmarks.figures import Section
from tests.benchmarks.growth import bench_growth, sizes_known
from tests.benchmarks.ingesting import bench_collection, bench_formats
from tests.benchmarks.installing import bench_installing
from tests.benchmarks.machine import busy, machine
from tests.benchmarks.model import bench_model
from tests.benchmarks.peers.comparing import bench_peers
from tests.benchmarks.report import DATA, DOCS, Report, write_report
from tests.benchmarks.telegram import bench_telegram
from tests.evaluation.oversight import DEFAULT_SHARED


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    runs: int
    passages_per_format: int
    sizes: tuple[int, ...]
    questions: int | None
    telegram: tuple[int, int, int]
    is_quick: bool


_WHOLE = Effort(9, 2_000, (1_000, 10_000, 100_000), None, (30, 60, 10_000), is_quick=False)
_SMALL = Effort(2, 100, (), 10, (10, 5, 400), is_quick=True)


def _parts(effort: Effort, shared: Path, scratch: Path) -> Iterator[tuple[str, Callable[[], Section]]]:
    """What is measured, in the order of the report."""
    home = scratch / "home"
    yield "command", lambda: bench_command(home, effort.runs)
    yield "warm", lambda: bench_warm(home)
    yield "peers", lambda: bench_peers(shared / "data", runs=effort.runs, most=effort.questions)
    yield "growth", lambda: bench_growth(effort.sizes)
    yield "formats", lambda: bench_formats(effort.passages_per_format)
    yield "collection", lambda: bench_collection(shared / "data" / "documents" / "algoritmekader", scratch)
    yield "model", lambda: bench_model(effort.runs)
    yield "telegram", lambda: bench_telegram(*effort.telegram)
    yield "explaining", bench_explaining
    yield "installing", lambda: bench_installing(scratch, is_quick=effort.is_quick)


def _section(name: str, measure: Callable[[], Section]) -> tuple[Section, bool]:
    """A part, and whether it could be measured."""
    started = time.monotonic()
    try:
        section, is_measured = measure(), True
    except Exception as error:  # noqa: BLE001  # whatever it is, it costs one part and not the run
        traceback.print_exc()
        section, is_measured = Section(name.capitalize(), "", skipped=(f"it failed with {type(error).__name__}",)), False
    print(f"{time.monotonic() - started:6.0f} s  {name}", file=sys.stderr, flush=True)
    return section, is_measured


def _command(only: Sequence[str], runs: int | None, *, fast: bool) -> str:
    """What prints this report again."""
    if only or runs:
        chosen = [*(["--fast"] if fast else []), *([f"--runs {runs}"] if runs else []), *(["--only", *only] if only else [])]
        return " ".join(["python -m tests.benchmarks", *chosen])
    return "make bench FAST=1" if fast else "make bench"


def main() -> None:
    """Measure, and write the report after each part, so that a run that is cut off leaves what it has."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fast", action="store_true", help="a small run, written to build/")
    parser.add_argument("--only", nargs="+", default=[], metavar="PART", help="measure these parts only, written to build/")
    parser.add_argument("--runs", type=int, metavar="N", help="how often each process is run, in place of 9, or 2 in a small run")
    chosen = parser.parse_args()
    effort = _SMALL if chosen.fast else _WHOLE
    effort = replace(effort, runs=chosen.runs or effort.runs)
    docs = DATA.parent if chosen.fast or chosen.only else DOCS
    load, started, sections, failed = busy(), time.monotonic(), list[Section](), list[str]()
    docs.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        for name, measure in _parts(effort, DEFAULT_SHARED, Path(scratch)):
            if chosen.only and name not in chosen.only:
                continue
            section, is_measured = _section(name, measure)
            sections.append(section)
            failed += [] if is_measured else [name]
            report = Report(
                command=_command(chosen.only, chosen.runs, fast=chosen.fast),
                date=time.strftime("%Y-%m-%d"),
                minutes=(time.monotonic() - started) / 60,
                machine={**machine(), "processes waiting or running when it began": load},
                sections=sections,
            )
            write_report(report, sizes_known(), docs, DATA)
    print(f"The report is {docs.name}/benchmarks.md, its figures {DATA.parent.name}/{DATA.name}.")
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}. What went wrong is above.")


if __name__ == "__main__":
    main()
