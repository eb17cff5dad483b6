"""The draft entry for the Algoritmeregister: the fields of the standard, what fills them, and the command that prints it."""

import json
from pathlib import Path

import pytest

from bot.model_settings import load_model_settings
from bot.register import SECTIONS, draft_entry, entry_as_text
from bot.settings import FrontSettings, load_front_settings
from tests.command import run
from tests.conftest import ROOT
from vectorstore.debate import Debate, Voice, load_debate
from vectorstore.debate_file import read_debate
from vectorstore.errors import UsageError
from vectorstore.languages import Language
from vectorstore.register_table import PUBLICATION_CATEGORIES, RegisterTable
from vectorstore.settings import PREFIX, load_settings

WEIR = ROOT / "tests" / "debates" / "stuw"
LANGUAGES: tuple[Language, ...] = ("nl", "en")
STANDARD = [
    "name", "description_short", "organization", "category", "status", "begin_date", "end_date", "contact_email", "website",
    "publication_category", "url", "goal", "proportionality", "human_intervention", "risks", "lawful_basis",
    "lawful_basis_grouping", "process_index_url", "impacttoetsen_grouping", "impacttoetsen", "source_data", "source_data_grouping",
    "methods_and_models", "provider", "publiccode", "lang", "standard_version", "source_id", "tags",
]  # fmt: skip
"""The fields of publication standard 1.0, in its order."""
MODEL_FIELDS = [
    "proportionality", "human_intervention", "risks", "source_data", "methods_and_models", "provider", "tags",
]  # fmt: skip
"""The fields in which a language model makes a difference."""
REQUIRED = ["name", "description_short", "organization", "status", "contact_email", "publication_category", "lang"]
MINIMAL = 'title = "de brug"\ncaveat_document = "kosten"\n'
MISTAKES = [
    ('naam = "x"', "naam' is 'x': there is no such field; check the spelling, or take it out"),
    (f'name = "{"x" * 101}"', f"name' is '{'x' * 101}': it has 101 characters, and the register takes 100; shorten it"),
    (
        'status = "klaar"',
        "status' is 'klaar': the register does not know it; write one of In ontwikkeling, In gebruik, Buiten gebruik",
    ),
    ('begin_date = "2026-13"', """begin_date' is '2026-13': it is no month; write it as "2026-11\""""),
    (
        'begin_date = "2026-11"\nend_date = "2026-10"',
        "end_date' is '2026-10': it is before 'begin_date', which is '2026-11'; correct one of the two",
    ),
    (
        'website = "http://example.org"',
        "website' is 'http://example.org': it is no address of a page; write it with https://, as in \"https://example.org/debat\"",
    ),
    (
        'contact_email = "balie"',
        (
            "contact_email' is 'balie': it is neither an e-mail address nor a page; "
            'write "naam@example.org" or "https://example.org/contact"'
        ),
    ),
    (
        'category = ["Werk", "Wonen", "Recht", "Verkeer"]',
        "category': it has 4 themes, and the register takes 3; choose the most important ones",
    ),
    ('lawful_basis_grouping = [{ title = "Woo" }]', "lawful_basis_grouping 1, link': it is missing; add it"),
    ('goal = " "', "goal' is ' ': it is empty; fill it in, or take the line out"),
]


