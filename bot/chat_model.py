"""The language model, through LangChain; the only file that touches it. Nothing of LangChain is imported before a model is used.

What a provider throws becomes a `ModelError` that says how it ended and nothing else: its messages may hold a key or a question.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from bot.answers import Outcome
from bot.model_settings import ModelSettings
from bot.prompting import Prompt
from vectorstore.errors import UsageError
from vectorstore.settings import PREFIX

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRAS = {
    "openai": "langchain_openai",
    "ollama": "langchain_ollama",
    "anthropic": "langchain_anthropic",
    "mistralai": "langchain_mistralai",
}
"""The providers that can be installed as an extra of the project, and the package of each."""
_LOOK_SECONDS = 0.05  # how often is looked whether somebody wants it stopped
_TOO_MANY_REQUESTS = 429
_NOT_UNDERSTOOD = frozenset({400, 404, 415, 422, 501})  # what servers say of a form of answer that they do not know
_SCHEMA: dict[str, Any] = {
    "title": "explanation",
    "description": "Sentences that each explain one quotation.",
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "cites": {"type": "array", "items": {"type": "string"}}},
                "required": ["text", "cites"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}


class ModelError(Exception):
    """A model did not come to an end; `outcome` says how it ended."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


class ChatModel:
    """Any chat model that LangChain knows. It begins to load when it is made, beside whatever else is done."""

    def __init__(self, settings: ModelSettings) -> None:
        """Begin to load the model of the settings.

        Raises:
            UsageError: its package is not installed.
        """
        self.settings = settings
        package = EXTRAS.get(settings.provider)
        if find_spec("langchain") is None or (package and find_spec(package) is None):
            raise UsageError(
                f"The language model {settings.chat_model!r} needs packages that are not installed. "
                f"Install them: .venv/bin/pip install -c constraints.txt -e '.[{settings.provider if package else 'openai'}]'"
            )
        self._model: Future[BaseChatModel] = Future()
        self._takes_schema = True
        Thread(target=self._load, daemon=True, name="chat model").start()

    def load(self, seconds: float | None = None) -> None:
        """Wait until the model is there.

        Raises:
            UsageError: it cannot be used as it is set.
            ModelError: it is not there within these seconds.
        """
        try:
            self._model.result(seconds)
        except FutureTimeoutError as error:
            raise ModelError(Outcome.LATE) from error

    @property
    def takes_schema(self) -> bool:
        """Whether the model is to be asked for JSON of a given form: it knows how, and no server has refused it yet."""
        profile = getattr(self._model.result(), "profile", None) or {}
        says = profile.get("structured_output")
        return self._takes_schema and (bool(says) or (says is None and self.settings.provider in {"ollama", "openai"}))

    def write(self, prompt: Prompt, until: float, stop: Event, *, in_json: bool = False) -> "Writing":
        """What the model writes, piece by piece as it comes; `until` is on the monotonic clock."""
        return Writing(lambda: self._pieces(prompt, in_json=in_json), until, stop)

    def refuse_schema(self) -> None:
        """Ask for JSON of a given form no more: the server does not know it."""
        self._takes_schema = False

    def _load(self) -> None:
        try:
            from langchain.chat_models import init_chat_model

            model: Any = init_chat_model(self.settings.chat_model, **self._arguments())
            self._model.set_result(model)
        except BaseException as error:  # noqa: BLE001  # whoever waits for the model gets it
            self._model.set_exception(self._unusable(error))

    def _unusable(self, error: BaseException) -> UsageError:
        problem = UsageError(
            f"The language model {self.settings.chat_model!r} cannot be used ({type(error).__name__}). Check {PREFIX}CHAT_MODEL, "
            f"{PREFIX}CHAT_URL and the key; docs/llm.md has an example of each provider."
        )
        problem.__cause__ = error
        return problem

    def _arguments(self) -> dict[str, Any]:
        settings = self.settings
        common: dict[str, Any] = {"temperature": settings.chat_temperature}
        if settings.address:
            common["base_url"] = settings.address
        if settings.provider == "ollama":
            return {**common, "num_predict": settings.chat_tokens, "client_kwargs": {"timeout": settings.chat_seconds}}
        common |= {"max_tokens": settings.chat_tokens, "timeout": settings.chat_seconds, "max_retries": settings.chat_retries}
        if settings.provider == "openai":
            common["stream_usage"] = True
        if settings.chat_key or settings.chat_url:  # the key of the provider itself is not for a server of somebody else
            common["api_key"] = settings.chat_key.get_secret_value() if settings.chat_key else "none"
        return common

    def _pieces(self, prompt: Prompt, *, in_json: bool) -> "Iterator[tuple[str, int]]":
        """The words of the model as they come, each with the tokens that it says it took so far."""
        from langsmith.run_helpers import tracing_context

        asked: Any = self._bound_to_schema() if in_json else self._model.result()
        messages = [("system", prompt.rules), ("human", prompt.data)]
        with tracing_context(enabled=False):  # what is set in the environment for other programs sends none of this anywhere
            for message in asked.stream(messages):
                yield _words_of(message), int((getattr(message, "usage_metadata", None) or {}).get("total_tokens") or 0)

    def _bound_to_schema(self) -> Any:  # noqa: ANN401  # a model that is told a form in its provider's own way
        """The model before the parser that LangChain puts behind it: that gives nothing before the end."""
        try:
            return self._model.result().with_structured_output(_SCHEMA, method="json_schema").first  # type: ignore[attr-defined]  # a RunnableSequence
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:  # the provider has no such form
            raise NotUnderstoodError from error


