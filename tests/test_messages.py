"""An answer as Telegram messages, captions and cards: whole messages, with what is bold, quoted and a link in them."""

from dataclasses import replace

import pytest

from bot.answers import AnswerStatus, Statement
from bot.blocks import Block, BlockKind
from bot.rendering import as_plain_text, positions_heading, render_caveat
from bot.telegram_app.cards import DESCRIPTION_POINTS, TITLE_POINTS, cards
from bot.telegram_app.caveats import CAVEAT_POINTS, closing_of
from bot.telegram_app.layout import fits
from bot.telegram_app.messages import CAPTION_UNITS, caption, exempt_parts, lay_out, message_parts, own_words
from tests.seen import covered, seen
from tests.test_rendering import BCG, CAVEAT, COLUMN, DEBATE, OURS, OWN, PINNED, REPORTED, SZABO, answer
from vectorstore.passages import Quote, Suspicion

LINK = "<a https://krant.example/1#:~:text=Szab%C3%B3%20wil%20toezicht.>"
SOURCE = f'{LINK}De visie ontbreekt</a> — Krant, 22 april 2025, onder "Wat nu?", alinea 4'
HEADING = "<b>Let op: menselijk toezicht</b>"
SENTENCE = "Mensen houden toezicht op elk besluit. "


def message(found: object) -> str:
    """The only message of an answer, as it is seen."""
    laid = lay_out(found, DEBATE)  # type: ignore[arg-type]  # an answer
    assert len(laid.parts) == 1
    assert laid.file is None
    return seen(laid.parts[0])


def long_caveat(source: Quote = CAVEAT) -> Quote:
    """A caveat of far more than a message has room for."""
    text = SENTENCE * 200
    return replace(source, text=text, end=source.start + len(text))


