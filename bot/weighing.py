"""How an answer came about: the sentences that were weighed, what each scored, and what became of it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bot.choices import admits_not_knowing
from bot.settling import LEAST, confidence
from vectorstore.invisible import visible

if TYPE_CHECKING:
    from bot.choices import Choice
    from bot.explainer import Explained
    from vectorstore.passages import Quote

_SHOWN = 25
COLUMNS = ("what became of it", "bm25", "similarity", "coverage", "score", "source", "sentence")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence that was weighed; `outcome` says whether it is quoted, or why not, `suspicion` why it would bear a mark."""

    outcome: str
    lexical_rank: int | None
    similarity: float
    coverage: float
    score: float
    source_id: str
    start: int
    end: int
    text: str
    suspicion: str | None = None


def weighed_as_json(explained: "Explained") -> list[dict[str, object]]:
    """The weighed sentences, best first."""
    return [asdict(each) for each in _shown(explained)]


def weighed_rows(explained: "Explained") -> Iterator[tuple[object, ...]]:
    """The same as rows under `COLUMNS`."""
    for each in _shown(explained):
        figures = (each.lexical_rank, f"{each.similarity:.2f}", f"{each.coverage:.2f}", f"{each.score:.2f}")
        mark = f"[suspicious: {each.suspicion}] " if each.suspicion else ""
        yield (each.outcome, *figures, each.source_id, f"{mark}{visible(each.text)}")


def weighed_of(explained: "Explained") -> Iterator[Weighed]:
    """Every sentence that was weighed, best first."""
    for choice in explained.choices:
        scored = choice.scored
        yield Weighed(
            outcome=_outcome(choice, explained),
            lexical_rank=scored.passage.lexical_rank,
            similarity=round(scored.similarity, 4),
            coverage=round(scored.coverage, 4),
            score=round(choice.score, 4),
            source_id=scored.passage.source.id,
            start=scored.sentence.start,
            end=scored.sentence.end,
            text=scored.text,
            suspicion=suspicion.value if (suspicion := scored.passage.passage.suspicion) else None,
        )


def _shown(explained: "Explained") -> Iterator[Weighed]:
    """The best sentences, and every one that is quoted."""
    return (each for rank, each in enumerate(weighed_of(explained)) if rank < _SHOWN or each.outcome == "quoted")


def _outcome(choice: "Choice", explained: "Explained") -> str:
    if any(_holds(quote, choice) for quote in explained.answer.quotes):
        return "quoted"
    if any(_holds(quote, choice) for quote in explained.answer.nearest):
        return "nearest"
    if admits_not_knowing(choice):
        return "left: only says that it is not known"
    if confidence(choice, explained.question, explained.evidence) < LEAST:
        return "left: too far from the question"
    return "left: others fit better" if choice.fits else "left: not the kind of answer asked for"


def _holds(quote: "Quote", choice: "Choice") -> bool:
    sentence = choice.scored.sentence
    return quote.source.id == choice.scored.passage.source.id and quote.start <= sentence.start and sentence.end <= quote.end
