"""What can stand in a debate file, what a mistake in it is told as, and the skeleton that `init` writes."""

import re
import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.init_command import make_skeleton
from bot.texts import check_texts, texts
from ingest.oversight import states_oversight
from tests.command import run
from tests.conftest import ROOT
from vectorstore.debate import Caveat, Debate, Voice, load_debate
from vectorstore.debate_tables import AskingTable, CaveatTable, DebateTable, VoiceTable
from vectorstore.errors import UsageError
from vectorstore.register_table import RegisterTable

MINIMAL = """title = "de brug"
caveat_document = "kosten"

[[voice]]
id = "raad"
name = "Dorpsraad"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A debate folder with the least that a debate has."""
    documents = tmp_path / "brug" / "documents"
    documents.mkdir(parents=True)
    (documents / "kosten.md").write_text("De kosten van de brug zijn onzeker.\n", "utf-8")
    (documents.parent / "debate.toml").write_text(MINIMAL, "utf-8")
    return documents.parent


def test_least_is_enough(folder: Path) -> None:
    """A title, a caveat document and a voice with a name are a debate; nothing of the bundled one comes along."""
    file = folder / "debate.toml"
    expected = Debate("de brug", (Voice("raad", "Dorpsraad", aliases=("Dorpsraad",)),), "kosten")
    found = load_debate(folder)
    assert found == load_debate(file)
    assert repr(found) == repr(expected)
    assert (found.texts, found.documents, found.file) == ((), folder / "documents", file)
    assert texts("nl", found).say("caveat_heading") == "Kanttekening"


def test_file_alone_goes_with_the_bundled_documents(folder: Path, debate: Debate) -> None:
    """What a file without documents leaves out of the caveat, the questions and the texts is the bundled debate's."""
    shutil.rmtree(folder / "documents")
    alone = load_debate(folder / "debate.toml")
    assert (alone.title, alone.documents) == ("de brug", None)
    assert (alone.caveat, alone.asking, alone.texts) == (debate.caveat, debate.asking, debate.texts)
    (folder / "debate.toml").write_text(f'{MINIMAL}[texts.nl]\nhelp = "Vraag maar."\n[caveat]\n', "utf-8")
    own = load_debate(folder / "debate.toml")
    assert own.caveat == Caveat()
    assert texts("nl", own).say("help") == "Vraag maar."
    assert texts("en", own).say("help") == texts("en", debate).say("help")


def test_caveat_document_may_be_given_with_its_suffix(folder: Path) -> None:
    """ "kosten.md" is the document "kosten"."""
    (folder / "debate.toml").write_text(MINIMAL.replace('"kosten"', '"kosten.md"'), "utf-8")
    assert load_debate(folder).caveat_document == "kosten"


def test_office_in_a_question_is_its_present_holder(folder: Path) -> None:
    """A title stands for the one voice that has it still, unless the file gives it to another."""
    terms = ['from = "2020"\nuntil = "2024"', "from = 2024-05-01"]
    voices = "".join(
        f'[[voice]]\nid = "w{n}"\nname = "W{n}"\ntitles = ["wethouder", "alderman"]\n{term}\n' for n, term in enumerate(terms)
    )
    file = folder / "debate.toml"
    file.write_text(MINIMAL + voices, "utf-8")
    found = load_debate(folder).voices[1:]
    assert [(each.asked_as, each.since, each.until) for each in found] == [
        ((), "2020", "2024"),
        (("wethouder", "alderman"), "2024-05-01", None),
    ]
    file.write_text(MINIMAL + voices.replace('name = "W0"', 'name = "W0"\nasked_as = ["De wethouder"]'), "utf-8")
    assert [each.asked_as for each in load_debate(folder).voices[1:]] == [("De wethouder",), ("alderman",)]
    file.write_text(MINIMAL + voices.replace('until = "2024"', ""), "utf-8")
    assert [each.asked_as for each in load_debate(folder).voices] == [(), (), ()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De kosten van deze brug zijn nog onzeker.", True),
        ("Elke RAMING van de brug is een Schatting.", True),
        ("Ramingen over zulke bruggen vallen vaak tegen.", True),
        ("De kosten van zo'n brug vallen hoger uit.", True),
        ("De kosten vallen volgens de raad lager uit.", False),
        ("De kosten van deze brug staan vast.", False),
        ("De onkosten van deze brug zijn nog onzeker.", False),
        ("Zijn de kosten van de brug onzeker?", False),
        ("De kosten zijn onzeker.", False),
    ],
)
def test_words_state_the_caveat(folder: Path, text: str, expected: bool) -> None:  # noqa: FBT001  # the answer that is expected
    """A sentence states it with a word of every part of a row; * is any rest of a word, and words are whole."""
    row = 'words = [["kosten | raming*", "onzeker* | schatting* | vallen vaak  tegen | vallen * uit"]]'
    (folder / "debate.toml").write_text(f"{MINIMAL}[caveat]\n{row}\n", "utf-8")
    assert states_oversight(text, load_debate(folder).caveat) is expected


