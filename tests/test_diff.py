"""What differs between two editions: documents, passages, answers; and what a restore brings back."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.answer_changes import read_questions
from tests.command import run
from tests.place import OTTERS, WILLOWS, Place
from vectorstore.catalog import Catalog
from vectorstore.comparing import Change, DocumentChange, compare, passage_changes
from vectorstore.debate import Debate
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.entries import Entry
from vectorstore.errors import UsageError

LONG = [f"Hoofdstuk {number}. " + f"De beverrat graaft gang {number} in de dijk langs de rivier. " * 12 for number in range(1, 4)]
QUESTIONS = ["Wat plant de dijkgraaf langs de Vecht?", "Waar is de otter terug?"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """Two editions: one document stays, one goes, one comes, and one is changed in the middle. Read it, do not change it."""
    folder = tmp_path_factory.mktemp("two")
    place = Place(folder / "home", folder / "docs", embeddings, debate)
    place.publish(dijk=WILLOWS, bever="\n\n".join(LONG), muskus="De muskusrat blijft.")
    changed = LONG[1].replace("beverrat", "bisamrat", 1)
    place.publish(dier=OTTERS, bever="\n\n".join([LONG[0], changed, LONG[2]]), muskus="De muskusrat blijft.")
    return place


@pytest.fixture
def own(published: Place, place: Place) -> Place:
    """The same with a home of this test's own."""
    shutil.copytree(published.home, place.home)
    return place


def ask(place: Place, *arguments: str | Path) -> Any:  # noqa: ANN401  # JSON
    """What a command about editions says, as data."""
    done = run("editions", *arguments, "--json", home=place.home, dossier="off")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def ids(place: Place) -> dict[str, str]:
    """The id of each document by the name of its file."""
    found: dict[str, str] = {}
    for info in place.shelf.published():
        catalog = place.shelf.open_catalog(info)
        found |= {Path(source.place).stem: source.id for source in catalog.sources()}
        catalog.close()
    return found


def test_documents_and_passages_are_compared(published: Place) -> None:
    """Each document that differs is named, with how many of its passages came, went and stayed; the other way round too."""
    one, two = (published.shelf.open_catalog(info) for info in published.shelf.published())
    titles = {name: (one.source(id_) or two.source(id_)) for name, id_ in ids(published).items()}

    def rows(changes: list[DocumentChange]) -> list[tuple[object, ...]]:
        return [(each.change, each.source.title, each.passages_added, each.passages_removed) for each in changes]

    assert rows(compare(one, two)) == [
        (Change.CHANGED, "Bever", 1, 1),
        (Change.ADDED, "Dier", 1, 0),
        (Change.REMOVED, "Dijk", 0, 1),
    ]
    assert rows(compare(two, one)) == [
        (Change.CHANGED, "Bever", 1, 1),
        (Change.REMOVED, "Dier", 0, 1),
        (Change.ADDED, "Dijk", 1, 0),
    ]
    assert compare(one, one) == []
    changed = compare(one, two)[0]
    assert changed.source == titles["bever"]
    assert changed.passages_same == len(one.passages_of(changed.source.id)) - 1 > 0
    moved = passage_changes(one, two, changed.source.id)
    assert [(each.is_added, "bisamrat" in each.passage.text) for each in moved] == [(False, False), (True, True)]
    one.close()
    two.close()


def test_document_that_is_cut_otherwise_is_changed(published: Place, tmp_path: Path) -> None:
    """Also where its text and all that is known of it are the same."""
    one = published.shelf.open_catalog(published.shelf.published()[0])
    source_id = ids(published)["bever"]
    document, stored = one.document(source_id), one.passages_of(source_id)
    assert document is not None
    two = Catalog(tmp_path / "catalog.sqlite", writable=True)
    vectors = {each.passage.id: each.vectors for each in stored[1:]}
    two.add(document, Entry(source_id, "", {}))
    two.add_passages([each.passage for each in stored[1:]], vectors)
    changed = [change for change in compare(one, two) if change.source.id == source_id]
    assert changed == [DocumentChange(Change.CHANGED, document.source, 0, 1, len(stored) - 1)]
    one.close()
    two.close()


