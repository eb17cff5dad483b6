"""From evidence to statements, without a language model: which sentences are quoted, under whom, or why none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.answers import AnswerStatus, Statement
from bot.choices import Choice, admits_not_knowing, rank
from bot.questions import Kind, Question, names_subject
from bot.settling import LEAST, could_settle, elsewhere, is_said_to_be_unknown, is_stranger, speaks_about, surest, unknown_names
from vectorstore.catalog import Catalog
from vectorstore.debate import Debate, Voice
from vectorstore.passages import Passage, Quote, Sentence
from vectorstore.quotes import MAX_SENTENCES, joined, quote_sentences, with_context
from vectorstore.retrieval import Evidence
from vectorstore.weighing import as_language
from vectorstore.words import content_words

_MAX_QUOTES = 3
_PER_VOICE = 2
_FEW_VOICES = 3
_NEAREST = 2
_ATTRIBUTION = re.compile(
    r"\b(?:volgens|according to)\b.{0,60}?\b(?:van \d{1,2} \w+ \d{4}|\w+\.(?:nl|uk|net)|column|kamerbrief|verordening)\b|"
    r"\(stand \w+ \d{4}\)",
    re.IGNORECASE,
)
_SAME_WORDS = 0.6  # two quotes that share more of their words than this say the same
_SIDE_BY_SIDE = 2.0  # how far, for a sentence beside it to become part of the same quote
_SAME_SUBJECT = 3.0  # how far behind its best another sentence of a voice may be
_CLOSE = 3.0  # how far behind the first quote another may be, in log-odds


@dataclass(frozen=True, slots=True)
class Selection:
    """What is quoted, or why nothing is; `missing` names what the sources do not hold.

    `confidence` is what decided between the two, in log-odds; None where something else did.
    """

    status: AnswerStatus
    statements: tuple[Statement, ...] = ()
    silent: tuple[Voice, ...] = ()
    nearest: tuple[Quote, ...] = ()
    missing: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    confidence: float | None = None


def select(evidence: Evidence, question: Question, debate: Debate, catalog: Catalog) -> Selection:
    """The quotes that answer a question."""
    choices = rank(evidence, question)
    quote = _Quoter(debate, catalog)
    if question.stranger is not None and is_stranger(question.stranger, evidence, choices):
        return _refusal(choices, quote, missing=(question.stranger,))
    if unknown := unknown_names(evidence, question):
        return _refusal(choices, quote, missing=unknown)
    if question.kind in {Kind.COMPARISON, Kind.ALL_POSITIONS, Kind.VERDICT}:
        return _by_voice(evidence, question, choices, debate, quote)
    if question.kind is Kind.POSITION:
        heard = [choice for choice in choices if set(choice.scored.sentence.voices) & set(question.voices)]
        spoken = [choice for choice in heard if not admits_not_knowing(choice)]
        return _position(evidence, question, spoken, choices, debate, quote)
    return _fact(evidence, question, choices, debate, quote)


class _Quoter:
    """Cuts quotes, and puts them under their voice."""

    def __init__(self, debate: Debate, catalog: Catalog) -> None:
        self._debate, self._catalog = debate, catalog

    def quote(self, choice: Choice, voice_id: str | None = None) -> Quote:
        """The chosen sentence with what it needs before it to be understood."""
        passage = choice.scored.passage.passage
        run = with_context(passage, choice.scored.sentence)
        return quote_sentences(passage, run, self._catalog, voice_id)

    def joined(self, choices: Sequence[Choice]) -> list[Quote]:
        """Quotes of the best choices; those that stand side by side, and are nearly as good, become one quote."""
        runs: list[tuple[Passage, list[Sentence]]] = []
        for choice in _different(choices, _MAX_QUOTES * MAX_SENTENCES):
            passage, sentence = choice.scored.passage.passage, choice.scored.sentence
            if any(sentence in run for _, run in runs):
                continue
            place = next(
                (number for number, (each, run) in enumerate(runs) if each.id == passage.id and joined(each, run, sentence)), None
            )
            if place is None and len(runs) < _MAX_QUOTES:
                runs.append((passage, with_context(passage, sentence)))
            elif place is not None and choice.score >= choices[0].score - _SIDE_BY_SIDE:
                runs[place] = (passage, joined(passage, runs[place][1], sentence) or runs[place][1])
        return [quote_sentences(passage, run, self._catalog) for passage, run in runs]

    def statements(self, quotes: Iterable[Quote]) -> tuple[Statement, ...]:
        """The quotes under their voices, in the order of the first quote of each."""
        grouped: dict[str | None, list[Quote]] = {}
        for quote in _apart(quotes):
            grouped.setdefault(quote.voice_id, []).append(quote)
        return tuple(
            Statement(self._debate.voice(voice_id) if voice_id else None, tuple(found)) for voice_id, found in grouped.items()
        )


def _fact(evidence: Evidence, question: Question, choices: Sequence[Choice], debate: Debate, quote: _Quoter) -> Selection:
    """The best sentence that settles the question, and others that are nearly as good."""
    found = surest(choices, question, evidence, debate)
    if found is None or is_said_to_be_unknown(choices):
        return _refusal(choices, quote, missing=_missing_words(evidence))
    best, sure = found
    if country := elsewhere(question, best):
        return _refusal(choices, quote, missing=(country,))
    if sure < LEAST:
        return replace(_refusal(choices, quote, missing=_missing_words(evidence)), confidence=sure)
    good = [choice for choice in choices if choice.score >= best.score - _CLOSE and could_settle(choice, question, evidence)]
    quotes = quote.joined([best, *(choice for choice in good if choice is not best)])
    return Selection(AnswerStatus.ANSWERED, quote.statements(quotes), choices=tuple(choices), confidence=sure)


def _position(
    evidence: Evidence, question: Question, spoken: Sequence[Choice], choices: Sequence[Choice], debate: Debate, quote: _Quoter
) -> Selection:
    """A voice's positions, most relevant first; its general ones where the question names no subject."""
    has_subject = names_subject(evidence.query.subject, question.language, debate)
    fitting = _fitting(spoken, choices, evidence) if has_subject else list(spoken)
    if not fitting and (about := _about_them(evidence, question, choices, debate, quote)):
        return about
    if not fitting:
        silent = tuple(voice for voice_id in question.voices if (voice := debate.voice(voice_id)))
        return Selection(
            AnswerStatus.NOT_IN_SOURCES, silent=silent, nearest=_nearest(spoken or choices, quote), choices=tuple(choices)
        )
    chosen = _different(fitting, _MAX_QUOTES)
    quotes = [quote.quote(choice, _first_of(choice.scored.sentence.voices, question.voices)) for choice in chosen]
    return Selection(AnswerStatus.ANSWERED, quote.statements(quotes), choices=tuple(choices))


