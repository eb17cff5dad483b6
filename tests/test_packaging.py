"""What is declared, what is in the wheel, that the wheel works where there is no checkout, and what make does in one."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT
from tests.test_architecture import FILES, PACKAGES, imports, name
from vectorstore.version import VERSION

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
QUESTION = "Hoeveel banen kan AI volgens BCG opleveren?"
CHAT_EXTRAS = ("anthropic", "mistralai", "ollama", "openai")
"""What installs a language model's provider."""
MAX_MODEL_BYTES = 40 * 1024 * 1024


def declared(group: str | None = None) -> list[Requirement]:
    """The dependencies of the program, or of one of its extras."""
    project = PYPROJECT["project"]
    return [Requirement(each) for each in (project["optional-dependencies"][group] if group else project["dependencies"])]


def third_party(*, training: bool) -> set[str]:
    """The distributions that the packages import from, by canonical name: the product, or how its model is made."""
    owners = packages_distributions()
    files = [path for path in FILES if name(path).startswith("vectorstore/training/") == training]
    tops = {dotted.partition(".")[0] for path in files for dotted in imports(path)}
    return {canonicalize_name(owners[top][0]) for top in tops - {*PACKAGES, *sys.stdlib_module_names}}


def test_dependencies_are_what_is_imported() -> None:
    """Every declared dependency is imported somewhere, and everything that is imported is declared; providers are only named."""
    named = {each: {canonicalize_name(found.name) for found in declared(each)} for each in CHAT_EXTRAS}
    shared = set.intersection(*named.values())
    assert {canonicalize_name(each.name) for each in declared()} | shared == third_party(training=False)
    assert {each: found - shared for each, found in named.items()} == {each: {f"langchain-{each}"} for each in CHAT_EXTRAS}


def test_training_needs_what_its_extra_adds() -> None:
    """What only the recipe imports is declared by the extra; the product installs without it."""
    extra = {canonicalize_name(each.name) for each in declared("training")}
    assert third_party(training=True) <= third_party(training=False) | extra
    assert not extra & third_party(training=False)


def test_dependencies_have_lower_bounds_only() -> None:
    """What a dependency may not be is for constraints.txt to say."""
    bounds = [
        each
        for group in (None, "dev", "postgres", *CHAT_EXTRAS)
        for each in declared(group)
        if {part.operator for part in each.specifier} != {">="}
    ]
    assert bounds == []


def test_constraints_pin_every_dependency() -> None:
    """Each direct dependency has one pin, and the pin is within its bounds."""
    pins = _pins()
    every = [each for group in (None, "dev", "postgres", "training", *CHAT_EXTRAS) for each in declared(group)]
    wrong = [str(each) for each in every if pins[canonicalize_name(each.name)] not in each.specifier]
    assert wrong == []


def test_constraints_hold_pins_and_no_addresses() -> None:
    """Every line is `name==version`, in order; torch is the release that has a build without CUDA."""
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    assert lines == [f"{requirement.name}{requirement.specifier}" for requirement in map(Requirement, lines)]
    assert {part.operator for line in lines for part in Requirement(line).specifier} == {"=="}
    assert list(_pins()) == sorted(_pins())
    assert _pins()["torch"] == Version("2.13.0")


def test_packages_are_all_listed() -> None:
    """Every folder with Python in it is a package that is installed."""
    folders = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in FILES}
    assert sorted(folders) == sorted(PYPROJECT["tool"]["setuptools"]["packages"])


