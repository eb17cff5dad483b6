"""PDF: the words of the pages, each on the page where a reader finds them, and what cannot be read is refused."""

import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest

from ingest.extraction import Extracted, RefusedError
from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import Origin
from ingest.pdf import extract_pdf
from ingest.splitting import group_passages, split_sentences
from tests.pdf_files import LINE, Text, assembled, block, pdf_of, raw_pdf
from vectorstore.debate import Debate
from vectorstore.settings import PREFIX

_IS_SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))
_MUTATIONS = 5_000 if _IS_SOAK else 250

LEFT = ("De gemeente heeft dit jaar een", "proef gedaan met een chatbot die", "brieven schrijft. Dat ging goed.")
RIGHT = ("De rekenkamer heeft daarna een", "oordeel gegeven over de kosten", "van de proef. Dat is voorzichtig.")
LEFT_TEXT, RIGHT_TEXT = " ".join(LEFT), " ".join(RIGHT)


def paragraphs(found: Extracted) -> list[str]:
    """The running text, paragraph by paragraph."""
    return [found.text[start:end] for start, end in found.paragraphs]


def pages(found: Extracted) -> dict[int, str]:
    """The stored text of each page."""
    texts: dict[int, str] = {}
    for section in found.sections:
        assert section.page is not None
        texts[section.page] = texts.get(section.page, "") + found.text[section.start : section.end]
    return texts


def read(*texts: Sequence[Text]) -> list[str]:
    """The paragraphs of a file of these pages."""
    return paragraphs(extract_pdf(pdf_of(*texts)))


def test_each_text_is_on_its_page() -> None:
    """Pages are counted from 1 as they lie in the file, also past an empty one; together they hold the whole text."""
    found = extract_pdf(pdf_of(block("Eerste bladzij."), [], block("Derde bladzij."), block("Vierde bladzij.")))
    assert pages(found) == {1: "Eerste bladzij.\n\n", 3: "Derde bladzij.\n\n", 4: "Vierde bladzij."}
    assert found.text == "Eerste bladzij.\n\nDerde bladzij.\n\nVierde bladzij."


def test_page_labels_are_kept_where_they_are_no_numbers_of_pages() -> None:
    """Roman numbers and prefixes are kept for all pages; labels that only count from 1 are not."""
    three = [block("Een."), block("Twee."), block("Drie.")]
    labelled = extract_pdf(pdf_of(*three, catalog="/PageLabels << /Nums [0 << /S /r /St 3 >> 2 << /S /D /P (A-) >>] >>"))
    plain = extract_pdf(pdf_of(*three, catalog="/PageLabels << /Nums [0 << /S /D >>] >>"))
    assert (labelled.page_labels, plain.page_labels, extract_pdf(pdf_of(*three)).page_labels) == (("iii", "iv", "A-1"), (), ())


def test_sentence_over_a_page_end_is_one_and_belongs_to_its_first_page(debate: Debate, tmp_path: Path) -> None:
    """It goes on in one paragraph with one space; the notes of its page stand before it and not in it."""
    note = Text(72, 780, "1 Zie het rapport van de rekenkamer.", size=8)
    first = [*block("Een eerste alinea.", y=100), *block("De gemeente wil dat de chatbot", "brieven schrijft die de", y=500), note]
    path = tmp_path / "brief.pdf"
    path.write_bytes(pdf_of(first, block("inwoners begrijpen. Dat is nieuw.", "Het mag niet veel kosten.")))
    document = load(Origin(path, "brief.pdf"), Metadata(), debate).document
    assert document.text == (
        "Een eerste alinea.\n\n1 Zie het rapport van de rekenkamer.\n\n"
        "De gemeente wil dat de chatbot brieven schrijft die de inwoners begrijpen. Dat is nieuw. Het mag niet veel kosten."
    )
    passages = group_passages(document, split_sentences(document))
    assert [(passage.page, passage.text.split("\n\n")[-1]) for passage in passages] == [
        (1, "De gemeente wil dat de chatbot brieven schrijft die de inwoners begrijpen."),
        (2, "Dat is nieuw. Het mag niet veel kosten."),
    ]


