"""What of a file is not in its text: told when it comes in, and ever after."""

from collections.abc import Sequence
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from ingest.email_message import extract_email
from ingest.epub import extract_epub
from ingest.extraction import RefusedError
from ingest.lint import FindingKind
from ingest.listing import numbers
from ingest.open_document import extract_open_document
from ingest.pdf import extract_pdf
from ingest.pipeline import Pipeline
from ingest.receipt import Receipt, Remark, Wish
from ingest.report import report
from ingest.word_document import extract_word
from tests.office_files import book, open_document, page, word
from tests.pdf_files import Text, assembled, block, raw_pdf
from vectorstore.debate import Debate
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.entries import Entry, stored_entry

WORDS = [*block("De gemeente heeft een proef gedaan.")]
DOTS = "2 attachments are not read: brief.pdf and {}"
OTHERS = "what others wrote, quoted or forwarded in it, is not read: save their message as .eml and ingest that"


def picture(left: float, bottom: float, width: float, height: float) -> str:
    """What draws a picture."""
    return f"q {width} 0 0 {height} {left} {bottom} cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"


def drawn(texts: Sequence[Text], *pictures: str) -> str:
    """What draws a page."""
    return "\n".join([*(text.operators() for text in texts), *pictures])


SCAN = picture(0, 0, 595, 842)
LOGO = picture(40, 780, 60, 40)
MOSAIC = [picture(24 * place, 0, 24, 842) for place in range(24)]
NO_LAYER = "page 2 has no text layer: run OCR to have it read"


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (drawn([], SCAN), (NO_LAYER,)),
        (drawn([], *MOSAIC[:3]), (NO_LAYER,)),
        (drawn([]), ()),
        (drawn([], LOGO), ()),
        (drawn([], picture(900, 0, 600, 800)), ()),
        (drawn(WORDS, LOGO), ()),
        (drawn(WORDS, picture(0, 300, 595, 500)), ()),
        (drawn(WORDS, SCAN), ("page 2 is mostly pictures, whose words are not read",)),
        (drawn(WORDS, *MOSAIC), ("page 2 is mostly pictures, whose words are not read",)),
        (drawn(block(*["Dit is een regel van lopende tekst." for _ in range(25)]), *MOSAIC), ()),
    ],
    ids=["scan", "strips", "blank", "logo", "outside", "letterhead", "photo", "stamped", "drawing", "background"],
)
def test_pages_that_are_drawn_are_told_of(second: str, told: tuple[str, ...]) -> None:
    """A page of pictures is told of, whether it has no words or hardly any; a blank one, and one with text, are not."""
    assert extract_pdf(raw_pdf([drawn(WORDS), second])).not_read == told


def test_pictures_within_a_form_are_seen() -> None:
    """A scan that a program has put into a form of its own is told of as well."""
    form = "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length {} >>\nstream\n{}\nendstream"
    font = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    written = drawn(WORDS)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R 5 0 R] /Count 2 /MediaBox [0 0 595 842] >>",
        "<< >>",
        f"<< /Type /Page /Parent 2 0 R /Contents 6 0 R /Resources << {font} >> >>",
        "<< /Type /Page /Parent 2 0 R /Contents 7 0 R /Resources << /XObject << /X 8 0 R >> >> >>",
        f"<< /Length {len(written)} >>\nstream\n{written}\nendstream",
        "<< /Length 5 >>\nstream\n/X Do\nendstream",
        form.format(len(SCAN), SCAN),
    ]
    assert extract_pdf(assembled(objects)).not_read == (NO_LAYER,)


