"""The quality figures of a question set: shares with their intervals, by kind and language, and where the answers fell short."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from bot.evaluation import FIGURES, MODEL_FIGURES, Outcome, holds
from bot.faithfulness import ModelAccount, cited_sentences
from bot.settling import LEAST
from bot.weighing import weighed_of
from vectorstore.invisible import visible
from vectorstore.passages import Quote

_Z = 1.96  # for 95 %
_STEP = 0.2  # of the curve
COLUMNS = ("figure", "n", "share", "95 %", "at least")
ACCOUNT_COLUMNS = ("the language model", "n")
CURVE_COLUMNS = ("threshold", "answerable, not refused", "unanswerable, refused")


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean mark of the questions of a slice, with its 95 % interval (Wilson, 1927)."""

    slice: str
    name: str
    count: int
    share: float
    low: float
    high: float
    threshold: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether it reaches its threshold; one without is met."""
        return self.threshold is None or self.share >= self.threshold


def figures_of(outcomes: Sequence[Outcome], thresholds: Mapping[str, float]) -> list[Figure]:
    """Every figure over all questions, by language, by kind and language, and for each slice that has a threshold."""
    kinds = dict.fromkeys(f"{outcome.case.lang} {outcome.case.kind}" for outcome in sorted(outcomes, key=_by_kind))
    asked = dict.fromkeys(" ".join(name.split()[:-1]) for name in thresholds)
    slices = dict.fromkeys(("", *sorted({outcome.case.lang for outcome in outcomes}), *kinds, *asked))
    found = (_figure(name, figure, outcomes, thresholds) for name in slices for figure in (*FIGURES, *MODEL_FIGURES))
    return [figure for figure in found if figure is not None]


def table(figures: Sequence[Figure]) -> tuple[list[str], list[list[str]]]:
    """The shares by slice, the names of the columns first; what a slice has no questions for is left open.

    What is measured of a language model alone has columns where one was asked.
    """
    slices = dict.fromkeys(figure.slice for figure in figures)
    shares = {(figure.slice, figure.name): f"{figure.share:.2f}" for figure in figures}
    counts = {name: max(figure.count for figure in figures if figure.slice == name) for name in slices}
    names = [*FIGURES, *(name for name in MODEL_FIGURES if ("", name) in shares)]
    columns = ["", "n", *(name.replace("_", " ") for name in names)]
    return columns, [[name or "all", str(counts[name]), *(shares.get((name, each), "") for each in names)] for name in slices]


def account_rows(account: ModelAccount) -> Iterator[tuple[str, int]]:
    """Under `ACCOUNT_COLUMNS`, how it went with the explanations, and why sentences were dropped."""
    for outcome, count in account.outcomes.items():
        yield f"answers: {outcome.replace('_', ' ')}", count
    yield "sentences shown", account.sentences
    if account.not_measured:
        yield "sentences shown, in another language than their quotations: not measured", account.not_measured
    for flaw, count in account.dropped.items():
        yield f"sentences dropped: {flaw.replace('_', ' ')}", count


def rows(figures: Sequence[Figure]) -> Iterator[tuple[object, ...]]:
    """Under `COLUMNS`, the figures over all questions and those that have a threshold."""
    for each in figures:
        if not each.slice or each.threshold is not None:
            least = "" if each.threshold is None else f"{each.threshold:.2f}{'' if each.is_met else ' not met'}"
            name = f"{each.slice} {each.name}".strip().replace("_", " ")
            yield (name, each.count, f"{each.share:.3f}", f"{each.low:.2f}–{each.high:.2f}", least)


def curve(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str, str]]:
    """Under `CURVE_COLUMNS`, what each threshold of confidence would keep and refuse; * marks the one that is used."""
    for step in range(-20, 11):
        threshold = step * _STEP
        shares = []
        for name, wanted in (("kept", True), ("refused", False)):
            marks = [
                outcome.marks[name] if (sure := outcome.explained.confidence) is None else float((sure >= threshold) is wanted)
                for outcome in outcomes
                if name in outcome.marks
            ]
            shares.append(f"{sum(marks) / len(marks):.3f}" if marks else "")
        yield f"{threshold:.1f}{' *' if abs(threshold - LEAST) <= _STEP / 2 else ''}", shares[0], shares[1]


def figure_as_json(figure: Figure) -> dict[str, object]:
    """A figure with its numbers rounded to four decimals."""
    plain = asdict(figure)
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in plain.items()}


def failures_of(outcomes: Sequence[Outcome]) -> Iterator[dict[str, object]]:
    """The answers that fell short: what was asked and expected, what was quoted, and how both were weighed."""
    for outcome in outcomes:
        short = [name for name, mark in outcome.marks.items() if mark < 1]
        if not short:
            continue
        case, answer = outcome.case, outcome.answer
        wanted = next((each for each in weighed_of(outcome.explained) if case.expect and holds(case, [each.text])), None)
        yield {
            "id": case.id,
            "short_of": short,
            "turns": list(case.turns),
            "read_as": answer.read_as,
            "status": answer.status.value,
            "reason": answer.reason,
            "expect": [list(group) for group in case.expect],
            "voices": {"expected": case.voice or list(case.voices), "silent": list(case.silent)},
            "quoted": [
                {
                    "voice": quote.voice_id,
                    "source": quote.source.id,
                    "text": quote.text,
                    "suspicion": quote.suspicion.value if quote.suspicion else None,
                    "weighed": _weighed(outcome, quote),
                }
                for quote in answer.quotes
            ],
            "expected_sentence": asdict(wanted) if wanted else None,
            "caveat": answer.caveat.text,
            "explanation": _explanation(outcome),
        }


def _explanation(outcome: Outcome) -> dict[str, object] | None:
    """How a language model's part in an answer ended, and each of its sentences; None where none was asked."""
    told = outcome.answer.explanation
    if told is None:
        return None
    return {
        "outcome": told.outcome.value,
        "dropped": dict(told.dropped),
        "sentences": [*map(asdict, cited_sentences(outcome.answer))],
    }