def test_model_is_small_enough_to_ship() -> None:
    """The folder with the bundled model stays under 40 MB."""
    assert sum(path.stat().st_size for path in (ROOT / "vectorstore" / "model").rglob("*")) <= MAX_MODEL_BYTES


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout so that nothing is left behind in it."""
    source = tmp_path_factory.mktemp("source")
    for each in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / each, source / each)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    built = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "-q"]
    _run([sys.executable, "-m", "pip", "wheel", *options, "-w", built, source], cwd=built)
    (found,) = built.glob("kanttekening-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that holds the wheel and, through a path, the dependencies; not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "-q"]
    _run([sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", *options, wheel], cwd=folder)
    # A path in a .pth file is searched, but the .pth files found there are not read: an editable install stays out of sight.
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return folder / "bin"


def test_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    """Every file of the packages is in the wheel, and nothing of the tests."""
    names = set(zipfile.ZipFile(wheel).namelist())
    data = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(ROOT).as_posix() for path in data} <= names
    assert {
        "vectorstore/model/onnx/model_qint8.onnx",
        "vectorstore/debate.toml",
        "vectorstore/skeleton/documents/kanttekening.md",
        "bot/texts/nl.toml",
        "ingest/dossier/debat.md",
    } <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_wheel_answers_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    """The installed command builds edition 1 in a new home and answers in quotations, with the caveat."""
    answered = _run([installed / "kanttekening", "ask", "--json", QUESTION], cwd=tmp_path)
    answer = json.loads(answered.stdout)
    assert (answer["status"], answer["edition"]["number"], answer["question"]) == ("answered", 1, QUESTION)
    assert answer["statements"][0]["quotes"]
    assert answer["caveat"]["oversight"]


def test_wheel_does_not_lean_on_the_checkout(installed: Path, tmp_path: Path) -> None:
    """All three packages come from the environment that the wheel was installed in."""
    code = f"import {', '.join(PACKAGES)}; print([each.__file__ for each in ({', '.join(PACKAGES)})])"
    files = ast.literal_eval(_run([installed / "python", "-c", code], cwd=tmp_path).stdout)
    assert [Path(file).is_relative_to(installed.parent) for file in files] == [True] * len(PACKAGES)


def test_version_is_the_one_declared(installed: Path, tmp_path: Path) -> None:
    """`--version` prints what pyproject.toml says."""
    assert VERSION in _run([installed / "kanttekening", "--version"], cwd=tmp_path).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is installed, save that its command only says how it was called."""
    for each in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / each, tmp_path / each)
    command = tmp_path / ".venv" / "bin" / "kanttekening"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\nsys.exit(int(sys.argv[-1] == "3"))\n', "utf-8")
    command.chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    return tmp_path


@pytest.mark.parametrize(
    "question", [QUESTION, """'t "kost" $HOME $$5 $(HOME) $(shell touch ran) `touch ran` \\n; touch ran #é""", "--help"]
)
def test_make_hands_over_the_question_as_it_was_typed(checkout: Path, question: str) -> None:
    """Quotes, dollars and spaces reach the command, which is all that runs; nothing is installed a second time."""
    made = _run(["make", "ask", f"Q={question}"], cwd=checkout)
    assert (ast.literal_eval(made.stdout), made.stderr) == (["ask", "--", question], "")
    assert not (checkout / "ran").exists()


def test_make_fails_when_the_command_does(checkout: Path) -> None:
    """What the command says comes through; whatever its exit code, make's is 2."""
    made = _make(checkout, "ask", "Q=3")
    assert (made.stdout, made.returncode) == ("['ask', '--', '3']\n", 2)


def test_make_asks_for_a_question(checkout: Path) -> None:
    """Without a question nothing is installed, and the message shows how to ask one."""
    made = _make(checkout, "ask")
    assert (made.stdout, made.returncode) == ("", 2)
    assert 'make ask Q="Hoeveel banen' in made.stderr


def test_make_installs_again_when_dependencies_changed(checkout: Path) -> None:
    """A changed pyproject.toml starts an install, which says so when Python is too old or missing."""
    os.utime(checkout / ".venv" / ".installed", (0, 0))
    made = _make(checkout, "ask", "Q=x", "PYTHON=/no/python")
    assert (made.stdout, made.returncode) == ("", 2)
    assert made.stderr.startswith("Kanttekening needs Python 3.11 or later, and '/no/python' is not there.")


def test_readme_names_targets_that_exist() -> None:
    """Every `make …` of the README is a target of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert {"ask", "test"} <= set(named) <= set(targets)


def _make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=checkout, env=_environment(), capture_output=True, text=True, check=False)


def _pins() -> dict[str, Version]:
    requirements = [Requirement(line) for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(each.name): Version(next(iter(each.specifier)).version) for each in requirements}


def _run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without the checkout on its path; what it said on stderr is shown when it fails."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def _environment() -> dict[str, str]:
    """Ours without the checkout on the path, and without what the make that runs the tests hands on to another."""
    ours = {"PYTHONPATH", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "QUESTION"}
    return {name: value for name, value in os.environ.items() if name not in ours}
