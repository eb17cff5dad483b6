"""An ingest: what is new, changed, unchanged and gone, what it costs, and what it publishes."""

import hashlib
import os
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from ingest.metadata import Metadata
from ingest.receipt import Receipt, Refusal, Wish
from tests.desk import OTTERS, PINNED, WILLOWS, Desk, RecordingEmbeddings
from vectorstore.debate import Voice
from vectorstore.edition import Edition
from vectorstore.embeddings import load_embeddings
from vectorstore.errors import ModelMismatchError, UnavailableError, UsageError


def facts(receipt: Receipt) -> dict[str, object]:
    """What a receipt says, less how long it took and what there is to be remarked."""
    return {name: value for name, value in asdict(receipt).items() if name not in {"seconds", "remarks", "still_there"}}


def check_edition(edition: Edition) -> None:
    """Every passage of an edition is an exact span of its document and is found by its own words and by its own vector."""
    stored = list(edition.catalog.all_passages())
    vectors = {hit.id for hit in edition.store.search(stored[0].vectors[0], 1_000)}
    assert vectors == {each.passage.id for each in stored}
    for each in stored:
        document = edition.catalog.document(each.passage.source_id)
        assert document is not None
        assert document.text[each.passage.start : each.passage.end] == each.passage.text
        assert np.allclose(np.linalg.norm(each.vectors, axis=1), 1, atol=0.01)


def test_added_changed_unchanged_and_removed(desk: Desk) -> None:
    """Each document is counted once, as what happened to it, and every change is an edition."""
    first, second = desk.write("wilgen.txt", WILLOWS), desk.write("otters.md", OTTERS)
    added = desk.ingest(first, second)
    willows, otters = added.added[1:]
    assert (willows[:7], otters[:7]) == ("wilgen-", "otters-")
    pinned = added.passages - 2
    assert facts(added) == facts(
        Receipt(added=[PINNED, willows, otters], documents=3, passages=pinned + 2, embeddings=pinned + 2, edition=1, published=True)
    )
    desk.write("wilgen.txt", f"{WILLOWS} Het zijn er duizend.")
    assert facts(desk.ingest(first, second)) == facts(
        Receipt(changed=[willows], unchanged=[otters], documents=3, passages=pinned + 2, embeddings=1, edition=2, published=True)
    )
    assert facts(desk.run(Wish(remove=["otters"]))) == facts(
        Receipt(removed=[otters], documents=2, passages=pinned + 1, edition=3, published=True)
    )
    assert desk.texts() == {"wilgen.txt": f"{WILLOWS} Het zijn er duizend."}
    with desk.edition() as edition:
        check_edition(edition)


def test_unchanged_documents_cost_nothing(desk: Desk) -> None:
    """The same documents again: nothing is embedded, nothing is published."""
    path = desk.write("wilgen.txt", WILLOWS)
    before = desk.ingest(path)
    stamp = desk.shelf.stamp()
    again = desk.ingest(path)
    assert facts(again) == facts(
        Receipt(unchanged=before.added[1:], documents=2, passages=before.passages, edition=1, published=False)
    )
    assert (desk.embeddings.texts, desk.progress, desk.shelf.stamp()) == ([], [], stamp)
    assert sorted(path.name for path in (desk.home / "editions").iterdir()) == [".lock", "1"]


def test_another_way_of_reading_is_no_change_to_a_document(desk: Desk) -> None:
    """Where voices are found otherwise, as after an update, documents are made anew, and the receipt calls them unchanged."""
    path = desk.write("wilgen.txt", "Dijkgraaf Van Dam vindt dat er wilgen moeten komen.")
    (_, willows) = desk.ingest(path).added
    desk.debate = replace(desk.debate, voices=(*desk.debate.voices, Voice("vandam", "Klaas van Dam", ("Van Dam",))))
    receipt = desk.ingest(path)
    assert facts(receipt) == facts(
        Receipt(unchanged=[willows], documents=2, passages=receipt.passages, edition=2, published=True, embeddings=0)
    )
    with desk.edition() as edition:
        (stored,) = edition.catalog.passages_of(willows)
        assert {voice for sentence in stored.passage.sentences for voice in sentence.voices} == {"vandam"}


