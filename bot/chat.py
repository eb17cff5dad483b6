"""A conversation in the terminal: questions, follow-ups, and commands that begin with a slash."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.blocks import Block, BlockKind, printable
from bot.explainer import Explained, Explainer
from bot.failures import Failure, attempt
from bot.remembered import TERMINAL, ConversationKey
from bot.rendering import positions_heading, render, render_sources
from bot.screen import Screen
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.languages import Language

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History

    from bot.answers import Answer
    from bot.explainer import Answers
    from bot.memory import Memory

COMMANDS: Mapping[Language, Mapping[str, str]] = {
    "nl": {"/bronnen": "sources", "/standpunten": "positions", "/nieuw": "new", "/help": "help", "/stop": "stop"},
    "en": {"/sources": "sources", "/positions": "positions", "/new": "new", "/help": "help", "/stop": "stop"},
}
"""What can be typed after a slash, and what it means; each language understands the other's too."""

_MEANINGS = {**COMMANDS["nl"], **COMMANDS["en"]}
_PROMPT = "> "
_KEY = ConversationKey(TERMINAL)


class Chat:
    """One conversation: what was said so far, and where the answers go."""

    def __init__(
        self,
        explainer: Explainer,
        debate: Debate,
        screen: Screen,
        language: Language | None = None,
        memory: "Memory | None" = None,
        answers: "Answers | None" = None,
    ) -> None:
        """`language` fixes that of the answers, None follows each question; `memory` holds a conversation to go on with.

        `answers` answers the questions where that is not the explainer alone.

        Raises:
            UnavailableError: what is remembered cannot be read.
        """
        self._explainer, self._debate, self._screen, self._language = explainer, debate, screen, language
        self._say = texts(language or "nl", debate)
        self._memory, self._answers = memory, answers or explainer
        self._conversation = memory.conversation(_KEY).turns if memory else ()
        self._last: Answer | None = None

    def welcome(self) -> None:
        """Say that this is a computer program, in both languages where none is fixed; how it works; whether it is kept."""
        languages: tuple[Language, ...] = (self._language,) if self._language else ("nl", "en")
        for language in languages:
            self._tell(texts(language, self._debate).say("notice"))
        self._help()
        if self._memory:
            self._tell(self._say.say("chat_goes_on" if self._conversation else "chat_is_kept"))

    def take(self, line: str) -> bool:
        """Answer a line; False when it ends the conversation. Whatever goes wrong is told, and the conversation goes on."""
        command, _, rest = line.strip().partition(" ")
        if not command:
            return True
        meaning = _MEANINGS.get(command.lower()) if command.startswith("/") else "ask"
        if meaning == "stop":
            return False
        outcome = attempt(lambda: self._do(meaning, command, rest.strip() or None, line))
        if isinstance(outcome, Failure):
            self._apologise(line, outcome)
        return True

    def goodbye(self) -> None:
        """End it."""
        self._tell(self._say.say("chat_bye"))

    def _do(self, meaning: str | None, command: str, rest: str | None, line: str) -> None:
        match meaning:
            case "ask":
                self._answered(self._answers.answer(line, self._conversation, self._language))
            case "positions":
                explained = self._explainer.positions(rest, self._language)
                self._answered(explained, [positions_heading(explained.answer, rest, self._debate)])
            case "sources":
                self._sources()
            case "new":
                self._conversation, self._last = (), None
                if self._memory:
                    self._memory.end_conversation(_KEY)
                self._tell(self._say.say("chat_new"))
            case "help":
                self._help()
            case _:
                self._tell(self._say.say("chat_unknown", command=printable(command)))

    def _answered(self, explained: Explained, heading: list[Block] | None = None) -> None:
        self._conversation, self._last = explained.conversation, explained.answer
        self._say = texts(explained.answer.language, self._debate)
        self._show([*(heading or []), *render(explained.answer, self._debate)])
        self._keep()

    def _keep(self) -> None:
        """Remember the conversation; where that cannot be, the answer stands and it is said."""
        if self._memory is None:
            return
        memory, turns = self._memory, self._conversation
        kept = attempt(lambda: memory.remember(_KEY, turns))
        if isinstance(kept, Failure):
            self._tell(printable(kept.sentence))

    def _sources(self) -> None:
        """The sources of the last answer in full, or of the whole edition where there is no answer yet."""
        if self._last is None:
            everything = self._explainer.answer(self._say.say("chat_sources_question"), language=self._say.language)
            self._show(render(everything.answer, self._debate))
        else:
            self._show(render_sources(self._last, self._debate))

    def _help(self) -> None:
        self._tell(self._say.say("chat_help", commands=", ".join(COMMANDS[self._say.language])))

    def _apologise(self, line: str, failure: Failure) -> None:
        """An answer that says why there is none, with the caveat if the edition can still be read."""
        sorry = attempt(lambda: self._explainer.unavailable(printable(line), failure.sentence, self._say.language))
        if isinstance(sorry, Failure):
            self._tell(f"{self._say.say('unavailable')} {printable(failure.sentence)}")
        else:
            self._show(render(sorry, self._debate))

    def _tell(self, text: str) -> None:
        self._show([Block(BlockKind.MESSAGE, text)])

    def _show(self, blocks: list[Block]) -> None:
        self._screen.show(blocks)
        self._screen.line("")


def talk(chat: Chat, home: Path | None) -> None:
    """Hold a conversation with whoever is at the terminal, or with the lines of stdin where nobody is.

    The lines that are typed are kept in `home`, or nowhere where there is none.
    """
    chat.welcome()
    is_typed = sys.stdin.isatty() and sys.stdout.isatty()
    for line in typed_lines(prompt_session(home)) if is_typed else _piped_lines():
        try:
            if not chat.take(line):
                break
        except KeyboardInterrupt:
            if not is_typed:
                raise
    chat.goodbye()


def prompt_session(home: Path | None) -> "PromptSession[str]":
    """A prompt with the lines typed before, also in earlier conversations where a home keeps them, and with the commands."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import WordCompleter

    return PromptSession(
        history=_history(home / "chat_history" if home else None),
        auto_suggest=AutoSuggestFromHistory(),
        completer=WordCompleter(list(_MEANINGS), sentence=True),
        enable_history_search=True,
    )


def _history(path: Path | None) -> "History":
    """Earlier lines, in a file that is its owner's alone from the first one on; in memory where no file can be kept."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    if path is None:
        return InMemoryHistory()
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def typed_lines(session: "PromptSession[str]") -> Iterator[str]:
    """What is typed until Ctrl-D; Ctrl-C drops the line that is being typed."""
    while True:
        try:
            yield session.prompt(_PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _piped_lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")
