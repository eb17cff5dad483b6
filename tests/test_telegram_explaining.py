"""Explanations by a language model in Telegram: the real program, with a model on the loopback address that does as a test says."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from telegram import Bot

from bot.telegram_app.patience import Patience
from bot.telegram_app.previews import Previews, Way
from bot.telegram_app.replies import Incoming
from bot.telegram_app.sending import Post
from tests.bot_api import BotApi, Call, Error, Fault, Hang, Message, Person, TooMany
from tests.bot_api.chats import Chat
from tests.bot_api.program import start_bot
from tests.bot_api.records import Draft
from tests.chat_server import Asked, Behaviour, ChatServer, Text, Wait, explain, refuses
from tests.chat_server.honest import as_json, as_lines
from tests.command import environment
from tests.meeting import Guest, Meeting, until
from tests.promised import broken_promises
from vectorstore.debate import Debate

SENTENCE = "BCG ziet dat cijfers over de productiviteit van de publieke sector al jaren stilstaan of dalen."
LAST = "BCG verwacht dat de Nederlandse publieke sector 425.000 vacatures telt in 2033."
STOPPED = "De uitleg is gestopt, en is niet af."
NOTHING_TO_STOP = "Er wordt nu niets voor je uitgelegd, dus er is niets te stoppen."
LOCAL = "draait op dezelfde computer als deze bot (127.0.0.1:"
CONSENT = "Zal een taalmodel dit antwoord uitleggen?"
NOT_YOURS = "Deze knop is van wie de vraag stelde. Stel zelf een vraag, dan krijg je er ook een."
GONE = "Deze knop hoort bij een antwoord dat ik niet meer heb. Stel je vraag opnieuw."
AT_ONCE = '{"preview_after_seconds": 0, "preview_seconds": 0, "group_preview_seconds": 0, "explaining_seconds": 0}'
NEVER_SHOWN = '{"preview_after_seconds": 600}'
_numbers = count()


def new_question() -> str:
    """A question that nobody asked before, so that no sentence is kept of the answer; the answer is the same each time."""
    number = next(_numbers)
    words = ("wat", "vindt", "van", "in", "de")
    spelled = {word: word.upper() if number >> place & 1 else word for place, word in enumerate(words)}
    assert number < 1 << len(words), "more questions than there are ways to write one"
    return "{wat} {vindt} BCG {van} AI {in} {de} publieke sector?".format_map(spelled)


@dataclass
class Model:
    """A model that is honest, but for the questions that it was told something else about."""

    orders: dict[str, Callable[[Asked], Behaviour]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Behaviour:
        """What to do with a request."""
        return next(
            (order(asked) for question, order in self.orders.items() if question in asked.said and asked.offers), explain(asked)
        )

    def halts(self, question: str) -> Event:
        """Explain this up to the first sentence, and go on when the event is set."""
        go_on = Event()

        def halting(asked: Asked) -> Behaviour:
            whole = as_json(asked.offers) if asked.wants_json else as_lines(asked.offers)
            first = whole.index("}" if asked.wants_json else "\n") + 1
            return Behaviour([Text(whole[:first]), Wait(go_on), Text(whole[first:])])

        self.orders[question] = halting
        return go_on


class Explained(Meeting):
    """A bot with a model."""

    chat_server: ChatServer
    model: Model
    operator: Person

    def reader(self, name: str = "Jan", language: str = "nl") -> Guest:
        """Somebody new who wants each answer explained."""
        guest = self.guest(name, language)
        guest.ask("/uitleg aan")
        return guest

    def two_in_a_group(self) -> tuple[Chat, Guest, Guest]:
        """A group with somebody who wants each answer explained, and somebody else."""
        jan, mien = self.reader(), self.guest("Mien")
        group = self.api.supergroup("Beleid", [jan.person, mien.person])
        return group, Guest(jan.person, group), Guest(mien.person, group)

    def asked_about(self, question: str) -> int:
        """How often the model was asked to explain the answer to a question."""
        return sum(question in asked.said for asked in self.chat_server.requests)

    def drafted(self, guest: Guest) -> list[Draft]:
        """The drafts that somebody saw, each of which is as it must be."""
        for draft in guest.chat.drafts:
            message = Message(guest.chat, 0, 0, None, text=draft.text, entities=draft.entities)
            assert broken_promises(message, self.texts(), self.debate) == [], draft.text
            assert "Dit is nog niet af: een taalmodel schrijft het nu" in draft.text
            assert len(draft.text.encode("utf-16-le")) // 2 <= 4_096
        return guest.chat.drafts


@contextmanager
def scripted(home: Path, debate: Debate, patience: str) -> Iterator[Explained]:
    """A bot that runs on a home, and the model that it asks."""
    model = Model()
    with ChatServer(model) as server, BotApi() as api:
        operator = api.person("Piet")
        api.private(operator).is_started = True
        settings = {"chat_model": "openai:scripted", "chat_url": server.url, "operators": str(operator.id), "patience": patience}
        with start_bot(api, home, **settings) as bot:
            running = Explained(api, bot, home, debate)
            running.chat_server, running.model, running.operator = server, model, operator
            yield running


@pytest.fixture(scope="module")
def explaining(dossier_home: Path, debate: Debate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explained]:
    """One bot with a model for most of these tests, which shows at once what is being written."""
    home = Path(shutil.copytree(dossier_home, tmp_path_factory.mktemp("explaining") / "home"))
    with scripted(home, debate, AT_ONCE) as running:
        yield running


@pytest.fixture
def with_model(explaining: Explained) -> Iterator[Explained]:
    """That bot, and afterwards a look at all that it said in a test."""
    yield explaining
    explaining.check()


def said_by(text: str) -> list[str]:
    """The sentences of the model in a message."""
    return [line.removeprefix("Uitleg: ") for line in text.split("\n") if line.startswith("Uitleg: ")]


# Without a model.


def test_without_a_model_nothing_is_there(met: Meeting) -> None:
    """No button and no command; /uitleg says that there is no model, and /stop is as unknown as it was."""
    jan = met.guest()
    assert "Leg uit" not in jan.ask(new_question()).buttons
    told = jan.ask("/uitleg aan")
    assert told.text.startswith("Hier is geen taalmodel ingesteld, dus ik kan niets uitleggen.")
    assert told.buttons == []
    assert jan.ask("/stop").text.startswith("Die opdracht ken ik niet.")
    for command in ("/help", "/privacy", "/over"):
        assert "taalmodel" not in jan.ask(command).text
    listed = {each["command"] for commands in met.api.commands.values() for each in commands}
    assert not listed & {"uitleg", "explain", "stop"}


def test_without_a_model_nothing_of_it_is_imported() -> None:
    """The front end does not import what a model needs."""
    code = (
        "import sys, bot.telegram_app.application\n"
        "print([each for each in sys.modules if each in {'langchain', 'openai', 'bot.generative', 'bot.checking'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# The button.


def test_first_time_what_leaves_is_said_and_asked(with_model: Explained) -> None:
    """Nothing goes to the model before it is said where that is, and answered with yes; no is not remembered."""
    jan, question = with_model.guest(), new_question()
    answer = jan.ask(question)
    assert answer.buttons[:3] == ["Bronnen voluit", "Wat zeggen anderen?", "Leg uit"]
    for _ in range(2):
        jan.press(answer, "Leg uit")
        asked = jan.chat.next()
        assert asked.text.startswith(CONSENT)
        assert LOCAL in asked.text
        assert asked.buttons == ["Ja, leg uit", "Altijd uitleggen", "Nee"]
        jan.press(asked, "Nee")
        assert jan.chat.next().text.startswith("Goed, ik leg het niet uit. Er is niets naar het taalmodel gegaan.")
        until(jan.chat, lambda asked=asked: asked.buttons == [])  # type: ignore[misc]  # mypy infers no type for a lambda with a default
    assert with_model.asked_about(question) == 0
    jan.press(answer, "Leg uit")
    asked = jan.chat.next()
    assert jan.press(asked, "Ja, leg uit").toast == "Ik leg het uit. Dat kan even duren."
    explained = jan.chat.next()
    assert explained.text.startswith(f"Je vraag: {question}\n\nVolgens Boston Consulting Group\nUitleg: {SENTENCE}\n")
    assert explained.buttons == [each for each in answer.buttons if each != "Leg uit"]
    assert with_model.asked_about(question) == 1


def test_once_yes_is_enough(with_model: Explained) -> None:
    """After that the button explains at once; and an answer that is judged keeps the button that it had."""
    jan = with_model.guest()
    jan.press(jan.ask("/uitleg"), "Alleen als ik het vraag")
    assert jan.chat.next().text.startswith('Ik leg voortaan uit als je op "Leg uit" drukt.')
    answer = jan.ask(new_question())
    jan.press(answer, "Leg uit")
    explained = jan.chat.next()
    assert said_by(explained.text)[:2] == [SENTENCE, LAST]
    for message in (answer, explained):
        jan.press(message, "Nuttig")
        until(jan.chat, lambda message=message: message.edits == 1)  # type: ignore[misc]  # as above
    assert ("Leg uit" in answer.buttons, "Leg uit" in explained.buttons) == (True, False)


def test_explaining_leaves_the_conversation_alone(with_model: Explained) -> None:
    """What a follow-up refers to is what was asked last, not what was explained."""
    jan = with_model.guest()
    jan.press(jan.ask("/uitleg"), "Alleen als ik het vraag")
    jan.chat.next()
    first = jan.ask(new_question())
    jan.ask("Wat vindt de auteur van de column?")
    jan.ask("/nieuws")  # comes when the answer before it is remembered
    before = with_model.rows("select turns from conversations where person = ?", jan.person.id)
    jan.press(first, "Leg uit")
    jan.chat.next()
    jan.ask("/nieuws")
    assert with_model.rows("select turns from conversations where person = ?", jan.person.id) == before


def test_only_who_asked_may_have_it_explained(with_model: Explained) -> None:
    """In a group the button is the asker's, and so are the buttons that say yes."""
    group, jan, mien = with_model.two_in_a_group()
    question = new_question()
    with_model.rows("delete from explaining where person = ?", jan.person.id)
    answer = jan.ask(f"/vraag {question}")
    assert mien.press(answer, "Leg uit").toast == NOT_YOURS
    jan.press(answer, "Leg uit")
    asked = group.next()
    assert mien.press(asked, "Ja, leg uit").toast == NOT_YOURS
    assert (with_model.asked_about(question), len(group.sent)) == (0, 2)