class Writing:
    """A model that writes: its words, until it ends, is stopped or its time is up; `tokens` is what it says that it took."""

    def __init__(self, pieces: Any, until: float, stop: Event) -> None:  # noqa: ANN401  # a call that gives an iterator
        self.tokens = 0
        self._until, self._stop = until, stop
        self._left = Event()
        self._came: SimpleQueue[str | Exception | None] = SimpleQueue()
        Thread(target=self._run, args=(pieces,), daemon=True, name="chat model").start()

    def __iter__(self) -> Iterator[str]:
        """The words as they come.

        Raises:
            ModelError: they did not come to an end.
            NotUnderstoodError: the server does not know the form that was asked for.
        """
        try:
            while (piece := self._next()) is not None:
                yield piece
        finally:
            self._left.set()

    def _next(self) -> str | None:
        while True:
            if self._stop.is_set():
                raise ModelError(Outcome.STOPPED)
            left = self._until - time.monotonic()
            if left <= 0:
                raise ModelError(Outcome.LATE)
            try:
                piece = self._came.get(timeout=min(left, _LOOK_SECONDS))
            except Empty:
                continue
            if isinstance(piece, Exception):
                raise piece
            return piece

    def _run(self, pieces: Any) -> None:  # noqa: ANN401  # as above
        try:
            for words, tokens in pieces():
                self.tokens = max(self.tokens, tokens)
                if self._left.is_set():
                    return
                if words:
                    self._came.put(words)
            self._came.put(None)
        except Exception as error:  # noqa: BLE001  # each provider has errors of its own, and their messages stay here
            # Some clients fail where the most tokens are written; what came until then is what there is.
            self._came.put(None if type(error).__name__ == "LengthFinishReasonError" else _as_model_error(error))


class NotUnderstoodError(ModelError):
    """The server does not know the form of answer that was asked for."""

    def __init__(self) -> None:
        super().__init__(Outcome.FAILED)


def _as_model_error(error: Exception) -> Exception:
    if isinstance(error, UsageError | ModelError):
        return error
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if status == _TOO_MANY_REQUESTS:
        return ModelError(Outcome.BUSY)
    if "timeout" in type(error).__name__.lower():
        return ModelError(Outcome.LATE)
    failed = NotUnderstoodError() if status in _NOT_UNDERSTOOD else ModelError(Outcome.FAILED)
    failed.__cause__ = error
    return failed


def _words_of(message: Any) -> str:  # noqa: ANN401  # an AIMessageChunk of any provider
    """What a piece says: its text, and what it would call a tool with, which is where some providers put JSON."""
    text = message.text if isinstance(message.text, str) else ""
    return str(text) + "".join(str(call.get("args") or "") for call in getattr(message, "tool_call_chunks", None) or ())
