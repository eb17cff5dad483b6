"""A folder and its documents: what is renamed, copied, changed in one of two places, or gone."""

import os
import random
import shutil
from pathlib import Path

import pytest

from ingest.metadata import Metadata
from ingest.receipt import Placed, Refusal, Wish
from tests.counts import count
from tests.desk import OTTERS, WILLOWS, Desk
from vectorstore.errors import UsageError
from vectorstore.settings import PREFIX

ROUNDS, SEED = (150 if f"{PREFIX}SOAK" in os.environ else 12), 20261125


def places(desk: Desk) -> dict[str, list[str]]:
    """The names of the files that each document is in, by its id."""
    return {
        document.source.id: [Path(place).name for place in (document.source.place, *document.source.also)]
        for document in desk.documents().values()
        if document.source.id != "kanttekening"
    }


def test_renamed_file_is_the_document_that_it_was(desk: Desk) -> None:
    """Another name changes the place, and the title where that came from the name, and nothing else."""
    desk.write("wilgen.md", f"---\ntitle: Wilgen\n---\n{WILLOWS}")
    desk.write("otters.txt", OTTERS)
    (_, otters, willows) = desk.sync().added
    (desk.docs / "diep").mkdir()
    (desk.docs / "wilgen.md").rename(desk.docs / "diep" / "bomen.md")
    receipt = desk.sync()
    assert (receipt.renamed, receipt.embeddings, receipt.unchanged) == ([willows], 0, [otters])
    assert (receipt.added, receipt.changed, receipt.removed) == ([], [], [])
    assert places(desk) == {willows: ["bomen.md"], otters: ["otters.txt"]}
    (desk.docs / "otters.txt").rename(desk.docs / "zoogdieren.txt")
    assert desk.sync().renamed == [otters]
    assert desk.documents()["zoogdieren.txt"].source.title == "Zoogdieren"
    assert desk.sync().published is False