def test_question_that_is_forgotten_is_not_explained(with_model: Explained) -> None:
    """The button says so, as other old buttons do; so does one that is made up."""
    jan = with_model.reader()
    jan.press(jan.ask("/uitleg"), "Alleen als ik het vraag")
    jan.chat.next()
    answer = jan.ask(new_question())
    data = next(row[0]["callback_data"] for row in answer.keyboard if row[0]["text"] == "Leg uit")
    toasts = [jan.press_data(answer, each).toast for each in ("e:nergens1", f"{data}:misschien")]
    jan.ask("/nieuw")
    toasts.append(jan.press(answer, "Leg uit").toast)
    assert (toasts, len(jan.chat.sent)) == ([GONE] * 3, 5)


def test_yes_to_one_server_is_none_to_another(with_model: Explained) -> None:
    """Where the model is somewhere else than it was, what leaves is said and asked anew."""
    jan = with_model.reader()
    with_model.rows("update explaining set wish = 'always api.example.org' where person = ?", jan.person.id)
    question = new_question()
    answer = jan.ask(question)
    jan.press(answer, "Leg uit")
    assert jan.chat.next().text.startswith(CONSENT)
    assert with_model.asked_about(question) == 0


# The command.


def test_command_tells_what_it_is_and_what_was_chosen(with_model: Explained) -> None:
    """What an explanation is, where it goes, and the state, with a button for each choice; in English too."""
    jan = with_model.guest()
    told = jan.ask("/uitleg")
    assert told.text.startswith("Een taalmodel kan een antwoord uitleggen in eigen zinnen.")
    assert LOCAL in told.text
    assert "Je hebt nog niet gekozen, dus er gaat nog niets naar het taalmodel." in told.text
    assert told.buttons == ["Altijd uitleggen", "Alleen als ik het vraag", "Nooit uitleggen"]
    states = []
    for button in told.buttons:
        jan.press(jan.ask("/uitleg"), button)
        jan.chat.next()
        states.append(jan.ask("/uitleg").text.split("\n\n")[2].split(" Ik bewaar")[0])
    assert states == ["Nu leg ik elk antwoord uit.", 'Nu leg ik alleen uit als je op "Leg uit" drukt.', "Nu leg ik niets uit."]
    assert with_model.guest("Ann", "en").ask("/explain").text.startswith("A language model can explain an answer in sentences")


