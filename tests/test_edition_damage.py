"""Editions whose files are lost or spoilt: named, left alone, and built over."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from tests.command import run
from tests.place import OTTERS, WILLOWS, Place
from vectorstore.debate import Debate
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.errors import DamagedEditionError, UnavailableError


def _garble(path: Path) -> None:
    path.write_bytes(b"garbage")


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _thin(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("DELETE FROM passage WHERE row = (SELECT max(row) FROM passage)")
    database.commit()
    database.close()


def _lose(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


DAMAGE = [
    pytest.param(name, damage, id=f"{damage.__name__.strip('_')} {name}")
    for name, damage in [
        ("edition.json", _lose),
        ("edition.json", _garble),
        ("catalog.sqlite", _lose),
        ("catalog.sqlite", _garble),
        ("catalog.sqlite", _halve),
        ("catalog.sqlite", _thin),
        ("chroma", _lose),
        ("chroma/chroma.sqlite3", _lose),
        ("chroma/chroma.sqlite3", _garble),
        ("chroma/chroma.sqlite3", _halve),
        ("bm25", _lose),
        ("bm25/rows.npy", _garble),
        ("bm25/vocabulary.txt", _lose),
        ("in-use", _lose),
    ]
]


@pytest.fixture(scope="module")
def published_twice(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """A place where two editions have been published, made once: read it, do not change it."""
    folder = tmp_path_factory.mktemp("twice")
    place = Place(folder / "home", folder / "docs", embeddings, debate)
    place.publish(wilgen=WILLOWS)
    place.publish(otters=OTTERS)
    return place


@pytest.fixture
def twice(published_twice: Place, tmp_path: Path) -> Place:
    """The same with a home of this test's own."""
    shutil.copytree(published_twice.home, tmp_path / "home")
    return replace(published_twice, home=tmp_path / "home")


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_damaged_edition_is_named_and_can_be_left(twice: Place, name: str, damage: Callable[[Path], None]) -> None:
    """Whatever file is lost or spoilt, one sentence says which edition it is; the one before it can be restored and built upon."""
    damage(twice.home / "editions" / "2" / name)
    with pytest.raises(DamagedEditionError) as caught:
        twice.names()
    assert str(twice.home / "editions") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4
    twice.shelf.restore(1)
    assert twice.names() == ["wilgen"]
    assert twice.sync().published
    assert twice.names() == ["otters"]


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_documents_can_be_ingested_again_over_a_damaged_edition(
    twice: Place, name: str, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    """The next step that the message names works: an ingest of the documents makes a sound edition."""
    damage(twice.home / "editions" / "2" / name)
    (tmp_path / "wilgen.txt").write_text(WILLOWS, "utf-8")
    pipeline = Pipeline(twice.shelf, twice.embeddings, twice.debate, dossier=False, keep=5)
    assert pipeline.run(Wish(paths=[tmp_path / "wilgen.txt", twice.docs])).published
    assert twice.names() == ["otters", "wilgen"]


def test_damaged_earlier_edition_is_in_nobodys_way(place: Place) -> None:
    """A half-swept edition of long ago keeps nobody from listing and restoring the others."""
    for text in (WILLOWS, OTTERS, f"{WILLOWS} {OTTERS}"):
        place.publish(stuk=text)
    (place.home / "editions" / "1" / "edition.json").unlink()
    assert [info.number for info in place.shelf.published()][-2:] == [2, 3]
    assert place.shelf.restore(2).number == 2


@pytest.mark.parametrize(
    "pointer", [b"", b"{}", b"[]", b"\xff\xfe", b'{"current": 9, "published": {"1": "x"}}', b'{"current": 1, "published": [1]}']
)
def test_damaged_pointer_is_an_error_and_not_an_empty_shelf(place: Place, pointer: bytes) -> None:
    """Where it cannot be told which edition is current, nothing answers and nothing is built over what is there."""
    place.publish(wilgen=WILLOWS)
    (place.home / "published.json").write_bytes(pointer)
    for attempt in (place.names, place.sync, place.shelf.published, lambda: place.shelf.restore(1)):
        with pytest.raises(DamagedEditionError, match=r"published\.json' is damaged\. Move ") as caught:
            attempt()
        assert caught.value.exit_code == 4
    assert place.folders == ["1"]


def test_damage_is_one_sentence_on_stderr(place: Place) -> None:
    """The command says so, with the next step, and exits 4."""
    place.publish(wilgen=WILLOWS)
    _garble(place.home / "editions" / "1" / "chroma" / "chroma.sqlite3")
    done = run("ask", "Wat plant de dijkgraaf?", home=place.home, dossier="off")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    assert done.stderr.startswith("Error: ")
    assert "ingest again" in done.stderr


@pytest.mark.parametrize("lie", ["home", "editions", "published.json"])
def test_home_that_is_no_home_is_unavailable(place: Place, lie: str) -> None:
    """A file in the place of a folder, or a folder in that of a file, is an error that names it and not a crash."""
    if lie == "home":
        place.home.write_text("")
    else:
        place.home.mkdir()
        (place.home / "editions").write_text("") if lie == "editions" else (place.home / lie).mkdir()
    attempts: list[Callable[[], object]] = [place.sync] if lie == "editions" else [place.sync, place.names, place.shelf.published]
    for attempt in attempts:
        with pytest.raises(UnavailableError, match=str(place.home)) as caught:
            attempt()
        assert caught.value.exit_code == 1


def test_lost_pointer_loses_nothing(place: Place) -> None:
    """Where the pointer is gone, the last whole edition answers, and the next ingest builds on it."""
    place.publish(wilgen=WILLOWS)
    place.publish(otters=OTTERS)
    (place.home / "published.json").unlink()
    assert place.names() == ["otters"]
    assert [info.number for info in place.shelf.published()] == [1, 2]
    assert place.publish(wilgen=WILLOWS).edition == 3
    assert place.folders == ["1", "2", "3"]
