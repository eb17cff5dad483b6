"""Which sentences of the evidence can be quoted, the one that fits the question best first."""

import re
from dataclasses import dataclass

from bot.questions import Kind, Question
from bot.wanted import HOLDS, says_it
from vectorstore.retrieval import Evidence
from vectorstore.weighing import ScoredSentence

_MIN_WORDS = 4
_SUSPICIOUS = 1.0  # how far a sentence of a suspicious passage stands back for others, in log-odds
# What each trait adds to the log-odds that a sentence is the one that answers, fitted together with the signals of
# `vectorstore.weighing` by `make weights`. A position, an age and an amount are set: too few questions ask for them.
_WEIGHTS = {
    "says_it": 1.51,
    "asked_voice": 0.93,
    "other_voice": -1.18,
    "takes_position": 1.5,
    "no_sentence": -1,
    "admits_not_knowing": -0.82,
    "holds_abbreviation": 1.26,
    "holds_definition": 0.31,
    "holds_party": 1.69,
    "holds_age": 0.6,
    "holds_share": 1.14,
    "holds_duration": 0.98,
    "holds_cost": 0.16,
    "holds_money": 0.53,
    "holds_number": 0.97,
    "holds_condition": 0.37,
    "holds_date": 1.33,
    "holds_person": 0.23,
    "holds_reason": 0.79,
    "holds_list": 0.62,
}
_REFERENCE = re.compile(
    r"(?:Bron|Zie|Lees|Direct naar|Ga naar|Naar de|Download|Bekijk|Meer informatie|Source|See)\b", re.IGNORECASE
)
_OPINION_KINDS = frozenset({Kind.POSITION, Kind.COMPARISON, Kind.ALL_POSITIONS, Kind.VERDICT})
_TAKES_POSITION = re.compile(
    r"\b(?:vindt|vond|vinden|benadrukt|onderstreept|erkent|waarschuwt|wil|willen|mist|pleit|eist|noemt|ziet|verwacht|twijfelt|vreest|adviseert|steunt|bepleit|volgens|ontbreekt|"
    r"thinks|wants|warns|stresses|expects)\b"
)
_ASKS = re.compile(
    r"\b(?:stel(?:t|de|den|len)|ask(?:s|ed)?)\b.{0,80}\b(?:vragen|questions)\b|"
    r"\b(?:vraagt|vragen|vroeg|vroegen)\b.{0,40}\b(?:of|naar)\b"
)
_NOT_KNOWN = re.compile(
    r"\b(?:weet niet|alleen .{0,40}\bgelezen|niet (?:zelf )?(?:kunnen )?(?:gelezen|lezen|gevonden|gezien|nagekeken|nakijken)|"
    r"geen (?:reactie|uitspraak|bron)\b.{0,80}\bgevonden|kent geen|geeft geen oordeel|niet leesbaar|niets over)\b"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence with what it scored for this question; `fits` tells whether it holds the kind of answer wanted."""

    scored: ScoredSentence
    score: float
    fits: bool


def rank(evidence: Evidence, question: Question) -> list[Choice]:
    """The sentences that can be quoted, the one that fits the question best first."""
    said = says_it(question, evidence)
    weighed = (_choice(scored, question, said) for scored in evidence.sentences if _is_quotable(scored.text))
    return sorted(weighed, key=_place)


def admits_not_knowing(choice: Choice) -> bool:
    """Whether a sentence only says that the sources do not tell."""
    return _NOT_KNOWN.search(choice.scored.text) is not None


def traits_of(scored: ScoredSentence, question: Question, said: re.Pattern[str] | None, *, fits: bool) -> dict[str, float]:
    """What speaks for and against a sentence, for this question.

    It says just what was asked: "433 AI-systemen" for "hoeveel systemen", "X is …" for "wat is X"; it is of a voice that the
    question names, or of another; it takes a position where one is asked for, and does not only ask; it is a title, a
    reference or an item of a list: true, but no sentence; it only says that it is not known; it holds the kind of answer
    wanted (1), or does not (-1).
    """
    text, voices = scored.text, set(scored.sentence.voices)
    is_asked = bool(voices & set(question.voices))
    return {
        "says_it": float(bool(said and said.search(text))),
        "asked_voice": float(is_asked),
        "other_voice": float(bool(question.voices and voices) and not is_asked),
        "takes_position": float(question.kind in _OPINION_KINDS and _takes_position(text)),
        "no_sentence": float(is_no_sentence(text)),
        "admits_not_knowing": float(bool(_NOT_KNOWN.search(text))),
        **({f"holds_{question.wanted.value}": 1.0 if fits else -1.0} if question.wanted in HOLDS else {}),
    }


def _takes_position(text: str) -> bool:
    return _TAKES_POSITION.search(text) is not None and _ASKS.search(text) is None


def is_no_sentence(text: str) -> bool:
    """Whether a text is an item, a title or a reference rather than a sentence."""
    return not text.endswith((".", "!", "”", "’", '"', ")", ":")) or _REFERENCE.match(text) is not None


def _place(choice: Choice) -> float:
    """What the choices stand in order of; an account that nothing is suspected of goes before one that says as much."""
    return (_SUSPICIOUS if choice.scored.passage.passage.suspicion else 0.0) - choice.score


def _choice(scored: ScoredSentence, question: Question, said: re.Pattern[str] | None) -> Choice:
    pattern = HOLDS.get(question.wanted)
    fits = pattern is None or pattern.search(scored.text) is not None
    traits = traits_of(scored, question, said, fits=fits)
    return Choice(scored, scored.score + sum(_WEIGHTS[name] * value for name, value in traits.items()), fits)


def _is_quotable(text: str) -> bool:
    return len(text.split()) >= _MIN_WORDS and not text.endswith("?")
