"""Whatever a model says, and however it fails, the answer is never worse than without one."""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.answers import Answer, Explanation, Mode, Outcome
from bot.chat_model import ChatModel
from bot.explainer import Explainer
from bot.generative import ModelExplainer
from bot.model_settings import load_model_settings
from bot.offers import offers_of
from ingest.metadata import Metadata
from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from tests.chat_server import Asked, Behaviour, ChatServer, Offered, explain, refuses, says, stalls
from tests.counts import count
from tests.explaining import Accounts, Script, ScriptedChat
from tests.hostile import Hostile, hostile_answers
from tests.hostile.judging import problems
from tests.hostile.remembering import RememberingExplainer
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.retrieval import Retriever

SOAK = bool(os.environ.get("KANTTEKENING_SOAK"))
SCHOOLS = """Boston Consulting Group expects that AI can save 12 million hours a year in schools, and not all of them at once.
Boston Consulting Group thinks that 340 small schools could need more help than larger schools.

Janine Vos thinks that AI should not replace teachers, but may help them with marking.
Janine Vos said on 14 May 2025 that most teachers have no time to learn about AI."""
QUESTIONS = {
    "Hoeveel banen kan AI volgens BCG opleveren?": "fact",
    "Wat vindt Szabó van de productiviteit van AI?": "position",
    "Wat is het verschil tussen BCG en Szabó?": "comparison",
    "Wie heeft er gelijk, BCG of Szabó?": "verdict",
    "Hoeveel AI-toepassingen telde TNO bij gemeenten?": "fact without a voice",
    "How many hours can AI save in schools according to BCG?": "fact in English",
    "What does Janine Vos think about teachers and AI?": "position in English",
}
ALL = tuple(QUESTIONS)
REFUSED = "Moet de overheid generatieve AI invoeren?"
HONEST = "BCG denkt dat generatieve AI 255.000 tot 465.000 voltijdbanen aan extra capaciteit kan opleveren."
IN_TIME = {Outcome.EXPLAINED, Outcome.TOO_LITTLE}
OUTCOMES = {
    "stalls": {Outcome.LATE},
    "endless stream": {*IN_TIME, Outcome.LATE},
    "disconnect halfway": {Outcome.FAILED},
    "status 429": {Outcome.BUSY},
    "no completion": {*IN_TIME, Outcome.FAILED},
    "no events": {*IN_TIME, Outcome.FAILED},
    "halves of characters": {*IN_TIME, Outcome.FAILED},
    "empty": {*IN_TIME, Outcome.FAILED},
    "cut off": {*IN_TIME, Outcome.FAILED},
}
"""How a model of a class may have ended; a status is a failure, and what comes to an end was heard."""


@dataclass
class Tally:
    """What became of the sentences of each class."""

    answers: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, klass: str, explanation: Explanation | None) -> None:
        """One answer more."""
        assert explanation is not None
        self.answers[klass] += 1
        self.kept[klass] += explanation.kept
        self.dropped[klass] += sum(number for _, number in explanation.dropped)


@dataclass(frozen=True)
class Bench:
    """An edition with what is asked of it, and the answers without a model."""

    explainer: Explainer
    documents: dict[str, str]
    debate: Debate

    def plain(self, question: str) -> Answer:
        """The answer without a model."""
        return self.explainer.answer(question).answer

    def offers(self, question: str) -> tuple[Offered, ...]:
        """What a model is offered for a question."""
        explained = self.explainer.answer(question)
        offers = offers_of(explained.answer.quotes, explained.choices)
        return tuple(Offered(each.key, (each.voices or (None,))[0], each.quote.text) for each in offers)

    def hostile(self, question: str) -> list[Hostile]:
        """Every hostile answer to a question."""
        others = [offer for each in QUESTIONS if each != question for offer in self.offers(each)[:1]]
        return list(hostile_answers(self.offers(question), self.plain(question).language, 7, others))

    def explained(self, question: str, model: ChatModel, unwanted: Collection[str] = ()) -> Answer:
        """The answer with a model, after a look at all that anybody could see of it."""
        seen: list[Answer] = []
        answer = ModelExplainer(self.explainer, model, Accounts()).answer(question, watch=seen.append).answer
        plain = self.plain(question)
        found = [problem for each in (*seen, answer) for problem in problems(each, plain, self.documents, self.debate, unwanted)]
        assert found == []
        return answer


