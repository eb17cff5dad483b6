"""Purging: a document leaves every edition and every byte of the home, whoever reads it; the other documents stay as they were."""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import Pipeline
from ingest.purging import Purge, PurgeReceipt, StillThere
from ingest.receipt import Wish
from tests.command import run
from tests.place import BIRDS, OTTERS, WILLOWS, Place, remains
from tests.stepping import Bot, quoted
from vectorstore.debate import Debate
from vectorstore.edition import Edition
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.errors import DamagedEditionError, UsageError
from vectorstore.passages import Source

Pause = Callable[[float], object]


def purge(place: Place, *wanted: str, keep: int = 5, pause: Pause = lambda _seconds: None, dry_run: bool = False) -> PurgeReceipt:
    """Purge in this process; how long it took is left out."""
    found = Purge(place.shelf, pinned=place.debate.caveat_document, keep=keep, pause=pause).run(wanted, dry_run=dry_run)
    found.seconds = 0.0
    return found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """Four editions: the secret is in the first two, changed in the second, taken out in the third. Read it, do not change it."""
    folder = tmp_path_factory.mktemp("four")
    place = Place(folder / "home", folder / "docs", embeddings, debate)
    place.publish(wilgen=WILLOWS, geheim=BIRDS)
    place.publish(wilgen=WILLOWS, geheim=f"{BIRDS} Zo blijft het.")
    place.publish(wilgen=WILLOWS)
    place.publish(wilgen=WILLOWS, otters=OTTERS)
    return place


@pytest.fixture
def removed(published: Place, place: Place) -> Place:
    """The same with a home of this test's own: the secret is in earlier editions only."""
    shutil.copytree(published.home, place.home)
    return Place(place.home, published.docs, place.embeddings, place.debate)


@pytest.fixture
def secret(removed: Place) -> str:
    """The id of the secret."""
    return next(id_ for id_ in documents(removed)[1] if id_.startswith("geheim"))


@pytest.fixture
def current(removed: Place, secret: str) -> Place:
    """The same with the second edition current: the secret is in what answers."""
    removed.shelf.restore(2)
    assert secret in documents(removed)[removed.shelf.current().number]
    return removed


def documents(place: Place) -> dict[int, list[str]]:
    """The documents of every kept edition but the pinned one, each edition opened whole."""
    found = {}
    for info in place.shelf.published():
        Edition(place.shelf.folder(info), info, info.model).close()
        catalog = place.shelf.open_catalog(info)
        found[info.number] = sorted(catalog.sources_by_id().keys() - {place.debate.caveat_document})
        catalog.close()
    return found


def files(place: Place) -> dict[str, bytes]:
    """Everything in a home, but for what Chroma writes whenever it is opened."""
    found = [path for path in place.home.rglob("*") if path.is_file() and "chroma" not in path.parts]
    return {str(path): path.read_bytes() for path in found}


def test_document_of_earlier_editions_is_nowhere_on_the_disk(removed: Place, secret: str) -> None:
    """No file of the home holds a word of it: not the editions that had it, nor those forked from them, nor what was left over."""
    editions = removed.home / "editions"
    for name in (".building", "9"):
        shutil.copytree(editions / "1", editions / name)
    before = remains(removed.home)
    assert {name.split("/")[1] for name in before} == {"1", "2", "3", "4", ".building", "9"}
    kept = documents(removed)
    count = sum(path.is_file() for number in "1234" for path in (editions / number).rglob("*"))
    receipt = purge(removed, secret)
    current = removed.shelf.current()
    assert receipt == PurgeReceipt(
        purged=[secret],
        rewritten=[1, 2, 3, 4],
        files_deleted=count,
        edition=4,
        documents=current.documents,
        passages=current.passages,
    )
    assert remains(removed.home) == []
    assert _unused(removed.home) == {b""}
    assert documents(removed) == {number: [each for each in ids if each != secret] for number, ids in kept.items()}
    assert removed.folders == ["1.1", "2.1", "3.1", "4.1"]
    assert removed.names() == ["otters", "wilgen"]


