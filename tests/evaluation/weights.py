"""Fits the weights by which sentences are chosen and answers are given: `python -m tests.evaluation.weights DATA`.

Prints the three tables that `vectorstore.weighing`, `bot.choices` and `bot.settling` hold, and how well they do in five-fold
cross-validation. The questions are those of development.jsonl and the training half of policyqa; the half of the
evaluation that is kept for testing is not read. Nothing is drawn by chance without a seed.

The first fit is a conditional logit: of all sentences that were weighed for a question, how likely is it that the one that
holds what was expected comes first. The second is a logistic regression: does the best sentence answer? What it must
refuse are the questions that no source answers, and those of another domain.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.choices import Choice, traits_of
from bot.evaluate_command import workspace_of
from bot.evaluation import Case, Documents, Outcome, evaluate, holds, load_question_set
from bot.screen import Screen
from bot.settling import clues_of, could_settle
from bot.wanted import says_it
from tests.evaluation.policyqa import policyqa

HERE = Path(__file__).parent
DEFAULT_DATA = HERE.parents[2] / "shared" / "data"
_SIDE_BY_SIDE = {"comparison", "all_positions", "mirrored", "advice"}
_DECIDED = {"fact", "position"}  # the kinds in which confidence decides
_OTHER_DOMAIN = 0.3  # what a question of policyqa weighs: there are many, all of one sort
_RARER = 2.5  # and one that the sources do not answer: there are fewer than of the others
_FOLDS = 5
_CONSIDERED = 6
_KEPT = 0.9
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the sentences that were weighed for it, in rows, and which of them hold what was expected."""

    id: str
    features: Matrix
    answers: NDArray[np.bool_]
    weight: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The clues of the best sentence for a question, and whether it should be given as the answer."""

    id: str
    clues: Matrix
    should_answer: bool
    weight: float
    is_real: bool


def main(data: Path) -> None:
    """Collect, fit, print."""
    outcomes = list(_outcomes(data))
    names = _names(outcomes)
    asked = [each for outcome in outcomes if (each := _asked(outcome, names))]
    order = np.random.default_rng(0).permutation(len(asked))
    hits = Counter[str]()
    for fold in range(_FOLDS):
        rest = [asked[index] for place, index in enumerate(order) if place % _FOLDS != fold]
        weights = _fit_choice(rest)
        for index in order[fold::_FOLDS]:
            each = asked[index]
            kind = "policyqa" if each.weight < 1 else "debate"
            ranked = each.answers[np.argsort(-(each.features @ weights), kind="stable")]
            hits.update({kind: 1, f"{kind} first": int(ranked[0]), f"{kind} first three": int(ranked[:3].any())})
    print("chosen, cross-validated:", {name: round(hits[name] / hits[name.split()[0]], 3) for name in hits if " " in name})
    for name, weight in zip(names, _fit_choice(asked), strict=True):
        print(f'    "{name}": {weight:.2f},')
    decisions = [each for outcome in outcomes for each in _decisions(outcome)]
    clues = np.array([each.clues for each in decisions])
    labels = np.array([each.should_answer for each in decisions])
    amounts = np.array([each.weight for each in decisions])
    fitted = _fit_confidence(clues, labels, amounts)
    sure = np.column_stack([clues, np.ones(len(clues))]) @ fitted
    real = np.array([each.is_real for each in decisions])
    for kept in (0.98, 0.97, 0.95, 0.93, _KEPT, 0.85):
        least = float(np.quantile(sure[labels & real], 1 - kept))
        print(f"kept {kept}: threshold {least:.2f}, refused {np.mean(sure[~labels & real] < least):.3f} of what no source answers")
    for name, weight in zip([*_clue_names(outcomes), "intercept"], fitted, strict=True):
        print(f'    "{name}": {weight:.2f},')


def _outcomes(data: Path) -> Iterator[Outcome]:
    questions = load_question_set(HERE / "development.jsonl")
    for name, documents in questions.documents.items():
        yield from _asked_of(documents, [case for case in questions.cases if case.documents == name])
    with policyqa(data) as (documents, questions_by_split):
        cases = questions_by_split["train"]
        yield from _asked_of(documents, cases)
    strange = [replace(case, id=f"{case.id} elsewhere", kind="elsewhere", expect=(), status="not_in_sources") for case in cases]
    for index, name in enumerate(("dossier", "bieb")):
        yield from _asked_of(questions.documents[name], strange[index::2])


def _asked_of(documents: Documents, cases: Sequence[Case]) -> Iterator[Outcome]:
    if documents.missing:
        raise SystemExit(f"{str(documents.missing[0])!r} is not there; the weights are fitted on it.")
    with workspace_of(documents, Screen(sys.stderr)) as workspace:
        explainer = workspace.explainer
        with workspace.catalog() as (_, catalog):
            yield from evaluate(cases, explainer, catalog, workspace.debate)


def _features(choice: Choice, outcome: Outcome) -> dict[str, float]:
    question = outcome.explained.question
    said = says_it(question, outcome.explained.evidence)
    signals = {name: float(value) for name, value in asdict(choice.scored.signals).items()}
    return {**signals, **traits_of(choice.scored, question, said, fits=choice.fits)}


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    return list(
        dict.fromkeys(
            name for outcome in outcomes for choice in outcome.explained.choices[:1] for name in _features(choice, outcome)
        )
    )


def _asked(outcome: Outcome, names: Sequence[str]) -> Asked | None:
    case, choices = outcome.case, outcome.explained.choices
    answers = np.array([bool(case.expect) and holds(case, [choice.scored.text]) for choice in choices])
    if case.kind in _SIDE_BY_SIDE or not answers.any() or answers.all():
        return None
    rows = [_features(choice, outcome) for choice in choices]
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    return Asked(case.id, matrix, answers, _OTHER_DOMAIN if case.kind == "policyqa" else 1.0)


def _decisions(outcome: Outcome) -> Iterator[Decision]:
    case, explained = outcome.case, outcome.explained
    if explained.question.kind.value not in _DECIDED or case.status is None:
        return
    should = case.status != "not_in_sources"
    is_other = case.kind in {"policyqa", "elsewhere"}
    weight = _OTHER_DOMAIN if is_other else 1.0 if should else _RARER
    if clues := _clues(explained.choices, outcome):
        yield Decision(case.id, np.array(clues), should, weight, not is_other)


def _clues(choices: Sequence[Choice], outcome: Outcome) -> list[float]:
    question, evidence = outcome.explained.question, outcome.explained.evidence
    best = next((each for each in choices[:_CONSIDERED] if could_settle(each, question, evidence)), choices[0] if choices else None)
    return list(clues_of(best, question, evidence).values()) if best else []


def _clue_names(outcomes: Sequence[Outcome]) -> list[str]:
    explained = next(each.explained for each in outcomes if each.explained.choices)
    return list(clues_of(explained.choices[0], explained.question, explained.evidence))


def _fit_choice(asked: Sequence[Asked], penalty: float = 3.0) -> Matrix:
    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = penalty / 2 * float(weights @ weights), penalty * weights
        for each in asked:
            scores = each.features @ weights
            odds = np.exp(scores - scores.max())
            right = odds * each.answers
            total -= each.weight * float(np.log(right.sum() / odds.sum()))
            slope = slope - each.weight * (each.features.T @ (right / right.sum() - odds / odds.sum()))
        return total, slope

    return np.asarray(minimize(loss, np.zeros(asked[0].features.shape[1]), jac=True, method="L-BFGS-B").x)


def _fit_confidence(clues: Matrix, labels: NDArray[np.bool_], amounts: Matrix, penalty: float = 1.0) -> Matrix:
    rows = np.column_stack([clues, np.ones(len(clues))])
    free = np.append(np.ones(clues.shape[1]), 0.0)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        scores = rows @ weights
        chance = 1 / (1 + np.exp(-scores))
        total = float(amounts @ np.logaddexp(0, np.where(labels, -scores, scores))) + penalty / 2 * float(free @ weights**2)
        return total, rows.T @ (amounts * (chance - labels)) + penalty * free * weights

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_DATA)
