"""How much of a question stands in a text: its words, weighed by how rare they are, and words that mean nearly the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from vectorstore.terms import Term

_CONTEXT = 0.6  # what a word in the heading or beside the sentence is worth


@dataclass(frozen=True, slots=True)
class Held:
    """How well a text stands for each word of a question, 0 to 1: in its own words, and counting what is kin to them."""

    own: tuple[float, ...]
    kin: tuple[float, ...]


class Shares:
    """The words of one question, ready to be looked for in many texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._weights = [term.weight * term.rarity for term in terms]
        self.total = sum(self._weights)
        self._forms: dict[str, list[tuple[int, float, float]]] = {}
        for number, term in enumerate(terms):
            for form, weight in term.forms.items():
                self._forms.setdefault(form, []).append((number, weight, weight))
            for form, weight in term.kin.items():
                self._forms.setdefault(form, []).append((number, 0.0, weight))

    def held(self, inside: frozenset[str]) -> Held:
        """What the index terms of a text stand for."""
        own, kin = [0.0] * len(self._weights), [0.0] * len(self._weights)
        for form in self._forms.keys() & inside:
            for number, exact, near in self._forms[form]:
                own[number] = max(own[number], exact)
                kin[number] = max(kin[number], near)
        return Held(tuple(own), tuple(kin))

    def share(self, held: Sequence[float]) -> float:
        """The share of the question, 0 to 1."""
        return sum(map(mul, self._weights, held)) / self.total if self.total else 0.0

    def with_context(self, inside: Held, around: Held) -> float:
        """The share that a sentence holds; a word that only stands around it counts for less."""
        return self.share([max(within, _CONTEXT * beside) for within, beside in zip(inside.own, around.own, strict=True)])