def test_choice_is_its_persons_alone(with_model: Explained) -> None:
    """Nobody chooses for somebody else, and what is no choice is none."""
    group, jan, mien = with_model.two_in_a_group()
    told = mien.ask("/uitleg@kanttekening_bot")
    assert jan.press(told, "Altijd uitleggen").toast == NOT_YOURS
    assert mien.press_data(told, f"w:soms:{mien.person.id}").toast == GONE
    assert with_model.rows("select wish from explaining where person = ?", mien.person.id) == []
    assert len(group.sent) == 1


def test_every_answer_is_explained_to_who_wants_that(with_model: Explained) -> None:
    """Each answer with quotations is; small talk and refusals are as they are; the conversation goes on as without."""
    jan, question = with_model.reader(), new_question()
    assert said_by(jan.ask(question).text)[:2] == [SENTENCE, LAST]
    asked = len(with_model.chat_server.requests)
    assert jan.ask("hoi").text.startswith("Hallo!")
    assert jan.ask("Hoe duur is een brood?").text.startswith("Over ")
    assert [each for each in with_model.chat_server.requests[asked:] if each.offers] == []
    jan.ask("/nieuw")
    jan.ask(question)
    assert "Gelezen als: " in jan.ask("En wat vindt Szabó daarvan?").text


