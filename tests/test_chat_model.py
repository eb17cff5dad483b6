"""The language model over the wire: LangChain's own client, and a server on this machine that does what a test says."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.answers import Outcome
from bot.chat_model import EXTRAS, ChatModel
from bot.model_settings import load_model_settings
from tests.chat_server import Asked, Behaviour, ChatServer, calls, drops, explain, refuses, says, stalls
from tests.command import Terminal, command, environment, run

JOBS = "Hoeveel banen kan AI volgens BCG opleveren?"
SENTENCE = "BCG denkt dat generatieve AI 255.000 tot 465.000 voltijdbanen aan extra capaciteit kan opleveren."
CAVEAT = "\nLet op: menselijk toezicht\n"


def good(asked: Asked) -> Behaviour:
    """The one sentence, in the form that was asked for."""
    key = asked.offers[0].key
    return says(json.dumps({"sentences": [{"text": SENTENCE, "cites": [key]}]}) if asked.wants_json else f"{SENTENCE} [{key}]")


def ask(home: Path, server: ChatServer, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command with the server as its language model."""
    settings = {"chat_model": "openai:scripted", "chat_url": server.url, **variables}
    return run("ask", *arguments, home=home, **settings)


def outcome(home: Path, server: ChatServer, **variables: str) -> tuple[str, list[str | None]]:
    """How it ended when a question was asked, and the sentences that are shown."""
    answer = json.loads(ask(home, server, JOBS, "--json", **variables).stdout)
    assert answer["caveat"]["text"]
    assert answer["statements"][0]["quotes"]
    return answer["explanation"]["outcome"], [each["text"] for each in answer["statements"]]


def test_question_is_explained(home: Path) -> None:
    """What is printed has the sentence above its quotation and the caveat; where the question went is said once, beforehand."""
    with ChatServer(good) as server:
        first, again = ask(home, server, JOBS), ask(home, server, JOBS)
        host = server.url.removeprefix("http://").removesuffix("/v1")
    assert f"Volgens Boston Consulting Group\n  Uitleg: {SENTENCE}\n  [Dossier, in onze woorden] BCG schat" in first.stdout
    assert CAVEAT in first.stdout
    assert first.stderr == (
        f"De uitleg komt van het taalmodel openai:scripted op {host}, op deze computer: je vraag gaat nergens anders heen. "
        "Met --no-llm krijg je alleen citaten.\n"
    )
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert len(server.requests) == 1  # the same question of the same edition is not asked again


@pytest.mark.parametrize(
    ("provider", "client", "address"),
    [
        ("openai", ("root_client", "base_url"), "https://api.openai.com/v1/"),
        ("ollama", ("_client", "_client", "base_url"), "http://localhost:11434"),
        ("anthropic", ("_client", "base_url"), "https://api.anthropic.com"),
        ("mistralai", ("client", "base_url"), "https://api.mistral.ai/v1/"),
    ],
)
def test_variables_of_other_programs_lead_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, provider: str, client: tuple[str, ...], address: str
) -> None:
    """The client goes where people are told that questions go, whatever is set for other programs of the same machine."""
    pytest.importorskip(EXTRAS[provider])
    for name in "OLLAMA_HOST OPENAI_API_BASE OPENAI_BASE_URL ANTHROPIC_API_URL ANTHROPIC_BASE_URL MISTRAL_BASE_URL".split():
        monkeypatch.setenv(name, "http://elsewhere.example/v1")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "true")
    settings = load_model_settings(chat_model=f"{provider}:scripted", chat_key="none")
    model = ChatModel(settings)
    model.load(60)
    found: object = model._model.result()  # noqa: SLF001  # nothing of ours shows where LangChain goes
    for name in client:
        found = getattr(found, name)
    assert str(found) == address
    assert settings.server in address


def test_without_the_model_nothing_goes_to_it(home: Path) -> None:
    """--no-llm, and a home without a model, print the same and ask nobody."""
    with ChatServer(good) as server:
        without = ask(home, server, "--no-llm", JOBS)
    assert without.stdout == run("ask", JOBS, home=home).stdout
    assert "Uitleg" not in without.stdout
    assert server.requests == []