def _weighed(outcome: Outcome, quote: Quote) -> dict[str, object] | None:
    """How the sentence was weighed that a quotation was chosen for."""
    inside = (
        each
        for each in weighed_of(outcome.explained)
        if each.source_id == quote.source.id and quote.start <= each.start and each.end <= quote.end
    )
    return next((asdict(each) for each in inside), None)


def failure_lines(failure: Mapping[str, Any]) -> Iterator[str]:
    """A failure as people read it."""
    yield f"{failure['id']}  short of: {', '.join(failure['short_of'])}"
    yield f"  asked     {' / '.join(failure['turns'])}"
    if failure["read_as"] != failure["turns"][-1]:
        yield f"  read as   {failure['read_as']}"
    if failure["expect"]:
        yield f"  expected  {' and '.join(' or '.join(group) for group in failure['expect'])}"
    if any(failure["voices"].values()):
        yield f"  voices    {failure['voices']['expected'] or ''}; silent: {', '.join(failure['voices']['silent']) or 'none'}"
    yield f"  status    {': '.join(filter(None, (failure['status'], failure['reason'])))}"
    for quoted in failure["quoted"]:
        mark = f"[suspicious: {quoted['suspicion']}] " if quoted["suspicion"] else ""
        yield f"  quoted    [{quoted['source']}, {quoted['voice']}] {mark}{visible(quoted['text'])}"
        if quoted["weighed"]:
            yield f"            because {_because(quoted['weighed'])}"
    if failure["expected_sentence"]:
        yield f"  best with what was expected: {failure['expected_sentence']['text']}"
        yield f"            {failure['expected_sentence']['outcome']}; {_because(failure['expected_sentence'])}"
    if "caveat_relevant" in failure["short_of"]:
        yield f"  caveat    {failure['caveat']}"
    if explanation := failure["explanation"]:
        yield from _explanation_lines(explanation)


def _explanation_lines(explanation: Mapping[str, Any]) -> Iterator[str]:
    dropped = ", ".join(f"{count} {flaw}" for flaw, count in explanation["dropped"].items())
    yield f"  explained {explanation['outcome']}{f'; dropped: {dropped}' if dropped else ''}"
    for each in explanation["sentences"]:
        mark = {True: "supported", False: "not supported", None: "not measured"}[each["supported"]]
        yield f"            [{mark}, {each['needed']} of {len(each['texts'])} needed] {visible(each['sentence'])}"


def _because(weighed: Mapping[str, Any]) -> str:
    return f"score {weighed['score']:.2f}, coverage {weighed['coverage']:.2f}, similarity {weighed['similarity']:.2f}"


def _figure(name: str, figure: str, outcomes: Sequence[Outcome], thresholds: Mapping[str, float]) -> Figure | None:
    marks = [outcome.marks[figure] for outcome in outcomes if figure in outcome.marks and _is_in(outcome, name)]
    if not marks:
        return None
    share = sum(marks) / len(marks)
    low, high = wilson(share, len(marks))
    return Figure(name, figure, len(marks), share, low, high, thresholds.get(f"{name} {figure}".strip()))


def _is_in(outcome: Outcome, name: str) -> bool:
    """Whether a question belongs to a slice: each word of its name is a language, a kind or a set of documents."""
    case = outcome.case
    return {case.lang, case.kind, case.documents or ""}.issuperset(name.split())


def _by_kind(outcome: Outcome) -> tuple[str, str]:
    return outcome.case.kind, outcome.case.lang


def wilson(share: float, count: int) -> tuple[float, float]:
    """The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927)."""
    spread = _Z**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return middle - half, middle + half