def front(**values: object) -> FrontSettings:
    """Settings of the bot, with the rest as it is by default."""
    return load_front_settings(**values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_entry_has_the_fields_of_the_standard(debate: Debate, language: Language) -> None:
    """Every field is there under its name, in the order of the standard; the required ones are never empty."""
    entry = draft_entry(load_settings(), front(), debate, language)
    assert list(entry.fields) == STANDARD
    assert [field for field in REQUIRED if not entry.fields[field]] == []
    assert set(RegisterTable.model_fields) == {*STANDARD} - {"lang", "standard_version"}


def test_settings_fill_in_who_and_how_long(debate: Debate) -> None:
    """The organisation, the contact, the silence and the days are those of the settings; nothing is missing then."""
    who = {"organisation": "Gemeente Elzendorp", "contact": "debat@elzendorp.example"}
    entry = draft_entry(load_settings(), front(**who, silence_minutes=45, retention_days=12), debate)
    assert (entry.fields["organization"], entry.fields["contact_email"]) == tuple(who.values())
    assert entry.missing == {}
    for field in ("risks", "source_data"):
        assert " na 45 minuten stilte" in str(entry.fields[field])
        assert "12 dagen" in str(entry.fields[field])


def test_what_nothing_fills_is_marked_and_named(debate: Debate) -> None:
    """A required field without a value holds a placeholder, and is named with the setting that fills it."""
    entry = draft_entry(load_settings(), front(), debate)
    assert entry.missing == {"organization": f"{PREFIX}ORGANISATION", "contact_email": f"{PREFIX}CONTACT"}
    assert [entry.fields[field] for field in entry.missing] == [
        "[INVULLEN: volledige naam van de organisatie]",
        "[INVULLEN: e-mailadres of webpagina voor vragen]",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_say_what_the_program_does(debate: Debate, language: Language) -> None:
    """Not self-learning, the caveat by its name, the wrong quotation, no decisions: each stands in the field that is for it."""
    fields = draft_entry(load_settings(), front(), debate, language).fields
    said = {
        "nl": ("Niet zelflerend", "geen taalmodel", "«Let op: menselijk toezicht»", "verkeerde citaat", "neemt geen besluiten"),
        "en": ("Not self-learning", "no language model", "«Note: human oversight»", "wrong quotation", "takes no decisions"),
    }[language]
    places = ("methods_and_models", "methods_and_models", "human_intervention", "risks", "human_intervention")
    assert [text for text, field in zip(said, places, strict=True) if text not in str(fields[field])] == []
    assert (fields["impacttoetsen_grouping"], fields["lawful_basis"]) == (None, None)  # what was not done is not said


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_longer_than_the_register_takes(tmp_path: Path, language: Language) -> None:
    """However long the title, the names and the caveat of a debate are, what the register takes is not exceeded."""
    voices = tuple(Voice(f"v{n}", f"Vereniging van omwonenden {n}", aliases=("x",)) for n in range(400))
    title = "de brug over de rivier " * 60
    long = Debate(title, voices, "kosten", texts=((language, "caveat_heading", "Let op " * 90),))
    model = load_model_settings(chat_model=f"openai:{'m' * 500}", chat_url=f"https://{'s' * 500}.example")
    entry = draft_entry(load_settings(embedding_model=str(tmp_path / ("m" * 200))), front(), long, language, model)
    said = {field: value for field, value in entry.fields.items() if value is not None and field in RegisterTable.model_fields}
    said.pop("contact_email")  # a placeholder
    assert RegisterTable.model_validate(said).model_dump(exclude_none=True) == said
    assert str(entry.fields["name"]).endswith("…")
    assert "brug over de rivier" in str(entry.fields["description_short"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_model_makes_a_difference_where_it_does(debate: Debate, language: Language) -> None:
    """Without a language model none is spoken of but to say so; with one, the fields that it changes say so, and no other does."""
    word = {"nl": "taalmodel", "en": "language model"}[language]
    used = load_model_settings(chat_model="ollama:llama3.2")
    without, entry = (draft_entry(load_settings(), front(), debate, language, model).fields for model in (None, used))
    assert [field for field, value in without.items() if word in str(value)] == ["proportionality", "methods_and_models"]
    assert [field for field in STANDARD if entry[field] != without[field]] == [each for each in STANDARD if each in MODEL_FIELDS]
    assert [field for field in MODEL_FIELDS if word not in str(entry[field])] == []
    assert {"nl": "geen taalmodel", "en": "no language model"}[language] not in str(entry)


def test_entry_says_where_the_model_is(debate: Debate) -> None:
    """The model by its name, and whether it is on the same computer; of another one the organisation has to say more. No key."""
    here = load_model_settings(chat_model="ollama:llama3.2")
    away = load_model_settings(chat_model="openai:gpt-9", chat_key="sk-geheim")
    local, remote = (draft_entry(load_settings(), front(), debate, "nl", model).fields for model in (here, away))
    program = "Kanttekening, vrije software (EUPL-1.2); taalmodel voor de uitleg:"
    assert local["provider"] == f"{program} ollama:llama3.2, op dezelfde computer als het programma"
    assert remote["provider"] == f"{program} openai:gpt-9, op api.openai.com"
    gap = "[INVULLEN: api.openai.com: wat daar met vragen gebeurt, "
    assert (gap in str(remote["source_data"]), "[INVULLEN" in str(local["source_data"])) == (True, False)
    assert "hooguit 30 dagen bewaard" in str(local["source_data"])
    assert "geheim" not in str(remote)


def test_debate_says_otherwise(tmp_path: Path) -> None:
    """What stands in [register] goes before the settings and the program's texts; the dates tell the status."""
    file = tmp_path / "debate.toml"
    laws = '[{ title = "Wet", link = "https://wet.example/1" }]'
    tests = '[{ title = "DPIA" }]'
    file.write_text(
        f'{MINIMAL}[register]\nname = "Brug\\nuitleggen"\norganization = "Dorpsraad"\nbegin_date = "2026-11"\n'
        f"lawful_basis_grouping = {laws}\nimpacttoetsen_grouping = {tests}\n",
        "utf-8",
    )
    fields = draft_entry(load_settings(), front(organisation="Gemeente"), read_debate(file)).fields
    assert (fields["name"], fields["organization"], fields["status"]) == ("Brug uitleggen", "Dorpsraad", "In gebruik")
    assert fields["lawful_basis_grouping"] == [{"title": "Wet", "link": "https://wet.example/1"}]
    assert fields["impacttoetsen_grouping"] == [{"title": "DPIA", "link": None}]
    shown = entry_as_text(draft_entry(load_settings(), front(), read_debate(file)))
    assert "(`lawful_basis_grouping`)\n\n- Wet: https://wet.example/1\n" in shown
    assert "(`impacttoetsen_grouping`)\n\n- DPIA\n" in shown


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        ("", "In ontwikkeling"),
        ('begin_date = "2026-11"', "In gebruik"),
        ('begin_date = "2026-11"\nend_date = "2027-01"', "Buiten gebruik"),
        ('begin_date = "2026-11"\nstatus = "In ontwikkeling"', "In ontwikkeling"),
    ],
)
def test_status_follows_the_dates(tmp_path: Path, dates: str, status: str) -> None:
    """Nothing is said to be in use before somebody says since when; a status that is given stands."""
    file = tmp_path / "debate.toml"
    file.write_text(f"{MINIMAL}[register]\n{dates}\n", "utf-8")
    assert draft_entry(load_settings(), front(), read_debate(file)).fields["status"] == status


@pytest.mark.parametrize(("line", "message"), MISTAKES, ids=[line.partition(" ")[0] for line, _ in MISTAKES])
def test_mistake_in_the_debate_names_field_and_value(tmp_path: Path, line: str, message: str) -> None:
    """A value that the register does not take is told as any mistake in the debate file."""
    file = tmp_path / "debate.toml"
    file.write_text(f"{MINIMAL}[register]\n{line}\n", "utf-8")
    with pytest.raises(UsageError) as caught:
        load_debate(file)
    start = f"The debate file {str(file)!r}, field 'register, "
    assert str(caught.value) == f"{start}{message}. docs/debate.md explains each field."


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("CONTACT", "de balie", "it is neither an e-mail address nor a page; "),
        ("ORGANISATION", "g" * 101, "it has 101 characters, and the register takes 100; shorten it."),
    ],
)
def test_setting_that_the_register_does_not_take(debate: Debate, name: str, value: str, reason: str) -> None:
    """It is told by the name of the setting."""
    with pytest.raises(UsageError) as caught:
        draft_entry(load_settings(), front(**{name.lower(): value}), debate)
    assert str(caught.value).startswith(f"{PREFIX}{name} is {value!r}: {reason}")


