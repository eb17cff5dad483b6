"""The report of `make bench`: Markdown for people, JSON for programs, and the picture. Each run replaces it whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import Section, percentile
from tests.benchmarks.growth import Size
from tests.benchmarks.picture import draw_growth
from tests.benchmarks.processes import ROOT
from tests.benchmarks.tables import markdown_of

PICTURE = "benchmarks.png"
_INTRODUCTION = """# How fast, how large

`{command}` measured everything below on {date}, in one run, and wrote this page. Read a figure with its machine: another one
gives another figure, and a ratio between two programs in the same run says more than either. A figure is the median of its
runs, with the smallest and the largest beside it. Nothing was chosen afterwards: where an aim is not met, it says so.

Whole processes are timed from outside, from their start to their end; memory is the kernel's own figure of what was resident
at the peak. Peers are measured where they have been installed (`python -m tests.benchmarks.peers.install`, each in an
environment of its own).
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything of one run."""

    command: str
    date: str
    minutes: float
    machine: Mapping[str, str]
    sections: Sequence[Section]


def write_report(report: Report, sizes: Sequence[Size], docs: Path, data: Path) -> None:
    """Write the page and its picture into `docs`, and the figures to the file `data`."""
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_text(json.dumps({**asdict(report), "growth": [asdict(size) for size in sizes]}, indent=1), "utf-8")
    if len(sizes) > 1:
        points = [(size.passages, median(size.answers), percentile(size.answers, 95)) for size in sizes]
        draw_growth(points, docs / PICTURE)
    (docs / "benchmarks.md").write_text(page_of(report, has_picture=len(sizes) > 1), "utf-8")


def page_of(report: Report, *, has_picture: bool) -> str:
    """The page."""
    parts = [_INTRODUCTION.format(command=report.command, date=report.date)]
    parts += ["| The machine | |", "|---|---|", *(f"| {name} | {what} |" for name, what in report.machine.items())]
    parts.append(f"| the run | {report.minutes:.0f} minutes |\n")
    if has_picture:
        parts.append(f"![How long a warm answer takes as the edition grows, in milliseconds; the table is below]({PICTURE})\n")
    parts += [f"{markdown_of(section)}\n" for section in report.sections]
    return "\n".join(parts)


DOCS, DATA = ROOT / "docs", ROOT / "build" / "benchmarks.json"