def test_llm_without_a_model_is_a_usage_error(home: Path) -> None:
    """Who asks for a model that is not set hears how to set it; one of which the package is missing, how to install it."""
    unset = run("ask", "--llm", JOBS, home=home)
    assert (unset.returncode, unset.stdout) == (2, "")
    assert (
        unset.stderr
        == "Error: There is no language model. Set KANTTEKENING_CHAT_MODEL, such as ollama:llama3.2; see docs/llm.md.\n"
    )
    nameless = run("ask", JOBS, home=home, chat_model="llama3.2")
    assert (nameless.returncode, nameless.stderr.split(":")[0]) == (2, "Error")
    assert "KANTTEKENING_CHAT_MODEL is 'llama3.2'" in nameless.stderr
    missing = run("ask", JOBS, home=home, chat_model="groq:llama", GROQ_API_KEY="gsk-geheim")
    assert missing.returncode == 2
    assert "'groq:llama' cannot be used (ImportError)" in missing.stderr
    assert "geheim" not in missing.stderr


def test_server_that_knows_no_schema_is_asked_for_lines(home: Path) -> None:
    """One that refuses the form of the answer is asked again without it."""

    def script(asked: Asked) -> Behaviour:
        return refuses(400, "response_format is not supported") if asked.wants_json else good(asked)

    with ChatServer(script) as server:
        assert outcome(home, server) == (Outcome.EXPLAINED, [SENTENCE])
    assert [asked.wants_json for asked in server.requests] == [True, False]


@pytest.mark.parametrize(
    ("behaviour", "ended"),
    [
        (refuses(429, "slow down", retry_after="30"), Outcome.LATE),
        (refuses(500), Outcome.FAILED),
        (refuses(401, "Incorrect API key provided: sk-geheim"), Outcome.FAILED),
        (refuses(404, "no such model"), Outcome.FAILED),
        (drops("BCG"), Outcome.FAILED),
        (stalls(), Outcome.LATE),
        (stalls(before_status=True), Outcome.LATE),
        (says(""), Outcome.TOO_LITTLE),
    ],
    ids=["429", "500", "401", "404", "gone", "stalls", "silent", "empty"],
)
def test_model_that_fails_leaves_the_quotations(home: Path, behaviour: Behaviour, ended: Outcome) -> None:
    """Whatever a server does, the answer has its quotations, and the outcome says how it ended; the log has where, and no key."""
    with ChatServer(lambda _: behaviour) as server:
        seconds = "3" if ended is Outcome.LATE else "30"
        assert outcome(home, server, chat_seconds=seconds, chat_key="sk-geheim") == (ended, [None])
    logs = "".join(path.read_text("utf-8") for path in home.glob("log/*"))
    assert ("openai" in logs) is (ended is Outcome.FAILED)
    assert "geheim" not in logs
    assert JOBS not in logs


def test_busy_server_is_named_busy(home: Path) -> None:
    """Where it is not asked again, too many requests are told as just that."""
    with ChatServer(lambda _: refuses(429)) as server:
        assert outcome(home, server, chat_retries="0") == (Outcome.BUSY, [None])


def test_tool_calls_are_read_and_called_by_nobody(home: Path) -> None:
    """A model that answers with the arguments of a tool is understood where they hold sentences."""

    def script(asked: Asked) -> Behaviour:
        return calls("rm", json.dumps({"sentences": [{"text": SENTENCE, "cites": [asked.offers[0].key]}]}))

    with ChatServer(script) as server:
        assert outcome(home, server) == (Outcome.EXPLAINED, [SENTENCE])