def _unused(home: Path) -> set[bytes]:
    """What the files of the vector indexes hold past their vectors, zeros aside: Chroma puts there what is in memory."""
    found = set()
    for header in home.rglob("header.bin"):
        count, size = struct.unpack_from("<QQ", header.read_bytes(), 20)
        assert count > 0
        for name, used in (("data_level0.bin", count * size), ("length.bin", count * 4)):
            found.add((header.parent / name).read_bytes()[used:].strip(b"\0"))
    return found


def test_current_document_is_purged_with_a_new_edition(current: Place, secret: str) -> None:
    """What answers is a new edition, the earlier ones are written anew; the next ingest and purge build on them."""
    receipt = purge(current, secret[:8])
    assert (receipt.edition, receipt.published, receipt.rewritten) == (5, True, [1, 2, 3, 4])
    assert (remains(current.home), current.names()) == ([], ["wilgen"])
    assert current.folders == ["1.1", "2.1", "3.1", "4.1", "5"]
    assert current.sync().edition == 6
    assert current.names() == ["otters", "wilgen"]
    otters = next(id_ for id_ in documents(current)[6] if id_.startswith("otters"))
    again = purge(current, otters)
    assert (again.edition, again.published, again.rewritten) == (7, True, [4, 6])  # the others do not hold it, as is known of them
    assert current.folders == ["3.1", "4.2", "5", "6.1", "7"]


def test_restore_never_brings_back_what_was_purged(current: Place, secret: str) -> None:
    """Every edition that can be restored answers without it."""
    purge(current, secret)
    for info in current.shelf.published():
        current.shelf.restore(info.number)
        assert "geheim" not in current.names()


def test_editions_beyond_the_number_kept_are_not_written_anew(current: Place, secret: str) -> None:
    """They are dropped instead."""
    receipt = purge(current, secret, keep=2)
    assert (receipt.rewritten, receipt.dropped, receipt.edition) == ([4], [1, 2, 3], 5)
    assert (current.folders, remains(current.home)) == (["4.1", "5"], [])


def test_what_stays_is_found_as_before(removed: Place, secret: str) -> None:
    """Passages, rows, vectors, words and kin of the other documents are taken over."""

    def found() -> tuple[object, ...]:
        with removed.reader() as reader, reader.current() as edition:
            vector = removed.embeddings.encode_query("otter wilgen")
            hits = [(hit.id, round(hit.similarity, 5)) for hit in edition.store.search(vector, 100)]
            caveats = [(hit.id, round(hit.similarity, 5)) for hit in edition.store.search_caveats([vector], 100)]
            passages = [(each.row, each.passage, each.vectors.tolist()) for each in edition.catalog.all_passages()]
            words = edition.lexical.search({"otter": 1.0, "wilg": 1.0}, 100)
            kin = dict(edition.kinship.kin_of("otters", removed.embeddings.encode_query))
            return hits, caveats, passages, words, kin, edition.catalog.entries(), edition.catalog.passages_of_voice("mens", 5)

    before = found()
    purge(removed, secret)
    assert found() == before


def test_purged_before_or_never_there(removed: Place, secret: str) -> None:
    """A purge of what is no longer known finishes what a killed one left, and says that it knows no such document."""
    purge(removed, secret)
    folder = removed.home / "editions" / "1"
    shutil.copytree(removed.home / "editions" / "1.1", folder)
    again = purge(removed, secret)
    assert (again.purged, again.unknown, again.rewritten, again.edition, again.published) == ([], [secret], [], 4, False)
    assert not folder.exists()
    assert again == purge(removed, secret)


def test_removed_long_ago(removed: Place, secret: str) -> None:
    """Where no kept edition lists a document any more, what is left of it in their files goes all the same."""
    with removed.shelf.lock():
        removed.shelf.replace({}, dropped=[1, 2])
    assert remains(removed.home)
    assert purge(removed, secret).unknown == [secret]
    assert remains(removed.home) == []


def test_dry_run_changes_nothing(current: Place, secret: str) -> None:
    """It says what a purge would do, and does nothing."""
    (current.docs / "geheim.txt").write_text(BIRDS, "utf-8")
    before = files(current)
    receipt = purge(current, secret, dry_run=True)
    assert (receipt.purged, receipt.rewritten, receipt.edition, receipt.published) == ([secret], [1, 2, 3, 4], 2, False)
    assert receipt.still_there == [StillThere(secret, str(current.docs / "geheim.txt"))]
    assert files(current) == before
    (current.docs / "geheim.txt").unlink()


