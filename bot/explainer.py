"""A question becomes an answer: read, retrieve, select. Front ends call this and render what comes back."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Protocol, TypeVar

from bot.answers import Answer, AnswerStatus, EditionStamp, Statement, cited_sources
from bot.choices import Choice
from bot.conversation import ReadQuestion, Turn, read_in_conversation
from bot.extractive import Selection, select
from bot.notes import notes_on
from bot.phrases import anywhere
from bot.questions import SMALLTALK, Kind, Question, Wanted, clean, named_voices, names_subject, read_question, subject_of
from bot.remembered import QuotePlace
from bot.suggestions import suggest
from bot.surroundings import surrounded
from bot.texts import Texts, texts
from bot.works import is_work, named_works
from vectorstore.catalog import Catalog
from vectorstore.caveats import pinned_caveat
from vectorstore.debate import Debate
from vectorstore.edition import Edition, EditionReader
from vectorstore.errors import UnreachableError
from vectorstore.languages import Language
from vectorstore.passages import Quote
from vectorstore.retrieval import Evidence, Query, Retriever

_Seen = TypeVar("_Seen")

_REMEMBERED = 10
_OPINIONS = frozenset({Kind.POSITION, Kind.COMPARISON, Kind.ALL_POSITIONS, Kind.VERDICT})
_EVERY_VOICE = frozenset({Kind.ALL_POSITIONS, Kind.VERDICT})


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer, the conversation after it, and what was weighed for it; `confidence` is that of its `Selection`."""

    answer: Answer
    question: Question
    conversation: tuple[Turn, ...]
    evidence: Evidence
    choices: tuple[Choice, ...] = ()
    confidence: float | None = None


class Answers(Protocol):
    """Whatever answers a question in a conversation."""

    def answer(self, asked: str, conversation: Sequence[Turn] = (), language: Language | None = None) -> Explained:
        """The answer; raises what `Explainer.answer` does."""


