"""How much words weigh against meaning, question by question."""

import numpy as np
import pytest

from vectorstore.fusion import fused
from vectorstore.terms import Term

SIMILARITIES = np.array([0.6, 0.5, 0.1], dtype=np.float32)
TERMS = [Term("huurtoeslag", {"huurtoeslag": 1.0}, 4.0, is_known=True), Term("alleenstaande", {}, 4.0, is_known=False)]


def order(words: list[float], *, foreign: bool) -> list[int]:
    """The passages, best first, for BM25 scores."""
    scores = fused(SIMILARITIES, np.array(words, dtype=np.float32), TERMS, np.full(3, foreign))
    return [int(index) for index in np.argsort(-scores)]


def test_without_a_match_of_words_meaning_decides() -> None:
    """What BM25 did not find changes nothing."""
    assert (fused(SIMILARITIES, np.zeros(3, dtype=np.float32), TERMS, np.zeros(3, dtype=np.bool_)) == SIMILARITIES).all()


@pytest.mark.parametrize("foreign", [True, False])
def test_words_that_say_the_whole_question_win_from_meaning(foreign: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """A passage with all of the words goes before one that is somewhat closer, in either language."""
    assert order([0.0, 4.8, 0.0], foreign=foreign) == [1, 0, 2]


def test_a_match_of_a_name_does_not_drown_a_foreign_question() -> None:
    """One word of many lifts a passage in the question's own language, and hardly one in another."""
    assert order([0.0, 0.0, 1.0], foreign=False) == order([0.0, 0.0, 1.0], foreign=True) == [0, 1, 2]
    assert order([0.0, 0.6, 0.0], foreign=False) == [1, 0, 2]
    assert order([0.0, 0.6, 0.0], foreign=True) == [0, 1, 2]


def test_languages_are_told_apart_passage_by_passage() -> None:
    """Among equal matches the one in the language of the question goes first."""
    words = np.array([0.6, 0.6, 0.6], dtype=np.float32)
    same = np.full(3, 0.5, dtype=np.float32)
    own, foreign, _ = fused(same, words, TERMS, np.array([False, True, True]))
    assert own > foreign > 0.5
