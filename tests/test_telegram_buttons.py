"""The buttons under an answer, pressed by people in the real program."""

import pytest

from tests.bot_api import Message
from tests.meeting import Guest, Meeting, until
from tests.promised import words_of

QUESTION = "Wat wil de Autoriteit Persoonsgegevens?"
GONE = "Deze knop hoort bij een antwoord dat ik niet meer heb. Stel je vraag opnieuw."


def quoted_in(message: Message) -> list[str]:
    """The words that a message quotes, but for the caveat, which comes last."""
    units = {each["offset"]: each["type"] for each in message.entities if "blockquote" in each["type"]}
    assert list(units) == sorted(units)
    found = [*message.marked("blockquote"), *message.marked("expandable_blockquote")]
    return [words_of(each) for each in sorted(found, key=message.text.index)][:-1]


def test_sources_in_full(met: Meeting) -> None:
    """Each quotation is bold in a longer text of its document, which is verbatim and not folded; none is left out."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    jan.press(answer, "Bronnen voluit")
    full = jan.chat.next()
    around = quoted_in(full)
    short = quoted_in(answer)
    bold = [each for each in full.marked("bold") if each in short]
    assert sorted(bold) == sorted(short)
    assert all(any(words in text and words != text for text in around) for words in short)
    assert full.marked("expandable_blockquote") == []
    assert full.text.startswith("De citaten staan hieronder vet, met de tekst eromheen.")


def test_surroundings_that_meet_are_one_text(met: Meeting) -> None:
    """Quotations that stand beside each other come in one text, so that no sentence is read twice."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    jan.press(answer, "Bronnen voluit")
    around = quoted_in(jan.chat.next())
    assert len(around) < len(quoted_in(answer))
    sentences = [sentence for text in around for sentence in text.split("\n\n")]
    assert len(set(sentences)) == len(sentences)


def test_other_voices(met: Meeting) -> None:
    """Only voices that were not quoted come, whoever the question was asked of; none of their sources is listed in vain."""
    jan = met.guest()
    answer = jan.ask("Hoeveel vacatures verwacht BCG in 2033?")
    jan.press(answer, "Wat zeggen anderen?")
    others = jan.chat.next()
    assert others.text.startswith("Dit zeggen anderen hierover\n")
    voices = [each for each in others.marked("bold") if each.startswith("Volgens ")]
    assert voices
    assert not set(voices) & set(answer.marked("bold"))
    listed = others.text.partition("\nBronnen\n")[2].count("[")
    assert listed == len({each.rpartition("[")[2] for each in others.marked("blockquote")})


def test_other_voices_after_a_follow_up(met: Meeting) -> None:
    """Also where the question as it was read names several voices, it is asked of everybody."""
    jan = met.guest()
    jan.ask("Hoeveel vacatures verwacht BCG in 2033?")
    answer = jan.ask("En wat vindt Szabó daarvan?")
    jan.press(answer, "Wat zeggen anderen?")
    voices = [each for each in jan.chat.next().marked("bold") if each.startswith("Volgens ")]
    assert "Volgens Silvio Erkens" in voices
    assert "Volgens Zsolt Szabó" not in voices


def test_nobody_else_speaks(met: Meeting) -> None:
    """Under an answer of all voices there is no button for others; a press all the same brings that there are none."""
    jan = met.guest()
    jan.chat.say(jan.person, "/standpunten")
    answer = [jan.chat.next(), jan.chat.next()][-1]
    assert "Wat zeggen anderen?" not in answer.buttons
    jan.press_data(answer, answer.keyboard[0][0]["callback_data"].replace("s:", "v:"))
    assert jan.chat.next().text.startswith("In mijn bronnen zegt niemand anders hier iets over.\n")


def test_next_question(met: Meeting) -> None:
    """A suggested question is asked as if it were typed: it is told which, and a follow-up goes on from there."""
    jan = met.guest()
    answer = jan.ask("Wat vindt BCG van AI in de publieke sector?")
    (suggestion,) = [each for each in answer.buttons if each == "Wat vindt de auteur van de column?"]
    jan.press(answer, suggestion)
    assert jan.chat.next().text.startswith(f"Je vraag: {suggestion}\n\nVolgens de auteur van de column")
    jan.ask("En van werk?")
    assert "column" in jan.chat.sent[-1].text.split("\n")[0]


def judged(met: Meeting, guest: Guest) -> list[tuple[object, ...]]:
    """What is kept of the judgement of somebody's only answer."""
    return met.rows(
        "select f.rating, f.reason, f.edition, f.status from feedback f join answers a on a.feedback_id = f.id where a.person = ?",
        guest.person.id,
    )


def test_useful(met: Meeting) -> None:
    """It is thanked for, kept, and the buttons that ask for it go; the others stay."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    before = answer.buttons
    press = jan.press(answer, "Nuttig")
    until(jan.chat, lambda: answer.edits == 1)
    assert (press.toast, press.is_alert) == ("Dank je. Ik bewaar dit zonder je naam.", False)
    assert answer.buttons == [each for each in before if each not in {"Nuttig", "Niet nuttig"}]
    assert judged(met, jan) == [("useful", None, 1, "answered")]


def test_not_useful_with_a_reason(met: Meeting) -> None:
    """Why is asked, and kept with it in place of what was said before."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    jan.press(answer, "Niet nuttig")
    until(jan.chat, lambda: answer.edits == 1)
    assert answer.buttons[-4:] == ["Verkeerd citaat", "Verkeerde spreker", "Er ontbreekt iets", "Onduidelijk"]
    assert judged(met, jan) == [("not_useful", None, 1, "answered")]
    jan.press(answer, "Verkeerde spreker")
    until(jan.chat, lambda: answer.edits == 2)
    assert judged(met, jan) == [("not_useful", '"wrong_voice"', 1, "answered")]
    assert "Onduidelijk" not in answer.buttons


