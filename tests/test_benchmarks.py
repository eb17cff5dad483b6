"""How what was measured becomes a report; how fast anything is, no test says."""

import json
from pathlib import Path

from tests.benchmarks.figures import Bound, Compared, Figure, Section, percentile
from tests.benchmarks.floor import Floor
from tests.benchmarks.growth import Size, section_of
from tests.benchmarks.peers.comparing import OURS, Measured, Question, compared, hits_of
from tests.benchmarks.peers.listing import PEERS
from tests.benchmarks.processes import FailedError, run_python
from tests.benchmarks.report import Report, write_report
from tests.benchmarks.steps import Stopwatch
from tests.benchmarks.tables import markdown_of
from tests.conftest import ROOT

MEASURED = Measured([2.0], [30.0], [10.0], [200.0], [300.0], 0.9, 1.0, 0.5, 0.8, 250.0, 70)
OTHER = Measured([8.0], [100.0], [60.0], [600.0], [900.0], 0.7, 0.9, 0.6, 0.8, 900.0, 30)


def test_a_table_shows_the_median_the_spread_and_whether_an_aim_is_met() -> None:
    """What missed its aim says no; what has none says nothing."""
    figures = [
        Figure("`ask`", [1.2, 1.0, 1.7], "s", Bound(1.5)),
        Figure("passages", [400.0], "/s", Bound(500, at_least=True)),
        Figure("memory", [1234.5], "MB", note="with children"),
    ]
    assert markdown_of(Section("Speed", "Measured\nhere.", figures, skipped=["Some program: not installed"])) == (
        "## Speed\n\nMeasured here.\n\n"
        "| | Median | Smallest to largest | Aim | Met |\n|---|--:|---|---|---|\n"
        "| `ask` | 1.20 s | 1.00 to 1.70, 3 times | ≤ 1.50 s | yes |\n"
        "| passages | 400 /s |  | ≥ 500 /s | no |\n"
        "| memory (with children) | 1,234 MB |  |  |  |\n\n"
        "Skipped:\n\n- Some program: not installed"
    )


def test_peers_are_compared_by_ratio_and_what_they_find_by_difference() -> None:
    """A quarter of a peer's cold start is not the fifth that it should be; equal recall is not higher."""
    cold, warm, ingest, *_, first, among, _, span = [
        each for each in compared({OURS: MEASURED, "Peer": OTHER}) if not each.name.startswith(("characters", "passages"))
    ]
    seen = {each.name: (round(each.ratio("Peer"), 2), each.is_met("Peer")) for each in (cold, warm, ingest, first, among, span)}
    assert seen == {
        "cold start, one question": (0.25, False),
        "warm question": (0.3, True),
        "ingest, whole process": (0.17, True),
        "right document first": (0.2, True),
        "right document among 4 passages": (0.1, True),
        "marked span in one of 4 passages": (0.0, False),
    }


def test_the_table_of_peers_says_what_is_not_met() -> None:
    """Two tables: what was measured, and ours beside each peer."""
    times = Compared("cold", "s", [1.0], {"A": [4.0], "B": [10.0]}, Bound(1 / 5))
    share = Compared("found", "", [0.9], {"A": [0.95], "B": [0.5]}, Bound(0, at_least=True), is_share=True)
    assert markdown_of(Section("Peers", "", compared=[times, share])).split("\n\n", 2)[2].strip() == (
        "| Median | Kanttekening | A | B |\n|---|--:|--:|--:|\n| cold (s) | 1.00 | 4.00 | 10.0 |\n"
        "| found | 0.900 | 0.950 | 0.500 |\n\n"
        "| Ours beside | Aim | A | B |\n|---|---|--:|--:|\n"
        "| cold | ≤ 1/5 | 0.25 (1/4.0), not met | 0.10 (1/10.0) |\n| found | higher | -0.05, not met | +0.40 |"
    )


def test_the_right_document_and_the_span_are_looked_for_apart() -> None:
    """The span counts wherever it stands, without regard to line breaks; the document by its name."""
    question = Question("Hoe lang?", "vijf jaar", frozenset({"b.txt"}))
    found = [{"file": "a.txt", "text": "Vijf\njaar."}, {"file": "b.txt", "text": "Lang."}]
    assert hits_of(question, found) == (False, True, True, True)
    assert hits_of(question, []) == (False, False, False, False)


