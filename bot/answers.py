"""What is answered, as data; front ends render it and change nothing."""

from dataclasses import dataclass
from enum import StrEnum

from vectorstore.debate import Voice
from vectorstore.languages import Language
from vectorstore.passages import Quote, Source


class AnswerStatus(StrEnum):
    """Whether a question was answered; docs/contract.md says what follows from each."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_IN_SOURCES = "not_in_sources"
    SMALLTALK = "smalltalk"
    UNAVAILABLE = "unavailable"


class Mode(StrEnum):
    """Who wrote the sentences between the quotes: nobody, or a language model."""

    EXTRACTIVE = "extractive"
    GENERATIVE = "generative"


class Outcome(StrEnum):
    """How it ended when a language model was asked to explain an answer."""

    EXPLAINED = "explained"
    TOO_LITTLE = "too_little"
    STOPPED = "stopped"
    LATE = "late"
    BUSY = "busy"
    FAILED = "failed"
    OVER_BUDGET = "over_budget"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of a language model's explanation: how many of its sentences are shown, and how many were dropped, and why.

    `model` is what it was set as; `dropped` holds flaws of `bot.checking` and how often each was found, most frequent first.
    """

    model: str
    outcome: Outcome
    kept: int = 0
    dropped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What one voice says, in quotes; `voice` is None where no voice is known.

    `text` is a sentence of a language model that the quotes bear out, None where nobody wrote one.
    """

    voice: Voice | None
    quotes: tuple[Quote, ...]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class EditionStamp:
    """The edition that an answer was made from."""

    number: int
    published_at: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in any status. There is none without a caveat.

    `read_as` differs from `question` when a follow-up was completed. `reason` says what is missing, `message` is what the
    bot itself says (a greeting, a refusal), `nearest` holds quotes that come close to what was asked and no more. `notes`
    say what became of what is quoted (a later statement, a change of office), `suggestions` are questions that the
    sources answer. `explanation` is None where no language model was asked; with one the quotes are those without it.
    """

    question: str
    read_as: str
    language: Language
    status: AnswerStatus
    caveat: Quote
    edition: EditionStamp
    mode: Mode = Mode.EXTRACTIVE
    statements: tuple[Statement, ...] = ()
    silent_voices: tuple[Voice, ...] = ()
    nearest: tuple[Quote, ...] = ()
    sources: tuple[Source, ...] = ()
    reason: str | None = None
    message: str | None = None
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    explanation: Explanation | None = None

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every quote that answers, in the order shown."""
        return tuple(quote for statement in self.statements for quote in statement.quotes)


def cited_sources(statements: tuple[Statement, ...], nearest: tuple[Quote, ...], caveat: Quote) -> tuple[Source, ...]:
    """The sources of everything that is quoted, each once, in the order in which a reader meets them."""
    quotes = [quote for statement in statements for quote in statement.quotes]
    return tuple({quote.source.id: quote.source for quote in (*quotes, *nearest, caveat)}.values())
