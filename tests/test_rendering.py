"""An answer as blocks, as plain text and as JSON."""

import io
import json
from dataclasses import replace

import pytest

from bot.answers import Answer, AnswerStatus, EditionStamp, Statement
from bot.blocks import Block, BlockKind, blocks_as_text
from bot.rendering import answer_as_json, as_plain_text, positions_heading, render, render_caveat, render_sources
from bot.screen import Screen
from vectorstore.debate import Debate, Voice
from vectorstore.languages import Language
from vectorstore.passages import Locator, Quote, Reference, Source, Suspicion, Wording

BCG = Voice("bcg", "Boston Consulting Group", aliases=("BCG",))
SZABO = Voice("szabo", "Zsolt Szabó")
HEADINGS = (("nl", "caveat_heading", "Let op: menselijk toezicht"), ("en", "caveat_heading", "Note: human oversight"))
DEBATE = Debate("AI in de publieke sector", (BCG, SZABO), "kanttekening", texts=HEADINGS)
COLUMN = Source(
    "column-1", "De visie ontbreekt", "/c.txt", "nl", "column", publisher="Krant", author="Jo Maas", published="2025-04-22",
    url="https://krant.example/1",
)  # fmt: skip
REPORT = Source("report-1", "GenAI in government", "/r.pdf", "en", "report", publisher="BCG", published="2025-03")
DOSSIER = Source(
    "bcg2025", "Dossier: het BCG-rapport", "dossier:bcg2025", "nl", "dossier", Wording.PARAPHRASE, "Kanttekening",
    published="2026-11-23", after=Reference("GenAI", "BCG", published="2025-03"), basis="column", basis_note="Niet gelezen.",
)  # fmt: skip
PINNED = Source(
    "kanttekening", "Dossier: de kanttekening", "dossier:kanttekening", "nl", "dossier", Wording.PARAPHRASE, "Kanttekening"
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def quote(text: str, source: Source, voice: Voice | None = None, locator: Locator | None = None, start: int = 7) -> Quote:
    """A quote of a document; by default from its second paragraph."""
    place = locator or Locator(paragraph=2)
    return Quote(text, source, start, start + len(text), place, "ab12", voice.id if voice else None, oversight=source is PINNED)


REPORTED = quote("Szabó wil  toezicht.", COLUMN, SZABO, Locator(section="Wat nu?", paragraph=4))
OWN = quote("AI could\nfree 465,000 jobs.", REPORT, BCG, Locator(page=12, section="Summary", paragraph=9))
OURS = quote("BCG schat 465.000 banen.", DOSSIER, BCG, Locator(section="Hoeveel?", paragraph=1))
CAVEAT = quote("Mensen houden toezicht.", PINNED)


def answer(*statements: Statement, status: AnswerStatus = AnswerStatus.ANSWERED, **more: object) -> Answer:
    """An answer with these statements, whose sources are those that it quotes."""
    nearest = more.get("nearest", ())
    assert isinstance(nearest, tuple)
    caveat = more.get("caveat", CAVEAT)
    assert isinstance(caveat, Quote)
    quotes = [*(each for statement in statements for each in statement.quotes), *nearest, caveat]
    plain = Answer(
        question="Hoeveel?",
        read_as="Hoeveel?",
        language="nl",
        status=status,
        caveat=CAVEAT,
        edition=EditionStamp(3, "2026-11-23T12:00:00Z"),
        statements=statements,
        sources=tuple({each.source.id: each.source for each in quotes}.values()),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of an answer, by name


def test_whole_answer_as_text() -> None:
    """An answer reads as docs promise: voices with their quotes, the caveat, the sources, the edition."""
    found = answer(Statement(SZABO, (REPORTED,)), Statement(BCG, (OWN, OURS)), Statement(None, (replace(REPORTED, voice_id=None),)))
    assert (
        as_plain_text(found, DEBATE)
        == """\
Volgens Zsolt Szabó (zoals weergegeven in [1])
  «Szabó wil  toezicht.» [1]

Volgens Boston Consulting Group
  «AI could
free 465,000 jobs.» [2] (in het Engels)
  [Dossier, in onze woorden] BCG schat 465.000 banen. [3]

In de bronnen
  «Szabó wil  toezicht.» [1]

Let op: menselijk toezicht
  [Dossier, in onze woorden] Mensen houden toezicht. [4]

Bronnen
  [1] De visie ontbreekt — Krant, 22 april 2025, onder "Wat nu?", alinea 4 — https://krant.example/1
  [2] GenAI in government — BCG, maart 2025, p. 12, alinea 9
  [3] Dossier: het BCG-rapport — Kanttekening, naar: BCG, GenAI, maart 2025, alinea 1
  [4] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    )


def test_page_is_cited_by_what_it_calls_itself() -> None:
    """A page stands under its own label, with its place in the file beside it; a label that is its number adds nothing."""
    found = {}
    for page in (1, 2, 3, 4, 9):
        labelled = replace(OWN, source=replace(REPORT, page_labels=("iv", "2", "", "A-1")), locator=Locator(page=page))
        shown = [render(answer(Statement(BCG, (labelled,)), language=language), DEBATE) for language in ("nl", "en")]
        cited = [next(block.text for block in blocks if block.kind is BlockKind.SOURCE) for blocks in shown]
        found[page] = [text.rpartition(", ")[2] for text in cited], _locator(labelled)["page_label"]
    assert found == {
        1: (["p. iv (blad 1)", "p. iv (sheet 1)"], "iv"),
        2: (["p. 2", "p. 2"], None),
        3: (["p. 3", "p. 3"], None),
        4: (["p. A-1 (blad 4)", "p. A-1 (sheet 4)"], "A-1"),
        9: (["p. 9", "p. 9"], None),
    }


def _locator(labelled: Quote) -> dict[str, object]:
    """Where a quote stands, as JSON has it."""
    nearest = answer_as_json(answer(nearest=(labelled,)), DEBATE)["nearest"]
    assert isinstance(nearest, list)
    return dict(nearest[0]["locator"])


@pytest.mark.parametrize(
    ("suspicion", "language", "mark"),
    [
        (Suspicion.MACHINE, "nl", "[Verdacht: in deze passage staat tekst die aan een machine gericht lijkt] "),
        (Suspicion.HIDDEN, "nl", "[Verdacht: in deze passage staan onzichtbare tekens] "),
        (Suspicion.MACHINE, "en", "[Suspicious: this passage holds text that seems to be addressed to a machine] "),
        (Suspicion.HIDDEN, "en", "[Suspicious: this passage holds invisible characters] "),
    ],
)
def test_suspicious_quote_stands_behind_a_mark(suspicion: Suspicion, language: Language, mark: str) -> None:
    """Wherever a suspicious quote is shown it is marked, and the JSON says why; another beside it is not marked."""
    own, ours = replace(OWN, suspicion=suspicion), replace(OURS, suspicion=suspicion)
    found = answer(Statement(BCG, (own, ours, REPORTED)), nearest=(own,), language=language)
    texts = [block.text for block in render(found, DEBATE) if block.kind in {BlockKind.QUOTE, BlockKind.NEAREST}]
    assert [text.count(mark) for text in texts] == [1, 1, 0, 1]
    assert [text.startswith(mark) for text in texts[:3]] == [True, True, False]
    plain = json.loads(json.dumps(answer_as_json(found, DEBATE)))
    shown = [*plain["statements"][0]["quotes"], *plain["nearest"], plain["caveat"]]
    assert [quote["suspicion"] for quote in shown] == [suspicion.value, suspicion.value, None, suspicion.value, None]


def test_invisible_characters_are_shown_by_name() -> None:
    """Nothing in a quote hides or steers a terminal; the JSON has it byte for byte, and what belongs or editors left stays."""
    text = "Toe\u200bzicht\u200b. \u202e \U000e0041\U000e0042 \x9b2J co\u00adde \u2764\ufe0f\u200d\U0001f525"
    found = answer(Statement(SZABO, (quote(text, COLUMN, SZABO),)))
    shown = "«Toe⟨U+200B⟩zicht\u200b. ⟨U+202E⟩ ⟨U+E0041 … U+E0042⟩ ⟨U+009B⟩2J co\u00adde \u2764\ufe0f\u200d\U0001f525» [1]"
    assert (BlockKind.QUOTE, shown) in [(block.kind, block.text) for block in render(found, DEBATE)]
    assert answer_as_json(found, DEBATE)["statements"][0]["quotes"][0]["text"] == text  # type: ignore[index]  # JSON


def test_refusal_as_text() -> None:
    """An answer that is none says so, and shows what comes closest under its voice, as just that."""
    refusal = answer(status=AnswerStatus.NOT_IN_SOURCES, reason="Dat niet.", message="Dat niet.", nearest=(REPORTED, OURS))
    assert (
        as_plain_text(refusal, DEBATE)
        == """\
Dat niet.

Dit komt er het dichtst bij, maar geeft geen antwoord
  Volgens Zsolt Szabó (zoals weergegeven in [1]): «Szabó wil  toezicht.» [1]
  Volgens Boston Consulting Group: [Dossier, in onze woorden] BCG schat 465.000 banen. [2]

Let op: menselijk toezicht
  [Dossier, in onze woorden] Mensen houden toezicht. [3]

Bronnen
  [1] De visie ontbreekt — Krant, 22 april 2025, onder "Wat nu?", alinea 4 — https://krant.example/1
  [2] Dossier: het BCG-rapport — Kanttekening, naar: BCG, GenAI, maart 2025, alinea 1
  [3] Dossier: de kanttekening — Kanttekening, alinea 2
Editie 3 · 23 november 2026"""
    )


def test_answer_in_english() -> None:
    """The frame follows the language of the answer, and quotes in another one say which."""
    found = answer(Statement(BCG, (OWN, OURS)), language="en")
    blocks = {block.kind: block.text for block in render(found, DEBATE)}
    assert blocks[BlockKind.HEADING] == "According to Boston Consulting Group"
    assert blocks[BlockKind.QUOTE] == "[Dossier, in our own words] BCG schat 465.000 banen. [2] (in Dutch)"
    assert blocks[BlockKind.CAVEAT_HEADING] == "Note: human oversight"
    assert blocks[BlockKind.EDITION] == "Edition 3 · 23 November 2026"
    assert Block(BlockKind.QUOTE, "«AI could\nfree 465,000 jobs.» [1]") in render(found, DEBATE)


def test_account_never_stands_between_quotation_marks() -> None:
    """What the dossier says in its own words is never shown as if a source had said it."""
    found = answer(Statement(BCG, (OURS,)), nearest=(OURS,))
    assert "«" not in as_plain_text(found, DEBATE)


@pytest.mark.parametrize(
    ("source", "heading"),
    [
        (replace(COLUMN, voice="szabo"), "Volgens Zsolt Szabó"),
        (replace(COLUMN, author="Zsolt Szabó"), "Volgens Zsolt Szabó"),
        (replace(COLUMN, publisher="Zsolt Szabó"), "Volgens Zsolt Szabó"),
        (replace(COLUMN, author=None), "Volgens Zsolt Szabó (zoals weergegeven in [1])"),
        (replace(COLUMN, voice="bcg"), "Volgens Zsolt Szabó (zoals weergegeven in [1])"),
    ],
)
def test_heading_says_through_whom_a_voice_speaks(source: Source, heading: str) -> None:
    """A voice whose words another reports stands under a heading that says so; one's own document does not."""
    found = answer(Statement(SZABO, (replace(REPORTED, source=source),)))
    assert render(found, DEBATE)[0] == Block(BlockKind.HEADING, heading)


def test_verbatim_caveat_stands_under_its_voice() -> None:
    """A caveat that a source states is quoted, behind the name of who is quoted."""
    found = answer(caveat=REPORTED)
    caveat = "Volgens Zsolt Szabó (zoals weergegeven in [1]): «Szabó wil  toezicht.» [1]"
    assert (BlockKind.CAVEAT, caveat) in [(block.kind, block.text) for block in render(found, DEBATE)]


@pytest.mark.parametrize("status", AnswerStatus)
def test_caveat_is_in_every_status(status: AnswerStatus) -> None:
    """Whatever became of the question, the caveat is in the blocks, in the text and in the JSON."""
    found = answer(status=status, message="Zo is het.", reason="Daarom.")
    assert [block.kind for block in render(found, DEBATE)].count(BlockKind.CAVEAT) == 1
    assert "\nLet op: menselijk toezicht\n  [Dossier, in onze woorden] Mensen houden toezicht. [1]\n" in as_plain_text(
        found, DEBATE
    )
    assert answer_as_json(found, DEBATE)["caveat"]
    assert Block(BlockKind.CAVEAT, "[Dossier, in onze woorden] Mensen houden toezicht. [1]") in render_sources(found, DEBATE)


def test_silent_voices_are_named() -> None:
    """Voices that say nothing about it are named: by the reason where they were asked about, else in a line of their own."""
    asked = answer(
        Statement(BCG, (OURS,)), status=AnswerStatus.PARTIAL, silent_voices=(SZABO,), reason="Over Szabó staat er niets."
    )
    assert Block(BlockKind.SILENT, "Over Szabó staat er niets.") in render(asked, DEBATE)
    listed = answer(Statement(BCG, (OURS,)), silent_voices=(SZABO, BCG))
    silent = "Hierover staat niets in de bronnen van: Zsolt Szabó en Boston Consulting Group."
    assert Block(BlockKind.SILENT, silent) in render(listed, DEBATE)


def test_completed_question_is_shown_and_cannot_steer_a_terminal() -> None:
    """A question that was completed is shown as read, first, without control and direction characters."""
    found = answer(read_as="Hoeveel\x1b[31m volgens\u202e BCG?")
    assert render(found, DEBATE)[0] == Block(BlockKind.READ_AS, "Gelezen als: Hoeveel [31m volgens  BCG?")
    assert BlockKind.READ_AS not in [block.kind for block in render(answer(), DEBATE)]


def test_title_cannot_steer_a_terminal() -> None:
    """What was said of a document when it was ingested is shown without control characters."""
    found = answer(Statement(SZABO, (replace(REPORTED, source=replace(COLUMN, title="De\x1b[2J visie", url=None)),)))
    citation = '[1] De [2J visie — Krant, 22 april 2025, onder "Wat nu?", alinea 4'
    assert Block(BlockKind.SOURCE, citation) in render(found, DEBATE)


def test_unavailable_answer_says_why() -> None:
    """An answer that could not be given holds the calm sentence and the reason."""
    sorry = answer(status=AnswerStatus.UNAVAILABLE, message="Nu niet.", reason="Te lang.")
    assert as_plain_text(sorry, DEBATE).startswith("Nu niet.\n\nTe lang.\n\nLet op: menselijk toezicht\n")


def test_generated_sentence_stands_above_its_quotes() -> None:
    """Where a model wrote a sentence, it stands between the heading and the quotes that it rests on."""
    found = answer(Statement(BCG, (OURS,), text="BCG noemt een aantal banen."))
    assert [block.kind for block in render(found, DEBATE)][:3] == [BlockKind.HEADING, BlockKind.SENTENCE, BlockKind.QUOTE]


def test_sources_in_full_say_what_they_rest_on() -> None:
    """The list of sources in full holds the note of each account, and ends with the caveat and the edition."""
    found = answer(Statement(BCG, (OURS,)))
    assert (
        blocks_as_text(render_sources(found, DEBATE))
        == """\
Bronnen
  [1] Dossier: het BCG-rapport — Kanttekening, naar: BCG, GenAI, maart 2025, alinea 1
      Niet gelezen.
  [2] Dossier: de kanttekening — Kanttekening, alinea 2

Let op: menselijk toezicht
  [Dossier, in onze woorden] Mensen houden toezicht. [2]
Editie 3 · 23 november 2026"""
    )


def test_positions_have_a_heading() -> None:
    """Positions on a topic are headed by the topic, those on the debate as a whole by nothing more."""
    assert positions_heading(answer(), "werk\x07") == Block(BlockKind.MESSAGE, "Wie zegt wat over: werk ")
    assert positions_heading(answer(language="en"), None) == Block(BlockKind.MESSAGE, "Who says what")


def test_whole_answer_as_json() -> None:
    """The JSON is schema 1 of docs/contract.md, with the message and what a source rests on added."""
    found = answer(
        Statement(BCG, (OURS,)),
        silent_voices=(SZABO,),
        nearest=(REPORTED,),
        notes=("Vos said more later.",),
        suggestions=("Wat vindt Vos?",),
    )
    caveat = {
        "text": "Mensen houden toezicht.",
        "source_id": "kanttekening",
        "start": 7,
        "end": 30,
        "locator": {"page": None, "page_label": None, "section": None, "paragraph": 2},
        "document_sha256": "ab12",
        "language": "nl",
        "voice_id": None,
        "oversight": True,
        "suspicion": None,
    }
    ours = {
        **caveat,
        "text": "BCG schat 465.000 banen.",
        "source_id": "bcg2025",
        "end": 31,
        "locator": {"page": None, "page_label": None, "section": "Hoeveel?", "paragraph": 1},
        "voice_id": "bcg",
        "oversight": False,
    }
    reported = {
        **caveat,
        "text": "Szabó wil  toezicht.",
        "source_id": "column-1",
        "end": 27,
        "locator": {"page": None, "page_label": None, "section": "Wat nu?", "paragraph": 4},
        "voice_id": "szabo",
        "oversight": False,
    }
    column = {
        "id": "column-1",
        "title": "De visie ontbreekt",
        "publisher": "Krant",
        "author": "Jo Maas",
        "published": "2025-04-22",
        "url": "https://krant.example/1",
        "kind": "column",
        "wording": "verbatim",
        "language": "nl",
    }
    ours_of = {
        "publisher": "Kanttekening",
        "author": None,
        "url": None,
        "kind": "dossier",
        "wording": "paraphrase",
        "language": "nl",
    }
    after = {"title": "GenAI", "publisher": "BCG", "author": None, "published": "2025-03", "kind": None}
    dossier = {**ours_of, "id": "bcg2025", "title": "Dossier: het BCG-rapport", "published": "2026-11-23"}
    assert answer_as_json(found, DEBATE) == {
        "schema": 1,
        "question": "Hoeveel?",
        "read_as": "Hoeveel?",
        "language": "nl",
        "status": "answered",
        "reason": None,
        "message": None,
        "mode": "extractive",
        "statements": [{"voice": {"id": "bcg", "name": "Boston Consulting Group"}, "text": None, "quotes": [ours]}],
        "silent_voices": [{"id": "szabo", "name": "Zsolt Szabó"}],
        "caveat": caveat,
        "nearest": [reported],
        "explanation": None,
        "notes": ["Vos said more later."],
        "suggestions": ["Wat vindt Vos?"],
        "sources": [
            {**dossier, "after": after, "basis": "column", "basis_note": "Niet gelezen."},
            column,
            {**ours_of, "id": "kanttekening", "title": "Dossier: de kanttekening", "published": None},
        ],
        "edition": {"number": 3, "published_at": "2026-11-23T12:00:00Z"},
        "text": as_plain_text(found, DEBATE),
    }


def test_bot_speaks_in_paragraphs_on_a_screen() -> None:
    """On a terminal too the bot's own paragraphs stay apart, and the lines of a document do not."""
    stream = Terminal()
    said = answer(Statement(BCG, (OWN,)), status=AnswerStatus.SMALLTALK, message="Hallo.\n\nVraag maar.\nDag.")
    Screen(stream).show(render(said, DEBATE)[:3])
    assert stream.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "") == (
        "Hallo.\n\nVraag maar.\nDag.\n\nVolgens Boston Consulting Group\n  «AI could free 465,000 jobs.» [1] (in het Engels)\n"
    )


def test_link_stands_apart_from_the_text_of_a_source() -> None:
    """A front end that can link has the title to tap, the address, and the place in it; a quotation its number."""
    found = render(answer(Statement(SZABO, (REPORTED,)), Statement(BCG, (OWN,))), DEBATE)
    place = "https://krant.example/1#:~:text=Szab%C3%B3%20wil%20toezicht."
    shown = [(block.text[slice(*block.linked)] if block.linked else None, block.link, block.deep_link) for block in found]
    assert [each for each in shown if any(each)] == [("[1]", None, place), ("De visie ontbreekt", "https://krant.example/1", place)]


def test_quote_that_is_cut_says_so_outside_its_marks() -> None:
    """What was left out of a quotation is no word of it, nor of our own account."""
    found = answer(Statement(SZABO, (REPORTED,)))
    texts = [block.text for block in render(found, DEBATE, {REPORTED, CAVEAT})]
    assert "«Szabó wil  toezicht.» […] [1]" in texts
    assert render_caveat(found, DEBATE, {CAVEAT})[1].text == "[Dossier, in onze woorden] Mensen houden toezicht. […] [2]"
