"""The inline mode: while somebody types in another chat, cards with the best quotations, each with its source and the caveat."""

import asyncio

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

    async def is_settled(self, person: int, query_id: str) -> bool:
        """Whether somebody has stopped typing with this query; False where a newer one of theirs has come."""
        self._latest[person] = query_id
        await asyncio.sleep(_DEBOUNCE_SECONDS)
        if self._latest.get(person) != query_id:
            return False
        del self._latest[person]
        return True

    def cards(self, text: str) -> list[Card]:
        """The cards for a query; none for one that says nothing yet."""
        if len(text.strip()) < _MIN_CHARS:
            return []
        try:
            answer = self._explainer.answer(text[:MAX_CHARS]).answer
        except UsageError:
            return []
        return cards(answer, self._debate)[:_MOST]

    def ask_label(self, language: Language) -> str:
        """What the button above the cards says."""
        return texts(language, self._debate).say("inline_ask")
