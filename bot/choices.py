"""Which sentences of the evidence fit a question, and which of them answer it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.questions import Kind, Question, Wanted
from vectorstore.retrieval import Evidence
from vectorstore.speech import SAYING_VERB
from vectorstore.weighing import VOICE_WEIGHT, ScoredSentence
from vectorstore.words import fold, words_in

_MIN_WORDS = 4
# A sentence answers when what it shares with the question, in words and in meaning, adds up to this.
_MIN_SHARED = 0.92
_LOST_IN_TRANSLATION = 0.12  # less is asked of a sentence in another language than the question
_MIN_SHARED_OTHER = 1.0  # and where it is about another voice than the one that the question names
_NAMED = 0.9  # of `voice_share`: the voice speaks in the sentence, or is named in it
_MAX_UNKNOWN = 0.4  # a question is refused when more of it than this is words that the texts do not have,
_CLOSE_ENOUGH = 0.75  # save for a sentence that means so nearly the same
_MIN_SUBJECT = 0.35  # a position is about the subject when it holds this much of its words
_MIN_SUBJECT_SIMILARITY = 0.6  # or is this close in meaning
_MIN_SIMILARITY = 0.2  # below this only a sentence with nearly all of the words will do
_ENOUGH_WORDS = 0.7
_SAYS_IT = 0.25  # "433 AI-systemen" for "hoeveel systemen", "X is …" for "wat is X"
_ASKED_VOICE = 0.1
_OPINION = 0.08
_NO_SENTENCE = 0.08  # off for a list item, a title or a reference: true, but no sentence
_ADMITS = 0.25  # off for one that only says that it is not known
_COUNTED = re.compile(r"\b(?:hoe ?veel|how many|aantal)\s+(?:(?:[\w-]+)[\s-])??([a-zà-ÿ]{4,})", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w-])[A-Z][\w]+")
_REFERENCE = re.compile(r"(?:Bron|Zie|Lees|Meer informatie|Source|See)\b", re.IGNORECASE)
_OPINION_KINDS = frozenset({Kind.POSITION, Kind.COMPARISON, Kind.ALL_POSITIONS, Kind.VERDICT})
_TAKES_POSITION = re.compile(
    r"\b(?:vindt|vond|vinden|benadrukt|onderstreept|erkent|waarschuwt|wil|willen|mist|pleit|eist|noemt|verwacht|bepleit|volgens|ontbreekt|"
    r"thinks|wants|warns|stresses|expects)\b"
)
_DECISIVE = frozenset({Wanted.NUMBER, Wanted.MONEY, Wanted.DATE})
_HAS_NUMBER = re.compile(
    r"\d|\b(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|veertien|helft|derde|kwart|two|three|four|five|six|half)\b",
    re.IGNORECASE,
)
_HAS_AMOUNT = re.compile(r"€|\b(?:euro|dollar|miljard|biljoen|miljoen|billion|million)\b", re.IGNORECASE)
_MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|"
    "january|february|march|may|june|july|august|october|lente|voorjaar|zomer|najaar"
)
_HAS_DATE = re.compile(rf"\b(?:(?:19|20)\d\d|\d{{1,2}} (?:{_MONTHS})|{_MONTHS})\b", re.IGNORECASE)
_HAS_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-zà-ÿ]+(?:\s+(?:van|de|der)\s+)?(?:\s?[A-Z][a-zà-ÿ]+)*|\b[A-Z]{2,}\b")
_HAS_REASON = re.compile(
    r"\b(?:omdat|want|doordat|daarom|dus|reden|zodat|anders|waardoor|vanwege|aangezien|because|since|therefore|reason|so that)\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"\b(?:staat voor|betekent|is een|zijn|is het|heet|verstaan|noemt|houdt in|stands for|means|is an?|refers to)\b", re.IGNORECASE
)
_NOT_KNOWN = re.compile(
    r"\b(?:weet niet|alleen .{0,40}\bgelezen|niet (?:zelf )?(?:kunnen )?(?:gelezen|lezen|gevonden|gezien|nagekeken|nakijken)|"
    r"geen (?:reactie|uitspraak|bron)\b.{0,80}\bgevonden|kent geen|geeft geen oordeel|niet leesbaar|niets over)\b"
)
_FITS: dict[Wanted, tuple[re.Pattern[str], float]] = {
    Wanted.NUMBER: (_HAS_NUMBER, 0.15),
    Wanted.MONEY: (_HAS_AMOUNT, 0.15),
    Wanted.DATE: (_HAS_DATE, 0.15),
    Wanted.PERSON: (_HAS_NAME, 0.05),
    Wanted.REASON: (_HAS_REASON, 0.08),
    Wanted.DEFINITION: (_DEFINES, 0.1),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence with what it scored for this question; `fits` tells whether it holds the kind of answer wanted."""

    scored: ScoredSentence
    score: float
    fits: bool


