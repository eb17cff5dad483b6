"""What is found for a question: evidence, the caveat, quotes that stand on their own, and the LangChain form of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from vectorstore.debate import Debate
from vectorstore.edition import Edition, EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import BundledEmbeddings, PassageEmbeddings, digest_of_model
from vectorstore.kinship import Kinship, build_kinship
from vectorstore.langchain_retriever import PassageRetriever
from vectorstore.passages import Passage, Sentence, Vector
from vectorstore.quotes import joined, with_context
from vectorstore.retrieval import Query, Retriever
from vectorstore.terms import question_terms


@pytest.fixture(scope="module")
def reader(dossier_home: Path, embeddings: PassageEmbeddings) -> Iterator[EditionReader]:
    """A reader of the dossier's edition."""
    found = EditionReader(Shelf(dossier_home), embeddings.model)
    yield found
    found.close()


@pytest.fixture(scope="module")
def edition(reader: EditionReader) -> Iterator[Edition]:
    """The dossier's edition, open."""
    with reader.current() as found:
        yield found


@pytest.fixture(scope="module")
def retriever(embeddings: PassageEmbeddings, debate: Debate) -> Retriever:
    """The retriever with the bundled model."""
    return Retriever(embeddings, debate)


def test_an_english_question_finds_dutch_sentences(retriever: Retriever, edition: Edition) -> None:
    """A question in English about vacancies finds the Dutch sentence with the figure among the best."""
    query = Query("How many vacancies are expected in 2033?", "en", subject="How many vacancies are expected in 2033?")
    best = retriever.retrieve(query, edition).sentences[:5]
    assert any("425.000" in scored.text for scored in best)


def test_a_voice_that_is_asked_about_is_found_however_far_its_words_are(retriever: Retriever, edition: Edition) -> None:
    """Every passage in which a named voice speaks takes part, also where the question shares nothing with it."""
    evidence = retriever.retrieve(Query("xyzzy", "nl", voices=("vos",), subject="xyzzy"), edition)
    assert any("vos" in scored.sentence.voices for scored in evidence.sentences)


def test_there_is_a_caveat_for_any_question(retriever: Retriever, edition: Edition) -> None:
    """A question about nothing still has a caveat that states oversight, and one about judgement has one about judgement."""
    assert retriever.retrieve(Query("xyzzy", "nl", subject="xyzzy"), edition).caveat.oversight
    text = "Kan AI slechtere resultaten geven waar mensen moeten oordelen?"
    assert "oordelen" in retriever.retrieve(Query(text, "nl", subject=text), edition).caveat.text


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        ("banen", "voltijdbaan"),  # a synonym of the field
        ("bespaart", "bespaar"),  # another form
        ("productivteit", "productif"),  # a typing error
        ("productivity", "productif"),  # a translation
    ],
)
def test_words_are_found_by_what_they_mean(asked: str, form: str, edition: Edition, debate: Debate) -> None:
    """Synonyms, other forms, typing errors and translations stand for a word of a question."""
    language = "en" if asked == "productivity" else "nl"
    (term,) = question_terms(asked, "", language, edition.lexical, debate)  # type: ignore[arg-type]  # one of the two literals
    assert form in term.forms
    assert term.is_known


def test_a_word_that_no_text_has_is_unknown(edition: Edition, debate: Debate) -> None:
    """What the sources do not have is told apart, so that it can be refused."""
    (term,) = question_terms("zonnebloemolie", "", "nl", edition.lexical, debate)
    assert not term.is_known


def test_langchain_gets_passages_with_their_place(reader: EditionReader, retriever: Retriever, edition: Edition) -> None:
    """The LangChain retriever returns stored passages, with offsets, wording and similarity in the metadata."""
    documents = PassageRetriever(editions=reader, retriever=retriever, top_k=3).invoke("Waar staat NDS voor?")
    assert len(documents) == 3
    for document in documents:
        stored = edition.catalog.document(document.metadata["source_id"])
        assert stored is not None
        assert stored.text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert document.metadata["wording"] == "paraphrase"
        assert document.metadata["similarity"] <= 1


def passage_of(*sentences: tuple[str, int, tuple[str, ...]]) -> Passage:
    """A passage of (text, paragraph, voices)."""
    text, made = "", []
    for words, paragraph, voices in sentences:
        made.append(Sentence(len(text), len(text) + len(words), paragraph, voices))
        text += words + " "
    return Passage("id", "source", 0, len(text) - 1, text[:-1], tuple(made))