def test_rename_keeps_what_the_options_said(desk: Desk) -> None:
    """What a user said of a document goes with it to another name."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.run(Wish(paths=[path], given=Metadata(title="Wilgen", author="De dijkgraaf")))
    path.rename(desk.docs / "bomen.txt")
    desk.sync()
    source = desk.documents()["bomen.txt"].source
    assert (source.title, source.author) == ("Wilgen", "De dijkgraaf")


def test_rename_with_its_sidecar_is_the_document_that_it_was(desk: Desk) -> None:
    """A document that is moved with what a file beside it says keeps its id and what was said; a copy of both is a copy."""
    desk.write("wilgen.txt", WILLOWS)
    desk.write("wilgen.txt.toml", 'title = "Wilgen"\nauthor = "De dijkgraaf"\n')
    (_, willows) = desk.sync().added
    for name in ("wilgen.txt", "wilgen.txt.toml"):
        (desk.docs / name).rename(desk.docs / name.replace("wilgen", "bomen"))
    receipt = desk.sync()
    assert (receipt.added, receipt.renamed, receipt.removed) == ([], [willows], [])
    source = desk.documents()["bomen.txt"].source
    assert (source.title, source.author) == ("Wilgen", "De dijkgraaf")
    for name in ("bomen.txt", "bomen.txt.toml"):
        shutil.copy(desk.docs / name, desk.docs / name.replace("bomen", "kopie"))
    assert desk.sync().copies == [Placed(willows, str(desk.docs / "kopie.txt"))]
    assert desk.sync().published is False


def test_swapped_names_are_two_changes(desk: Desk) -> None:
    """Two files that trade names leave each place with the text that is there now."""
    first, second = desk.write("een.txt", WILLOWS), desk.write("twee.txt", OTTERS)
    desk.sync()
    first.rename(desk.docs / "drie.txt")
    second.rename(first)
    (desk.docs / "drie.txt").rename(second)
    receipt = desk.sync()
    assert (len(receipt.changed), receipt.removed, receipt.documents) == (2, [], 3)
    assert desk.texts() == {"een.txt": OTTERS, "twee.txt": WILLOWS}


@pytest.mark.parametrize(("old", "new"), [("a.txt", "b.txt"), ("b.txt", "a.txt")])
def test_text_that_moved_for_another_is_not_lost(desk: Desk, old: str, new: str) -> None:
    """A file that is moved and replaced by another text is both: the document elsewhere, and a new one."""
    path = desk.write(old, WILLOWS)
    (_, willows) = desk.sync().added
    path.rename(desk.docs / new)
    desk.write(old, OTTERS)
    desk.sync()
    assert desk.texts() == {new: WILLOWS, old: OTTERS}
    assert places(desk)[willows] == [new]


def test_renamed_and_copied_at_once(desk: Desk) -> None:
    """A document that is gone from its place and is now at two others is one document at both."""
    path = desk.write("oud.txt", WILLOWS)
    (_, willows) = desk.sync().added
    path.rename(desk.docs / "een.txt")
    copy = desk.write("twee.txt", WILLOWS)
    receipt = desk.sync()
    assert (receipt.renamed, receipt.copies, receipt.removed) == ([willows], [Placed(willows, str(copy))], [])
    assert places(desk) == {willows: ["een.txt", "twee.txt"]}
    assert desk.sync().published is False


def test_same_text_under_two_names_is_one_document(desk: Desk) -> None:
    """Copies are found at once and later, by bytes or by text, and the document stays until its last place is gone."""
    desk.write("wilgen.txt", WILLOWS)
    copy = desk.write("kopie.md", WILLOWS)
    receipt = desk.sync()
    (copied,) = receipt.added[1:]
    assert (receipt.copies, receipt.documents) == ([Placed(copied, str(desk.docs / "wilgen.txt"))], 2)
    later = desk.write("later.txt", WILLOWS)
    receipt = desk.sync()
    assert (receipt.copies, receipt.added, receipt.embeddings) == ([Placed(copied, str(later))], [], 0)
    assert places(desk) == {copied: ["kopie.md", "wilgen.txt", "later.txt"]}
    assert desk.sync().published is False
    copy.unlink()
    receipt = desk.sync()
    assert (receipt.removed, places(desk)) == ([], {copied: ["wilgen.txt", "later.txt"]})
    later.unlink()
    (desk.docs / "wilgen.txt").unlink()
    assert desk.sync(may_empty=True).removed == [copied]
    assert places(desk) == {}


def test_copy_that_says_something_else_is_another_document(desk: Desk) -> None:
    """The same text under another date or author is not the same document."""
    for name, date in (("nota.md", "2024-01-01"), ("nota-nieuw.md", "2025-01-01")):
        desk.write(name, f"---\ntitle: Nota\npublished: {date}\n---\n{WILLOWS}")
    receipt = desk.sync()
    assert (len(receipt.added), receipt.copies) == (3, [])


@pytest.mark.parametrize("changed", ["een.txt", "twee.txt"])
def test_copy_that_changes_becomes_a_document_of_its_own(desk: Desk, changed: str) -> None:
    """One of two places gets another text: the old text stays at the other, whichever came first."""
    desk.write("een.txt", WILLOWS)
    desk.write("twee.txt", WILLOWS)
    desk.sync()
    desk.write(changed, OTTERS)
    receipt = desk.sync()
    other = {"een.txt": "twee.txt", "twee.txt": "een.txt"}[changed]
    assert (len(receipt.added), receipt.removed, receipt.documents) == (1, [], 3)
    assert desk.texts() == {changed: OTTERS, other: WILLOWS}
    assert desk.sync().published is False


def test_document_that_becomes_a_copy_goes(desk: Desk) -> None:
    """A file that gets the text of another one is a second place of that one."""
    desk.write("een.txt", WILLOWS)
    desk.write("twee.txt", OTTERS)
    (_, first, second) = desk.sync().added
    desk.write("twee.txt", WILLOWS)
    receipt = desk.sync()
    assert (receipt.removed, receipt.copies) == ([second], [Placed(first, str(desk.docs / "twee.txt"))])
    assert places(desk) == {first: ["een.txt", "twee.txt"]}


def test_copy_outside_the_folder_outlives_it(desk: Desk, tmp_path: Path) -> None:
    """A document that was also given from elsewhere stays when its folder loses it."""
    elsewhere = tmp_path / "elders.txt"
    elsewhere.write_text(WILLOWS, "utf-8")
    desk.ingest(elsewhere)
    desk.write("wilgen.txt", WILLOWS)
    desk.write("otters.txt", OTTERS)
    desk.sync()
    (desk.docs / "wilgen.txt").unlink()
    assert desk.sync().removed == []
    assert desk.texts() == {"elders.txt": WILLOWS, "otters.txt": OTTERS}


def test_folder_that_cannot_be_seen_removes_nothing(desk: Desk) -> None:
    """What is in a folder that turned into something else is not taken for removed unasked."""
    desk.write("wilgen.txt", WILLOWS)
    desk.sync()
    (desk.docs / "wilgen.txt").unlink()
    desk.docs.rmdir()
    desk.docs.write_text("geen map", "utf-8")
    with pytest.raises(UsageError, match="is a file and no folder"):
        desk.sync()
    assert desk.texts() == {"wilgen.txt": WILLOWS}


def test_links_out_of_a_folder_are_refused(desk: Desk, tmp_path: Path) -> None:
    """A link in a folder brings in nothing from outside it; one to a file inside is that file."""
    (tmp_path / "geheim.txt").write_text("Dit is van mij alleen.", "utf-8")
    desk.write("wilgen.txt", WILLOWS)
    link = desk.docs / "link.txt"
    link.symlink_to(tmp_path / "geheim.txt")
    (desk.docs / "zelf.txt").symlink_to(desk.docs / "wilgen.txt")
    (desk.docs / "lus").symlink_to(desk.docs)
    receipt = desk.sync()
    assert receipt.refused == [Refusal(str(link), "it is a link to a file outside the folder; name that file itself")]
    assert list(places(desk).values()) == [["wilgen.txt", "zelf.txt"]]


def test_files_of_other_formats_are_counted(desk: Desk) -> None:
    """A folder may hold anything; what is passed over is told, save hidden files and what belongs to a document."""
    for name in (
        "wilgen.txt",
        "wilgen.txt.toml",
        "foto.PNG",
        "kaart.png",
        "LEESMIJ",
        ".DS_Store",
        "~$nota.docx",
        "diep/tabel.xlsx",
    ):
        (desk.docs / name).parent.mkdir(exist_ok=True)
        desk.write(name, "" if name.endswith(".toml") else WILLOWS)
    assert desk.sync().passed_over == {".png": 2, "": 1, ".xlsx": 1}


def test_sidecar_says_what_the_file_does_not(desk: Desk) -> None:
    """A sidecar gives title, author and date, an option wins from it, and to change it is to change the document."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.write("wilgen.txt.toml", 'title = "Wilgen aan de Vecht"\nauthor = "De dijkgraaf"\npublished = 2025-04-22\n')
    desk.run(Wish(paths=[path], given=Metadata(author="De dijkgravin")))
    source = desk.documents()["wilgen.txt"].source
    assert (source.title, source.author, source.published) == ("Wilgen aan de Vecht", "De dijkgravin", "2025-04-22")
    assert desk.ingest(path).published is False
    desk.write("wilgen.txt.toml", 'title = "Wilgen langs de Vecht"\n')
    desk.ingest(path)
    source = desk.documents()["wilgen.txt"].source
    assert (source.title, source.author, source.published) == ("Wilgen langs de Vecht", "De dijkgravin", None)


