"""E-mail: the words of its sender are stored, under the sender's name; what others wrote is not."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from ingest.email_message import extract_email
from ingest.extraction import Extracted, RefusedError
from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import Origin
from vectorstore.debate import Debate

HEAD = 'From: "Selma Haddad" <selma@example.org>\nTo: joris@example.org\nSubject: =?utf-8?q?Caf=C3=A9s_en_AI?=\n'
DATE = "Date: Tue, 22 Apr 2025 23:30:00 +0200\n"


def lines(extracted: Extracted) -> list[str]:
    """The paragraphs."""
    return [extracted.text[start:end] for start, end in extracted.paragraphs]


def read(body: str, content_type: str = "text/plain; charset=utf-8") -> list[str]:
    """The paragraphs of a message with a body."""
    return lines(extract_email(f"{HEAD}{DATE}MIME-Version: 1.0\nContent-Type: {content_type}\n\n{body}".encode()))


def test_message_says_what_it_is(tmp_path: Path, debate: Debate) -> None:
    """The subject is the title, the name in From the author, and the day where it was sent the date."""
    path = tmp_path / "bericht.eml"
    path.write_text(f"{HEAD}{DATE}\nEr is nieuws over de raming.\n", "utf-8")
    source = load(Origin(path, "bericht"), Metadata(), debate).document.source
    assert (source.title, source.author, source.published) == ("Cafés en AI", "Selma Haddad", "2025-04-22")
    assert source.kind == "e-mail"


def test_lines_that_a_program_broke_are_whole() -> None:
    """A line that was broken at the margin goes on; short lines, list items and blank lines stay apart."""
    body = (
        "Beste Joris,\n\nDe raming van BCG is te hoog, vinden wij. Dat hebben we gisteren in de\ncommissie besproken.\n"
        "- Eén punt.\n- Nog een punt.\n\nGroet,\nSelma\n"
    )
    assert read(body) == [
        "Beste Joris,",
        "De raming van BCG is te hoog, vinden wij. Dat hebben we gisteren in de commissie besproken.",
        "- Eén punt.",
        "- Nog een punt.",
        "Groet,",
        "Selma",
    ]


def test_flowed_text_is_made_whole() -> None:
    """In format=flowed a space at the end of a line means that it goes on; a signature ends the message there too."""
    body = "De raming \nis te \nhoog.\n Ingesprongen.\n> geciteerd \n> en meer\nSlot.\n-- \nSelma\n"
    assert read(body, "text/plain; charset=utf-8; format=flowed") == ["De raming is te hoog.", "Ingesprongen.", "Slot."]


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        ("> Wat vind je?\n> Joris\n", []),
        ("Op ma 21 apr 2025 om 09:00 schreef Joris <joris@example.org>:\n> Wat vind je?\n\nDaaronder.\n", ["Daaronder."]),
        ("On Mon, 21 Apr 2025 at 09:00, Joris\n<joris@example.org> wrote:\n\n> What?\n", []),
        ("Op 21 apr 2025 om 09:00 schreef Joris <joris@example.org>:\n\nWat vind je?\n", []),
        ("-----Oorspronkelijk bericht-----\nVan: Joris\nWat vind je?\n", []),
        ("________________________________\nVan: Joris\nVerzonden: maandag\nAan: Selma\nOnderwerp: AI\n\nWat vind je?\n", []),
        ("---------- Forwarded message ---------\nFrom: Joris\n\nWhat?\n", []),
        ("Begin doorgestuurd bericht:\n\nVan: Joris\n", []),
        ("-- \nSelma Haddad\nGemeente\n", []),
        ("Verstuurd vanaf mijn iPhone\n", []),
        (
            "Op dinsdag schreef de minister aan de Kamer:\nhet gaat goed.\n",
            ["Op dinsdag schreef de minister aan de Kamer:", "het gaat goed."],
        ),
        ("Van: de gemeente komt geen bezwaar.\n", ["Van: de gemeente komt geen bezwaar."]),
    ],
)
def test_words_of_others_are_left_out(after: str, kept: list[str]) -> None:
    """Quoted replies, forwarded messages and signatures go; the sender's own words below a quotation, or like one, stay."""
    assert read(f"Wij vinden het te hoog.\n\n{after}") == ["Wij vinden het te hoog.", *kept]