def test_second_judgement_takes_the_place_of_the_first(met: Meeting) -> None:
    """Somebody whose screen is behind presses again: the last press counts, once."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    useful = next(row for row in answer.keyboard if row[0]["text"] == "Nuttig")[0]["callback_data"]
    jan.press(answer, "Niet nuttig")
    jan.press_data(answer, useful)
    jan.press_data(answer, useful)
    assert judged(met, jan) == [("useful", None, 1, "answered")]


def test_feedback_knows_nobody(met: Meeting) -> None:
    """Feedback has a day, and neither a person nor a question; once somebody is erased nothing leads to it."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    jan.press(answer, "Nuttig")
    assert [each[1] for each in met.rows("pragma table_info(feedback)")] == [
        "id", "day", "rating", "reason", "edition", "status", "sources",
    ]  # fmt: skip
    count = met.rows("select count(*) from feedback")
    jan.press(jan.ask("/verwijder"), "Ja, wis alles")
    assert jan.chat.next().text.startswith("Alles wat ik van je bewaarde, is gewist.")
    assert (met.rows("select count(*) from feedback"), judged(met, jan)) == (count, [])


@pytest.mark.parametrize(
    "data", ["s:nergens1", "v:nergens1", "q:nergens1:0", "u:nergens1:useful", "zzz", ":", "👍" * 16, "k:niets"]
)
def test_button_that_means_nothing(met: Meeting, data: str) -> None:
    """A button of an answer that is gone, or of an earlier version, says so in an alert and does nothing."""
    jan = met.guest()
    answer = jan.ask("hoi")
    press = jan.press_data(answer, data)
    assert (press.toast, press.is_alert) == (GONE, True)
    assert (answer.edits, len(jan.chat.sent)) == (0, 1)


def test_choices_that_an_answer_does_not_have(met: Meeting) -> None:
    """Garbage behind the id of an answer that is there changes nothing."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    name = answer.keyboard[0][0]["callback_data"].partition(":")[2]
    toasts = [jan.press_data(answer, f"{each}").toast for each in (f"q:{name}:99", f"q:{name}:-1", f"u:{name}:x", f"r:{name}:")]
    assert (toasts, judged(met, jan), len(jan.chat.sent)) == ([GONE] * 4, [], 1)


def test_button_under_a_message_that_telegram_no_longer_shows(met: Meeting) -> None:
    """It works all the same."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    jan.pressed(jan.chat.press(answer, "Bronnen voluit", by=jan.person, is_inaccessible=True))
    assert jan.chat.next().text.startswith("De citaten staan")


def test_quick_presses(met: Meeting) -> None:
    """Pressed twice at once each press is answered, and the answer is judged once."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    presses = [jan.chat.press(answer, "Nuttig", by=jan.person) for _ in range(2)]
    assert [jan.pressed(each).toast for each in presses] == ["Dank je. Ik bewaar dit zonder je naam."] * 2
    jan.ask("/nieuw")  # comes after what the presses changed
    assert answer.edits == 1
    assert judged(met, jan) == [("useful", None, 1, "answered")]


def test_press_that_telegram_gave_up_waiting_for(met: Meeting) -> None:
    """The answer to a button that is too old is let go, and what was asked for comes."""
    jan = met.guest()
    answer = jan.ask(QUESTION)
    with met.api.changed:
        jan.chat.press(answer, "Bronnen voluit", by=jan.person).expire()
    assert jan.chat.next().text.startswith("De citaten staan")
    assert [call.partition("(")[0] for call in met.refused()] == ["answerCallbackQuery"]


def test_refusal_can_be_contradicted(met: Meeting) -> None:
    """Where the bot said that it is not in the sources, one can say that it is."""
    jan = met.guest()
    answer = jan.ask("Wat zegt de FNV?")
    assert answer.text.startswith("FNV komt in mijn bronnen niet aan het woord.")
    jan.press(answer, "Niet nuttig")
    until(jan.chat, lambda: answer.edits == 1)
    jan.press(answer, "Het staat er wel")
    assert judged(met, jan) == [("not_useful", '"refused"', 1, "not_in_sources")]


def test_language_of_the_buttons_is_that_of_the_answer(met: Meeting) -> None:
    """An English question has English buttons, and what they bring is English too."""
    ann = met.guest("Ann", "en")
    answer = ann.ask("What does BCG think of AI in the public sector?")
    assert {"Sources in full", "What do others say?", "Useful", "Not useful"} <= set(answer.buttons)
    ann.press(answer, "Sources in full")
    assert ann.chat.next().text.startswith("The quotations are in bold below")
    assert ann.press(answer, "Useful").toast == "Thank you. I keep this without your name."
