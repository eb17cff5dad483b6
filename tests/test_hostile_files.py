"""Hostile and damaged files: each is read or refused with a reason, within limits; nothing in them is followed."""

import os
import random
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pytest

from ingest.archives import Archive, parse_xml
from ingest.extraction import RefusedError
from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import Origin
from tests.office_files import book_parts, container, open_parts, page, word_parts
from vectorstore.debate import Debate
from vectorstore.settings import PREFIX

_IS_SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))
MUTATIONS = 2_000 if _IS_SOAK else 200
MEBIBYTE = 1024 * 1024
PARAGRAPH = "<w:p><w:r><w:t>Er is tekst.</w:t></w:r></w:p>"
MESSAGE = (
    b"From: Selma <selma@example.org>\nSubject: =?utf-8?q?Caf=C3=A9?=\nDate: Tue, 22 Apr 2025 10:00:00 +0200\nMIME-Version: 1.0\n"
    b"Content-Type: multipart/alternative; boundary=grens\n\n--grens\nContent-Type: text/plain; charset=utf-8; format=flowed\n"
    b"Content-Transfer-Encoding: quoted-printable\n\nWij vinden =C3=A9=C3=A9n raming \nte hoog.\n> geciteerd\n-- \nSelma\n--grens\n"
    b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    b"PHA+V2lqIHZpbmRlbiBkZSByYW1pbmcgdGUgaG9vZy48L3A+\n"
    b"--grens--\n"
)


@pytest.fixture
def read(tmp_path: Path, debate: Debate) -> Callable[[str, bytes], str]:
    """Loads bytes as a file with a suffix; gives the stored text."""

    def write_and_load(suffix: str, data: bytes) -> str:
        path = tmp_path / f"bestand{suffix}"
        path.write_bytes(data)
        return load(Origin(path, str(path)), Metadata(), debate).document.text

    return write_and_load


def with_flags(data: bytes, *, flag: int) -> bytes:
    """A container of which the first entry has a flag set, in its own header and in the directory."""
    raw = bytearray(data)
    raw[6:8] = struct.pack("<H", flag)
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 8 : directory + 10] = struct.pack("<H", flag)
    return bytes(raw)


def overlapping() -> bytes:
    """A container of which two entries in the directory share the same packed bytes, as a bomb without nesting does."""
    raw = bytearray(container({"a.xml": "x" * 5000, "b.xml": "y" * 5000}))
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(raw)


def lying_about_its_size() -> bytes:
    """A container of which an entry is larger than it declares."""
    raw = bytearray(container({"a.xml": "x" * 5000}))
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<I", 10)
    return bytes(raw)


def twice_the_same_name() -> bytes:
    """A container with two entries of one name, of which programs read different ones."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("a.xml", "een")
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("a.xml", "twee")
    return stream.getvalue()


def packed_with(method: int, content: bytes = b"x") -> bytes:
    """A container packed in a way."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        file.writestr("a.xml", content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", r"it is damaged \(no zip container\)"),
        (lambda: container({"a.xml": "x"})[:-30], r"it is damaged \(no zip container\)"),
        (lambda: container({f"{number}.xml": "" for number in range(10_001)}), "it holds 10,001 files; the limit is 10,000"),
        (lambda: container({"a.bin": bytes(65 * MEBIBYTE)}), "'a.bin' in it unpacks to more than 200 times its size"),
        (
            lambda: packed_with(zipfile.ZIP_STORED, bytes(65 * MEBIBYTE)),
            "it unpacks to more than a document holds; the limit is 67,108,864",
        ),
        (lambda: with_flags(container({"a.xml": "x"}), flag=1), "it is protected with a password; save it without and try again"),
        (lambda: container({"../a.xml": "x"}), r"it holds a file with a name that leads outside it \('../a.xml'\)"),
        (lambda: container({"a/../../b.xml": "x"}), "it holds a file with a name that leads outside it"),
        (lambda: container({"/etc/passwd": "x"}), "it holds a file with a name that leads outside it"),
        (lambda: container({"..\\a.xml": "x"}), "it holds a file with a name that leads outside it"),
        (lambda: container({"C:/a.xml": "x"}), "it holds a file with a name that leads outside it"),
        (lambda: container({"../\x1b[31m": "x"}), r"it holds a file with a name that leads outside it \('../\?\[31m'\)"),
        (overlapping, r"it is damaged \(files in it overlap\)"),
        (lying_about_its_size, r"it is damaged \('a.xml'\)"),
        (twice_the_same_name, r"it is damaged \(it holds two files of the same name\)"),
        (lambda: packed_with(zipfile.ZIP_LZMA), r"it is damaged \('a.xml' is packed as no document is\)"),
        (lambda: packed_with(zipfile.ZIP_STORED, b"tekst").replace(b"tekst", b"toets"), r"it is damaged \('a.xml'\)"),
    ],
)
def test_containers_that_no_document_has_are_refused(make: Callable[[], bytes], reason: str) -> None:
    """Bombs, lies, passwords, overlaps and names that lead outside are refused before anything in them is used."""
    with pytest.raises(RefusedError, match=f"^{reason}"):
        Archive(make())


