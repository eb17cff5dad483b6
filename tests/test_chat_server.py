"""The scripted model, met through the real client that the product uses."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.chat_server import (
    Asked,
    Behaviour,
    ChatServer,
    Drop,
    Offered,
    Raw,
    Text,
    Wait,
    body,
    calls,
    drops,
    endless,
    explain,
    refuses,
    says,
    stalls,
)
from tests.command import environment
from tests.conftest import ROOT

OFFERS: list[dict[str, Any]] = [
    {"key": "k3fx", "voice": "bcg", "says": "AI kan banen opleveren (heel veel), want er is werk. Dat is zo."},
    {"key": "a0b1", "voice": None, "says": "Een mens moet niet zonder [toezicht] werken"},
]
QUESTION = f'Vraag: "Wat [denkt] men?"\n{json.dumps(OFFERS)}\nEinde.'
ASKED = {"messages": [{"role": "user", "content": "?"}], "stream": True}
SCHEMA = {"title": "Said", "type": "object", "properties": {"sentences": {"type": "array"}}, "required": ["sentences"]}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """A server that is honest until a test gives it another script."""
    with ChatServer(explain) as server:
        yield server


def model(server: ChatServer) -> ChatOpenAI:
    """The real client of OpenAI's API."""
    return ChatOpenAI(base_url=server.url, api_key=SecretStr("x"), model="scripted", stream_usage=True, max_retries=0)


def always(behaviour: Behaviour) -> Callable[[Asked], Behaviour]:
    """A script that does the same with every request."""
    return lambda _: behaviour


def streamed(server: ChatServer) -> str:
    """What a stream says, until its end."""
    return "".join(chunk.text for chunk in model(server).stream(QUESTION))


def test_an_answer_comes_whole_and_in_pieces_with_its_usage(server: ChatServer) -> None:
    """The same text comes in one piece and in a stream, and both say what was used."""
    server.script = always(says("Een mens beslist.", size=3))
    whole = model(server).invoke(QUESTION)
    chunks = list(model(server).stream(QUESTION))
    together = chunks[0]
    for chunk in chunks[1:]:
        together += chunk
    assert [chunk.text for chunk in chunks if chunk.text] == ["Een", " me", "ns ", "bes", "lis", "t."]
    assert whole.text == together.text == "Een mens beslist."
    assert [each.usage_metadata and each.usage_metadata["output_tokens"] for each in (whole, together)] == [5, 5]
    assert [asked.is_streaming for asked in server.requests] == [False, True]


def test_a_script_reads_the_offers_from_the_request(server: ChatServer) -> None:
    """The offers are the first array of offers in the last message of the user, whatever stands around it."""
    earlier = HumanMessage(json.dumps([{"key": "old1", "says": "eerder"}]))
    model(server).invoke([SystemMessage("Regels."), earlier, AIMessage("Goed."), HumanMessage(QUESTION)])
    (asked,) = server.requests
    assert asked.system == "Regels."
    assert asked.said == QUESTION
    assert asked.offers == tuple(Offered(each["key"], each["voice"], each["says"]) for each in OFFERS)
    assert asked.headers["authorization"] == "Bearer x"
    assert (asked.wants_json, asked.tools) == (False, ())


def test_the_honest_model_explains_each_offer_in_the_form_that_was_asked_for(server: ChatServer) -> None:
    """Plain lines, a JSON schema and a tool all hold one sentence with its key for each offer."""
    expected = {
        "sentences": [
            {"text": "AI kan banen opleveren.", "cites": ["k3fx"], "voice": "bcg"},
            {"text": "Een mens moet niet zonder werken.", "cites": ["a0b1"], "voice": None},
        ]
    }
    assert streamed(server) == "AI kan banen opleveren. [k3fx]\nEen mens moet niet zonder werken. [a0b1]"
    for method in ("json_schema", "function_calling"):
        structured = model(server).with_structured_output(SCHEMA, method=method)
        assert structured.invoke(QUESTION) == expected
        assert list(structured.stream(QUESTION))[-1] == expected
    assert [(asked.wants_json, asked.tools) for asked in server.requests[1:]] == [
        *[(True, ())] * 2,
        *[(False, ("Said",))] * 2,
    ]


def test_errors_are_those_of_the_api(server: ChatServer) -> None:
    """A client sees a limit with its Retry-After, a refused response format, a wrong key and a server that is broken."""
    for status, error in (
        (429, openai.RateLimitError),
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (500, openai.InternalServerError),
    ):
        server.script = always(refuses(status, "response_format is not supported", "unsupported", retry_after="7"))
        with pytest.raises(error, match="response_format is not supported") as caught:
            streamed(server)
        assert caught.value.response.headers["retry-after"] == "7"