def test_shifted_text_embeds_only_what_is_new(desk: Desk) -> None:
    """A section that is put above others moves their offsets and not their vectors."""
    sections = [f"# Deel {n}\n\nIn deel {n} staat wat er bij stap {n} gebeurt." for n in range(1, 5)]
    path = desk.write("plan.md", "---\ntitle: Plan\n---\n" + "\n\n".join(sections))
    assert desk.ingest(path).passages == desk.progress[-1][1]
    desk.write("plan.md", "---\ntitle: Plan\n---\n" + "\n\n".join(["# Vooraf\n\nDit stuk is nieuw.", *sections]))
    receipt = desk.ingest(path)
    assert receipt.embeddings == 1
    passages = [text for text in desk.embeddings.texts if "\n" in text]  # the others are words
    assert passages == ["Plan. Vooraf\nDit stuk is nieuw."]
    assert desk.progress == [(1, 1)]
    with desk.edition() as edition:
        check_edition(edition)


def test_options_change_what_is_known_of_a_document(desk: Desk) -> None:
    """Another title for the same text is a change, also of what is searched; the text stays."""
    path = desk.write("wilgen.txt", WILLOWS)
    (_, willows) = desk.ingest(path).added
    receipt = desk.run(Wish(paths=[path], given=Metadata(title="Wilgen aan de Vecht", published="2025")))
    assert (receipt.changed, receipt.embeddings) == ([willows], 1)
    source = desk.documents()["wilgen.txt"].source
    assert (source.id, source.title, source.published) == (willows, "Wilgen aan de Vecht", "2025")
    assert desk.embeddings.texts == [f"Wilgen aan de Vecht\n{WILLOWS}"]


def test_file_that_is_named_twice_is_one_document(desk: Desk) -> None:
    """However a file is named, and however often, it is one document, counted once."""
    path = desk.write("wilgen.txt", WILLOWS)
    receipt = desk.ingest(path, desk.docs, desk.docs / ".." / "docs" / "wilgen.txt")
    assert len(receipt.added) == len({PINNED, *receipt.added}) == receipt.documents == 2
    assert desk.ingest(desk.docs / ".." / "docs" / "wilgen.txt").published is False


def test_documents_whose_ids_look_alike_are_both_kept(desk: Desk) -> None:
    """Two files with one name in different folders stay two documents, also where the short digests in their ids meet."""
    seen: dict[str, Path] = {}
    for number in range(200_000):
        path = desk.docs / str(number) / "index.md"
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:6]
        if digest in seen:
            pair = (seen[digest], path)
            break
        seen[digest] = path
    else:
        pytest.skip("no two digests meet: they have become longer")
    for path, text in zip(pair, (WILLOWS, OTTERS), strict=True):
        path.parent.mkdir()
        path.write_text(text, "utf-8")
    receipt = desk.ingest(*pair)
    assert receipt.documents == 3
    with desk.edition() as edition:
        stored = [edition.catalog.document(source.id) for source in edition.catalog.sources()]
    assert {document.text for document in stored if document} >= {WILLOWS, OTTERS}


def test_sync_makes_the_documents_equal_to_the_folder(desk: Desk, tmp_path: Path) -> None:
    """What is new in the folder comes in, what changed is updated, what is gone goes; documents from elsewhere stay."""
    elsewhere = tmp_path / "elders.txt"
    elsewhere.write_text("Elders is het stil.", "utf-8")
    for name in ("weg.txt", "blijft.txt", "anders.txt"):
        desk.write(name, f"Dit is {name}.")
    desk.run(Wish(paths=[elsewhere], sync=desk.docs))
    (desk.docs / "weg.txt").unlink()
    desk.write("anders.txt", "Dit is wat anders.")
    desk.write("nieuw.txt", "Dit is nieuw.")
    receipt = desk.sync()
    found = {
        name: [each.rpartition("-")[0] for each in getattr(receipt, name)] for name in ("added", "changed", "removed", "unchanged")
    }
    assert found == {"added": ["nieuw"], "changed": ["anders"], "removed": ["weg"], "unchanged": ["blijft"]}
    assert desk.texts() == {
        "elders.txt": "Elders is het stil.",
        "blijft.txt": "Dit is blijft.txt.",
        "anders.txt": "Dit is wat anders.",
        "nieuw.txt": "Dit is nieuw.",
    }


