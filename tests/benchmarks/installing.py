"""What it takes to have it: the wheel, what is installed with it, and from a fresh clone to the first answer."""

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.answering import QUESTION
from tests.benchmarks.figures import Figure, Section
from tests.benchmarks.processes import ROOT, run

_MEGABYTE = 1024**2


def bench_installing(scratch: Path, *, is_quick: bool) -> Section:
    """The wheel of what was committed last, and unless it is to be quick, a clone in which a question is asked."""
    clone = scratch / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    figures, skipped = [_wheel(clone, scratch)], []
    packages = Path(sys.prefix) / "lib"
    if is_quick:
        skipped.append("from a fresh clone to the first answer: left out of a quick run")
    else:
        figures.append(_first_answer(clone, scratch))
        packages = clone / ".venv" / "lib"
    figures += _installed(packages, "" if not is_quick else "of this environment, with what tests need")
    about = """\
The clone has a home of its own and asks with `make ask`, which installs everything first; that includes what pip downloads,
from wherever it is set to, with its cache as it was."""
    return Section("To have it", about, figures, skipped=skipped)


def _wheel(clone: Path, scratch: Path) -> Figure:
    run([sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "-w", str(scratch / "wheels"), "."], folder=clone)
    return Figure("the wheel", [sum(path.stat().st_size for path in (scratch / "wheels").glob("*.whl")) / _MEGABYTE], "MB")


def _first_answer(clone: Path, scratch: Path) -> Figure:
    home = scratch / "new-home"
    home.mkdir()
    cache = subprocess.run([sys.executable, "-m", "pip", "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()
    environment = {"HOME": str(home), "PIP_CACHE_DIR": cache, "KANTTEKENING_HOME": str(home / "kanttekening")}
    python = Path(sys.base_prefix) / "bin" / "python3"
    done = run(["make", "ask", f"Q={QUESTION}", f"PYTHON={python}"], environment=environment, folder=clone)
    return Figure("from a fresh clone to the first answer", [done.seconds], "s", note="with downloads")


def _installed(packages: Path, note: str) -> list[Figure]:
    size = _size(packages)
    torch = sum(_size(path) for path in packages.glob("python*/site-packages/torch*"))
    return [
        Figure("installed, with all it needs", [size], "MB", note=note),
        Figure("of which torch, which a question never imports", [torch], "MB", note=note),
        Figure("of which the rest", [size - torch], "MB", note=note),
    ]


def _size(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / _MEGABYTE
