"""Our program and its peers beside each other: the same documents and questions, each program in processes of its own."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Bound, Compared, Section
from tests.benchmarks.peers.listing import PEERS, Peer
from tests.benchmarks.peers.protocol import BEST, Found
from tests.benchmarks.processes import FailedError, Run, run
from tests.evaluation.policyqa import policyqa

OURS = "Kanttekening"
_PACKAGE = "tests.benchmarks.peers"
_WARM = 5  # questions before those that count
_HIGHER = Bound(0.0005, at_least=True)  # in shares of as many questions as there are, more than equal
_ABOUT = f"""\
The documents are the 500 of policyqa (Dutch, of the government's own site), the questions its test split. Each program runs
in an environment and a process of its own, and is asked for its {BEST} best passages; ours also chooses and writes out its
answer in the time given. Cold is a process that answers one question. The peers have all-MiniLM-L6-v2, the model that their
tutorials use; it was trained on English, which counts against them in what is found, and not in time. Their passages are
longer than ours, so that a marked span is in one sooner; the right document does not depend on that. No language model is
asked by any of them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the span that people marked as its answer, and the names of the files that it is in."""

    text: str
    span: str
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured of one program; what was found of each question is 1 or 0."""

    cold: Sequence[float]
    warm: Sequence[float]
    ingest: Sequence[float]
    asking_megabytes: Sequence[float]
    ingest_megabytes: Sequence[float]
    document_first: float
    document: float
    span_first: float
    span: float
    characters: float
    passages: int


def bench_peers(data: Path, *, runs: int, most: int | None = None) -> Section:
    """Measure our program and every peer that is installed; with `most`, on so many questions and their documents only."""
    title = "Beside its peers"
    if not (data / "development" / "policyqa").is_dir():
        return Section(title, _ABOUT, skipped=("all: policyqa is not here",))
    skipped = [f"{peer.title}: not installed" for peer in PEERS if not peer.is_installed]
    with policyqa(data) as (documents, _), TemporaryDirectory() as scratch:
        folder = documents.ingest[0][0]
        questions = questions_of(data)[:most]
        if most is not None:
            _keep(folder, frozenset().union(*(each.files for each in questions)))
            skipped.append(f"all but {len(questions)} questions and the documents that answer them: a small run")
        found = {OURS: measure(sys.executable, "own_program", folder, questions, Path(scratch) / OURS, runs)}
        for peer in PEERS:
            if peer.is_installed:
                try:
                    found[peer.title] = _measure_peer(peer, folder, questions, Path(scratch), runs)
                except FailedError as error:
                    print(error, file=sys.stderr)
                    skipped.append(f"{peer.title}: it failed")
    return Section(title, _ABOUT, compared=compared(found), skipped=skipped)


def _measure_peer(peer: Peer, folder: Path, questions: Sequence[Question], scratch: Path, runs: int) -> Measured:
    return measure(str(peer.python), peer.module, folder, questions, scratch / peer.name, runs)


def measure(python: str, module: str, folder: Path, questions: Sequence[Question], scratch: Path, runs: int) -> Measured:
    """Ingest, ask one question in each of `runs` processes, and all questions in one."""
    scratch.mkdir()
    asked, one = scratch / "questions.json", scratch / "one.json"
    texts = [question.text for question in questions]
    asked.write_text(json.dumps([*texts[:_WARM], *texts]), "utf-8")
    one.write_text(json.dumps(texts[:1]), "utf-8")
    stores = [scratch / f"store-{number}" for number in range(max(1, runs // 3))]
    ingests = [_run(python, module, "ingest", folder, store) for store in stores]
    colds = [_run(python, module, "ask", stores[0], one) for _ in range(runs)]
    whole = _run(python, module, "ask", stores[0], asked)
    answers = json.loads(whole.stdout)["answers"][_WARM:]
    hits = [hits_of(question, answer["found"]) for question, answer in zip(questions, answers, strict=True)]
    shares = [sum(each) / len(hits) for each in zip(*hits, strict=True)]
    return Measured(
        cold=[each.seconds for each in colds],
        warm=[1_000 * answer["seconds"] for answer in answers],
        ingest=[each.seconds for each in ingests],
        asking_megabytes=[whole.together],
        ingest_megabytes=[each.together for each in ingests],
        document_first=shares[0],
        document=shares[1],
        span_first=shares[2],
        span=shares[3],
        characters=median([len(found["text"]) for answer in answers for found in answer["found"]] or [0]),
        passages=json.loads(ingests[0].stdout)["passages"],
    )


def _run(python: str, module: str, *arguments: object) -> Run:
    return run([python, "-m", f"{_PACKAGE}.{module}", *map(str, arguments)])


def hits_of(question: Question, found: Found) -> tuple[bool, bool, bool, bool]:
    """Whether the right document is first, is among all found, and whether the span is in the first passage, or in any."""
    documents = [each["file"] in question.files for each in found] or [False]
    spans = [_folded(question.span) in _folded(each["text"]) for each in found] or [False]
    return documents[0], any(documents), spans[0], any(spans)


def compared(found: Mapping[str, Measured]) -> list[Compared]:
    """What is shown: ours beside every peer's, and what it should come to."""
    ours = found[OURS]
    peers = {name: each for name, each in found.items() if name != OURS}

    def times(name: str, field: str, unit: str, bound: float | None = None) -> Compared:
        theirs = {peer: getattr(each, field) for peer, each in peers.items()}
        return Compared(name, unit, getattr(ours, field), theirs, Bound(bound) if bound else None)

    def share(name: str, field: str, *, is_bound: bool = True) -> Compared:
        theirs = {peer: [getattr(each, field)] for peer, each in peers.items()}
        return Compared(name, "", [getattr(ours, field)], theirs, _HIGHER if is_bound else None, is_share=True)

    def count(name: str, field: str) -> Compared:
        return Compared(name, "", [getattr(ours, field)], {peer: [getattr(each, field)] for peer, each in peers.items()})

    return [
        times("cold start, one question", "cold", "s", 1 / 5),
        times("warm question", "warm", "ms", 1 / 3),
        times("ingest, whole process", "ingest", "s", 1 / 5),
        times("memory while asking, peak", "asking_megabytes", "MB"),
        times("memory while ingesting, peak", "ingest_megabytes", "MB"),
        share("right document first", "document_first"),
        share(f"right document among {BEST} passages", "document"),
        share("marked span in the first passage", "span_first"),
        share(f"marked span in one of {BEST} passages", "span"),
        count("characters of a passage", "characters"),
        count("passages", "passages"),
    ]


def questions_of(data: Path) -> list[Question]:
    """The questions of the test split."""
    folder = data / "development" / "policyqa"
    files = {json.loads(line)["id"]: f"p{number:03}.txt" for number, line in enumerate(_lines(folder / "corpus.jsonl"))}
    read = [json.loads(line) for line in _lines(folder / "queries.nl.jsonl")]
    return [
        Question(each["query"], each["answer"], frozenset(files[one] for one in each["relevant_ids"]))
        for each in read
        if each["split"] == "test"
    ]


def _keep(folder: Path, files: frozenset[str]) -> None:
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()
