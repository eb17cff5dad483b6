"""Folders as disks have them and files that are made to harm, through the real command: named or passed over, never fatal."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import command, environment, run
from tests.counts import count
from tests.office_files import container, word_parts
from tests.pdf_files import assembled
from vectorstore.settings import PREFIX

IS_SOAK = f"{PREFIX}SOAK" in os.environ
EMPTY_FILES, BOMB_MEBIBYTES = (20_000, 10 * 1024) if IS_SOAK else (500, 320)
MEBIBYTE = 1024 * 1024
OTTER = "De otter is terug in de Weerribben. Vissers zien hem vaak."
_NOT_UTF8 = "its name, or that of its folder, is not UTF-8; rename it"
_NO_FILE = "it is no regular file; a pipe or a device has no end"


def ingest(home: Path, *arguments: str | Path) -> tuple[int, dict[str, object]]:
    """The exit code and the receipt of an ingest without the dossier."""
    done = run("ingest", "--json", *arguments, home=home, dossier="off")
    assert done.returncode in {0, 5}, done.stderr
    receipt: dict[str, object] = json.loads(done.stdout)
    return done.returncode, receipt


def refused(receipt: dict[str, object]) -> dict[str, str]:
    """The reasons, by the name of the file."""
    found = receipt["refused"]
    assert isinstance(found, list)
    return {str(each["place"]).rpartition("/")[2]: each["reason"] for each in found}


def test_names_that_a_disk_can_hold(tmp_path: Path) -> None:
    """Documents called after options, over two lines or in 255 bytes are ingested; names that are no text are refused."""
    docs = tmp_path / "docs"
    docs.mkdir()
    good = ["regel\neinde.txt", "x" * 251 + ".txt", "é" * 125 + ".txt", "--sync.txt", "-rf.txt", "--yes.md", "esc\x1b[31m.txt"]
    bad = [b"ongeldig\xff\xfe.txt", b"caf\xe9.md"]
    for number, name in enumerate([*(os.fsencode(name) for name in good), *bad]):
        Path(os.fsdecode(bytes(docs) + b"/" + name)).write_text(f"{OTTER} Dat is er {number}.", "utf-8")
    code, receipt = ingest(tmp_path / "home", "--sync", docs)
    assert (code, refused(receipt)) == (5, {os.fsdecode(name): _NOT_UTF8 for name in bad})
    assert receipt["documents"] == len(good) + 1
    (tmp_path / "--json.txt").write_text(OTTER, "utf-8")
    assert run("ingest", "--json.txt", home=tmp_path / "home").returncode == 2
    code, receipt = ingest(tmp_path / "home", "--sync", docs, "--", "--json.txt")
    unchanged, added = receipt["unchanged"], receipt["added"]
    assert isinstance(unchanged, list)
    assert isinstance(added, list)
    assert (code, len(unchanged), len(added)) == (5, len(good), 1)


def test_links_pipes_and_devices(tmp_path: Path) -> None:
    """In a folder they are passed over, loops end, and a link to a document is another place of it; named, each is refused."""
    docs = tmp_path / "docs"
    (docs / "map").mkdir(parents=True)
    (docs / "goed.txt").write_text(OTTER, "utf-8")
    for name, target in {
        "ook.txt": "goed.txt",
        "weg.txt": "/nergens",
        "nul.txt": "/dev/zero",
        "een": "twee",
        "twee": "een",
    }.items():
        (docs / name).symlink_to(target)
    (docs / "een.txt").symlink_to("twee.txt")
    (docs / "twee.txt").symlink_to("een.txt")
    (docs / "zelf").symlink_to(".")
    (docs / "map" / "terug").symlink_to("..")
    os.mkfifo(docs / "pijp.txt")
    code, receipt = ingest(tmp_path / "home", "--sync", docs)
    copies = receipt["copies"]
    assert isinstance(copies, list)
    assert (code, receipt["documents"], refused(receipt), [each["place"] for each in copies]) == (0, 2, {}, [str(docs / "ook.txt")])
    code, receipt = ingest(
        tmp_path / "home", *(docs / name for name in ("een.txt", "een", "pijp.txt", "nul.txt", "weg.txt", "zelf"))
    )
    assert code == 5
    assert refused(receipt) == {
        "een.txt": "it cannot be opened (a loop of links)",
        "een": "it cannot be opened (a loop of links)",
        "pijp.txt": _NO_FILE,
        "nul.txt": _NO_FILE,
        "weg.txt": "there is no such file or folder",
    }


def bomb(path: Path) -> None:
    """A Word document that unpacks to gigabytes of zeros."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
        file.open("a.xml", "w", force_zip64=True) as stream,
    ):
        for _ in range(BOMB_MEBIBYTES // 8):
            stream.write(bytes(8 * MEBIBYTE))


def one_line(path: Path) -> None:
    """A text of 200 MB without an end of a line."""
    with path.open("wb") as stream:
        for _ in range(200):
            stream.write(b"otter " * (MEBIBYTE // 6))


def nested(path: Path) -> None:
    """A page that is nested a hundred thousand deep."""
    path.write_text(f"<html><body>{'<div>' * 100_000}<p>{OTTER}</p>{'</div>' * 100_000}</body></html>", "utf-8")


def leading_outside(path: Path) -> None:
    """A Word document that would write outside the folder that it is unpacked in."""
    path.write_bytes(container({**word_parts(f"<w:p><w:r><w:t>{OTTER}</w:t></w:r></w:p>"), "../../uitgebroken.txt": "x"}))


HARMFUL: dict[str, tuple[Callable[[Path], None], str]] = {
    "bom.docx": (bomb, "it unpacks to more than a document holds; the limit is 67,108,864 bytes a file and 268,435,456 in all"),
    "regel.txt": (one_line, "it is 209,714,400 bytes; the limit is 67,108,864. Split it and try again"),
    "diep.html": (nested, "it is nested more than 256 deep, or has a piece of more than 10 MB; save its text as .txt"),
    "buiten.docx": (leading_outside, "it holds a file with a name that leads outside it ('../../uitgebroken.txt')"),
}


_DRAWN = "BT /F1 11 Tf 72 700 Td (De otter is terug.) Tj ET"
_CONTENT = f"<< /Length {len(_DRAWN)} >>\nstream\n{_DRAWN}\nendstream"


def pages(*more: str, catalog: str = "", kids: str = "4 0 R", content: str = _CONTENT, trailer: str = "") -> bytes:
    """A file of one page, with more objects from number 6 on."""
    font = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return assembled(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
            f"<< /Type /Pages /Kids [{kids}] /Count 1 >>",
            "<< >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R {font} >>",
            content,
            *more,
        ],
        trailer,
    )


def table_before_itself() -> bytes:
    """A table of objects that says that the one before it is itself."""
    return pages(trailer=f"/Prev {pages().rpartition(b'startxref')[2].split()[0].decode()}")


def stream_of_objects(container_of_container: int) -> bytes:
    """A stream of objects that extends itself, and that is in the stream with a number: in none (0), or in itself (6)."""
    data, inner = (
        bytearray(b"%PDF-1.7\n"),
        "1 0 2 33 << /Type /Catalog /Pages 2 0 R >>    << /Type /Pages /Kids [2 0 R] /Count 2 >>",
    )
    place = len(data)
    said = f"<< /Type /ObjStm /N 2 /First 9 /Extends 6 0 R /Length {len(inner)} >>"
    data += f"6 0 obj\n{said}\nstream\n{inner}\nendstream\nendobj\n".encode()
    start = len(data)
    sixth = (2, container_of_container, 0) if container_of_container else (1, place, 0)
    rows = [(0, 0, 65535), (2, 6, 0), (2, 6, 1), (2, 6, 2), (2, 7, 0), (2, 6, 3), sixth, (1, start, 0)]
    table = b"".join(bytes([kind]) + where.to_bytes(4, "big") + index.to_bytes(2, "big") for kind, where, index in rows)
    head = f"<< /Type /XRef /Size 8 /W [1 4 2] /Root 1 0 R /Prev {start} /Length {len(table)} >>"
    data += f"7 0 obj\n{head}\nstream\n".encode() + table + f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


READ, NO_TEXT, DAMAGED = "", "it has no text layer", "its page 1 is damaged"
STOPPED = "reading it stopped the process that read it; it may be damaged: save it anew and try again"
LOOPS: dict[str, tuple[bytes, str]] = {
    "eigen-kind.pdf": (pages(kids="2 0 R 2 0 R"), DAMAGED),
    "inhoud.pdf": (pages(content="[5 0 R 5 0 R]"), NO_TEXT),
    "lengte.pdf": (pages(content="<< /Length 5 0 R >>\nstream\nx\nendstream"), NO_TEXT),
    "koppen.pdf": (
        pages("<< /First 7 0 R /Last 7 0 R >>", "<< /Title (x) /Next 7 0 R /First 7 0 R >>", catalog="/Outlines 6 0 R"),
        READ,
    ),
    "namen.pdf": (pages("<< /Kids [6 0 R 6 0 R] /Limits [(a) (z)] >>", catalog="/Names << /Dests 6 0 R >>"), READ),
    "tabel.pdf": (table_before_itself(), READ),
    "stroom.pdf": (stream_of_objects(0), DAMAGED),
    "in-zichzelf.pdf": (stream_of_objects(6), DAMAGED),
    "bladzijnummers.pdf": (pages("<< /Kids [6 0 R] >>", catalog="/PageLabels 6 0 R"), STOPPED),  # a crash in PDFium
}


_MEASURED = """
import resource, subprocess, sys

done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""
# A process counts as its own what the one that started it had at its peak, so a small one starts it.


@dataclass(frozen=True)
class Harm:
    """What came of an ingest of all those: its exit code, its receipt and its memory."""

    code: int
    receipt: dict[str, object]
    megabytes: int
    folder: Path


@pytest.fixture(scope="module")
def harm(tmp_path_factory: pytest.TempPathFactory) -> Harm:
    """One ingest of a folder with harmful files, files that go round, empty files and one document."""
    folder = tmp_path_factory.mktemp("kwaad")
    docs = folder / "docs"
    docs.mkdir()
    for name, (make, _) in HARMFUL.items():
        make(docs / name)
    for name, (data, _) in LOOPS.items():
        (docs / name).write_bytes(data)
    for number in range(EMPTY_FILES):
        (docs / f"leeg-{number}.txt").touch()
    (docs / "zz.txt").write_text(OTTER, "utf-8")
    line = [sys.executable, "-c", _MEASURED, *command("ingest", "--json", docs)]
    done = subprocess.run(line, env=environment(home=folder / "home", dossier="off"), capture_output=True, check=False)
    return Harm(done.returncode, json.loads(done.stdout), int(done.stderr.splitlines()[-1]) // 1024, folder)


def test_files_that_are_made_to_harm(harm: Harm) -> None:
    """A bomb, a text in one line, a deep page and a container that breaks out are refused, in little memory."""
    reasons = refused(harm.receipt)
    assert {name: reasons[name][: len(reason)] for name, (_, reason) in HARMFUL.items()} == {
        name: reason for name, (_, reason) in HARMFUL.items()
    }
    assert list(harm.folder.rglob("uitgebroken*")) == []
    count("files made to harm", f"{len(HARMFUL)} refused, with a bomb of {BOMB_MEBIBYTES:,} MiB, in {harm.megabytes} MB")
    assert harm.megabytes < 600


def test_pdf_files_that_go_round(harm: Harm) -> None:
    """Trees, tables and streams of objects that hold themselves are read or refused; where it ends the process, it ends no more."""
    reasons = {name: reason for name, reason in refused(harm.receipt).items() if name in LOOPS}
    assert {name: reasons.get(name, "")[: len(reason) or None] for name, (_, reason) in LOOPS.items()} == {
        name: reason for name, (_, reason) in LOOPS.items()
    }
    count("PDF files that go round", f"{len(LOOPS)}: {len(LOOPS) - len(reasons)} read, {len(reasons)} refused")


def test_many_refusals_stop_nobody(harm: Harm) -> None:
    """Each empty file is refused by name; the one document among all those is ingested."""
    empty = {name: reason for name, reason in refused(harm.receipt).items() if name.startswith("leeg-")}
    assert empty == {f"leeg-{number}.txt": "it is empty" for number in range(EMPTY_FILES)}
    added, copies = harm.receipt["added"], harm.receipt["copies"]
    assert isinstance(added, list)
    assert isinstance(copies, list)
    read = sum(not reason for _, reason in LOOPS.values())  # all of one text
    assert (harm.code, len(added), len(copies)) == (5, 3, read - 1)
    assert any(source_id.startswith("zz-") for source_id in added)
    count("empty files in a folder", f"{EMPTY_FILES} refused by name, in {harm.receipt['seconds']} s with all the above")