def test_no_means_no(with_model: Explained) -> None:
    """Whoever wants none sees no button, and the button of before asks anew; nothing goes to the model."""
    jan = with_model.guest()
    before, question = jan.ask(new_question()), new_question()
    assert jan.ask("/uitleg uit").text.startswith("Ik leg niets meer uit. Er gaat niets van je naar een taalmodel.")
    assert "Leg uit" not in jan.ask(question).buttons
    jan.press(before, "Leg uit")
    assert jan.chat.next().text.startswith(CONSENT)
    assert with_model.asked_about(question) == 0


def test_choice_is_exported_and_erased(with_model: Explained) -> None:
    """It is among what is kept of a person, and goes with that."""
    jan = with_model.reader()
    document = with_model.exempt(jan.ask("/mijngegevens")).document
    assert document is not None
    assert f'"explains": "always {with_model.chat_server.url.split("/")[2]}"' in document.content.decode()
    jan.press(jan.ask("/verwijder"), "Ja, wis alles")
    jan.chat.next()
    assert with_model.rows("select * from explaining where person = ?", jan.person.id) == []


def test_what_people_are_told_holds_with_a_model(with_model: Explained) -> None:
    """/privacy tells where it goes, /over that a model writes sentences, and the menu and /help have the commands."""
    jan = with_model.guest()
    assert LOCAL in jan.ask("/privacy").text
    assert "dan schrijft een taalmodel (openai:scripted) zinnen bij de citaten" in jan.ask("/over").text
    assert {"/uitleg – Laat een taalmodel uitleggen: aan of uit", "/stop – Stop de uitleg die nu geschreven wordt"} <= set(
        jan.ask("/help").text.split("\n")
    )
    listed = [{each["command"] for each in commands} for commands in with_model.api.commands.values()]
    assert [{"uitleg", "stop"} <= each or {"explain", "stop"} <= each for each in listed] == [True] * len(listed)


