"""The command line: the commands that answer. Those about documents and editions stand in files of their own."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.blocks import printable
from bot.edition_commands import editions_app, vacuum
from bot.evaluate_command import evaluate
from bot.failures import Failure, attempt
from bot.forget_command import forget
from bot.ingest_commands import ingest, lint
from bot.init_command import init
from bot.options import AsJson, main_options
from bot.picture_command import picture
from bot.register_command import register
from bot.removal_commands import remove
from bot.screen import Screen
from bot.source_commands import sources_app, status
from bot.telegram_command import telegram
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.blocks import Block
    from bot.explainer import Answers, Explained
    from bot.workspace import Workspace

_EXIT_CODES = {"not_in_sources": 3, "unavailable": 1}

AnswerLanguage = Annotated[
    Literal["nl", "en"] | None, typer.Option("--language", help="Answer in this language; the default is that of the question.")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Also show which sentences were weighed, and how; on stderr, or in the JSON.")
]

UsesModel = Annotated[
    bool | None,
    typer.Option("--llm/--no-llm", help="Whether the language model explains; it does where KANTTEKENING_CHAT_MODEL is set."),
]

app = typer.Typer(
    name="kanttekening",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback(
    help="Kanttekening is a computer program that explains a public debate from documents: in verbatim quotations with their "
    "source, and always with a caveat beside it. It can pick the wrong quotation: check the source.",
    epilog="Exit codes: 0 answered or done, 1 error, 2 usage, 3 not in the sources, 4 no usable edition, "
    "5 some documents were refused, 130 interrupted.",
)(main_options)


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The question; - or nothing reads it from stdin.")
    ] = None,
    *,
    as_json: AsJson = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Answer a line of stdin each: {"id": "1", "turns": ["question", "follow-up"]}.')
    ] = False,
    language: AnswerLanguage = None,
    explain: Explain = False,
    llm: UsesModel = None,
) -> None:
    """Answer a question, in quotations.

    For example: kanttekening ask "Wie vindt wat?"
    """
    from bot.questions import clean
    from bot.workspace import Workspace

    if as_jsonl:
        if question is not None or as_json or explain:
            raise UsageError("--jsonl reads its questions from stdin and goes with --language and --llm alone.")
        from bot.batch import answer_lines

        workspace = Workspace(Screen(sys.stderr))
        answers = _answers(workspace, Screen(sys.stderr, is_quiet=True), llm=llm)
        answer_lines(sys.stdin.buffer, Screen(sys.stdout), workspace, answers, language)
        return
    asked = clean(_question(question))  # before anything is loaded or built for it
    workspace = Workspace(Screen(sys.stderr))
    screen = Screen(sys.stdout, is_quiet=as_json)
    _tell(_answers(workspace, screen, llm=llm).answer(asked, (), language), workspace, as_json=as_json, explain=explain)


@app.command()
def positions(
    topic: Annotated[str | None, typer.Argument(metavar="TOPIC", help="What about; the debate as a whole if left out.")] = None,
    *,
    as_json: AsJson = False,
    language: AnswerLanguage = None,
    explain: Explain = False,
) -> None:
    """Show what each voice says about a topic, side by side."""
    from bot.rendering import positions_heading
    from bot.workspace import Workspace

    workspace = Workspace(Screen(sys.stderr))
    explained = workspace.explainer.positions(topic, language)
    _tell(explained, workspace, [positions_heading(explained.answer, topic, workspace.debate)], as_json=as_json, explain=explain)


@app.command()
def chat(
    *,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Go on with the conversation that was kept, and keep it until `kanttekening forget`."),
    ] = False,
    language: AnswerLanguage = None,
    llm: UsesModel = None,
) -> None:
    """Talk with the documents: ask, and ask on. Nothing of it is kept, unless you say so."""
    from bot.chat import Chat, talk
    from bot.workspace import Workspace

    workspace = Workspace(Screen(sys.stderr))
    memory = workspace.memory if keep else None
    if memory and isinstance(untidy := attempt(memory.tidy), Failure):  # what is too old is not gone on with
        Screen(sys.stderr).line(printable(untidy.sentence))
    screen = Screen(sys.stdout)
    answers = _answers(workspace, screen, llm=llm)
    conversation = Chat(workspace.explainer, workspace.debate, screen, language or workspace.language, memory, answers)
    talk(conversation, workspace.shelf.home if keep else None)


app.command()(telegram)
app.command()(picture)
app.command(no_args_is_help=False)(ingest)
app.command()(remove)
app.command()(lint)
app.add_typer(editions_app, name="editions")
app.command()(vacuum)
app.add_typer(sources_app, name="sources")
app.command()(status)
app.command()(evaluate)
app.command()(init)
app.command()(register)
app.command()(forget)


def _answers(workspace: "Workspace", screen: Screen, *, llm: bool | None) -> "Answers":
    """What answers questions: with the language model where one is set, unless it is not wanted.

    Raises:
        UsageError: it is wanted, and none is set; or it cannot be used as it is set.
    """
    model = workspace.model_explainer if llm is not False else None
    if model is None:
        if llm:
            from bot.model_settings import no_model

            raise no_model()
        return workspace.explainer
    from bot.live_answer import LiveExplainer

    return LiveExplainer(model, workspace.model_accounts, screen, Screen(sys.stderr))


def _question(given: str | None) -> str:
    """The question on the command line, or on stdin."""
    if given is not None and given != "-":
        return given
    if given is None and sys.stdin.isatty():
        raise UsageError('No question. Ask one, for example: kanttekening ask "Wie vindt wat?"')
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError("The question on stdin is not UTF-8.") from error


def _tell(explained: "Explained", workspace: "Workspace", heading: "Sequence[Block]" = (), *, as_json: bool, explain: bool) -> None:
    """Print an answer, and end with the exit code of its status."""
    from bot.rendering import answer_as_json, render
    from bot.weighing import COLUMNS, weighed_as_json, weighed_rows

    answer, screen = explained.answer, Screen(sys.stdout)
    if as_json:
        weighed = {"explain": weighed_as_json(explained)} if explain else {}
        screen.json({**answer_as_json(answer, workspace.debate), **weighed})
    else:
        screen.show([*heading, *render(answer, workspace.debate)])
        if explain:
            Screen(sys.stderr).table(COLUMNS, weighed_rows(explained))
    raise typer.Exit(_EXIT_CODES.get(answer.status.value, 0))
