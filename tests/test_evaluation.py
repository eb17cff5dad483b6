"""The evaluation: a question set is read, asked and marked; figures, failures, thresholds and what is passed over."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.evaluation import Case, load_question_set
from bot.quality import figures_of
from tests.command import run
from vectorstore.errors import UsageError

NOTE = """---
title: Het fietsplan van Veldhoek
---
# Kosten

Het fietspad langs de vaart kost de gemeente Veldhoek 340.000 euro. De aanleg begint op 3 mei 2027.

# Toezicht

Een medewerker controleert elke dag of de verkeerslichten met AI goed werken.
"""


def write_set(folder: Path, *lines: Mapping[str, object]) -> Path:
    """A question set on a plan for cyclists."""
    (folder / "plan.md").write_text(NOTE)
    path = folder / "set.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def asked(number: int, turns: list[str], **more: object) -> dict[str, object]:
    """A line of a set."""
    return {"id": f"q{number}", "lang": "nl", "kind": "fact", "turns": turns, "documents": "plan.md", **more}


def test_expectations_are_a_word_alternatives_or_groups_of_them(tmp_path: Path) -> None:
    """What is expected can be written as one text, as alternatives, or as groups that must each be met."""
    path = write_set(
        tmp_path,
        asked(1, ["Een?"], expect="340.000"),
        asked(2, ["Twee?"], expect=["340.000", "3 mei"]),
        asked(3, ["Drie?"], expect=[["340.000"], ["3 mei", "mei 2027"]]),
        asked(4, ["Vier?"], kind="out_of_reach"),
    )
    cases = load_question_set(path).cases
    assert [case.expect for case in cases] == [(("340.000",),), (("340.000", "3 mei"),), (("340.000",), ("3 mei", "mei 2027")), ()]
    assert [case.status for case in cases] == ["answered", "answered", "answered", "not_in_sources"]


@pytest.mark.parametrize("line", ["{", "[]", '{"turns": []}', '{"id": "a", "turns": ["x"]}', '{"id": "a", "turns": [1]}'])
def test_a_line_that_is_no_question_is_named(line: str, tmp_path: Path) -> None:
    """A set that cannot be read says which line it is."""
    path = tmp_path / "set.jsonl"
    path.write_text(f"{json.dumps(asked(1, ['Een?']))}\n{line}\n")
    with pytest.raises(UsageError, match="Line 2 "):
        load_question_set(path)


def test_the_table_counts_what_was_quoted_and_what_was_refused(tmp_path: Path) -> None:
    """Each figure is the share of the questions that it is measured on; the user's own edition is not touched."""
    path = write_set(
        tmp_path,
        asked(1, ["Hoeveel kost het fietspad langs de vaart?"], expect="340.000"),
        asked(2, ["Wanneer begint de aanleg?"], expect="3 mei 2027"),
        asked(3, ["Hoeveel kost het fietspad langs de vaart?"], expect="999"),
        asked(4, ["Wie is de koning van Denemarken?"], kind="out_of_reach"),
        asked(5, ["Hoeveel kost het fietspad?", "Wanneer begint de aanleg?"], kind="follow_up", expect="3 mei"),
    )
    done = run("evaluate", path, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    figures = {(each["slice"], each["name"]): each for each in report["figures"]}
    assert figures["", "first"]["share"] == 0.75
    assert figures["nl fact", "first"]["share"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["", "refused"]["share"] == figures["", "verbatim"]["share"] == figures["", "caveat_shown"]["share"] == 1
    assert (figures["nl fact", "first"]["low"], figures["nl fact", "first"]["high"]) == pytest.approx((0.2077, 0.9385), abs=1e-4)
    assert [failure["id"] for failure in report["failures"]] == ["q3"]
    assert not (tmp_path / "home").exists()


def test_a_failure_shows_what_was_quoted_and_why(tmp_path: Path) -> None:
    """The question, what was expected, the quotation, and how it was weighed stand together."""
    path = write_set(tmp_path, asked(1, ["Hoeveel kost het fietspad langs de vaart?"], expect="3 mei 2027", voice="bcg"))
    done = run("evaluate", path)
    shown = done.stdout.partition("\n\n")[0]
    for part in ("q1  short of: first", "Hoeveel kost het fietspad", "expected  3 mei 2027", "340.000 euro", "because score"):
        assert part in shown


def test_a_figure_below_its_threshold_fails(tmp_path: Path) -> None:
    """The command ends with 1 where a figure of the file's own thresholds is not reached, and names it."""
    question = asked(1, ["Hoeveel kost het fietspad langs de vaart?"], expect="999")
    path = write_set(tmp_path, {"thresholds": {"nl fact first": 0.5, "kept": 0.5}}, question)
    done = run("evaluate", path, "--figures-only")
    assert done.returncode == 1
    assert "nl fact first\t1\t0.000\t0.00–0.79\t0.50 not met" in done.stdout
    assert "kept\t1\t1.000\t0.21–1.00\t0.50\n" in done.stdout


def test_questions_on_documents_that_are_not_there_are_passed_over_by_name(tmp_path: Path) -> None:
    """What cannot be asked is said, and no figure is made of it."""
    missing = {"id": "a", "lang": "nl", "kind": "fact", "turns": ["Wat?"], "expect": "x", "documents": "elders"}
    done = run("evaluate", write_set(tmp_path, {"documents": {"elders": {"ingest": ["niet-hier.md"]}}}, missing), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["skipped"] == {"elders": 1}
    assert "1 questions on 'elders' are skipped" in done.stderr
    assert "niet-hier.md" in done.stderr


def test_a_set_without_declarations_is_asked_of_the_dossier_or_the_current_edition(home: Path, tmp_path: Path) -> None:
    """A name that nothing stands for leaves the question to the edition that is there; a voice may go by its name."""
    question = {"lang": "nl", "kind": "fact", "turns": ["Hoeveel vacatures verwacht BCG in 2033?"], "expect": "425.000"}
    path = tmp_path / "set.jsonl"
    lines = [
        {**question, "id": "a", "documents": "dossier", "voice": "Boston Consulting Group"},
        {**question, "id": "b", "documents": ["elders"], "voice": "bcg"},
        {**question, "id": "c"},
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    done = run("evaluate", path, "--json", home=home)
    report = json.loads(done.stdout)
    figures = {each["name"]: (each["count"], each["share"]) for each in report["figures"] if each["slice"] == ""}
    assert (done.returncode, report["questions"], report["skipped"]) == (0, 3, {})
    assert (figures["first"], figures["voice"]) == ((3, 1.0), (2, 1.0))
    assert "'elders' is not declared" in done.stderr


def test_mirrored_questions_are_marked_by_what_they_share(tmp_path: Path) -> None:
    """Two questions that take opposite sides get the same evidence, or the figure says so."""
    path = write_set(
        tmp_path,
        asked(1, ["Is het fietspad langs de vaart duur?"], kind="mirrored", mirror="a", status="answered"),
        asked(2, ["Is het fietspad langs de vaart goedkoop?"], kind="mirrored", mirror="a", status="answered"),
        asked(3, ["Hoeveel kost het fietspad langs de vaart?"], kind="mirrored", mirror="b", status="answered"),
        asked(4, ["Wie controleert de verkeerslichten met AI?"], kind="mirrored", mirror="b", status="answered"),
    )
    report = json.loads(run("evaluate", path, "--json").stdout)
    (figure,) = [each for each in report["figures"] if (each["slice"], each["name"]) == ("", "mirrored")]
    assert (figure["count"], figure["share"]) == (2, 0.5)


def test_the_curve_gives_up_answers_for_refusals(tmp_path: Path) -> None:
    """With a higher threshold fewer questions are answered, and the one in use is marked."""
    path = write_set(tmp_path, asked(1, ["Hoeveel kost het fietspad langs de vaart?"], expect="340.000"))
    lines = run("evaluate", path, "--figures-only", "--curve").stdout.splitlines()
    rows = [line.split("\t") for line in lines[lines.index("threshold\tanswerable, not refused\tunanswerable, refused") + 1 :]]
    kept = [float(row[1]) for row in rows]
    assert kept == sorted(kept, reverse=True)
    assert sum("*" in row[0] for row in rows) == 1


def test_there_is_no_figure_without_questions() -> None:
    """Nothing is measured on nothing."""
    assert figures_of([], {"first": 0.5}) == []
    assert Case("a", "nl", "fact", ("Wat?",)).status is None
