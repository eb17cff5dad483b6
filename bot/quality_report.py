"""What `evaluate` found, as tables for people and as JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.evaluation import Outcome
from bot.faithfulness import ModelAccount, account_of
from bot.quality import (
    ACCOUNT_COLUMNS,
    COLUMNS,
    CURVE_COLUMNS,
    Figure,
    account_rows,
    curve,
    failure_lines,
    figure_as_json,
    rows,
    table,
)
from bot.screen import Screen


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The outcomes, how many questions of each set of documents were passed over, the figures, and what is to be told of answers.

    `failures` is empty where they are not wanted; `is_explained` tells whether a language model was asked.
    """

    outcomes: Sequence[Outcome]
    skipped: Mapping[str, int]
    figures: Sequence[Figure]
    failures: Sequence[Mapping[str, Any]]
    is_explained: bool

    @property
    def is_met(self) -> bool:
        """Whether anything was asked, and no figure is below its threshold."""
        return bool(self.outcomes) and all(figure.is_met for figure in self.figures)

    def as_json(self) -> dict[str, object]:
        """All of it, as docs/evaluation.md describes it."""
        report: dict[str, object] = {
            "questions": len(self.outcomes),
            "skipped": dict(self.skipped),
            "figures": [*map(figure_as_json, self.figures)],
            "failures": list(self.failures),
        }
        return report | ({"explanations": asdict(self._account)} if self.is_explained else {})

    def show(self, screen: Screen, *, with_curve: bool) -> None:
        """Print the answers that fell short, and the tables."""
        for failure in self.failures:
            screen.line("\n".join(failure_lines(failure)) + "\n")
        screen.table(*table(self.figures))
        screen.line("")
        screen.table(COLUMNS, rows(self.figures))
        if self.is_explained:
            screen.line("")
            screen.table(ACCOUNT_COLUMNS, account_rows(self._account))
        if with_curve:
            screen.line("")
            screen.table(CURVE_COLUMNS, curve(self.outcomes))

    @property
    def _account(self) -> ModelAccount:
        return account_of(outcome.answer for outcome in self.outcomes)
