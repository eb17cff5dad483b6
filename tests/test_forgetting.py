"""The command that erases what is remembered."""

import json
from pathlib import Path

import pytest

from bot.remembered import TERMINAL, ConversationKey, Erased
from tests.command import Terminal, run
from tests.remembering import ANNE, BRAM, Lab, ask, private, turn


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A home in which the terminal and two people are remembered."""
    lab = Lab(tmp_path / "home")
    memory = lab.open()
    memory.remember(ConversationKey(TERMINAL), (turn("kwalsterbriep"),))
    memory.set_language(ANNE, "en")
    ask(memory, 1, private(ANNE), "griffelhuis")
    memory.take_in(2, "zwammerlo", chat=ANNE, person=ANNE)
    ask(memory, 3, private(BRAM), "waterwilg")
    (lab.folder / "chat_history").write_text("+kwalsterbriep")
    lab.close()
    return lab


def test_terminal_is_forgotten(lab: Lab) -> None:
    """`forget` erases what the terminal kept, and what it erased is said; the second time there is nothing."""
    first = run("forget", "--json", "--yes", home=lab.folder)
    nothing = {
        "person": None,
        "conversations": 0,
        "answers": 0,
        "waiting": 0,
        "was_known": False,
        "history": False,
        "explanations": 0,
    }
    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout) == {**nothing, "conversations": 1, "history": True}
    assert lab.traces(["kwalsterbriep", "griffelhuis", "waterwilg"]) == {"griffelhuis", "waterwilg"}
    assert json.loads(run("forget", "--json", "--yes", home=lab.folder).stdout) == nothing


def test_person_is_forgotten(lab: Lab) -> None:
    """`forget --person` erases a person of Telegram, and nothing of the terminal or of anybody else."""
    done = run("forget", "--person", str(ANNE), "--yes", home=lab.folder)
    said = f"Erased of person {ANNE}: 1 conversation, 1 answer, 1 waiting message, what was chosen.\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    words = ["kwalsterbriep", "griffelhuis", "zwammerlo", "waterwilg"]
    assert lab.traces(words, (ANNE, BRAM)) == {"kwalsterbriep", "waterwilg", str(BRAM)}
    again = run("forget", "--person", str(ANNE), "--yes", home=lab.folder)
    assert (again.returncode, again.stdout) == (0, f"Nothing is remembered of person {ANNE}.\n")


def test_nothing_to_forget(tmp_path: Path) -> None:
    """Where nothing was ever remembered it says so, and makes no file."""
    done = run("forget", "--yes", home=tmp_path / "none")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is remembered of the terminal.\n", "")
    assert not (tmp_path / "none").exists()


def test_forgetting_is_asked_about(lab: Lab) -> None:
    """Without --yes whoever is at the terminal is asked, and no is no; where nobody is, nothing is erased."""
    refused = run("forget", home=lab.folder)
    sentence = "Error: Nobody is there to say whether everything of the terminal is to be erased. Add --yes if it is.\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", sentence)
    for reply, code in (("n", 1), ("y", 0)):
        assert lab.traces(["kwalsterbriep"]) == {"kwalsterbriep"}
        with Terminal("forget", home=lab.folder) as terminal:
            assert "Erase everything of the terminal? There is no way back" in terminal.read(until="[y/N]")
            terminal.press(f"{reply}\n")
            terminal.read()
            assert terminal.process.wait() == code
    assert lab.traces(["kwalsterbriep"]) == set()
    assert lab.open().erase_front(TERMINAL) == Erased()
    lab.close()
