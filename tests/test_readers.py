"""The processes that read documents: what hangs, crashes or fills the memory is refused, and the next one is read."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from textwrap import indent

import psutil
import pytest

from ingest.extraction import RefusedError
from ingest.metadata import Metadata
from ingest.origins import Origin
from ingest.readers import Readers
from ingest.reading import Reading, Request
from tests.command import environment
from vectorstore.debate import Debate

LONG = "De dijkgraaf plant wilgen langs de Vecht, en dat doet hij elk voorjaar. " * 60_000  # takes seconds to cut into sentences


def request(folder: Path, name: str, text: str) -> Request:
    """A document to read."""
    path = folder / name
    path.write_text(text, "utf-8")
    return Request(Origin(path, str(path)), Metadata())


def texts(readers: Readers, requests: Iterable[Request]) -> list[tuple[str, str]]:
    """What came of each request: the text or the reason, by the name of the file."""
    with readers.read_all(requests) as outcomes:
        return [
            (done.origin.path.name, outcome.document.text if isinstance(outcome, Reading) else str(outcome))
            for done, outcome in outcomes
        ]


def test_outcomes_come_in_order(tmp_path: Path, debate: Debate) -> None:
    """However long each takes, the first that was asked for comes first."""
    requests = [request(tmp_path, f"{n}.txt", f"Tekst {n}. " * (2_000 if n % 7 == 0 else 1)) for n in range(40)]
    with closing(Readers(debate)) as readers:
        assert [name for name, _ in texts(readers, requests)] == [f"{n}.txt" for n in range(40)]
        assert [name for name, _ in texts(readers, requests[:3])] == ["0.txt", "1.txt", "2.txt"]


def test_slow_document_loses_none_of_those_behind_it(tmp_path: Path, debate: Debate) -> None:
    """However many are read while one is waited for, all of them come."""
    os.mkfifo(tmp_path / "pijp.txt")  # reading it never ends
    slow = Request(Origin(tmp_path / "pijp.txt", "pijp.txt"), Metadata())
    requests = [slow, *(request(tmp_path, f"{n}.txt", f"Tekst {n}.") for n in range(200))]
    with closing(Readers(debate, seconds=2, processes=2)) as readers:
        (_, reason), *others = texts(readers, requests)
    assert reason == "reading it takes longer than 2 seconds; split it and try again"
    assert others == [(f"{n}.txt", f"Tekst {n}.") for n in range(200)]


def test_document_that_takes_too_long_is_refused(tmp_path: Path, debate: Debate) -> None:
    """A document that is not read in time is named, and those around it are read."""
    requests = [request(tmp_path, "voor.txt", "Voor."), request(tmp_path, "lang.txt", LONG), request(tmp_path, "na.txt", "Na.")]
    with closing(Readers(debate, seconds=1.5)) as readers:
        texts(readers, requests[:1])  # to start a process is not to read
        assert texts(readers, requests) == [
            ("voor.txt", "Voor."),
            ("lang.txt", "reading it takes longer than 1.5 seconds; split it and try again"),
            ("na.txt", "Na."),
        ]


def test_document_that_needs_too_much_memory_is_refused(tmp_path: Path, debate: Debate) -> None:
    """The limit holds for the process that reads, which goes on with the next one."""
    requests = [request(tmp_path, "groot.md", "woord " * 8_000_000), request(tmp_path, "na.txt", "Na.")]
    with closing(Readers(debate, megabytes=400)) as readers:
        (_, reason), after = texts(readers, requests)
    assert reason == "it needs more memory than one document may have; split it and try again"
    assert after == ("na.txt", "Na.")


def test_reader_that_is_killed_takes_nobody_along(tmp_path: Path, debate: Debate) -> None:
    """A process that ends in the middle of a document, as in a crash, costs that document."""
    requests = [request(tmp_path, "lang.txt", LONG), *(request(tmp_path, f"{n}.txt", f"Tekst {n}.") for n in range(4))]

    def killing() -> Iterator[Request]:
        for number, each in enumerate(requests):
            if number == len(requests) - 1:
                os.kill(_oldest_reader(), signal.SIGKILL)
            yield each

    with closing(Readers(debate)) as readers:
        (first, *others) = texts(readers, killing())
    assert first == ("lang.txt", "reading it stopped the process that read it; it may be damaged: save it anew and try again")
    assert others == [(f"{n}.txt", f"Tekst {n}.") for n in range(4)]


def _servers() -> list[psutil.Process]:
    """The servers of processes that this one has started; what the commands of tests are copied from is none."""
    return [child for child in psutil.Process().children() if any("forkserver" in part for part in child.cmdline())]


def _oldest_reader() -> int:
    """The process that got the first document: the server of processes starts them in order."""
    inside = [process for server in _servers() for process in server.children()]
    return min(inside, key=lambda process: process.create_time()).pid


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the signals of a process")
def test_ctrl_c_is_not_for_the_readers(tmp_path: Path, debate: Debate) -> None:
    """From their very start they and their server do not hear Ctrl-C: it is for the one who gives, and needs no traceback."""
    with closing(Readers(debate)) as readers:
        texts(readers, [request(tmp_path, "kort.txt", "Kort.")])
        (server,) = _servers()
        deaf = [_blocks_ctrl_c(each.pid) for each in (server, *server.children())]
    assert deaf == [True, True]
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())


def _blocks_ctrl_c(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    (mask,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")]
    return bool(int(mask, 16) >> (signal.SIGINT - 1) & 1)


_GIVING = """
import sys
from pathlib import Path
from ingest.metadata import Metadata
from ingest.origins import Origin
from ingest.readers import Readers
from ingest.reading import Request
from vectorstore.debate import load_debate

