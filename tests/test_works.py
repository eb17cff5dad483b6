"""A document may be asked about by its kind or by its file: then it answers, and nobody else does."""

from collections.abc import Iterator

import pytest

from bot.answers import Answer, AnswerStatus
from bot.explainer import Explainer
from bot.works import is_work
from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.retrieval import Retriever

FILES = {
    "schapen_telling_FAQ.md": "# Vragen\n\nDe gemeente Boterdam telt schapen met een camera. Ze krijgen daarvoor geen chip.",
    "waarom-zwaag-geen-schapen-telt.md": "De wethouder telt geen schapen. Schapen tellen met een camera mag daar niet.",
    "XYZ-protocol.md": "# Afspraken\n\nWie schapen wil tellen met een camera, vraagt eerst om toestemming aan de boer.",
}
ASKED = "over het tellen van schapen met een camera?"


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Iterator[Explainer]:
    """Who answers from the pinned document and three others."""
    folder = tmp_path_factory.mktemp("works")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    shelf = Shelf(folder / "home")
    Pipeline(shelf, embeddings, debate, dossier=False, keep=5).run(Wish(paths=[folder / name for name in FILES]))
    reader = EditionReader(shelf, embeddings.model)
    yield Explainer(reader, Retriever(embeddings, debate), debate, "nl")
    reader.close()


def quoted(answer: Answer) -> set[str]:
    """The beginnings of the names of the files that an answer quotes, also of what comes nearest."""
    return {quote.source.id.partition("-")[0] for quote in (*answer.quotes, *answer.nearest)}


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (f"Wat zegt de FAQ {ASKED}", "schapen"),
        (f"Wat zegt de faq {ASKED}", "schapen"),
        (f"Volgens FAQ schapen, wat mag er {ASKED}", "schapen"),
        (f"Wat staat er in de FAQ {ASKED}", "schapen"),
        (f"Wat zegt schapen_telling_FAQ {ASKED}", "schapen"),
        (f"Wat zegt schapen_telling_FAQ.md {ASKED}", "schapen"),
        (f"Wat zegt het XYZ-protocol {ASKED}", "xyz"),
        (f"Wat staat er in de XYZ {ASKED}", "xyz"),
    ],
)
def test_document_that_is_named_answers(explainer: Explainer, question: str, name: str) -> None:
    """A kind or a name that a source has is no stranger: that source answers, and no other."""
    answer = explainer.answer(question).answer
    assert (answer.status, quoted(answer)) == (AnswerStatus.ANSWERED, {name})
    assert answer.read_as == question


@pytest.mark.parametrize("subject", ["de wethouder", "Greenpeace en schapen"])
def test_document_that_is_named_may_be_silent(explainer: Explainer, subject: str) -> None:
    """What only another source says, or none, is not said when this one is asked."""
    answer = explainer.answer(f"Wat zegt de FAQ over {subject}?").answer
    assert (answer.status, quoted(answer)) == (AnswerStatus.NOT_IN_SOURCES, {"schapen"})


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (f"Wat zegt Greenpeace {ASKED}", "Greenpeace komt in mijn bronnen niet aan het woord."),
        (f"Wat zegt Zwaag {ASKED}", "Zwaag komt in mijn bronnen niet aan het woord."),
        (f"Wat zegt de FAQ van Greenpeace {ASKED}", 'Over "FAQ van Greenpeace" vind ik niets in mijn bronnen.'),
        (f"Wat zegt de factsheet {ASKED}", 'Over "factsheet" vind ik niets in mijn bronnen.'),
        (f"Wat zegt het RKI-kader {ASKED}", 'Over "RKI-kader" vind ik niets in mijn bronnen.'),
    ],
)
def test_what_no_source_is_called_is_refused(explainer: Explainer, question: str, reason: str) -> None:
    """Somebody who does not speak is a stranger, also where a title has the name; a document that is not there says nothing."""
    answer = explainer.answer(question).answer
    assert (answer.status, answer.message) == (AnswerStatus.NOT_IN_SOURCES, reason)


@pytest.mark.parametrize(
    ("names", "expected"),
    [({"FAQ", "RKI-kader", "Algoritmekader", "wet", "FAQ van TNO"}, {True}), ({"Internet", "Contract", "TNO", ""}, {False})],
)
def test_words_for_works(names: set[str], expected: set[bool]) -> None:
    """A kind of document, by itself or at the end of a name, is a work; a word that happens to end so is not."""
    assert {is_work(name) for name in names} == expected
