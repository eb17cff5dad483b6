"""What stands on a picture, from top to bottom, as data. Each piece also says in words what it shows.

So the text that goes with a picture says the same as the picture.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.blocks import printable


class Style(StrEnum):
    """How a paragraph looks."""

    KICKER = "kicker"
    TITLE = "title"
    LEAD = "lead"
    HEADING = "heading"
    NOTE = "note"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text across the picture."""

    text: str
    style: Style

    @property
    def words(self) -> str:
        """What it says."""
        return self.text


@dataclass(frozen=True, slots=True)
class Item:
    """A quotation in a card, as it is drawn: marks, what was left out and the number of its source included.

    `label` says whose wording it is and of when, `figures` are numbers that stand in the quotation, drawn large above it;
    `is_account` tells that the words are the dossier's own.
    """

    quoted: str
    label: str
    is_account: bool
    figures: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it says."""
        return "\n".join([f"{self.label}:", *self.figures, self.quoted])


@dataclass(frozen=True, slots=True)
class Card:
    """What is said under one name; `is_caveat` sets it apart as the caveat."""

    name: str
    items: tuple[Item, ...]
    is_caveat: bool = False

    @property
    def words(self) -> str:
        """What it says."""
        return "\n".join([self.name, *(item.words for item in self.items)])


@dataclass(frozen=True, slots=True)
class Event:
    """A document in a list of dates: when and by whom, and its title. Where `is_count`, `when` says how many more there are."""

    when: str
    what: str = ""
    is_account: bool = False
    is_count: bool = False

    @property
    def words(self) -> str:
        """What it says."""
        return f"{self.when}: {self.what}" if self.what else self.when


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of time to scale: the years with where each begins as a share of it, and how many documents there are.

    `columns` has their number in each month or year, in order, without gaps; `words` says what can be seen in them.
    """

    words: str
    years: tuple[tuple[str, float], ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A time within the scale above it: where it begins and ends as a share, and whether it goes on beyond."""

    text: str
    start: float
    end: float
    goes_on_before: bool
    goes_on_after: bool

    @property
    def words(self) -> str:
        """What it says."""
        return self.text


Piece = Paragraph | Card | Event | Scale | Bar


@dataclass(frozen=True, slots=True)
class Page:
    """The pieces of a picture: what it shows, and what stands at the foot of it."""

    body: tuple[Piece, ...]
    foot: tuple[Piece, ...]

    @property
    def title(self) -> str:
        """What stands in the largest letters."""
        return next(piece.text for piece in self.body if isinstance(piece, Paragraph) and piece.style is Style.TITLE)

    @property
    def words(self) -> str:
        """All that it says, a line for each line of it, with an empty one above a card and a heading."""
        lines: list[str] = []
        for piece in (*self.body, *self.foot):
            if isinstance(piece, Card) or (isinstance(piece, Paragraph) and piece.style is Style.HEADING):
                lines.append("")
            lines += [printable(line) for line in piece.words.splitlines() if line.strip()]
        return "\n".join(lines)
