"""Editions on a real Chroma server, as several machines have them: published, read, gone back to, removed and purged."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from operator import methodcaller
from pathlib import Path

import pytest

from ingest.pipeline import Pipeline
from ingest.purging import Purge
from ingest.receipt import Wish
from ingest.rewriting import vacuum
from tests.chroma_server import PREFIX_THERE, Gate, Machine, RealChroma, nobody_at, sent
from tests.command import run
from tests.place import BIRDS, OTTERS, WILLOWS, Place, remains
from tests.stepping import Bot, SteppedCommand, at, quoted
from vectorstore.chroma_server import BATCH, ChromaServer
from vectorstore.comparing import Change, compare
from vectorstore.debate import Debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import ModelId, PassageEmbeddings
from vectorstore.errors import BusyError, ModelMismatchError, UnreachableError
from vectorstore.rehearsed import RehearsalShelf, publish_rehearsed
from vectorstore.server_lock import LEASE_SECONDS
from vectorstore.server_site import ServerSite
from vectorstore.settings import PREFIX, load_settings
from vectorstore.site import site_of

IS_SOAK = f"{PREFIX}SOAK" in os.environ
PASSAGES = 1_000 if IS_SOAK else 60
RESTARTS = 10 if IS_SOAK else 1
TOKEN = "geheim-van-de-poort"  # noqa: S105  # it opens nothing but a gate of these tests
WHERE = "Waar is de otter terug?"
WHAT = "Wat plant de dijkgraaf langs de Vecht?"


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealChroma]:
    """A server that runs as long as these tests do."""
    with RealChroma(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def machine(chroma: RealChroma, tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> Machine:
    """A machine with a database of its own on the server, in which nothing is published yet."""
    (tmp_path / "machine-docs").mkdir()
    return Machine(tmp_path / "machine", tmp_path / "machine-docs", embeddings, debate, chroma.address())


def test_what_is_found_is_what_a_home_finds(machine: Machine, place: Place) -> None:
    """The same documents give the same passages with the same similarities, wherever the vectors are."""
    place.docs = machine.docs  # an id is of a place too
    for each in (machine, place):
        each.publish(wilgen=WILLOWS, otters=OTTERS, vogels=BIRDS)
        assert each.publish(wilgen=WILLOWS, vogels=BIRDS).edition == 2
    vector = machine.embeddings.encode_query("toezicht op de vogel")
    with machine.reader() as there, place.reader() as here, there.current() as theirs, here.current() as ours:
        assert theirs.info.passages == ours.info.passages
        for search in (methodcaller("search", vector, 100), methodcaller("search_caveats", [vector, -vector], 100)):
            found, expected = (search(edition.store) for edition in (theirs, ours))
            assert [hit.id for hit in found] == [hit.id for hit in expected]
            assert [hit.similarity for hit in found] == pytest.approx([hit.similarity for hit in expected], abs=1e-5)
            assert len(found) > 1
    assert machine.names() == place.names() == ["vogels", "wilgen"]


def test_another_machine_answers_from_what_is_published(machine: Machine) -> None:
    """A bot on another machine, with a home of its own, quotes what was published here, and from the next question on what came."""
    machine.publish(wilgen=WILLOWS)
    with Bot(machine.other()) as bot, Bot(machine.other("third")) as third:
        assert [quote(each.ask(WHAT)) in WILLOWS for each in (bot, third)] == [True, True]
        machine.publish(otters=OTTERS)
        for each in (bot, third):
            gone, found = each.ask(WHAT), each.ask(WHERE)
            assert (gone["edition"]["number"], found["edition"]["number"]) == (2, 2)
            assert "plant wilgen" not in quoted(gone)
            assert quote(found) in OTTERS
    assert machine.other().folders == machine.other("third").folders == machine.folders


def test_going_back_and_comparing_on_another_machine(machine: Machine) -> None:
    """An edition that one machine published is listed, compared and made current again by another."""
    machine.publish(wilgen=WILLOWS)
    machine.publish(otters=OTTERS)
    other = machine.other()
    assert [info.number for info in other.shelf.published()] == [1, 2]
    catalogs = [other.shelf.open_catalog(info) for info in other.shelf.published()]
    with closing(catalogs[0]), closing(catalogs[1]):
        changes = {each.source.title: each.change for each in compare(*catalogs)}
    assert changes == {"Otters": Change.ADDED, "Wilgen": Change.REMOVED}
    with machine.reader() as reader:
        with reader.current() as edition:
            assert edition.info.number == 2
        assert other.shelf.restore(1).number == 1
        with reader.current() as edition:
            assert (edition.info.number, edition.catalog.sources()[-1].title) == (1, "Wilgen")
    assert machine.names() == other.names() == ["wilgen"]


def test_only_what_is_new_is_sent(chroma: RealChroma, machine: Machine) -> None:
    """The next edition after one changed document has most of its pieces in common with the one before it."""
    large = "\n\n".join(f"Otter {number}. {'De otter zwemt in de plas en eet er vis. ' * 14}" for number in range(PASSAGES))
    machine.batch = BATCH if IS_SOAK else 25  # less than there are passages
    with Gate(chroma.port, TOKEN) as gate:
        inside = replace(machine, address=replace(machine.address, url=gate.url, token=TOKEN))
        inside.publish(groot=large, wilgen=WILLOWS)
        first, gate.received = gate.received, 0
        receipt = inside.publish(groot=large, otters=OTTERS)
        assert receipt.passages > PASSAGES
        assert 0 < gate.received < 0.8 * first
    with machine.other().reader() as reader, reader.current() as edition:
        assert edition.store.count() == len(edition.lexical) == receipt.passages


def test_purge_leaves_nothing(machine: Machine) -> None:
    """A purge takes the document from the server and from the machines that had it: collections, pieces and files."""
    machine.publish(vogels=BIRDS, wilgen=WILLOWS)
    machine.publish(vogels=BIRDS, otters=OTTERS)
    other = machine.other()
    with other.reader() as reader:
        with reader.current() as edition:
            gone = next(source.id for source in edition.catalog.sources() if source.title == "Vogels")
        assert remains(other.home)
        assert b"Zwammerlo" in sent(machine)
        receipt = Purge(machine.shelf, pinned=machine.debate.caveat_document, keep=5, pause=lambda _: None).run([gone])
        assert (receipt.purged, receipt.rewritten, receipt.edition) == ([gone], [1, 2], 3)
        with reader.current() as edition:
            assert (edition.info.number, edition.catalog.source(gone)) == (3, None)
    assert remains(other.home) == remains(machine.home) == []
    assert b"Zwammerlo" not in sent(machine)
    assert machine.names() == other.names() == ["otters"]
    assert len([name for name in machine.collections() if name.startswith("passages")]) == 2  # the last two are one and the same
    for number in (1, 2):
        machine.shelf.restore(number)
        assert "vogels" not in other.names()


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(at("os.mkdir", "bm25"), id="vectors", marks=pytest.mark.skipif(not IS_SOAK, reason="needs KANTTEKENING_SOAK")),
        pytest.param(at("open", "edition.json"), id="sealing"),
    ],
)
def test_killed_ingest_publishes_nothing(machine: Machine, point: object) -> None:
    """SIGKILL leaves the edition that was; the machine itself goes on at once, and takes away what was left."""
    machine.publish(wilgen=WILLOWS)
    (machine.docs / "otters.txt").write_text(OTTERS, "utf-8")
    before = machine.collections()
    with SteppedCommand(machine, "ingest", machine.docs) as ingest:
        assert ingest.stop_before(point)  # type: ignore[arg-type]  # a parameter has no type
        with pytest.raises(BusyError, match=r"^Another ingest is running, on '.+'\. Wait until it is done and try again\.$"):
            machine.other().publish(otters=OTTERS)
        ingest.process.send_signal(signal.SIGKILL)
        assert ingest.process.wait() == -signal.SIGKILL
    assert len(machine.collections()) == len(before) + 3  # its vectors, and the lock
    assert (machine.names(), machine.other().names()) == (["wilgen"], ["wilgen"])
    assert machine.sync(keep=1).published
    assert machine.other().names() == ["otters", "wilgen"]
    assert [name.split()[0] for name in machine.collections()] == [name.split()[0] for name in before]


def test_lock_of_a_machine_that_is_gone(machine: Machine) -> None:
    """Another machine waits for a lock that was renewed lately, and takes one that was not; who lost it publishes nothing."""
    machine.publish(wilgen=WILLOWS)
    mine, other = machine.shelf, machine.other()
    later = ServerSite(other.home, ChromaServer(machine.address), PREFIX_THERE, lambda: time.time() + LEASE_SECONDS + 1)
    with mine.lock():
        with pytest.raises(BusyError):
            other.shelf.lock()
        with Shelf(other.home, site=later).lock(), pytest.raises(UnreachableError, match=r"^Another machine took over"):
            mine.site.write(mine.site.read())
    assert machine.publish(otters=OTTERS).edition == 2


def test_rehearsed_edition(machine: Machine) -> None:
    """What is rehearsed is seen by nobody, outlives an ingest that publishes nothing, and is published as it is."""
    machine.publish(wilgen=WILLOWS)
    (machine.docs / "otters.txt").write_text(OTTERS, "utf-8")
    shelf = RehearsalShelf(machine.home, site=machine.site)
    Pipeline(shelf, machine.embeddings, machine.debate, dossier=False, keep=5).run(Wish(paths=[machine.docs]))
    assert shelf.rehearsed is not None
    assert machine.other().names() == ["wilgen"]
    machine.shelf.lock().release()
    with machine.shelf.lock():
        info = publish_rehearsed(machine.shelf, shelf.rehearsed, 5, lambda: None)
    assert info is not None
    assert (info.number, machine.other().names()) == (2, ["otters", "wilgen"])


def test_vacuum(machine: Machine) -> None:
    """The current edition is written anew with the same content; the vectors that it had go."""
    machine.publish(wilgen=WILLOWS)
    before = machine.collections()
    assert vacuum(machine.shelf, keep=1, dry_run=False, pause=lambda _: None).rewritten
    assert (machine.names(), machine.collections()) == (["wilgen"], before)


def test_server_that_is_restarted(chroma: RealChroma, machine: Machine) -> None:
    """While it is away every question is told so, with the caveat beside it; the same bot answers again when it is back."""
    machine.publish(otters=OTTERS)
    with Bot(machine.other()) as bot, machine.reader() as reader:
        for _ in range(RESTARTS):
            assert quote(bot.ask(WHERE)) in OTTERS
            chroma.stop()
            try:
                with pytest.raises(UnreachableError, match=r"cannot be reached \(there is no answer\)\. Check whether it runs"):
                    reader.read(lambda edition: edition.info)
                answer = bot.ask(WHERE)
                assert (answer["status"], answer["statements"]) == ("unavailable", [])
                assert answer["reason"].startswith(f"The Chroma server at {chroma.url!r} cannot be reached")
                assert answer["caveat"]["source_id"] == machine.debate.caveat_document
                assert answer["caveat"]["text"] in answer["text"]
            finally:
                chroma.start()
            assert quote(bot.ask(WHERE)) in OTTERS
            assert reader.read(lambda edition: edition.store.count()) == machine.shelf.current().passages


def test_token(chroma: RealChroma, machine: Machine) -> None:
    """Who has the token is let in; with another one, or none, the command says what to check, and never the token."""
    with Gate(chroma.port, TOKEN) as gate:
        inside = replace(machine, address=replace(machine.address, url=gate.url, token=TOKEN))
        (inside.docs / "otters.txt").write_text(OTTERS, "utf-8")
        done = run_on(inside, "ingest", inside.docs)
        assert done.returncode == 0, done.stderr
        for token in ("verkeerd-geheim", None):
            outside = replace(inside, address=replace(inside.address, token=token)).other("outside")
            done = run_on(outside, "ask", WHERE)
            said = f"Error: The Chroma server at {gate.url!r} does not let us in. Check KANTTEKENING_CHROMA_TOKEN"
            assert (done.returncode, done.stdout, done.stderr.startswith(said)) == (1, "", True), done.stderr
            assert not [path for path in outside.home.rglob("*") if path.is_file() and b"geheim" in path.read_bytes()]
            assert "geheim" not in done.stderr + repr(outside.address)
        gate.closed = True
        assert "cannot be reached (it answers 503)" in run_on(inside, "sources").stderr


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the command `openssl`")
def test_tls(chroma: RealChroma, machine: Machine, tmp_path: Path) -> None:
    """By https the server must show a certificate that is trusted."""
    certificate = tmp_path / "gate.pem"
    line = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=gate -days 2 -addext"
    subprocess.run(
        [*line.split(), "subjectAltName=IP:127.0.0.1", "-keyout", certificate, "-out", tmp_path / "cert.pem"],
        check=True,
        capture_output=True,
    )
    certificate.write_text(certificate.read_text("utf-8") + (tmp_path / "cert.pem").read_text("utf-8"), "utf-8")
    with Gate(chroma.port, TOKEN, certificate) as gate:
        inside = replace(machine, address=replace(machine.address, url=gate.url, token=TOKEN))
        assert "cannot be reached (there is no answer)" in run_on(inside, "sources").stderr
        done = run_on(inside, "ask", WHERE, SSL_CERT_FILE=str(tmp_path / "cert.pem"))
        assert done.returncode == 3, done.stderr  # it has the pinned document alone
        assert machine.names() == []


def test_unreachable_server(machine: Machine) -> None:
    """Nothing is built where nobody answers: the command says so and what to do."""
    with nobody_at() as url:
        lost = replace(machine, address=replace(machine.address, url=url))
        for command in ("ask", "ingest"):
            done = run_on(lost, command, lost.docs)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr.splitlines()[-1] == (
                f"Error: The Chroma server at {url!r} cannot be reached (there is no answer). "
                "Check whether it runs and KANTTEKENING_CHROMA_URL, and try again."
            )


def test_edition_of_another_model_is_refused(machine: Machine) -> None:
    """Vectors of two models are never compared."""
    machine.publish(wilgen=WILLOWS)
    reader = EditionReader(machine.other().shelf, ModelId("another", machine.embeddings.model.sha256))
    with pytest.raises(ModelMismatchError, match=r"^The edition was made with the embedding model 'bundled', and 'another' is set"):
        reader.read(lambda edition: edition)


def test_settings_lead_to_the_server(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An address leads to a server, none to the home; one that is no address is refused; two debates do not meet."""
    assert site_of(load_settings()).where == f"in {str(tmp_path / 'home')!r}"
    monkeypatch.setenv(f"{PREFIX}CHROMA_URL", machine.address.url)
    assert site_of(load_settings()).where == f"on the Chroma server at {machine.address.url!r}"
    assert load_settings().chroma_prefix == "kanttekening"
    (tmp_path / "Ons Debat" / "documents").mkdir(parents=True)
    (tmp_path / "Ons Debat" / "debate.toml").touch()
    assert load_settings(debate=tmp_path / "Ons Debat").chroma_prefix == "kanttekening-ons-debat"
    done = run("editions", chroma_url="chroma:8000")
    assert (done.returncode, done.stderr.partition(" See ")[0].partition(":")[0]) == (2, "Error")
    assert "KANTTEKENING_CHROMA_URL is 'chroma:8000'" in done.stderr


def run_on(machine: Machine, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command on a machine, to its end."""
    return run(*arguments, home=machine.home, dossier="off", **machine.settings(), **variables)


def quote(answer: dict[str, object]) -> str:
    """The first quotation of an answer."""
    statements = answer["statements"]
    assert statements, answer
    return str(statements[0]["quotes"][0]["text"])  # type: ignore[index]  # as the contract gives it
