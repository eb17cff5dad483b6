"""A question set, and how each of its questions was answered. No model judges: what is expected stands in the set.

docs/evaluation.md describes the file.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answers import Answer, AnswerStatus
from bot.faithfulness import citation_marks
from bot.rendering import as_plain_text
from vectorstore.errors import UsageError
from vectorstore.passages import Quote

if TYPE_CHECKING:
    from bot.explainer import Answers, Explained
    from vectorstore.catalog import Catalog
    from vectorstore.debate import Debate

FIGURES = (
    "first",
    "first_three",
    "kept",
    "refused",
    "voice",
    "source",
    "voices",
    "silent",
    "mirrored",
    "verbatim",
    "caveat_shown",
    "caveat_relevant",
)
MODEL_FIGURES = ("explained", "citation_recall", "citation_precision")
"""What is measured besides where a language model explains."""
_SHOWN_FIRST = 3
_DOSSIER = "dossier"
_SIDE_BY_SIDE = frozenset({"comparison", "all_positions", "mirrored"})  # no single quotation answers these
_ANSWERED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL})


@dataclass(frozen=True, slots=True)
class Case:
    """A question of a set: what was asked and what is expected.

    `expect` holds groups of alternatives: a quotation is right when it has one of each group. `voice` is whose words they
    are, `voices` who must appear, `silent` who must be named as silent, `caveats` how the caveats begin that are relevant,
    `mirror` what the two questions of a mirrored pair share, `documents` which documents of the set they are asked of
    (None: the edition that is current).
    """

    id: str
    lang: str
    kind: str
    turns: tuple[str, ...]
    expect: tuple[tuple[str, ...], ...] = ()
    voice: str | None = None
    source: str | None = None
    documents: str | None = None
    voices: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    status: str | None = None
    mirror: str | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents that questions are asked of: ingested in order into an edition of their own."""

    ingest: tuple[tuple[Path, Mapping[str, str]], ...]
    dossier: bool = True
    debate: Path | None = None

    @property
    def missing(self) -> tuple[Path, ...]:
        """What is not there."""
        return tuple(path for path, _ in self.ingest if not path.exists())


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """What a file holds; `thresholds` are by "slice figure", such as "nl fact first".

    `documents` are those that it declares or that stand beside it; questions of any other are for the current edition.
    """

    cases: tuple[Case, ...]
    documents: Mapping[str, Documents]
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went: a mark from 0 to 1 for each figure that it is measured by."""

    case: Case
    answer: Answer
    marks: Mapping[str, float]
    explained: "Explained" = field(repr=False)


def load_question_set(path: Path) -> QuestionSet:
    """Read a set.

    Raises:
        UsageError: the file cannot be read, or a line of it is not a question; the message names the line.
    """
    cases: list[Case] = []
    documents: dict[str, Documents] = {}
    thresholds: dict[str, float] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            if "turns" in data:
                cases.append(_case(data))
            else:
                documents |= {name: _documents(each, path.parent) for name, each in data.get("documents", {}).items()}
                thresholds |= {name: float(least) for name, least in data.get("thresholds", {}).items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UsageError(f"Line {number} of {str(path)!r} is not a question ({error}). See docs/evaluation.md.") from error
    named = sorted({case.documents for case in cases if case.documents} - documents.keys())
    documents |= {name: found for name in named if (found := _undeclared(name, path.parent))}
    return QuestionSet(tuple(cases), documents, thresholds)


def evaluate(cases: Iterable[Case], explainer: "Answers", catalog: "Catalog", debate: "Debate") -> Iterator[Outcome]:
    """Ask each question, in order, and mark the answer. The second question of a mirrored pair is marked against the first."""
    mirrored: dict[str, Answer] = {}
    for case in cases:
        explained = _ask(case, explainer)
        answer = explained.answer
        marks = _marks(case, answer, catalog, debate)
        if case.mirror and (other := mirrored.setdefault(case.mirror, answer)) is not answer:
            marks["mirrored"] = _jaccard(_spans(answer), _spans(other))
        yield Outcome(case, answer, marks, explained)


def holds(case: Case, quoted: Iterable[str]) -> bool:
    """Whether quoted texts together have all that is expected, without regard to case and line breaks."""
    text = _folded("\n".join(quoted))
    return bool(text) and all(any(_folded(each) in text for each in group) for group in case.expect)


def _ask(case: Case, explainer: "Answers") -> "Explained":
    explained = None
    for turn in case.turns:
        explained = explainer.answer(turn, explained.conversation if explained else ())
    if explained is None:
        raise UsageError(f"The question {case.id!r} has no turns.")
    return explained


def _marks(case: Case, answer: Answer, catalog: "Catalog", debate: "Debate") -> dict[str, float]:
    quotes = answer.quotes
    texts = [quote.text for quote in quotes]
    said = {statement.voice.id for statement in answer.statements if statement.voice}
    silent = {voice.id for voice in answer.silent_voices}
    marks: dict[str, float] = {
        "verbatim": all(_is_verbatim(quote, catalog) for quote in (*quotes, *answer.nearest, answer.caveat)),
        "caveat_shown": answer.caveat.oversight and _folded(answer.caveat.text) in _folded(as_plain_text(answer, debate)),
    }
    if case.status == AnswerStatus.NOT_IN_SOURCES:
        marks["refused"] = answer.status is AnswerStatus.NOT_IN_SOURCES
    elif case.status in {each.value for each in _ANSWERED}:
        marks["kept"] = answer.status in _ANSWERED
    if case.expect and case.status != AnswerStatus.NOT_IN_SOURCES:
        marks["first_three"] = holds(case, texts if case.kind in _SIDE_BY_SIDE else texts[:_SHOWN_FIRST])
        if case.kind not in _SIDE_BY_SIDE:
            marks["first"] = holds(case, texts[:1])
    right = [quote for quote in quotes[:_SHOWN_FIRST] if holds(case, [quote.text])] if case.expect else quotes[:1]
    if case.voice and right:
        named = debate.voice_named(case.voice)
        marks["voice"] = right[0].voice_id == (named.id if named else case.voice)
    if case.source and case.expect and right:
        marks["source"] = f"{right[0].source.id}-".startswith(f"{case.source}-")
    if case.voices:
        marks["voices"] = len(said & set(case.voices)) / len(case.voices)
    if case.silent:
        marks["silent"] = len(silent & set(case.silent)) / len(case.silent)
    if case.caveats:
        marks["caveat_relevant"] = any(answer.caveat.text.startswith(each) for each in case.caveats)
    return {name: float(mark) for name, mark in marks.items()} | citation_marks(answer)


def _is_verbatim(quote: Quote, catalog: "Catalog") -> bool:
    """Whether a quotation is, to the letter, what is stored at the place that it names."""
    document = catalog.document(quote.source.id)
    return document is not None and document.text[quote.start : quote.end] == quote.text != ""


def _spans(answer: Answer) -> set[tuple[str, int, int]]:
    return {(quote.source.id, quote.start, quote.end) for quote in answer.quotes}


def _jaccard(one: set[tuple[str, int, int]], other: set[tuple[str, int, int]]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{str(path)!r} is not UTF-8, so it is no question set.") from error


def _case(data: Mapping[str, object]) -> Case:
    known = {each.name for each in fields(Case)}
    given = {name: value for name, value in data.items() if name in known and value is not None}
    if isinstance(named := given.get("documents"), list):
        given["documents"] = "+".join(map(str, named)) or None
    turns = given.pop("turns")
    case = Case(
        **{
            **{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()},
            "turns": tuple(turns) if isinstance(turns, list) else (turns,),
            "expect": _groups(data.get("expect")),
        }  # type: ignore[arg-type]  # looked at below
    )
    if not case.turns or not all(isinstance(turn, str) for turn in case.turns):
        raise ValueError('"turns" holds no questions')
    if case.status is None:
        status = AnswerStatus.NOT_IN_SOURCES if case.kind == "out_of_reach" else AnswerStatus.ANSWERED if case.expect else None
        return replace(case, status=status and status.value)
    return case


def _groups(expect: object) -> tuple[tuple[str, ...], ...]:
    """A word, a list of alternatives, or a list of groups of alternatives."""
    if not expect:
        return ()
    if isinstance(expect, str):
        return ((expect,),)
    if not isinstance(expect, list):
        raise TypeError('"expect" is not a list')
    if all(isinstance(each, str) for each in expect):
        return (tuple(expect),)
    return tuple((each,) if isinstance(each, str) else tuple(each) for each in expect)


def _undeclared(name: str, folder: Path) -> Documents | None:
    """What a name that the set does not declare stands for: the dossier, or a file or folder beside the set, or nothing."""
    if name == _DOSSIER:
        return Documents(())
    return Documents(((folder / name, {}),)) if (folder / name).exists() else None


def _documents(data: Mapping[str, object], folder: Path) -> Documents:
    entries = data.get("ingest", [])
    if not isinstance(entries, list):
        raise TypeError('"ingest" is not a list')
    ingest = [({"path": each} if isinstance(each, str) else dict(each)) for each in entries]
    debate = data.get("debate")
    return Documents(
        ingest=tuple((folder / each.pop("path"), each) for each in ingest),
        dossier=bool(data.get("dossier", True)),
        debate=folder / str(debate) if debate else None,
    )
