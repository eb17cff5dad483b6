"""What keeps an answer quick in a large edition finds just what looking at everything finds."""

import re
from collections.abc import Iterator
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.million import Recalled, Recombined, edition_in, grow_edition
from vectorstore.catalog import Catalog
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.indexing import build_lexical_index
from vectorstore.kinship import Kinship
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import Source
from vectorstore.retrieval import Query, Retriever

_QUESTIONS = ("Wie vindt wat?", "Hoeveel banen kan AI opleveren?", "What does everybody think of oversight?")


@pytest.fixture
def catalog(dossier_home: Path) -> Iterator[Catalog]:
    """The catalogue of the dossier."""
    catalog = Catalog(edition_in(dossier_home) / "catalog.sqlite")
    yield catalog
    catalog.close()


@pytest.fixture(scope="module")
def lexical(dossier_home: Path) -> LexicalIndex:
    """The BM25 index of the dossier."""
    return LexicalIndex(edition_in(dossier_home) / "bm25")


def words_of(source: Source) -> frozenset[str]:
    """The words of a title."""
    return frozenset(re.findall(r"\w+", source.title.lower()))


def test_sources_are_found_by_their_words(catalog: Catalog) -> None:
    """The sources that are called by some words are those that have every one of them; no words call none."""
    named = {each.id: words_of(each) for each in catalog.sources_by_id().values()}
    every = sorted(frozenset().union(*named.values()))
    asked: list[frozenset[str]] = [frozenset(), frozenset({"nergens", every[0]})]
    asked += [frozenset(pair) for pair in combinations_with_replacement(every[:60], 2)]
    for words in asked:
        expected = [source_id for source_id, own in named.items() if words and words <= own]
        assert catalog.sources_called(words, words_of) == expected


def test_only_the_sources_asked_for_are_read(catalog: Catalog) -> None:
    """Sources that are asked for by their ids are those of the whole list, and one that is not there is left out."""
    every = catalog.sources_by_id()
    some = sorted(every)[:7]
    assert catalog.sources_of([*some, "nergens", *some]) == {each: every[each] for each in some}


@pytest.mark.parametrize("most", [1, 7, 1_000])
def test_nearest_passages_of_voices(catalog: Catalog, debate: Debate, embeddings: PassageEmbeddings, most: int) -> None:
    """The passages of voices nearest to a question are the nearest of all that they say, however many are asked for."""
    voices = [voice.id for voice in debate.voices]
    vector = embeddings.encode_query("Hoeveel banen kan AI opleveren?")
    said = {stored.passage.id: stored for voice in voices for stored in catalog.passages_of_voice(voice, 20)}
    near = {passage_id: float(np.max(stored.vectors @ vector)) for passage_id, stored in said.items()}
    expected = sorted(near.values(), reverse=True)[:most]
    found = catalog.passages_spoken(voices, vector, (20, most))
    assert sorted((near[stored.passage.id] for stored in found), reverse=True) == pytest.approx(expected)


def test_words_by_beginning_and_length(lexical: LexicalIndex) -> None:
    """The words with a beginning, or of a length, are those of the vocabulary, in order; no word has a beginning that is none."""
    every = sorted(lexical.vocabulary)
    for start in ("a", "ambtena", "z", "qqq"):
        assert list(lexical.words_beginning(start)) == [word for word in every if word.startswith(start)]
    for length in (1, 5, 12, 99):
        expected = [word for word in every if word.startswith("o") and len(word) == length]
        assert list(lexical.words_like("o", length)) == expected


@pytest.mark.parametrize("limit", [1, 5, 60, 400])
def test_best_of_many_passages(tmp_path: Path, limit: int) -> None:
    """A search gives the best of all passages that have any of the words; of those that tie, the first."""
    chance = np.random.default_rng(3)
    kinds = ["otter", "rivier", "wilg", "dijk", "vis"]
    texts = [" ".join(chance.choice(kinds, size=chance.integers(1, 6), p=[0.03, 0.4, 0.3, 0.2, 0.07])) for _ in range(300)]
    build_lexical_index(tmp_path / "bm25", [(row, text, "nl") for row, text in enumerate(texts)])
    index, weights = LexicalIndex(tmp_path / "bm25"), {"otter": 1.0, "rivier": 0.5, "vis": 0.8, "nergens": 1.0}
    found = [dict(index.search({term: 1.0}, len(texts))) for term in weights]
    totals = {
        row: np.float32(sum(weight * each.get(row, 0.0) for weight, each in zip(weights.values(), found, strict=True)))
        for row in {row for each in found for row in each}
    }
    expected = sorted(totals, key=lambda row: (-round(float(totals[row]), 5), row))[:limit]
    best = index.search(weights, limit)
    assert [row for row, _ in best] == expected
    assert [score for _, score in best] == pytest.approx([float(totals[row]) for row in expected])


def test_kin_of_several_words(dossier_home: Path, embeddings: PassageEmbeddings) -> None:
    """The kin of several words are the kin of each, and a number has none."""
    folder = edition_in(dossier_home) / "kinship"
    words = ["ambtenaar", "banen", "2025", "toezicht"]
    together, apart = Kinship(folder), Kinship(folder)
    found = together.kin_of_all(words, embeddings.encode_query)
    assert found["2025"] == {}
    assert found["toezicht"]
    for word in words:
        assert found[word] == pytest.approx(apart.kin_of(word, embeddings.encode_query), abs=1e-5)


def test_grown_edition_answers(dossier_home: Path, tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> None:
    """An edition that is grown has as many passages as asked, and what is found in it has the caveat."""
    recalled = Recalled()
    recombined = Recombined(edition_in(dossier_home) / "catalog.sqlite", recalled)
    grow_edition(tmp_path / "grown", dossier_home, 400, (recombined, recalled), lambda _: None)
    reader = EditionReader(Shelf(tmp_path / "grown"), embeddings.model)
    with reader.current() as edition:
        assert edition.info.passages == edition.store.count() == len(edition.lexical) == 400
        for question in _QUESTIONS:
            evidence = Retriever(embeddings, debate).retrieve(Query(question, "nl", subject=question, every_voice=True), edition)
            assert evidence.caveat.oversight
            assert evidence.sentences
    reader.close()


def test_the_same_number_gives_the_same_document(dossier_home: Path) -> None:
    """A recombined document depends on its number alone, so that an edition can be grown again and comes out the same."""
    made = [Recombined(edition_in(dossier_home) / "catalog.sqlite", Recalled()) for _ in range(2)]
    assert made[0].document(3, 40) == made[1].document(3, 40)
    assert made[0].document(3, 40)[0].text != made[0].document(4, 40)[0].text


def test_recombined_passages_stand_in_their_document(dossier_home: Path) -> None:
    """Each passage of a recombined document is a span of it, and its sentences are all the words of the passage."""
    document, passages = Recombined(edition_in(dossier_home) / "catalog.sqlite", Recalled()).document(5, 40)
    assert passages
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert " ".join(passage.text_of(sentence) for sentence in passage.sentences) == passage.text