def test_what_cannot_be_purged(current: Place) -> None:
    """The caveat document stays, and an id that could be several is asked for again; nothing changes."""
    before = files(current)
    with pytest.raises(UsageError, match=r"'kanttekening' holds the caveat that every answer shows; it cannot be purged\.$"):
        purge(current, "kanttekening")
    with pytest.raises(UsageError, match="could be "):
        purge(current, "")
    assert files(current) == before


def test_purged_dossier_document_stays_away(home: Path, embeddings: PassageEmbeddings, debate: Debate) -> None:
    """As with one that is removed; but restoring an edition does not bring it back."""
    place = Place(home, home, embeddings, debate)
    pipeline = Pipeline(place.shelf, embeddings, debate, dossier=True, keep=5)
    assert purge(place, "bcg").published
    for number in (2, 1):
        place.shelf.restore(number)
        assert not pipeline.run(Wish()).added
        assert not [id_ for ids in documents(place).values() for id_ in ids if id_.startswith("bcg")]


def test_damaged_editions(removed: Place, secret: str) -> None:
    """An earlier edition that cannot be written anew is dropped; while the current one is damaged nothing is purged."""
    shutil.rmtree(removed.home / "editions" / "1" / "chroma")
    (removed.home / "editions" / "2" / "edition.json").unlink()
    assert purge(removed, secret).dropped == [1, 2]
    assert (removed.folders, remains(removed.home)) == (["3.1", "4.1"], [])
    for header in list((removed.home / "editions" / "3.1").rglob("header.bin")):
        shutil.rmtree(header.parent)  # which Chroma does not notice before it is asked for the vectors
    again = purge(removed, "wilgen")
    assert (again.rewritten, again.dropped, removed.folders) == ([4], [3], ["4.2", "5"])
    (removed.home / "editions" / "5" / "catalog.sqlite").write_bytes(b"garbage")
    before = files(removed)
    with pytest.raises(DamagedEditionError, match="Edition 5 in "):
        purge(removed, "otters")
    assert files(removed) == before


def test_other_keepers_are_told(current: Place, secret: str) -> None:
    """Whoever keeps more of a source forgets each version of it, before the editions do."""
    told: list[tuple[Source, int]] = []

    def forget(source: Source) -> int:
        told.append((source, current.shelf.current().number))
        return 3

    receipt = Purge(current.shelf, pinned="kanttekening", keep=5, pause=lambda _: None, forget=forget).run([secret])
    assert [(source.id, number) for source, number in told] == [(secret, 2), (secret, 2)]
    assert receipt.files_deleted > 6


def test_reader_in_the_middle_of_an_answer(current: Place, secret: str) -> None:
    """A purge waits a few seconds and no longer; what a reader began it ends, and its next answer is from what was written anew."""
    waited: list[float] = []
    with current.reader() as reader:
        with reader.current() as edition:
            receipt = purge(current, secret, pause=waited.append)
            assert (remains(current.home), receipt.published) == ([], True)
            assert edition.catalog.document(secret) is not None
            assert secret in [hit.id for hit in _sources(edition, current)]
        with reader.current() as again:
            assert (again.info.number, again.catalog.document(secret)) == (5, None)
        folder = again.info.folder
    assert sum(waited) == pytest.approx(3)
    assert folder == "5"
    assert current.folders == ["1.1", "2.1", "3.1", "4.1", "5"]


def _sources(edition: Edition, place: Place) -> list[Source]:
    hits = edition.store.search(place.embeddings.encode_query("kwalsterbriep"), 100)
    found = [each.passage.source_id for each in edition.catalog.passages_by_id([hit.id for hit in hits]).values()]
    return [source for source in edition.catalog.sources() if source.id in found]


def test_reader_that_lets_go_is_waited_for_no_longer(removed: Place, secret: str) -> None:
    """And one whose edition was written anew under the same number opens it at its next question."""
    waited: list[float] = []
    with removed.reader() as reader:
        with reader.current():
            pass

        def pause(seconds: float) -> None:
            waited.append(seconds)
            reader.close()

        purge(removed, secret, pause=pause)
        assert len(waited) == 1
        with reader.current() as edition:
            assert (edition.info.number, edition.info.folder) == (4, "4.1")
            other = edition
        purge(removed, next(id_ for id_ in documents(removed)[4] if id_.startswith("wilgen")))
        with reader.current() as edition:
            assert (edition.info.number, edition is other) == (5, False)


