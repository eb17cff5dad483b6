"""Where the time of an answer goes: `python -m tests.benchmarks.steps HOME [ASKED]` answers questions and prints it as JSON.

What was asked of Chroma and of BM25 is written to ASKED, for `tests.benchmarks.floor`. The functions are timed from outside, each
without what others of them do inside it, so that the steps add up to the answer; the program itself has no timers. What no step has
is in `the rest`.
"""

import functools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import psutil

from bot.evaluation import load_question_set
from tests.benchmarks.floor import WARM, written_down

REST = "the rest"
_QUESTIONS = Path(__file__).parents[1] / "evaluation" / "development.jsonl"


@dataclass(frozen=True, slots=True)
class Answering:
    """A process that answers: seconds to open the edition with the model at hand, and of the first answer; then milliseconds.

    These are of each answer and of each step of it; memory is in megabytes, afterwards and at its peak.
    """

    opening: float
    first: float
    answers: list[float]
    steps: dict[str, list[float]]
    megabytes: float
    peak: float


@dataclass
class Stopwatch:
    """Adds up what each step takes, less the steps inside it."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    clock: Callable[[], float] = time.perf_counter
    _inside: list[float] = field(default_factory=lambda: [0.0])

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its time added to a step."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # whatever the function takes and gives
            started = self.clock()
            self._inside.append(0.0)
            try:
                done = function(*arguments, **named)
                return list(done) if isinstance(done, Iterator) else done  # what is made one by one is made here, too
            finally:
                took = self.clock() - started
                self.spent[step] += took - self._inside.pop()
                self._inside[-1] += took

        return call


def _steps() -> list[tuple[str, ModuleType | type, Sequence[str]]]:
    """Which functions are which step; each where it is looked up when it is called."""
    from bot import explainer
    from vectorstore import embeddings, retrieval
    from vectorstore.catalog import Catalog
    from vectorstore.lexical import LexicalIndex
    from vectorstore.store import PassageStore
    from vectorstore.weighing import Weighing

    return [
        ("reading the question", explainer, ["read_in_conversation", "read_question", "subject_of"]),
        ("its words", retrieval, ["question_terms", "with_kin"]),
        ("embedding", embeddings.BundledEmbeddings, ["encode_query"]),
        ("BM25", LexicalIndex, ["search"]),
        ("Chroma", PassageStore, ["search", "search_caveats"]),
        ("fetching passages", Catalog, ["passages_by_row", "passages_by_id", "passages_of_voice", "passages_of"]),
        ("fusion and weighing", retrieval, ["_fuse", "_weighed"]),
        ("fusion and weighing", Weighing, ["weigh"]),
        ("the caveat", retrieval, ["closest_caveat"]),
        ("choosing sentences", explainer, ["select", "named_works", "notes_on"]),
        ("suggesting", explainer, ["suggest"]),
    ]


@contextmanager
def watched(watch: Stopwatch) -> Iterator[None]:
    """The steps are timed for as long as the block runs."""
    with ExitStack() as stack:
        for step, owner, names in _steps():
            for name in names:
                stack.enter_context(patch.object(owner, name, watch.timed(step, vars(owner)[name])))
        yield


def questions() -> list[str]:
    """The questions about the dossier, each as the last turn of its conversation has it."""
    return [case.turns[-1] for case in load_question_set(_QUESTIONS).cases if case.documents == "dossier"]


def answering(home: Path, asked_of_both: Path | None = None) -> Answering:
    """Open what is in `home` and answer every question; what they ask of Chroma and BM25 goes to a file, if one is named."""
    from bot.screen import Screen
    from bot.workspace import Workspace

    asked, names = questions(), [*dict.fromkeys(step for step, _, _ in _steps()), "rendering"]  # all is imported by now
    workspace = Workspace(Screen(sys.stderr, is_quiet=True), home=home)
    explainer = workspace.explainer
    started = time.perf_counter()
    explainer.edition()
    opened = time.perf_counter()
    explainer.answer(asked[0])
    first = time.perf_counter()
    from bot.rendering import as_plain_text

    watch = Stopwatch()
    show = watch.timed("rendering", as_plain_text)
    answers: list[float] = []
    steps: dict[str, list[float]] = defaultdict(list)
    with written_down(asked_of_both) as begin, watched(watch):
        for question in [*asked[:WARM], *asked]:
            watch.spent.clear()
            begin()
            began = time.perf_counter()
            show(explainer.answer(question).answer, workspace.debate)
            answers.append(1_000 * (time.perf_counter() - began))
            for step in names:
                steps[step].append(1_000 * watch.spent[step])
            steps[REST].append(answers[-1] - 1_000 * sum(watch.spent.values()))
    process = psutil.Process()
    peak = next(line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return Answering(
        opening=opened - started,
        first=first - opened,
        answers=answers[WARM:],
        steps={step: values[WARM:] for step, values in steps.items()},
        megabytes=process.memory_info().rss / 1024**2,
        peak=int(peak.split()[1]) / 1024,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(answering(*map(Path, sys.argv[1:3])))))
