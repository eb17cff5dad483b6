"""Groups and their topics: when the bot speaks, where, to whom, and what it says there to nobody."""

import pytest

from tests.bot_api.chats import Chat
from tests.meeting import Guest, Meeting

QUESTION = "Wat vindt BCG van AI in de publieke sector?"
ANSWER = "Volgens Boston Consulting Group\n"
FOLLOW_UP = "En hoeveel geld?"
READ_AS = "Gelezen als: Hoeveel geld volgens Boston Consulting Group?\n"
NOT_YOURS = "Deze knop is van wie de vraag stelde. Stel zelf een vraag, dan krijg je er ook een."


def two_in(met: Meeting, *, is_forum: bool = False) -> tuple[Chat, Guest, Guest]:
    """A group with two people in it."""
    jan, mien = met.guest("Jan"), met.guest("Mien")
    group = met.api.supergroup("Beleid", [jan.person, mien.person], is_forum=is_forum)
    return group, Guest(jan.person, group), Guest(mien.person, group)


@pytest.mark.parametrize(
    "words",
    [f"/vraag {QUESTION}", f"/vraag@kanttekening_bot {QUESTION}", f"/ask\n{QUESTION}", f"@kanttekening_bot {QUESTION}",
     f"@Kanttekening_Bot, {QUESTION}", f"{QUESTION} @kanttekening_bot"],
)  # fmt: skip
def test_bot_is_asked(met: Meeting, words: str) -> None:
    """A command, a command with its name, and its name anywhere in a question are for the bot; it answers to the question."""
    group, jan, _ = two_in(met)
    asked = group.say(jan.person, words)
    answer = group.next()
    assert answer.text.startswith(ANSWER)
    assert (answer.reply_to, answer.topic) == (asked.id, None)


@pytest.mark.parametrize("words", [f"/vraag@weerbot {QUESTION}", "/kookboek", QUESTION, f"@weerbot {QUESTION}", "hoi"])
def test_bot_is_not_asked(met: Meeting, words: str) -> None:
    """What is for another bot, or for nobody, gets no answer."""
    group, jan, _ = two_in(met)
    group.say(jan.person, words)
    assert jan.ask("/nieuw").text.startswith("We beginnen opnieuw.")
    assert len(group.sent) == 1


def test_administrator_is_as_quiet(met: Meeting) -> None:
    """Made an administrator the bot hears everything, and answers no more than before; a reply to another is not for it."""
    group, jan, mien = two_in(met)
    group.promote_bot(by=jan.person)
    said = group.say(mien.person, QUESTION)
    group.say(jan.person, "Dat weet ik niet.", reply_to=said)
    group.say(jan.person, "/kookboek")
    group.send_photo(mien.person)
    group.send_document(mien.person, "nota.pdf", b"%PDF-1.7")
    assert jan.ask("/nieuw").text.startswith("We beginnen opnieuw.")
    assert len(group.sent) == 1


def test_reply_to_the_bot_is_a_question(met: Meeting) -> None:
    """Whoever replies to the bot asks it."""
    group, jan, _ = two_in(met)
    answer = jan.ask(f"/vraag {QUESTION}")
    group.say(jan.person, FOLLOW_UP, reply_to=answer)
    assert group.next().text.startswith(READ_AS)


def test_unknown_command_that_names_the_bot(met: Meeting) -> None:
    """Only then it is ours."""
    _, jan, _ = two_in(met)
    assert jan.ask("/kookboek@kanttekening_bot").text.startswith("Die opdracht ken ik niet. /help laat zien")


def test_mention_alone(met: Meeting) -> None:
    """Called by name without a question, it asks what is wanted."""
    _, jan, _ = two_in(met)
    assert jan.ask("@kanttekening_bot").text.startswith("Wat wil je vragen?")


def test_two_conversations_in_one_group(met: Meeting) -> None:
    """A follow-up follows what that person asked, whatever others asked in between."""
    _, jan, mien = two_in(met)
    jan.ask(f"/vraag {QUESTION}")
    mien.ask("/vraag Wat wil de Autoriteit Persoonsgegevens?")
    assert jan.ask(f"/vraag {FOLLOW_UP}").text.startswith(READ_AS)
    assert not mien.ask(f"/vraag {FOLLOW_UP}").text.startswith(READ_AS)


