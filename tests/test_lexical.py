"""The BM25 index: the scores that bm25s gives, and the same index however an edition came about."""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import pytest

from vectorstore.edition import Edition
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.indexing import LexicalBuilder, build_lexical_index
from vectorstore.languages import Language
from vectorstore.lexical import LexicalIndex, index_terms
from vectorstore.words import content_words

Passages = Sequence[tuple[str, str, Language]]
"""Ids, texts and languages."""

WILLOWS: Passages = [
    ("a", "De dijkgraaf plant knotwilgen en wilgen langs de Vecht.", "nl"),
    ("b", "Wilgenhout brandt slecht; het hout van wilgen is nat. Café Szabó, 1.250 banen.", "nl"),
    ("c", "The willows stand along the river, and the hout is wet.", "en"),
]
OTTERS: Passages = [("d", "De otter is terug. Otters eten wat de rivier geeft: vis, vis en vis.", "nl")]


def write(folder: Path, passages: Passages, before: Path | None = None) -> LexicalIndex:
    """Build an index as an ingest does, and open it."""
    builder = LexicalBuilder(before)
    for passage_id, text, language in passages:
        builder.add(passage_id, text, language)
    builder.write(folder, [(row, passage_id, language) for row, (passage_id, _, language) in enumerate(passages)])
    return LexicalIndex(folder)


def scores(index: LexicalIndex, terms: Sequence[str], count: int) -> dict[str, dict[int, float]]:
    """Every term with the passages that have it and what each scores."""
    return {term: dict(index.search({term: 1.0}, count)) for term in terms}


def by_bm25s(passages: Passages) -> dict[str, dict[int, float]]:
    """The same by bm25s."""
    vocabulary = frozenset(word for _, text, language in passages for word in content_words(text, language))
    texts = [
        [term for word in content_words(text, language) for term in index_terms(word, language, vocabulary)]
        for _, text, language in passages
    ]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
    index.index(texts, show_progress=False)
    data, holders, bounds = (index.scores[name] for name in ("data", "indices", "indptr"))
    columns = {term: slice(bounds[column], bounds[column + 1]) for term, column in index.vocab_dict.items() if term}
    return {term: dict(zip(holders[inside].tolist(), data[inside].tolist(), strict=True)) for term, inside in columns.items()}


def check_scores(index: LexicalIndex, passages: Passages) -> None:
    """An index has the terms of bm25s and no others, each in the same passages with the same score."""
    expected = by_bm25s(passages)
    found = scores(index, list(expected), len(passages))
    assert {term: holders.keys() for term, holders in found.items()} == {term: each.keys() for term, each in expected.items()}
    for term, holders in expected.items():
        assert found[term] == pytest.approx(holders, abs=1e-5)
    assert len(index) == len(passages)


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_scores_are_those_of_bm25s(tmp_path: Path, dossier_home: Path, embeddings: PassageEmbeddings) -> None:
    """Every score of the dossier's edition, and of Dutch and English passages beside each other, is what bm25s computes."""
    check_scores(write(tmp_path / "few", [*WILLOWS, *OTTERS]), [*WILLOWS, *OTTERS])
    shelf = Shelf(dossier_home)
    edition = Edition(shelf.folder(shelf.current()), shelf.current(), embeddings.model)
    english = {source.id for source in edition.catalog.sources() if source.language == "en"}
    stored = [each.passage for each in edition.catalog.all_passages()]
    passages: Passages = [(each.id, each.embedded_text, "en" if each.source_id in english else "nl") for each in stored]
    check_scores(write(tmp_path / "dossier", passages), passages)
    rows = [each.row for each in edition.catalog.all_passages()]
    published, again = (scores(index, ["ban", "toezicht"], 500) for index in (edition.lexical, LexicalIndex(tmp_path / "dossier")))
    assert published == {term: {rows[place]: score for place, score in found.items()} for term, found in again.items()}
    edition.close()


def test_more_passages_than_are_worked_on_at_once(tmp_path: Path) -> None:
    """Passages beyond the first ten thousand are indexed as the others are."""
    words = ["wilg", "otter", "dijk", "rivier", "hout", "vis"]
    passages: Passages = [(str(number), f"{words[number % 6]} {words[number * 7 % 5]}", "nl") for number in range(20_001)]
    check_scores(write(tmp_path / "many", passages), passages)


def test_an_index_that_goes_on_from_another_is_the_index_made_anew(tmp_path: Path) -> None:
    """Passages that stay, go, come, change places or are taken for another language: the files are the same to the byte."""
    write(tmp_path / "before", [*WILLOWS, *OTTERS])
    after: Passages = [*OTTERS, ("e", "Vissers zien de otter in het rietveld.", "nl"), WILLOWS[1], ("c", WILLOWS[2][1], "nl")]
    write(tmp_path / "after", after, tmp_path / "before")
    write(tmp_path / "anew", after)
    assert files(tmp_path / "after") == files(tmp_path / "anew")
    write(tmp_path / "third", [*WILLOWS, *OTTERS], tmp_path / "after")
    assert files(tmp_path / "third") == files(tmp_path / "before")


def test_the_words_of_passages_that_stay_are_not_read_again(tmp_path: Path) -> None:
    """An earlier index knows its passages, each in its language; one of an older form knows none."""
    write(tmp_path / "before", WILLOWS)
    builder = LexicalBuilder(tmp_path / "before")
    assert [builder.knows(passage_id, "nl") for passage_id in "abcd"] == [True, True, False, False]
    builder.add("a", "iets heel anders", "nl")
    builder.write(tmp_path / "after", [(0, "a", "nl")])
    assert LexicalIndex(tmp_path / "after").search({"wilg": 1.0}, 9) != []
    (tmp_path / "before" / "bag-words.npy").unlink()
    assert not LexicalBuilder(tmp_path / "before").knows("a", "nl")


def test_words_come_most_frequent_first(tmp_path: Path) -> None:
    """The words of an index come by how often they are there, then by the alphabet."""
    passages: list[tuple[int, str, Language]] = [(7, "vis otter vis dijk", "nl"), (9, "otter vis", "nl")]
    assert build_lexical_index(tmp_path / "few", passages) == ["vis", "otter", "dijk"]
    assert [row for row, _ in LexicalIndex(tmp_path / "few").search({"otter": 1.0}, 9)] == [9, 7]


@pytest.mark.parametrize("passages", [[], [("z", "de het een", "nl")]], ids=["nothing", "stop words"])
def test_an_index_of_nothing_finds_nothing(passages: Passages, tmp_path: Path) -> None:
    """An index without passages or without words opens, and the next goes on from it."""
    index = write(tmp_path / "none", passages)
    assert (len(index), index.search({"wilg": 1.0}, 9)) == (len(passages), [])
    assert write(tmp_path / "next", WILLOWS, tmp_path / "none").search({"vecht": 1.0}, 9) != []
    assert files(tmp_path / "next") == files(write_anew(tmp_path / "anew"))


def write_anew(folder: Path) -> Path:
    """The willows, from nothing."""
    write(folder, WILLOWS)
    return folder