readers = Readers(load_debate(), seconds=float(sys.argv[1]), processes=1)
requests = (Request(Origin(Path(name), name), Metadata()) for name in sys.argv[2:])
with readers.read_all(requests) as outcomes:
    for number, _ in enumerate(outcomes):
        print(number, flush=True)
sys.stdin.read()
"""


def test_readers_do_not_import_the_program(tmp_path: Path) -> None:
    """The program that was started is run once, and not again in each process that reads for it."""
    (tmp_path / "kort.txt").write_text("Kort.", "utf-8")
    program = tmp_path / "programma.py"
    again = '(Path(__file__).parent / "gestart").open("a").write("x")'
    program.write_text(f"from pathlib import Path\n{again}\nif __name__ == '__main__':\n{indent(_GIVING, '    ')}", "utf-8")
    line = [sys.executable, str(program), "60", str(tmp_path / "kort.txt")]
    done = subprocess.run(line, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"0\n", b"")
    assert (tmp_path / "gestart").read_text("utf-8") == "x"


@pytest.mark.parametrize("names", [["kort.txt"], ["kort.txt", "pijp.txt"]], ids=["idle", "in the middle of a document"])
def test_readers_end_with_the_one_who_gives(tmp_path: Path, names: list[str]) -> None:
    """Where the ingest is killed its processes end too, at the latest when a document has had its time; none leaves a socket."""
    temporary = Path(tempfile.mkdtemp(prefix="k"))  # the path of a socket may have a hundred characters
    (tmp_path / "kort.txt").write_text("Kort.", "utf-8")
    os.mkfifo(tmp_path / "pijp.txt")  # reading it never ends
    line, pipe = [sys.executable, "-c", _GIVING, "1", *(str(tmp_path / name) for name in names)], subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, env=environment(TMPDIR=temporary)) as giving:
        assert giving.stdout
        assert giving.stdout.readline() == b"0\n"
        left = psutil.Process(giving.pid).children(recursive=True)
        giving.kill()
    assert len(left) == 3  # the server, its reader, and Python's keeper of shared memory
    assert psutil.wait_procs(left, timeout=30)[1] == []
    is_empty = list(temporary.iterdir()) == []
    shutil.rmtree(temporary)
    assert len(names) > 1 or is_empty


def test_caller_that_stops_waits_for_nobody(tmp_path: Path, debate: Debate) -> None:
    """Who does not want the rest ends the processes with what they are doing."""
    requests = [request(tmp_path, "kort.txt", "Kort."), request(tmp_path, "lang.txt", LONG)]
    with closing(Readers(debate)) as readers, readers.read_all(requests) as outcomes:
        next(outcomes)
    assert [process for server in _servers() for process in server.children() if process.status() == "running"] == []


def test_error_in_what_is_asked_for_reaches_the_caller(debate: Debate) -> None:
    """Whoever makes up the requests hears of his own errors."""
    with closing(Readers(debate)) as readers, pytest.raises(ZeroDivisionError):
        texts(readers, (request(Path(), str(1 // number), "") for number in (0,)))


class Log(io.FileIO):
    """A file that somebody else adds to after each time that it is read."""

    def read(self, size: int | None = -1) -> bytes:
        """See `io.FileIO`."""
        data = super().read(-1 if size is None else size)
        with Path(str(self.name)).open("ab") as other:
            other.write(b"meer ")
        return data


class LogPath(type(Path())):  # type: ignore[misc]  # the class of paths differs between systems
    """Where such a file is."""

    def open(self, *_arguments: object, **_options: object) -> Log:
        """See `Path`."""
        return Log(str(self))


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """What is read is all of one moment, or it is refused; a file that is gone is too."""
    path = tmp_path / "log.txt"
    path.write_text("tekst ", "utf-8")
    with pytest.raises(RefusedError, match=r"^it changed while it was read; try again"):
        Origin(LogPath(path), str(path)).read()
    path.unlink()
    with pytest.raises(RefusedError, match="cannot be read"):
        Origin(path, str(path)).read()


def write_by_a_slow_clock(path: Path, data: bytes) -> None:
    """Write a file on a disk of which the clock goes on every 10 ms, as that of many does."""
    path.write_bytes(data)
    tick = path.stat().st_mtime_ns // 10_000_000 * 10_000_000
    os.utime(path, ns=(tick, tick))


class Overwritten(Log):
    """A file that is written again, as long as it was, after each time that it is read."""

    def read(self, size: int | None = -1) -> bytes:
        """See `io.FileIO`."""
        data = io.FileIO.read(self, -1 if size is None else size)
        write_by_a_slow_clock(Path(str(self.name)), b"n" * len(data))
        return data


class OverwrittenPath(LogPath):
    """Where such a file is."""

    def open(self, *_arguments: object, **_options: object) -> Overwritten:
        """See `Path`."""
        return Overwritten(str(self))


def test_file_that_is_written_twice_in_a_moment_is_refused(tmp_path: Path) -> None:
    """Also where the file is as long as it was, and its time the same: the clock of a disk stands still for milliseconds."""
    path = tmp_path / "wissel.txt"
    for _ in range(20):
        write_by_a_slow_clock(path, b"oud")
        with pytest.raises(RefusedError, match=r"^it changed while it was read; try again"):
            Origin(OverwrittenPath(path), str(path)).read()
