"""Files become documents: what is stored, what is known of them, and what is refused with a reason."""

import codecs
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.extraction import RefusedError
from ingest.formats import LOADERS
from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import Origin, dossier_origins, find_origins
from vectorstore.debate import Debate
from vectorstore.passages import Document, Section, Source, Wording

LoadText = Callable[..., Document]

PAGE = """<!doctype html><html lang="nl"><head><title>AI bij de gemeente</title><meta name="author" content="Jan de Boer">
<style>p { color: red }</style></head><body><nav><ul><li><a href="/">Home</a></li><li><a href="/c">Contact</a></li></ul></nav>
<main><h1>AI bij de gemeente</h1><p>De gemeente gebruikt AI om brieven te schrijven. Een ambtenaar leest elke brief na.</p>
<h2>Wat volgt er?</h2><p>De raad beslist in maart over een vervolg, en vraagt daarvoor advies aan de inwoners.</p>
<ul><li>Eerst komt er een proef met tien ambtenaren.</li><li>Daarna komt er een evaluatie.</li></ul></main>
<footer><p>Alle rechten voorbehouden.</p></footer><script>document.write("Reclame")</script></body></html>"""


@pytest.fixture
def load_text(tmp_path: Path, debate: Debate) -> LoadText:
    """Writes a file with a name and a content, and loads it."""

    def write_and_load(name: str, content: str | bytes, given: Metadata | None = None) -> Document:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(Origin(path, str(path)), given or Metadata(), debate).document

    return write_and_load


def paragraphs(document: Document) -> list[str]:
    """The running text of a document, paragraph by paragraph."""
    return [document.text[start:end] for start, end in document.paragraphs]


def headings(document: Document) -> list[tuple[str, ...]]:
    """The headings above each section of a document."""
    return [section.path for section in document.sections]


FRONT_MATTER = """---
title: "AI en werk"
author: M. Derksen
publisher: iBestuur
published: 2025-04-22
url: https://example.org/ai
kind: column
language: nl
wording: paraphrase
voice: BCG
id: mijn-eigen-id
after: {title: Iets anders}
basis: column
---
Er is tekst.
"""


def test_front_matter_says_what_the_source_is(load_text: LoadText, tmp_path: Path) -> None:
    """Every field of the front matter is taken over; the id, and what only the dossier has, are not for a file to say."""
    source = load_text("ai.md", FRONT_MATTER).source
    assert source == Source(
        id=source.id,
        title="AI en werk",
        place=str(tmp_path / "ai.md"),
        language="nl",
        kind="column",
        wording=Wording.PARAPHRASE,
        publisher="iBestuur",
        author="M. Derksen",
        published="2025-04-22",
        url="https://example.org/ai",
        voice="bcg",
    )
    assert source.id.startswith("ai-")


