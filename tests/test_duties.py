"""What people are told of the bot in Telegram: in an empty chat, in the profile, and on /privacy and /over."""

import re

import pytest

from bot.duties import MAX_DESCRIPTION, MAX_SHORT_DESCRIPTION, about, bot_description, bot_short_description, privacy
from bot.fitting import cut, fitted
from bot.settings import load_front_settings
from bot.texts import texts
from tests.command import run
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.version import VERSION

LANGUAGES: tuple[Language, ...] = ("nl", "en")
LONG = Debate("de brug over de rivier " * 60, (), "kosten")
PERSON = 123_456_789_012
MAX_PRIVACY = 1_600
PROGRAM = {"nl": "computerprogramma", "en": "computer program"}


def said_of(debate: Debate, language: Language) -> list[str]:
    """Everything that is told, with nothing set and with everything set."""
    front = load_front_settings(organisation="Gemeente Elzendorp", contact="debat@elzendorp.example")
    return [
        bot_description(front, debate, language),
        bot_short_description(debate, language),
        privacy(front, debate, language, PERSON),
        privacy(load_front_settings(), debate, language, PERSON),
        about(debate, language, number=3, published_at="2026-11-25T10:00:00Z", documents=41),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_profile_fits_and_says_what_it_is(debate: Debate, language: Language) -> None:
    """Both descriptions say that this is a program, and of which debate; Telegram takes them, however long the title."""
    front = load_front_settings()
    for each in (debate, LONG):
        described, short = bot_description(front, each, language), bot_short_description(each, language)
        assert (len(described) <= MAX_DESCRIPTION, len(short) <= MAX_SHORT_DESCRIPTION) == (True, True)
        assert PROGRAM[language] in described
        assert PROGRAM[language] in short.lower()
        assert each.titled(language)[:20] in described
        assert each.titled(language)[:20] in short
        assert ("60 min" in described, "/privacy" in described) == (True, True)  # the title gave way, and not these


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_filled_in_and_short(debate: Debate, language: Language) -> None:
    """No blank is left open, and nothing is longer than people read."""
    for text in said_of(debate, language):
        assert not re.search(r"[{}]", text)
        assert len(text) <= MAX_PRIVACY
        assert text == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_says_who_what_how_long_and_which_rights(debate: Debate, language: Language) -> None:
    """The organisation, the person's own number, both periods, the rights, Telegram's own copy, the contact and the authority."""
    front = load_front_settings(
        organisation="Gemeente Elzendorp", contact="debat@elzendorp.example", silence_minutes=45, retention_days=12
    )
    text = privacy(front, debate, language, PERSON)
    commands = {"nl": ["/bewaar", "/bewaar", "/mijngegevens", "/verwijder"], "en": ["/keep", "/keep", "/mydata", "/delete"]}[
        language
    ]
    assert re.findall(r"(?<!\S)/[a-z]+", text) == commands
    days = {"nl": "dagen", "en": "days"}[language]
    needed = ("Gemeente Elzendorp", str(PERSON), "45 min", f"12 {days}", "debat@elzendorp.example", "Autoriteit Persoonsgegevens")
    assert [each for each in needed if each not in text] == []
    assert "end-to-end" in text.replace("eind-tot-eind", "end-to-end")


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_does_not_hide_that_nobody_is_named(debate: Debate, language: Language) -> None:
    """Without an organisation or a contact it says so, and keeps everything else."""
    say = texts(language, debate)
    named = privacy(load_front_settings(organisation="X", contact="Y"), debate, language, PERSON).split("\n\n")
    nobody = privacy(load_front_settings(), debate, language, PERSON).split("\n\n")
    assert nobody[0] == say.say("privacy_who_unknown")
    assert nobody[-1].startswith(say.say("privacy_questions_unknown"))
    assert nobody[1:-1] == named[1:-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_says_version_edition_and_licence(debate: Debate, language: Language) -> None:
    """Which program answers, from what; where the code is, if the debate names it."""
    text = said_of(debate, language)[-1]
    date = {"nl": "25 november 2026", "en": "25 November 2026"}[language]
    assert [each for each in (VERSION, "EUPL-1.2", date, " 41 ", " 3 ", "/privacy") if each not in text] == []
    elsewhere = Debate("de brug", (), "kosten", register={"publiccode": "https://example.org/code"})
    assert about(elsewhere, language, number=3, published_at="2026-11-25", documents=1).endswith("https://example.org/code")


def test_cut_text_says_so() -> None:
    """Text that fits is left alone; other text is cut between words where it can be, and ends in three dots."""
    assert [cut("een twee drie", most) for most in (13, 12, 5, 4, 2, 1)] == [
        "een twee drie",
        "een twee…",
        "een…",
        "een…",
        "e…",
        "…",
    ]
    assert fitted("x {title} y".format, "een twee", 9) == "x een… y"
    assert fitted("x {title} yyyyyy".format, "een twee", 6) == "x…"


def test_terminal_says_that_it_is_a_program(debate: Debate) -> None:
    """`--help` says so, and a conversation before anything is asked: in both languages, as nobody has chosen one yet."""
    assert "is a computer program" in run("--help").stdout
    dutch, english = (texts(language, debate).say("notice") for language in LANGUAGES)
    assert "computerprogramma, niet met een mens" in dutch
    assert run("chat", stdin="").stdout.startswith(f"{dutch}\n\n{english}\n\n")
    assert run("chat", "--language", "en", stdin="").stdout.startswith(f"{english}\n\nAsk a question")