# While it is being written.


def test_drafts_in_a_private_chat(with_model: Explained) -> None:
    """What was passed is seen before the rest is there, each time with the caveat; then one message comes, and no draft is left."""
    jan, question = with_model.reader(), new_question()
    before = len(jan.chat.sent)
    go_on = with_model.model.halts(question)
    jan.chat.say(jan.person, question)
    until(jan.chat, lambda: any(SENTENCE in draft.text for draft in jan.chat.drafts))
    assert not any(LAST in draft.text for draft in jan.chat.drafts)
    go_on.set()
    assert said_by(jan.chat.next().text)[:2] == [SENTENCE, LAST]
    jan.ask("/nieuws")
    assert len({draft.id for draft in with_model.drafted(jan)}) == 1
    assert (jan.chat.draft, len(jan.chat.sent) - before) == (None, 2)


def test_one_message_that_is_changed_in_a_group(with_model: Explained) -> None:
    """A reply to the question shows what there is, with the caveat and a button to stop; it goes when the answer has come."""
    group, jan, _ = with_model.two_in_a_group()
    question = new_question()
    go_on = with_model.model.halts(question)
    asked = group.say(jan.person, f"/vraag {question}")
    preview = group.next()
    until(group, lambda: SENTENCE in preview.text)
    assert broken_promises(preview, with_model.texts(), with_model.debate) == []
    assert (preview.reply_to, preview.buttons, group.drafts) == (asked.id, ["Stop"], [])
    go_on.set()
    answer = group.next()
    assert said_by(answer.text)[:2] == [SENTENCE, LAST]
    until(group, lambda: preview.is_deleted)
    assert group.sent == [preview, answer]


def test_too_many_drafts(with_model: Explained) -> None:
    """Where Telegram says that it is too much nothing more is shown of this explanation, also not otherwise; the answer comes."""
    jan, question = with_model.reader(), new_question()
    before, drafts = len(jan.chat.sent), len(with_model.api.calls_of("sendMessageDraft"))
    go_on = with_model.model.halts(question)
    with_model.api.fail(TooMany(), "sendMessageDraft")
    jan.chat.say(jan.person, question)
    until(jan.chat, lambda: any(call.status == 429 for call in with_model.api.calls_of("sendMessageDraft")[drafts:]))
    go_on.set()
    assert said_by(jan.chat.next().text)[:2] == [SENTENCE, LAST]
    jan.ask("/nieuws")
    assert len(with_model.api.calls_of("sendMessageDraft")) - drafts == 1
    assert (jan.chat.drafts, len(jan.chat.sent) - before) == ([], 2)


def test_chat_that_takes_no_drafts(with_model: Explained) -> None:
    """It sees a message instead, now and from then on."""
    jan = with_model.reader()
    with_model.api.fail(Error(400, "Bad Request: TEXTDRAFT_PEER_INVALID"), "sendMessageDraft")
    for _ in range(2):
        question = new_question()
        go_on = with_model.model.halts(question)
        jan.chat.say(jan.person, question)
        preview = jan.chat.next()
        until(jan.chat, lambda preview=preview: SENTENCE in preview.text)  # type: ignore[misc]  # as above
        go_on.set()
        assert said_by(jan.chat.next().text)[:2] == [SENTENCE, LAST]
        until(jan.chat, lambda preview=preview: preview.is_deleted)  # type: ignore[misc]  # as above
    assert jan.chat.drafts == []