def test_word_over_a_page_end_belongs_to_the_first_page() -> None:
    """A word is not cut by a page: all of it is on the page that it begins on."""
    found = extract_pdf(pdf_of(block("De onderzoekers zijn verant-", y=700), block("woordelijk voor de uitkomst.")))
    assert pages(found) == {1: "De onderzoekers zijn verantwoordelijk ", 2: "voor de uitkomst."}


def test_text_that_ends_with_its_page_is_not_joined() -> None:
    """A full stop, a capital, a heading or an item of a list ends a paragraph at the end of its page."""
    assert read(block("Dit is af.", y=700), block("dit ook, in kleine letters.")) == ["Dit is af.", "dit ook, in kleine letters."]
    assert read(block("Dit is niet af", y=700), block("Maar dit is iets anders.")) == ["Dit is niet af", "Maar dit is iets anders."]
    assert read(block("Dit is niet af", y=700), block("- maar dit is een punt.")) == ["Dit is niet af", "maar dit is een punt."]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("Dit is verant-", "woord werk."), "Dit is verantwoord werk."),
        (("De AI-", "verordening geldt."), "De AI-verordening geldt."),
        (("Wie de EU-", "wet leest."), "Wie de EU-wet leest."),
        (("Het sociaal-", "economische beleid."), "Het sociaal-economische beleid."),
        (("Dit gaat over in-", "en uitvoer."), "Dit gaat over in- en uitvoer."),
        (
            ("Dit is verant-", "woord be-", "leid, zegt de AI-", "wet. Verantwoord beleid."),
            "Dit is verantwoord beleid, zegt de AI-wet. Verantwoord beleid.",
        ),
        (("Zie Noord-", "Holland."), "Zie Noord-Holland."),
        (("Een niet-", "bindend advies."), "Een niet-bindend advies."),
        (("Mail ai-", "vragen@example.org nu."), "Mail ai-vragen@example.org nu."),
        (("Zie https://example.org/wp-", "content/a.pdf nu."), "Zie https://example.org/wp-content/a.pdf nu."),
        (("Zie https://example.org/nl/", "TXT/a.html nu."), "Zie https://example.org/nl/TXT/a.html nu."),
        (("Een hoog-", "risico systeem, en hoog-risico is streng."), "Een hoog-risico systeem, en hoog-risico is streng."),
        (("De werk-", "groep is klaar. Deze werkgroep werkt."), "De werkgroep is klaar. Deze werkgroep werkt."),
        (("De inkoper en/", "of de leverancier."), "De inkoper en/of de leverancier."),
        (("Dat is \u2013 zo \u2013", "waar."), "Dat is \u2013 zo \u2013 waar."),
    ],
)
def test_line_ends_are_joined_without_changing_words(lines: Sequence[str], text: str) -> None:
    """A hyphen of the line end goes, one of the word stays; addresses get no space."""
    assert read(block(*lines)) == [text]


def test_the_rest_of_the_document_tells_whose_a_hyphen_is() -> None:
    """The form that stands elsewhere in the document is taken, and in a document that breaks no words a hyphen is a word's own."""
    lines = ("De eis voor een hoog-", "systeem is een hoog-risico-eis en het", "systeem is streng, dus de hoog-", "risico-eis ook.")
    text = "De eis voor een hoog-systeem is een hoog-risico-eis en het systeem is streng, dus de hoog-risico-eis ook."
    assert read(block(*lines)) == [text]


def test_what_cannot_be_seen_is_not_stored() -> None:
    """Soft hyphens inside a line and control characters go, a space that does not break is a space, ligatures are letters."""
    fonts = (
        "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding "
        "/Differences [1 /fi /fl /uni00AD /uni200B] >> >> "
    )
    drawn = "BT /F1 11 Tf 72 700 Td (\\001nancieel \\002exi\\003bel\\240we\\004rk) Tj ET"
    assert paragraphs(extract_pdf(raw_pdf([drawn], fonts=fonts))) == ["financieel flexibel werk"]


