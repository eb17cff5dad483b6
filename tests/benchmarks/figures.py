"""What is measured: figures with their bounds, the same thing measured in several programs, and the sections they stand in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure is to reach: `limit` at most, or at least."""

    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured once or several times; the bound is on the median."""

    name: str
    values: Sequence[float]
    unit: str
    bound: Bound | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle value."""
        return median(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether the bound is reached; None where there is none."""
        return self.bound.is_met(self.median) if self.bound else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing measured alike in our program and in its peers, by their titles, in the same run.

    The bound is on the ratio of our median to each peer's, or with `is_share` on the difference.
    """

    name: str
    unit: str
    ours: Sequence[float]
    peers: Mapping[str, Sequence[float]]
    bound: Bound | None = None
    is_share: bool = False
    note: str = ""

    def ratio(self, peer: str) -> float:
        """Ours beside a peer's: divided by it, or for a share the difference."""
        ours, theirs = median(self.ours), median(self.peers[peer])
        if self.is_share:
            return ours - theirs
        return ours / theirs if theirs else float("inf")

    def is_met(self, peer: str) -> bool | None:
        """Whether the bound is reached beside a peer; None where there is none."""
        return self.bound.is_met(self.ratio(peer)) if self.bound else None


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together, with a sentence or two on how they were measured and what was skipped."""

    title: str
    about: str
    figures: Sequence[Figure] = ()
    compared: Sequence[Compared] = ()
    skipped: Sequence[str] = field(default_factory=tuple)


def percentile(values: Sequence[float], of_hundred: int) -> float:
    """The value that so many in a hundred stay under."""
    return quantiles(values, n=100, method="inclusive")[of_hundred - 1] if len(values) > 1 else values[0]