def test_options_win_over_front_matter(load_text: LoadText) -> None:
    """What the user says of a document counts, what the user leaves out comes from the file."""
    given = Metadata(title="Mijn titel", published="2024", voice="szabo", language="en")
    found = load_text("ai.md", FRONT_MATTER, given).source
    assert found == replace(
        load_text("ai.md", FRONT_MATTER).source, title="Mijn titel", published="2024", voice="szabo", language="en"
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_in_any_line_ending(load_text: LoadText, line_end: str, mark: str) -> None:
    """Windows line ends and a byte order mark do not hide the front matter, and it is never quoted."""
    document = load_text("ai.md", (mark + FRONT_MATTER).replace("\n", line_end))
    assert (document.source.title, document.text) == ("AI en werk", "Er is tekst.")


def test_markdown_is_stored_without_its_markup(load_text: LoadText) -> None:
    """Words stay, marks go; code is left out; headings, bold lines and titles of boxes make sections."""
    document = load_text(
        "ai.md",
        "# Kop\n\nMet `code`, een [link](https://example.org), *nadruk*\nen <b>vet</b>. <!-- weg -->\n\n"
        '!!! note "Let op"\n    De mens beslist.\n\n## Tabel\n\n| A | B |\n|---|---|\n| een | twee |\n\n'
        "**Vette kop**\n\n- punt één\n- punt twee\n\n```\nprint()\n```\n\n## Slot\n\nEinde.\n",
    )
    expected = ["Met code, een link, nadruk en vet.", "De mens beslist.", "A | B", "een | twee", "punt één", "punt twee", "Einde."]
    assert paragraphs(document) == expected
    assert headings(document) == [("Kop",), ("Kop", "Let op"), ("Kop", "Tabel"), ("Kop", "Tabel", "Vette kop"), ("Kop", "Slot")]
    assert document.text.startswith("Kop\n\nMet code")


def test_plain_text_is_stored_character_for_character(load_text: LoadText) -> None:
    """Line ends, spaces and all; short bare lines are headings and are not among the paragraphs."""
    long = "x" * 120 + "."  # a line that nobody broke by hand
    text = f"\n  Wat BCG vindt\r\n\r\nAI levert banen op. Dat is de raming. \r\nTwee regels\tverder is het anders.\n{long}\n"
    document = load_text("ai.txt", text)
    assert document.text == text
    assert paragraphs(document) == ["AI levert banen op. Dat is de raming.", "Twee regels\tverder is het anders.", long]
    assert document.sections == (Section(0, 3, ()), Section(3, len(text), ("Wat BCG vindt",)))


def test_lines_broken_by_hand_are_one_paragraph(load_text: LoadText) -> None:
    """Text with hard line breaks is read by its blank lines."""
    document = load_text("ai.txt", "Kopje\n\nAI levert\nbanen op. Dat is\nde raming.\n\nTweede alinea\nhier.\n")
    assert paragraphs(document) == ["AI levert\nbanen op. Dat is\nde raming.", "Tweede alinea\nhier."]
    assert headings(document)[-1] == ("Kopje",)


def test_html_is_stored_as_its_main_content(load_text: LoadText) -> None:
    """Menus, footers, styles and scripts are left out; headings make sections and are not quoted."""
    document = load_text("ai.html", PAGE)
    assert paragraphs(document) == [
        "De gemeente gebruikt AI om brieven te schrijven. Een ambtenaar leest elke brief na.",
        "De raad beslist in maart over een vervolg, en vraagt daarvoor advies aan de inwoners.",
        "Eerst komt er een proef met tien ambtenaren.",
        "Daarna komt er een evaluatie.",
    ]
    assert headings(document) == [("AI bij de gemeente",), ("AI bij de gemeente", "Wat volgt er?")]
    assert (document.source.title, document.source.author, document.source.language) == ("AI bij de gemeente", "Jan de Boer", "nl")


def test_short_html_page_keeps_its_shape(load_text: LoadText) -> None:
    """Also on a page of a few lines, the menu is left out and a heading is no part of a sentence."""
    body = "<nav><p>Menu</p></nav><h1>Kop</h1><p>Het café is open.</p><h2>Twee</h2><ul><li>Een punt.</li></ul>"
    document = load_text("kort.html", f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>')
    assert paragraphs(document) == ["Het café is open.", "Een punt."]


TEXT = "Het café in ’s-Gravenhage krijgt € 20 voor één proef."


@pytest.mark.parametrize("name", ["ai.txt", "ai.md"])
@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be"],
)
def test_unicode_encodings_are_read(load_text: LoadText, name: str, data: bytes) -> None:
    """UTF-8 with and without a mark, and UTF-16 with one, give the same text."""
    assert load_text(name, data).text == TEXT


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [('<meta charset="utf-8">', "utf-8"), ("", "utf-8"), ('<meta charset="windows-1252">', "windows-1252"), ("", "utf-16")],
)
def test_html_is_read_as_it_declares(load_text: LoadText, declared: str, encoding: str) -> None:
    """A page is read in the encoding it declares, and in UTF-8 where it declares none."""
    page = f"<html><head>{declared}</head><body><p>{TEXT}</p></body></html>"
    assert load_text("ai.html", page.encode(encoding)).text == TEXT