def test_answer_whose_files_are_taken_away_is_made_again(removed: Place, secret: str) -> None:
    """What fails because of a purge is done again with the edition that took the place; what fails by itself is not."""
    asked = []

    def action(edition: Edition) -> str:
        asked.append(edition.info.folder)
        if len(asked) == 1:
            purge(removed, secret)
        assert "wilgen" in edition.lexical.vocabulary
        return edition.info.folder

    with removed.reader() as reader:
        assert reader.read(action) == "4.1"
        assert asked == ["4", "4.1"]
        with pytest.raises(ZeroDivisionError):
            reader.read(lambda _edition: 1 / 0)


def test_running_bot_does_not_notice(current: Place, secret: str) -> None:
    """A bot that stays open answers on, and says nothing of what was purged once the purge has returned."""
    with Bot(current) as bot:
        assert "kwalsterbriep" in quoted(bot.ask("Waar broedt de kwalsterbriep?"))
        done = run("remove", "--purge", secret, home=current.home, dossier="off")
        assert (done.returncode, done.stderr) == (0, "")
        assert remains(current.home) == []
        after = [bot.ask("Wat plant de dijkgraaf langs de Vecht?"), bot.ask("Wat is nieuw?"), bot.ask("Waar broedt dat dier?")]
        assert [answer["edition"]["number"] for answer in after] == [5, 5, 5]
        assert secret not in quoted(after)
        assert "griffelhuis" not in quoted(after)
        assert after[0]["statements"][0]["quotes"][0]["text"] in WILLOWS
    assert remains(current.home) == []
    assert _unused(current.home) == {b""}  # a process that had read it opened what was written anew


def test_lost_pointer_does_not_bring_back_what_was_purged(current: Place, secret: str) -> None:
    """Where the pointer is gone, the editions that were written anew are what was published."""
    killed = Path(shutil.copytree(current.home / "editions" / "2", current.home.with_name("killed")))
    purge(current, secret)
    shutil.copytree(killed, current.home / "editions" / "2")  # as one that was killed while it deleted leaves it
    (current.home / "published.json").unlink()
    assert secret not in [id_ for ids in documents(current).values() for id_ in ids]
    assert [(info.number, info.folder) for info in current.shelf.published()] == [
        (1, "1.1"),
        (2, "2.1"),
        (3, "3.1"),
        (4, "4.1"),
        (5, "5"),
    ]
    assert current.shelf.current().number == 5


def test_purge_on_the_command_line(current: Place, secret: str) -> None:
    """It says what was done and that the file is still there, in words and as JSON."""
    (current.docs / "geheim.txt").write_text(BIRDS, "utf-8")
    try:
        dry = run("remove", "--purge", "--dry-run", secret, home=current.home, dossier="off")
        done = run("remove", "--purge", "--json", secret, "bestaat-niet", home=current.home, dossier="off")
    finally:
        (current.docs / "geheim.txt").unlink()
    place = str(current.docs / "geheim.txt")
    assert dry.stdout == (
        f"purged: {secret}\neditions written anew: 1, 2, 3, 4\n"
        f"Still at {place!r}, and no longer ours: an ingest or a sync of it would add {secret} again.\n"
        "Nothing is purged: this was a dry run.\n"
    )
    data = json.loads(done.stdout)
    now = current.shelf.current()
    assert data.pop("files_deleted") > 40
    assert data.pop("seconds") > 0
    assert data == {
        "purged": [secret],
        "unknown": ["bestaat-niet"],
        "rewritten": [1, 2, 3, 4],
        "dropped": [],
        "still_there": [{"id": secret, "place": place}],
        "edition": 5,
        "published": True,
        "documents": now.documents,
        "passages": now.passages,
        "dry_run": False,
    }
    assert done.stderr == (
        "'bestaat-niet' is in no edition that is kept. If it was not purged before, check the id: `kanttekening sources`.\n"
    )
    assert remains(current.home) == []
