"""An answer that a language model explains, at a terminal: said where questions go, shown as it comes, ended with Ctrl-C."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING

from bot.answers import Answer
from bot.blocks import printable
from bot.conversation import Turn
from bot.explainer import Explained
from bot.rendering import render_preview
from bot.screen import Screen
from bot.texts import texts
from vectorstore.errors import UnavailableError
from vectorstore.languages import Language, detect_language

if TYPE_CHECKING:
    from types import FrameType

    from bot.generative import ModelExplainer
    from bot.model_accounts import ModelAccounts


@dataclass(frozen=True, slots=True)
class LiveExplainer:
    """Answers as a `ModelExplainer` does, for one person at one terminal."""

    explainer: "ModelExplainer"
    accounts: "ModelAccounts"
    screen: Screen
    notices: Screen

    def answer(self, asked: str, conversation: Sequence[Turn] = (), language: Language | None = None) -> Explained:
        """The answer; while the model writes, what was passed so far stands on the screen, where there is one."""
        self._say_where(language or detect_language(asked))
        stop = Event()
        with _ended_by_interrupt(stop), self.screen.preview() as show:

            def watch(answer: Answer) -> None:
                show(render_preview(answer, self.explainer.debate))

            return self.explainer.answer(asked, conversation, language, watch=watch, stop=stop)

    def _say_where(self, language: Language) -> None:
        """Say what leaves the machine before it does for the first time."""
        explainer = self.explainer
        try:
            if self.accounts.was_told(explainer.server):
                return
            self.accounts.tell(explainer.server)
        except UnavailableError:
            pass  # then it is said again
        name = "model_notice_local" if explainer.is_local else "model_notice"
        self.notices.line(printable(texts(language).say(name, model=explainer.label, server=explainer.server)))


@contextmanager
def _ended_by_interrupt(stop: Event) -> Iterator[None]:
    """Ctrl-C ends the explanation, and pressed again the program."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(_number: int, _frame: "FrameType | None") -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
