"""What is remembered of people and their conversations, as data."""

import secrets
from dataclasses import dataclass

from bot.conversation import Turn
from vectorstore.languages import Language

TERMINAL = "terminal"
"""The front of conversations in the terminal, which are kept because whoever had them asked for it."""


@dataclass(frozen=True, slots=True)
class ConversationKey:
    """Whose conversation it is: one per chat, topic and person."""

    front: str
    chat: int = 0
    topic: int = 0
    person: int = 0


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """Where a quotation stands; its words are read from the document again when they are needed."""

    source_id: str
    start: int
    end: int
    document_sha256: str
    voice_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the buttons under an answer need; it holds no words of any document.

    `question` is None once the conversation is over and forgotten; `sources` are ids in the order shown; `is_explainable`
    tells that a language model may explain it, which it did not do yet.
    """

    id: str
    key: ConversationKey
    question: str | None
    language: Language
    edition: int
    status: str
    quotes: tuple[QuotePlace, ...] = ()
    sources: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    asked_at: float = 0.0
    rating: str | None = None
    is_explainable: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """An update as it is stored; `lane` is the chat in which it waits for its turn, where it waits for one."""

    update_id: int
    payload: str
    chat: int | None = None
    person: int | None = None
    lane: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that has not been handled; `prepared` is the reply, once there is one, and `sent` how much of it has gone.

    `was_begun` tells that a bot had claimed it before, where several answer.
    """

    update_id: int
    payload: str
    received_at: float
    prepared: str | None = None
    sent: int = 0
    was_begun: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """The turns of a running conversation; `has_ended` says, once, that the one before ended by silence."""

    turns: tuple[Turn, ...] = ()
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of an answer; nothing in it leads to who that was, or to what was asked."""

    day: str
    rating: str
    reason: str | None
    edition: int
    status: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a clean-up took away; `questions` are those that were blanked in answers that stay.

    `explanations` are the answers of which a language model's sentences were kept.
    """

    conversations: int = 0
    questions: int = 0
    answers: int = 0
    people: int = 0
    feedback: int = 0
    waiting: int = 0
    updates: int = 0
    explanations: int = 0


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased of a person or a chat; `is_known` says that a language or another choice was among it."""

    conversations: int = 0
    answers: int = 0
    waiting: int = 0
    is_known: bool = False


def new_answer_id() -> str:
    """Eight random characters that may stand in a button."""
    return secrets.token_urlsafe(6)