def test_fact() -> None:
    """An answer is its voices with their quotations, notes, caveat, sources with a title to tap, and edition; no suggestions."""
    found = answer(Statement(SZABO, (REPORTED,)), notes=("Szabó is weg.",), suggestions=("Waarom?",))
    assert (
        message(found)
        == f"""\
<b>Volgens Zsolt Szabó (zoals weergegeven in [1])</b>
<q>«Szabó wil  toezicht.» {LINK}[1]</a></q>

<i>Szabó is weg.</i>

{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [2]</q>

<b>Bronnen</b>
[1] {SOURCE}
[2] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    )


def test_comparison() -> None:
    """Each voice has its own heading; silent voices and the question as read are told in italics."""
    found = answer(Statement(BCG, (OWN, OURS)), Statement(SZABO, (REPORTED,)), read_as="Wat vindt hij?", silent_voices=(SZABO,))
    assert (
        message(found)
        == f"""\
<i>Gelezen als: Wat vindt hij?</i>

<b>Volgens Boston Consulting Group</b>
<q>«AI could
free 465,000 jobs.» [1] (in het Engels)</q>
<q>[Dossier, in onze woorden] BCG schat 465.000 banen. [2]</q>

<b>Volgens Zsolt Szabó (zoals weergegeven in [3])</b>
<q>«Szabó wil  toezicht.» {LINK}[3]</a></q>

<i>Hierover staat niets in de bronnen van: Zsolt Szabó.</i>

{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [4]</q>

<b>Bronnen</b>
[1] GenAI in government — BCG, maart 2025, p. 12, alinea 9
[2] Dossier: het BCG-rapport — Kanttekening, naar: BCG, GenAI, maart 2025, alinea 1
[3] {SOURCE}
[4] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    )


def test_not_in_sources() -> None:
    """What comes nearest is quoted under its voice, as just that; what repeats the question makes no line of its own."""
    found = answer(status=AnswerStatus.NOT_IN_SOURCES, message="Over\n“x” niets.", nearest=(REPORTED,))
    assert (
        message(found)
        == f"""\
Over “x” niets.

<b>Dit komt er het dichtst bij, maar geeft geen antwoord</b>
<q>Volgens Zsolt Szabó (zoals weergegeven in [1]): «Szabó wil  toezicht.» {LINK}[1]</a></q>

{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [2]</q>

<b>Bronnen</b>
[1] {SOURCE}
[2] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    )


@pytest.mark.parametrize(
    ("status", "told", "shown"),
    [
        (AnswerStatus.SMALLTALK, "\n Hallo.\n\nVraag \u202emaar\x07!  \nDag. \n", "Hallo.\n\nVraag  maar !\nDag."),
        (AnswerStatus.UNAVAILABLE, "Nu niet.", "Nu niet.\n\nTe lang."),
    ],
)
def test_what_the_bot_says_itself(status: AnswerStatus, told: str, shown: str) -> None:
    """Small talk keeps its paragraphs and nothing that steers a screen; an apology says why. Both have the caveat."""
    assert (
        message(answer(status=status, message=told, reason="Te\nlang."))
        == f"""\
{shown}

{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [1]</q>
[1] Dossier: de kanttekening — Kanttekening, alinea 2"""
    )


def test_own_words_have_the_caveat_of_an_answer_and_nothing_else_of_it() -> None:
    """A command of the bot is told with the caveat and its source, whatever answer the caveat is of."""
    found = answer(Statement(SZABO, (REPORTED,)), read_as="Wat?", notes=("Noot.",), nearest=(OWN,), silent_voices=(BCG,))
    assert own_words("Welkom.\n\nVraag maar.", found, DEBATE) == lay_out(
        answer(status=AnswerStatus.SMALLTALK, message="Welkom.\n\nVraag maar."), DEBATE
    )


def test_positions_stand_below_their_heading() -> None:
    """What is shown above an answer begins its message."""
    found = answer(Statement(SZABO, (REPORTED,)))
    (part,) = lay_out(found, DEBATE, [positions_heading(found, "werk")]).parts
    assert seen(part).startswith("Wie zegt wat over: werk\n\n<b>Volgens Zsolt")


@pytest.mark.parametrize(
    ("text", "folds"),
    [("x" * 294, False), ("x" * 295, True), ("a\nb\nc", False), ("a\nb\nc\nd", True)],
)
def test_long_quotation_folds(text: str, folds: bool) -> None:  # noqa: FBT001  # the expected outcome
    """A quotation of more than 300 characters or three lines folds, and nothing is folded in it."""
    shown = message(answer(Statement(SZABO, (replace(REPORTED, text=text),))))
    assert (f"<fold>«{text}» " in shown, f"<q>«{text}» " in shown) == (folds, not folds)


def test_caveat_never_folds() -> None:
    """However long the caveat is, it is in sight, and shown as a beginning that the document holds."""
    shown = message(answer(caveat=long_caveat()))
    excerpt = (SENTENCE * 200)[:CAVEAT_POINTS].rpartition(" ")[0]
    assert f"{HEADING}\n<q>[Dossier, in onze woorden] {excerpt} […] [1]</q>\n" in shown


def test_source_without_web_address_shows_it() -> None:
    """An address that is no link to tap is not lost."""
    source = replace(COLUMN, url="urn:isbn:1")
    shown = message(answer(Statement(SZABO, (replace(REPORTED, source=source),))))
    assert '[1] De visie ontbreekt — Krant, 22 april 2025, onder "Wat nu?", alinea 4 — urn:isbn:1\n' in shown


def test_long_answer_is_numbered_messages_with_the_caveat_in_each() -> None:
    """What takes up to three messages is sent as those, each under its heading and with its own caveat."""
    quotes = tuple(replace(REPORTED, text=f"{number} " + "woord " * 300) for number in range(5))
    laid = lay_out(answer(Statement(SZABO, quotes)), DEBATE)
    heading = "Volgens Zsolt Szabó (zoals weergegeven in [1])"
    assert laid.file is None
    assert [part.text[: len(heading) + 20].split(" «")[0].split("\n«")[0] for part in laid.parts] == [
        f"1/3\n\n{heading}",
        f"2/3\n\n{heading} (vervolg)",
        f"3/3\n\n{heading} (vervolg)",
    ]
    ending = f"""\n
{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [2]</q>
[2] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    assert [seen(part).endswith(ending) for part in laid.parts] == [True, True, True]
    assert [part.text.count("[2] Dossier") for part in laid.parts] == [1, 1, 1]
    assert [part.text.count("Bronnen") for part in laid.parts] == [0, 0, 1]


def test_very_long_answer_is_a_short_message_and_a_file() -> None:
    """What takes more than three messages is the beginning of what each voice says, and a file with all of it."""
    long = tuple(replace(REPORTED, text=f"{number} " + "woord " * 400) for number in range(6))
    found = answer(Statement(SZABO, long), Statement(BCG, (OURS, OWN)), caveat=long_caveat(), message="Kijk.")
    laid = lay_out(found, DEBATE, [Block(BlockKind.MESSAGE, "Wie zegt wat")])
    words = ("0 " + "woord " * 99)[:599].rstrip()
    place = LINK.replace("Szab%C3%B3%20wil%20toezicht.", "0%20woord%20woord%20woord%20woord,woord%20woord%20woord%20woord%20woord")
    excerpt = (SENTENCE * 200)[:CAVEAT_POINTS].rpartition(" ")[0]
    assert [seen(part) for part in laid.parts] == [
        f"""\
Wie zegt wat

Kijk.

<i>Dit antwoord is lang. Hieronder staat een deel; het hele antwoord staat in het bestand.</i>

<b>Volgens Zsolt Szabó (zoals weergegeven in [1])</b>
<fold>«{words}» […] {place}[1]</a></fold>

<b>Volgens Boston Consulting Group</b>
<q>[Dossier, in onze woorden] BCG schat 465.000 banen. [2]</q>

{HEADING}
<q>[Dossier, in onze woorden] {excerpt} […] [4]</q>

<b>Bronnen</b>
[1] {place}De visie ontbreekt</a> — Krant, 22 april 2025, onder "Wat nu?", alinea 4
[2] Dossier: het BCG-rapport — Kanttekening, naar: BCG, GenAI, maart 2025, alinea 1
[4] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    ]
    assert laid.file == f"Wie zegt wat\n\n{as_plain_text(found, DEBATE)}"


def test_many_voices_and_a_long_message_leave_room() -> None:
    """Of very many voices as many are shown as there is room for, below the beginning of a long message."""
    statements = [Statement(SZABO, (replace(REPORTED, text=f"{number} " + "😀" * 400),)) for number in range(60)]
    (part,) = lay_out(answer(*statements, message="Kijk. " * 900), DEBATE).parts
    assert fits(part)
    assert [f"«{number} " in part.text for number in range(3)] == [True, True, False]
    assert "Kijk. Kijk. …\n\nDit antwoord is lang." in part.text
    assert part.text.count("Mensen houden toezicht.") == 1


def test_caveat_leaves_room_whatever_is_in_it() -> None:
    """Hidden characters, which are shown by name, and a very long title take no room that the rest of a message needs."""
    text = "Toezicht\u202e" * 400
    source = replace(PINNED, title="Titel " * 400)
    hidden = replace(CAVEAT, text=text, end=CAVEAT.start + len(text), source=source)
    closing = closing_of(answer(caveat=hidden), DEBATE)
    assert [block.kind for block in closing] == [BlockKind.CAVEAT_HEADING, BlockKind.CAVEAT, BlockKind.EDITION]
    assert closing[1].text.startswith("[Dossier, in onze woorden] Toezicht⟨U+202E⟩Toezicht⟨U+202E⟩")
    assert closing[1].text.endswith(" […] [1]")
    assert len(message_parts([Block(BlockKind.MESSAGE, "woord " * 1_000)], closing)) > 1
    assert [block.kind for block in closing_of(answer(), DEBATE)][2:] == [BlockKind.SOURCE, BlockKind.EDITION]


def test_messages_need_a_caveat() -> None:
    """What has no caveat among its closing blocks is not laid out; what operators read is, by another name."""
    blocks = [Block(BlockKind.MESSAGE, "Klaar.")]
    with pytest.raises(ValueError, match="no caveat among the blocks"):
        message_parts(blocks, [Block(BlockKind.CAVEAT_HEADING, "Let op"), Block(BlockKind.CAVEAT, " ")])
    with pytest.raises(ValueError, match="`closing_of` makes a shorter one"):
        message_parts([Block(BlockKind.MESSAGE, "x" * 4_000)], [Block(BlockKind.CAVEAT, "y" * 3_500)])
    assert [part.text for part in exempt_parts([Block(BlockKind.NOTE, " "), Block(BlockKind.MESSAGE, "Klaar. \n")])] == ["Klaar."]
    assert [part.text[:5] for part in exempt_parts([Block(BlockKind.MESSAGE, "x " * 3_000)])] == ["1/2\n\n", "2/2\n\n"]


def test_blocks_hold_no_blank_message() -> None:
    """A block of white space only is no message, and a message begins with its first word."""
    caveat = render_caveat(answer(), DEBATE)
    (part,) = message_parts([Block(BlockKind.MESSAGE, " \n"), Block(BlockKind.NOTE, "\n  Noot 😀 \n")], caveat)
    assert part.text.startswith("Noot 😀")
    assert covered(part, part.entities[0]) == "Noot 😀"


def test_line_breaks_are_those_that_telegram_keeps() -> None:
    """Words on either side of a line break that Telegram drops stay apart, and links stay where they are."""
    block = Block(BlockKind.QUOTE, "een\r\ntwee\rdrie\u2028vier\u2029vijf [1]", None, "https://a.example", (25, 28))
    (part,) = message_parts([block], render_caveat(answer(), DEBATE))
    assert seen(part).startswith("<fold>een \ntwee\ndrie\nvier\nvijf <a https://a.example>[1]</a></fold>\n\n<b>Let op")


def test_caption_holds_what_there_is_room_for_and_the_caveat() -> None:
    """Below a picture stands its text whole where it fits, and the caveat always."""
    blocks = [Block(BlockKind.MESSAGE, "Wie zegt wat over: werk"), Block(BlockKind.NOTE, "Getekend uit 4 bronnen.")]
    assert (
        seen(caption(blocks, answer(), DEBATE))
        == f"""\
Wie zegt wat over: werk

<i>Getekend uit 4 bronnen.</i>

{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [1]</q>
[1] Dossier: de kanttekening — Kanttekening, alinea 2"""
    )


@pytest.mark.parametrize("source", [CAVEAT, REPORTED])
@pytest.mark.parametrize("text", ["Wie zegt wat", "w😀 " * 2_000, "👩‍👩‍👧" * 900])
def test_caption_shortens_both(text: str, source: Quote) -> None:
    """A long text ends in an ellipsis, a long caveat in one outside its quotation marks; the caveat takes at least half."""
    found = answer(caveat=long_caveat(source))
    part = caption([Block(BlockKind.MESSAGE, text), Block(BlockKind.NOTE, "Noot.")], found, DEBATE)
    said, _, caveat = part.text.partition("\n\nLet op: menselijk toezicht\n")
    assert len(part.text.encode("utf-16-le")) // 2 <= CAPTION_UNITS
    assert caveat.endswith(" […] [1]" if source is CAVEAT else "» […] [1]")
    words = caveat.partition("] " if source is CAVEAT else "«")[2].removesuffix(" […] [1]").removesuffix("»")
    assert (SENTENCE * 200).startswith(words)
    assert len(words) > 300
    assert said == f"{text}\n\nNoot." if len(text) < 20 else said.endswith(" …")


def test_caption_leaves_out_a_quotation_rather_than_cut_it() -> None:
    """A quotation that does not fit is left out with its heading, and an ellipsis says so."""
    blocks = [
        Block(BlockKind.MESSAGE, "Kaart"),
        Block(BlockKind.HEADING, "Volgens BCG"),
        Block(BlockKind.QUOTE, f"«{'x' * 2_000}»"),
    ]
    assert seen(caption(blocks, answer(), DEBATE)).startswith(f"Kaart\n\n…\n\n{HEADING}\n")
    assert seen(caption(blocks[1:], answer(), DEBATE)).startswith(f"{HEADING}\n")


def test_card_is_one_quotation_by_itself() -> None:
    """A card names the voice, begins the quotation and the caveat, and becomes a message that stands alone."""
    notes = ("Zsolt Szabó is weg.", "Iemand anders is weg.")
    found = answer(Statement(BCG, (OWN,)), Statement(SZABO, (REPORTED,)), read_as="Wat dan?", notes=notes, suggestions=("Wie?",))
    other, card = cards(found, DEBATE)
    assert other.title == "Boston Consulting Group"
    assert (card.title, card.description) == (
        "Zsolt Szabó",
        "«Szabó wil  toezicht.» · Let op: menselijk toezicht: Mensen houden toezicht.",
    )
    assert (
        seen(card.part)
        == f"""\
<b>Volgens Zsolt Szabó (zoals weergegeven in [1])</b>
<q>«Szabó wil  toezicht.» {LINK}[1]</a></q>

<i>Zsolt Szabó is weg.</i>

{HEADING}
<q>[Dossier, in onze woorden] Mensen houden toezicht. [2]</q>

<b>Bronnen</b>
[1] {SOURCE}
[2] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    )


@pytest.mark.parametrize("word", ["woord ", "😀", "e\u0301\u0301 "])
def test_card_of_long_texts_fits(word: str) -> None:
    """However long quotation, caveat and names are, the card fits its list and its message fits Telegram, caveat and all."""
    long = replace(REPORTED, text=word * 3_000, source=replace(COLUMN, title="Titel " * 100))
    voice = replace(SZABO, name="Naam " * 40)
    (card,) = cards(answer(Statement(voice, (long,)), caveat=long_caveat(replace(CAVEAT, source=PINNED))), DEBATE)
    assert fits(card.part)
    assert len(card.title) <= TITLE_POINTS
    assert len(card.description) <= DESCRIPTION_POINTS
    assert "» […] · Let op: menselijk toezicht" in card.description
    assert card.part.text.count("\n\nLet op: menselijk toezicht\n[Dossier, in onze woorden] Mensen houden") == 1


def test_card_of_a_suspicious_quotation_says_so() -> None:
    """In the list stands the mark and not what is suspicious."""
    (card,) = cards(answer(Statement(BCG, (replace(OWN, suspicion=Suspicion.MACHINE),))), DEBATE)
    assert card.description == (
        "Verdacht: in deze passage staat tekst die aan een machine gericht lijkt · Let op: menselijk toezicht"
    )


def test_answer_without_quotations_is_one_card() -> None:
    """Where nothing is found a card says so, with the caveat."""
    (card,) = cards(answer(status=AnswerStatus.NOT_IN_SOURCES, message="Dat staat er niet.", nearest=(REPORTED,)), DEBATE)
    assert (card.title, card.description) == (
        "Dat staat er niet.",
        "Let op: menselijk toezicht: Mensen houden toezicht.",
    )
    assert seen(card.part).startswith(f"Dat staat er niet.\n\n{HEADING}\n")
