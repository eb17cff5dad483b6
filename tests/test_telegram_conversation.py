"""A conversation in a private chat, with the real program."""

import pytest

from tests.meeting import Meeting
from tests.promised import caveat_in

QUESTION = "Wat vindt BCG van AI in de publieke sector?"


def test_answer(met: Meeting) -> None:
    """A question gets one message: who says what first, then the caveat, the sources and the edition."""
    answer = met.guest().ask(QUESTION)
    assert answer.text.startswith("Volgens Boston Consulting Group\n")
    assert answer.marked("bold") == ["Volgens Boston Consulting Group", "Let op: menselijk toezicht", "Bronnen"]
    assert answer.text.split("\n")[-1].startswith("Editie 1 · ")
    assert answer.parameters["link_preview_options"] == {"is_disabled": True}
    assert answer.reply_to is None


def test_source_is_a_title_to_tap(met: Meeting) -> None:
    """The title of a source is the link to the original, and so is its number behind a quotation; no address is shown."""
    answer = met.guest().ask("Wat zegt de AI-verordening over menselijk toezicht?")
    links = {each["url"] for each in answer.entities if each["type"] == "text_link"}
    assert links
    assert all(url.startswith("https://") and url not in answer.text for url in links)
    assert all(each.startswith(("[", "Dossier: ")) for each in answer.marked("text_link"))


def test_follow_up_is_read_with_what_was_asked(met: Meeting) -> None:
    """What a follow-up leaves out comes from the question before it, and the answer says how it was read."""
    jan = met.guest()
    jan.ask(QUESTION)
    assert jan.ask("En hoeveel geld?").text.startswith("Gelezen als: Hoeveel geld volgens Boston Consulting Group?\n")
    jan.ask("Wat vindt Szabó van AI?")
    assert jan.ask("En wat vindt hij van menselijk toezicht?").marked("italic")[0].startswith("Gelezen als: ")


def test_new_conversation(met: Meeting) -> None:
    """After /nieuw a follow-up follows nothing, and what was asked is forgotten."""
    jan = met.guest()
    jan.ask(QUESTION)
    assert jan.ask("/nieuw").text.startswith("We beginnen opnieuw. Wat we hiervoor zeiden, ben ik vergeten.")
    assert not jan.ask("En hoeveel geld?").text.startswith("Gelezen als: ")
    assert met.rows("select question from answers where person = ? order by asked_at", jan.person.id)[0] == (None,)


def test_silence_ends_a_conversation(met: Meeting) -> None:
    """After an hour without a word it is over, which is said once; what was asked leads to nothing any more."""
    jan = met.guest()
    jan.ask(QUESTION)
    jan.ask("/help")  # what was asked before this is remembered by now
    met.rows("update conversations set touched_at = touched_at - 3700 where person = ?", jan.person.id)
    ended = "Ons vorige gesprek is voorbij, want het was lang stil. Dit is een nieuw gesprek."
    answer = jan.ask("En hoeveel geld?")
    assert answer.text.startswith(f"{ended}\n")
    assert "Boston Consulting Group?" not in answer.text
    assert ended not in jan.ask(QUESTION).text
    jan.ask("/help")
    asked = met.rows("select question from answers where person = ? order by asked_at", jan.person.id)
    assert asked == [(None,), ('"En hoeveel geld?"',), (f'"{QUESTION}"',)]


