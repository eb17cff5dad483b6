"""The people who write to the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot_api.records import InlineQuery

if TYPE_CHECKING:
    from tests.bot_api.records import Press
    from tests.bot_api.refusals import Json
    from tests.bot_api.state import State


class Person:
    """Somebody with Telegram; `toasts` is what the bot said to the buttons they pressed, empty toasts left out."""

    def __init__(self, state: State, number: int, name: str, *, language: str | None, username: str | None) -> None:
        self._state = state
        self.id, self.name, self.language, self.username = number, name, language, username
        self.toasts: list[str] = []
        self.presses: list[Press] = []

    def payload(self) -> Json:
        """As the Bot API tells it."""
        made: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username is not None:
            made["username"] = self.username
        if self.language is not None:
            made["language_code"] = self.language
        return made

    def inline(self, query: str, *, offset: str = "", chat_type: str = "private") -> InlineQuery:
        """Type something after the bot's name, in whatever chat."""
        with self._state.changed:
            made = InlineQuery(self._state.fresh_id(), query[:256], self, self._state.clock())
            self._state.inline[made.id] = made
            told = {"id": made.id, "from": self.payload(), "query": made.query, "offset": offset, "chat_type": chat_type}
            self._state.updates.add("inline_query", told)
            return made

    def choose(self, inline: InlineQuery, index: int = 0) -> None:
        """Send one of the cards on, which Telegram tells the bot about."""
        with self._state.changed:
            assert inline.results, f"there is no card to choose for {inline.query!r}"
            told = {"result_id": inline.results[index]["id"], "from": self.payload(), "query": inline.query}
            self._state.updates.add("chosen_inline_result", told)
