"""What a person asks becomes a reply: synchronous, for a thread; nothing here talks to Telegram."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from bot.answers import Answer, AnswerStatus, Explanation, Mode, Outcome, cited_sources
from bot.blocks import Block, BlockKind, printable
from bot.conversation import Turn
from bot.explainer import Explained, Explainer
from bot.memory import Memory
from bot.questions import MAX_CHARS, names_subject, read_question, subject_of
from bot.remembered import StoredAnswer, new_answer_id
from bot.rendering import positions_heading
from bot.surroundings import Spans, place_of, spans_of
from bot.telegram_app.keyboards import Rows, answer_rows, has_buttons
from bot.telegram_app.messages import NOTHING_STRONG, caption, lay_out
from bot.telegram_app.replies import Explaining, File, Incoming, Outgoing, Reply
from bot.telegram_app.wishes import Wish, wish_of
from bot.texts import Texts, texts
from vectorstore.debate import Debate
from vectorstore.errors import UsageError
from vectorstore.languages import Language, detect_language
from vectorstore.passages import Quote

if TYPE_CHECKING:
    from bot.generative import ModelExplainer, Watch

_Asked = tuple[str, Sequence[Turn], Language | None]
"""What was asked, the turns before it, and the language to answer in."""

_OLD_SECONDS = 600.0  # an answer that comes later than this says that it is late


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers from the current edition, with what is remembered of the conversation."""

    explainer: Explainer
    debate: Debate
    memory: Memory
    fixed_language: Language | None = None
    model: "ModelExplainer | None" = None

    def language(self, incoming: Incoming) -> Language:
        """In which language to speak to somebody who has not asked anything in one."""
        return self.fixed_language or self.memory.language(incoming.person) or incoming.spoken_language

    def say(self, incoming: Incoming) -> Texts:
        """The texts in that language."""
        return texts(self.language(incoming), self.debate)

    def tell(self, incoming: Incoming, name: str, /, **values: object) -> Reply:
        """One of the bot's own messages, with the caveat beside it."""
        return self.tell_words(incoming, self.say(incoming).say(name, **values))

    def tell_words(self, incoming: Incoming, words: str, rows: Rows = ()) -> Reply:
        """What the bot itself says, in paragraphs where it has them, with the caveat beside it."""
        return self.reply(self.explainer.tell(words, self.language(incoming)), rows=rows)

    def failed(self, incoming: Incoming, number: str) -> Reply:
        """That something went wrong, with a number to report; without the caveat only if not even that can be read."""
        say = self.say(incoming)
        sorry = say.say("failed", number=number)
        return self.reply(self.explainer.unavailable("", sorry, say.language))

    def bare_apology(self, incoming: Incoming, number: str) -> Outgoing:
        """The same where no edition can be read, and so there is nothing said of the debate, nor a caveat to say."""
        return Outgoing(texts(incoming.spoken_language, self.debate).say("failed", number=number))

    def question(self, incoming: Incoming, text: str, *, pressed: bool = False, beside_media: bool = False) -> Reply:
        """The answer to a question, read with the conversation before it.

        `pressed` tells that a button asked it, `beside_media` that something came with it that is not looked at.
        """
        remembered = self.memory.conversation(incoming.key)
        if not text.strip():
            return self.tell(incoming, "ask_what")
        asked = (text, remembered.turns, self._language_of(incoming, text, bool(remembered.turns)))
        try:
            explained = self.explainer.answer(*asked)
        except UsageError:  # it is empty, or too long
            is_long = len(text) > MAX_CHARS
            return self.tell(incoming, "question_too_long", most=MAX_CHARS) if is_long else self.tell(incoming, "cannot_read")
        say = texts(explained.answer.language, self.debate)
        said = [
            *([say.say("late")] if self._is_late(incoming) else []),
            *([say.say("conversation_ended")] if remembered.has_ended else []),
            *([say.say("only_text")] if beside_media else []),
            *([say.say("asked_by_button", question=printable(text))] if pressed else []),
        ]
        heading = [Block(BlockKind.MESSAGE, each) for each in said]
        reply = self._explained(incoming, explained, heading, is_asked=True)
        if (
            self.model
            and self._is_worth_explaining(explained.answer, remembered.turns)
            and self.wish(incoming.person) is Wish.ALWAYS
        ):
            return replace(reply, explaining=self._explaining(incoming, self.model, asked, heading))
        return reply

    def wish(self, person: int) -> Wish | None:
        """When somebody wants a language model to explain, where there is one; None where they never said."""
        return wish_of(person, self.memory, self.model) if self.model else None

    def explained(self, incoming: Incoming, stored: StoredAnswer) -> Reply:
        """The question of an answer once more, with what a language model makes of it; the conversation stays as it is."""
        if self.model is None or stored.question is None:
            raise ValueError("there is no model, or no question any more")
        say = texts(stored.language, self.debate)
        heading = [Block(BlockKind.MESSAGE, say.say("asked_by_button", question=printable(stored.question)))]
        asked = (stored.question, (), stored.language)
        explaining = self._explaining(incoming, self.model, asked, heading, keeps_turns=False)
        return Reply(toast=say.say("explain_begins"), explaining=explaining)

    def positions(self, incoming: Incoming, topic: str | None) -> Reply:
        """What each voice says about a topic, or about the debate as a whole."""
        language = self.language(incoming) if not topic else self._language_of(incoming, topic, in_conversation=False)
        try:
            explained = self.explainer.positions(topic, language)
        except UsageError:
            return self.tell(incoming, "question_too_long", most=MAX_CHARS)
        return self._explained(incoming, explained, [positions_heading(explained.answer, topic, self.debate)], keeps_turns=False)

    def other_voices(self, stored: StoredAnswer, topic: str) -> Reply:
        """What the voices that an answer did not quote say about the same, whoever it was asked of."""
        language = stored.language
        say = texts(language, self.debate)
        answer = self.explainer.positions(self._subject(topic[:MAX_CHARS], language), language).answer
        others = tuple(each for each in answer.statements if each.voice and each.voice.id not in stored.voices)
        if not others:
            return self.reply(self.explainer.tell(say.say("no_other_voices"), language))
        answer = replace(
            answer, read_as=answer.question, statements=others, silent_voices=(), suggestions=(), notes=(), nearest=(),
            status=AnswerStatus.ANSWERED, reason=None, message=None, sources=cited_sources(others, (), answer.caveat),
        )  # fmt: skip
        return self.reply(answer, [Block(BlockKind.MESSAGE, say.say("other_voices"))])

    def in_full(self, stored: StoredAnswer) -> Reply:
        """The quotations of an answer in the text around them, as it stands now."""
        say = texts(stored.language, self.debate)
        answer = self.explainer.in_full(stored.quotes, say.say("in_full"), say.say("in_full_gone"), say.language)
        return self.reply(answer, strong={quote: spans_of(stored.quotes, quote) for quote in answer.quotes})

    def export(self, incoming: Incoming) -> Reply:
        """Everything that is kept of a person, as a file."""
        content = json.dumps(self.memory.export(incoming.person), ensure_ascii=False, indent=2, sort_keys=True).encode()
        text = f"{self.say(incoming).say('mydata_caption')} {self.say(incoming).say('your_id', person=incoming.person)}"
        return Reply((Outgoing(text, file=File("kanttekening.json", content)),))

    def reply(
        self, answer: Answer, heading: Sequence[Block] = (), rows: Rows = (), strong: Mapping[Quote, Spans] = NOTHING_STRONG
    ) -> Reply:
        """An answer as messages; buttons stand under the last, and `strong` of its quotations is bold."""
        laid = lay_out(answer, self.debate, heading, strong)
        messages = [Outgoing(part.text, part.entities) for part in laid.parts]
        if laid.file is not None:
            whole = caption(
                [Block(BlockKind.MESSAGE, texts(answer.language, self.debate).say("whole_answer"))], answer, self.debate
            )
            messages.append(Outgoing(whole.text, whole.entities, file=File("kanttekening.txt", laid.file.encode())))
        messages[-1] = replace(messages[-1], buttons=rows)
        return Reply(tuple(messages), edition=answer.edition.number)

    def _subject(self, topic: str, language: Language) -> str | None:
        """What a question is about, whoever it names; None where that is the debate as a whole."""
        while (question := read_question(topic, self.debate, language)).voices:
            subject = subject_of(question, self.debate)
            if subject in {"", topic}:
                break
            topic = subject
        return topic if names_subject(topic, language, self.debate) else None

    def _explaining(
        self, incoming: Incoming, model: "ModelExplainer", asked: _Asked, heading: Sequence[Block], *, keeps_turns: bool = True
    ) -> Explaining:
        """How the reply to what was asked is made with a language model, and how without."""

        def run(watch: "Watch", stop: Event) -> Reply:
            explained = model.answer(*asked, watch=watch, stop=stop)
            return self._explained(incoming, explained, heading, keeps_turns=keeps_turns, is_asked=True)

        def without(outcome: Outcome) -> Reply:
            explained = self.explainer.answer(*asked)
            answer = explained.answer
            note = texts(answer.language, self.debate).say(f"explanation_{outcome.value}")
            noted = replace(answer, explanation=Explanation(model.label, outcome), notes=(*answer.notes, note))
            return self._explained(incoming, replace(explained, answer=noted), heading, keeps_turns=keeps_turns, is_asked=True)

        return Explaining(run, without)

    def _is_worth_explaining(self, answer: Answer, turns: Sequence[Turn]) -> bool:
        """Whether a model could make something of it: of quotations, or of a follow-up that was not understood."""
        return bool(answer.quotes) or (bool(turns) and answer.status is AnswerStatus.NOT_IN_SOURCES)

    def _explained(
        self,
        incoming: Incoming,
        explained: Explained,
        heading: Sequence[Block],
        *,
        keeps_turns: bool = True,
        is_asked: bool = False,
    ) -> Reply:
        """The reply with an answer; `is_asked` where a question was asked, which a language model may explain."""
        answer = explained.answer
        turns = explained.conversation if keeps_turns else None
        if not has_buttons(answer):
            return replace(self.reply(answer, heading), turns=turns)
        stored = self._stored(incoming, answer)
        if is_asked and self.model and answer.quotes and answer.mode is Mode.EXTRACTIVE:
            stored = replace(stored, is_explainable=self.wish(incoming.person) is not Wish.NEVER)
        rows = answer_rows(stored, texts(answer.language, self.debate))
        return replace(self.reply(answer, heading, rows), turns=turns, answer=stored)

    def _stored(self, incoming: Incoming, answer: Answer) -> StoredAnswer:
        quotes = answer.quotes or answer.nearest
        return StoredAnswer(
            id=new_answer_id(),
            key=incoming.key,
            question=answer.read_as,
            language=answer.language,
            edition=answer.edition.number,
            status=answer.status.value,
            quotes=tuple(place_of(quote) for quote in quotes),
            sources=tuple(source.id for source in answer.sources),
            suggestions=answer.suggestions,
            voices=tuple(each.voice.id for each in answer.statements if each.voice),
            asked_at=time.time(),
        )

    def _language_of(self, incoming: Incoming, text: str, in_conversation: bool) -> Language | None:  # noqa: FBT001  # has a name at each call
        """The language to answer in; None leaves it to the question and the conversation before it."""
        if chosen := self.fixed_language or self.memory.language(incoming.person):
            return chosen
        return None if in_conversation else detect_language(text, default=incoming.spoken_language)

    def _is_late(self, incoming: Incoming) -> bool:
        return bool(incoming.sent_at) and time.time() - incoming.sent_at > _OLD_SECONDS
