"""An explainer that answers each question once, so that hundreds of models can be tried on the same answer."""

from collections.abc import Sequence

from bot.conversation import Turn
from bot.explainer import Explained, Explainer
from vectorstore.languages import Language


class RememberingExplainer(Explainer):
    """Answers as an `Explainer` does; a question without a conversation is answered once."""

    def answer(
        self, asked: str, conversation: Sequence[Turn] = (), language: Language | None = None, *, read_as: str | None = None
    ) -> Explained:
        """The answer to a question."""
        if conversation or language or read_as:
            return super().answer(asked, conversation, language, read_as=read_as)
        known: dict[str, Explained] = self.__dict__.setdefault("known", {})
        if asked not in known:
            known[asked] = super().answer(asked)
        return known[asked]
