"""What goes wrong between the bot and Telegram, with the real program: nothing is lost, and nobody is kept by another's trouble."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from telegram.error import Conflict, NetworkError

from bot.telegram_app.watch import Conflicts
from tests.bot_api import BadGateway, BotApi, Drop, Error, Fault, Forbidden, Hang, TooMany
from tests.bot_api.program import start_bot
from tests.bot_api.updates import KINDS
from tests.meeting import Meeting
from vectorstore.debate import Debate

QUESTION, FOLLOW_UP = "Wat vindt BCG van AI in de publieke sector?", "En hoeveel geld?"
READ_AS = "Gelezen als: Hoeveel geld volgens Boston Consulting Group?\n"
ABOUT = "Ik ben Kanttekening, een computerprogramma."
"""How /over begins."""
LONG = "/standpunten"
QUICK = '{"read_seconds": 3}'
UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"


@pytest.fixture(scope="module")
def running(dossier_home: Path, debate: Debate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meeting]:
    """One bot for all tests that it outlives."""
    home = Path(shutil.copytree(dossier_home, tmp_path_factory.mktemp("bot") / "home"))
    with BotApi() as api, start_bot(api, home, patience=QUICK) as bot:
        yield Meeting(api, bot, home, debate)


@pytest.fixture
def met(running: Meeting) -> Iterator[Meeting]:
    """The bot, and afterwards a look at all that it said in a test."""
    running.api.policy = None
    yield running
    running.check()
    assert running.bot.is_running


def test_a_chat_that_must_wait_keeps_no_other(met: Meeting) -> None:
    """While Telegram tells the bot to wait an hour in one chat, others get their answer; who has to wait less gets it once."""
    jan, piet, kees = met.guest(), met.guest("Piet"), met.guest("Kees")
    faults: dict[int, Fault] = {jan.person.id: TooMany(1), kees.person.id: TooMany(3_600)}
    met.api.policy = lambda call: faults.pop(call.parameters["chat_id"], None) if call.method == "sendMessage" else None
    for waits in (kees, jan):
        waits.chat.say(waits.person, QUESTION)
    met.api.wait(lambda: not faults)
    assert piet.ask(QUESTION).text == jan.chat.next().text
    jan.ask("/over")
    assert [len(each.chat.sent) for each in (jan, piet, kees)] == [2, 1, 0]


@pytest.mark.parametrize("fault", [BadGateway(), Hang(), Drop(), Error(500, "Internal Server Error")], ids=repr)
def test_what_did_not_arrive_is_sent_again(met: Meeting, fault: Fault) -> None:
    """Whatever kept it, the answer comes, and comes once."""
    jan = met.guest()
    met.api.fail(fault, "sendMessage")
    jan.ask(QUESTION)
    jan.ask("/over")
    assert [message.text.startswith(ABOUT) for message in jan.chat.sent] == [False, True]


@pytest.mark.parametrize("fault", [BadGateway(processed=True), Hang(processed=True), Drop(processed=True)], ids=repr)
def test_what_arrived_without_our_knowing_comes_twice_at_most(met: Meeting, fault: Fault) -> None:
    """Twice is better than never; the next answer comes once."""
    jan = met.guest()
    met.api.fail(fault, "sendMessage")
    text = jan.ask(QUESTION).text
    jan.chat.say(jan.person, "/over")
    met.api.wait(lambda: jan.chat.sent[-1].text.startswith(ABOUT))
    assert [message.text for message in jan.chat.sent[:-1]] in ([text], [text, text])


@pytest.mark.parametrize("fault", [Forbidden(), Error(400, "Bad Request: chat not found")], ids=repr)
def test_who_is_gone_is_forgotten(met: Meeting, fault: Fault) -> None:
    """Where nobody will read an answer, nothing is kept of who asked, and the bot goes on."""
    jan = met.guest()
    jan.ask(QUESTION)
    jan.ask("/taal nl")
    met.api.fail(fault, "sendMessage")
    jan.chat.say(jan.person, "Wat vindt TNO?")
    met.api.wait(lambda: met.api.calls[-1].fault or any(call.fault is fault for call in met.api.calls))
    assert jan.ask(FOLLOW_UP).text.startswith("Gelezen als") is False
    assert met.rows("SELECT language FROM people WHERE person = ?", jan.person.id) in ([], [(None,)])


def test_who_blocks_the_bot_is_forgotten(met: Meeting) -> None:
    """When Telegram tells of it, without anything having to be sent."""
    jan = met.guest()
    jan.ask(QUESTION)
    jan.chat.block()
    jan.chat.unblock()
    assert not jan.ask(FOLLOW_UP).text.startswith("Gelezen als")


def test_a_topic_that_is_gone(met: Meeting) -> None:
    """The answer goes to the group without it."""
    jan = met.api.person("Jan")
    forum = met.api.supergroup("Forum", [jan], is_forum=True)
    topic = forum.topic("AI", by=jan)
    met.api.fail(Error(400, "Bad Request: message thread not found"), "sendMessage")
    forum.say(jan, f"/vraag {QUESTION}", topic=topic)
    answer = forum.next()
    assert (answer.text.startswith("Volgens Boston"), answer.topic) == (True, None)


def test_a_group_that_becomes_a_supergroup_while_an_answer_is_sent(met: Meeting) -> None:
    """The answer goes to what it became, and so does the conversation."""
    jan = met.api.person("Jan")
    group, became = met.api.group("Groep", [jan]), met.api.supergroup("Groep", [jan])
    group.say(jan, f"/vraag {QUESTION}")
    group.next()
    met.api.fail(Error(400, UPGRADED, migrate_to_chat_id=became.id), "sendMessage")
    group.say(jan, f"/vraag {QUESTION}")
    assert became.next().text.startswith("Volgens Boston")
    became.say(jan, f"/vraag {FOLLOW_UP}")
    assert became.next().text.startswith(READ_AS)


def test_a_group_that_becomes_a_supergroup(met: Meeting) -> None:
    """A conversation goes on where its group went."""
    jan = met.api.person("Jan")
    group = met.api.group("Groep", [jan])
    group.say(jan, f"/vraag {QUESTION}")
    group.next()
    became = met.api.migrate(group)
    became.say(jan, f"/vraag {FOLLOW_UP}")
    assert became.next().text.startswith(READ_AS)


def test_a_message_that_telegram_refuses(met: Meeting) -> None:
    """The messages after it come all the same."""
    jan = met.guest()
    whole = [jan.ask(LONG).text, jan.chat.next().text]
    met.api.fail(Error(400, "Bad Request: something new"), "sendMessage")
    assert jan.ask(LONG).text == whole[1]
    assert jan.ask("/over").text.startswith(ABOUT)


def test_a_file_that_is_too_large_for_telegram(met: Meeting) -> None:
    """It is let go, for it will not become smaller."""
    jan = met.guest()
    met.api.fail(Error(413, "Request Entity Too Large"), "sendDocument")
    jan.chat.say(jan.person, "/mijngegevens")
    assert jan.ask("/over").text.startswith(ABOUT)


@pytest.mark.parametrize("fault", [BadGateway(), Drop(), Error(409, "Conflict: terminated by other getUpdates request")], ids=repr)
def test_polls_that_fail(met: Meeting, fault: Fault) -> None:
    """The bot polls on, and nothing that was said meanwhile is lost."""
    jan = met.guest()
    met.api.fail(fault, "getUpdates")
    jan.ask(QUESTION)
    assert jan.ask("/over").text.startswith(ABOUT)


def test_an_update_that_cannot_be_read(met: Meeting) -> None:
    """It is let go; what comes with it and after it is answered."""
    jan = met.guest()
    with met.api.changed:
        for chat in ({}, {"chat": {"id": 5}}):
            met.api.updates.add("message", {"message_id": 1, "date": 0, "text": "onleesbaar", **chat})
        jan.chat.say(jan.person, QUESTION)
    jan.chat.next()
    assert jan.ask("/over").text.startswith(ABOUT)
    assert met.rows("SELECT * FROM inbox WHERE payload LIKE '%onleesbaar%'") == []


def test_updates_that_ask_nothing(met: Meeting) -> None:
    """Messages that are changed, of channels, of nobody, and of groups among themselves are done with, and nothing is said."""
    jan = met.guest()
    jan.ask(QUESTION)
    said = len(met.api.sent)
    group, channel = met.api.group("Groep", [jan.person]), met.api.channel("Kanaal")
    with met.api.changed:
        met.api.updates.allow(KINDS)
        met.api.privacy = False
        jan.chat.edit(jan.chat.messages[0], "/verwijder")
        channel.edit(channel.say(None, QUESTION), "/over")
        group.say(None, QUESTION)
        group.say(jan.person, QUESTION)
        met.api.privacy = True
        first, *_ = met.api.updates.first(1)
    assert "edited_message" in first
    jan.ask("/over")
    assert len(met.api.sent) == said + 1
    waiting = "SELECT payload FROM inbox WHERE chat IN (?, ?) OR payload LIKE '%edited_message%'"
    assert met.rows(waiting, group.id, channel.id) == []


def test_a_button_under_a_message_that_telegram_does_not_show(met: Meeting) -> None:
    """It works as under any other."""
    jan = met.guest()
    press = jan.pressed(jan.chat.press(jan.ask(QUESTION), "Nuttig", by=jan.person, is_inaccessible=True))
    assert (press.toast, met.rows("SELECT rating FROM answers WHERE person = ?", jan.person.id)) == (
        "Dank je. Ik bewaar dit zonder je naam.",
        [("useful",)],
    )


def test_what_the_log_says(met: Meeting) -> None:
    """What was asked is in no line of it, and neither is the token."""
    jan = met.guest()
    met.api.fail(BadGateway(), "sendMessage")
    met.api.fail(Error(400, "Bad Request: no"), "sendMessage")
    jan.chat.say(jan.person, f"{QUESTION} geheim")
    jan.ask("/over")
    log = met.bot.stderr()
    told = [words in log for words in ("Telegram cannot be reached", "geheim", QUESTION, met.api.token)]
    assert told == [True, False, False, False]


def test_ten_conflicts_within_minutes_are_enough() -> None:
    """Fewer, or ten in an hour, are not; other errors do not count."""
    now, stops = [0.0], list[str]()
    conflicts = Conflicts(stops.append, 10, lambda: now[0])
    for step in (10.0, 360.0):
        for _ in range(9):
            now[0] += step
            conflicts(Conflict("terminated"))
            conflicts(NetworkError("gone"))
    assert stops == []
    now[0] += 3_600
    for _ in range(10):
        now[0] += 10.0
        conflicts(Conflict("terminated"))
    assert len(stops) == 1