def test_a_stream_that_waits_goes_on_when_its_event_is_set(server: ChatServer) -> None:
    """What came before a pause is there before the pause is over."""
    gate = threading.Event()
    server.script = always(Behaviour([Text("Eerst. "), Wait(gate), Text("Daarna.")]))
    chunks = (chunk.text for chunk in model(server).stream(QUESTION))
    assert next(text for text in chunks if text) == "Eerst. "
    gate.set()
    assert "".join(chunks) == "Daarna."


@pytest.mark.parametrize(
    "behaviour",
    [lambda: stalls("Een begin"), lambda: endless("nog meer "), lambda: stalls(before_status=True)],
    ids=["stall", "endless", "no status"],
)
def test_a_client_that_goes_away_is_noticed(server: ChatServer, behaviour: Callable[[], Behaviour]) -> None:
    """A stall and an endless stream end when their client goes, and the server knows whose answer was not over."""
    server.script = always(behaviour())
    with suppress(httpx.ReadTimeout), httpx.stream("POST", f"{server.url}/chat/completions", json=ASKED, timeout=0.2) as response:
        for _ in zip(range(100), response.iter_lines(), strict=False):
            pass
    assert server.wait(lambda: server.left) == server.requests


def test_a_server_that_closes_lets_nobody_wait() -> None:
    """A stall ends with the server, for a client that would wait for ever, and no thread is left."""
    before = threading.active_count()
    ended: list[type[BaseException]] = []
    with ChatServer(always(stalls("Een begin"))) as server:

        def ask() -> None:
            try:
                streamed(server)
            except (httpx.HTTPError, openai.APIError) as error:
                ended.append(type(error))

        asking = [threading.Thread(target=ask) for _ in range(3)]
        for each in asking:
            each.start()
        server.wait(lambda: len(server.requests) == 3)
    for each in asking:
        each.join(10)
    assert len(ended) == 3
    assert threading.active_count() == before


@pytest.mark.parametrize("is_streaming", [True, False])
def test_a_connection_that_is_dropped_is_an_error(server: ChatServer, *, is_streaming: bool) -> None:
    """What ends halfway is not taken for a whole answer."""
    server.script = always(drops("Een half antw"))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{server.url}/chat/completions", json={**ASKED, "stream": is_streaming})


def test_bytes_go_out_as_they_are(server: ChatServer) -> None:
    """Lines that are no event stand between the pieces, and a body can be anything."""
    server.script = always(Behaviour([Raw(b"data: {broken\n\n"), Drop()], content_type="text/html"))
    with httpx.stream("POST", f"{server.url}/chat/completions", json=ASKED) as response:
        assert response.headers["content-type"] == "text/html"
        lines = response.iter_lines()
        assert next(lines).startswith('data: {"id"')
        assert [next(lines), next(lines), next(lines)] == ["", "data: {broken", ""]
        with pytest.raises(httpx.RemoteProtocolError):
            next(lines)
    server.script = always(body(b"<html>", "text/html", 503))
    said = httpx.post(f"{server.url}/chat/completions", json=ASKED)
    assert (said.status_code, said.headers["content-type"], said.content) == (503, "text/html", b"<html>")


def test_a_call_of_a_tool_comes_in_pieces(server: ChatServer) -> None:
    """The arguments of a call are streamed, and its name comes once."""
    server.script = always(calls("Said", '{"sentences": []}', size=5))
    chunks = list(model(server).bind_tools([SCHEMA]).stream(QUESTION))
    parts = [part for chunk in chunks if isinstance(chunk, AIMessageChunk) for part in chunk.tool_call_chunks]
    assert [part["name"] for part in parts] == ["Said", None, None, None]
    assert "".join(part["args"] or "" for part in parts) == '{"sentences": []}'


def test_what_is_not_a_chat_completion_is_refused(server: ChatServer) -> None:
    """There are models and chat completions, and a body without messages is none."""
    assert [each["id"] for each in httpx.get(f"{server.url}/models").json()["data"]] == ["scripted"]
    assert httpx.get(f"{server.url}/files").status_code == 404
    assert httpx.post(f"{server.url}/responses", json={}).status_code == 404
    assert httpx.post(f"{server.url}/chat/completions", content=b"{").status_code == 400
    assert httpx.post(f"{server.url}/chat/completions", json={"messages": []}).status_code == 400
    assert server.requests == []


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    """`python -m tests.chat_server` prints its base URL, answers honestly, and ends when it is told to."""
    variables = environment(home=tmp_path)
    line = [sys.executable, "-m", "tests.chat_server"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=variables, cwd=ROOT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        asked = {"messages": [{"role": "user", "content": QUESTION}]}
        said = httpx.post(f"{url}/chat/completions", json=asked).json()
        process.terminate()
    assert process.returncode == 0
    assert said["choices"][0]["message"]["content"].splitlines()[0] == "AI kan banen opleveren. [k3fx]"
