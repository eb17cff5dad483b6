"""What is answered and what is refused: kinds of answer, countries, voices, and the two sides of a question."""

from collections.abc import Iterator

import pytest

from bot.answers import Answer, AnswerStatus
from bot.explainer import Explainer
from bot.rendering import as_plain_text
from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from vectorstore.debate import Debate, load_debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.retrieval import Retriever

PLAN = """---
title: Het fietsplan van Veldhoek
---
# Kosten en planning

Het fietspad langs de vaart kost de gemeente Veldhoek 340.000 euro. Het fietspad bespaart Veldhoek later 90.000 euro aan onderhoud.
De aanleg duurt zeven maanden. In totaal is 62 procent van de bewoners voor het fietspad. Wethouder Kim Jansen (CDA) leidt het werk.

# Verlichting

De lampen langs het fietspad komen uit Duitsland.
"""


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Iterator[Explainer]:
    """Answers from a plan for cyclists and the dossier."""
    home = tmp_path_factory.mktemp("settling")
    (home / "plan.md").write_text(PLAN)
    Pipeline(Shelf(home / "home"), embeddings, debate, dossier=True, keep=5).run(Wish(paths=[home / "plan.md"]))
    reader = EditionReader(Shelf(home / "home"), embeddings.model)
    yield Explainer(reader, Retriever(embeddings, debate), debate)
    reader.close()


def first(answer: Answer) -> str:
    """The first quotation."""
    return answer.quotes[0].text if answer.quotes else ""


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Wat kost het fietspad in Veldhoek?", "340.000"),
        ("Hoeveel geld bespaart het fietspad in Veldhoek?", "90.000"),
        ("Hoe lang duurt de aanleg van het fietspad in Veldhoek?", "zeven maanden"),
        ("Welk deel van de bewoners van Veldhoek is voor het fietspad?", "62 procent"),
        ("Van welke partij is wethouder Jansen?", "CDA"),
    ],
)
def test_the_first_quotation_holds_the_kind_of_answer_that_was_asked_for(question: str, held: str, explainer: Explainer) -> None:
    """A cost is not a saving, a duration not a date, a share not a sum."""
    assert held in first(explainer.answer(question).answer)


@pytest.mark.parametrize(
    "question",
    [
        "Hoe oud is wethouder Jansen van Veldhoek?",
        "Hoe gebruikt de belgische overheid generatieve ai?",
        "What does the Canadian government say about generative AI?",
        "Wat voor weer wordt het morgen?",
        "Wat vindt Hermannus van het ontslaan van ambtenaren?",
        "Wie won de voetbalwedstrijd?",
    ],
)
def test_what_the_sources_do_not_hold_is_refused(question: str, explainer: Explainer) -> None:
    """Another country, an age that nobody gives, a voice that is silent on it, another world."""
    answer = explainer.answer(question).answer
    assert answer.status is AnswerStatus.NOT_IN_SOURCES
    assert answer.reason


def test_a_country_is_no_obstacle_where_the_text_is_about_it(explainer: Explainer) -> None:
    """The Germans of the question are the Germany of the text."""
    assert "Duitsland" in first(explainer.answer("Komen de lampen langs het fietspad uit Duitsland?").answer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Waarom heeft BCG gelijk?", "Waarom heeft BCG ongelijk?"),
        ("Is het terecht dat Szabó voorzichtig is met AI?", "Is het onterecht dat Szabó voorzichtig is met AI?"),
        ("Is Janine Vos right about work?", "Is Janine Vos wrong about work?"),
    ],
)
def test_both_sides_get_the_same_evidence(one: str, other: str, explainer: Explainer) -> None:
    """A question that takes a side is answered with what its opposite is answered with, and no verdict."""
    found = [explainer.answer(question).answer for question in (one, other)]
    assert [quote.text for quote in found[0].quotes] == [quote.text for quote in found[1].quotes] != []
    assert all(answer.message and ("oordeel" in answer.message or "verdict" in answer.message) for answer in found)


def test_voices_that_others_speak_of_are_named_silent(explainer: Explainer) -> None:
    """Where only others say how two voices compare, that is quoted, and the two are said to say nothing on it."""
    answer = explainer.answer("Why can BCG's 20 billion not be compared with Implement's 6 billion?").answer
    assert answer.status is AnswerStatus.ANSWERED
    assert "niet te vergelijken" in first(answer)
    assert {voice.id for voice in answer.silent_voices} == {"bcg", "implement"}
    assert "Boston Consulting Group" in as_plain_text(answer, load_debate())


def test_confidence_decides_between_an_answer_and_a_refusal(explainer: Explainer) -> None:
    """What is answered is surer than what is refused."""
    sure = explainer.answer("Hoeveel vacatures verwacht BCG in 2033?").confidence
    unsure = explainer.answer("Hoeveel zitplaatsen telt de vergaderzaal?").confidence
    assert sure is not None
    assert unsure is None or sure > unsure