@pytest.mark.parametrize(
    ("streaming", "private", "group"),
    [("auto", Way.DRAFT, Way.EDIT), ("draft", Way.DRAFT, Way.OFF), ("edit", Way.EDIT, Way.EDIT), ("off", Way.OFF, Way.OFF)],
)
def test_setting_says_how_it_is_shown(streaming: str, private: Way, group: Way) -> None:
    """Drafts are for private chats; what a chat does not take is left out, or with auto shown otherwise."""
    previews = Previews(Post(Bot("1:x"), lambda _old, _new: None), streaming, Patience())
    came = [Incoming(1, 7, 7), Incoming(2, -7, 7, is_group=True)]
    assert [previews.way(each) for each in came] == [private, group]
    previews.refuse_drafts(7)
    assert previews.way(came[0]) is {"auto": Way.EDIT, "edit": Way.EDIT}.get(streaming, Way.OFF)


# Stopping, and everybody else meanwhile.


def test_stop(with_model: Explained) -> None:
    """It does not wait its turn: what was passed comes as the answer, and what waited comes after it."""
    jan, question = with_model.reader(), new_question()
    before = len(jan.chat.sent)
    with_model.model.halts(question)
    jan.chat.say(jan.person, question)
    until(jan.chat, lambda: any(SENTENCE in draft.text for draft in jan.chat.drafts))
    jan.chat.say(jan.person, "/over")
    jan.chat.say(jan.person, "/stop")
    answer = jan.chat.next()
    assert (said_by(answer.text), STOPPED in answer.text) == ([SENTENCE], True)
    assert jan.chat.next().text.startswith("Ik ben Kanttekening")
    assert jan.ask("/stop").text.startswith(NOTHING_TO_STOP)
    assert len(jan.chat.sent) - before == 3


def test_stop_in_a_group(with_model: Explained) -> None:
    """Only whoever asked, or an operator, ends an explanation there."""
    group, jan, mien = with_model.two_in_a_group()
    group.members[with_model.operator.id] = with_model.operator
    question = new_question()
    with_model.model.halts(question)
    group.say(jan.person, f"/vraag {question}")
    preview = group.next()
    until(group, lambda: SENTENCE in preview.text)
    assert mien.press(preview, "Stop").toast == "Deze uitleg is van wie de vraag stelde. Alleen die kan hem stoppen."
    assert mien.ask("/stop").text.startswith(NOTHING_TO_STOP)
    assert jan.press(preview, "Stop").toast == "Ik stop met uitleggen."
    assert STOPPED in group.next().text
    assert jan.press_data(preview, f"x:{10**9}").toast == NOTHING_TO_STOP
    question = new_question()
    with_model.model.halts(question)
    group.say(jan.person, f"/vraag {question}")
    preview = group.next()
    until(group, lambda: SENTENCE in preview.text)
    group.say(with_model.operator, "/stop@kanttekening_bot")
    assert STOPPED in group.next().text


def test_others_do_not_wait_and_who_asked_keeps_the_order(with_model: Explained) -> None:
    """While one chat's answer is explained another chat is answered; what was said behind the question is answered behind it."""
    jan, mien, question = with_model.reader(), with_model.guest("Mien"), new_question()
    go_on = with_model.model.halts(question)
    jan.chat.say(jan.person, question)
    jan.chat.say(jan.person, "/over")
    until(jan.chat, lambda: bool(jan.chat.drafts))
    assert mien.ask(new_question()).text.startswith("Volgens Boston Consulting Group\n")
    assert len(jan.chat.sent) == 1
    go_on.set()
    assert said_by(jan.chat.next().text)[:2] == [SENTENCE, LAST]
    assert jan.chat.next().text.startswith("Ik ben Kanttekening")


def test_more_explanations_than_there_is_room_for(with_model: Explained) -> None:
    """Four are written at once; a fifth question gets its quotations, and why there is no explanation."""
    four = [(with_model.reader(), new_question()) for _ in range(4)]
    events = [with_model.model.halts(question) for _, question in four]
    for guest, question in four:
        guest.chat.say(guest.person, question)
        until(guest.chat, lambda guest=guest: bool(guest.chat.drafts))  # type: ignore[misc]  # as above
    fifth, question = with_model.reader(), new_question()
    answer = fifth.ask(question)
    assert "Het taalmodel heeft het nu te druk. Daarom zie je alleen de citaten." in answer.text
    assert (said_by(answer.text), with_model.asked_about(question), "Leg uit" in answer.buttons) == ([], 0, True)
    for event in events:
        event.set()
    assert [said_by(guest.chat.next().text)[:2] for guest, _ in four] == [[SENTENCE, LAST]] * 4
    fifth.press(answer, "Leg uit")
    assert said_by(fifth.chat.next().text)[:2] == [SENTENCE, LAST]


