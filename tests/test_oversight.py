"""Which sentences state the human-oversight caveat, measured on labelled sentences and shown on a few."""

import json
from collections import Counter
from pathlib import Path

import pytest

from ingest.oversight import can_be_caveat, states_oversight
from tests.evaluation.oversight import LABELS, Labelled, interval, load_labelled, score
from vectorstore.debate import Debate

MIN_LABELS = 200
MIN_PRECISION, MIN_RECALL = 0.90, 0.85


def test_rules_agree_with_the_labels(shared: Path) -> None:
    """Over all labelled sentences, precision is at least 0.90 and recall at least 0.85."""
    labelled = load_labelled(shared)
    found = score(labelled)
    assert len(labelled) == len(LABELS.read_text("utf-8").splitlines()) >= MIN_LABELS
    assert found.precision >= MIN_PRECISION
    assert found.recall >= MIN_RECALL


def test_rules_agree_with_the_labels_of_the_dossier(tmp_path: Path) -> None:
    """The same over the sentences of the dossier, which are always here."""
    labelled = load_labelled(tmp_path)
    found = score(labelled)
    assert {each.document.partition(":")[0] for each in labelled} == {"dossier"}
    assert found.hits + found.misses >= 10
    assert found.precision >= MIN_PRECISION
    assert found.recall >= MIN_RECALL


def test_labels_point_and_do_not_copy() -> None:
    """A label is a document, offsets and a digest; no sentence has two, and both halves hold both answers."""
    labels = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    assert {tuple(sorted(label)) for label in labels} == {("document", "end", "half", "oversight", "sha256", "start")}
    assert len({(label["document"], label["start"]) for label in labels}) == len(labels)
    assert {len(label["sha256"]) for label in labels} == {16}
    counts = Counter((label["half"], label["oversight"]) for label in labels)
    assert set(counts) == {(half, answer) for half in ("development", "test") for answer in (True, False)}
    assert min(counts.values()) >= 20


def test_label_that_points_elsewhere_is_noticed(tmp_path: Path) -> None:
    """A document that has changed under its labels is an error, not another score."""
    label = next(json.loads(line) for line in LABELS.read_text("utf-8").splitlines() if "sources/" in line)
    path = tmp_path / label["document"]
    path.parent.mkdir()
    path.write_text("Iets anders. " * 500, "utf-8")
    with pytest.raises(ValueError, match=f"^the label at {label['document']}:"):
        load_labelled(tmp_path)


def test_score_counts_what_is_right_and_wrong() -> None:
    """Precision and recall are counted over hits, false alarms and misses, and have an interval."""
    state, other = "Een mens moet toezicht houden op het algoritme.", "BCG schat dat AI banen oplevert."
    pairs = [(state, True), (state, True), (state, False), (other, True), (other, False)]
    found = score([Labelled("x", text, answer, "test") for text, answer in pairs])
    assert (found.hits, found.false_alarms, found.misses) == (2, 1, 1)
    assert (found.precision, found.recall) == (2 / 3, 2 / 3)
    low, high = interval(0.5, 10)
    assert (round(low, 3), round(high, 3), interval(0.0, 0)) == (0.237, 0.763, (0.0, 1.0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Succes is afhankelijk van menselijk toezicht, evaluatie en tijd.", True),
        ("De effecten van AI op de productiviteit zijn onzeker.", True),
        ("Ambtenaren mogen een besluit nooit enkel laten steunen op de uitkomst van AI.", True),
        ("Human oversight of AI systems remains necessary at all times.", True),
        ("Het effect van AI op de productiviteit is niet bewezen.", True),
        ("Is er menselijk toezicht op het algoritme nodig?", False),
        ("Menselijk toezicht.", False),
        ("BCG schat dat AI 465.000 voltijdbanen oplevert.", False),
        ("De mens staat centraal in de visie van het kabinet.", False),
        ("De gemeente controleert de facturen van de leverancier.", False),
        ("", False),
    ],
)
def test_what_states_oversight(debate: Debate, text: str, expected: bool) -> None:  # noqa: FBT001  # the answer that is expected
    """People who watch or judge, and effects that are uncertain, state it; questions, scraps and other matters do not."""
    assert states_oversight(text, debate.caveat) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Een mens moet altijd toezicht houden op het algoritme.", True),
        ("Daarbij moet een mens altijd toezicht houden.", False),
        ("Hij onderstreept het belang van menselijk toezicht.", False),
        ("een mens moet altijd toezicht houden op het algoritme.", False),
        ("Een mens moet altijd toezicht houden, en wel:", False),
        ("Een mens houdt altijd toezicht.", False),
        (f"Een mens moet {'steeds ' * 60}toezicht houden.", False),
    ],
)
def test_what_can_stand_as_the_caveat(text: str, expected: bool) -> None:  # noqa: FBT001  # the answer that is expected
    """Only a whole sentence of a readable length that points at nothing before it can stand beside an answer."""
    assert can_be_caveat(text) is expected