@pytest.mark.parametrize(
    ("sentences", "chosen", "texts"),
    [
        (
            [("BCG ziet werk.", 1, ("bcg",)), ("Dit zou veel geven.", 1, ("bcg",))],
            1,
            ["BCG ziet werk.", "Dit zou veel geven."],
        ),
        ([("BCG ziet werk.", 1, ("bcg",)), ("Dit is onzeker.", 2, ("bcg",))], 1, ["Dit is onzeker."]),
        ([("BCG ziet werk.", 1, ("bcg",)), ("Dat vindt Szabó onzeker.", 1, ("szabo",))], 1, ["Dat vindt Szabó onzeker."]),
        (
            [("Dit zijn ze:", 1, ()), ("Eerst.", 2, ()), ("Dan.", 3, ())],
            0,
            ["Dit zijn ze:", "Eerst.", "Dan."],
        ),
        ([("Hij meldt:", 1, ("szabo",)), ("Iemand anders.", 2, ())], 0, ["Hij meldt:"]),
        ([("Een zin.", 1, ()), ("Een andere zin.", 1, ())], 1, ["Een andere zin."]),
        ([("De bond eist:", 1, ()), ("een cursus van 90 uur;", 2, ())], 1, ["De bond eist:", "een cursus van 90 uur;"]),
        ([("Wanneer begint het?", 1, ()), ("Antwoord: op 1 mei.", 2, ())], 1, ["Wanneer begint het?", "Antwoord: op 1 mei."]),
        ([("Wanneer begint het?", 1, ()), ("Antwoord: op 1 mei.", 2, ("szabo",))], 1, ["Antwoord: op 1 mei."]),
        ([("Wanneer begint het?", 1, ()), ("De proef start op 1 mei.", 2, ())], 1, ["De proef start op 1 mei."]),
    ],
)
def test_a_quote_takes_along_what_it_needs(
    sentences: list[tuple[str, int, tuple[str, ...]]], chosen: int, texts: list[str]
) -> None:
    """A sentence that points back takes the one before it along, one that announces what it announces; never another's."""
    passage = passage_of(*sentences)
    run = with_context(passage, passage.sentences[chosen])
    assert [passage.text_of(sentence) for sentence in run] == texts


def test_sentences_side_by_side_become_one_quote() -> None:
    """Neighbours of one paragraph and one voice are joined, up to three; others are not."""
    passage = passage_of(
        ("Een.", 1, ()), ("Twee.", 1, ()), ("Drie.", 1, ()), ("Vier.", 1, ()), ("Vijf.", 2, ()), ("Zes.", 2, ("bcg",))
    )
    sentences = passage.sentences
    assert joined(passage, [sentences[1]], sentences[0]) == list(sentences[:2])
    assert joined(passage, sentences[:2], sentences[2]) == list(sentences[:3])
    assert joined(passage, sentences[:3], sentences[3]) is None
    assert joined(passage, [sentences[0]], sentences[2]) is None
    assert joined(passage, [sentences[3]], sentences[4]) is None
    assert joined(passage, [sentences[4]], sentences[5]) is None
    passage = passage_of(("Een.", 1, ()), ("Dit zegt BCG.", 1, ("bcg",)), ("Dit zegt niemand.", 1, ()))
    run = with_context(passage, passage.sentences[1])
    assert len(run) == 2
    assert joined(passage, run, passage.sentences[2]) is None  # it would stand under BCG


def test_words_that_mean_nearly_the_same_are_kin(edition: Edition, retriever: Retriever) -> None:
    """A word that no word group names finds its like, also across languages; an edition from before has no kin."""
    evidence = retriever.retrieve(Query("Which party is he from?", "en", subject="Which party?"), edition)
    (term,) = [term for term in evidence.terms if term.word == "party"]
    assert "partij" in {**term.forms, **term.kin}
    evidence = retriever.retrieve(Query("werkgelegenheid", "nl", subject="werkgelegenheid"), edition)
    assert "werk" in evidence.terms[0].kin
    assert Kinship(Path("nowhere")).kin_of("werk", lambda _: np.zeros(3, dtype=np.float32)) == {}


def test_an_edition_keeps_the_kin_that_it_knew(tmp_path: Path, embeddings: PassageEmbeddings) -> None:
    """Only new words are embedded, and what is kept is the same."""
    embedded: list[str] = []

    def encode(words: Sequence[str]) -> Vector:
        embedded.extend(words)
        return embeddings.encode_passages(words)

    build_kinship(tmp_path / "a", ["werk", "partij", "x1", "de"], encode, None)
    embedded.clear()
    build_kinship(tmp_path / "b", ["partij", "wethouder", "werk"], encode, tmp_path / "a")
    assert embedded == ["wethouder"]
    build_kinship(tmp_path / "anew", ["partij", "wethouder", "werk"], encode, None)
    for name in ("words.txt", "vectors.npy"):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "anew" / name).read_bytes()
    assert "partij" in Kinship(tmp_path / "b").kin_of("partijen", embeddings.encode_query)


def test_the_bundled_model_is_the_one_that_its_digest_names(embeddings: PassageEmbeddings) -> None:
    """An edition records the model by this digest: it must be that of the files."""
    assert embeddings.model.sha256 == digest_of_model()


def test_a_vector_does_not_depend_on_its_neighbours() -> None:
    """The same text has the same vector alone and among others, and as a question."""
    embeddings, text = BundledEmbeddings(), "BCG verwacht extra capaciteit."
    alone, among = embeddings.encode_passages([text])[0], embeddings.encode_passages(["x", text, "y " * 200])[1]
    assert (alone == among).all()
    assert abs(float(alone @ embeddings.encode_query(text)) - 1) < 1e-5


def test_a_sentence_has_a_vector_of_its_own_from_its_first_word_on() -> None:
    """A span of one word, with a space before it, is not taken for the whole text, and follows what that word means."""
    embeddings, text = BundledEmbeddings(), "De vergadering is om tien uur. Hond"  # one word piece
    whole, (parts,) = embeddings.encode_with_sentences([text], [[(0, 30), (31, 35)]])
    assert float(parts[1] @ whole[0]) < 0.99
    asked = embeddings.encode_query("Hond")
    assert float(parts[1] @ asked) > float(parts[0] @ asked)
