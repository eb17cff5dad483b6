"""The inline mode: while somebody types in another chat, cards with the best quotations, each with its source and the caveat."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.explainer import Explainer
from bot.questions import MAX_CHARS
from bot.telegram_app.cards import Card, cards
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.errors import UsageError
from vectorstore.languages import Language

_MIN_CHARS = 3  # fewer say nothing yet
_DEBOUNCE_SECONDS = 0.3  # a query comes with each key that is pressed
_MOST = 6
CACHE_SECONDS = 60


class Inline:
    """Answers only the last query of each person, when they have stopped typing for a moment."""

    def __init__(self, explainer: Explainer, debate: Debate) -> None:
        self._explainer, self._debate = explainer, debate
        self._latest: dict[int, str] = {}

    async def cards(
        self, person: int, query_id: str, text: str, run: Callable[[Callable[[], list[Card]]], Awaitable[list[Card]]]
    ) -> list[Card] | None:
        """The cards for a query, made by `run` in a thread; None where a newer query of the same person has come."""
        self._latest[person] = query_id
        try:
            if len(text.strip()) < _MIN_CHARS:
                return []
            await asyncio.sleep(_DEBOUNCE_SECONDS)
            if self._latest.get(person) != query_id:
                return None
            return await run(lambda: self._found(text[:MAX_CHARS]))
        finally:
            if self._latest.get(person) == query_id:
                del self._latest[person]

    def ask_label(self, language: Language) -> str:
        """What the button above the cards says."""
        return texts(language, self._debate).say("inline_ask")

    def _found(self, text: str) -> list[Card]:
        try:
            answer = self._explainer.answer(text).answer
        except UsageError:
            return []
        return cards(answer, self._debate)[:_MOST]