class Explainer:
    """Answers questions from whatever edition is current when they are asked."""

    def __init__(self, editions: EditionReader, retriever: Retriever, debate: Debate, language: Language | None = None) -> None:
        """`language` fixes the language of the frame; None follows the question."""
        self._editions, self._retriever, self._debate = editions, retriever, debate
        self._language = language

    def answer(
        self, asked: str, conversation: Sequence[Turn] = (), language: Language | None = None, *, read_as: str | None = None
    ) -> Explained:
        """The answer to a question, read with the turns before it, or as `read_as` where somebody has completed it already.

        Raises:
            UsageError: the question is empty or too long.
            EditionError: there is no usable edition.
        """
        asked = clean(asked)
        read = read_in_conversation(asked, conversation, self._debate, language or self._language)
        if read_as is not None:
            completed = read_question(read_as, self._debate, read.question.language)
            read = replace(read, question=replace(completed, asked=asked), shown=read_as)
        return self._explain(asked, read, conversation)

    @property
    def debate(self) -> Debate:
        """The debate that is explained."""
        return self._debate

    def positions(self, topic: str | None, language: Language | None = None) -> Explained:
        """What each voice says about a topic, or in general."""
        return self._explain(*self._read_topic(topic, language), ())

    def overview(self, topic: str | None, look: Callable[[Explained, Catalog], _Seen], language: Language | None = None) -> _Seen:
        """What `look` makes of the positions on a topic and of the documents of the edition that they come from.

        The catalogue is open only while `look` runs.
        """
        asked, read = self._read_topic(topic, language)

        def seen(edition: Edition) -> _Seen:
            evidence, selection, answer = self._answer(asked, read, edition)
            explained = Explained(answer, read.question, (), evidence, selection.choices, selection.confidence)
            return look(explained, edition.catalog)

        return self._editions.read(seen)

    def tell(self, message: str, language: Language | None = None) -> Answer:
        """A message of the bot's own, as an answer: with the caveat beside it."""
        language = language or self._language or "nl"
        return self._editions.read(lambda edition: self._telling(message, language, edition))

    def edition(self) -> tuple[int, str, int]:
        """The number of the edition that answers now, when it was published, and how many documents it has."""
        return self._editions.read(lambda edition: (*astuple(_stamp(edition)), edition.info.documents))

    def in_full(self, places: Sequence[QuotePlace], message: str, gone: str, language: Language) -> Answer:
        """Quotations in the text around them, under a message; `gone` is said of those that are not there any more."""
        return self._editions.read(lambda edition: self._in_full(places, (message, gone), language, edition))

    def unavailable(self, asked: str, reason: str, language: Language | None = None) -> Answer:
        """The answer to a question that cannot be taken up; it carries the caveat all the same."""
        language = language or self._language or "nl"
        message = texts(language, self._debate).say("unavailable")
        try:
            told = self.tell(message, language)
        except UnreachableError:  # the server that has the vectors; the text of the caveat is on this machine
            last = self._editions.read_open(lambda it: _told(message, language, it, pinned_caveat(it, self._debate)))
            if last is None:
                raise
            told = last
        return replace(told, question=asked, read_as=asked, status=AnswerStatus.UNAVAILABLE, reason=reason)

    def _telling(self, message: str, language: Language, edition: Edition) -> Answer:
        caveat = self._retriever.retrieve(Query(self._debate.title, language), edition).caveat
        return _told(message, language, edition, caveat)

    def _in_full(self, places: Sequence[QuotePlace], said: tuple[str, str], language: Language, edition: Edition) -> Answer:
        found, lost = surrounded(places, edition.catalog)
        message, gone = said
        told = self._telling(message if found else gone, language, edition)
        statements = (Statement(None, tuple(found)),) if found else ()
        return replace(
            told,
            status=AnswerStatus.ANSWERED if found else AnswerStatus.NOT_IN_SOURCES,
            statements=statements,
            sources=cited_sources(statements, (), told.caveat),
            notes=(gone,) if found and lost else (),
        )

    def _read_topic(self, topic: str | None, language: Language | None) -> tuple[str, ReadQuestion]:
        asked = clean(topic) if topic else self._debate.title
        read = read_in_conversation(asked, (), self._debate, language or self._language)
        return asked, replace(read, question=replace(read.question, kind=Kind.ALL_POSITIONS, stranger=None))

    def _explain(self, asked: str, read: ReadQuestion, conversation: Sequence[Turn]) -> Explained:
        question = read.question
        evidence, selection, answer = self._editions.read(lambda edition: self._answer(asked, read, edition))
        turn = Turn(question, read.background, self._answered_voice(question, answer), _sources_shown(answer))
        turns = (*conversation, turn)[-_REMEMBERED:]
        return Explained(answer, question, turns, evidence, selection.choices, selection.confidence)

    def _answer(self, asked: str, read: ReadQuestion, edition: Edition) -> tuple[Evidence, Selection, Answer]:
        question = read.question
        evidence = self._retriever.retrieve(self._query(read, asked), edition)
        if question.kind in SMALLTALK:
            return evidence, Selection(AnswerStatus.SMALLTALK), self._smalltalk(question, evidence, edition)
        selection = self._select(question, evidence, edition)
        if named := named_works(selection, question, evidence, edition.catalog.sources_by_id().values()):
            read = replace(read, question=named.question)
            evidence = self._retriever.retrieve(self._query(read, asked, named.sources), edition)
            selection = self._select(named.question, evidence, edition)
        return evidence, selection, self._from_selection(asked, read, selection, evidence, edition)

    def _query(self, read: ReadQuestion, asked: str, within: tuple[str, ...] = ()) -> Query:
        """What to search for. A question without a subject of its own ("Wat vindt Szabó?") is about the debate as a whole."""
        question = read.question
        subject = subject_of(question, self._debate)
        has_subject = question.kind not in _OPINIONS or names_subject(subject, question.language, self._debate)
        return Query(
            text=_searched(question, asked) if has_subject else self._debate.title,
            language=question.language,
            voices=question.voices,
            subject=subject,
            background=read.background,
            every_voice=question.kind in _EVERY_VOICE,
            sources=read.sources,
            leans=read.leans,
            within=within,
        )

    def _answered_voice(self, question: Question, answer: Answer) -> str | None:
        """Whom an answer was about: who was named when it was asked who, or who spoke first."""
        if question.wanted is Wanted.PERSON and answer.quotes:
            named = [voice for voice in named_voices(answer.quotes[0].text, self._debate) if voice not in question.voices]
            persons = [voice_id for voice_id in named if (voice := self._debate.voice(voice_id)) and voice.person]
            if persons:
                return persons[0]
        return next((quote.voice_id for quote in answer.quotes if quote.voice_id), None)

    def _select(self, question: Question, evidence: Evidence, edition: Edition) -> Selection:
        if not question.text:
            return Selection(AnswerStatus.NOT_IN_SOURCES)
        return select(evidence, question, self._debate, edition.catalog)

    def _smalltalk(self, question: Question, evidence: Evidence, edition: Edition) -> Answer:
        say = texts(question.language, self._debate)
        documents, _ = edition.catalog.counts()
        stamp = _stamp(edition)
        name, listed = question.kind.value, [evidence.caveat.source]
        if question.kind is Kind.SOURCES:
            listed = edition.catalog.sources()
        elif question.kind is Kind.NEWS:
            added = self._editions.added(edition)
            name = "news_first" if added is None else "news" if added else "news_none"
            new = edition.catalog.sources() if added is None else added
            listed = [*new, *(source for source in listed if source not in new)]
        return Answer(
            question=question.asked,
            read_as=question.asked,
            language=question.language,
            status=AnswerStatus.SMALLTALK,
            caveat=evidence.caveat,
            edition=stamp,
            sources=tuple(listed),
            message=say.say(
                name,
                title=self._debate.titled(question.language),
                count=documents,
                number=stamp.number,
                date=say.date(stamp.published_at),
            ),
        )

    def _from_selection(self, asked: str, read: ReadQuestion, selection: Selection, evidence: Evidence, edition: Edition) -> Answer:
        question = read.question
        say = texts(question.language, self._debate)
        refused = selection.status is AnswerStatus.NOT_IN_SOURCES
        reason = _reason(question, selection, say)
        verdict = say.say("verdict") if question.kind is Kind.VERDICT and not refused else None
        return Answer(
            question=asked,
            read_as=read.shown or asked,
            language=question.language,
            status=selection.status,
            caveat=evidence.caveat,
            edition=_stamp(edition),
            statements=selection.statements,
            silent_voices=selection.silent,
            nearest=selection.nearest,
            sources=cited_sources(selection.statements, selection.nearest, evidence.caveat),
            reason=reason,
            message=reason if refused else verdict,
            notes=notes_on(selection.statements, selection.choices, evidence, self._debate, edition.info.published_at[:10], say),
            suggestions=suggest(selection.statements, selection.choices, evidence, question, self._debate, say),
        )