def test_columns_are_read_one_after_the_other() -> None:
    """Whether a page was drawn column by column, row by row, or from the right: under a heading over both, too."""
    heading = [Text(72, 60, "Een kop over twee kolommen", 16, "F2")]
    left, right = block(*LEFT, size=9), block(*RIGHT, x=320, size=9)
    by_row = [piece for row in zip(left, right, strict=True) for piece in row]
    for drawn in ([*left, *right], [*right, *left], by_row, [*heading, *by_row]):
        assert read(drawn) == [LEFT_TEXT, RIGHT_TEXT]


def test_sentence_goes_on_in_the_next_column_past_the_notes() -> None:
    """The notes at the foot of a column do not stand in a sentence that goes on in the next."""
    left = block("De proef liep in drie", "gemeenten en was naar het", y=600, size=11)
    notes = [Text(72, 740, "1 Zie bijlage 1.", 7), Text(72, 749, "2 Zie bijlage 2.", 7)]
    right = block("oordeel van de raad een", "groot succes.", x=320, size=11)
    assert read([*left, *notes, *right]) == [
        "De proef liep in drie gemeenten en was naar het oordeel van de raad een groot succes.",
        "1 Zie bijlage 1.",
        "2 Zie bijlage 2.",
    ]


def test_rows_of_a_table_stay_rows() -> None:
    """Short cells beside each other are a row, each a paragraph of its own."""
    cells = [("Versie", "Datum", "Wat"), ("0.1 a", "31 januari", "Eerste opzet"), ("0.2 b", "20 februari", "Tweede opzet")]
    table = [
        Text(x, 100 + LINE * row, cell) for row, line in enumerate(cells) for x, cell in zip((72, 160, 280), line, strict=True)
    ]
    assert read(table) == ["Versie Datum Wat", "0.1 a 31 januari Eerste opzet", "0.2 b 20 februari Tweede opzet"]


def test_wide_spaces_do_not_part_a_line() -> None:
    """A line that is set out to the margin is one line, however wide its spaces."""
    lines = ["De AI-verordening bepaalt dat een systeem", "", "heeft als het in een product is verwerkt."]
    wide = [Text(x, 100 + LINE, word) for x, word in ((72, "een"), (130, "hoog"), (190, "-"), (240, "risico"))]
    drawn = [*block(lines[0]), *wide, Text(72, 100 + 2 * LINE, lines[2])]
    assert read(drawn) == ["De AI-verordening bepaalt dat een systeem een hoog - risico heeft als het in een product is verwerkt."]


def test_running_headers_footers_and_page_numbers_are_left_out() -> None:
    """What stands at the same place in the margin of page after page, with the number of the page in it or alone, is no text."""
    texts = [
        [
            Text(72, 40, "Rapport over chatbots"),
            *block(f"De tekst van bladzij {name} is af."),
            Text(72, 810, f"Gemeente Dorp | pagina {number} van 4"),
            Text(500, 780, str(number + 2)),
        ]
        for number, name in enumerate(("een", "twee", "drie", "vier"), start=1)
    ]
    assert {number: text.strip() for number, text in pages(extract_pdf(pdf_of(*texts))).items()} == {
        1: "De tekst van bladzij een is af.",
        2: "De tekst van bladzij twee is af.",
        3: "De tekst van bladzij drie is af.",
        4: "De tekst van bladzij vier is af.",
    }


def test_headings_and_single_pages_lose_nothing() -> None:
    """A heading with a number of its own at the top of each page is kept, and a document of one page is kept whole."""
    chapters = [[Text(72, 60, f"Hoofdstuk {place}", 16, "F2"), *block("Tekst.")] for place in (1, 2, 3)]
    spread = [page for chapter in chapters for page in (chapter, block("Meer tekst."))]
    assert extract_pdf(pdf_of(*spread)).text.count("Hoofdstuk") == 3
    single = [Text(72, 40, "Rapport over chatbots"), *block("De tekst is af."), Text(500, 810, "1 / 1")]
    assert read(single) == ["Rapport over chatbots", "De tekst is af.", "1 / 1"]


