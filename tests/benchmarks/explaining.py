"""What a language model adds to an answer in time of ours: `python -m tests.benchmarks.explaining`.

The model is on this machine and says its sentences at once, so that what is measured is the gate and the way to it.
"""

import json
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from threading import Event
from typing import TextIO

from bot.answers import Answer, Mode, Outcome
from bot.chat_model import ChatModel
from bot.checking import Gate
from bot.drafts import Draft
from bot.generative import ModelExplainer
from bot.model_settings import load_model_settings
from bot.offers import offers_of
from bot.screen import Screen
from bot.workspace import Workspace
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


def bench_explaining() -> None:
    """Print milliseconds a sentence for the gate, to the first sentence shown, and how late a model that stalls is left."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Screen(_nowhere(folder), is_quiet=True), home=Path(folder) / "home")
        explainer = workspace.explainer
        _bench_gate(workspace)
        with ChatServer(explain) as server:
            model = ModelExplainer(explainer, _model(server), Accounts())
            model.answer(_QUESTIONS[0])  # whatever is imported at the first use
            server.script = _one_then_nothing
            firsts = [_first_sentence(model, question) for question in _QUESTIONS[:3]]
            print(f"first sentence, from when the model was asked: {_ms(firsts)}")
            server.script = lambda _: stalls()
            began = time.perf_counter()
            outcome = ModelExplainer(explainer, _model(server, _LIMIT_SECONDS), Accounts()).answer(_QUESTIONS[1]).answer.explanation
            late = time.perf_counter() - began - _LIMIT_SECONDS
            if outcome is None or outcome.outcome is not Outcome.LATE:
                raise AssertionError(outcome)
            print(f"model that stalls: the quotations stand {late * 1000:.0f} ms after the limit of {_LIMIT_SECONDS:.0f} s")


def _bench_gate(workspace: Workspace) -> None:
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
                spent.append(time.perf_counter() - began)
    print(f"gate, a sentence: {_ms(spent)} ({len(spent)} sentences)")


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


def _ms(seconds: list[float]) -> str:
    worst = quantiles(seconds, n=20)[-1] if len(seconds) > 20 else max(seconds)
    return f"{median(seconds) * 1000:.1f} ms median, {worst * 1000:.1f} ms 95th percentile"


if __name__ == "__main__":
    bench_explaining()
