"""Whether a language model's sentences are borne out by what they cite: the rules of ALCE (Gao et al. 2023, arXiv 2305.14627).

Where ALCE asks a model whether a citation supports a sentence, this looks for its words, apart from the gate that the sentence
passed. A sentence is supported by texts when each of its parts occurs in them:

- a number, as a whole number, however its thousands and decimals are set apart (1.000 and 1,000; 25,1 and 25.1);
- a name or another word that carries the subject, as a substring: the word, or its stem, stands somewhere within the words of the
  texts or their stems, all in lower case and without accents ("analyse" within "risicoanalyse").

Stop words, reporting verbs (`vectorstore.speech`) and the names and titles of the voice that it stands under are no parts of it.

- recall: the share of the sentences that their citations support together;
- precision: the share of the citations that are needed. One is not when its sentence is not supported at all, or when it alone
  does not support the sentence and the others do without it.

A sentence in another language than its quotations has none of their words, so it is counted and not measured.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answers import Answer, Statement
from vectorstore.languages import Language
from vectorstore.speech import SAYING_VERB
from vectorstore.weighing import as_language
from vectorstore.words import carries_subject, fold, stem, words_in

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\W*[A-ZÀ-Þ])")
_REPORTS = re.compile(SAYING_VERB)


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence of a language model, the texts that it cites, whether they support it and how many of them are needed.

    `supported` is None where the sentence is in another language than the texts.
    """

    sentence: str
    texts: tuple[str, ...]
    supported: bool | None
    needed: int = 0


@dataclass(frozen=True, slots=True)
class ModelAccount:
    """What became of a model's work over many answers: how it ended, the sentences shown and those dropped, by flaw."""

    outcomes: dict[str, int]
    sentences: int
    dropped: dict[str, int]
    not_measured: int


def cited_sentences(answer: Answer) -> list[Cited]:
    """Every sentence of an answer that a language model wrote, in the order shown."""
    return [
        _cited(sentence, statement, answer.language)
        for statement in answer.statements
        if statement.text
        for sentence in _SENTENCE_END.split(statement.text)
    ]


def citation_marks(answer: Answer) -> dict[str, float]:
    """The marks of an answer that a language model was asked to explain; none where it was not, or nothing can be measured."""
    if answer.explanation is None:
        return {}
    measured = [each for each in cited_sentences(answer) if each.supported is not None]
    marks = {"explained": float(answer.explanation.kept > 0)}
    if measured:
        marks["citation_recall"] = sum(each.supported is True for each in measured) / len(measured)
        citations = sum(len(each.texts) for each in measured)
        marks["citation_precision"] = sum(each.needed for each in measured) / citations if citations else 0.0
    return marks


def account_of(answers: Iterable[Answer]) -> ModelAccount:
    """How it went with the answers that a model was asked to explain."""
    outcomes: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    sentences = not_measured = 0
    for answer in answers:
        if answer.explanation is None:
            continue
        outcomes[answer.explanation.outcome.value] += 1
        dropped.update(dict(answer.explanation.dropped))
        sentences += answer.explanation.kept
        not_measured += sum(each.supported is None for each in cited_sentences(answer))
    return ModelAccount(dict(outcomes.most_common()), sentences, dict(dropped.most_common()), not_measured)


def is_supported(parts: Sequence[str], texts: Sequence[str], language: Language) -> bool:
    """Whether all parts of a sentence occur in texts; without parts there is nothing that could."""
    words = [_number(word) for text in texts for word in words_in(text)]
    within = " ".join([*words, *(stem(word, language) for word in words)])
    numbers = {word for word in words if word[0].isdigit()}
    return bool(parts) and all(
        part in numbers if part[0].isdigit() else part in within or stem(part, language) in within for part in parts
    )


def parts_of(sentence: str, statement: Statement, language: Language) -> list[str]:
    """The numbers, names and words of a sentence that its quotations have to hold, folded."""
    voice = statement.voice
    names = (voice.name, voice.english or "", *voice.aliases, *voice.titles) if voice else ()
    own = {word for name in names for word in words_in(name)}
    return [
        _number(word)
        for word in words_in(sentence)
        if word[0].isdigit() or (carries_subject(word, language) and word not in own and not _REPORTS.fullmatch(word))
    ]


def _cited(sentence: str, statement: Statement, language: Language) -> Cited:
    texts = tuple(quote.text for quote in statement.quotes)
    if any(as_language(quote.source.language) != language for quote in statement.quotes):
        return Cited(sentence, texts, None)
    parts = parts_of(sentence, statement, language)
    if not is_supported(parts, texts, language):
        return Cited(sentence, texts, supported=False)
    needed = sum(
        is_supported(parts, [text], language) or not is_supported(parts, [*texts[:place], *texts[place + 1 :]], language)
        for place, text in enumerate(texts)
    )
    return Cited(sentence, texts, supported=True, needed=needed)


def _number(word: str) -> str:
    """A folded word, a number with its decimals behind a point."""
    return fold(word).replace(",", ".") if word[0].isdigit() else word
