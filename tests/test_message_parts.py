"""However a text is written and however long it is: its messages fit, each has its caveat, and nothing is lost or cut in two."""

import os
from dataclasses import replace
from itertools import accumulate

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.blocks import HEADINGS, Block, BlockKind
from bot.rendering import render_caveat
from bot.shortening import clipped, cut_at, shortened, utf16_units
from bot.telegram_app.caveats import with_short_caveat
from bot.telegram_app.layout import Part, as_shown
from bot.telegram_app.messages import caption, message_parts
from bot.telegram_app.splitting import cut
from tests.seen import covered
from tests.test_rendering import CAVEAT, DEBATE, REPORTED, answer
from vectorstore.settings import PREFIX

PIECES = (
    "woord ", "Een zin. ", "\n", "\n\n", " \t ", "x", "😀", "👩‍👩‍👧‍👦", "❤️‍🔥", "🇳🇱", "🇧🇪🇪🇺", "👍🏽",
    "é", "e\u0301\u0323", "z\u0300\u0301\u0302", " \u0301",
    "שלום ", "مرحبا\u200f ", "\u202b", "한국", "각", "\u1112\u1161\u11ab", "क्षि", "ก็", "没有空格", "\r\n", "«", "»",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)  # fmt: skip
FLAGS = {"🇳🇱": 60, "🇧🇪🇪🇺": 60}  # how often at most: `regex` takes quadratic time for a run of them
TEXT = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from((1, 1, 2, 40, 700))), min_size=1, max_size=8).map(
    lambda runs: "".join(piece * min(times, FLAGS.get(piece, times)) for piece, times in runs)[:5_000]
)
KINDS = [kind for kind in BlockKind if "caveat" not in kind.value and "suggestion" not in kind.value]
_IS_SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))
PATIENT = settings(max_examples=20_000 if _IS_SOAK else 300, deadline=None, derandomize=not _IS_SOAK)
SHORT = settings(PATIENT, max_examples=5_000 if _IS_SOAK else 150)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """A block of any kind, with a link somewhere in it or none."""
    text = draw(TEXT)
    kind = draw(st.sampled_from(KINDS))
    if not draw(st.booleans()):
        return Block(kind, text)
    ends = sorted(whole_graphemes(text))
    start = draw(st.integers(0, len(ends) - 2))
    return Block(kind, text, None, "https://a.example/", (ends[start], ends[min(start + 3, len(ends) - 1)]))


def whole_graphemes(text: str) -> set[int]:
    """Where a text may be cut."""
    return {0, *accumulate(map(len, regex.findall(r"\X", text)))}


def graphemes(text: str) -> list[str]:
    """What a reader sees as characters, but for white space, which Telegram takes away at the ends of a message."""
    return [seen for each in regex.findall(r"\X", text) if (seen := each.strip())]


def told(parts: list[Part], closing: str, headings: list[str]) -> list[str]:
    """The characters of messages, without number, caveat and the marks of what goes on."""
    found = []
    for number, part in enumerate(parts, 1):
        text = part.text.removesuffix(closing).rstrip().removesuffix("(gaat verder in het volgende bericht)")
        if len(parts) > 1:
            text = text.removeprefix(f"{number}/{len(parts)}\n").removeprefix("\n")
            again = (f"{heading} (vervolg)" for heading in headings)
            text = text.removeprefix(next(filter(text.startswith, again), "(vervolg)"))
        found += graphemes(text)
    return found


CAVEATS = ("Toezicht.", *("Mensen 👩‍👩‍👧 houden e\u0301 toezicht. " * times for times in (1, 10, 200, 5_000)))


@PATIENT
@example([Block(BlockKind.QUOTE, "x" * 30_000)], CAVEATS[0])
@example([Block(BlockKind.QUOTE, "👩‍👩‍👧‍👦" * 4_000)], CAVEATS[-1])
@example([Block(BlockKind.MESSAGE, "\n" * 30_000 + "x")], CAVEATS[0])
@example([Block(BlockKind.HEADING, "kop " * 2_000), Block(BlockKind.QUOTE, "x")], CAVEATS[-1])
@example([Block(BlockKind.SOURCE, "x", "urn:" + "y" * 9_000)], CAVEATS[1])
@example([Block(BlockKind.QUOTE, "«x» [1]", None, "https://a.example", (4, 7))] * 120, CAVEATS[1])
@given(st.lists(blocks(), min_size=1, max_size=5), st.sampled_from(CAVEATS))
def test_every_message_fits_and_nothing_is_lost(given_blocks: list[Block], text: str) -> None:
    """Within Telegram's limits, the caveat whole at the end of each part, entities on whole characters, all text, in order."""
    short, was_cut = with_short_caveat(answer(caveat=replace(CAVEAT, text=text, end=CAVEAT.start + len(text))), DEBATE)
    caveat = render_caveat(short, DEBATE, was_cut)
    closing = "\n".join(block.text for block in caveat)
    parts = message_parts(given_blocks, caveat)
    for part in parts:
        check(part, closing)
    shown = [block.with_link if not block.deep_link else block.text for block in given_blocks]
    headings = [as_shown(block).text.strip() for block in given_blocks if block.kind in HEADINGS]
    assert told(parts, closing, headings) == [each for text in shown for each in graphemes(text)]