def test_sync_does_not_empty_a_folder_unasked(desk: Desk) -> None:
    """A folder that has lost all its documents, perhaps because a disk is missing, removes nothing without a word."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.sync()
    path.unlink()
    with pytest.raises(UsageError, match=r"no longer holds any of its 1 documents\. Say --yes to remove them all\."):
        desk.sync()
    desk.docs.rmdir()
    with pytest.raises(UsageError):
        desk.sync()
    assert desk.texts() == {"wilgen.txt": WILLOWS}
    receipt = desk.sync(may_empty=True)
    assert ([each[:7] for each in receipt.removed], desk.texts()) == (["wilgen-"], {})


def test_sync_follows_a_document_that_got_another_name(desk: Desk) -> None:
    """A folder whose only document was renamed is not empty."""
    desk.write("oud.txt", WILLOWS)
    desk.sync()
    (desk.docs / "oud.txt").rename(desk.docs / "nieuw.txt")
    desk.sync()
    assert desk.texts() == {"nieuw.txt": WILLOWS}


@pytest.mark.parametrize("sync", [False, True])
def test_refused_file_stops_nobody_and_keeps_its_old_text(desk: Desk, sync: bool) -> None:  # noqa: FBT001  # either way
    """A file that became unreadable is named with the reason; what it said stays quoted, and the others come in."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.ingest(path)
    path.write_bytes(b"\xff\xfe\xfd")
    desk.write("otters.txt", OTTERS)
    receipt = desk.run(Wish(sync=desk.docs) if sync else Wish(paths=[desk.docs]))
    assert [refusal.place for refusal in receipt.refused] == [str(path)]
    assert receipt.refused[0].reason.startswith("it is ")
    assert (len(receipt.added), receipt.removed, receipt.published) == (1, [], True)
    assert desk.texts() == {"wilgen.txt": WILLOWS, "otters.txt": OTTERS}


@pytest.mark.parametrize("title", ["[" * 5_000, f"0x{'f' * 5_000}"], ids=["brackets", "number"])
def test_hostile_file_stops_nobody(desk: Desk, title: str) -> None:
    """A file that is made to break its reader is refused at most, and the others come in."""
    desk.write("boos.md", f"---\ntitle: {title}\n---\nTekst hier.")
    desk.write("otters.txt", OTTERS)
    desk.ingest(desk.docs)
    assert desk.texts()["otters.txt"] == OTTERS


def test_file_whose_name_is_no_text_stops_nobody(desk: Desk) -> None:
    """A name in an old encoding, as old archives hold, is refused by that name, and the others come in."""
    path = desk.docs / os.fsdecode(b"caf\xe9.txt")
    path.write_text(WILLOWS, "utf-8")
    desk.write("otters.txt", OTTERS)
    assert desk.ingest(desk.docs).refused == [Refusal(str(path), "its name, or that of its folder, is not UTF-8; rename it")]
    assert desk.ingest(path).refused == [Refusal(str(path), "its name, or that of its folder, is not UTF-8; rename it")]
    assert desk.texts() == {"otters.txt": OTTERS}


def test_refusals_alone_publish_nothing(desk: Desk) -> None:
    """Where nothing came in, the edition stays what it was."""
    desk.ingest(desk.write("wilgen.txt", WILLOWS))
    receipt = desk.ingest(desk.docs / "weg.txt", desk.write("leeg.txt", ""))
    assert [(refusal.place, refusal.reason) for refusal in receipt.refused] == [
        (str(desk.docs / "weg.txt"), "there is no such file or folder"),
        (str(desk.docs / "leeg.txt"), "it is empty"),
    ]
    assert (receipt.edition, receipt.published) == (1, False)