@pytest.mark.parametrize("suffix", ["txt", "md"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b" \r\n\t\n", "it is empty"),
        (codecs.BOM_UTF8, "it is empty"),
        (
            "café".encode("cp850"),
            r"it is not UTF-8 \(byte 3\), and its bytes do not tell .*; save it as UTF-8 and try again$",
        ),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "it is a binary file, not text"),
        (b"\xff\xfea", "."),
        (b"Goed.\nFout\x1b[31m.", r"line 2 holds the control character U\+001B; it is not plain text"),
        (bytes(200), r"line 1 holds the control character U\+0000; it is not plain text"),
    ],
)
def test_what_is_no_text_is_refused(load_text: LoadText, suffix: str, data: bytes, reason: str) -> None:
    """Empty, binary, wrongly encoded and steering files are refused with the reason; nothing is guessed or replaced."""
    with pytest.raises(RefusedError, match=f"^{reason}"):
        load_text(f"ai.{suffix}", data)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", "---\ntitle: [los\n---\nTekst.", "the front matter between the --- lines is not valid YAML; correct it"),
        ("b.md", "---\npublished: 2025-13-45\n---\nTekst.", "the front matter between the --- lines is not valid YAML"),
        ("c.md", "---\n- een\n- twee\n---\nTekst.", "the front matter between the --- lines does not hold 'name: value' lines"),
        ("d.md", f"---\ntitle: {'[' * 5000}\n---\nTekst.", "the front matter"),
        ("f.md", "# Alleen\n\n## Koppen\n", "it holds no running text"),
        ("g.md", "```\ncode\n```\n", "it holds no running text"),
        ("h.md", "---\nvoice: niemand\n---\nTekst.", "its voice 'niemand' is not one of bcg, szabo, "),
        ("i.md", "---\nwording: los\n---\nTekst.", "its wording 'los' is not verbatim or paraphrase"),
    ],
)
def test_markdown_is_refused_with_a_reason(load_text: LoadText, name: str, content: str, reason: str) -> None:
    """Broken or hostile front matter, and documents without running text, stop nothing but themselves."""
    with pytest.raises(RefusedError, match=f"^{reason}"):
        load_text(name, content)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"<html><body><div id=app></div><script>start()</script></body></html>",
        b"<!-- niets -->",
        bytes(500),
        bytes(range(256)) * 20,
        b"<html><body><p>Rood \x1b[31m.</p></body></html>",
        b"<html><body><p>Rood &#27;[31m.</p></body></html>",
    ],
    ids=["empty", "blank", "script", "comment", "zeros", "binary", "escape", "escape by number"],
)
def test_what_is_no_page_is_refused(load_text: LoadText, data: bytes) -> None:
    """Pages without text, binary files and steering characters are refused in HTML as they are in text."""
    with pytest.raises(RefusedError):
        load_text("ai.html", data)


@pytest.mark.parametrize("declared", ["", '<meta charset="utf-8">'])
def test_html_in_another_encoding_than_it_declares_is_never_garbled(load_text: LoadText, declared: str) -> None:
    """A page in Latin-1 that does not say so is refused, or read as it was meant; letters are never swapped."""
    page = f"<html><head>{declared}</head><body><p>Het café is open.</p></body></html>"
    try:
        stored = load_text("ai.html", page.encode("latin-1")).text
    except RefusedError:
        return
    assert stored == "Het café is open."


def test_what_cannot_be_read_is_refused(tmp_path: Path, debate: Debate) -> None:
    """A file that is gone, or no longer a file, when its turn comes is a refusal."""
    (tmp_path / "map.md").mkdir()
    for name, why in (("weg.md", "No such file or directory"), ("map.md", "Is a directory")):
        with pytest.raises(RefusedError, match=rf"^it cannot be read \({why}\)$"):
            load(Origin(tmp_path / name, name), Metadata(), debate)


def test_too_large_is_refused(tmp_path: Path, debate: Debate) -> None:
    """A file over 64 MB is refused before it is read."""
    path = tmp_path / "groot.txt"
    with path.open("wb") as stream:
        stream.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(RefusedError, match=r"^it is 67,108,865 bytes; the limit is 67,108,864\. Split it and try again$"):
        load(Origin(path, str(path)), Metadata(), debate)


def test_paths_that_are_no_documents_are_refused(tmp_path: Path) -> None:
    """Missing, of another kind, or a folder with nothing in it: named, with the reason."""
    (tmp_path / "leeg").mkdir()
    for name in ("tabel.xlsx", "LEESMIJ", "leeg/.verborgen.md"):
        (tmp_path / name).write_text("Er is tekst.")
    formats = ", ".join(sorted(LOADERS))
    paths = [tmp_path / name for name in ("weg.md", "tabel.xlsx", "LEESMIJ", "leeg")]
    found = [each for each in find_origins(paths) if isinstance(each, tuple)]
    assert [(place, str(reason)) for place, reason in found] == [
        (str(paths[0]), "there is no such file or folder"),
        (str(paths[1]), f".xlsx is not one of {formats}; copy the text that matters into a document (.docx) and try that"),
        (str(paths[2]), f"a file without a suffix is not one of {formats}"),
        (str(paths[3]), f"the folder holds no documents ({formats})"),
    ]


def test_only_regular_files_are_documents(tmp_path: Path) -> None:
    """A pipe or a device that is called like a document is refused; reading one would never end."""
    os.mkfifo(tmp_path / "pijp.txt")
    (tmp_path / "nul.txt").symlink_to("/dev/zero")
    found = list(find_origins([tmp_path / "pijp.txt", tmp_path / "nul.txt"]))
    assert [type(each) for each in found] == [tuple, tuple]


