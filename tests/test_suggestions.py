"""What an answer adds: questions that the sources answer too, what became of a voice since, and what is new."""

from pathlib import Path

import pytest

from bot.answers import AnswerStatus
from bot.evaluation import load_question_set
from bot.explainer import Explainer
from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.retrieval import Retriever

DEVELOPMENT = Path(__file__).parent / "evaluation" / "development.jsonl"
QUESTIONS = (
    "Hoeveel banen kan AI volgens BCG opleveren?",
    "Wat vindt Szabó van AI?",
    "Wat zegt de FNV?",
    "Wat is de NDS?",
    "Waarom mist de columnist een visie?",
    "Is bewezen dat AI ambtenaren productiever maakt?",
    "Wie vindt wat over werk?",
    "What does the AI Act require?",
)


def own_explainer(home: Path, embeddings: PassageEmbeddings, debate: Debate) -> Explainer:
    """Answers from whatever edition a home has."""
    return Explainer(EditionReader(Shelf(home), embeddings.model), Retriever(embeddings, debate), debate)


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_suggested_is_answered(question: str, explainer: Explainer) -> None:
    """There are two or three suggestions, no two alike, none the question itself, and each has an answer."""
    answer = explainer.answer(question).answer
    assert 2 <= len(set(answer.suggestions)) == len(answer.suggestions) <= 3
    assert question not in answer.suggestions
    for suggestion in answer.suggestions:
        assert explainer.answer(suggestion).answer.status is AnswerStatus.ANSWERED, suggestion


def test_small_talk_suggests_nothing(explainer: Explainer) -> None:
    """A greeting has examples of its own."""
    assert explainer.answer("hallo").answer.suggestions == ()


def test_a_voice_that_left_office_is_said_to(explainer: Explainer) -> None:
    """A reader of a statement by a former state secretary is told that he left, and who came after; others get no note."""
    (note,) = explainer.answer("Wat vindt Szabó van menselijk toezicht?").answer.notes
    assert note == "Zsolt Szabó is sinds 3 juni 2025 niet meer in functie; daarna kwam Eddie van Marum."
    assert "left office" in explainer.answer("What does Szabó think of human oversight?").answer.notes[-1]
    assert explainer.answer("Wat vindt Janine Vos van werk?").answer.notes == ()


def test_a_later_statement_of_the_same_voice_is_pointed_at(
    home: Path, embeddings: PassageEmbeddings, debate: Debate, tmp_path: Path
) -> None:
    """Where only the older of two statements is quoted, the later one is named with its date."""
    text = "---\ntitle: {}\nauthor: Janine Vos\npublished: {}\n---\nJanine Vos zegt dat kantoortuinen {}.\n"
    (tmp_path / "a.md").write_text(text.format("Gesprek in mei", "2025-05-02", "met planten en gordijnen een stuk rustiger worden"))
    (tmp_path / "b.md").write_text(
        text.format("Gesprek in juli", "2026-07-09", "met planten en gordijnen een stuk rustiger worden en blijven")
    )
    Pipeline(Shelf(home), embeddings, debate, dossier=True, keep=5).run(Wish(paths=[tmp_path / "a.md", tmp_path / "b.md"]))
    answer = own_explainer(home, embeddings, debate).answer("Wat vindt Janine Vos van kantoortuinen met planten?").answer
    dates = [quote.source.published for quote in answer.quotes]
    assert (dates == ["2026-07-09"]) or any("9 juli 2026" in note for note in answer.notes)


def test_news_lists_what_the_latest_edition_added(
    home: Path, embeddings: PassageEmbeddings, debate: Debate, tmp_path: Path
) -> None:
    """In the first edition everything is new, in the next one what was added or changed, and then nothing."""
    explainer = own_explainer(home, embeddings, debate)
    first = explainer.answer("Wat is nieuw?").answer
    assert first.status is AnswerStatus.SMALLTALK
    assert len(first.sources) > 30
    pipeline = Pipeline(Shelf(home), embeddings, debate, dossier=True, keep=5)
    (tmp_path / "nieuw.md").write_text("---\ntitle: Het nieuwe stuk\n---\nDe gemeente telt sinds mei alle algoritmes.\n")
    pipeline.run(Wish(paths=[tmp_path / "nieuw.md"]))
    second = explainer.answer("Wat is er veranderd?").answer
    assert second.message is not None
    assert second.message.startswith("Nieuw in editie 2")
    assert [source.title for source in second.sources if source != second.caveat.source] == ["Het nieuwe stuk"]
    assert second.caveat.oversight
    pipeline.run(Wish(remove=[second.sources[0].id]))
    third = explainer.answer("What is new?").answer
    assert third.message is not None
    assert "no document was added" in third.message


def test_whatever_is_asked_the_suggestions_are_answered(explainer: Explainer) -> None:
    """Over many questions in people's own words, refused ones among them, no suggestion leads nowhere."""
    cases = [case for case in load_question_set(DEVELOPMENT).cases if case.documents == "dossier" and len(case.turns) == 1][::12]
    suggested = {each for case in cases for each in explainer.answer(case.turns[0]).answer.suggestions}
    statuses = {each: explainer.answer(each).answer.status for each in suggested}
    assert len(suggested) > 20
    assert [each for each, status in statuses.items() if status is not AnswerStatus.ANSWERED] == []
