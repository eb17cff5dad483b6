"""What a model writes is read as sentences, whatever form it takes and however it is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drafts import MAX_CHARS, Draft, DraftReader

JSON = (
    '{"sentences": [{"text": "Het \\"kan\\" {zo}.", "cites": ["bk3f"]}, '
    '{"text": "En zo.", "cites": ["cc44", "bk3f"], "voice": "bcg"}]}'
)
TWO = [Draft('Het "kan" {zo}.', ("bk3f",)), Draft("En zo.", ("cc44", "bk3f"), "bcg")]


def read(text: str, size: int = 7) -> list[Draft]:
    """The sentences of a text that comes in pieces."""
    reader = DraftReader()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return [*(draft for piece in pieces for draft in reader.feed(piece)), *reader.close()]


@given(st.integers(1, 200))
def test_pieces_make_no_difference(size: int) -> None:
    """The sentences are the same in whatever pieces the words come."""
    assert read(JSON, size) == TWO


@pytest.mark.parametrize(
    ("text", "drafts"),
    [
        (f"```json\n{JSON}\n```", TWO),
        (f"Hier is het antwoord:\n\n{JSON}\nTot ziens!", [Draft("Hier is het antwoord:", ()), *TWO]),
        ('[{"zin": "Eén.", "keys": "bk3f"}]', [Draft("Eén.", ("bk3f",))]),
        ('{"text": "Met sleutel erin [bk3f].", "cites": []}', [Draft("Met sleutel erin.", ("bk3f",))]),
        ('{"sentences": [{"text": "Heel.", "cites": ["bk3f"]}, {"text": "Half', [Draft("Heel.", ("bk3f",))]),
        ('{"sentences": [{"text": "Kapot.", "cites": ["bk3f"]; ]}', [Draft("Kapot.", ("bk3f",))]),
        ('{"sentences": [{"text": 3, "cites": ["bk3f"]}, {"text": "Goed.", "cites": [1, "bk3f"]}]}', [Draft("Goed.", ("bk3f",))]),
        ("Eén zin. [bk3f]\nNog een [cc44]", [Draft("Eén zin.", ("bk3f",)), Draft("Nog een", ("cc44",))]),
        ("- Een lijst [bk3f].\n2. Genummerd [cc44].", [Draft("Een lijst", ("bk3f",)), Draft("Genummerd", ("cc44",))]),
        ("A eerst [bk3f, cc44] [dd55]. B dan [bk3f]", [Draft("A eerst", ("bk3f", "cc44", "dd55")), Draft("B dan", ("bk3f",))]),
        ("[bk3f] Vooraan.", [Draft("Vooraan.", ("bk3f",))]),
        ("Zonder sleutel.", [Draft("Zonder sleutel.", ())]),
        ("De AVG (bk3f) geldt [cc44].", [Draft("De AVG (bk3f) geldt", ("cc44",))]),
        ("", []),
        ("\n \n", []),
        ("{" * 10_000, []),
        ("[" * 50 + "]" * 50, [Draft("[" * 50 + "]" * 50, ())]),
    ],
)
def test_forms_that_models_choose(text: str, drafts: list[Draft]) -> None:
    """JSON, fenced or in talk, cut short or broken, lines, lists: what can be read is, and nothing else is made of it."""
    assert read(text) == drafts


def test_a_sentence_is_there_as_soon_as_it_is_complete() -> None:
    """Nobody waits for the second sentence to see the first."""
    reader = DraftReader()
    assert reader.feed('{"sentences": [{"text": "Eén.", "cites": ["bk3f"]') == []
    assert reader.feed("}") == [Draft("Eén.", ("bk3f",))]
    lines = DraftReader()
    assert lines.feed("Eén. [bk3f]") == []
    assert lines.feed("\nTw") == [Draft("Eén.", ("bk3f",))]


def test_a_model_that_does_not_end_is_not_read_for_ever() -> None:
    """What comes after the limit is not looked at."""
    reader = DraftReader()
    reader.feed("woord " * MAX_CHARS)
    assert reader.is_full
    assert reader.feed("\nNog een. [bk3f]") == []


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever a model writes gives sentences or none."""
    assert all(isinstance(draft, Draft) for draft in read(text))