def test_larger_or_bolder_lines_are_headings() -> None:
    """Their size and weight give the level; they are no running text, and a heading of two lines is one."""
    found = extract_pdf(
        pdf_of(
            [
                *block("Chatbots bij de", "gemeente", size=20, y=60),
                *block("De proef", font="F2", y=120),
                *block("De proef duurde drie maanden en ging over brieven.", y=140),
                *block("Wat het kostte", font="F2", y=180),
                *block("Het kostte minder dan verwacht werd door de raad.", y=200),
                *block("Wat volgt", size=16, y=240),
                *block("De raad beslist in maart over wat er daarna volgt.", y=260),
            ]
        )
    )
    title = "Chatbots bij de gemeente"
    assert [section.path for section in found.sections] == [
        (title,),
        (title, "De proef"),
        (title, "Wat het kostte"),
        (title, "Wat volgt"),
    ]
    assert [text.split()[0] for text in paragraphs(found)] == ["De", "Het", "De"]
    assert found.metadata == {"title": title}


def test_items_of_a_list_are_paragraphs() -> None:
    """Each item stands alone, without its sign and with its number, its lines joined; what comes after is no part of it."""
    lines = [
        "Dit is nodig:",
        "\u2022 een brief die de inwoner",
        "\u2022 een tweede brief;",
        "1. een eerste stap;",
        "2. een tweede stap.",
    ]
    drawn = [*block(*lines[:2]), Text(80, 128, "kan lezen;"), *block(*lines[2:], y=142), *block("Dat is alles.", y=220)]
    assert read(drawn) == [
        "Dit is nodig:",
        "een brief die de inwoner kan lezen;",
        "een tweede brief;",
        "1. een eerste stap;",
        "2. een tweede stap.",
        "Dat is alles.",
    ]
    signs, words = ("\u2022", "2.", "3."), ("een brief;", "een stap;", "een stap die")
    apart = [Text(x, 100 + LINE * row, each[row]) for row in range(3) for x, each in ((72, signs), (100, words))]
    assert read([*apart, Text(100, 142, "lang duurt;")]) == ["een brief;", "2. een stap;", "3. een stap die lang duurt;"]


def test_entries_of_a_table_of_contents_are_not_glued() -> None:
    """Each entry with its page is a paragraph of its own."""
    entries = ["1. Inleiding ................................ 2", "2. De proef ................................. 5"]
    assert read(block("Inhoud volgt hier.", *entries, "De tekst begint.")) == ["Inhoud volgt hier.", *entries, "De tekst begint."]
    numbered = [("Inleiding", 500, "4"), ("Wat de proef met de chatbot heeft opgeleverd", 494, "10"), ("Slot", 494, "21")]
    bare = [
        text
        for row, (words, x, page) in enumerate(numbered)
        for text in (Text(72, 100 + 14 * row, words), Text(x, 100 + 14 * row, page))
    ]
    assert read(bare) == ["Inleiding 4", "Wat de proef met de chatbot heeft opgeleverd 10", "Slot 21"]


def test_raised_numbers_stay_raised(debate: Debate, tmp_path: Path) -> None:
    """The mark of a note is written as it looks and ends the sentence that it stands behind; "m²" stays an area."""
    path = tmp_path / "noten.pdf"
    raised, level = "/F1 6.5 Tf 4 Ts", "/F1 11 Tf 0 Ts"
    drawn = f"{level} (De proef is af.) Tj {raised} (12) Tj {level} ( Er was 40 m) Tj {raised} (2) Tj {level} ( nodig. Dat kan.) Tj"
    path.write_bytes(raw_pdf([f"BT 72 700 Td {drawn} ET"]))
    document = load(Origin(path, "noten.pdf"), Metadata(), debate).document
    assert document.text == "De proef is af.¹² Er was 40 m² nodig. Dat kan."
    assert [document.text[each.start : each.end] for each in split_sentences(document)] == [
        "De proef is af.¹²",
        "Er was 40 m² nodig.",
        "Dat kan.",
    ]


