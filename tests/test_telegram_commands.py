"""What each command says and does, in both languages, and what is kept of people."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot_api import TooMany
from tests.bot_api.refusals import Json
from tests.meeting import Guest, Meeting, meeting
from tests.promised import caveat_in
from vectorstore.debate import Debate

QUESTION = "Wat vindt BCG van AI in de publieke sector?"
DUTCH = [
    "start", "vraag", "standpunten", "kaart", "tijdlijn", "cijfers", "bronnen", "nieuws", "nieuw", "help", "taal", "bewaar",
    "privacy", "mijngegevens", "verwijder", "over",
]  # fmt: skip
ENGLISH = [
    "start", "ask", "positions", "map", "timeline", "figures", "sources", "news", "new", "help", "language", "keep", "privacy",
    "mydata", "delete", "about",
]  # fmt: skip
ALONE = {"start", "bewaar", "keep", "mijngegevens", "mydata"}
TABLES = ("inbox", "conversations", "people", "answers")


@pytest.fixture(scope="module")
def running(dossier_home: Path, debate: Debate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meeting]:
    """One bot for all of these tests."""
    home = Path(shutil.copytree(dossier_home, tmp_path_factory.mktemp("bot") / "home"))
    with meeting(home, debate, organisation="Gemeente Zwammerlo", contact="ai@zwammerlo.example") as running:
        yield running


def kept_of(met: Meeting, guest: Guest) -> dict[str, int]:
    """How many rows there are of somebody."""
    found = {table: met.rows(f"select count(*) from {table} where person = ?", guest.person.id) for table in TABLES}  # noqa: S608  # our tables
    return {table: int(str(rows[0][0])) for table, rows in found.items()}


def export_of(met: Meeting, guest: Guest, command: str = "/mijngegevens") -> Json:
    """What somebody gets who asks for all that is kept."""
    message = met.exempt(guest.ask(command))
    assert message.document is not None
    assert message.document.name == "kanttekening.json"
    found: Json = json.loads(message.document.content)
    return found


@pytest.mark.parametrize(("language", "is_dutch"), [("nl", True), (None, True), ("nl-BE", True), ("fy", False), ("en", False)])
def test_start(met: Meeting, language: str | None, *, is_dutch: bool) -> None:
    """The first thing that anybody reads is that this is a computer program, in a language that they may know."""
    welcome = met.guest(language=language).ask("/start")
    dutch = "Hallo! Ik ben Kanttekening, een computerprogramma en geen mens."
    assert welcome.text.startswith(dutch if is_dutch else "Hello! I am Kanttekening, a computer program and not a human being.")
    questions = ["Wie vindt wat?", "Welke bronnen heb je?", "Wat is er nieuw?"]
    assert welcome.buttons == (questions if is_dutch else ["Who thinks what?", "What are your sources?", "What is new?"])


def test_start_buttons(met: Meeting) -> None:
    """Each brings what it says."""
    jan = met.guest()
    welcome = jan.ask("/start inline")
    jan.press(welcome, "Welke bronnen heb je?")
    assert "Ik antwoord uit 35 documenten:" in jan.chat.next().text
    jan.chat.next()
    jan.press(welcome, "Wat is er nieuw?")
    assert "is de eerste; alles is nieuw:" in jan.chat.next().text
    jan.chat.next()
    jan.press(welcome, "Wie vindt wat?")
    assert "Wie zegt wat\n\nVolgens " in jan.chat.next().text


@pytest.mark.parametrize(
    ("language", "names", "notice"),
    [("nl", DUTCH, "Ik ben een computerprogramma"), ("en", ENGLISH, "I am a computer program")],
)
def test_help(met: Meeting, language: str, names: list[str], notice: str) -> None:
    """It tells how to ask, that this is a program, and every command that there is."""
    told = met.guest(language=language).ask("/help").text
    assert [line.split(" – ")[0] for line in told.split("\n") if line.startswith("/")] == [f"/{name}" for name in names[1:]]
    assert notice in told


def test_privacy(met: Meeting) -> None:
    """It tells who, what, how long, and what one can do about it, with the number that is kept."""
    jan = met.guest()
    told = jan.ask("/privacy").text
    parts = ["Deze bot is van Gemeente Zwammerlo.", str(jan.person.id), "na 60 minuten", "30 dagen", "/mijngegevens", "/verwijder",
             "ai@zwammerlo.example", "Autoriteit Persoonsgegevens: autoriteitpersoonsgegevens.nl"]  # fmt: skip
    assert [part for part in parts if part not in told] == []
    assert "This bot is run by Gemeente Zwammerlo." in met.guest(language="en").ask("/privacy").text


def test_about(met: Meeting) -> None:
    """It tells what this is, how it works, and from which edition it answers."""
    told = met.guest().ask("/over").text
    assert told.startswith("Ik ben Kanttekening, een computerprogramma.")
    assert "Ik antwoord nu uit 35 documenten: editie 1 van " in told
    assert met.guest().ask("/about").text == told


def test_sources_and_news(met: Meeting) -> None:
    """Every document is listed once, over as many messages as that takes."""
    jan = met.guest()
    first, second = jan.ask("/bronnen"), jan.chat.next()
    listed = [
        line.split("] ")[1].split(" — ")[0]
        for each in (first, second)
        for line in each.text.partition("Let op: menselijk toezicht\n")[0].split("\n")
        if line.startswith("[") and "] Dossier: " in line
    ]
    assert sorted(listed) == sorted(met.texts())
    assert "Ik antwoord uit 35 documenten:" in first.text
    assert "is de eerste; alles is nieuw:" in jan.ask("/nieuws").text


def test_positions(met: Meeting) -> None:
    """On a topic each voice that speaks about it has a place; a topic on the next line is one as well."""
    jan = met.guest()
    told = jan.ask("/standpunten\nmenselijk toezicht").text
    assert "Wie zegt wat over: menselijk toezicht\n\nVolgens " in told
    assert jan.ask("/positions " + "x" * 3_000).text.split("\n")[0] != ""


@pytest.mark.parametrize("command", ["/vraag", "/ask", "/vraag   \n "])
def test_question_without_a_question(met: Meeting, command: str) -> None:
    """It asks what is wanted, and shows how."""
    assert met.guest().ask(command).text.startswith("Wat wil je vragen? Zet je vraag achter de opdracht")


def test_unknown_command(met: Meeting) -> None:
    """One that is not there is said to be unknown, and where to look."""
    assert met.guest().ask("/onzin nu").text.startswith("Die opdracht ken ik niet. /help laat zien")
    assert met.guest().ask("/VRAAG Wat vindt BCG?").text.startswith("Volgens Boston Consulting Group")


def test_language_that_is_typed(met: Meeting) -> None:
    """What was chosen is what is answered in, whatever the question or the app is in, until it follows the question again."""
    jan = met.guest()
    assert jan.ask("/taal en").text.startswith("From now on I answer in English.\n\nNote: human oversight")
    assert jan.ask(QUESTION).text.startswith("According to Boston Consulting Group")
    assert jan.ask("/language NL").text.startswith("Ik antwoord voortaan in het Nederlands.")
    assert jan.ask("What does BCG think of AI?").text.startswith("Volgens Boston Consulting Group")
    assert jan.ask("/taal auto").text.startswith("Ik antwoord voortaan in de taal van je vraag.")
    jan.ask("/nieuw")
    assert jan.ask("What does BCG think of AI?").text.startswith("According to Boston Consulting Group")


def test_language_by_button(met: Meeting) -> None:
    """Without a choice there are buttons, which are gone when one was pressed."""
    jan = met.guest()
    assert jan.ask("/taal klingon").text.startswith("In welke taal zal ik antwoorden?\n")
    asked = jan.ask("/taal")
    assert asked.buttons == ["Nederlands", "Engels", "De taal van de vraag"]
    jan.press(asked, "Engels")
    assert jan.chat.next().text.startswith("From now on I answer in English.")
    assert asked.buttons == []
    assert jan.ask("/help").text.startswith("Ask a question in plain words")


def test_language_of_somebody_else_is_theirs(met: Meeting) -> None:
    """In a group each is answered in their own."""
    jan, ann = met.guest(), met.guest("Ann")
    jan.ask("/taal en")
    group = met.api.supergroup("Samen", [jan.person, ann.person])
    assert Guest(jan.person, group).ask("/nieuw").text.startswith("We begin anew.")
    assert Guest(ann.person, group).ask("/nieuw").text.startswith("We beginnen opnieuw.")


def test_keeping(met: Meeting) -> None:
    """A conversation is forgotten when it is over unless somebody wants it kept, and again from when they do not."""
    jan = met.guest()
    assert jan.ask("/bewaar").text.startswith("Ik vergeet een gesprek zodra het voorbij is: na 60 minuten stilte, of met /nieuw.")
    assert jan.ask("/bewaar aan").text.startswith("Ik bewaar je gesprekken nu 30 dagen.")
    jan.ask(QUESTION)
    assert jan.ask("/nieuw").text.startswith("We beginnen opnieuw. Wat we hiervoor zeiden, bewaar ik nog")
    assert [each["question"] for each in export_of(met, jan)["answers"]] == [QUESTION]
    assert jan.ask("/bewaar").text.startswith("Ik bewaar je gesprekken nu 30 dagen. Typ /bewaar uit")
    assert jan.ask("/keep off").text.startswith("Ik vergeet een gesprek weer zodra het voorbij is.")
    assert [each["question"] for each in export_of(met, jan)["answers"]] == [None]


def test_export(met: Meeting) -> None:
    """It holds what was asked and chosen, and nothing of anybody else."""
    jan, ann = met.guest(), met.guest("Ann")
    ann.ask("Wat wil de Autoriteit Persoonsgegevens?")
    jan.ask("/taal nl")
    jan.ask(QUESTION)
    jan.ask("En hoeveel geld?")
    data = export_of(met, jan, "/mydata")
    assert (data["person"], data["language"], data["keeps_questions"]) == (jan.person.id, "nl", False)
    assert [each["question"] for each in data["answers"]] == [QUESTION, "Hoeveel geld volgens Boston Consulting Group?"]
    (conversation,) = data["conversations"]
    assert QUESTION in json.dumps(conversation, ensure_ascii=False)
    assert "Autoriteit Persoonsgegevens" not in json.dumps(data, ensure_ascii=False)
    assert "Je nummer in Telegram is" in jan.chat.sent[-1].text


def test_erasure(met: Meeting) -> None:
    """After a yes there is nothing left, in any chat; then the bot knows nobody, and answers all the same."""
    jan = met.guest()
    there = Guest(jan.person, met.api.supergroup("Beleid", [jan.person]))
    jan.ask("/taal en")
    jan.ask(QUESTION)
    there.ask(f"/vraag {QUESTION}")
    asked = jan.ask("/delete")
    there.ask("/new")  # what was asked before this is remembered by now
    assert kept_of(met, jan) | {"inbox": 0} == {"inbox": 0, "conversations": 1, "people": 1, "answers": 2}
    jan.press(asked, "Yes, erase everything")
    assert jan.chat.next().text.startswith("All that I kept of you is erased.")
    assert asked.buttons == []
    assert jan.ask(QUESTION).text.startswith("Volgens Boston Consulting Group")


def test_erasure_leaves_nothing(met: Meeting) -> None:
    """Not even that somebody was here: neither a row nor a choice."""
    jan = met.guest()
    jan.ask("/bewaar aan")
    jan.ask(QUESTION)
    jan.press(jan.ask("/verwijder"), "Ja, wis alles")
    jan.chat.next()
    late = jan.press_data(jan.chat.sent[1], "u:x:useful")  # comes after what was done for the yes
    assert late.is_alert
    assert kept_of(met, jan) | {"inbox": 0} == dict.fromkeys(TABLES, 0)


def test_erasure_that_is_not_wanted(met: Meeting) -> None:
    """After a no all is as it was."""
    jan = met.guest()
    jan.ask(QUESTION)
    asked = jan.ask("/verwijder")
    jan.press(asked, "Nee, laat staan")
    assert jan.chat.next().text.startswith("Ik heb niets gewist.")
    assert asked.buttons == []
    assert jan.ask("En hoeveel geld?").text.startswith("Gelezen als: Hoeveel geld volgens Boston Consulting Group?")


def test_erasure_while_a_question_waits(met: Meeting) -> None:
    """What waits to be answered in another chat may still be said, and nothing of it is remembered."""
    jan = met.guest()
    group = met.api.supergroup("Traag", [jan.person])
    is_slow = True
    met.api.policy = lambda call: TooMany(1) if is_slow and call.parameters.get("chat_id") == group.id else None
    group.say(jan.person, f"/vraag {QUESTION}")
    met.api.wait(lambda: any(call.fault for call in met.api.calls))
    jan.press(jan.ask("/verwijder"), "Ja, wis alles")
    jan.chat.next()
    is_slow = False
    assert group.next().text.startswith("Volgens Boston Consulting Group")
    Guest(met.guest("Ann").person, group).ask("/nieuw")  # comes after what was remembered of the answer
    assert kept_of(met, jan) == dict.fromkeys(TABLES, 0)
    met.api.policy = None


def test_menu(met: Meeting) -> None:
    """Commands are published for Dutch, English and everybody else; in groups without those for one alone."""
    published = {scope: [each["command"] for each in listed] for scope, listed in met.api.commands.items()}
    in_groups = {language: [name for name in names if name not in ALONE] for language, names in (("nl", DUTCH), ("en", ENGLISH))}
    expected = {
        (scope, language): (DUTCH if language != "en" else ENGLISH) if scope == "all_private_chats" else in_groups[language or "nl"]
        for scope in ("all_private_chats", "all_group_chats", "default")
        for language in ("", "nl", "en")
    }
    assert published == expected


def test_descriptions(met: Meeting) -> None:
    """Before a word is said it is told that this is a program, in each language; the debate is named."""
    assert {language for _, language in met.api.profile} == {"", "nl", "en"}
    for (_, language), text in met.api.profile.items():
        assert ("omputer program" in text) if language == "en" else ("omputerprogramma" in text)
        assert "AI in" in text


def test_caveat_has_its_source(met: Meeting) -> None:
    """What the bot says of itself has the caveat and the document that it stands in, and no more than that below it."""
    for words in ("/taal", "/bewaar", "/nieuw", "/onzin", "hoi"):
        message = met.guest().ask(words)
        caveat = caveat_in(message, met.debate)
        assert caveat
        assert message.text.endswith(message.text.split("\n")[-1])
        assert message.text.split(caveat)[1].startswith("\n[1] Dossier: ")


@pytest.mark.parametrize(
    ("command", "name", "title"),
    [
        ("/kaart", "positions.png", "Wie zegt wat"),
        ("/kaart menselijk toezicht", "positions.png", "Wie zegt wat over: menselijk toezicht"),
        ("/tijdlijn", "timeline.png", "Het debat in de tijd"),
        ("/map", "positions.png", "Who says what"),
        ("/cijfers banen", "figures.png", "Cijfers over: banen"),
    ],
)
def test_pictures(met: Meeting, command: str, name: str, title: str) -> None:
    """A picture has its title and the caveat under it; the message after it says in words what it shows, and has the caveat."""
    guest = met.guest("Ann", "en") if command == "/map" else met.guest()
    picture = guest.ask(command)
    words = guest.chat.next()
    assert picture.photo is not None
    assert (picture.photo.name, picture.photo_size[0], picture.marked("bold")[0]) == (name, 1080, title)
    assert caveat_in(picture, met.debate)
    assert caveat_in(words, met.debate)
    assert title in words.marked("expandable_blockquote")[0]