def test_page_is_read_where_the_plain_body_is_none() -> None:
    """The HTML body counts where the plain one only says that there is one; what it quotes is left out there too."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "Selma <selma@example.org>", "AI"
    message.set_content("Uw programma kan dit bericht niet tonen.")
    message.add_alternative(
        "<html><body><p>Wij vinden de raming te hoog,<br>en dat zeggen wij hierbij met redenen omkleed.</p>"
        "<p>De tweede alinea gaat over toezicht door mensen, dat er niet is.</p><div class='gmail_quote'>Op 1 mei schreef J:"
        "<blockquote>Wat vind je?</blockquote></div><div>Van: Joris<br>Verzonden: ma</div><p>Wat vind je?</p></body></html>",
        subtype="html",
    )
    assert lines(extract_email(message.as_bytes())) == [
        "Wij vinden de raming te hoog, en dat zeggen wij hierbij met redenen omkleed.",
        "De tweede alinea gaat over toezicht door mensen, dat er niet is.",
    ]


def test_plain_body_counts_where_it_is_real() -> None:
    """Where both bodies say the same, the plain one is stored; an attachment is not read."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "selma@example.org"
    message.set_content("Wij vinden de raming te hoog.")
    message.add_alternative("<p>Wij vinden de raming <b>te</b> hoog.</p>", subtype="html")
    message.add_attachment("De bijlage.", filename="bijlage.txt")
    extracted = extract_email(message.as_bytes())
    assert (lines(extracted), extracted.metadata["author"]) == (["Wij vinden de raming te hoog."], None)


def test_all_parts_of_a_body_are_read() -> None:
    """Text goes on behind a picture; messages and named text files that come along are not the sender's words."""
    body = (
        "--g\nContent-Type: text/plain; charset=utf-8\n\nVoor het plaatje.\n--g\nContent-Type: image/png\n\nx\n--g\n"
        "Content-Type: text/plain; charset=utf-8\n\nNa het plaatje.\n--g\nContent-Type: message/rfc822\n\n"
        "Subject: x\n\nVan een ander.\n"
        '--g\nContent-Type: text/plain; name="a.txt"\n\nEen bijlage.\n--g--\n'
    )
    assert read(body, "multipart/mixed; boundary=g") == ["Voor het plaatje.", "Na het plaatje."]


def test_broken_headers_are_passed_over() -> None:
    """A date that is none does not keep the text out."""
    extracted = extract_email(f"{HEAD}Date: Tue, 99 Apr 99999999999999999999 10:00\n\nEr is tekst.\n".encode())
    assert (lines(extracted), extracted.metadata["published"]) == (["Er is tekst."], None)


@pytest.mark.parametrize(
    ("charset", "encoding", "transfer"),
    [
        ("iso-8859-1", "cp1252", "8bit"),
        ("windows-1252", "cp1252", "8bit"),
        ("utf-8", "utf-8", "8bit"),
        ("us-ascii", "utf-8", "8bit"),
    ],
)
def test_encodings_of_bodies_are_read(charset: str, encoding: str, transfer: str) -> None:
    """A body is read in the encoding that it declares, as mail programs mean it; without one as text is."""
    head = f"{HEAD}MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {transfer}\n\n"
    assert lines(extract_email(head.encode() + "Het café krijgt € 20.".encode(encoding))) == ["Het café krijgt € 20."]


def test_quoted_printable_is_read() -> None:
    """Soft line ends and escapes are undone before the text is read."""
    head = (
        f"{HEAD}MIME-Version: 1.0\nContent-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: quoted-printable\n\n"
    )
    assert lines(extract_email(f"{head}Het caf=E9 krijgt =\n=80 20.\n".encode())) == ["Het café krijgt € 20."]


def only_attachment() -> bytes:
    """A message that holds an attachment and no text."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "selma@example.org"
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Er is tekst.\n\nMaar geen bericht.\n", "it is no e-mail message: it has no sender, no subject and no date"),
        (only_attachment(), "it holds no text but attachments; save them and ingest those"),
        (f"{HEAD}\n> Alleen\n> geciteerd\n".encode(), "it holds only what others wrote before; save their message as .eml"),
        (f"{HEAD}Content-Type: multipart/encrypted; boundary=x\n\n--x\n\nQQ\n--x--\n".encode(), "it is encrypted; copy its text"),
        (
            f"{HEAD}Content-Type: text/plain; charset=utf-8\n\n".encode() + b"caf\xe9",
            "its text is not in the encoding that it declares",
        ),
        (
            f"{HEAD}Content-Type: text/plain; charset=utf-8\n\nRood \x1b[31m\n".encode(),
            r"line 1 holds the control character U\+001B",
        ),
    ],
)
def test_what_is_no_message_to_quote_is_refused(data: bytes, reason: str) -> None:
    """No message, nothing of the sender's, encrypted or not what it declares: refused with the reason."""
    with pytest.raises(RefusedError, match=f"^{reason}"):
        extract_email(data)
