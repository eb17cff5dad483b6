"""What people are told of the bot in Telegram: in an empty chat, in the profile, and on /privacy and /over."""

import re
from itertools import product

import pytest

from bot.duties import MAX_DESCRIPTION, MAX_SHORT_DESCRIPTION, about, bot_description, bot_short_description, privacy
from bot.fitting import cut, fitted
from bot.model_settings import UsedModel, load_model_settings, used_model
from bot.settings import load_front_settings
from bot.texts import texts
from tests.command import run
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.version import VERSION

LANGUAGES: tuple[Language, ...] = ("nl", "en")
LONG = Debate("de brug over de rivier " * 60, (), "kosten")
PERSON = 123_456_789_012
MAX_PRIVACY, MAX_WITH_MODEL = 1_600, 2_200
HERE = load_model_settings(chat_model="ollama:llama3.2")
ELSEWHERE = load_model_settings(chat_model="openai:gpt-9", chat_key="sk-geheim")
PROGRAM = {"nl": "computerprogramma", "en": "computer program"}


def said_of(debate: Debate, language: Language, model: UsedModel | None = None) -> list[str]:
    """Everything that is told, with nothing set and with everything set."""
    front = load_front_settings(organisation="Gemeente Elzendorp", contact="debat@elzendorp.example")
    return [
        bot_description(front, debate, language, model),
        bot_short_description(debate, language),
        privacy(front, debate, language, PERSON, model),
        privacy(load_front_settings(), debate, language, PERSON, model),
        about(debate, language, number=3, published_at="2026-11-25T10:00:00Z", documents=41, model=model),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_profile_fits_and_says_what_it_is(debate: Debate, language: Language) -> None:
    """Both descriptions say that this is a program, and of which debate; Telegram takes them, however long the title."""
    front = load_front_settings()
    for each, model in product((debate, LONG), (None, HERE)):
        described, short = bot_description(front, each, language, model), bot_short_description(each, language)
        assert (len(described) <= MAX_DESCRIPTION, len(short) <= MAX_SHORT_DESCRIPTION) == (True, True)
        assert PROGRAM[language] in described
        assert PROGRAM[language] in short.lower()
        assert each.titled(language)[:20] in described
        assert each.titled(language)[:20] in short
        assert ("60 min" in described, "/privacy" in described) == (True, True)  # the title gave way, and not these


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_filled_in_and_short(debate: Debate, language: Language) -> None:
    """No blank is left open, and nothing is longer than people read."""
    for model in (None, HERE, ELSEWHERE):
        for text in said_of(debate, language, model):
            assert not re.search(r"[{}]|\n\n\n|  ", text)
            assert len(text) <= (MAX_WITH_MODEL if model else MAX_PRIVACY)
            assert text == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_says_who_what_how_long_and_which_rights(debate: Debate, language: Language) -> None:
    """The organisation, the person's own number, both periods, the rights, Telegram's own copy, the contact and the authority."""
    front = load_front_settings(
        organisation="Gemeente Elzendorp", contact="debat@elzendorp.example", silence_minutes=45, retention_days=12
    )
    text = privacy(front, debate, language, PERSON)
    commands = {"nl": ["/bewaar", "/bewaar", "/mijngegevens", "/verwijder"], "en": ["/keep", "/keep", "/mydata", "/delete"]}[
        language
    ]
    assert re.findall(r"(?<!\S)/[a-z]+", text) == commands
    days = {"nl": "dagen", "en": "days"}[language]
    needed = ("Gemeente Elzendorp", str(PERSON), "45 min", f"12 {days}", "debat@elzendorp.example", "Autoriteit Persoonsgegevens")
    assert [each for each in needed if each not in text] == []
    assert "end-to-end" in text.replace("eind-tot-eind", "end-to-end")


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_does_not_hide_that_nobody_is_named(debate: Debate, language: Language) -> None:
    """Without an organisation or a contact it says so, and keeps everything else."""
    say = texts(language, debate)
    named = privacy(load_front_settings(organisation="X", contact="Y"), debate, language, PERSON).split("\n\n")
    nobody = privacy(load_front_settings(), debate, language, PERSON).split("\n\n")
    assert nobody[0] == say.say("privacy_who_unknown")
    assert nobody[-1].startswith(say.say("privacy_questions_unknown"))
    assert nobody[1:-1] == named[1:-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_says_version_edition_and_licence(debate: Debate, language: Language) -> None:
    """Which program answers, from what; where the code is, if the debate names it."""
    text = said_of(debate, language)[-1]
    date = {"nl": "25 november 2026", "en": "25 November 2026"}[language]
    assert [each for each in (VERSION, "EUPL-1.2", date, " 41 ", " 3 ", "/privacy") if each not in text] == []
    elsewhere = Debate("de brug", (), "kosten", register={"publiccode": "https://example.org/code"})
    assert about(elsewhere, language, number=3, published_at="2026-11-25", documents=1).endswith("https://example.org/code")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_model_there_is_no_word_of_one(debate: Debate, language: Language) -> None:
    """Where no language model is set none is spoken of, and the program says that it writes no answers."""
    said = said_of(debate, language)
    assert not re.search("taalmodel|language model|/uitleg|/explain", "\n".join(said))
    assert {"nl": "Ik schrijf zelf geen antwoorden.", "en": "I write no answers myself."}[language] in said[-1]
    assert used_model(load_model_settings()) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_a_model_only_that_is_said_otherwise(debate: Debate, language: Language) -> None:
    """A model adds a paragraph to what is said of privacy, takes the place of one sentence in what is said of the program."""
    said, without = said_of(debate, language, HERE), said_of(debate, language)
    added = [[part for part in text.split("\n\n") if part not in before] for text, before in zip(said, without, strict=True)]
    assert [len(parts) for parts in added] == [1, 0, 1, 1, 1]
    assert [text.replace(f"\n\n{part[0]}", "") for text, part in zip(said[2:4], added[2:4], strict=True)] == without[2:4]
    writing = texts(language, debate)
    replaced = said[-1].replace(writing.say("about_writing_model", model="ollama:llama3.2"), writing.say("about_writing"))
    assert replaced == without[-1]
    assert {"nl": "schrijf zelf geen", "en": "write no answers"}[language] not in said[-1]


def test_privacy_says_what_a_model_gets(debate: Debate) -> None:
    """Which model, where it is, what goes there and what does not, that it is only after a yes, and what is kept; with no key."""
    here, elsewhere = (privacy(load_front_settings(), debate, "nl", PERSON, model).split("\n\n")[4] for model in (HERE, ELSEWHERE))
    before = "Wil je uitleg van een taalmodel? Alleen als jij ja hebt gezegd, gaat er iets naar dat model."
    after = (
        "Vragen van anderen krijgt het niet. Stoppen kan met /uitleg uit. Of je uitleg wilt, hoort bij wat ik van je bewaar. Wat "
        "het taalmodel schreef, bewaar ik hooguit 30 dagen, zonder naam, nummer of vraag erbij."
    )
    assert here == (
        f"{before} Het taalmodel ollama:llama3.2 draait op dezelfde computer als deze bot (localhost:11434). Voor uitleg gaan je "
        f"vraag en de citaten nergens anders heen. {after}"
    )
    assert elsewhere == (
        f"{before} Voor uitleg gaat dit naar een andere computer: je vraag, bij een vervolgvraag ook je eerdere vragen in dit "
        "gesprek, en de citaten bij het antwoord. Het gaat naar het taalmodel openai:gpt-9 op api.openai.com. Je naam en je nummer "
        f"gaan niet mee. Ik weet niet wat daar wordt bewaard. Zet in je vraag dus niets dat geheim is. {after}"
    )


@pytest.mark.parametrize(
    ("model", "url", "server", "is_local"),
    [
        ("ollama:llama3.2", None, "localhost:11434", True),
        ("ollama:gpt-oss:120b-cloud", None, "ollama.com", False),
        ("ollama:glm-5:cloud", "http://127.0.0.1:11434", "ollama.com", False),
        ("openai:gpt-oss:cloud", "http://localhost:11434/v1", "ollama.com", False),
        ("ollama:cloudy", None, "localhost:11434", True),
        ("ollama:llama3.2", "http://gpu.example:11434", "gpu.example:11434", False),
        ("ollama:glm-5:cloud", "http://gpu.example:11434", "gpu.example:11434", False),
        ("openai:local", "http://user:secret@[::1]:8000/v1", "[::1]:8000", True),
        ("openai:gpt-9", None, "api.openai.com", False),
        ("anthropic:claude", None, "api.anthropic.com", False),
        ("mistralai:mistral", None, "api.mistral.ai", False),
        ("bedrock:claude", None, "bedrock", False),
    ],
)
def test_where_a_model_is(model: str, url: str | None, server: str, is_local: bool) -> None:  # noqa: FBT001  # a row
    """People are told the server without what is secret in its address; a model that Ollama passes on is not here."""
    used = load_model_settings(chat_model=model, chat_url=url)
    assert (used.label, used.server, used.is_local) == (model, server, is_local)


def test_cut_text_says_so() -> None:
    """Text that fits is left alone; other text is cut between words where it can be, and ends in three dots."""
    assert [cut("een twee drie", most) for most in (13, 12, 5, 4, 2, 1)] == [
        "een twee drie",
        "een twee…",
        "een…",
        "een…",
        "e…",
        "…",
    ]
    assert fitted("x {title} y".format, "een twee", 9) == "x een… y"
    assert fitted("x {title} yyyyyy".format, "een twee", 6) == "x…"


def test_terminal_says_that_it_is_a_program(debate: Debate) -> None:
    """`--help` says so, and a conversation before anything is asked: in both languages, as nobody has chosen one yet."""
    assert "is a computer program" in run("--help").stdout
    dutch, english = (texts(language, debate).say("notice") for language in LANGUAGES)
    assert "computerprogramma, niet met een mens" in dutch
    assert run("chat", stdin="").stdout.startswith(f"{dutch}\n\n{english}\n\n")
    assert run("chat", "--language", "en", stdin="").stdout.startswith(f"{english}\n\nAsk a question")