def test_folders_are_searched_in_order(tmp_path: Path) -> None:
    """Documents at every depth, by path; other formats and hidden files and folders are passed over."""
    for name in ("b.md", "a/z.HTML", "a/c.txt", "a/foto.jpg", ".git/x.md", "a/.x.md"):
        path = tmp_path / "map" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Er is tekst.")
    origins = [each for each in find_origins([tmp_path / "map"]) if isinstance(each, Origin)]
    assert [each.path.relative_to(tmp_path / "map").as_posix() for each in origins] == ["a/c.txt", "a/z.HTML", "b.md"]


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("x.md", "# De *kop*\n\nTekst hier.", "De kop"),
        ("x.md", "Tekst hier.\n\n# De kop\n\nMeer tekst.", "X"),
        ("x.html", "<html><head><title>Paginatitel</title></head><body><p>Tekst hier.</p></body></html>", "Paginatitel"),
        ("2025-plan_van-aanpak.txt", "Tekst hier.", "2025 plan van aanpak"),
        ("überzicht.txt", "Tekst hier.", "Überzicht"),
        ("---.txt", "Tekst hier.", "---.txt"),
        ("re\x1bd\u202eactie.txt", "Tekst hier.", "Re d actie"),
    ],
)
def test_title_when_nobody_says(load_text: LoadText, name: str, content: str, title: str) -> None:
    """The first heading, the page's own title, else the file's name as words."""
    assert load_text(name, content).source.title == title


def test_id_belongs_to_the_place(load_text: LoadText, tmp_path: Path) -> None:
    """The id is readable, stays when the text changes, and differs for the same name elsewhere."""
    (tmp_path / "sub").mkdir()
    first, changed, elsewhere = (
        load_text(name, text).source.id
        for name, text in (("Één plan!.txt", "Een."), ("Één plan!.txt", "Twee."), ("sub/Één plan!.txt", "Een."))
    )
    assert first == changed
    assert first != elsewhere
    assert {first.rpartition("-")[0], elsewhere.rpartition("-")[0]} == {"een-plan"}


def test_metadata_is_one_clean_line(load_text: LoadText) -> None:
    """Control and direction characters, line breaks, lists and endless values do not reach a screen; a false date is no date."""
    source = load_text(
        "ai.md",
        f'---\ntitle: "Rood\\u001b[31m\\nen \\u202eom"\nauthor: [een, twee]\npublisher: "{"x" * 1000}"\n'
        "published: vorige week\nurl: 12\nkind: {a: b}\n---\nTekst hier.",
    ).source
    assert (source.title, source.author, source.publisher) == ("Rood [31m en om", None, "x" * 300)
    assert (source.published, source.url, source.kind) == (None, "12", "document")


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("published: 2025", "2025"),
        ("published: 2025-04", "2025-04"),
        ("published: '2025-04-22'", "2025-04-22"),
        ("published: 2025-04-22 10:00:00", "2025-04-22"),
        ("date: 2025-04-22", "2025-04-22"),
        ("published: 22 april 2025", None),
    ],
)
def test_dates_as_people_write_them(load_text: LoadText, said: str, published: str | None) -> None:
    """A year, a month or a day in ISO form, also as `date`."""
    assert load_text("ai.md", f"---\n{said}\n---\nTekst hier.").source.published == published


def test_author_who_is_a_voice_speaks(load_text: LoadText) -> None:
    """The author's own voice is the document's, and an option can name it by its name."""
    assert load_text("ai.txt", TEXT, Metadata(author="marco derksen")).source.voice == "auteur"
    assert load_text("ai.txt", TEXT, Metadata(author="Iemand Anders")).source.voice is None
    assert load_text("ai.txt", TEXT, Metadata(voice="Rekenkamer")).source.voice == "rekenkamer"


def test_language_is_read_from_the_text(load_text: LoadText) -> None:
    """Dutch and English are told apart where nobody says."""
    assert load_text("a.txt", "De overheid wil dat er een mens naar kijkt.").source.language == "nl"
    assert load_text("b.txt", "The government wants a human to look at it.").source.language == "en"


def test_dossier_keeps_its_own_ids(debate: Debate) -> None:
    """The dossier's documents have the id that they say, are paraphrases, and most name what they are after."""
    loaded = [load(origin, Metadata(), debate).document.source for origin in dossier_origins()]
    assert [source.id for source in loaded] == [origin.path.stem for origin in dossier_origins()]
    assert {source.wording for source in loaded} == {Wording.PARAPHRASE}
    assert {source.place for source in loaded} == {f"dossier:{source.id}" for source in loaded}
    assert sum(source.after is not None for source in loaded) >= 14
