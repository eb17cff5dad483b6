"""The marks that a picture is made of, in pixels from its upper left corner, and the colours and letters they have.

Every colour of text is readable on every ground that it stands on (WCAG AA), and none of them means anything by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

WIDTH = 1080
"""How wide a picture is: about three pixels for each point of a phone."""
PAPER, CARD, CAVEAT = "#f6f3ec", "#ffffff", "#fff1cc"
INK, GREY, BLUE, BROWN = "#1a1d21", "#4b5259", "#174a7c", "#7a4a00"
HAIRLINE = "#d8d2c4"


class Face(StrEnum):
    """The letters: those of our own words, and those of quotations."""

    PLAIN = "DejaVuSans.ttf"
    BOLD = "DejaVuSans-Bold.ttf"
    QUOTE = "DejaVuSerif.ttf"


Measure = Callable[[str, Face, float], float]
"""How wide a text is in a face of a size, in pixels."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text on one line; `x` is where it begins, or its middle or end, and `y` its baseline."""

    x: float
    y: float
    text: str
    size: float
    face: Face = Face.PLAIN
    colour: str = INK
    anchor: str = "left"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, perhaps with round corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str | None = None
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 2.0
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled or an open circle."""

    x: float
    y: float
    radius: float
    is_filled: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A filled triangle with its tip at (`x`, `y`), that points to the left or to the right."""

    x: float
    y: float
    size: float
    colour: str
    is_to_right: bool


Mark = Words | Box | Rule | Dot | Arrow


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture before it is drawn."""

    height: int
    marks: tuple[Mark, ...]
