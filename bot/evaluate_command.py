"""The command that measures: a question set in, the quality table and the answers that fell short out."""

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import AsJson
from bot.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.evaluation import Documents, Outcome, QuestionSet
    from bot.workspace import Workspace

_BELOW = 1


def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The question set, in JSON Lines: docs/evaluation.md.")],
    *,
    figures_only: Annotated[bool, typer.Option("--figures-only", help="Leave out the answers that fell short.")] = False,
    curve: Annotated[
        bool, typer.Option("--curve", help="Also print what other thresholds of confidence would keep and refuse.")
    ] = False,
    llm: Annotated[
        bool, typer.Option("--llm", help="Have the language model that is set explain each answer, and measure that too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every question of a set and print the quality figures; exit 1 where one is below its threshold in the file."""
    from bot.evaluation import load_question_set
    from bot.quality import failures_of, figures_of
    from bot.quality_report import QualityReport

    notices, screen = Screen(sys.stderr), Screen(sys.stdout)
    questions = load_question_set(file)
    if llm:
        _say_where(notices)
    outcomes, skipped = _outcomes(questions, notices, llm=llm)
    failures = [] if figures_only else list(failures_of(outcomes))
    report = QualityReport(outcomes, skipped, figures_of(outcomes, questions.thresholds), failures, is_explained=llm)
    if as_json:
        screen.json(report.as_json())
    else:
        report.show(screen, with_curve=curve)
    if not report.is_met:
        raise typer.Exit(_BELOW)


def _say_where(notices: Screen) -> None:
    """Say where the questions go, before the first one does.

    Raises:
        UsageError: no language model is set.
    """
    from bot.model_settings import load_model_settings, no_model

    model = load_model_settings()
    if model.chat_model is None:
        raise no_model()
    notices.line(f"The questions, and the quotations that answer them, go to the model {model.chat_model} at {model.server}.")


def _outcomes(questions: "QuestionSet", notices: Screen, *, llm: bool) -> "tuple[list[Outcome], dict[str, int]]":
    """Every question's outcome, and how many questions were passed over for documents that are not there."""
    from bot.evaluation import evaluate as evaluated

    outcomes: list[Outcome] = []
    skipped: dict[str, int] = {}
    for name in dict.fromkeys(case.documents for case in questions.cases):
        cases = [case for case in questions.cases if case.documents == name]
        documents = questions.documents.get(name) if name else None
        if name and documents is None:
            notices.line(f"{name!r} is not declared in the set: its {len(cases)} questions are asked of the current edition.")
        if documents and (missing := documents.missing):
            notices.line(f"{len(cases)} questions on {name!r} are skipped: {str(missing[0])!r} is not there.")
            skipped[str(name)] = len(cases)
            continue
        with workspace_of(documents, notices) as workspace:
            explainer = (workspace.model_explainer if llm else None) or workspace.explainer
            with workspace.catalog() as (_, catalog):
                outcomes += evaluated(cases, explainer, catalog, workspace.debate)
    return outcomes, skipped


@contextmanager
def workspace_of(documents: "Documents | None", notices: Screen) -> "Iterator[Workspace]":
    """The workspace that questions are asked in: the user's own, or a new one with the documents that the set names."""
    from bot.workspace import IngestOptions, Workspace

    if documents is None:
        yield Workspace(notices)
        return
    with TemporaryDirectory(prefix="kanttekening-") as home:
        workspace = Workspace(
            Screen(sys.stderr, is_quiet=True),
            home=Path(home),
            debate=documents.debate,
            dossier="on" if documents.dossier else "off",
        )
        for path, given in documents.ingest:
            workspace.ingest([str(path)], given, IngestOptions())
        yield workspace