def test_container_within_the_limits_is_open() -> None:
    """What is packed tightly but is small, and what is in a folder, is read; other containers within it are not opened."""
    inner = container({"../a.xml": "x"})
    with Archive(container({"a/b.xml": "x" * MEBIBYTE, "c.zip": inner, "d": ""})) as archive:
        assert (archive.names, archive.read("c.zip")) == (["a/b.xml", "c.zip", "d"], inner)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
PEEK = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
FETCH = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


@pytest.mark.parametrize("prolog", [LAUGHS, PEEK], ids=["laughs", "peek"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(prolog: str, encoding: str) -> None:
    """No entity is made or followed, in whatever Unicode the file is."""
    with pytest.raises(RefusedError, match=r"^'x.xml' in it declares entities, as no document does$"):
        parse_xml(f"{prolog}<x>&a;</x>".encode(encoding), "x.xml")


def test_document_types_are_not_fetched() -> None:
    """A document type of elsewhere is ignored, and what it alone could explain is refused rather than dropped."""
    assert parse_xml(f"{FETCH}<x>tekst</x>".encode(), "x.xml").text == "tekst"
    with pytest.raises(RefusedError, match=r"^it is damaged"):
        parse_xml(f"{FETCH}<x>&a;tekst</x>".encode(), "x.xml")


@pytest.mark.parametrize("prolog", [LAUGHS, PEEK], ids=["laughs", "peek"])
@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub"])
def test_entities_in_documents_are_refused(read: Callable[[str, bytes], str], suffix: str, prolog: str) -> None:
    """Also in the part of a document that holds its text."""
    parts, name = PARTS[suffix]
    with pytest.raises(RefusedError, match=r"declares (?:entities|a document type), as no (?:document|book) does$"):
        read(suffix, container({**parts, name: prolog + str(parts[name]).rpartition('xhtml11.dtd">')[2].replace("tekst", "&a;")}))


PARTS: Mapping[str, tuple[dict[str, str | bytes], str]] = {
    ".docx": (word_parts(PARAGRAPH * 3 + f"<w:tbl><w:tr><w:tc>{PARAGRAPH}</w:tc></w:tr></w:tbl>"), "word/document.xml"),
    ".odt": (open_parts('<text:h text:outline-level="1">Kop</text:h><text:p>Er is tekst.</text:p>'), "content.xml"),
    ".epub": (book_parts({"a.xhtml": page("<h1>Kop</h1><p>Er is tekst.</p>")}), "OEBPS/a.xhtml"),
}

DEEP: Mapping[str, tuple[str, str]] = {
    ".docx": ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
    ".odt": ("<text:section>", "</text:section>"),
    ".epub": ("<div>", "</div>"),
}


@pytest.mark.parametrize("suffix", DEEP)
def test_deeply_nested_documents_are_refused(read: Callable[[str, bytes], str], suffix: str) -> None:
    """What is nested 5,000 deep is refused with a reason; 60 deep is read to the bottom."""
    parts, name = PARTS[suffix]
    inner = PARAGRAPH if suffix == ".docx" else "<text:p>Er is tekst.</text:p>" if suffix == ".odt" else "<p>Er is tekst.</p>"
    start, end = DEEP[suffix]

    def nested(depth: int) -> bytes:
        return container(
            {**parts, name: str(parts[name]).replace(inner, start * depth + inner.replace("Er", "Diep") + end * depth, 1)}
        )

    assert "Diep is tekst." in read(suffix, nested(60))
    with pytest.raises(RefusedError, match=r"^it is"):
        read(suffix, nested(5_000))


@pytest.mark.parametrize(("start", "end", "depth"), [("<div>", "</div>", 50_000), ("<table><tr><td>", "</td></tr></table>", 5_000)])
def test_deeply_nested_pages_are_refused(read: Callable[[str, bytes], str], start: str, end: str, depth: int) -> None:
    """A page that the parser would cut short is refused, not stored in part; one nested less deep is read to its end."""
    body = "<p>Er is tekst boven.</p>{}<p>Er is tekst binnen.</p>{}<p>Er is tekst onder.</p>"
    stored = read(".html", f"<html><body>{body.format(start * 60, end * 60)}</body></html>".encode())
    assert stored == "Er is tekst boven.\n\nEr is tekst binnen.\n\nEr is tekst onder."
    with pytest.raises(
        RefusedError, match=r"^it is nested more than 256 deep, or has a piece of more than 10 MB; save its text as \.txt"
    ):
        read(".html", f"<html><body>{body.format(start * depth, end * depth)}</body></html>".encode())


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled, or the rest cut off."""
    raw = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        start, length = chance.randrange(len(raw) or 1), chance.choice((1, 1, 2, 8, 40))
        kind = chance.randrange(5)
        if kind == 0:
            raw[start : start + length] = chance.randbytes(length)
        elif kind == 1:
            del raw[start : start + length]
        elif kind == 2:
            raw[start:start] = raw[start : start + length] * chance.choice((1, 3, 200))
        elif kind == 3:
            raw[start:start] = chance.choice((b"<", b">", b"&", b"&#0;", b"\x00", b"--", b"\xff", b"<p>", b"]]>", b"9" * 400))
        elif chance.random() < 0.2:
            del raw[start:]
    return bytes(raw)


def mutated_document(suffix: str, chance: random.Random) -> bytes:
    """A document with damage in its container, or sound on the outside with damage in one of its parts."""
    if suffix == ".eml":
        return mutated(MESSAGE, chance)
    if suffix == ".html":
        return mutated(page(f"<h1>Kop</h1><table><tr><td>a</td></tr></table>{'<p>Er is tekst, en meer.</p>' * 3}").encode(), chance)
    if suffix == ".txt":
        return mutated(
            "Het café krijgt € 20.\n\nEr is “meer” tekst.\n".encode(chance.choice(("utf-8", "cp1252", "utf-16"))), chance
        )
    parts = PARTS[suffix][0]
    if chance.random() < 0.3:
        return mutated(container(parts), chance)
    name = chance.choice(list(parts))
    content = parts[name]
    return container({**parts, name: mutated(content.encode() if isinstance(content, str) else content, chance)})


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub", ".eml", ".html", ".txt"])
def test_damaged_files_are_read_or_refused(
    read: Callable[[str, bytes], str], suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is changed in a file, it is stored as clean text or refused with a reason, and nothing else is raised."""
    counts: Counter[str] = Counter()
    for seed in range(MUTATIONS):
        try:
            stored = read(suffix, mutated_document(suffix, random.Random(seed)))  # noqa: S311  # the same damage every time
        except RefusedError as refusal:
            counts["refused" if str(refusal).isprintable() else "refused with what may steer a terminal"] += 1
        else:
            assert stored.strip()
            assert "\x00" not in stored
            counts["read"] += 1
    with capsys.disabled():
        print(f"\n{suffix}: of {MUTATIONS} damaged files {counts['read']} read, {counts['refused']} refused")  # noqa: T201
    assert set(counts) == {"read", "refused"}
    assert min(counts.values()) > MUTATIONS // 50
