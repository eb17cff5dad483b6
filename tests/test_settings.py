"""Settings, and the file that lists them."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from vectorstore.errors import UsageError
from vectorstore.settings import PREFIX, Settings, load_settings

EXAMPLE = ROOT / ".env.example"
_ENTRY = re.compile(rf"^# (?P<comment>.+)\n# {PREFIX}(?P<name>[A-Z_]+)=(?P<value>.*)$", re.MULTILINE)


def _entries() -> dict[str, tuple[str, str]]:
    """Field to (comment, value), as `.env.example` has them."""
    found = _ENTRY.finditer(EXAMPLE.read_text("utf-8"))
    return {match["name"].lower(): (match["comment"], match["value"]) for match in found}


def test_example_lists_every_setting() -> None:
    """`.env.example` has every setting, in order, and no other."""
    assert list(_entries()) == list(Settings.model_fields)


def test_example_says_what_settings_say() -> None:
    """The comment above a setting begins with the description that the program has of it."""
    for name, (comment, _) in _entries().items():
        assert comment.startswith(Settings.model_fields[name].description or "?"), name


def test_example_holds_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Taking away every # from `.env.example` changes nothing; an empty value is no value."""
    monkeypatch.delenv(f"{PREFIX}HOME")
    defaults = load_settings()
    text = EXAMPLE.read_text("utf-8").replace(f"# {PREFIX}", PREFIX)
    (tmp_path / ".env").write_text(text, "utf-8")
    assert text.count(f"\n{PREFIX}") == len(Settings.model_fields)
    assert load_settings() == defaults


def test_readme_names_settings_that_exist() -> None:
    """Every variable that the README names is a setting, save the one that makes the tests thorough."""
    named = re.findall(rf"{PREFIX}([A-Z_]+)", (ROOT / "README.md").read_text("utf-8"))
    assert {name.lower() for name in named} <= {*Settings.model_fields, "soak"}


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
