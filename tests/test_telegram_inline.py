"""Cards while somebody types in another chat: the best quotations, each with its source and the caveat."""

import pytest

from tests.bot_api import InlineQuery, Message, Person
from tests.bot_api.refusals import Json
from tests.meeting import Meeting
from tests.promised import broken_promises, words_of

QUESTION = "Hoeveel vacatures verwacht BCG in 2033?"
HEADINGS = {"nl": "Let op: menselijk toezicht", "en": "Note: human oversight"}


def answered(met: Meeting, query: InlineQuery) -> list[Json]:
    """The cards for a query, when they have come; each is what was promised of a message, whoever it is sent to."""
    met.api.wait(lambda: query.results is not None)
    cards = query.results or []
    for card in cards:
        assert broken_promises(as_message(met, query.by, card), met.texts(), met.debate) == []
    return cards


def as_message(met: Meeting, person: Person, card: Json) -> Message:
    """What others get to read when a card is chosen."""
    content = card["input_message_content"]
    return Message(met.api.private(person), 1, 0, None, text=content["message_text"], entities=content.get("entities", []))


def typed(met: Meeting, text: str, language: str = "nl") -> list[Json]:
    """The cards that somebody new gets."""
    return answered(met, met.api.person("Jan", language=language).inline(text))


def test_cards(met: Meeting) -> None:
    """Each card names a voice, quotes, and has the caveat in sight; what is sent has it whole, with the sources."""
    cards = typed(met, QUESTION)
    assert 1 <= len(cards) <= 6
    first = as_message(met, met.api.person("Ann"), cards[0])
    quoted = words_of(first.marked("blockquote")[0])
    assert "425.000" in quoted
    assert cards[0]["title"] == "Boston Consulting Group"
    for card in cards:
        text = card["input_message_content"]["message_text"]
        assert HEADINGS["nl"] in card["description"]
        assert len(card["description"]) <= 120
        assert ("\nBronnen\n[1] " in text, "\nEditie 1 · " in text) == (True, True)
        assert card["input_message_content"]["link_preview_options"] == {"is_disabled": True}


def test_english_cards(met: Meeting) -> None:
    """They are in the language of the question."""
    cards = typed(met, "What does BCG expect of vacancies?", "en")
    assert all(HEADINGS["en"] in card["description"] for card in cards)


def test_nothing_found(met: Meeting) -> None:
    """What the sources do not say is a card that says so, with the caveat."""
    (card,) = typed(met, "Wat zegt de FNV?")
    assert card["title"] == "FNV komt in mijn bronnen niet aan het woord."
    assert HEADINGS["nl"] in card["description"]


@pytest.mark.parametrize("text", ["", "   ", "ai", "\u200b\u2063\u200b\u2063"])
def test_too_little_to_look_for(met: Meeting, text: str) -> None:
    """Under three characters, or without anything to be seen, there are no cards; the button to the bot is there."""
    query = met.api.person("Jan").inline(text)
    assert answered(met, query) == []
    assert query.parameters["button"] == {"text": "Stel je vraag aan de bot", "start_parameter": "inline"}


def test_only_the_last_of_many_keys(met: Meeting) -> None:
    """While somebody types on nothing is looked for; others are not kept waiting by it."""
    jan, ann = met.api.person("Jan"), met.api.person("Ann")
    with met.api.changed:
        queries = [jan.inline(QUESTION[: length + 20]) for length in range(8)]
        other = ann.inline(QUESTION)
    assert answered(met, queries[-1])
    assert answered(met, other)
    assert [query.results for query in queries[:-1]] == [None] * 7


def test_long_query(met: Meeting) -> None:
    """As long as Telegram lets it be."""
    assert typed(met, "Wat vindt BCG van AI? " * 12)


def test_nothing_is_kept(met: Meeting) -> None:
    """Neither what was typed nor who typed it; the answer may be kept by Telegram for a minute, for whoever types the same."""
    jan = met.api.person("Jan")
    query = jan.inline(QUESTION)
    cards = answered(met, query)
    jan.choose(query, 0)
    assert cards
    for table in ("inbox", "people", "conversations", "answers"):
        assert met.rows(f"select * from {table} where person = ?", jan.id) == []  # noqa: S608  # our tables
    assert (str(query.parameters["cache_time"]), query.parameters.get("is_personal", False)) == ("60", False)


def test_query_that_telegram_gave_up_waiting_for(met: Meeting) -> None:
    """It is let go, and the next is answered."""
    jan = met.api.person("Jan")
    before = len(met.api.refused())
    with met.api.changed:
        jan.inline(QUESTION).expire()
    met.api.wait(lambda: len(met.api.refused()) > before)
    assert answered(met, jan.inline(QUESTION))
    assert [call.partition("(")[0] for call in met.refused()] == ["answerInlineQuery"]