@pytest.fixture(scope="module")
def bench(
    dossier_home: Path, embeddings: PassageEmbeddings, debate: Debate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """The dossier, with a document in English beside it."""
    folder = tmp_path_factory.mktemp("hostile")
    home = Path(shutil.copytree(dossier_home, folder / "home"))
    (folder / "schools.txt").write_text(SCHOOLS, "utf-8")
    given = Metadata(title="AI in schools", published="2025-06-01", language="en")
    wish = Wish(paths=[folder / "schools.txt"], given=given)
    assert Pipeline(Shelf(home), embeddings, debate, dossier=True, keep=5).run(wish).refused == []
    editions = EditionReader(Shelf(home), embeddings.model)
    with editions.current() as edition:
        found = [edition.catalog.document(source.id) for source in edition.catalog.sources()]
    documents = {document.source.id: document.text for document in found if document}
    yield Bench(RememberingExplainer(editions, Retriever(embeddings, debate), debate), documents, debate)
    editions.close()


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """Counts that are printed when all was tried."""
    tally = Tally()
    yield tally
    for klass in sorted(tally.answers):
        print(f"{klass}: {tally.answers[klass]} answers, {tally.kept[klass]} sentences kept, {tally.dropped[klass]} dropped")  # noqa: T201  # under -s
    said = f"{tally.answers.total()} answers of {len(tally.answers)} classes, {tally.kept.total()} sentences kept"
    count("hostile models", f"{said}, {tally.dropped.total()} dropped")


def spread(cases: Sequence[Hostile], number: int, each: int = 1) -> list[Hostile]:
    """All cases in full; else some of each class, others for each number."""
    if SOAK:
        return list(cases)
    by_class: dict[str, list[Hostile]] = defaultdict(list)
    for case in cases:
        by_class[case.klass].append(case)
    return [found[(number * each + more) % len(found)] for found in by_class.values() for more in range(min(each, len(found)))]


def real(server: ChatServer, seconds: float = 20, retries: int = 0) -> ChatModel:
    """The real client, of a server of ours."""
    set_to = {"chat_url": server.url, "chat_seconds": seconds, "chat_retries": retries}
    model = ChatModel(load_model_settings(chat_model="openai:scripted", **set_to))
    model.load()
    return model


def always(behaviour: Behaviour) -> Callable[[Asked], Behaviour]:
    """A server that does the same with every request."""
    return lambda _: behaviour


def speaking(pieces: Sequence[str]) -> Script:
    """A model that says the same to everything."""
    return lambda _: iter(pieces)


def may_end(klass: str) -> set[Outcome]:
    """How a model of a class may have ended."""
    return OUTCOMES.get(klass, {Outcome.FAILED} if klass.startswith("status") else IN_TIME)


def test_there_are_hundreds_of_cases(bench: Bench) -> None:
    """Each question that is tried is answered, and for most there are more than four hundred hostile answers."""
    sizes = sorted(len(bench.hostile(question)) for question in QUESTIONS)
    assert sizes[len(sizes) // 2] >= 400
    assert sum(sizes) >= 2_500
    assert {case.klass for question in QUESTIONS for case in bench.hostile(question)} >= {*OUTCOMES, "negation: dropped"}


def test_an_honest_model_is_heard(bench: Bench) -> None:
    """The same models can explain: most questions get a sentence that passes, through the real client."""
    with ChatServer(explain) as server:
        model = real(server)
        answers = [bench.explained(question, model) for question in QUESTIONS]
    assert sum(answer.mode is Mode.GENERATIVE for answer in answers) >= 4, [
        (answer.question, answer.explanation) for answer in answers
    ]
    assert all(asked.wants_json and asked.is_streaming for asked in server.requests)


@pytest.mark.parametrize("question", QUESTIONS, ids=QUESTIONS.values())
def test_what_a_model_says(bench: Bench, tally: Tally, question: str) -> None:
    """Nothing false is shown, whatever is written: no lie, no key, no number, no voice, and nothing is lost."""
    cases = [case for case in bench.hostile(question) if case.pieces is not None]
    for case in spread(cases, ALL.index(question), 2):
        answer = bench.explained(question, ScriptedChat(speaking(case.pieces or [])), case.unwanted)
        assert answer.explanation is not None
        assert answer.explanation.outcome in may_end(case.klass), case.klass
        tally.add(case.klass, answer.explanation)


@pytest.mark.parametrize("question", ALL if SOAK else ALL[:2], ids=QUESTIONS.get)
def test_what_a_model_does(bench: Bench, tally: Tally, question: str) -> None:
    """However it fails, the answer is there within its time, with what was passed before; the real client asks a real server."""
    cases = [case for case in bench.hostile(question) if case.pieces is None]
    for case in spread(cases, ALL.index(question), 2):
        with ChatServer(always(case.behaviour)) as server:
            model = real(server, 0.5 if Outcome.LATE in may_end(case.klass) else 20)
            answer = bench.explained(question, model, case.unwanted)
        assert answer.explanation is not None
        assert answer.explanation.outcome in may_end(case.klass), case.klass
        tally.add(case.klass, answer.explanation)


@pytest.mark.parametrize("question", ALL if SOAK else ALL[:1], ids=QUESTIONS.get)
def test_what_a_model_says_over_the_network(bench: Bench, tally: Tally, question: str) -> None:
    """The same, where the real client brings what a real server says."""
    script = says("")
    with ChatServer(lambda _: script) as server:
        model = real(server)
        for case in spread([case for case in bench.hostile(question) if case.pieces is not None], 3):
            script = case.behaviour
            answer = bench.explained(question, model, case.unwanted)
            assert answer.explanation is not None
            assert answer.explanation.outcome in may_end(case.klass), case.klass
            tally.add(case.klass, answer.explanation)


def test_a_sentence_before_a_stall_stands(bench: Bench) -> None:
    """What was passed before a model stalls is the answer when its time is up; the server sees the client go."""
    question = ALL[0]

    with ChatServer(always(stalls(f"{HONEST} [{bench.offers(question)[0].key}]\nEn verder "))) as server:
        answer = bench.explained(question, real(server, 0.5))
    assert answer.explanation == Explanation("openai:scripted", Outcome.LATE, 1)
    assert [statement.text for statement in answer.statements] == [HONEST]


def test_a_server_that_does_not_know_the_form_is_asked_again_in_words(bench: Bench) -> None:
    """A server that refuses a response format is asked for lines, and from then on for nothing else."""
    with ChatServer(lambda asked: refuses(400, "no response_format") if asked.wants_json else explain(asked)) as server:
        model = real(server)
        answers = [bench.explained(question, model) for question in ALL[:3]]
    assert [answer.mode for answer in answers] == [Mode.GENERATIVE] * 3
    assert [asked.wants_json for asked in server.requests] == [True, False, False, False]


def test_a_model_that_is_busy_is_asked_again(bench: Bench) -> None:
    """A server that says "too many requests" once is asked again, where the settings allow it."""
    question = ALL[0]
    with ChatServer(lambda asked: refuses(429, retry_after="0") if len(server.requests) == 1 else explain(asked)) as server:
        answer = bench.explained(question, real(server, retries=1))
    assert (answer.mode, len(server.requests)) == (Mode.GENERATIVE, 2)


def test_a_refusal_reaches_no_model(bench: Bench) -> None:
    """Where the sources do not answer, no model is asked, and none can answer in their place."""
    with ChatServer(explain) as server:
        answer = bench.explained(REFUSED, real(server))
    assert (answer, server.requests) == (bench.plain(REFUSED), [])