class Clock:
    """A clock that goes on only when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now

    def go_on(self, seconds: float) -> float:
        """Let time pass; returns what the time is then."""
        self.now += seconds
        return self.now


def test_a_step_does_not_count_the_steps_inside_it() -> None:
    """Steps add up to what the outermost took."""
    clock = Clock()
    watch = Stopwatch(clock=clock)
    inner = watch.timed("inner", lambda: clock.go_on(2))
    watch.timed("outer", lambda: (clock.go_on(1), inner(), clock.go_on(4)))()
    assert watch.spent == {"inner": 2, "outer": 5}


def test_a_step_counts_what_it_makes_one_by_one() -> None:
    """What a generator does is of its step, and not of whoever takes what it makes."""
    clock = Clock()
    watch = Stopwatch(clock=clock)
    made = watch.timed("made", lambda: (clock.go_on(each) for each in (3, 4)))()
    assert (list(made), watch.spent) == ([3, 7], {"made": 7})


def size_of(passages: int, next_edition: float | None = 2.0) -> Size:
    """An edition as it might have been measured."""
    floor = Floor(opening=0.25, searches=[5.0], megabytes=160.0)
    return Size(passages, "2026-01-02", 0.5, [10.0, 20.0], {"BM25": [1.0]}, 200.0, 300.0, floor, 40.0, next_edition)


def test_a_million_passages_are_held_against_their_aims() -> None:
    """Smaller ones have none; each is beside what Chroma and BM25 take alone; a refused ingest and another run are named."""
    section = section_of([size_of(1_000), size_of(1_000_000, next_edition=None)], {1_000})
    small, large = (
        {figure.name.partition(": ")[2]: figure for figure in section.figures if figure.name.startswith(f"{passages:,} ")}
        for passages in (1_000, 1_000_000)
    )
    assert {name for name, figure in small.items() if figure.bound} == set()
    assert {figure.note for figure in small.values()} == {""}
    assert {figure.note for figure in large.values()} == {"measured apart, on 2026-01-02"}
    assert {name: (figure.median, figure.is_met) for name, figure in large.items() if figure.bound} == {
        "95th percentile": (19.5, True),
        "a warm answer beside the floor": (3.0, False),
        "memory beside the floor": (1.25, True),
        "opening the edition": (0.5, True),
        "opening beside the floor": (2.0, True),
    }
    assert (set(small) - set(large), section.skipped) == (
        {"next edition, one document more"},
        [
            "10,000 passages: not measured here yet",
            "100,000 passages: not measured here yet",
            "1,000,000 passages: no next edition was published",
        ],
    )


def test_a_report_is_written_whole_with_its_picture(tmp_path: Path) -> None:
    """The page names its command, date and machine; the figures can be read by a program; the picture is a PNG."""
    sizes = [size_of(count) for count in (1_000, 10_000)]
    report = Report("make bench", "2026-01-02", 12.4, {"cores": "2"}, [Section("Speed", "How.", [Figure("ask", [1.0], "s")])])
    write_report(report, sizes, tmp_path, tmp_path / "build" / "figures.json")
    page = (tmp_path / "benchmarks.md").read_text("utf-8")
    data = json.loads((tmp_path / "build" / "figures.json").read_text("utf-8"))
    assert "`make bench` measured everything below on 2026-01-02" in page
    assert "| cores | 2 |\n| the run | 12 minutes |" in page
    assert "| ask | 1.00 s |  |" in page
    assert (data["sections"][0]["figures"][0]["values"], [each["passages"] for each in data["growth"]]) == ([1.0], [1_000, 10_000])
    assert (tmp_path / "benchmarks.png").read_bytes().startswith(b"\x89PNG")


def test_a_process_that_fails_is_not_timed() -> None:
    """What it said last is told, so that a report names the reason."""
    try:
        run_python(["-c", "raise SystemExit('nothing to measure')"])
    except FailedError as error:
        told = str(error)
    else:
        told = ""
    assert told.endswith("nothing to measure\n")


def test_percentiles_lie_within_what_was_measured() -> None:
    """One value is its own percentile; the 95th of a hundred is near the end."""
    assert (percentile([3.0], 95), percentile([float(each) for each in range(101)], 95)) == (3.0, 95.0)


def test_each_peer_has_a_module_that_drives_it() -> None:
    """What is listed can be run."""
    folder = ROOT / "tests" / "benchmarks" / "peers"
    assert [peer.name for peer in PEERS if not (folder / f"{peer.module}.py").is_file()] == []