def _reason(question: Question, selection: Selection, say: Texts) -> str | None:
    """What is missing, in a sentence; None where nothing is."""
    names = say.list([voice.called(say.language) for voice in selection.silent])
    if selection.status is AnswerStatus.PARTIAL:
        return say.say("partial_voices", voices=names)
    if selection.status is not AnswerStatus.NOT_IN_SOURCES:
        return None
    nothing_named = not selection.missing and not selection.silent
    if not question.text or (question.had_attack and nothing_named):
        return say.say("not_in_sources_attack")
    return _what_is_missing(question, selection, names, say)


def _what_is_missing(question: Question, selection: Selection, names: str, say: Texts) -> str:
    if question.stranger and question.stranger in selection.missing and not is_work(question.stranger):
        return say.say("not_in_sources_stranger", name=_capitalised(question.stranger))
    if names:
        return say.say("not_in_sources_voices", voices=names)
    if selection.missing:
        return say.say("not_in_sources_words", words=say.list([f'"{word}"' for word in selection.missing[:3]]))
    return say.say("not_in_sources")


def _searched(question: Question, asked: str) -> str:
    """What is looked for: the question, without the side that it takes where it wants a verdict."""
    text = question.text or asked
    return (anywhere("side").sub(" ", text).strip() or text) if question.kind is Kind.VERDICT else text


def _sources_shown(answer: Answer) -> tuple[str, ...]:
    """The sources that an answer quoted, best first; of a refusal those that came nearest."""
    return tuple(dict.fromkeys(quote.source.id for quote in (*answer.quotes, *answer.nearest)))


def _told(message: str, language: Language, edition: Edition, caveat: Quote) -> Answer:
    status = AnswerStatus.SMALLTALK
    return Answer("", "", language, status, caveat, _stamp(edition), message=message, sources=(caveat.source,))


def _stamp(edition: Edition) -> EditionStamp:
    return EditionStamp(edition.info.number, edition.info.published_at)


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
