"""A memory to try, with a clock that is set by hand, and what is put into it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import URL, create_engine, text

from bot.conversation import Turn
from bot.memory import Memory
from bot.questions import Kind, Question, Wanted
from bot.remembered import ConversationKey, QuotePlace, StoredAnswer

HOUR, DAY = 3_600.0, 86_400.0
NOON = 1_796_212_800.0  # 2 December 2026, 12:00 UTC
ANNE, BRAM = 0x1A2B3C4D5E6F, 0x2B3C4D5E6F70  # ids of six bytes that look like nothing else
GROUP, TOPIC = -1_001_234_567_890, 7


@dataclass
class Clock:
    """The time, in seconds; it stands still until it is set."""

    now: float = NOON

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass
class Lab:
    """A file to remember in, or a server where there is an address, opened as often as wanted."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    opened: list[Memory] = field(default_factory=list)
    server: URL | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "memory.sqlite"

    @property
    def address(self) -> str:
        """Where it is."""
        return self.server.render_as_string(hide_password=False) if self.server else f"sqlite:///{self.path}"

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query finds in it, or changes there."""
        engine = create_engine(self.address)
        try:
            with engine.begin() as connection:
                found = connection.execute(text(query))
                return [tuple(row) for row in found] if found.returns_rows else []
        finally:
            engine.dispose()

    def open(self, patience_seconds: float = 5.0) -> Memory:
        """Open it, once more where it is open."""
        memory = Memory(
            self.address,
            silence_seconds=HOUR,
            retention_seconds=30 * DAY,
            clock=self.clock,
            patience_seconds=patience_seconds,
        )
        self.opened.append(memory)
        return memory

    def close(self) -> None:
        """Close all that is open."""
        while self.opened:
            self.opened.pop().close()

    @property
    def content(self) -> bytes:
        """Every byte of the file and of those beside it."""
        return b"\n".join(path.read_bytes() for path in self.folder.iterdir())

    def traces(self, words: Iterable[str] = (), ids: Iterable[int] = ()) -> set[str]:
        """Which of these words and ids stand anywhere in the bytes of the file and of those beside it."""
        everything = self.content
        spelled = {word: (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), _escaped(word)) for word in words}
        written = {str(each): (str(each).encode(), each.to_bytes(6, "big", signed=True), _varint(each)) for each in ids}
        return {name for name, forms in {**spelled, **written}.items() if any(form in everything for form in forms)}


def private(person: int) -> ConversationKey:
    """Somebody's private chat."""
    return ConversationKey("telegram", person, 0, person)


def in_group(person: int) -> ConversationKey:
    """Somebody in the group."""
    return ConversationKey("telegram", GROUP, TOPIC, person)


def turn(asked: str) -> Turn:
    """A turn in which this was asked."""
    return Turn(Question(asked, asked, "nl", Kind.POSITION, Wanted.REASON, ("bcg",)), "achtergrond", "bcg", ("bron",))


def answer(answer_id: str, key: ConversationKey, asked: str | None, at: float = NOON) -> StoredAnswer:
    """An answer to this."""
    quotes = (QuotePlace("bron", 10, 90, "f" * 64, "bcg"), QuotePlace("bron", 100, 120, "f" * 64))
    return StoredAnswer(answer_id, key, asked, "nl", 3, "answered", quotes, ("bron", "krant"), ("En dan?",), ("bcg", "szabo"), at)


def ask(memory: Memory, update_id: int, key: ConversationKey, asked: str, at: float = NOON) -> StoredAnswer:
    """Ask something, as the front end does it from beginning to end."""
    assert memory.take_in(update_id, f'{{"text": "{asked}"}}', chat=key.chat, person=key.person)
    given = answer(f"a{update_id}", key, asked, at)
    memory.prepared(update_id, f"antwoord op {asked}", given)
    memory.sent(update_id, 1)
    assert memory.handled(update_id, turns=(key, (*memory.conversation(key).turns, turn(asked))))
    return given


def rated(given: StoredAnswer, rating: str) -> StoredAnswer:
    """The answer, rated."""
    return replace(given, rating=rating)


def _escaped(word: str) -> bytes:
    return word.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")


def _varint(number: int) -> bytes:
    """As SQLite writes the id of a row."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
