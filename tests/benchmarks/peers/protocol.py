"""How every program is asked, so that all are timed alike; it imports the standard library only, as each has its own packages.

MODULE ingest FOLDER STORE       the documents of a folder into a store; prints how many there were and how many passages
MODULE ask STORE QUESTIONS       a JSON list of questions; prints, for each, seconds and the passages found, best first
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

BEST = 4
"""How many passages are asked for."""
Found = list[dict[str, str]]
"""Passages, best first, each with the name of its `file` and its `text`."""


class Program(Protocol):
    """A program of this kind."""

    def ingest(self, folder: Path, store: Path) -> tuple[int, int]:
        """Make a store of the text files in a folder; returns how many documents and passages it has."""

    def open(self, store: Path) -> Callable[[str], Found]:
        """What answers questions from a store."""


def main(program: Program) -> None:
    """Do what the command line says, with no network: a model that is not here is an error, not a download."""
    os.environ.update(HF_HUB_OFFLINE="1", ANONYMIZED_TELEMETRY="False", HAYSTACK_TELEMETRY_ENABLED="False", TQDM_DISABLE="1")
    verb, first, second = sys.argv[1:4]
    result = _ingested(program, Path(first), Path(second)) if verb == "ingest" else _asked(program, Path(first), Path(second))
    print(json.dumps(result))


def _ingested(program: Program, folder: Path, store: Path) -> dict[str, Any]:
    documents, passages = program.ingest(folder, store)
    return {"documents": documents, "passages": passages}


def _asked(program: Program, store: Path, questions: Path) -> dict[str, Any]:
    asked: Sequence[str] = json.loads(questions.read_text("utf-8"))
    answer = program.open(store)
    answers = []
    for question in asked:
        started = time.perf_counter()
        found = answer(question)
        answers.append({"seconds": time.perf_counter() - started, "found": found})
    return {"answers": answers}


def model_folder() -> str:
    """Where all-MiniLM-L6-v2 is: in the environment of the peer, as `install` unpacked it."""
    return str(Path(sys.prefix) / "model" / "all-MiniLM-L6-v2")