def test_any_changes_to_a_folder_leave_its_texts(desk: Desk) -> None:
    """Whatever is written, moved, copied, swapped and deleted between syncs, what is stored is what the files say, each once."""
    chance = random.Random(SEED)  # noqa: S311  # the same folders every time
    texts = [WILLOWS, OTTERS, "De bever bouwt een burcht.", "De reiger vist in de sloot.", "Het riet groeit aan de oever."]
    names = [f"{letter}.txt" for letter in "abcdef"]
    for _ in range(ROUNDS):
        for _ in range(chance.randint(1, 4)):
            _change(desk.docs, chance, names, texts)
        desk.sync(may_empty=True)
        files = {path.name: path.read_text("utf-8") for path in desk.docs.iterdir()}
        assert _stored(desk) == files
        assert len(places(desk)) == len(set(files.values()))
        assert desk.sync(may_empty=True).published is False
    count("syncs of a folder that changed at random", ROUNDS)


def _stored(desk: Desk) -> dict[str, str]:
    """The stored text at each place, by the name of the file there."""
    documents = [document for document in desk.documents().values() if document.source.id != "kanttekening"]
    return {Path(place).name: each.text for each in documents for place in (each.source.place, *each.source.also)}


def _change(folder: Path, chance: random.Random, names: list[str], texts: list[str]) -> None:
    present = sorted(path.name for path in folder.iterdir())
    target = folder / chance.choice(names)
    action = chance.choice(["write", "delete", "move", "copy", "swap"] if present else ["write"])
    if action == "write":
        target.write_text(chance.choice(texts), "utf-8")
        return
    path = folder / chance.choice(present)
    if action == "delete":
        path.unlink()
    elif action == "move":
        path.rename(target)
    elif action == "copy" and path != target:
        shutil.copy(path, target)
    elif action == "swap" and path != target and target.exists():
        path.rename(folder / "weg")
        target.rename(path)
        (folder / "weg").rename(target)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("titel = 'Wilgen'", "'wilgen.toml' beside it says 'titel', which is not one of author, kind, language, published, "),
        (
            "published = 'gisteren'",
            "'wilgen.toml' beside it has published = 'gisteren'; write it as text, and a date as 2025-04-22",
        ),
        ("title = [", "'wilgen.toml' beside it is not valid TOML"),
        (f"title = {'9' * 5_000}", "'wilgen.toml' beside it cannot be read (ValueError); correct it or move it"),
        (f"title = {'[' * 5_000}", "'wilgen.toml' beside it cannot be read (RecursionError); correct it or move it"),
    ],
)
def test_sidecar_that_cannot_be_used_is_named(desk: Desk, text: str, reason: str) -> None:
    """A slip in a sidecar refuses the document with what is wrong, instead of being passed over."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.write("wilgen.toml", text)
    (refusal,) = desk.sync().refused
    assert refusal == Refusal(str(path), refusal.reason)
    assert refusal.reason.startswith(reason)


@pytest.mark.parametrize("text", [f"title = {'[' * 5_000}", f"title = {'9' * 5_000}"], ids=["brackets", "digits"])
def test_hostile_sidecar_refuses_its_document_alone(desk: Desk, text: str) -> None:
    """A sidecar that is made to break its reader costs the document beside it, and the others come in."""
    path = desk.write("wilgen.txt", WILLOWS)
    desk.write("wilgen.toml", text)
    desk.write("otters.txt", OTTERS)
    (refusal,) = desk.sync().refused
    assert (refusal.place, refusal.reason[:39]) == (str(path), "'wilgen.toml' beside it cannot be read ")
    assert desk.texts() == {"otters.txt": OTTERS}


def test_sidecar_that_is_a_pipe_is_refused(desk: Desk) -> None:
    """A pipe that is called like a sidecar is not read: that would never end."""
    path = desk.write("wilgen.txt", WILLOWS)
    os.mkfifo(desk.docs / "wilgen.toml")
    assert desk.sync().refused == [Refusal(str(path), "'wilgen.toml' beside it is no regular file; move it")]


def test_sidecar_of_a_windows_editor_is_read(desk: Desk) -> None:
    """The mark with which some editors begin a file is no part of what a sidecar says."""
    desk.write("wilgen.txt", WILLOWS)
    desk.write("wilgen.toml", '\ufefftitle = "Wilgen"\r\n')
    desk.sync()
    assert desk.documents()["wilgen.txt"].source.title == "Wilgen"


def test_name_that_leaves_no_room_for_a_sidecar_is_read(desk: Desk) -> None:
    """A document may have the longest name that a file can have; nothing stands beside it then."""
    name = "w" * 251 + ".txt"
    desk.write(name, WILLOWS)
    assert desk.sync().refused == []
    assert desk.texts() == {name: WILLOWS}