def test_new_conversation_is_ones_own(met: Meeting) -> None:
    """One who begins anew ends nobody else's conversation, nor their own elsewhere."""
    group, jan, mien = two_in(met)
    alone = Guest(jan.person, met.api.private(jan.person))
    for each in (jan, mien):
        each.ask(f"/vraag {QUESTION}")
    alone.ask(QUESTION)
    jan.ask("/nieuw")
    assert mien.ask(f"/vraag {FOLLOW_UP}").text.startswith(READ_AS)
    assert alone.ask(FOLLOW_UP).text.startswith(READ_AS)
    assert not jan.ask(f"/vraag {FOLLOW_UP}").text.startswith(READ_AS)
    assert group.id != alone.chat.id


def test_topics(met: Meeting) -> None:
    """An answer stays in the topic of its question, and so do a button's and a follow-up's; each has its own conversation."""
    group, jan, _ = two_in(met, is_forum=True)
    money, other = (group.topic(name, by=jan.person) for name in ("Geld", "Anders"))
    group.say(jan.person, f"/vraag {QUESTION}", topic=money)
    answer = group.next()
    jan.press(answer, "Bronnen voluit")
    full = group.next()
    group.say(jan.person, f"/vraag {FOLLOW_UP}", topic=money)
    followed = group.next()
    group.say(jan.person, f"/vraag {FOLLOW_UP}", topic=other)
    anew = group.next()
    group.say(jan.person, f"/vraag {FOLLOW_UP}")
    assert [each.topic for each in (answer, full, followed, anew, group.next())] == [money, money, money, other, None]
    assert followed.text.startswith(READ_AS)
    assert not anew.text.startswith(READ_AS)


def test_button_of_somebody_else(met: Meeting) -> None:
    """Another member's button is refused kindly, in an alert that only they see, and nothing changes."""
    group, jan, mien = two_in(met)
    answer = jan.ask(f"/vraag {QUESTION}")
    buttons = [each["callback_data"] for row in answer.keyboard for each in row]
    pressed = [mien.press(answer, data) for data in buttons]
    assert [(each.toast, each.is_alert) for each in pressed] == [(NOT_YOURS, True)] * len(buttons)
    assert (answer.edits, len(group.sent)) == (0, 1)
    assert met.rows("select rating from answers where person = ?", jan.person.id) == [(None,)]


def test_nobody_else_erases_or_is_read(met: Meeting) -> None:
    """In a group what is kept of somebody is not sent, and only who asked to be erased can say yes."""
    group, jan, mien = two_in(met)
    assert jan.ask("/mijngegevens").text.startswith("Dat stuur ik alleen in een gesprek met mij alleen")
    jan.ask(f"/vraag {QUESTION}")
    asked = jan.ask("/verwijder")
    assert [mien.press(asked, each).toast for each in ("Ja, wis alles", "Nee, laat staan")] == [NOT_YOURS] * 2
    assert met.rows("select count(*) from answers where person = ?", jan.person.id) == [(1,)]
    assert [message for message in group.sent if message.document] == []
    jan.press(asked, "Ja, wis alles")
    assert group.next().text.startswith("Alles wat ik van je bewaarde, is gewist.")
    assert met.rows("select count(*) from answers where person = ?", jan.person.id) == [(0,)]


def test_nobody_else_chooses_the_language(met: Meeting) -> None:
    """The buttons under /taal are for who asked."""
    _, jan, mien = two_in(met)
    asked = jan.ask("/taal")
    assert mien.press(asked, "Engels").toast == NOT_YOURS
    assert (asked.buttons[1], met.rows("select * from people where person = ? and language is not null", mien.person.id)) == (
        "Engels",
        [],
    )


def test_start_button_in_a_group(met: Meeting) -> None:
    """The buttons under /start are for everybody who sees them."""
    group, jan, mien = two_in(met)
    welcome = jan.ask("/start")
    assert mien.press(welcome, "Welke bronnen heb je?").toast == ""
    assert "Ik antwoord uit " in group.next().text


def test_channel(met: Meeting) -> None:
    """In a channel nobody asks, and nothing is said."""
    channel = met.api.channel("Nieuws")
    channel.say(None, QUESTION)
    _, jan, _ = two_in(met)
    jan.ask("/nieuw")
    assert channel.sent == []


def test_person_without_a_language(met: Meeting) -> None:
    """Where Telegram tells no language the bot speaks Dutch; another that it does not speak gets English."""
    for language, words in ((None, "Die opdracht"), ("nl-NL", "Die opdracht"), ("de", "I do not know"), ("en-GB", "I do not know")):
        assert met.guest(language=language).ask("/kookboek").text.startswith(words)
