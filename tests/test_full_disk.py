"""A disk that is full while an edition is built: one sentence, and what was published stays."""

import os
import random
import shutil
import subprocess
import sys
from math import log2
from pathlib import Path

import pytest

from tests.command import command
from tests.conftest import ROOT
from tests.counts import count
from tests.place import OTTERS, WILLOWS, Place
from vectorstore.settings import PREFIX

LIMITS, SEED = (15 if f"{PREFIX}SOAK" in os.environ else 1), 20261125
_LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.path.insert(0, {str(ROOT)!r})
from bot.__main__ import main
main(sys.argv[2:])
"""


def check_full(place: Place, done: subprocess.CompletedProcess[str], named: Path | None = None) -> None:
    """A disk that is full while an edition is built is one sentence; what was published is whole."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.startswith(f"Error: The new edition could not be written in {str(named or place.home)!r} ("), done.stderr
    assert "[(" not in done.stderr
    assert done.stderr.endswith("Nothing was published; free some room or check the rights, and try again.\n")
    assert (place.folders, place.names()) == (["1"], ["wilgen"])


@pytest.fixture
def crowded(place: Place) -> Place:
    """A place where much is still to be published."""
    place.publish(wilgen=WILLOWS)
    (place.docs / "lang.txt").write_text("\n".join(f"{OTTERS} {number}." for number in range(200)), "utf-8")
    return place


@pytest.mark.parametrize("largest", ["catalog.sqlite", "chroma/chroma.sqlite3"])
def test_file_that_cannot_grow_is_one_sentence(crowded: Place, largest: str) -> None:
    """Whether a copy or a database cannot be written any further, it says so, and what was published stays."""
    limit = (crowded.home / "editions" / "1" / largest).stat().st_size
    line = [sys.executable, "-c", _LIMITED, str(limit), "ingest", str(crowded.docs)]
    check_full(crowded, subprocess.run(line, env=crowded.variables(), capture_output=True, text=True, check=False))


def test_files_that_can_grow_up_to_any_size(crowded: Place) -> None:
    """Wherever the room ends, in this thread or in the one that writes, the edition is published whole or not at all."""
    origin = Path(shutil.copytree(crowded.home, crowded.home.with_name("origin")))
    chance, published = random.Random(SEED), 0  # noqa: S311  # the same limits every time
    largest = max(path.stat().st_size for path in origin.rglob("*")) * 3  # as an edition with the long document
    for _ in range(LIMITS):
        shutil.rmtree(crowded.home)
        shutil.copytree(origin, crowded.home)
        limit = int(2 ** chance.uniform(5, log2(largest)))
        line = [sys.executable, "-c", _LIMITED, str(limit), "ingest", "--quiet", str(crowded.docs)]
        done = subprocess.run(line, env=crowded.variables(), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            published += 1
            assert crowded.names() == ["lang", "wilgen"]
        else:
            check_full(crowded, done)
    count("full disks", f"{LIMITS} at random sizes (seed {SEED}), {published} large enough; all whole or nothing")


# In a file system of its own, which ends with the process: nobody outside sees it, and nothing has to be unmounted.
_SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$2" && cp -a "$3/." "$2" || exit 77
shift 3
"$@"
code=$?
rm -rf "$BEFORE"
cp -a "$DISK" "$BEFORE"
exit $code
"""


def test_full_disk_is_one_sentence(crowded: Place, tmp_path: Path) -> None:
    """The same on a disk without room, where the system lets us make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    room = sum(path.stat().st_size for path in crowded.home.rglob("*")) * 2
    shell = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        _SMALL_DISK,
        "sh",
        str(room),
        str(disk),
        str(crowded.home),
    ]
    variables = {**crowded.variables(), f"{PREFIX}HOME": str(disk), "DISK": str(disk), "BEFORE": str(crowded.home)}
    try:
        done = subprocess.run(
            [*shell, *command("ingest", crowded.docs)], env=variables, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs unshare")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("may not make a file system of its own")
    check_full(crowded, done, disk)