def test_what_goes_over_the_wire(home: Path) -> None:
    """The limits that are set, the key of this server, and no key that is meant for another; LangSmith hears nothing."""
    with ChatServer(good) as server, ChatServer(good) as tracing:
        keys = {"OPENAI_API_KEY": "sk-van-openai", "LANGSMITH_API_KEY": "ls-geheim", "LANGSMITH_TRACING": "true"}
        outcome(home, server, chat_tokens="321", chat_temperature="0.25", **keys, LANGSMITH_ENDPOINT=tracing.url)
        outcome(home, server, chat_model="openai:other", chat_key="eigen", **keys, LANGSMITH_ENDPOINT=tracing.url)
    assert tracing.requests == []
    first, second = server.requests
    assert first.body["max_completion_tokens"] == 321
    assert (first.body["model"], first.body["temperature"], first.body["stream"]) == ("scripted", 0.25, True)
    assert first.headers["authorization"] == "Bearer none"
    assert second.headers["authorization"] == "Bearer eigen"


def test_budget_is_kept_between_runs(home: Path) -> None:
    """What a day may take is counted over all runs; once it is spent, the answer quotes and says so."""
    with ChatServer(good) as server:
        assert outcome(home, server, chat_daily_tokens="3000")[0] == Outcome.EXPLAINED
        assert json.loads(ask(home, server, "Wat vindt Szabó van AI?", "--json", chat_daily_tokens="1600").stdout)[
            "explanation"
        ] == {
            "model": "openai:scripted",
            "outcome": "over_budget",
            "kept": 0,
            "dropped": [],
        }
    assert len(server.requests) == 1


def test_batch_explains_last_turns(home: Path) -> None:
    """`--jsonl` has a model explain the answers that it prints, and leaves the turns before them alone."""
    line = json.dumps({"id": "1", "turns": ["Wat vindt Szabó van AI?", JOBS]})
    with ChatServer(explain) as server:
        done = run("ask", "--jsonl", stdin=f"{line}\n", home=home, chat_model="openai:scripted", chat_url=server.url)
    assert json.loads(done.stdout)["answer"]["explanation"]["outcome"] in {"explained", "too_little"}
    assert len(server.requests) == 1


def test_terminal_shows_what_was_passed_and_ends_with_ctrl_c(home: Path) -> None:
    """While a model writes, the caveat and the sentences so far stand on the screen; Ctrl-C gives the answer with those."""

    def script(asked: Asked) -> Behaviour:
        key = asked.offers[0].key
        return stalls(f'{{"sentences": [{{"text": "{SENTENCE}", "cites": ["{key}"]}}, {{"text": "En')

    with ChatServer(script) as server, Terminal("ask", JOBS, home=home, chat_model="openai:x", chat_url=server.url) as terminal:
        first = terminal.read("BCG denkt dat generatieve")
        terminal.process.send_signal(signal.SIGINT)
        rest = terminal.read()
        assert terminal.process.wait(30) == 0
    assert first.rindex("Let op: menselijk toezicht") < first.rindex("BCG denkt")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", rest)
    assert "De uitleg is gestopt, en is niet af." in plain
    assert plain.count("Bronnen") == 1
    server.wait(lambda: len(server.left) == 1)


def test_nothing_of_langchain_is_imported_without_a_model(home: Path) -> None:
    """A question in the default configuration takes no time for what it does not use."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command("ask", JOBS)[1:]], env=environment(home=home), capture_output=True, check=True
    )
    imported = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    assert b"bot.explainer" in imported
    assert not {
        each
        for each in imported
        if each.startswith((b"langchain.", b"langchain_openai", b"openai", b"bot.generative", b"bot.chat"))
    }


def test_nothing_of_a_question_is_kept(home: Path) -> None:
    """The home remembers sentences that were passed, and neither the question nor what did not pass."""

    def script(asked: Asked) -> Behaviour:
        key = asked.offers[0].key
        return says(
            json.dumps({"sentences": [{"text": SENTENCE, "cites": [key]}, {"text": "Een leugen over otters.", "cites": [key]}]})
        )

    with ChatServer(script) as server:
        outcome(home, server)
    kept = b"".join(path.read_bytes() for path in home.glob("memory.sqlite*"))
    assert b"otters" not in kept
    assert JOBS.encode() not in kept
    with closing(sqlite3.connect(home / "memory.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
