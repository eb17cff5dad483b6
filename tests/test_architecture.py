"""The structure that a newcomer can rely on: which way imports point, and what a file may be."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("bot", "ingest", "vectorstore")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAY_INGEST = {"bot/__main__.py", "bot/workspace.py", "bot/rehearsal.py"}
"""The files of the bot that may call the ingest: where the program is put together, and what is sent is taken in."""
LIGHT = {"platformdirs", "rich", "typer"}
"""The third-party packages that may be imported before it is known what is asked for."""
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
MAX_LINES = 300


def name(path: Path) -> str:
    """A file's path in the checkout."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path, *, module_level: bool = False) -> Iterator[str]:
    """The dotted names that a file imports: anywhere, or only what importing it imports."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in _run_on_import(tree) if module_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} has a relative import, which these tests do not follow"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported: not the bodies of functions, nor what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        is_for_types = isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"
        if is_for_types or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield child
        yield from _run_on_import(child)


def packages_of(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {each.partition(".")[0] for each in imports(path)}


def module_file(dotted: str) -> Path | None:
    """The file of a module of ours, or None."""
    place = ROOT.joinpath(*dotted.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


@pytest.mark.parametrize("path", [path for path in FILES if name(path).startswith("vectorstore/")], ids=name)
def test_vectorstore_knows_neither_side(path: Path) -> None:
    """Nothing in the middle imports the ingest side or the bot side."""
    assert not packages_of(path) & {"bot", "ingest"}


@pytest.mark.parametrize("path", [path for path in FILES if name(path).startswith("ingest/")], ids=name)
def test_ingest_does_not_know_the_bot(path: Path) -> None:
    """Nothing on the ingest side imports the bot side."""
    assert "bot" not in packages_of(path)


def test_bot_calls_the_ingest_only_where_it_is_put_together() -> None:
    """Whatever answers questions does not import the ingest."""
    assert {name(path) for path in FILES if name(path).startswith("bot/") and "ingest" in packages_of(path)} <= MAY_INGEST


def test_nothing_imports_the_tests() -> None:
    """The product does without its tests."""
    assert not [name(path) for path in FILES if "tests" in packages_of(path)]


def test_the_product_does_not_import_how_its_model_was_made() -> None:
    """`vectorstore.training` is a record and a tool, not a part of the program."""
    outside = [path for path in FILES if not name(path).startswith("vectorstore/training/")]
    assert not [name(path) for path in outside if any(each.startswith("vectorstore.training") for each in imports(path))]


def test_only_the_store_imports_chroma() -> None:
    """Chroma is touched in two files: one asks it about vectors, the other is the connection to a server of it."""
    found = [name(path) for path in FILES if "chromadb" in packages_of(path)]
    assert found == ["vectorstore/chroma_server.py", "vectorstore/store.py"]


def test_only_one_file_sends_to_telegram() -> None:
    """What people get in Telegram goes out in one place, where everything that speaks about the debate has its caveat by then."""
    sends = re.compile(r"(send|reply|forward|copy)_|edit_(message|text|caption)|answer_(callback|inline)|do_api_request")
    found = {
        name(path)
        for path in FILES
        if "telegram" in packages_of(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and sends.match(node.attr) and not node.attr.startswith("reply_to_")
    }
    assert found == {"bot/telegram_app/sending.py"}


def test_no_file_is_a_drawer() -> None:
    """Every file is named after what it holds."""
    parts = [(name(path), part) for path in FILES for part in Path(name(path)).with_suffix("").parts]
    assert not [path for path, part in parts if DRAWERS & set(part.split("_"))]


def test_no_file_has_two_subjects() -> None:
    """No file of the packages is longer than 300 lines."""
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_starting_the_program_imports_nothing_heavy() -> None:
    """What `bot/__main__.py` imports when it starts, through our own modules too, is the standard library and little else."""
    seen: set[Path] = set()
    waiting = [ROOT / "bot" / "__main__.py"]
    heavy = set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for dotted in imports(path, module_level=True):
            top = dotted.partition(".")[0]
            if top not in PACKAGES and top not in LIGHT | set(sys.stdlib_module_names):
                heavy.add(f"{name(path)}: {top}")
            found = module_file(dotted) if top in PACKAGES else None
            if found and found not in seen:
                waiting.append(found)
    assert heavy == set()
