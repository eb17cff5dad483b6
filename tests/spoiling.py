"""Spoils documents: sound ones of every format, and what disks, programs and hostile people make of them."""

import random
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO

from tests.office_files import book, container, open_document, page, word
from tests.pdf_files import block, pdf_of

_PARAGRAPHS = (
    "De dijkgraaf plant wilgen langs de Vecht. Dat doet hij elk voorjaar, zegt Marco Derksen.",
    "Volgens de Rekenkamer kost dat € 20 per boom; een mens moet altijd toezicht houden op AI.",
    "“Het café is open”, aldus Szabó. The otter is back in the Weerribben.",
)
_IN_WORD = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in _PARAGRAPHS)
_IN_HTML = "".join(f"<p>{each}</p>" for each in _PARAGRAPHS)
_IN_OPEN = "".join(f"<text:p>{each}</text:p>" for each in _PARAGRAPHS)
SOUND: Mapping[str, bytes] = {
    ".md": "---\ntitle: Wilgen\npublished: 2025-04-22\n---\n# Kop\n\n{}\n\n- een\n- twee\n\n| a | b |\n|---|---|\n".format(
        "\n\n".join(_PARAGRAPHS)
    ).encode(),
    ".txt": "\n\n".join(_PARAGRAPHS).encode(),
    ".html": page(f"<h1>Kop</h1><table><tr><td>a</td><td>b</td></tr></table><ul><li>een</li></ul>{_IN_HTML}").encode(),
    ".pdf": pdf_of(
        block(*_PARAGRAPHS[:2]),
        block(_PARAGRAPHS[2]),
        info={"Title": "Wilgen"},
        catalog="/PageLabels << /Nums [0 << /S /r >>] >>",
    ),
    ".docx": word(f"{_IN_WORD}<w:tbl><w:tr><w:tc>{_IN_WORD}</w:tc></w:tr></w:tbl>"),
    ".odt": open_document(f'<text:h text:outline-level="1">Kop</text:h>{_IN_OPEN}', meta="<dc:title>Wilgen</dc:title>"),
    ".epub": book({"een.xhtml": page(f"<h1>Kop</h1>{_IN_HTML}"), "twee.xhtml": page(_IN_HTML)}, "<dc:title>Wilgen</dc:title>"),
    ".eml": (
        "From: Selma <selma@example.org>\nSubject: =?utf-8?q?Caf=C3=A9?=\nDate: Tue, 22 Apr 2025 10:00:00 +0200\n"
        "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=grens\n\n--grens\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{_PARAGRAPHS[0]}\n--grens\nContent-Type: text/html; charset=utf-8\n\n"
        f"{_IN_HTML}\n--grens--\n"
    ).encode(),
    ".toml": b'title = "Wilgen"\npublished = "2025-04-22"\nvoice = "rekenkamer"\nlanguage = "nl"\n',
}
"""A document of each format, and a file that says what another one is."""
_PIECES = (
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"\x00",
    b"--",
    b"\xff\xfe",
    b"<p>",
    b"]]>",
    b"9" * 400,
    b"[[",
    b"%PDF-1.7",
    b"\r",
    b"\x1b[31m",
)
_BLOCKS = ((0x20, 0x7F), (0xA0, 0x24F), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0xE000, 0xE0FF), (0x1F300, 0x1F6FF))

Spoil = Callable[[str, bytes, random.Random], bytes]


def spoilt(suffix: str, chance: random.Random) -> bytes:
    """A document of a format with damage of one kind or of two."""
    data, is_container = SOUND[suffix], SOUND[suffix].startswith(b"PK")
    for _ in range(chance.choice((1, 1, 2))):
        kind = _from_within if is_container and chance.random() < 0.7 else chance.choice(_KINDS)
        data = kind(suffix, data, chance)
    return data


def _flipped(_suffix: str, data: bytes, chance: random.Random) -> bytes:
    raw = bytearray(data or b"\0")
    for _ in range(chance.choice((1, 3, 30))):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def _cut(_suffix: str, data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return chance.choice((data[:end], data[start:], data[:start] + data[end:]))


def _spliced(_suffix: str, data: bytes, chance: random.Random) -> bytes:
    other = SOUND[chance.choice(list(SOUND))]
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def _repeated(_suffix: str, data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.choice((1, 8, 60, 400))]
    return data[:start] + piece * chance.choice((2, 50, 2_000)) + data[start:]


def _inserted(_suffix: str, data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + chance.choice(_PIECES) * chance.choice((1, 1, 300)) + data[start:]


def _unicode(_suffix: str, data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    first, last = chance.choice(_BLOCKS)
    text = "".join(chr(chance.randint(first, last)) for _ in range(chance.choice((1, 20, 3_000))))
    return data[:start] + text.encode(chance.choice(("utf-8", "utf-8", "utf-16", "utf-7"))) + data[start:]


def _from_within(suffix: str, data: bytes, chance: random.Random) -> bytes:
    """A container that is sound on the outside: a part of it is spoilt, left out, or in the place of another one."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as file:
            parts = {name: file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error):  # spoilt before
        return _flipped(suffix, data, chance)
    one, other = (chance.choice(list(parts)) for _ in range(2))
    if chance.random() < 0.3:
        parts[one], parts[other] = parts[other], parts[one]
    elif chance.random() < 0.2:
        del parts[one]
    else:
        parts[one] = chance.choice(_KINDS[:-1])(suffix, parts[one], chance)
    return container(dict(parts))


_KINDS: tuple[Spoil, ...] = (_flipped, _cut, _spliced, _repeated, _inserted, _unicode, _from_within)
