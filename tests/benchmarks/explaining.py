"""What a language model adds to an answer in time of ours: `python -m tests.benchmarks.explaining`.

The model is on this machine and says its sentences at once, so that what is measured is the gate and the way to it.
"""

import json
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import TextIO

from bot.answers import Answer, Mode, Outcome
from bot.chat_model import ChatModel
from bot.checking.gate import Gate
from bot.drafts import Draft
from bot.explainer import Explainer
from bot.generative import ModelExplainer
from bot.model_settings import load_model_settings
from bot.offers import offers_of
from bot.screen import Screen
from bot.workspace import Workspace
from tests.benchmarks.figures import Figure, Section, percentile
from tests.benchmarks.tables import markdown_of
from tests.chat_server import Asked, Behaviour, ChatServer, explain, says, stalls
from tests.chat_server.honest import sentence_of
from tests.explaining import Accounts

_QUESTIONS = (
    "Hoeveel banen kan AI volgens BCG opleveren?",
    "Wat vindt Szabó van menselijk toezicht?",
    "Wat is het verschil tussen BCG en het kabinet?",
    "Wie vindt wat over werk?",
    "Is bewezen dat AI ambtenaren productiever maakt?",
)
_ROUNDS = 20
_LIMIT_SECONDS = 2.0


def bench_explaining() -> Section:
    """Milliseconds a sentence for the gate, to the first sentence shown, and how late a model that stalls is left."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Screen(_nowhere(folder), is_quiet=True), home=Path(folder) / "home")
        explainer = workspace.explainer
        gate = _gate_milliseconds(workspace)
        with ChatServer(explain) as server:
            model = ModelExplainer(explainer, _model(server), Accounts())
            model.answer(_QUESTIONS[0])  # whatever is imported at the first use
            server.script = _one_then_nothing
            firsts = [1_000 * _first_sentence(model, question) for question in _QUESTIONS[:3]]
            late = 1_000 * _seconds_late(explainer, server)
    return Section(
        "With a language model",
        "The model is a script on this machine that says its sentences at once: what is measured is what of ours comes between.",
        [
            Figure("checking a sentence", gate, "ms"),
            Figure("checking a sentence, 95th percentile", [percentile(gate, 95)], "ms"),
            Figure("from asking the model to the first sentence shown", firsts, "ms"),
            Figure(f"a model that stalls: after its limit of {_LIMIT_SECONDS:.0f} s, until the quotations stand", [late], "ms"),
        ],
    )


def _gate_milliseconds(workspace: Workspace) -> list[float]:
    spent = []
    for question in _QUESTIONS:
        explained = workspace.explainer.answer(question)
        offers = offers_of(explained.answer.quotes, explained.choices)
        for _ in range(_ROUNDS):
            gate = Gate(offers, workspace.debate, "nl")
            for offer in offers:
                draft = Draft(sentence_of(offer.quote.text), (offer.key,))
                began = time.perf_counter()
                gate.flaw_of(draft)
                spent.append(1_000 * (time.perf_counter() - began))
    return spent


def _seconds_late(explainer: Explainer, server: ChatServer) -> float:
    server.script = lambda _: stalls()
    began = time.perf_counter()
    outcome = ModelExplainer(explainer, _model(server, _LIMIT_SECONDS), Accounts()).answer(_QUESTIONS[1]).answer.explanation
    late = time.perf_counter() - began - _LIMIT_SECONDS
    if outcome is None or outcome.outcome is not Outcome.LATE:
        raise AssertionError(outcome)
    return late


def _first_sentence(model: ModelExplainer, question: str) -> float:
    """Seconds from when the model is asked until the first sentence that was passed is shown; the model says no more after it."""
    times: list[float] = []
    stop = Event()

    def watch(answer: Answer) -> None:
        times.append(time.perf_counter())
        if answer.mode is Mode.GENERATIVE:
            stop.set()

    model.answer(question, watch=watch, stop=stop)
    return times[-1] - times[0]


def _one_then_nothing(asked: Asked) -> Behaviour:
    offer = asked.offers[0]
    sentence = json.dumps({"text": sentence_of(offer.says), "cites": [offer.key]}, ensure_ascii=False)
    return stalls(f'{{"sentences": [{sentence}, ') if asked.wants_json else says(f"{sentence_of(offer.says)} [{offer.key}]\n")


def _model(server: ChatServer, seconds: float = 20) -> ChatModel:
    model = ChatModel(load_model_settings(chat_model="openai:scripted", chat_url=server.url, chat_seconds=seconds))
    model.load()
    return model


def _nowhere(folder: str) -> TextIO:
    return (Path(folder) / "notices").open("w", encoding="utf-8")


if __name__ == "__main__":
    print(markdown_of(bench_explaining()))
