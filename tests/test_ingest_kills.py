"""Ingests that are killed at any moment: what was published answers as before or as the new edition does, and nothing is left."""

import os
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import TimeoutExpired

import psutil
import pytest

from bot.answers import Answer, EditionStamp
from bot.explainer import Explainer
from tests.counts import count
from tests.office_files import word
from tests.pdf_files import block, pdf_of
from tests.place import Place
from tests.stepping import SteppedCommand, after, never
from vectorstore.retrieval import Retriever
from vectorstore.settings import PREFIX

KILLS = 200 if f"{PREFIX}SOAK" in os.environ else 4
SEED = 20261125
QUESTION = "Hoeveel wilgen en otters telt de dijkgraaf?"
MOST_SECONDS = 0.6  # from a step to the kill; a whole ingest takes about three times as long
_LABEL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def said(what: str, number: int) -> str:
    """A document's text."""
    return f"De dijkgraaf telt langs de Vecht wel {number} {what}. Zo staat het in het rapport over {what}."


def in_word(text: str) -> bytes:
    """A Word document of one paragraph."""
    return word(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")


def in_html(text: str) -> bytes:
    """A page of one paragraph."""
    return f"<html><body><p>{text}</p></body></html>".encode()


def in_pdf(text: str) -> bytes:
    """A PDF file of one page."""
    return pdf_of(block(*text.split(". ")))


BEFORE: Mapping[str, bytes] = {
    "wilgen.txt": said("wilgen", 100).encode(),
    "otters.html": in_html(said("otters", 200)),
    "bevers.docx": in_word(said("bevers", 300)),
    "reigers.txt": said("reigers", 400).encode(),
    "oud.pdf": in_pdf(said("oude wilgen", 500)),
    "weg.md": said("verdwenen otters", 600).encode(),
    "blijft.md": said("vaste waarden", 700).encode(),
}
AFTER: Mapping[str, bytes] = {
    "wilgen.txt": said("wilgen", 101).encode(),
    "otters.html": in_html(said("otters", 201)),
    "bevers.docx": in_word(said("bevers", 301)),
    "vogels.txt": BEFORE["reigers.txt"],
    "nieuw.pdf": in_pdf(said("nieuwe wilgen", 501)),
    "erbij.docx": in_word(said("nieuwe otters", 601)),
    "blijft.md": BEFORE["blijft.md"],
}


@dataclass(frozen=True)
class State:
    """What an edition holds and answers; its number and moment are left out."""

    texts: Mapping[str, str]
    answer: Answer


def state(place: Place) -> State:
    """What is published."""
    with place.reader() as reader:
        explainer = Explainer(reader, Retriever(place.embeddings, place.debate), place.debate)
        answer = replace(explainer.answer(QUESTION).answer, edition=EditionStamp(0, ""))
        with reader.current() as edition:
            documents = [edition.catalog.document(source.id) for source in edition.catalog.sources()]
    return State({Path(each.source.place).name: each.text for each in documents if each}, answer)


def files(home: Path) -> Mapping[str, int]:
    """The files of a home and what they weigh in kilobytes; the folders that are called at random have no name."""
    named = [(_LABEL.sub("*", str(path.relative_to(home))), path) for path in sorted(home.rglob("*"))]
    return {name: path.stat().st_size // 1024 if path.is_file() else 0 for name, path in named}


def write(folder: Path, documents: Mapping[str, bytes]) -> None:
    """Make a folder hold exactly these documents."""
    shutil.rmtree(folder)
    folder.mkdir()
    for name, data in documents.items():
        (folder / name).write_bytes(data)


def processes_of(home: Path) -> Iterator[psutil.Process]:
    """Every process of a command on this home, whoever its parent is by now."""
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            if process.environ().get(f"{PREFIX}HOME") == str(home):
                yield process


def ingest(place: Place) -> SteppedCommand:
    """The ingest that is killed, as a process that can be stopped."""
    return SteppedCommand(place, "ingest", "--sync", place.docs)


@dataclass(frozen=True)
class Killing:
    """An ingest to be killed many times: what there is before it, what comes of it, and how many steps it takes."""

    place: Place
    origin: Path
    temporary: Path
    before: State
    after: State
    whole: Mapping[str, int]
    steps: int

    def kill(self, step: int, seconds: float) -> int:
        """Kill an ingest of the prepared home so long after a step; how many processes it had of its own then."""
        shutil.rmtree(self.place.home)
        shutil.copytree(self.origin, self.place.home)
        ours = {psutil.Process(), *processes_of(self.place.home)}
        with ingest(self.place) as command:
            ours.add(psutil.Process(command.process.pid))
            assert command.stop_before(after(step - 1))
            command.let_go()
            with suppress(TimeoutExpired):
                command.process.wait(seconds)
            command.process.kill()
            left = set(processes_of(self.place.home)) - ours
        assert psutil.wait_procs(left, timeout=60)[1] == []
        return len(left)

    def check_files(self, *, may_keep_earlier: bool) -> bool:
        """See that the files are those after an ingest that was not killed; says whether more is there still.

        Where nothing more had to be published, the edition before may be there, and a pointer that was not put in its place:
        whatever is published next takes their places or sweeps them.
        """
        remains = files(self.place.home)
        earlier = {**files(self.origin), "published.json.new": 0}
        kept = {name: size for name, size in earlier.items() if name not in self.whole and name in remains}
        assert remains.keys() == self.whole.keys() | kept.keys()
        assert sum(remains.values()) <= (sum(self.whole.values()) + sum(kept.values())) * 1.1
        assert may_keep_earlier or not kept
        return bool(kept)


@pytest.fixture
def killing(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Killing]:
    """A home with what was before, and a folder with what comes after."""
    temporary = Path(tempfile.mkdtemp(prefix="k"))  # the path of a socket may have a hundred characters
    monkeypatch.setenv("TMPDIR", str(temporary))
    write(place.docs, BEFORE)
    place.sync(keep=1)
    before, origin = state(place), Path(shutil.copytree(place.home, tmp_path / "origin"))
    write(place.docs, AFTER)
    with ingest(place) as whole:
        assert whole.stop_before(never) is None
        assert whole.process.wait() == 0
    yield Killing(place, origin, temporary, before, state(place), files(place.home), whole.steps)
    shutil.rmtree(temporary)


def test_ingest_that_is_killed_at_any_moment_is_whole_or_nothing(killing: Killing) -> None:
    """The edition answers exactly as before or as the new one, no process outlives it, and the next ingest leaves nothing of it."""
    chance, found = random.Random(SEED), Counter[str]()  # noqa: S311  # the same moments every time
    assert killing.before != killing.after
    for _ in range(KILLS):
        workers = killing.kill(chance.randint(1, killing.steps), chance.random() ** 2 * MOST_SECONDS)
        published = state(killing.place)
        assert published in (killing.before, killing.after)
        found["with processes of its own"] += workers > 0
        found["after publication"] += published == killing.after
        receipt = killing.place.sync(keep=1)
        assert receipt.refused == []
        assert (receipt.published, state(killing.place)) == (published == killing.before, killing.after)
        found["with something for the next publication to sweep"] += killing.check_files(may_keep_earlier=not receipt.published)
    # Killed before its first process was there, an ingest leaves the socket of the server that starts them: an empty folder.
    found["a socket in the temporary folder left"] += len(list(killing.temporary.iterdir()))
    said = ", ".join(f"{number} {what}" for what, number in sorted(found.items()))
    count("killed ingests", f"{KILLS} at random moments of {killing.steps} steps (seed {SEED}), {said}; all whole")