def test_patterns_have_their_parts_filled_in(folder: Path) -> None:
    """A {part} stands for its pattern as a whole, also in a part below it."""
    rows = "parts = { a = 'een|twee', b = '{a}-' }\npatterns = [['^{b}$', '\\d{2,3}']]\n"
    (folder / "debate.toml").write_text(f"{MINIMAL}[caveat]\n{rows}", "utf-8")
    assert load_debate(folder).caveat.statements == ((r"^(?:(?:een|twee)-)$", r"\d{2,3}"),)


CAVEAT = f"{MINIMAL}[caveat]\n"
MISTAKES = [
    (MINIMAL.replace('title = "de brug"\n', ""), "field 'title': it is missing; add it"),
    (MINIMAL.replace('"de brug"', '" "'), "field 'title' is ' ': it is empty; fill it in, or take the line out"),
    (
        MINIMAL.replace('"kosten"', '"geld"'),
        "field 'caveat_document' is 'geld': there is no such document in {documents!r}; add it, or name another",
    ),
    (
        MINIMAL.replace('"raad"', '"De Raad"'),
        "field 'voice 1, id' is 'De Raad': an id is small letters, digits, - and _ only; choose another",
    ),
    (
        f'{MINIMAL}[[voice]]\nid = "raad"\nname = "Raad"\n',
        "field 'voice': two voices have the id 'raad'; give one of them another id",
    ),
    (f'{MINIMAL}alias = ["Raad"]\n', "field 'voice 1, alias': there is no such field; check the spelling, or take it out"),
    (f'{MINIMAL}aliases = "Raad"\n', """field 'voice 1, aliases' is 'Raad': it is not a list; write it as ["…", "…"]"""),
    (f'{MINIMAL}person = "ja"\n', "field 'voice 1, person' is 'ja': it is neither true nor false; write it without quotes"),
    (f"{MINIMAL}article = 1\n", "field 'voice 1, article' is 1: it is not a text; put it between double quotes"),
    (
        f'{MINIMAL}from = "2024-06"\nuntil = "2023"\n',
        "field 'voice 1, until' is '2023': it is not after 'from', which is '2024-06'; correct one of the two",
    ),
    (
        f'{MINIMAL}from = "juni"\n',
        """field 'voice 1, from' is 'juni': it is no date; write it as "2024", "2024-07" or "2024-07-02\"""",
    ),
    (f'{MINIMAL}[texts.fr]\nhelp = "Aide"\n', "field 'texts' is 'fr': it is not a language of the bot; write nl or en"),
    (
        f'{CAVEAT}heading = {{ de = "Achtung" }}\n',
        "field 'caveat, heading, de' is 'Achtung': there is no such field; check the spelling, or take it out",
    ),
    (
        f"{CAVEAT}patterns = [['(']]\n",
        (
            "field 'caveat, patterns': '(' is no regular expression (missing ), unterminated subpattern at position 0); "
            "correct it, or use 'words'"
        ),
    ),
    (
        f"{CAVEAT}patterns = [['{{x}}']]\n",
        "field 'caveat, patterns': '{x}' needs a part 'x'; add it to 'parts', above the part that uses it",
    ),
    (
        f"{CAVEAT}words = [[]]\n",
        "field 'caveat, words': row 1 is empty, which every sentence would match; fill it in or take it out",
    ),
    (
        f'{CAVEAT}words = [["kosten |"]]\n',
        "field 'caveat, words': 'kosten |' has an empty choice, which every sentence would match; take out the loose | or *",
    ),
]