def test_silence_ends_what_a_button_could_bring(met: Meeting) -> None:
    """Other voices need the question, which is forgotten then; the sources of an answer can be seen all the same."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    jan.ask("/nieuw")
    assert jan.press(answer, "Wat zeggen anderen?").is_alert
    jan.press(answer, "Bronnen voluit")
    assert jan.chat.next().text.startswith("De citaten staan hieronder vet")


def test_language_follows_the_question(met: Meeting) -> None:
    """An English question has an English answer, whose quotations stay Dutch and are labelled so."""
    answer = met.guest().ask("What does BCG think of AI in the public sector?")
    assert answer.text.startswith("According to Boston Consulting Group\n[Dossier, in our own words] BCG ")
    assert answer.marked("blockquote")[0].endswith("[1] (in Dutch)")
    assert caveat_in(answer, met.debate)


@pytest.mark.parametrize(("text", "reply"), [("hoi", "Hallo! "), ("Dank je wel", "Graag gedaan."), ("doei", "Tot ziens.")])
def test_small_talk(met: Meeting, text: str, reply: str) -> None:
    """It gets a friendly word and the caveat with its source, and no buttons that lead nowhere."""
    answer = met.guest().ask(text)
    assert answer.text.startswith(reply)
    assert (answer.buttons, "\nBronnen\n" in answer.text) == ([], False)
    assert answer.text.split("\n")[-1].startswith("[1] Dossier: ")


def test_what_the_sources_do_not_say(met: Meeting) -> None:
    """It names what is missing, shows what comes near as no more than that, and offers what can be asked."""
    answer = met.guest().ask("Wat zegt de FNV?")
    assert answer.text.startswith(
        "FNV komt in mijn bronnen niet aan het woord.\n\nDit komt er het dichtst bij, maar geeft geen antwoord\n"
    )
    assert {"Bronnen voluit", "Nuttig", "Niet nuttig"} < set(answer.buttons)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("🙂🙂", ""),
        ("?", ""),
        ("\u200b\u2063", "Dat kan ik niet lezen."),
        ("ja " * 1_365, "Je vraag is langer dan 2000 tekens."),
        ("\u202e\u05de\u05d4 \u05d0\u05d5\u05de\u05e8\u05ea \u05d4\u05de\u05de\u05e9\u05dc\u05d4?", ""),
        ("<b>Wat</b> vindt *BCG* van _AI_ [hier](https://x.example)?", ""),
        ("'; drop table inbox; --", ""),
        ("Wat vindt BCG? " + "\U000e0041" * 50, "Volgens Boston Consulting Group"),
    ],
)  # fmt: skip
def test_whatever_is_typed(met: Meeting, text: str, reply: str) -> None:
    """Everything that can be typed gets an answer with the caveat, and never an error."""
    answer = met.guest().ask(text)
    assert answer.text.startswith(reply)
    assert "Er ging iets mis" not in answer.text
    assert caveat_in(answer, met.debate)


def test_question_of_4096_characters(met: Meeting) -> None:
    """The longest that Telegram takes is too long, which is said; the conversation goes on as if it had not been asked."""
    jan = met.guest()
    jan.ask(QUESTION)
    assert jan.ask("é" * 4_096).text.startswith("Je vraag is langer dan 2000 tekens.")
    assert jan.ask("En hoeveel geld?").text.startswith("Gelezen als: Hoeveel geld volgens Boston Consulting Group?")


@pytest.mark.parametrize("kind", ["sticker", "video", "location", "contact"])
def test_media_that_cannot_be_read(met: Meeting, kind: str) -> None:
    """What has no words is told to be unreadable, kindly, with the caveat."""
    jan = met.guest()
    jan.chat.send_media(jan.person, kind)
    assert jan.chat.next().text.startswith("Dat kan ik niet lezen. Typ je vraag, dan zoek ik het antwoord op.\n")


@pytest.mark.parametrize("kind", ["voice", "audio"])
def test_what_is_said_aloud(met: Meeting, kind: str) -> None:
    """A voice message is not heard."""
    jan = met.guest()
    jan.chat.send_media(jan.person, kind)
    assert jan.chat.next().text.startswith("Naar een spraakbericht kan ik niet luisteren.")


def test_photo(met: Meeting) -> None:
    """A photo alone cannot be read; the question below one is answered. Neither is fetched, nor kept."""
    jan = met.guest()
    jan.chat.send_photo(jan.person)
    assert jan.chat.next().text.startswith("Dat kan ik niet lezen.")
    jan.chat.send_photo(jan.person, caption=QUESTION)
    answer = jan.chat.next()
    assert answer.text.startswith(
        "Wat erbij zit, bekijk ik niet. Ik antwoord alleen op je tekst.\n\nVolgens Boston Consulting Group\n"
    )
    assert met.api.calls_of("getFile") == []


def test_edited_question_is_not_answered_again(met: Meeting) -> None:
    """Changing what was asked asks nothing: not a question, and not a command."""
    jan = met.guest()
    asked = jan.chat.say(jan.person, QUESTION)
    jan.chat.next()
    jan.chat.edit(asked, "Wat vindt Szabó?")
    jan.chat.edit(asked, "/verwijder")
    assert jan.ask("hoi").text.startswith("Hallo!")
    assert len(jan.chat.sent) == 2


def test_answer_that_is_late(met: Meeting) -> None:
    """What was asked long ago is answered with an apology."""
    jan = met.guest()
    jan.chat.say(jan.person, QUESTION, seconds_ago=700)
    late = "Sorry, dit antwoord komt laat: ik lag even stil toen je dit vroeg."
    assert jan.chat.next().text.startswith(f"{late}\n\nVolgens Boston Consulting Group\n")
