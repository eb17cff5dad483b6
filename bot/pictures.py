"""The debate as a picture: the positions, the timeline and the figures, drawn from the sources, with the caveat in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.answers import Answer
from bot.explainer import Explained, Explainer
from bot.picture_drawing import as_png, as_vectors, drawing, let_go, measure
from bot.picture_figures import claims_in, figures_pages
from bot.picture_layout import HIGHEST, Look, lay_out
from bot.picture_marks import Sheet
from bot.picture_pieces import Page
from bot.picture_positions import positions_answer, positions_pages
from bot.picture_timeline import timeline_pages
from bot.settling import is_about
from vectorstore.catalog import Catalog
from vectorstore.languages import Language
from vectorstore.passages import Source

_BODIES = (36, 32)  # larger letters, for where all fits that there is


class PictureKind(StrEnum):
    """What is drawn."""

    POSITIONS = "positions"
    TIMELINE = "timeline"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what goes with it.

    `alt` says in words what the picture shows, the caveat included. `answer` holds the quotations and sources that are drawn,
    with the numbers that they have in the picture, and the caveat for the caption.
    """

    png: bytes
    alt: str
    answer: Answer
    title: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A picture that is laid out, to be made into a file of one form or another."""

    sheet: Sheet
    alt: str
    answer: Answer
    title: str


def draw(
    kind: PictureKind,
    explainer: Explainer,
    topic: str | None = None,
    language: Language | None = None,
    *,
    cache: Path | None = None,
) -> Picture:
    """A picture of the current edition; the same bytes for the same edition. Any thread may call it.

    What the drawing library knows of the fonts here is kept in `cache`; without it nothing is written anywhere.

    Raises:
        UsageError: the topic is too long.
        EditionError: there is no usable edition.
    """
    composed = compose(kind, explainer, topic, language, cache=cache)
    picture = Picture(as_file(composed, "png", cache=cache), composed.alt, composed.answer, composed.title)
    let_go()
    return picture


def compose(
    kind: PictureKind,
    explainer: Explainer,
    topic: str | None = None,
    language: Language | None = None,
    *,
    cache: Path | None = None,
) -> Composed:
    """The same, laid out and not drawn yet."""
    debate = explainer.debate

    def pages(explained: Explained, catalog: Catalog) -> Iterator[tuple[Page, Answer]]:
        match kind:
            case PictureKind.POSITIONS:
                return positions_pages(positions_answer(explained), topic, debate)
            case PictureKind.TIMELINE:
                return timeline_pages(explained.answer, _sources(explained, catalog, topic), topic, debate)
            case PictureKind.FIGURES:
                return figures_pages(explained.answer, claims_in(explained, catalog, debate, topic), topic, debate)

    attempts = explainer.overview(topic, pages, language)
    with drawing(cache):
        sheet, (page, answer) = _fitting(attempts)
    return Composed(sheet, page.words, answer, page.title)


def as_file(composed: Composed, form: str, *, cache: Path | None = None) -> bytes:
    """A composed picture as "png", "svg" or "pdf"."""
    with drawing(cache):
        if form == "png":
            return as_png(composed.sheet, {"Title": composed.title, "Description": composed.alt})
        return as_vectors(composed.sheet, form, composed.title)


def _fitting(attempts: Iterator[tuple[Page, Answer]]) -> tuple[Sheet, tuple[Page, Answer]]:
    """The fullest page that fits, in the largest letters in which it does; the last where none does."""
    attempt = next(attempts)
    for body in _BODIES:
        sheet = lay_out(attempt[0], Look(measure, body))
        if sheet.height <= HIGHEST:
            return sheet, attempt
    found = lay_out(attempt[0], Look(measure)), attempt
    while found[0].height > HIGHEST and (attempt := next(attempts, attempt)) is not found[1]:
        found = lay_out(attempt[0], Look(measure)), attempt
    return found


def _sources(explained: Explained, catalog: Catalog, topic: str | None) -> list[Source]:
    if not topic:
        return catalog.sources()
    about = {choice.scored.passage.source.id: choice for choice in explained.choices if is_about(choice, explained.evidence)}
    return [source for source in catalog.sources() if source.id in about]