def test_dry_run_says_what_would_be_done_and_does_nothing(desk: Desk) -> None:
    """Before the first edition and after it, a dry run counts and leaves everything as it is."""
    path = desk.write("wilgen.txt", WILLOWS)
    first = desk.run(Wish(paths=[path], dry_run=True))
    assert ([each[:7] for each in first.added], first.edition, first.published) == ([PINNED[:7], "wilgen-"], None, False)
    assert desk.shelf.stamp() == (0, 0)
    desk.ingest(path)
    desk.write("wilgen.txt", OTTERS)
    changed = desk.run(Wish(paths=[path], dry_run=True))
    removed = desk.run(Wish(remove=["wilgen"], dry_run=True))
    assert (len(changed.changed), len(removed.removed)) == (1, 1)
    assert (changed.edition, changed.published, removed.published) == (1, False, False)
    assert desk.texts() == {"wilgen.txt": WILLOWS}
    assert [info.number for info in desk.shelf.published()] == [1]
    assert desk.embeddings.texts == []


def test_what_to_remove_must_be_there(desk: Desk) -> None:
    """An id that is not there, or could be two, removes nothing; the pinned document stays whoever asks."""
    desk.ingest(desk.write("plan-a.txt", WILLOWS), desk.write("plan-b.txt", OTTERS))
    for wanted, why in (("weg", "'weg' is not there"), ("plan", "'plan' could be plan-a-"), (PINNED, "cannot be removed")):
        with pytest.raises(UsageError, match=why):
            desk.run(Wish(remove=[wanted]))
    assert len(desk.texts()) == 2


def test_dossier_off_keeps_the_pinned_document(desk: Desk, home: Path) -> None:
    """Without the dossier the caveat is still there, and so is what the user added."""
    desk.home = home
    receipt = desk.ingest(desk.write("wilgen.txt", WILLOWS))
    assert (receipt.documents, len(receipt.removed), receipt.embeddings) == (2, 34, 1)
    with desk.edition() as edition:
        assert {source.id for source in edition.catalog.sources()} == {PINNED, *receipt.added}
        assert edition.store.search_caveats([desk.embeddings.encode_query("toezicht")], 100)
        check_edition(edition)


def test_removed_dossier_document_stays_away(desk: Desk, home: Path) -> None:
    """What the user removed does not come back with the next ingest of something else."""
    desk.home, desk.dossier = home, True
    assert desk.run(Wish(remove=["bcg2025"])).removed == ["bcg2025"]
    receipt = desk.ingest(desk.write("wilgen.txt", WILLOWS))
    assert [each[:7] for each in receipt.added] == ["wilgen-"]


@pytest.fixture(scope="module")
def model_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two small sentence-transformers models with the same vectors for words: one takes texts as they are, one has prompts."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = f"{WILLOWS} {OTTERS} vraag tekst wat plant waar is".replace(".", " .").split()
    tokenizer = Tokenizer(WordLevel({word: index for index, word in enumerate(["?", *sorted(set(words))])}, unk_token="?"))  # noqa: S106  # no password
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.random.default_rng(7).standard_normal((tokenizer.get_vocab_size(), 32)).astype(np.float32)
    folders = (tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("prompted"))
    for folder, prompts in zip(folders, ({}, {"query": "vraag ", "document": "tekst "}), strict=True):
        module = StaticEmbedding(tokenizer, embedding_weights=weights)
        SentenceTransformer(modules=[module], device="cpu", prompts=prompts).save(str(folder))
    return folders


def test_model_with_prompts_gets_them(model_folders: tuple[Path, Path]) -> None:
    """A question and a passage are embedded with the model's own prompt for each, and without where it has none."""
    plain, prompted = (load_embeddings(str(folder)) for folder in model_folders)
    text = "Waar is de otter"
    assert np.array_equal(plain.encode_query(text), plain.encode_passages([text])[0])
    assert np.array_equal(prompted.encode_query(text), plain.encode_query(f"vraag {text}"))
    assert np.array_equal(prompted.encode_passages([text])[0], plain.encode_query(f"tekst {text}"))
    assert plain.embed_documents([text]) == [plain.embed_query(text)] == [[float(value) for value in plain.encode_query(text)]]
    assert np.isclose(np.linalg.norm(prompted.encode_query(text)), 1)


