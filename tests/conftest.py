"""What every test stands on: a home of its own, ready-made editions, and no network."""

import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Several processes share the cores, and a thread of numpy or torch that waits for something to add up keeps a core busy.
os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when they are imported

from bot.explainer import Explainer
from ingest.metadata import Metadata
from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from tests.counts import COUNTS
from tests.desk import Desk, RecordingEmbeddings, RememberingEmbeddings
from tests.place import Place
from vectorstore.debate import Debate, load_debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.retrieval import Retriever
from vectorstore.settings import PREFIX

if TYPE_CHECKING:
    from tests.meeting import Meeting
    from tests.postgres import Server

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts the tests in the background turns it off
os.environ["HF_HUB_OFFLINE"] = "1"  # also for the processes that tests start; read when huggingface_hub is imported

ROOT = Path(__file__).parents[1]
COLUMN = "sources/column-2025-04-22.txt"
COLUMN_METADATA = Metadata(
    title="Waar blijft de visie van de overheid op GenAI in de publieke sector?", author="Marco Derksen", published="2025-04-22"
)
_LONG = (
    "ingest_commands pictures promises telegram_storm ingest_kills telegram_restarts terminal purge pipeline telegram_operators "
    "rehearsal evaluation packaging sync hostile_files hostile_folders web storm training purge_kills readers"
)
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")  # noqa: S104  # addresses to compare with, not to bind to
_attempts: list[str] = []


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: sees every connection and every name that is looked up from Python, whatever library asks for it."""
    if event in {"socket.connect", "socket.sendto"}:
        connection, address = arguments[:2]
        is_inet = isinstance(connection, socket.socket) and connection.family in {socket.AF_INET, socket.AF_INET6}
        host = str(address[0]) if is_inet and isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = str(arguments[0] or "")
    else:
        return
    if host and not host.startswith(_LOOPBACK):
        _attempts.append(f"{event} {host}")
        raise ConnectionRefusedError(f"tests have no network, and {host!r} was asked for")


sys.addaudithook(_refuse_network)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: where several processes run the tests, none is left alone with one in the end."""
    places = {f"test_{name}": place for place, name in enumerate(_LONG.split())}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what was counted, where several processes run the tests."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["counts"] = COUNTS


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401  # of pytest-xdist, which has no types
    """Take over what another process counted."""
    COUNTS.extend(getattr(node, "workeroutput", {}).get("counts", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests counted."""
    if COUNTS:
        terminalreporter.section("counts")
        for line in COUNTS:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """No test reaches outside the machine, not even where a library would swallow the refusal."""
    _attempts.clear()
    yield
    assert not _attempts, f"a test asked for the network: {_attempts}"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every test has an empty home, a working directory and settings of its own, whatever is set outside."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name != f"{PREFIX}SOAK"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real input beside the checkout; skips by name where it is absent, and fails there in CI."""
    folder = ROOT.parent / "shared"
    if folder.is_dir():
        return folder
    if os.environ.get("CI"):
        pytest.fail("needs ../shared, which must be there in CI")
    pytest.skip("needs ../shared")


@pytest.fixture(scope="session")
def debate() -> Debate:
    """The bundled debate."""
    return load_debate()


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Server]":
    """A PostgreSQL server; skips by name where there is none on this machine."""
    from tests.postgres import running_server

    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def embeddings() -> PassageEmbeddings:
    """The bundled model, in which no text is embedded twice."""
    return RememberingEmbeddings()


@pytest.fixture(scope="session")
def dossier_home(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Path:
    """A home with the dossier as edition 1, made once: read it, do not change it."""
    home = tmp_path_factory.mktemp("dossier") / "home"
    Pipeline(Shelf(home), embeddings, debate, dossier=True, keep=5).run(Wish())
    return home


@pytest.fixture(scope="session")
def column_home(
    tmp_path_factory: pytest.TempPathFactory, dossier_home: Path, embeddings: PassageEmbeddings, debate: Debate, shared: Path
) -> Path:
    """A home with the dossier as edition 1 and the column added in edition 2, made once: read it, do not change it."""
    home = tmp_path_factory.mktemp("column") / "home"
    shutil.copytree(dossier_home, home)
    wish = Wish(paths=[shared / COLUMN], given=COLUMN_METADATA)
    Pipeline(Shelf(home), embeddings, debate, dossier=True, keep=5).run(wish)
    return home


@pytest.fixture(scope="session")
def explainer(dossier_home: Path, embeddings: PassageEmbeddings, debate: Debate) -> Iterator[Explainer]:
    """Answers from the dossier."""
    editions = EditionReader(Shelf(dossier_home), embeddings.model)
    yield Explainer(editions, Retriever(embeddings, debate), debate)
    editions.close()


@pytest.fixture
def home(dossier_home: Path, tmp_path: Path) -> Path:
    """A home of this test's own with the dossier as edition 1; KANTTEKENING_HOME points to it."""
    return Path(shutil.copytree(dossier_home, tmp_path / "home"))


@pytest.fixture
def desk(tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> Desk:
    """A desk with an empty home and an empty folder; only the pinned document comes from the dossier."""
    (tmp_path / "docs").mkdir()
    return Desk(tmp_path / "home", tmp_path / "docs", RecordingEmbeddings(embeddings), debate)


@pytest.fixture
def place(tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> Place:
    """A place with nothing in it, to publish in."""
    (tmp_path / "docs").mkdir()
    return Place(tmp_path / "home", tmp_path / "docs", embeddings, debate)


@pytest.fixture(scope="session")
def running(dossier_home: Path, debate: Debate, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Meeting]":
    """A Telegram bot that runs on the dossier with the settings that it has of itself; whoever meets it is somebody new."""
    from tests.meeting import meeting  # which stands on this

    home = Path(shutil.copytree(dossier_home, tmp_path_factory.mktemp("bot") / "home"))
    with meeting(home, debate) as running:
        yield running


@pytest.fixture
def met(running: "Meeting") -> "Iterator[Meeting]":
    """That bot, and afterwards a look at all that it said in a test."""
    yield running
    running.check()
