"""From evidence to statements with a language model: it explains the quotations of an answer, and each of its sentences is checked.

The answer without a model comes first and stays: its quotations, voices, caveat and refusals go past the model.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from threading import Event
from typing import TYPE_CHECKING, Protocol

from bot.answers import Answer, AnswerStatus, Explanation, Mode, Outcome, Statement
from bot.chat_model import ChatModel, ModelError, NotUnderstoodError, Writing
from bot.checking.flaws import Flaw
from bot.checking.gate import Gate
from bot.conversation import Turn
from bot.drafts import MAX_CHARS, Draft, DraftReader
from bot.explainer import Explained, Explainer
from bot.failures import log_failure
from bot.follow_ups import may_be_follow_up, rewritten
from bot.offers import Offer, offers_of
from bot.prompting import Prompt, explaining, most_sentences, rules_of, version
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.errors import UnavailableError
from vectorstore.languages import Language
from vectorstore.passages import Quote

if TYPE_CHECKING:
    from bot.model_settings import ModelSettings

Watch = Callable[[Answer], None]
"""Hears the answer before there is an explanation, and again after each sentence that was passed: each time a whole answer, with
its quotations and its caveat."""

_EXPLAINABLE = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL})
_MAX_DRAFTS = 30  # a model that is wrong this often is not listened to any longer
_CHARS_PER_TOKEN = 3  # of Dutch, cautiously: where a server does not say what an answer took


class Accounts(Protocol):
    """What is kept of the model's work: the budget of the day, and sentences that were passed before."""

    def reserve(self, tokens: int, limit: int) -> bool:
        """Whether there is room for so many tokens today, which are then taken; a `limit` of 0 is none."""

    def settle(self, reserved: int, used: int) -> None:
        """So many were used in place of those that were reserved."""

    def kept(self, key: str) -> str | None:
        """What was kept under a key."""

    def keep(self, key: str, drafts: str) -> None:
        """Keep it."""


@dataclass(slots=True)
class _Hearing:
    """What has been heard of a model for one answer."""

    passed: list[tuple[Draft, Offer]] = field(default_factory=list)
    dropped: Counter[Flaw] = field(default_factory=Counter)


