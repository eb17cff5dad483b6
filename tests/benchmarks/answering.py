"""Whole processes as a person starts them, and warm answers with where their time goes."""

import json
from pathlib import Path

from tests.benchmarks.figures import Bound, Figure, Section, percentile
from tests.benchmarks.processes import run_python
from tests.benchmarks.steps import Answering

QUESTION = "Hoeveel banen kan AI volgens BCG opleveren?"


def bench_command(home: Path, runs: int) -> Section:
    """The first ask of a home, further asks, the help."""
    ask, bot = ["-m", "bot", "ask", QUESTION], ["-m", "bot"]
    first = run_python(ask, home)
    asks = [run_python(ask, home) for _ in range(runs)]
    helps, versions = ([run_python([*bot, option], home).seconds for _ in range(runs)] for option in ("--help", "--version"))
    return Section(
        "From the command line",
        "Each is a whole process, from its start to its end, over the bundled dossier.",
        [
            Figure("`ask`", [each.seconds for each in asks], "s", Bound(1.5)),
            Figure("`ask`, peak memory", [each.megabytes for each in asks], "MB", Bound(300)),
            Figure("`--help`", helps, "s", Bound(0.150)),
            Figure("`--version`", versions, "s", Bound(0.150)),
            Figure("first `ask` of a new user, which builds edition 1", [first.seconds], "s"),
        ],
    )


def answers_in(home: Path, asked: Path | None = None) -> Answering:
    """Warm answers in a process of their own; what they asked of Chroma and BM25 goes to a file, if one is named."""
    more = [str(asked)] if asked else []
    return Answering(**json.loads(run_python(["-m", "tests.benchmarks.steps", str(home), *more], home).stdout))


def bench_warm(home: Path) -> Section:
    """Answers over the dossier, one after another in one process."""
    found = answers_in(home)
    steps = [Figure(f"of which {step}", values, "ms") for step, values in found.steps.items()]
    return Section(
        "A warm answer",
        f"{len(found.answers)} questions about the dossier, answered and written out as text in one process, which had "
        "answered others before. The functions are timed from outside; a step does not count what other steps do inside "
        "it.",
        [
            Figure("answer", found.answers, "ms", Bound(30)),
            Figure("answer, 95th percentile", [percentile(found.answers, 95)], "ms"),
            Figure("answer, 99th percentile", [percentile(found.answers, 99)], "ms"),
            *steps,
            Figure("memory afterwards", [found.megabytes], "MB"),
        ],
    )