def test_real_page_that_was_drawn_is_told_of(shared: Path) -> None:
    """The factsheet's table of 214 pictures is told of; its cover, and two reports with photographs, are not."""
    folder = shared / "data" / "documents" / "office"
    told = {path.name[:3]: extract_pdf(path.read_bytes()).not_read for path in folder.glob("*.pdf")}
    assert told == {"AI-": ("page 3 is mostly pictures, whose words are not read",), "Gen": (), "Kad": ()}


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ([3], "page 3"),
        ([2, 3], "pages 2 and 3"),
        ([2, 5, 7], "pages 2, 5 and 7"),
        ([1, 2, 3, 4, 9], "pages 1-4 and 9"),
        (list(range(1, 40, 2)), "pages 1, 3, 5, 7, 9, 11, 13, 15 and 12 more"),
    ],
)
def test_numbers_are_named_shortly(found: list[int], named: str) -> None:
    """Numbers that follow each other are a range, and of many the first are named."""
    assert numbers("page", found) == named


def message(body: str = "Dit is mijn eigen tekst.\n") -> EmailMessage:
    """A message."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["Subject"] = "selma@example.org", "Raming"
    made.set_content(body)
    return made


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("begroting.xlsx", "begroting.xlsx"),
        ("Mijn\tbegroting\x1b[2J\u202efdp.xlsx", "Mijn begroting [2J fdp.xlsx"),
        ("a" * 200, "a" * 80 + "…"),
        ("", "application/octet-stream"),
    ],
    ids=["plain", "controls", "long", "none"],
)
def test_attachments_are_named(name: str, shown: str) -> None:
    """Attachments are told of by their names, of which nothing reaches a terminal that steers it."""
    made = message()
    made.add_attachment(b"x", maintype="application", subtype="pdf", filename="brief.pdf")
    made.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)
    assert extract_email(made.as_bytes()).not_read == (DOTS.format(shown),)


def test_only_what_is_not_read_is_told_of() -> None:
    """The page of a message, the pictures in it and a signature are no attachments; a message within it is not opened."""
    made, within = message(), message("Oud nieuws.\n")
    made.add_alternative('<p>Dit is mijn eigen tekst. <img src="cid:logo"></p>', subtype="html")
    *_, shown = made.iter_parts()
    assert isinstance(shown, EmailMessage)
    shown.add_related(b"x", "image", "png", cid="<logo>", filename="logo.png", disposition="inline")
    made.make_mixed()
    made.attach(signature := EmailMessage(policy=SMTP))
    signature.set_content(b"x", "application", "pgp-signature")
    assert extract_email(made.as_bytes()).not_read == ()
    within.add_attachment(b"x", maintype="application", subtype="pdf", filename="binnen.pdf")
    made.add_attachment(within)
    assert extract_email(made.as_bytes()).not_read == ("1 message within it is not read: save as .eml and ingest that",)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Ter info.\n\n---------- Forwarded message ---------\nFrom: Joris\n\nHet gaat goed.\n", (OTHERS,)),
        ("Eens.\n\nOp ma 21 apr 2025 om 09:00 schreef Joris <joris@example.org>:\n> Het gaat goed.\n", (OTHERS,)),
        ("Eens.\n-- \nSelma\n", ()),
    ],
    ids=["forwarded", "answered", "signed"],
)
def test_words_of_others_are_told_of(body: str, told: tuple[str, ...]) -> None:
    """A message that quotes or forwards another says so, as it does in HTML; a signature is nothing that is missed."""
    assert extract_email(message(body).as_bytes()).not_read == told
    page_of = message()
    page_of.set_content(f"<p>Eens.</p>{'<blockquote>Het gaat goed.</blockquote>' if told else ''}", subtype="html")
    assert extract_email(page_of.as_bytes()).not_read == told


def test_what_is_embedded_in_a_text_is_told_of() -> None:
    """Charts, diagrams and embedded objects of Word and OpenDocument are counted; a text without them has nothing to tell."""
    chart = '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>'
    ole = '<o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office"/>'
    text = "<w:p><w:r><w:t>Tekst.</w:t></w:r></w:p>"
    with_charts = word(f"{text}<w:p><w:r>{chart}</w:r><w:r>{chart}</w:r><w:r>{ole}</w:r></w:p>")
    assert extract_word(with_charts).not_read == ("2 charts and 1 embedded object in it are not read",)
    assert extract_word(word(text)).not_read == ()
    framed = open_document("<text:p>Tekst.<draw:frame><draw:object/></draw:frame></text:p>")
    assert extract_open_document(framed).not_read == ("1 embedded object in it is not read",)
    assert extract_open_document(open_document("<text:p>Tekst.</text:p>")).not_read == ()


def test_chapters_that_are_pictures_are_told_of() -> None:
    """A chapter that is a picture is told of, unless it is the first, which is the cover; an empty one is not."""
    plate, text = page('<div><img src="a.png" alt=""/></div>'), page("<p>Een alinea.</p>")
    told = extract_epub(book({"a.xhtml": plate, "b.xhtml": text, "c.xhtml": plate, "d.xhtml": page("")})).not_read
    assert told == ("1 chapter of it is only pictures, whose words are not read",)
    assert extract_epub(book({"a.xhtml": plate, "b.xhtml": text})).not_read == ()


def told_of(remarks: Sequence[Remark]) -> list[tuple[str, str]]:
    """The remarks on what was not read, by the beginning of the id."""
    return [(each.id.partition("-")[0], each.detail) for each in remarks if each.kind == FindingKind.NOT_READ]


def test_receipt_and_lint_tell_what_was_not_read(tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> None:
    """The receipt tells it once; the edition remembers it, also when the document is made anew or found at another place."""
    (tmp_path / "scan.pdf").write_bytes(raw_pdf([drawn(WORDS), SCAN]))
    (tmp_path / "brief.md").write_text("Een gewone brief.", "utf-8")
    shelf, told = Shelf(tmp_path / "home"), [("scan", NO_LAYER)]

    def ingest(wish: Wish, debate: Debate = debate) -> Receipt:
        return Pipeline(shelf, embeddings, debate, dossier=False, keep=5).run(wish)

    def remembered() -> list[tuple[str, str]]:
        with closing(shelf.open_catalog(shelf.current())) as catalog:
            return told_of(list(report(catalog, catalog.sources_by_id())))

    assert told_of(ingest(Wish(paths=[tmp_path / "scan.pdf", tmp_path / "brief.md"])).remarks) == told
    assert remembered() == told
    changed = Debate(f"{debate.title} nu", debate.voices, debate.caveat_document, caveat=debate.caveat)
    assert ingest(Wish(), changed).published  # all is made anew of what is stored
    assert remembered() == told
    (tmp_path / "scan.pdf").rename(tmp_path / "elders.pdf")
    assert ingest(Wish(paths=[tmp_path / "elders.pdf"]), changed).renamed
    assert remembered() == told
    (tmp_path / "elders.pdf").write_bytes(raw_pdf([drawn(WORDS), drawn([])]))
    assert told_of(ingest(Wish(paths=[tmp_path / "elders.pdf"]), changed).remarks) == []
    assert remembered() == []


def test_entries_of_before_are_read() -> None:
    """What was not read comes back as it was stored; an entry from before it was stored tells nothing."""
    entry = Entry("a", "r", {"/a.pdf": "d"}, "s", {}, b"\1", ("page 2 …", "1 attachment …"))
    assert stored_entry("a", "/a.pdf", entry.as_json(), "{}") == entry
    older = '{"recipe": "r", "contents": {"/a.pdf": "d"}, "said": "s", "sketch": "01"}'
    assert stored_entry("a", "/a.pdf", older, "{}").not_read == ()
    assert Entry("a", "r", {"/a.pdf": "d"}, "s", {}, b"\1").as_json() == older


def test_scan_without_any_text_is_still_refused() -> None:
    """A file of which nothing can be read is no document."""
    with pytest.raises(RefusedError, match="it has no text layer"):
        extract_pdf(raw_pdf([SCAN]))
