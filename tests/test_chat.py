"""A conversation in the terminal."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.chat import Chat, prompt_session, typed_lines
from bot.explainer import Explainer
from bot.memory import Memory
from bot.screen import Screen
from tests.command import Terminal, run
from tests.remembering import DAY, Lab
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.retrieval import Retriever

QUESTION = "Hoeveel banen kan AI volgens BCG opleveren?"
CAVEAT = "\nLet op: menselijk toezicht\n"
NOTICE = "Je praat met een computerprogramma, niet met een mens."


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    """A keyboard: what is sent here is typed at the next prompt."""
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        yield keyboard


class Conversation:
    """A chat with a screen that can be read."""

    def __init__(self, explainer: Explainer, debate: Debate, memory: Memory | None = None) -> None:
        self._page = StringIO()
        self.chat = Chat(explainer, debate, Screen(self._page), memory=memory)

    def welcome(self) -> str:
        """Begin; what appears last."""
        self.chat.welcome()
        return self._page.getvalue().strip().splitlines()[-1]

    def say(self, line: str) -> str:
        """Type a line; what appears."""
        before = len(self._page.getvalue())
        assert self.chat.take(line)
        return self._page.getvalue()[before:]


@pytest.fixture
def conversation(explainer: Explainer, debate: Debate) -> Conversation:
    """A new conversation."""
    return Conversation(explainer, debate)


def test_questions_are_answered_with_the_conversation(conversation: Conversation) -> None:
    """A follow-up is read with what was said before it, and /nieuw forgets that."""
    assert conversation.say(QUESTION).startswith("Volgens Boston Consulting Group\n")
    assert conversation.say("Waarom?").startswith(f"Gelezen als: Waarom: {QUESTION}\n")
    assert conversation.say("/nieuw") == "We beginnen opnieuw.\n\n"
    assert QUESTION not in conversation.say("Waarom?")


def test_sources_are_those_of_the_last_answer(conversation: Conversation) -> None:
    """/bronnen lists the sources of the last answer in full, and before any answer those of the whole edition."""
    everything = conversation.say("/bronnen")
    assert everything.startswith("Ik antwoord uit ")
    assert "[30] " in everything
    answer = conversation.say(QUESTION)
    sources = conversation.say("/bronnen")
    cited = [line for line in answer.splitlines() if line.startswith("  [") and " — " in line]
    assert sources.startswith("Bronnen\n")
    assert cited == [line for line in sources.splitlines() if line.startswith("  [") and " — " in line]
    assert "\n      Het rapport zelf is niet gelezen." in sources
    assert CAVEAT in sources


def test_positions_and_a_question_after_them(conversation: Conversation) -> None:
    """/standpunten with a topic shows who says what about it."""
    assert conversation.say("/standpunten werk").startswith("Wie zegt wat over: werk\n")
    assert conversation.say("/positions").startswith("Wie zegt wat\n")


def test_commands_are_explained(conversation: Conversation) -> None:
    """/help lists the commands in the language of the conversation; one that does not exist is said not to."""
    help_in_dutch = (
        "Stel een vraag, of typ een opdracht: /bronnen, /standpunten, /nieuw, /help, /stop. "
        "Ctrl-R zoekt in eerdere vragen, Ctrl-D stopt.\n\n"
    )
    assert conversation.say("/help") == help_in_dutch
    assert conversation.say("/nope\x1b[31m now") == "Die opdracht ken ik niet: /nope [31m. Typ /help.\n\n"
    assert conversation.say("   ") == ""
    conversation.say("hello")
    assert "/sources, /positions, /new, /help, /stop" in conversation.say("/help")
    assert not conversation.chat.take("/stop")


def test_error_does_not_end_the_conversation(conversation: Conversation) -> None:
    """What cannot be answered is told, with the caveat, and the next question is answered."""
    sorry = conversation.say("x" * 2_001)
    assert sorry.startswith("Ik kan nu geen antwoord geven.")
    assert "the limit is 2,000" in sorry
    assert CAVEAT in sorry
    assert CAVEAT in conversation.say(QUESTION)


def test_broken_edition_does_not_end_the_conversation(debate: Debate, embeddings: PassageEmbeddings, tmp_path: Path) -> None:
    """Where nothing can be answered at all, each question says so and why."""
    nothing = Explainer(EditionReader(Shelf(tmp_path), embeddings.model), Retriever(embeddings, debate), debate)
    conversation = Conversation(nothing, debate)
    sorry = f"Ik kan nu geen antwoord geven. Probeer het straks nog eens. There is no edition in {str(tmp_path)!r} yet. "
    assert [conversation.say("hoi").startswith(sorry) for _ in range(2)] == [True, True]


def test_conversation_that_is_kept(explainer: Explainer, debate: Debate, tmp_path: Path) -> None:
    """A later conversation goes on where the one before stopped, however long ago, until /nieuw; and says that it is kept."""
    lab = Lab(tmp_path / "memory")
    first = Conversation(explainer, debate, lab.open())
    kept = "Dit gesprek wordt bewaard op deze computer. Met `kanttekening forget` wis je het."
    assert first.welcome() == kept
    first.say(QUESTION)
    lab.close()
    lab.clock.now += 7 * DAY
    memory = lab.open()
    memory.tidy()
    later = Conversation(explainer, debate, memory)
    assert later.welcome().startswith("We gaan verder met je vorige gesprek; met /nieuw begin je opnieuw. Ook dit wordt bewaard. ")
    assert later.say("Waarom?").startswith(f"Gelezen als: Waarom: {QUESTION}\n")
    assert later.say("/nieuw") == "We beginnen opnieuw.\n\n"
    assert Conversation(explainer, debate, memory).welcome() == kept
    lab.close()


def test_answer_stands_where_it_cannot_be_kept(explainer: Explainer, debate: Debate, tmp_path: Path) -> None:
    """Where a conversation cannot be kept any more, the answer is given and the reason said; the next one is answered too."""
    lab = Lab(tmp_path / "memory")
    conversation = Conversation(explainer, debate, lab.open(patience_seconds=0.05))
    with closing(sqlite3.connect(lab.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for question in (QUESTION, "Waarom?"):
            said = conversation.say(question)
            assert CAVEAT in said
            assert said.endswith("another program is working with it. Try again in a moment.\n\n")
    lab.close()


def test_keys_of_the_prompt(keys: PipeInput, tmp_path: Path) -> None:
    """Enter sends a line, Ctrl-C drops the one being typed, Ctrl-D ends."""
    keys.send_text("eerste\rvergeet dit\x03tweede\r\x04")
    assert list(typed_lines(prompt_session(tmp_path))) == ["eerste", "tweede"]


def test_history_is_kept_and_private(keys: PipeInput, tmp_path: Path) -> None:
    """A later conversation has the lines of an earlier one, the last one first; only the owner may read the file."""
    keys.send_text("Wat vindt BCG?\rhoi\r\x04")
    assert list(typed_lines(prompt_session(tmp_path))) == ["Wat vindt BCG?", "hoi"]
    assert stat.S_IMODE((tmp_path / "chat_history").stat().st_mode) == 0o600
    assert list(prompt_session(tmp_path).history.load_history_strings()) == ["hoi", "Wat vindt BCG?"]


def test_history_without_a_file(keys: PipeInput, tmp_path: Path) -> None:
    """Where no history can be kept in a file, the conversation goes on without one."""
    (tmp_path / "chat_history").mkdir()
    keys.send_text("hoi\r\x04")
    assert list(typed_lines(prompt_session(tmp_path))) == ["hoi"]


def test_conversation_in_a_pipe(dossier_home: Path) -> None:
    """Lines from a pipe are answered one after the other, with the notice once, no prompt, and nothing after /stop."""
    talk = run("chat", stdin="hoi\n\nbedankt\n/stop\nna stop\n", home=dossier_home)
    assert (talk.returncode, talk.stderr) == (0, "")
    assert talk.stdout.startswith(NOTICE)
    assert (talk.stdout.count(NOTICE), talk.stdout.count(CAVEAT)) == (1, 2)
    assert talk.stdout.endswith("\nTot ziens.\n\n")
    assert "> " not in talk.stdout


@pytest.mark.parametrize("options", [[], ["--keep"]])
def test_conversation_on_a_terminal(home: Path, options: list[str]) -> None:
    """On a terminal there is a prompt; Ctrl-D ends with 0. What was asked is kept with --keep alone, until it is erased."""
    takes_input = "\x1b[?2004h"  # switches on the marks around what is pasted
    with Terminal("chat", *options, home=home, NO_COLOR="1", PROMPT_TOOLKIT_NO_CPR="1") as terminal:
        assert NOTICE.split(maxsplit=1)[0] in terminal.read(until=takes_input)
        terminal.press("hoi\r")
        assert "\r\nLet op: menselijk toezicht\r\n" in terminal.read(until="Editie 1 ")
        terminal.read(until=takes_input)
        terminal.press("\x04")
        assert "Tot ziens." in terminal.read()
        assert terminal.process.wait() == 0
    kept = {path.name: path for path in home.iterdir() if path.name not in {"editions", "published.json"}}
    assert set(kept) == ({"chat_history", "memory.sqlite"} if options else set())
    if options:
        assert "\n+hoi\n" in kept["chat_history"].read_text("utf-8")
        assert b'"asked":"hoi"' in kept["memory.sqlite"].read_bytes()
        erased = run("forget", "--yes", home=home)
        assert (erased.returncode, erased.stderr) == (0, "")
        assert erased.stdout == "Erased of the terminal: 1 conversation, the lines that were typed.\n"
        assert not kept["chat_history"].exists()
        assert b"hoi" not in kept["memory.sqlite"].read_bytes()