def check(part: Part, closing: str) -> None:
    """What every message keeps."""
    units = utf16_units(part.text)
    assert 0 < len(part.text) <= 4_000
    assert units <= 4_096
    assert part.text == part.text.strip()
    assert part.text.endswith(closing)
    assert len(part.entities) <= 100
    starts = whole_graphemes(part.text)
    points = [points_of(part, entity) for entity in part.entities]
    assert all(0 <= entity.offset < entity.offset + entity.length <= units for entity in part.entities)
    assert {end for entity in points for end in (entity.offset, entity.offset + entity.length)} <= starts
    adjusted = MessageEntity.adjust_message_entities_to_utf_16(part.text, points)
    assert [(each.offset, each.length) for each in adjusted] == [(each.offset, each.length) for each in part.entities]
    ends = [regex.findall(r"\X", covered(part, entity)) for entity in part.entities]
    assert not [each for each in ends if each[0].isspace() or each[-1].isspace()]
    kinds = {entity.type for entity in part.entities if covered(part, entity) == closing.partition("\n")[2]}
    assert kinds >= {MessageEntity.BLOCKQUOTE}


def points_of(part: Part, entity: MessageEntity) -> MessageEntity:
    """An entity in code points; UnicodeDecodeError where it begins or ends inside a character."""
    start = len(part.text.encode("utf-16-le")[: 2 * entity.offset].decode("utf-16-le"))
    return MessageEntity(entity.type, start, len(covered(part, entity)), entity.url)


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("een twee", 100, "een twee"),
        ("een twee", 8, "een twee"),
        ("een twee", 7, "een "),
        ("een   twee", 8, "een   "),
        ("e tweedrievier", 10, "e tweedrie"),
        ("aanee\u0301\u0323x", 5, "aane"),
        ("😀😀😀", 5, "😀😀"),
        ("👩‍👩‍👧👩‍👩‍👧", 15, "👩‍👩‍👧"),
        ("🇳🇱🇧🇪", 7, "🇳🇱"),
        ("a\r\nb", 2, "a"),
        ("e\u0301\u0301\u0301", 2, "e\u0301"),
        ("😀", 1, ""),
        ("", 3, ""),
        ("x", 0, ""),
        ("x", -5, ""),
    ],
)
def test_text_is_cut_where_it_may_be(text: str, room: int, expected: str) -> None:
    """At a space in the second half, else between characters as they are seen, else, where one has no room, inside it."""
    assert text[: cut_at(text, room)] == expected


@SHORT
@given(TEXT, st.integers(1, 2_000))
def test_excerpt_is_an_exact_span(text: str, points: int) -> None:
    """A shortened quote is still the text of its document from start to end, of no more than so many code points."""
    quote = replace(REPORTED, text=text, start=3, end=3 + len(text))
    excerpt = shortened(quote, points)
    assert ("abc" + text)[excerpt.start : excerpt.end] == excerpt.text
    assert excerpt == quote if len(text) <= points else 0 < len(excerpt.text) <= points
    assert replace(excerpt, text=quote.text, end=quote.end) == quote


@SHORT
@given(st.lists(blocks(), max_size=3), TEXT)
def test_every_caption_fits_with_its_caveat(given_blocks: list[Block], caveat: str) -> None:
    """Below a picture too the caveat stands, whatever else there is to say and however long it is."""
    text = f"Toezicht. {caveat}"
    part = caption(given_blocks, answer(caveat=replace(CAVEAT, text=text, end=CAVEAT.start + len(text))), DEBATE)
    assert utf16_units(part.text) <= 1_024
    assert "\nLet op: menselijk toezicht\n[Dossier, in onze woorden] Toezicht." in f"\n{part.text}"
    assert part.text.removesuffix("\n[1] Dossier: de kanttekening — Kanttekening, alinea 2").endswith(" [1]")


@given(st.integers(0, 10), st.integers(0, 5), st.integers(0, 5))
def test_cut_block_keeps_its_link(at: int, start: int, length: int) -> None:
    """Both pieces of a block that is cut link what they hold of the words that the whole links."""
    whole = Block(BlockKind.QUOTE, "abcdefghij", None, "https://a.example", (start, start + length + 1))
    pieces = cut(whole, at)
    assert "".join(piece.text for piece in pieces) == whole.text
    linked = ["" if piece.linked is None else piece.text[slice(*piece.linked)] for piece in pieces]
    assert "".join(linked) == whole.text[start : start + length + 1]


def test_list_goes_on_under_its_heading() -> None:
    """A heading never stands alone at the end of a message, and is said again above what goes on in the next."""
    heading = Block(BlockKind.HEADING, "Volgens BCG")
    quotes = [Block(BlockKind.QUOTE, f"{number} " + "woord " * 500) for number in range(2)]
    opening = Block(BlockKind.MESSAGE, "m" * 3_000)
    caveat = [Block(BlockKind.CAVEAT_HEADING, "Let op"), Block(BlockKind.CAVEAT, "Toezicht.")]
    texts = [part.text.splitlines() for part in message_parts([opening, heading, *quotes], caveat)]
    assert [[line[:30] for line in lines if line] for lines in texts] == [
        ["1/3", "m" * 30, "Let op", "Toezicht."],
        ["2/3", "Volgens BCG", "0 woord woord woord woord woor", "Let op", "Toezicht."],
        ["3/3", "Volgens BCG (vervolg)", "1 woord woord woord woord woor", "Let op", "Toezicht."],
    ]


def test_block_that_is_cut_begins_where_there_is_room() -> None:
    """What takes more than a message does not begin in the last lines of one."""
    blocks = [Block(BlockKind.MESSAGE, "m" * 3_600), Block(BlockKind.QUOTE, "q" * 5_000)]
    caveat = [Block(BlockKind.CAVEAT, "Toezicht.")]
    assert [("m" in part.text, "qq" in part.text) for part in message_parts(blocks, caveat)] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_clipped_words_end_in_an_ellipsis() -> None:
    """Our own words fit a row of a list, cut at a space."""
    assert [clipped("een twee drie", points) for points in (13, 12, 5)] == ["een twee drie", "een twee…", "een…"]