def rank(evidence: Evidence, question: Question) -> list[Choice]:
    """The sentences that can be quoted, the one that fits the question best first."""
    says_it = _says_it(question, evidence)
    weighed = (_choice(scored, question, says_it) for scored in evidence.sentences if _is_quotable(scored.text))
    return sorted(weighed, key=lambda choice: -choice.score)


def answers(choice: Choice, evidence: Evidence, least: float = _MIN_SHARED) -> bool:
    """Whether a sentence is about what was asked, by its words and by its meaning, and holds the figures asked about."""
    coverage, similarity = choice.scored.coverage, choice.scored.similarity
    if similarity < _MIN_SIMILARITY and coverage < _ENOUGH_WORDS:
        return False
    if _unknown_share(evidence) > _MAX_UNKNOWN and similarity < _CLOSE_ENOUGH:
        return False
    if choice.scored.passage.source.language != evidence.query.language:
        least -= _LOST_IN_TRANSLATION
    return coverage + similarity >= least and _holds_figures(choice, evidence)


def is_about(choice: Choice, evidence: Evidence) -> bool:
    """Whether what a voice says is about the subject that the question names."""
    subject, similarity = choice.scored.subject, choice.scored.similarity
    # A subject of one word means little to the vectors: a sentence that has all of it is about it.
    by_words = subject >= _ENOUGH_WORDS or (subject >= _MIN_SUBJECT and similarity >= _MIN_SIMILARITY)
    return ((by_words and choice.scored.says_word) or similarity >= _MIN_SUBJECT_SIMILARITY) and _holds_figures(choice, evidence)


def settles(choice: Choice, question: Question, evidence: Evidence) -> bool:
    """Whether a sentence answers, with the kind of answer that was wanted, about the voice that was named."""
    if not answers(choice, evidence) or (not choice.fits and question.wanted in _DECISIVE):
        return False
    return not question.voices or choice.scored.voice_share >= _NAMED


def settles_for_another(choice: Choice, evidence: Evidence) -> bool:
    """Whether a sentence answers that is not about the voice named: "de staatssecretaris" may have been another one."""
    return choice.fits and answers(choice, evidence, _MIN_SHARED_OTHER)


def admits_not_knowing(choice: Choice) -> bool:
    """Whether a sentence only says that the sources do not tell."""
    return _NOT_KNOWN.search(choice.scored.text) is not None


def is_stranger(name: str, evidence: Evidence, choices: Sequence[Choice]) -> bool:
    """Whether a question asks what somebody thinks who says nothing in the sources.

    A name in lower case counts only when the sources do not have the word: "volgens de wet" asks of no person.
    """
    unknown = {term.word for term in evidence.terms if not term.is_known or term.is_corrected}
    if not name[:1].isupper() and not all(word in unknown for word in words_in(name)):
        return False
    return not _speaks(name, choices)