def test_turned_pages_are_read_upright() -> None:
    """A page that is turned, and text that is turned on its page, read as the same lines."""
    turned = [Text(text.x, text.y, text.words, turned=True) for text in block(*LEFT)]
    assert paragraphs(extract_pdf(pdf_of(turned, page="/Rotate 90"))) == [LEFT_TEXT]
    assert paragraphs(extract_pdf(pdf_of(block(*LEFT), page="/Rotate 180"))) == [LEFT_TEXT]


def test_text_outside_the_page_is_not_stored() -> None:
    """What no reader can see because the page ends before it is not quoted."""
    assert read([*block("Op de bladzij."), Text(72, 900, "Eronder."), Text(700, 100, "Ernaast.")]) == ["Op de bladzij."]


def test_what_the_file_says_of_itself_is_taken_over() -> None:
    """Title, author, date and language; a language that the text is not in was the default of the program that made it."""
    info = {"Title": "Chatbots bij de gemeente", "Author": "Jan de Boer", "CreationDate": "D:20250422093000+02'00'"}
    text = block("De chatbots bij de gemeente zijn er voor de inwoners van het dorp.")
    found = extract_pdf(pdf_of(text, info=info, catalog="/Lang (nl-NL)")).metadata
    assert found == {"title": "Chatbots bij de gemeente", "author": "Jan de Boer", "published": "2025-04-22", "language": "nl"}
    assert extract_pdf(pdf_of(text, catalog="/Lang (en-US)")).metadata == {}


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - brief.docx", "untitled", "brief_def.pdf", "RO_PUBL_030_A4", "Document1", "Jaarverslag Waterschap 2019", ""],
)
def test_junk_titles_give_way_to_the_largest_text(title: str) -> None:
    """A file name, what a program fills in, or the title of another document: the heading of the first page is the title."""
    text = [*block("Chatbots bij de gemeente", size=24, y=60), *block("De proef duurde drie maanden.")]
    assert extract_pdf(pdf_of(text, info={"Title": title} if title else {})).metadata == {"title": "Chatbots bij de gemeente"}


IDENTITY = (
    "/F1 << /Type /Font /Subtype /Type0 /BaseFont /Onbekend /Encoding /Identity-H /DescendantFonts [<< /Type /Font "
    "/Subtype /CIDFontType2 /BaseFont /Onbekend /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
    "/FontDescriptor << /Type /FontDescriptor /FontName /Onbekend /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 "
    "/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>] >> "
)
LOCKED = f"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <{'ab' * 32}> /U <{'cd' * 32}> >> /ID [<00> <00>]"
OCR = "run OCR first, for example with ocrmypdf, and ingest the result"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (raw_pdf(["0 0 100 100 re f"] * 3), f"it has no text layer (3 pages of images); {OCR}"),
        (raw_pdf([""]), f"it has no text layer (1 page of images); {OCR}"),
        (
            raw_pdf(["BT /F1 11 Tf (Tekst) Tj ET"], trailer=LOCKED),
            "it is locked with a password; save it without one and try again",
        ),
        (
            raw_pdf(["BT /F1 11 Tf 72 700 Td <000100020003000400050006> Tj ET"], fonts=IDENTITY),
            f"its fonts do not tell which letters most of its text is; {OCR}",
        ),
        (pdf_of(block("Tekst."))[:400], "it is cut off, or no PDF: its end is missing; fetch it again"),
        (b"", "it is cut off, or no PDF: its end is missing; fetch it again"),
        (b"Geen PDF.\n%%EOF", "it is damaged, or no PDF; save it anew from the program that made it"),
        (raw_pdf([""] * 5_001), "it has 5,001 pages; from 1 to 5,000 can be read. Split it and try again"),
    ],
    ids=["images", "empty", "locked", "garbled", "cut", "nothing", "damaged", "long"],
)
def test_what_cannot_be_read_is_refused_with_the_next_step(data: bytes, reason: str) -> None:
    """Pages of images, a password, unknown letters, a cut or damaged file, too many pages: refused, and why."""
    with pytest.raises(RefusedError) as refusal:
        extract_pdf(data)
    assert str(refusal.value) == reason


