"""What the README and the docs tell people to type, and the files that run the bot as a service."""

import configparser
import gc
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.model_settings import ModelSettings
from bot.settings import FrontSettings
from tests.conftest import ROOT
from vectorstore.settings import PREFIX, Settings

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DEPLOY = ROOT / "docs" / "deploy"
SERVICE = (DEPLOY / "kanttekening.service").read_text("utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
NOT_YET: set[str] = set()
"""Commands that the docs have and the program has not yet."""
FIELDS = {*Settings.model_fields, *FrontSettings.model_fields, *ModelSettings.model_fields}
_BLOCK = re.compile(r"^( *)```(?:sh|console)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(rf"{PREFIX}([A-Z_]+)")
_ENDS = {";", "&&", "|"}


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each `kanttekening …` in the blocks of a page."""
    for match in _BLOCK.finditer(page.read_text("utf-8")):
        for line in match[2].replace("\\\n", " ").splitlines():
            for words in simple_commands(line.strip().removeprefix("$ ")):
                started = next((index for index, word in enumerate(words) if is_program(word, words[:index])), None)
                if started is not None:
                    yield words[started + 1 :]


def simple_commands(line: str) -> Iterator[list[str]]:
    """The commands on a line of the shell, in words; what is no line of the shell has none."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    words: list[str] = []
    try:
        for word in [*reader, ";"]:
            if word in _ENDS:
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:  # a quotation mark that is not closed: what a command printed
        return


def is_program(word: str, before: list[str]) -> bool:
    """Whether a word of a command is our program: the first word, behind settings or not, or a path to it."""
    return word.endswith("/bin/kanttekening") or (word == "kanttekening" and all(each.startswith(PREFIX) for each in before))


LINES = sorted({tuple(line) for page in PAGES for line in commands(page)})


def test_docs_are_read() -> None:
    """The commands that people meet first are among those that are tried below."""
    assert {("telegram",), ("ingest", "--sync", "documenten/"), ("remove", "--purge", "ID"), ("sources",)} <= {*LINES}
    assert len(LINES) > 20


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_what_the_docs_say_can_be_typed(line: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The command and its options exist; one that is still to come is taken off the list when it is there."""
    threshold = gc.get_threshold()
    with pytest.raises(SystemExit) as ended:
        main([*line, "--help"])
    gc.set_threshold(*threshold)
    shown = capsys.readouterr()
    expected = 2 if line[0] in NOT_YET else 0
    assert ended.value.code == expected, shown.err


def test_docs_name_settings_that_exist() -> None:
    """Every variable in the docs and in the files that deploy is a setting."""
    pages = [*(ROOT / "docs").glob("*.md"), *DEPLOY.iterdir()]
    named = {(page.name, name) for page in pages for name in _SETTING.findall(page.read_text("utf-8"))}
    assert {each for each in named if each[1].lower() not in FIELDS} == set()
    assert {("kanttekening.service", "TELEGRAM_TOKEN_FILE"), ("Dockerfile", "TELEGRAM_TOKEN_FILE")} <= named


def test_docs_name_every_setting_of_the_bot() -> None:
    """An operator finds each setting of the bot in docs/telegram.md or the README."""
    told = (ROOT / "docs" / "telegram.md").read_text("utf-8") + (ROOT / "README.md").read_text("utf-8")
    short = {name.upper().removeprefix("TELEGRAM_WEBHOOK").removeprefix("TELEGRAM") for name in FrontSettings.model_fields}
    assert {name for name in short if name not in told} == set()


def test_docs_link_to_files_that_exist() -> None:
    """Every link of a page to a file beside it leads somewhere."""
    links = [(page, link) for page in PAGES for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
    assert (ROOT / "README.md", "docs/telegram.md") in links


def test_service_gives_the_token_as_a_file_and_time_to_answer() -> None:
    """The unit runs the command as a user of its own, hands over the token by credential, and stops it with SIGTERM."""
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names of systemd have capitals
    unit.read_string(SERVICE)
    service = unit["Service"]
    assert service["ExecStart"].endswith("/bin/kanttekening telegram")
    assert (service["User"], service["KillSignal"], service["TimeoutStopSec"]) == ("kanttekening", "SIGTERM", "30")
    name, _, path = service["LoadCredential"].partition(":")
    assert service["Environment"] == f"{PREFIX}TELEGRAM_TOKEN_FILE=%d/{name}"
    assert path == "/etc/kanttekening/token"


def test_service_is_one_that_systemd_reads(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say of the unit, where there is a systemd."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    there = tmp_path / "kanttekening.service"
    there.write_text(SERVICE.replace("/opt/kanttekening/bin/kanttekening", "/bin/true"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", there], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_image_holds_no_secret_and_stops_by_signal() -> None:
    """What the image is made of is in the checkout; it runs as nobody special, without a shell between, and no token is in it."""
    steps = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    copied = [word for line in steps if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert [each for each in copied if not (ROOT / each).exists()] == []
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert ("*" in allowed, {f"!{each}" for each in copied} <= {*allowed}) == (True, True)
    assert [line for line in steps if line.startswith(("ENTRYPOINT", "CMD", "USER", "STOPSIGNAL"))] == [
        "USER 10001",
        "STOPSIGNAL SIGTERM",
        'ENTRYPOINT ["kanttekening"]',
        'CMD ["telegram"]',
    ]
    assert not re.search(r"https?://|TOKEN=|index-url", DOCKERFILE)