def _by_voice(evidence: Evidence, question: Question, choices: Sequence[Choice], debate: Debate, quote: _Quoter) -> Selection:
    """A place for every voice that speaks about the subject; those asked about that do not are named silent."""
    asked = [voice for voice_id in question.voices if (voice := debate.voice(voice_id))]
    if question.kind is Kind.VERDICT:
        heard = dict.fromkeys(voice_id for choice in choices for voice_id in choice.scored.sentence.voices)
        speaking = [voice for voice_id in heard if (voice := debate.voice(voice_id))]
        most = _FEW_VOICES if asked else 2 * _FEW_VOICES
        voices = list({voice.id: voice for voice in (*asked, *speaking)}.values())[:most]
    else:
        voices = asked or list(debate.voices)
    statements, silent = _statements_of(
        voices, question, choices, quote, evidence if names_subject(evidence.query.subject, question.language, debate) else None
    )
    if not statements and question.kind is Kind.VERDICT:  # "onzin", "gelijk": no subject, but a wish for a verdict
        statements, silent = _statements_of(voices, question, choices, quote, None)
    if not statements and (about := _about_them(evidence, question, choices, debate, quote)):
        return about
    if not statements:
        return Selection(AnswerStatus.NOT_IN_SOURCES, silent=tuple(asked), nearest=_nearest(choices, quote), choices=tuple(choices))
    if not asked:
        statements.sort(key=lambda pair: -pair[0])
    if question.kind is Kind.VERDICT and not asked:  # two that speak in one breath are one of the three
        statements = _once_each(statements)[:_FEW_VOICES]
    status = AnswerStatus.PARTIAL if asked and silent else AnswerStatus.ANSWERED
    return Selection(status, tuple(statement for _, statement in statements), silent=tuple(silent), choices=tuple(choices))