def test_loops_end() -> None:
    """Pages that are their own parents and pictures that hold themselves are read or refused, and never hang."""
    kids = assembled(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 4 >>", "<< >>"])
    itself = "/Resources << /XObject << /X 5 0 R >> >>"
    form = f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] {itself} /Length 5 >>\nstream\n/X Do\nendstream"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R {itself} >>"
    pictures = assembled(
        ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", "<< >>", page, form],
    )
    for data in (kids, pictures):
        with pytest.raises(RefusedError):
            extract_pdf(data)


def test_mutated_files_are_read_or_refused(debate: Debate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever bytes are changed, put in or taken out, a file is a document whose text can be cut, or a refusal."""
    whole = pdf_of([*block(*LEFT), *block(*RIGHT, x=320)], block("Tweede bladzij."), info={"Title": "Iets"})
    chance = random.Random(5)  # noqa: S311  # not for secrets
    path, outcomes = tmp_path / "veranderd.pdf", Counter[str]()
    for _ in range(_MUTATIONS):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            start = chance.randrange(len(data))
            data[start : start + chance.choice((0, 1, 1, 4, 40))] = chance.randbytes(chance.choice((0, 1, 1, 4)))
        try:
            document = load(Origin(path, "veranderd.pdf"), Metadata(), debate, bytes(data)).document
            assert group_passages(document, split_sentences(document))
            outcomes["read"] += 1
        except RefusedError:
            outcomes["refused"] += 1
    with capsys.disabled():
        print(f" [{_MUTATIONS} mutated PDFs: {outcomes['read']} read, {outcomes['refused']} refused]", end="")  # noqa: T201
    assert outcomes.total() == _MUTATIONS
    assert min(outcomes["read"], outcomes["refused"]) > 0


FACTSHEET, FAQ, KADER = (
    "AI-Verordening_Factsheet_Bestuurders.pdf",
    "GenAI_compliance_FAQ.pdf",
    "Kader-verantwoord-gebruik-generatieveAI-RKIs.pdf",
)
QUOTATIONS = (
    (FACTSHEET, 1, "Factsheet AI-verordening voor bestuurders"),
    (FACTSHEET, 2, "richtsnoer gepubliceerd over de toepassing van het concept AI-systeem."),
    (FACTSHEET, 2, "Ouren Kuiper (Digitale Samenleving BZK)"),
    (FACTSHEET, 2, "opmerkingen mail: ai-verordening@minbzk.nl"),
    (FACTSHEET, 3, "Rijksoverheid schat risico's AI vaak niet in"),
    (FACTSHEET, 4, "‘Rijksbrede implementatie AI-verordening’"),
    (FAQ, 1, "Veelgestelde vragen Generatieve AI compliance"),
    (FAQ, 2, "Andere wet- en regelgeving is ook van kracht."),
    (FAQ, 2, "https://betterimagesofai.org / https://creativecommons.org/licenses/by/4.0/"),
    (FAQ, 3, "Welke impact assessments zijn verplicht voor een leverancier? 17"),
    (FAQ, 4, "hanteert hiertoe een risico-gebaseerde benadering waarbij een onderscheid wordt gemaakt"),
    (FAQ, 4, "https://eur-lex.europa.eu/legal-content/NL/TXT/HTML/?uri=OJ:L_202401689."),
    (FAQ, 5, "gebruikt in het kader van een persoonlijke niet-beroepsactiviteit (Art. 3(4))"),
    (FAQ, 6, "omdat ze in de praktijk eenvoudiger gebruikt kunnen worden voor use cases"),
    (FAQ, 6, "¹ Deze AI-systemen volgen uit Art. 6(1) en Annex I."),
    (FAQ, 6, "Voorbeelden hiervan zijn speelgoed, machines, liften en voertuigen."),
    (FAQ, 7, "in te dienen bij het AI-bureau via de eerdergenoemde AI Act Service Desk"),
    (FAQ, 8, "Bijvoorbeeld een duidelijke mens-machine interface."),
    (FAQ, 9, "Deze verplichting geldt niet als er een beroep gedaan kan worden op een uitzondering"),
    (FAQ, 10, "een wijziging die door de oorspronkelijke aanbieder niet vooraf is meegenomen in de conformiteitsbeoordeling¹"),
    (FAQ, 11, "bevat op pagina 22 een figuur die als inspiratiebron dient voor de beheersing"),
    (FAQ, 12, "Art. 50 maakt onderscheid in transparantieverplichtingen voor aanbieders"),
    (FAQ, 12, "synthetische audio-, beeld-, video- of tekstinhoud genereren"),
    (FAQ, 13, "Ook vanuit andere wetgeving gelden transparantieverplichtingen"),
    (FAQ, 14, "bestaande internationale standaarden en concept-standaarden die betrokken worden"),
    (FAQ, 15, "Data Governance and quality for AI in the European context"),
    (FAQ, 16, "zoals onderwijs- en zorginstellingen, wordt sterk aangeraden een mensenrechten-impactbeoordeling"),
    (FAQ, 17, "Hiervoor worden standaarden ontwikkeld die naar verwachting in 2026 worden vastgesteld"),
    (FAQ, 18, "bijvoorbeeld met open bestandsformaten en open licenties"),
    (FAQ, 19, "SSC-ICT ontwikkeld in dit kader een aantal diensten:"),
    (FAQ, 20, "De mogelijkheden van AI-systemen veranderen snel maar worden ook overschat."),
    (FAQ, 21, "Daarnaast moet de gebruiksverantwoordelijke bij alle AI-systemen voldoen"),
    (FAQ, 22, "Wijs een aanspreekpunt aan voor vragen en ethische dilemma’s"),
    (FAQ, 23, "van AI of een prompttraining niet voldoende zullen zijn"),
    (FAQ, 24, "Veelgestelde vragen Generatieve AI Compliance"),
    (KADER, 1, "Vastgesteld door de RKI-directeuren"),
    (KADER, 2, "om onderzoek efficiënter en creatiever te maken"),
    (KADER, 3, "De RKI-directeuren stelden het RKI-kader vast op 26 mei 2025."),
    (KADER, 4, "20/5/25 Vastgesteld door RKI WG"),
    (KADER, 5, "Leden van het RKI-netwerk zijn het Centraal Planbureau (CPB)"),
    (KADER, 5, "Relevante risico’s gaan bijvoorbeeld over black box effects,² misleidende of onnauwkeurige uitvoer"),
    (KADER, 6, "onder consumentenvoorwaarden’,⁹ en;"),
    (KADER, 7, "uit te voeren op generatieve AI-modellen, zodat ze daarna kunnen worden aangepast"),
    (KADER, 8, "zal in voorkomende gevallen de wetenschappelijke exceptie van de AI-verordening relevant zijn"),
    (KADER, 9, "ai-impact-assessment-ministerie-van-infrastructuur-en-waterstaat."),
    (KADER, 10, "Het RKI-netwerk is eigenaar van dit document.²⁷"),
    (KADER, 11, "Het organiseren van deze AI-geletterdheid"),
    (KADER, 12, "negatieve uitkomsten door het gebruik van generatieve AI beter worden geadresseerd."),
    (KADER, 13, "in aanvulling op de Algemene Rijksvoorwaarden bij IT-overeenkomsten (ARBIT)"),
    (KADER, 14, "houdt in dat onderzoekers zich houden aan relevante wet- en regelgeving.⁵¹"),
    (KADER, 15, "op basis van de uitzondering voor tekst- en datamining.⁵⁷"),
    (KADER, 16, "Het zo expliciet mogelijk maken van de doelstelling is belangrijk"),
    (KADER, 17, "In hoeverre er sprake is van automatische besluiten, die direct raken aan mensen"),
    (KADER, 17, "Advies artikel 22 AVG en geautomatiseerde selectie-instrumenten, 10 oktober 2024"),
    (KADER, 18, "Daartoe dient een (prescan-)DPIA.⁶³"),
    (KADER, 19, "inclusief onderliggende modelnummers, -versies en -prestaties"),
    (KADER, 20, "Milieueffecten (bijv. energie- en waterverbruik) voor training, fine tuning en implementatie"),
    (KADER, 21, "DU_ALLEA_Europese_gedragscode_voor_wetenschappelijke_integriteit.pdf."),
    (KADER, 22, "uitgangspunt dat AI-toepassingen gedurende hun gehele levenscyclus wettig, ethisch en robuust moeten zijn"),
    (KADER, 23, "Deze richtsnoeren vormden een belangrijke inspiratiebron voor RKI’s"),
    (KADER, 24, "Wat zijn strategieën of maatregelen om eventuele risico’s te verkleinen of weg te nemen?⁷⁵"),
    (KADER, 25, "Uiteindelijke beslissingen liggen bij de onderzoeker;"),
    (KADER, 26, "Beperk de toegang tot datasets tot bevoegde onderzoekers;⁷⁹"),
    (KADER, 27, "5. Reproduceerbaarheid"),
    (KADER, 28, "Kies voor duurzame en efficiënte AI-modellen;"),
    (KADER, 29, "Denk na over mechanismen voor verantwoording zodat anderen het onderzoek kunnen evalueren"),
)
"""Words that were read on a picture of the page: in columns, notes, lists and tables, over line and column ends."""


@pytest.fixture(scope="session")
def office(shared: Path) -> dict[str, Extracted]:
    """The PDFs of public bodies that are there, by name."""
    folder = shared / "data" / "documents" / "office"
    return {name: extract_pdf((folder / name).read_bytes()) for name in (FACTSHEET, FAQ, KADER)}


def test_quotations_are_on_the_page_where_they_were_read(office: dict[str, Extracted], capsys: pytest.CaptureFixture[str]) -> None:
    """Each is in the stored text, and begins in a section of its page; every page of the three files has at least one."""
    found = [
        (name, page, words)
        for name, page, words in QUOTATIONS
        for text in [office[name].text]
        if any(
            section.page == page and words in text[section.start : section.end + len(words)] for section in office[name].sections
        )
    ]
    with capsys.disabled():
        print(f" [{len(found)} of {len(QUOTATIONS)} quotations of PDFs on their page]", end="")  # noqa: T201
    assert found == list(QUOTATIONS)
    assert Counter(name for name, _ in {(name, page) for name, page, _ in QUOTATIONS}) == {FACTSHEET: 4, FAQ: 24, KADER: 29}


def test_nothing_but_the_margins_is_left_out(office: dict[str, Extracted], shared: Path) -> None:
    """Every letter that pdfium finds on the pages is stored, save the round signs before items, which are the letter o."""
    for name, extracted in office.items():
        with pypdfium2.PdfDocument(shared / "data" / "documents" / "office" / name) as document:
            texts = [document[place].get_textpage().get_text_range() for place in range(len(document))]
        there = Counter(char for text in texts for char in text if char.isalpha())
        stored = Counter(char for char in extracted.text if char.isalpha())
        assert {char: count for char, count in (there - stored).items() if char != "o"} == {}, name
        assert stored - there == {}, name


def test_sections_cover_the_pages_in_order(office: dict[str, Extracted]) -> None:
    """Sections meet, cover the text, and their pages only go up; each paragraph is one line without stray white space."""
    for extracted in office.values():
        sections = extracted.sections
        assert (sections[0].start, sections[-1].end) == (0, len(extracted.text))
        assert [section.end for section in sections[:-1]] == [section.start for section in sections[1:]]
        assert [section.page for section in sections] == sorted(section.page or 0 for section in sections)
        assert [text for text in paragraphs(extracted) if text != " ".join(text.split())] == []


def test_titles_of_the_real_files_are_those_on_their_covers(office: dict[str, Extracted]) -> None:
    """The names of templates and of other documents in the metadata are passed over."""
    long = (
        "Kader voor waardevolle, verantwoorde en ethische inzet van generatieve AI binnen het toepassingsgebied "
        "wetenschappelijk onderzoek door rijkskennisinstituten en planbureaus “RKI-kader”"
    )
    assert [(found.metadata["title"], found.metadata["published"]) for found in office.values()] == [
        ("Factsheet AI-verordening voor bestuurders", "2025-09-01"),
        ("Veelgestelde vragen Generatieve AI compliance", "2026-03-30"),
        (long, "2025-05-27"),
    ]
