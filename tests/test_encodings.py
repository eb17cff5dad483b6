"""Text of before Unicode: read where only one encoding makes sense of it, never garbled."""

import codecs
import os
import re
from itertools import islice
from pathlib import Path

import pytest

from ingest.extraction import RefusedError
from ingest.html import decode_page
from ingest.plain_text import decode
from tests.conftest import COLUMN
from vectorstore.settings import PREFIX

_IS_SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))
SENTENCES = 20_000 if _IS_SOAK else 400
READ = ("cp1252", "iso8859-1", "iso8859-15")
OTHERS = ("cp850", "cp437", "mac_roman", "cp1250", "iso8859-2")


def read(text: str, encoding: str) -> str | None:
    """What is stored of a text in an encoding; None where it is refused."""
    try:
        return decode(text.encode(encoding))
    except RefusedError:
        return None


@pytest.mark.parametrize(
    "text",
    [
        "Het café in ’s-Gravenhage krijgt € 20 voor één proef.",
        "auto’s",
        "Hans’ boek, z’n foto’s en ’t plan van ’s avonds, A’dam, it’s, don’t, we’ll, I’m, they’re",
        "’s-Hertogenbosch, ’s nachts",
        "’twee woorden’",
        "Hij zei “nee” – en ging… Nou… ja.",
        "‘Nee’, zei zij, ‘dat was híj’.",
        "Coördinatie, geëvalueerd, België, ideeën, reünie, naïef.",
        "ÉÉN MAN, ÉÉN CAFÉ",
        "L’État, c’est moi; aujourd’hui, cœur, voilà, ça va à Paris.",
        "Grüße aus München, schöne Straße, Übung.",
        "20 °C, 5 m², 2½ uur, • punt, © 2025, art. 5 § 2",
        "Amsterdam–Utrecht 1990–1995, de\u00a0heer Jansen, 20\u00a0000",
    ],
)
def test_old_windows_text_is_read(text: str) -> None:
    """Windows-1252 with Dutch, French and German words and the marks of a word processor is read as it was meant."""
    assert read(text, "cp1252") == text


@pytest.mark.parametrize("encoding", ["iso8859-1", "iso8859-15"])
def test_latin_text_is_read(encoding: str) -> None:
    """ISO-8859-1 and -15 are read; where these differ it is by what makes sense."""
    assert read("Het café is één keer geëvalueerd.", encoding) == "Het café is één keer geëvalueerd."
    assert read("Het hart, le cœur, kost € 20.", "iso8859-15") == "Het hart, le cœur, kost € 20."
    assert read("Het duurde 2½ uur.", "iso8859-1") == "Het duurde 2½ uur."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("voilà", "cp850"),  # in Windows-1252: voil…
        ("noord–zuid", "cp1252"),  # in DOS: noordûzuid
        ("café", "cp850"),
        ("geëvalueerd", "mac_roman"),
        ("Dat is níet zo.", "mac_roman"),  # in Windows-1252: n’et, as in French
        ("Dat ís zo.", "mac_roman"),
        ("Als ík dat zeg.", "mac_roman"),
        ("Dat dít zo is.", "mac_roman"),
        ("Wałęsa mówi, że się boi.", "cp1250"),
        ("Привет, это текст.", "cp1251"),
        ("Привет, это текст.", "koi8-r"),
        ("Οι άνθρωποι", "cp1253"),  # noqa: RUF001  # Greek
        ("çok güzel ışık", "cp1254"),  # noqa: RUF001  # Turkish
        ("これは日本語です", "shift_jis"),
        ("这是中文文本", "gb18030"),
        ("Café", "utf-16-le"),
    ],
)
def test_what_could_be_something_else_is_refused(text: str, encoding: str) -> None:
    """Where another encoding makes sense too, or none does, the file is refused with what to do."""
    with pytest.raises(RefusedError, match=r"save it as UTF-8 and try again$|^it is a binary file"):
        decode(text.encode(encoding))


@pytest.mark.parametrize("mark", [codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE], ids=["little", "big"])
def test_utf_32_with_a_mark_is_read(mark: bytes) -> None:
    """UTF-32 begins with the mark of UTF-16, and is not taken for it."""
    encoding = "utf-32-le" if mark == codecs.BOM_UTF32_LE else "utf-32-be"
    assert decode(mark + "Het café krijgt € 20.".encode(encoding)) == "Het café krijgt € 20."


def real_sentences(shared: Path) -> list[str]:
    """Sentences with letters or signs beyond ASCII, from the column and the Algoritmekader."""
    paths = [shared / COLUMN, *sorted((shared / "data/documents/algoritmekader").rglob("*.md"))]
    found = (line.strip() for path in paths for line in re.split(r"\n|(?<=[.?!]) ", path.read_text("utf-8")))
    return list(islice(dict.fromkeys(line for line in found if line and not line.isascii()), SENTENCES))


def test_real_sentences_are_never_garbled(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each sentence in each old encoding is stored as it was or is refused; in those of Windows and Latin most are stored."""
    sentences = real_sentences(shared)
    counts: dict[str, list[int]] = {}
    for encoding in (*READ, *OTHERS):
        counts[encoding] = [0, 0]
        for sentence in sentences:
            try:
                found = read(sentence, encoding)
            except UnicodeEncodeError:
                continue
            assert found in {sentence, None}, f"{encoding}: {sentence!r} became {found!r}"
            counts[encoding][found is None] += 1
    with capsys.disabled():
        print("\nread and refused: " + ", ".join(f"{name} {yes}/{no}" for name, (yes, no) in counts.items()))  # noqa: T201
    assert all(counts[name][0] > 9 * counts[name][1] for name in READ)


@pytest.mark.parametrize(
    ("declared", "encoding", "stored"),
    [
        ("iso-8859-1", "cp1252", "Het ‘café’ krijgt € 20."),
        ("latin1", "cp1252", "Het ‘café’ krijgt € 20."),
        ("us-ascii", "cp1252", "Het ‘café’ krijgt € 20."),
        ("iso-8859-15", "iso8859-15", "Het café krijgt € 20."),
        ("iso-8859-2", "iso8859-2", "Wałęsa się boi."),
        ("windows-1252", "utf-8", "Het ‘café’ krijgt € 20."),
        (None, "cp1252", "Het ‘café’ krijgt € 20."),
    ],
)
def test_pages_are_read_as_browsers_read_them(declared: str | None, encoding: str, stored: str) -> None:
    """Latin-1 means Windows-1252; a page in Unicode is that whatever it says; one that says nothing is read as text is."""
    head = f'<meta charset="{declared}">' if declared else ""
    assert decode_page(f"{head}<p>{stored}</p>".encode(encoding)) == f"{head}<p>{stored}</p>"


@pytest.mark.parametrize("declared", ["utf-8", "utf-7", "unicode_escape", "rot13", "hex", "geen"])
def test_pages_in_no_encoding_of_pages_are_refused(declared: str) -> None:
    """What is declared falsely, or is no encoding of documents, is refused."""
    with pytest.raises(RefusedError, match=r"^it is not in the encoding that it declares; save it as UTF-8 and try again$"):
        decode_page(f'<meta charset="{declared}"><p>caf'.encode("latin-1") + b"\xe9</p>")