def test_diff_on_the_command_line(published: Place) -> None:
    """In a table, with --text also the passages that came and went, and all of it as JSON."""
    id_ = ids(published)
    shown = run("editions", "diff", "1", "2", "--text", home=published.home, dossier="off").stdout
    table, _, text = shown.partition("\n\n")
    data = ask(published, "diff", "1", "2", "--text")
    same = data["changed"][0]["passages"]["same"]
    assert table.split("\n") == [
        "change\tid\ttitle\tcame\twent\tsame",
        f"changed\t{id_['bever']}\tBever\t1\t1\t{same}",
        f"added\t{id_['dier']}\tDier\t1\t0\t0",
        f"removed\t{id_['dijk']}\tDijk\t0\t1\t0",
    ]
    lines = text.rstrip("\n").split("\n")
    assert lines[0] == f"--- {id_['bever']} (Bever)"
    assert [line[:2] for line in lines[1:]] == ["@@", "- ", "@@", "+ "]
    (went,), (came,) = data["changed"][0]["text"]["removed"], data["changed"][0]["text"]["added"]
    assert lines[2::2] == [f"- {went['text']}", f"+ {came['text']}"]
    assert went["text"].replace("beverrat", "bisamrat", 1) == came["text"]
    assert (data["before"], data["after"]) == (1, 2)
    assert data["added"] == [{"id": id_["dier"], "title": "Dier", "passages": {"added": 1, "removed": 0, "same": 0}}]
    assert data["removed"] == [{"id": id_["dijk"], "title": "Dijk", "passages": {"added": 0, "removed": 1, "same": 0}}]
    assert "text" not in ask(published, "diff", "1", "2")["changed"][0]


def test_diff_of_an_edition_that_is_not_there(published: Place) -> None:
    """It names those that are."""
    done = run("editions", "diff", "1", "7", home=published.home, dossier="off")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: There is no edition 7. Choose one of 1, 2; see `kanttekening editions`.\n"


def test_answers_that_differ(published: Place, tmp_path: Path) -> None:
    """Every question is asked of both editions, whichever is current; what differs is shown with both answers."""
    id_ = ids(published)
    file = tmp_path / "vragen.txt"
    file.write_text("\n".join([*QUESTIONS, "", "Wat blijft de muskusrat?"]), "utf-8")
    data = ask(published, "diff", "1", "2", "--answers", file)["answers"]
    assert data["asked"] == 3
    assert [(each["turns"], each["what"]) for each in data["changed"]] == [
        ([question], ["status", "first quotation", "quotations"]) for question in QUESTIONS
    ]
    dijk = {"status": "answered", "quotes": [{"source_id": id_["dijk"], "text": "De dijkgraaf plant wilgen langs de Vecht."}]}
    nothing = {"status": "not_in_sources", "quotes": []}
    assert (data["changed"][0]["before"], data["changed"][0]["after"]) == (dijk, nothing)
    assert data["changed"][1]["before"] == nothing
    shown = run("editions", "diff", "1", "2", "--answers", file, home=published.home, dossier="off")
    assert shown.returncode == 0
    lines = shown.stdout.split("\n")
    assert lines[lines.index(f"{QUESTIONS[0]} [status, first quotation, quotations]") :][:4] == [
        f"{QUESTIONS[0]} [status, first quotation, quotations]",
        "- answered",
        f"-   {id_['dijk']}: De dijkgraaf plant wilgen langs de Vecht.",
        "+ not_in_sources",
    ]
    assert lines[-2] == "2 of 3 answers differ."


def test_question_files(tmp_path: Path) -> None:
    """A question on each line, or JSON Lines with turns or a question; a line that is neither is named."""
    file = tmp_path / "vragen.jsonl"
    file.write_text('{"documents": {}}\n{"turns": ["a?", "b?"], "expect": []}\n\n{"question": "c?"}\nd?\n', "utf-8")
    assert read_questions(file) == [("a?", "b?"), ("c?",), ("d?",)]
    for line in ('{"turns": [1]}', '{"turns": 1}', '{"question": " "}', '{"turns": ["a?"'):
        file.write_text(f"a?\n{line}\n", "utf-8")
        with pytest.raises(UsageError, match=r"^Line 2 of "):
            read_questions(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_questions(file)


def test_restore_says_what_it_brings_back(own: Place) -> None:
    """And what it takes away and changes, by id and title, in words and as JSON."""
    id_ = ids(own)
    data = ask(own, "restore", "1")
    assert {key: data[key] for key in ("number", "is_current", "back", "away", "changed")} == {
        "number": 1,
        "is_current": True,
        "back": [{"id": id_["dijk"], "title": "Dijk"}],
        "away": [{"id": id_["dier"], "title": "Dier"}],
        "changed": [{"id": id_["bever"], "title": "Bever"}],
    }
    done = run("editions", "restore", "2", home=own.home, dossier="off")
    info = own.shelf.current()
    assert done.stdout == (
        f"brought back: {id_['dier']} (Dier)\ntaken away: {id_['dijk']} (Dijk)\nchanged: {id_['bever']} (Bever)\n"
        f"Edition 2 is current: {info.documents} documents, {info.passages} passages.\n"
    )
    assert ask(own, "restore", "2")["back"] == []


def test_restore_from_a_damaged_edition(own: Place) -> None:
    """Nothing can be said of what that one held, and the other is restored all the same."""
    (own.home / "editions" / "2" / "catalog.sqlite").write_bytes(b"garbage")
    data = ask(own, "restore", "1")
    assert (data["number"], data["back"], data["away"], data["changed"]) == (1, None, None, None)
    assert own.shelf.current().number == 1