class ModelExplainer:
    """Answers as an `Explainer` does, and has a language model explain what is quoted."""

    def __init__(self, explainer: Explainer, model: ChatModel, accounts: Accounts) -> None:
        self._explainer, self._model, self._accounts = explainer, model, accounts
        self._settings: ModelSettings = model.settings
        self.label = model.settings.chat_model or ""
        """What the model is called."""
        self.server, self.is_local = model.settings.server, model.settings.is_local

    @property
    def debate(self) -> Debate:
        """The debate that is explained."""
        return self._explainer.debate

    def answer(
        self,
        asked: str,
        conversation: Sequence[Turn] = (),
        language: Language | None = None,
        *,
        watch: Watch | None = None,
        stop: Event | None = None,
    ) -> Explained:
        """The answer to a question, explained as far as the model is there, in time and right.

        `watch` is called in this thread. Once `stop` is set, what was passed so far is the answer. A model that fails in
        whatever way leaves the answer as it is without one, and `Answer.explanation` says how it ended.

        Raises:
            UsageError: the question is empty or too long, or the model cannot be used as it is set.
            EditionError: there is no usable edition.
        """
        until = time.monotonic() + self._settings.chat_seconds
        stop = stop or Event()
        explained = self._explainer.answer(asked, conversation, language)
        explained = self._reread(explained, conversation, language, until, stop)
        answer = explained.answer
        offers = offers_of(answer.quotes, explained.choices)
        if answer.status not in _EXPLAINABLE or not offers:
            return explained
        told = self._explained(answer, offers, until, stop, watch or _nobody)
        if not self._is_current(answer):  # what is gone by now is not quoted, and not explained either
            anew = self._explainer.answer(asked, conversation, language)
            return replace(anew, answer=self._without(anew.answer, _Hearing(), Outcome.CHANGED))
        return replace(explained, answer=told)

    def _reread(
        self, explained: Explained, conversation: Sequence[Turn], language: Language | None, until: float, stop: Event
    ) -> Explained:
        """The answer to a follow-up as the model completes it, where that is sound and the sources answer it."""
        if not may_be_follow_up(explained.question, conversation):
            return explained
        questions = [turn.question.text for turn in conversation]
        try:
            written = rewritten(explained.answer, questions, self.debate, lambda prompt: self._whole(prompt, until, stop))
        except ModelError:
            return explained
        if written is None:
            return explained
        anew = self._explainer.answer(explained.answer.question, conversation, language, read_as=written)
        return anew if anew.answer.status is AnswerStatus.ANSWERED else explained

    def _explained(self, answer: Answer, offers: Sequence[Offer], until: float, stop: Event, watch: Watch) -> Answer:
        hearing = _Hearing()
        gate = Gate(offers, self.debate, answer.language, rules_of(answer.language))
        kept = self._kept(key := self._key(answer, offers))
        watch(answer)
        try:
            for draft in kept if kept is not None else self._drafts(answer, offers, until, stop):
                admitted = gate.admit(draft)
                if isinstance(admitted, Flaw):
                    hearing.dropped[admitted] += 1
                    continue
                hearing.passed.append((draft, admitted))
                watch(self._with(answer, hearing, Outcome.EXPLAINED))
                if len(hearing.passed) >= most_sentences(offers):
                    break
        except ModelError as error:
            if error.outcome is Outcome.FAILED and isinstance(error.__cause__, Exception):
                log_failure(error.__cause__)
            return self._with(answer, hearing, error.outcome)
        if kept is None and hearing.passed and self._is_current(answer):
            self._keep(key, hearing)
        return self._with(answer, hearing, Outcome.EXPLAINED if hearing.passed else Outcome.TOO_LITTLE)

    def _drafts(self, answer: Answer, offers: Sequence[Offer], until: float, stop: Event) -> Iterator[Draft]:
        self._model.load(max(0.0, until - time.monotonic()))
        in_json = self._model.takes_schema
        prompt = explaining(answer.read_as, offers, self.debate, answer.language, in_json=in_json)
        try:
            yield from self._heard(prompt, until, stop, in_json=in_json)
        except NotUnderstoodError:
            if not in_json:
                raise
            self._model.refuse_schema()
            prompt = explaining(answer.read_as, offers, self.debate, answer.language, in_json=False)
            yield from self._heard(prompt, until, stop, in_json=False)

    def _heard(self, prompt: Prompt, until: float, stop: Event, *, in_json: bool) -> Iterator[Draft]:
        reader, count = DraftReader(), 0
        for words in self._words(prompt, until, stop, in_json=in_json):
            for draft in reader.feed(words):
                yield draft
                count += 1
            if reader.is_full or count >= _MAX_DRAFTS:
                return
        yield from reader.close()

    def _whole(self, prompt: Prompt, until: float, stop: Event) -> str:
        """All that the model writes, as far as it is looked at."""
        self._model.load(max(0.0, until - time.monotonic()))
        heard = ""
        for words in self._words(prompt, until, stop, in_json=False):
            heard += words
            if len(heard) >= MAX_CHARS:
                break
        return heard

    def _words(self, prompt: Prompt, until: float, stop: Event, *, in_json: bool) -> Iterator[str]:
        """What the model writes, within the budget of the day."""
        estimate = prompt.chars // _CHARS_PER_TOKEN + self._settings.chat_tokens
        if not self._reserved(estimate):
            raise ModelError(Outcome.OVER_BUDGET)
        writing: Writing | None = None
        chars = prompt.chars
        try:
            writing = self._model.write(prompt, until, stop, in_json=in_json)
            for words in writing:
                chars += len(words)
                yield words
        finally:
            self._settle(estimate, (0 if writing is None else writing.tokens) or chars // _CHARS_PER_TOKEN)

    def _is_current(self, answer: Answer) -> bool:
        """Whether its edition is still the one that is answered from: what was purged meanwhile is not kept."""
        return self._explainer.edition()[0] == answer.edition.number

    def _reserved(self, tokens: int) -> bool:
        try:
            return self._accounts.reserve(tokens, self._settings.chat_daily_tokens)
        except UnavailableError:
            return self._settings.chat_daily_tokens == 0  # what cannot be counted is not spent

    def _settle(self, reserved: int, used: int) -> None:
        try:
            self._accounts.settle(reserved, used)
        except UnavailableError:
            return

    def _kept(self, key: str) -> list[Draft] | None:
        """The sentences that were passed when the same was asked before; they are checked again all the same."""
        try:
            text = self._accounts.kept(key)
            return None if text is None else [Draft(str(words), tuple(keys)) for words, keys in json.loads(text)]
        except (UnavailableError, ValueError, TypeError):
            return None

    def _keep(self, key: str, hearing: _Hearing) -> None:
        drafts = json.dumps([[draft.text, [offer.key]] for draft, offer in hearing.passed])
        try:
            self._accounts.keep(key, drafts)
        except UnavailableError:
            return

    def _key(self, answer: Answer, offers: Sequence[Offer]) -> str:
        """What the same sentences follow from: the edition, the question, the quotations, the model and what it is told."""
        told = (self.label, self.server, str(self._settings.chat_temperature), version(), str(answer.edition), answer.language)
        return sha256("\0".join((*told, answer.read_as, *(offer.key for offer in offers))).encode()).hexdigest()

    def _with(self, answer: Answer, hearing: _Hearing, outcome: Outcome) -> Answer:
        """The answer with the sentences that were passed."""
        if not hearing.passed:
            return self._without(answer, hearing, Outcome.TOO_LITTLE if outcome is Outcome.EXPLAINED else outcome)
        account = self._account(hearing, outcome)
        say = texts(answer.language, self.debate)
        notes = () if outcome is Outcome.EXPLAINED else (say.say(f"explanation_cut_{outcome.value}"),)
        statements = _explained_statements(answer.statements, hearing.passed)
        return replace(answer, mode=Mode.GENERATIVE, statements=statements, explanation=account, notes=(*answer.notes, *notes))

    def _without(self, answer: Answer, hearing: _Hearing, outcome: Outcome) -> Answer:
        """The answer as it is without a model, and why there is no explanation."""
        note = texts(answer.language, self.debate).say(f"explanation_{outcome.value}")
        return replace(answer, explanation=self._account(hearing, outcome), notes=(*answer.notes, note))

    def _account(self, hearing: _Hearing, outcome: Outcome) -> Explanation:
        dropped = tuple((flaw.value, count) for flaw, count in hearing.dropped.most_common())
        return Explanation(self.label, outcome, len(hearing.passed), dropped)


def _explained_statements(statements: Sequence[Statement], passed: Sequence[tuple[Draft, Offer]]) -> tuple[Statement, ...]:
    """The statements with the sentences above the quotation that bears them out; no quotation moves, goes or is doubled."""
    found: list[Statement] = []
    for statement in statements:
        for sentences, quotes in groupby(statement.quotes, lambda quote: _sentences_on(quote, passed)):
            if sentences:
                found += [Statement(statement.voice, (quote,), sentences) for quote in quotes]
            else:
                found.append(Statement(statement.voice, tuple(quotes)))
    return tuple(found)


def _sentences_on(quote: Quote, passed: Sequence[tuple[Draft, Offer]]) -> str | None:
    return " ".join(_ended(draft.text) for draft, offer in passed if offer.quote == quote) or None


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _nobody(_: Answer) -> None:
    """Watches nothing."""