@pytest.mark.parametrize(("content", "message"), MISTAKES, ids=[message.partition(": ")[0] for _, message in MISTAKES])
def test_mistake_names_file_field_value_and_next_step(folder: Path, content: str, message: str) -> None:
    """Whatever is wrong in a debate file is told in one sentence."""
    file = folder / "debate.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError) as caught:
        load_debate(folder)
    told = message.replace("{documents!r}", repr(str(folder / "documents")))
    assert str(caught.value) == f"The debate file {str(file)!r}, {told}. docs/debate.md explains each field."


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('greting = "Hoi"', "the bot has no text of that name; it has according_to, "),
        ('according_to = "Zegt men"', "the blanks that it can have are {voice}; "),
        ('greeting = "Hoi {naam}"', "the blanks that it can have are {count}, {date}, {number}, {title}; "),
        ('greeting = "Hoi {"', "the blanks that it can have are {count}, {date}, {number}, {title}; "),
    ],
)
def test_text_that_cannot_be_said(folder: Path, line: str, problem: str) -> None:
    """A text of an unknown name, or with other blanks than the original, is told when the program starts."""
    file = folder / "debate.toml"
    file.write_text(f"{MINIMAL}[texts.nl]\n{line}\n", "utf-8")
    name, _, value = line.partition(" = ")
    with pytest.raises(UsageError) as caught:
        check_texts(load_debate(folder))
    start = f"The debate file {str(file)!r}, field 'texts, nl, {name}' is {value.strip(chr(34))!r}: {problem}"
    assert str(caught.value).startswith(start)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nergens", "There is no debate file "),
        ("leeg", "has no folder 'documents'. Make it"),
        ("utf", "is not UTF-8. Save it as UTF-8."),
        ("toml", "is not TOML: "),
    ],
)
def test_what_is_no_debate(tmp_path: Path, folder: Path, what: str, message: str) -> None:
    """A place without a debate, and a file that cannot be read as one, are told with what to do."""
    (tmp_path / "leeg").mkdir()
    if what in {"utf", "toml"}:
        (folder / "debate.toml").write_bytes(b"\xff" if what == "utf" else b"title = de brug\n")
    with pytest.raises(UsageError, match=re.escape(message)):
        load_debate(folder if what in {"utf", "toml"} else tmp_path / what)


def test_command_tells_a_mistake(folder: Path) -> None:
    """The command ends with 2 and one sentence."""
    (folder / "debate.toml").write_text("title = 1\n", "utf-8")
    done = run("ask", "hoi", debate=folder)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"Error: The debate file {str(folder / 'debate.toml')!r}, field 'title' is 1: ")


def test_init_makes_a_debate_that_works(tmp_path: Path) -> None:
    """`init` says what it made and what to do next, and the first question is answered from it."""
    made = run("init", "mijn debat")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines()[:3] == [
        "Made in 'mijn debat': README.md, debate.toml, documents/kanttekening.md, documents/voorbeeld.md",
        "Next:",
        "1. Try it: KANTTEKENING_DEBATE='mijn debat' kanttekening ask \"Wie vindt wat?\"",
    ]
    check_texts(load_debate(tmp_path / "mijn debat"))
    answer = run("ask", "Wat kost de zondag?", debate="mijn debat")
    assert answer.returncode == 0
    assert answer.stdout.startswith(
        "Volgens Mila Visser\n  «De opening kost naar schatting 18.000 euro per jaar, vooral voor loon en verwarming.» [1]\n\n"
        "Let op: de kosten zijn een schatting\n"
    )


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """Where one of its files is there already it writes none, and says which; beside other files it can write."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "kanttekening.md").write_text("van mij", "utf-8")
    with pytest.raises(UsageError, match=r"documents/kanttekening\.md' exists already, and nothing was written"):
        make_skeleton(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["documents", "kanttekening.md"]
    with pytest.raises(UsageError, match=r"is a file\. Name a folder"):
        make_skeleton(tmp_path / "documents" / "kanttekening.md")
    (tmp_path / "documents" / "kanttekening.md").rename(tmp_path / "documents" / "anders.md")
    assert make_skeleton(tmp_path) == ["README.md", "debate.toml", "documents/kanttekening.md", "documents/voorbeeld.md"]
    assert (tmp_path / "documents" / "anders.md").read_text("utf-8") == "van mij"


@pytest.mark.parametrize("table", [DebateTable, VoiceTable, CaveatTable, AskingTable, RegisterTable])
def test_every_field_is_explained(table: type[BaseModel]) -> None:
    """The skeleton and docs/debate.md have every field that a debate file can have."""
    skeleton = (ROOT / "vectorstore" / "skeleton" / "debate.toml").read_text("utf-8")
    docs = (ROOT / "docs" / "debate.md").read_text("utf-8")
    fields = [field.alias or name for name, field in table.model_fields.items()]
    assert [each for each in fields if not re.search(rf"^(?:# )?(?:{each} =|\[+{each}\b)", skeleton, re.MULTILINE)] == []
    assert [each for each in fields if f"`{each}`" not in docs and f"[{each}" not in docs] == []