def _about_them(
    evidence: Evidence, question: Question, choices: Sequence[Choice], debate: Debate, quote: _Quoter
) -> Selection | None:
    """What others say of voices that say nothing themselves; those are named silent all the same."""
    about = _fact(evidence, question, choices, debate, quote)
    if about.status is not AnswerStatus.ANSWERED:
        return None
    heard = {statement.voice.id for statement in about.statements if statement.voice}
    silent = (debate.voice(voice_id) for voice_id in question.voices if voice_id not in heard)
    return replace(about, silent=tuple(voice for voice in silent if voice))


def _statements_of(
    voices: Sequence[Voice], question: Question, choices: Sequence[Choice], quote: _Quoter, evidence: Evidence | None
) -> tuple[list[tuple[float, Statement]], list[Voice]]:
    """What each voice says about the subject, with the score of the best, and the voices that say nothing.

    Without `evidence` there is no subject, and everything that a voice says will do.
    """
    statements, silent = [], []
    for voice in voices:
        spoken = [choice for choice in choices if voice.id in choice.scored.sentence.voices and not admits_not_knowing(choice)]
        fitting = spoken if evidence is None else _fitting(spoken, choices, evidence)
        if fitting:
            chosen = _different(fitting, _PER_VOICE if len(voices) <= _FEW_VOICES else 1)
            statements.append((fitting[0].score, Statement(voice, _apart(quote.quote(choice, voice.id) for choice in chosen))))
        elif question.kind is not Kind.VERDICT:
            silent.append(voice)
    return statements, silent


def _once_each(statements: Sequence[tuple[float, Statement]]) -> list[tuple[float, Statement]]:
    """The statements without those that begin with the same quotation as an earlier one."""
    found: dict[str, tuple[float, Statement]] = {}
    for pair in statements:
        found.setdefault(pair[1].quotes[0].text, pair)
    return list(found.values())


def _fitting(spoken: Sequence[Choice], choices: Sequence[Choice], evidence: Evidence) -> list[Choice]:
    """What a voice says about the subject: its best, and what is nearly as good; nothing where that is not about it."""
    if not speaks_about(spoken, choices[0].score if choices else 0.0, evidence):
        return []
    return [choice for choice in spoken if choice.score >= spoken[0].score - _SAME_SUBJECT]


def _refusal(choices: Sequence[Choice], quote: _Quoter, missing: tuple[str, ...]) -> Selection:
    return Selection(AnswerStatus.NOT_IN_SOURCES, nearest=_nearest(choices, quote), missing=missing, choices=tuple(choices))


def _nearest(choices: Sequence[Choice], quote: _Quoter) -> tuple[Quote, ...]:
    return _apart(quote.quote(choice) for choice in _different(choices[:20], _NEAREST))


def _missing_words(evidence: Evidence) -> tuple[str, ...]:
    return tuple(term.word for term in evidence.terms if not term.is_known)


def _apart(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """The quotes without those that overlap an earlier one."""
    kept: list[Quote] = []
    for quote in quotes:
        if not any(quote.source.id == other.source.id and quote.start < other.end and other.start < quote.end for other in kept):
            kept.append(quote)
    return tuple(kept)


def _first_of(voices: Sequence[str], asked: Sequence[str]) -> str | None:
    return next((voice for voice in asked if voice in voices), None)


def _different(choices: Sequence[Choice], limit: int) -> list[Choice]:
    """The best choices that do not say the same twice; the original wins from an account that says it too.

    By whom and when it was said tells nothing: what counts is what a sentence says besides.
    """
    chosen: list[Choice] = []
    words: list[frozenset[str]] = []
    for choice in choices:
        own = _own_words(choice)
        if all(len(own & other) <= _SAME_WORDS * min(len(own), len(other)) for other in words):
            chosen.append(choice)
            words.append(own)
        if len(chosen) == limit:
            break
    return chosen


def _own_words(choice: Choice) -> frozenset[str]:
    text = _ATTRIBUTION.sub(" ", choice.scored.text)
    return frozenset(word for word in content_words(text, as_language(choice.scored.passage.source.language)) if word.isalpha())