def unknown_names(evidence: Evidence, question: Question) -> tuple[str, ...]:
    """The names in a question that no source holds: what is said of anything else is then no answer."""
    unknown = {term.word for term in evidence.terms if (not term.is_known or term.is_corrected) and term.weight == 1}
    rest = question.asked.partition(" ")[2]  # any first word has a capital
    return tuple(name for name in _NAME.findall(rest) if fold(name) in unknown)


def _choice(scored: ScoredSentence, question: Question, says_it: re.Pattern[str] | None) -> Choice:
    score = scored.score
    pattern, worth = _FITS.get(question.wanted, (None, 0.0))
    fits = pattern is None or pattern.search(scored.text) is not None
    score += worth if fits else -worth
    if says_it and says_it.search(scored.text):
        score += _SAYS_IT
    if set(scored.sentence.voices) & set(question.voices):
        score += _ASKED_VOICE
    if not scored.text.endswith((".", "!", "”", "’", '"', ")", ":")) or _REFERENCE.match(scored.text):
        score -= _NO_SENTENCE
    if _NOT_KNOWN.search(scored.text):
        score -= _ADMITS
    if question.kind in _OPINION_KINDS and _TAKES_POSITION.search(scored.text):
        score += _OPINION
    return Choice(scored, score, fits)


def _says_it(question: Question, evidence: Evidence) -> re.Pattern[str] | None:
    """What a sentence looks like that says just what was asked, where the words of the question tell."""
    if question.wanted is Wanted.DEFINITION:
        return _definition_pattern(evidence)
    counted = _COUNTED.search(question.text) if question.wanted is Wanted.NUMBER else None
    return re.compile(rf"\d\s+(?:[\w-]+\s+)?[\w-]*{re.escape(counted.group(1))}", re.IGNORECASE) if counted else None


def _definition_pattern(evidence: Evidence) -> re.Pattern[str] | None:
    """What a sentence looks like that explains the word asked about: "X is …", "X | …", "… (X)"."""
    words = [
        re.escape(word)
        for word in evidence.query.subject.rstrip("?.! ").split()
        if any(fold(part) in {term.word for term in evidence.terms} for part in words_in(word))
    ]
    if not words:
        return None
    name = r"\W+(?:\w+\W+)?".join(words)
    return re.compile(
        rf"^(?:(?:de|het|een|bij|onder|the|an?)\s+)?(?:[\w-]+\s+)?{name}\w*(?:\s*\([^)]*\))?\s*(?:\||,|\b(?:is|zijn|staat|betekent|heet|houdt|worden?|kan|leert|means|stands)\b)|[A-Z][\w’'-]+\s\({name}\)",
        re.IGNORECASE,
    )


def _is_quotable(text: str) -> bool:
    return len(text.split()) >= _MIN_WORDS and not text.endswith("?")


def _unknown_share(evidence: Evidence) -> float:
    """How much of the question's own words, by rarity, no text has."""
    own = [term for term in evidence.terms if term.weight == 1]
    total = sum(term.rarity for term in own) + (VOICE_WEIGHT if evidence.query.voices else 0.0)
    return sum(term.rarity for term in own if not term.is_known) / total if total else 0.0


def _holds_figures(choice: Choice, evidence: Evidence) -> bool:
    """Whether the figures and years of the question stand in the passage, its headings or its date."""
    scored = choice.scored.passage
    published = scored.source.after.published if scored.source.after else scored.source.published
    around = set(words_in(f"{scored.passage.embedded_text} {published or ''}"))
    return all(term.word in around for term in evidence.terms if term.word[0].isdigit() and term.weight == 1)


def _speaks(name: str, choices: Sequence[Choice]) -> bool:
    """Whether somebody who is no voice of the debate does say something: "Het CBS meldt …", "volgens het CBS"."""
    named = rf"(?:de |het |the )?{re.escape(name)}"
    pattern = re.compile(rf"^{named}\s+{SAYING_VERB}\b|\b(?:volgens|according to)\s+{named}\b", re.IGNORECASE)
    return any(pattern.search(choice.scored.text) and not _NOT_KNOWN.search(choice.scored.text) for choice in choices)