def test_dossier_and_model_are_those_of_the_settings(debate: Debate) -> None:
    """The entry says which documents and which search model are used, without the folder that the model stands in."""
    own = draft_entry(load_settings(dossier="off", embedding_model="/srv/geheim/ons-model"), front(), debate).fields
    bundled = draft_entry(load_settings(), front(), debate).fields
    assert str(own["source_data"]).startswith("Documenten: documenten die de beheerder heeft gekozen.")
    assert str(bundled["source_data"]).startswith("Documenten: een dossier dat met het programma meekomt")
    assert "het model ons-model" in str(own["methods_and_models"])
    assert "geheim" not in str(own)


def test_command_prints_one_object_and_names_what_is_missing() -> None:
    """`--json` prints the fields alone; what nothing fills in is on stderr, and a draft is no failure."""
    done = run("register", "--json", debate=WEIR, contact="stuw@example.org", chat_model="ollama:llama3.2")
    fields = json.loads(done.stdout)
    assert (done.returncode, list(fields)) == (0, STANDARD)
    assert (fields["lang"], fields["standard_version"], fields["contact_email"]) == ("nld", "1.0", "stuw@example.org")
    assert fields["provider"].endswith("ollama:llama3.2, op dezelfde computer als het programma")
    assert fields["publication_category"] in PUBLICATION_CATEGORIES
    assert done.stderr == (
        f"To fill in: organization (Organisatie). Set {PREFIX}ORGANISATION, or organization in the [register] of the debate file.\n"
    )


def test_command_writes_a_file_and_never_over_one(tmp_path: Path) -> None:
    """`--output` holds what is printed otherwise; a draft that somebody worked on stays as it is."""
    shown = run("register", "--language", "en", debate=WEIR)
    target = tmp_path / "draft.md"
    written = run("register", "--language", "en", "--output", target, debate=WEIR)
    assert (written.returncode, written.stdout, target.read_text("utf-8")) == (0, "", shown.stdout)
    assert [line for line in shown.stdout.splitlines() if line.startswith("## ")] == [
        "## General information", "## Responsible use", "## How it works", "## Metadata",
    ]  # fmt: skip
    assert shown.stdout.count("\n### ") == sum(map(len, SECTIONS.values()))
    target.write_text("van mij", "utf-8")
    again = run("register", "--output", target, debate=WEIR)
    assert (again.returncode, again.stdout, target.read_text("utf-8")) == (2, "", "van mij")
    assert again.stderr == f"Error: {str(target)!r} exists already, and nothing was written. Name another file.\n"
