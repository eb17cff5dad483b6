"""Settings, and the file that lists them."""

import re
from pathlib import Path

import pytest

from bot.model_settings import ModelSettings, load_model_settings
from bot.settings import FrontSettings, load_front_settings
from tests.conftest import ROOT
from vectorstore.errors import UsageError
from vectorstore.settings import PREFIX, Settings, load_settings

FIELDS = {**Settings.model_fields, **FrontSettings.model_fields, **ModelSettings.model_fields}
EXAMPLE = ROOT / ".env.example"
_ENTRY = re.compile(rf"^# (?P<comment>.+)\n# {PREFIX}(?P<name>[A-Z_]+)=(?P<value>.*)$", re.MULTILINE)


def _entries() -> dict[str, tuple[str, str]]:
    """Field to (comment, value), as `.env.example` has them."""
    found = _ENTRY.finditer(EXAMPLE.read_text("utf-8"))
    return {match["name"].lower(): (match["comment"], match["value"]) for match in found}


def test_example_lists_every_setting() -> None:
    """`.env.example` has every setting, in order, and no other."""
    assert list(_entries()) == list(FIELDS)


def test_example_says_what_settings_say() -> None:
    """The comment above a setting begins with the description that the program has of it."""
    for name, (comment, _) in _entries().items():
        assert comment.startswith(FIELDS[name].description or "?"), name


def test_example_holds_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Taking away every # from `.env.example` changes nothing; an empty value is no value."""
    monkeypatch.delenv(f"{PREFIX}HOME")
    defaults = load_settings(), load_front_settings(), load_model_settings()
    text = EXAMPLE.read_text("utf-8").replace(f"# {PREFIX}", PREFIX)
    (tmp_path / ".env").write_text(text, "utf-8")
    assert text.count(f"\n{PREFIX}") == len(FIELDS)
    assert (load_settings(), load_front_settings(), load_model_settings()) == defaults


def test_readme_names_settings_that_exist() -> None:
    """Every variable that the README names is a setting, save the one that makes the tests thorough."""
    named = re.findall(rf"{PREFIX}([A-Z_]+)", (ROOT / "README.md").read_text("utf-8"))
    assert {name.lower() for name in named} <= {*FIELDS, "soak"}


def test_page_about_models_has_their_settings() -> None:
    """docs/llm.md lists every setting of the language model, in order, with its default."""
    rows = re.findall(rf"^\| `{PREFIX}(CHAT_\w+)` \| (?:`(.*?)`)? ?\|", (ROOT / "docs" / "llm.md").read_text("utf-8"), re.MULTILINE)
    defaults = {name: field.default for name, field in ModelSettings.model_fields.items()}
    assert [(name.lower(), value) for name, value in rows] == [
        (name, "" if default is None else f"{default:g}" if isinstance(default, float) else str(default))
        for name, default in defaults.items()
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("KEEP_EDITIONS", "0"), ("KEEP_EDITIONS", "veel"), ("DOSSIER", "maybe"), ("LANGUAGE", "fr")],
)
def test_wrong_value_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that is not allowed is a usage error that names the variable, the value and where to look."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{PREFIX}{name} is {value!r}: ")
    assert str(caught.value).endswith("See .env.example.")
    assert caught.value.exit_code == 2


def test_wrong_value_in_env_file_names_the_variable(tmp_path: Path) -> None:
    """A wrong line in `.env` is reported as one in the environment is."""
    (tmp_path / ".env").write_text(f"{PREFIX}KEEP_EDITIONS=-1\n", "utf-8")
    with pytest.raises(UsageError, match=f"{PREFIX}KEEP_EDITIONS is '-1'"):
        load_settings()


def test_flags_win_from_environment_and_environment_from_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The nearest word counts: a flag, then the environment, then `.env`, then the default."""
    (tmp_path / ".env").write_text(f"{PREFIX}KEEP_EDITIONS=7\n{PREFIX}LANGUAGE=en\n{PREFIX}DOSSIER=off\n", "utf-8")
    monkeypatch.setenv(f"{PREFIX}LANGUAGE", "nl")
    monkeypatch.setenv(f"{PREFIX}DOSSIER", "off")
    found = load_settings(dossier="on", language=None)
    assert (found.dossier, found.language, found.keep_editions, found.embedding_model) == ("on", "nl", 7, "bundled")


def test_other_lines_in_env_file_are_not_ours(tmp_path: Path) -> None:
    """A `.env` that other programs share is read for our settings alone."""
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://\nKANTTEKENING_UNKNOWN=1\n", "utf-8")
    assert load_settings().keep_editions == 5


def test_home_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`~` is the user's own folder, and the path is absolute whatever is set."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(home="~/margin").home_dir == tmp_path / "margin"
    assert load_settings(home="margin").home_dir == tmp_path / "margin"


def test_ids_stand_with_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operators and lists of people and groups are ids, as people write a list."""
    monkeypatch.setenv(f"{PREFIX}OPERATORS", "12, 34 -56")
    assert load_front_settings().operators == {12, 34, -56}


@pytest.mark.parametrize(("name", "value"), [("OPERATORS", "jan"), ("PERSON_RATE", "0"), ("TELEGRAM_WEBHOOK_PORT", "70000")])
def test_wrong_value_of_the_bot_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that the bot cannot use is told as any other."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(UsageError, match=rf"^{PREFIX}{name} is '{value}': .*See \.env\.example\.$"):
        load_front_settings()


def test_token_comes_from_the_setting_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Spaces and line ends around it are none of it; the setting itself goes before the file, and neither shows it."""
    path = tmp_path / "token"
    path.write_text("1:bestand\n", "utf-8")
    monkeypatch.setenv(f"{PREFIX}TELEGRAM_TOKEN_FILE", str(path))
    assert load_front_settings().token() == "1:bestand"
    monkeypatch.setenv(f"{PREFIX}TELEGRAM_TOKEN", " 2:zelf ")
    assert load_front_settings().token() == "2:zelf"
    assert "zelf" not in repr(load_front_settings())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no token. Get one from @BotFather"),
        (b"", "The token file 'token' is empty."),
        (b"\xff", "The token file 'token' cannot be read (it is not text)."),
        ("gone", "The token file 'token' cannot be read (No such file or directory)."),
    ],
)
def test_no_token_is_told_with_the_next_step(monkeypatch: pytest.MonkeyPatch, content: bytes | str | None, message: str) -> None:
    """What is missing, and where to get it."""
    if content is not None:
        monkeypatch.setenv(f"{PREFIX}TELEGRAM_TOKEN_FILE", "token")
    if isinstance(content, bytes):
        Path("token").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_front_settings().token()
    assert str(caught.value).startswith(message)