def test_model_that_fails(with_model: Explained) -> None:
    """The quotations come as without a model, and it is said why there is no more."""
    jan, question = with_model.reader(), new_question()
    with_model.model.orders[question] = lambda _: refuses(401, "the key is wrong")
    answer = jan.ask(question)
    assert answer.text.startswith("Volgens Boston Consulting Group\n")
    assert "Het taalmodel gaf geen antwoord. Daarom zie je alleen de citaten." in answer.text


# The end of the program.


def test_killed_and_ended_while_a_model_writes(dossier_home: Path, tmp_path: Path) -> None:
    """After SIGKILL each question is answered once, and what a group saw of it is gone; at SIGTERM what there is goes out.

    One is killed while a draft shows it, one while a message in a group does, and one while the answer is being sent.
    """
    home = Path(shutil.copytree(dossier_home, tmp_path / "dossier"))
    with ChatServer(model := Model()) as server, BotApi() as api:
        settings = {"chat_model": "openai:scripted", "chat_url": server.url}
        jan, mien = (Guest(person := api.person(name), api.private(person)) for name in ("Jan", "Mien"))
        groups = [api.supergroup("Beleid", [mien.person]), api.supergroup("Bestuur", [mien.person])]
        with start_bot(api, home, **settings, patience=AT_ONCE) as bot:
            for guest in (jan, mien):
                guest.ask("/uitleg aan")
            questions = [new_question() for _ in range(3)]
            events = [model.halts(question) for question in questions]
            jan.chat.say(jan.person, questions[0])
            for group, question in zip(groups, questions[1:], strict=True):
                group.say(mien.person, f"/vraag {question}")
            previews = [group.next() for group in groups]
            api.wait(lambda: all(SENTENCE in each.text for each in previews))
            api.wait(lambda: any(SENTENCE in draft.text for draft in jan.chat.drafts))
            held = Held(api, groups[1])
            api.policy = held.judge
            events[2].set()
            api.wait(lambda: held.is_held)
            bot.kill()
        model.orders.clear()
        api.policy = None
        with start_bot(api, home, **settings, patience=NEVER_SHOWN) as bot:
            answers = [jan.chat.next(30), *(group.next(30) for group in groups)]
            assert [said_by(each.text)[:2] for each in answers] == [[SENTENCE, LAST]] * 3
            assert [each.is_deleted for each in previews] == [True, True]
            drafts, question = len(jan.chat.drafts), new_question()
            asked = len(server.requests)
            model.halts(question)
            jan.chat.say(jan.person, question)
            jan.chat.say(jan.person, last := new_question())
            server.wait(lambda: len(server.requests) > asked)
            ended = bot.stop()
        assert (ended.exit_code, len(jan.chat.drafts) - drafts) == (0, 0)
        assert [len(jan.chat.sent), *(len(group.sent) for group in groups)] == [4, 2, 2]
        assert ["De uitleg is gestopt" in each.text for each in jan.chat.sent[2:]] == [True, True]
        assert not any(last in each.said for each in server.requests)
        assert sum(questions[2] in each.said for each in server.requests) == 1
        assert (api.violations, list(map(str, api.refused()))) == ([], [])


@dataclass
class Held:
    """Keeps the program waiting when it sends a message to a chat."""

    api: BotApi
    chat: Chat
    is_held: bool = False

    def judge(self, call: Call) -> Fault | None:
        """What goes wrong with a call."""
        if (call.method, call.parameters.get("chat_id")) != ("sendMessage", self.chat.id):
            return None
        self.is_held = True
        self.api.changed.notify_all()
        return Hang()
