"""Mixes what BM25 found with what the vectors found, question by question.

How much the words weigh depends on how much of the question BM25 found in one passage: a score of its best passage that is
small beside the rarity of the question's words means that only a name or a common word matched. That counts hardest
where question and passages are in two languages, in which a match is most often a name. The constants were chosen on the
sets of `make figures`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.passages import Vector
from vectorstore.terms import Term

_WORDS = 0.8  # of the best similarity: what the best BM25 score weighs where all of the question was found
_ALL = 0.6  # of the rarity of a question's words: BM25 of a passage of usual length that has every word
_OWN, _FOREIGN = 0.25, 1.5  # how hard it counts that less was found: the power that the share found is raised to


def fused(similarities: Vector, words: Vector, terms: Sequence[Term], foreign: NDArray[np.bool_]) -> Vector:
    """One score for each passage, from its cosine similarity and its BM25 score, all of shape (passages,).

    `foreign` tells which passages are in another language than the question, `terms` what the question asks.
    """
    best = float(words.max(initial=0.0))
    if best <= 0:
        return similarities
    asked = sum(term.weight * term.rarity for term in terms)
    found = min(1.0, best / (_ALL * asked)) if asked else 1.0
    weights = _WORDS * max(float(similarities.max()), 0.0) * np.where(foreign, found**_FOREIGN, found**_OWN)
    return np.asarray(similarities + weights * words / best, dtype=np.float32)