def test_model_is_known_by_its_files(model_folders: tuple[Path, Path]) -> None:
    """The identity of a model is its name and a digest of its files, whatever its card says."""
    plain, prompted = (load_embeddings(str(folder)).model for folder in model_folders)
    assert plain.name == str(model_folders[0])
    assert plain.sha256 != prompted.sha256
    (model_folders[0] / "README.md").write_text("Another card.", "utf-8")
    assert load_embeddings(str(model_folders[0])).model == plain


@pytest.mark.parametrize("name", ["nergens/zo-een", "docs"])
def test_model_that_is_not_there_is_unavailable(desk: Desk, name: str) -> None:
    """A name that nobody knows and a folder without a model are said so, with what to do."""
    assert desk.docs.name == "docs"
    with pytest.raises(UnavailableError, match=f"{name!r} .*KANTTEKENING_EMBEDDING_MODEL, or set it to 'bundled'"):
        load_embeddings(name)


def test_another_model_rebuilds_from_the_stored_texts(desk: Desk, model_folders: tuple[Path, Path]) -> None:
    """With another model everything is embedded anew, also what is no longer on disk; the models are not mixed up."""
    path = desk.write("wilgen.txt", WILLOWS)
    before = desk.ingest(path, desk.write("otters.txt", OTTERS))
    path.unlink()
    texts = desk.texts()
    other = RecordingEmbeddings(load_embeddings(str(model_folders[1])))
    with pytest.raises(ModelMismatchError, match="'bundled'") as caught, desk.edition(other):
        pass
    assert caught.value.exit_code == 4
    receipt = desk.run(Wish(), other)
    assert facts(receipt) == facts(
        Receipt(documents=3, passages=before.passages, embeddings=before.passages, edition=2, published=True)
    )
    with pytest.raises(ModelMismatchError, match=model_folders[1].name), desk.edition():
        pass
    with desk.edition(other) as edition:
        check_edition(edition)
        hit = edition.store.search(other.encode_query("waar is de otter"), 1)[0]
        assert edition.catalog.passages_by_id([hit.id])[hit.id].passage.text == OTTERS
        assert edition.info.model == other.model
    assert desk.run(Wish(), other).published is False
    desk.run(Wish())
    assert desk.texts() == texts


def test_another_model_can_remove_too(desk: Desk, model_folders: tuple[Path, Path]) -> None:
    """An ingest that has nothing to embed works with every model."""
    other = load_embeddings(str(model_folders[0]))
    desk.run(Wish(paths=[desk.write("wilgen.txt", WILLOWS)]), other)
    assert desk.run(Wish(remove=["wilgen"]), other).documents == 1


def test_mismatch_says_what_to_run(desk: Desk, model_folders: tuple[Path, Path]) -> None:
    """The next step that the message names is a command that exists."""
    from bot.ingest_commands import ingest

    desk.ingest()
    with pytest.raises(ModelMismatchError) as caught, desk.edition(load_embeddings(str(model_folders[0]))):
        pass
    options = {word.strip(".,`").removeprefix("--") for word in str(caught.value).split() if word.startswith("--")}
    assert "`kanttekening ingest" in str(caught.value)
    assert options <= set(ingest.__annotations__)


def test_what_the_user_said_of_a_document_stays(desk: Desk) -> None:
    """A title and a voice that were given once are not lost when the same file, or a newer text of it, is ingested without them."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.run(Wish(paths=[path], given=Metadata(title="Over wilgen", author="W. Boom", published="2024-05")))
    assert desk.run(Wish(paths=[path])).unchanged
    path.write_text(f"{WILLOWS} {OTTERS}", "utf-8")
    assert desk.run(Wish(paths=[path], given=Metadata(published="2024-06"))).changed
    shelf = desk.shelf
    catalog = shelf.open_catalog(shelf.current())
    (source,) = [source for source in catalog.sources() if source.place == str(path)]
    catalog.close()
    assert (source.title, source.author, source.published) == ("Over wilgen", "W. Boom", "2024-06")
