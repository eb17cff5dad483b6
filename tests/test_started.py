"""The commands that tests run as copies of a process do what a process that people start does."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.command import command, environment, run
from tests.started import Streams, start
from vectorstore.settings import PREFIX
from vectorstore.version import VERSION

COMMANDS = {
    "ask 'Wat vindt BCG?'": 0,
    "editions": 0,
    "lint": 0,
    "positions toezicht": 0,
    "register": 0,
    "remove --dry-run bcg": 0,
    "sources": 0,
    "sources show nergens": 2,
    "status": 0,
}


@pytest.mark.parametrize(("line", "code"), COMMANDS.items())
def test_copy_says_what_a_fresh_process_says(line: str, code: int, home: Path) -> None:
    """Exit code, stdout and stderr are the same; and so each of these commands is started as people start it."""
    arguments = shlex.split(line)
    fresh = subprocess.run(command(*arguments), env=environment(home=home), capture_output=True, text=True, check=False)
    copy = run(*arguments, home=home)
    assert (copy.returncode, copy.stdout, copy.stderr) == (fresh.returncode, fresh.stdout, fresh.stderr)
    assert fresh.returncode == code


def test_locale_of_its_own_makes_a_fresh_process(home: Path) -> None:
    """Python reads it when it starts, so a copy would not have it."""
    copy, fresh = (start(["--version"], environment(home=home, **more), Streams()) for more in ({}, {"PYTHONUTF8": "0"}))
    assert [each.communicate() for each in (copy, fresh)] == [(f"kanttekening {VERSION}\n".encode(), b"")] * 2
    assert [isinstance(each, subprocess.Popen) for each in (copy, fresh)] == [f"{PREFIX}SOAK" in os.environ, True]
