"""A running bot and the people who meet it; whatever anybody gets to read is held against what was promised."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.memory_database import MEMORY_FILE
from tests.bot_api import BotApi, Message, Person, Press
from tests.bot_api.chats import Chat
from tests.bot_api.program import Bot, start_bot
from tests.promised import broken_promises
from vectorstore.debate import Debate
from vectorstore.editions import Shelf
from vectorstore.settings import PREFIX


def until(chat: Chat, condition: Callable[[], bool]) -> None:
    """Wait until something is so in a chat."""
    with chat.state.changed:
        assert chat.state.changed.wait_for(condition, 10), "it did not come true:\n" + "\n".join(map(str, chat.state.calls[-20:]))


@dataclass
class Guest:
    """Somebody and their chat with the bot."""

    person: Person
    chat: Chat

    def ask(self, text: str) -> Message:
        """Say something, and get the next message of the bot."""
        self.chat.say(self.person, text)
        return self.chat.next()

    def answers_to(self, asked: Sequence[str]) -> list[str]:
        """All that the bot says to somebody who asks this in fair weather; the last of it is about Implement."""
        for text in asked:
            self.ask(text)
        while not self.chat.sent[-1].text.startswith("Volgens Implement"):  # an answer can have parts
            self.chat.next()
        return [message.text for message in self.chat.sent]

    def press(self, message: Message, button: str) -> Press:
        """Press a button, by what it says or its data, and wait until it stops turning."""
        return self.pressed(self.chat.press(message, button, by=self.person))

    def press_data(self, message: Message, data: str) -> Press:
        """The same with a button that is not there any more."""
        return self.pressed(self.chat.press_data(message, data, by=self.person))

    def pressed(self, press: Press) -> Press:
        """A press, when it has stopped turning."""
        until(self.chat, lambda: press.is_answered)
        return press


class Meeting:
    """A bot that runs, on a home of its own."""

    def __init__(self, api: BotApi, bot: Bot, home: Path, debate: Debate, shelf: Shelf | None = None) -> None:
        """`shelf` is where the editions are, if not in the home."""
        self.api, self.bot, self.home, self.debate = api, bot, home, debate
        self._shelf = shelf or Shelf(home)
        self._checked = self._seen = 0
        self._exempt: set[int] = set()
        self._texts: dict[int, Mapping[str, str]] = {}
        self.rehearsed: dict[str, str] = {}
        """Documents that an operator has seen quoted and that are in no edition yet, by title."""

    def guest(self, name: str = "Jan", language: str | None = "nl") -> Guest:
        """Somebody new."""
        person = self.api.person(name, language=language)
        return Guest(person, self.api.private(person))

    def exempt(self, message: Message) -> Message:
        """A message that need not have the caveat: an export, or what an operator hears about the work."""
        self._exempt.add(id(message))
        return message

    def refused(self) -> list[str]:
        """The calls that Telegram refused since this was last asked."""
        refused = self.api.refused()
        new, self._seen = refused[self._seen :], len(refused)
        return [str(call) for call in new]

    def check(self) -> None:
        """See that everything said since the last check was as promised, and that Telegram took all of it."""
        refused = self.refused()
        assert (self.api.violations, refused) == ([], []), f"Telegram did not take {self.api.violations} {refused}"
        texts = self.texts()
        new, self._checked = self.api.sent[self._checked :], len(self.api.sent)
        broken = {
            message.text: found
            for message in new
            if (found := broken_promises(message, texts, self.debate, is_exempt=id(message) in self._exempt))
        }
        assert not broken, broken

    def texts(self) -> Mapping[str, str]:
        """The documents of all editions that are kept, by title; a title that has two texts has both."""
        for info in self._shelf.published():
            if info.number not in self._texts:
                with closing(self._shelf.open_catalog(info)) as catalog:
                    documents = [catalog.document(source.id) for source in catalog.sources()]
                self._texts[info.number] = {each.source.title: each.text for each in documents if each}
        titles = {title for texts in self._texts.values() for title in texts}
        known = (*self._texts.values(), self.rehearsed)
        return {title: "\0".join(texts.get(title, "") for texts in known) for title in {*titles, *self.rehearsed}}

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the memory holds."""
        with closing(sqlite3.connect(self.home / MEMORY_FILE)) as connection, connection:
            return connection.execute(query, values).fetchall()


@contextmanager
def meeting(home: Path, debate: Debate, **settings: str | Path) -> Iterator[Meeting]:
    """A bot that runs on a home."""
    outside = {name.removeprefix(PREFIX).lower(): "" for name in os.environ if name.startswith(PREFIX)}
    with BotApi() as api, start_bot(api, home, **{**outside, **settings}) as bot:  # type: ignore[arg-type]  # none of ours has the name of another parameter
        yield Meeting(api, bot, home, debate)
