"""Does a sentence settle the question? How sure that is, and what the question names that no source speaks of.

A sentence settles a question when its confidence is high enough: the log-odds, from a logistic regression, that it answers
rather than comes near. `make weights` fits it on questions that the sources answer, on questions that they do not, and on
questions of another domain. `kanttekening evaluate --curve` shows what each threshold costs.
"""

import re
from collections.abc import Callable, Sequence
from math import log

from bot.choices import Choice, admits_not_knowing, is_no_sentence
from bot.phrases import anywhere, groups
from bot.questions import Question
from bot.wanted import DECISIVE, HOLDS
from vectorstore.debate import Debate
from vectorstore.retrieval import Evidence
from vectorstore.speech import SAYING_VERB
from vectorstore.terms import Term
from vectorstore.words import content_words, fold, words_in

LEAST = -0.2
"""The confidence from which a sentence is shown as the answer: where kept and refused together are most, on the development set.

A wrong refusal still shows the nearest passages, as just that; a wrong answer passes for one.
"""
_LEAST_OTHER = 0.6  # where it is about another voice than the one that the question names
_CONSIDERED = 6  # how far down the list an answer may stand
_NAMED = 0.9  # of `voice_share`: the voice speaks in the sentence, or is named in it
_NO_VOICE = 0.7  # of it, where the question names none
_MIN_SUBJECT = 0.35  # a position is about the subject when it holds this much of its words
_MIN_SUBJECT_SIMILARITY = 0.6  # or is this close in meaning
_MIN_SIMILARITY = 0.2  # below this only a sentence with nearly all of the words will do
_ENOUGH_WORDS = 0.7
_ABOUT_THE_SAME = 0.75  # a sentence that admits not to know what was asked holds this much of the question
_ASKED_IN_HEADING = 2.0  # for a sentence under a heading that asks just what was asked
_NEARLY_AS_GOOD = 1.5  # and scores nearly as high as the best
_FIELD = 10  # of the best sentences and passages, with which the one in question is compared
_ABOUT, _ABOUT_GAP, _ABOUT_SIMILARITY, _ABOUT_KIN, _ABOUT_SUBJECT = 1.57, 0.61, 1.24, 1.09, 0.4
_INTERCEPT = -8.39
_CLUES = {
    "score": 0.29,
    "found": 1.58,
    "coverage": 0.04,
    "own": -0.86,
    "kin": -0.03,
    "similarity": -0.11,
    "nearest": -0.21,
    "passage": 0.24,
    "nearest_passage": 0.05,
    "nearby_passages": -1.25,
    "kind": -0.07,
    "no_sentence": -0.16,
    "manner": 0.25,
    "voice": 1.76,
    "translated": 0.51,
    "figures": 2.84,
    "focus": 2.3,
    "words": 1.66,
    "asked_thing_lacking": -1.31,
    "asked_thing_missing": 0.3,
    "missing": -0.34,
    "missing_share": 0.17,
    "unknown_share": -1.73,
}
_NAME = re.compile(r"(?<![\w-])[A-Z][\w]+")


def confidence(choice: Choice, question: Question, evidence: Evidence) -> float:
    """How sure it is that a sentence answers, in log-odds."""
    is_under_it = set(words_in(choice.scored.passage.passage.section or "")) == set(words_in(question.text))
    clues = clues_of(choice, question, evidence)
    return _INTERCEPT + (_ASKED_IN_HEADING if is_under_it else 0.0) + sum(_CLUES[name] * value for name, value in clues.items())


def clues_of(choice: Choice, question: Question, evidence: Evidence) -> dict[str, float]:
    """What the confidence follows from.

    The sentence: its score, the share of the question that it holds in words (`coverage` with what stands around it, `own`,
    `kin`), how near it is in meaning, whether it holds the decisive kind of answer or the manner of answer wanted (1, or
    -1 where it does not), whether it is a sentence at all, how far it is about the voice named, whether it is in another
    language, of a source that the conversation was about, and whether it lacks the thing asked for. Its passage: how it did
    in the search, how near it is, whether it has the figures of the question and lacks the thing asked for, the rarity of
    the rarest missing word and the share of all. What else was found: the nearest sentence and passage, and the nearness
    of the best passages. The question: how many words it has, and the share that no text has.
    """
    scored, signals = choice.scored, choice.scored.signals
    fit = 1.0 if choice.fits else -1.0
    asked_thing = _asked_thing(question, evidence)
    own = [term for term in evidence.terms if term.weight == 1]
    asked = sum(term.rarity for term in own) or 1.0
    near = [passage.similarity for passage in evidence.passages[:_FIELD]]
    return {
        "score": choice.score,
        "found": scored.passage.score,
        "coverage": scored.coverage,
        "own": signals.own,
        "kin": signals.kin,
        "similarity": scored.similarity,
        "nearest": max(sentence.similarity for sentence in evidence.sentences[:_FIELD]),
        "passage": scored.passage.similarity,
        "nearest_passage": max(near),
        "nearby_passages": sum(near) / len(near),
        "kind": fit if question.wanted in DECISIVE else 0.0,
        "manner": fit if question.wanted in HOLDS and question.wanted not in DECISIVE else 0.0,
        "no_sentence": float(is_no_sentence(scored.text)),
        "voice": scored.voice_share if question.voices else _NO_VOICE,
        "translated": float(scored.passage.source.language != evidence.query.language),
        "figures": float(holds_figures(choice, evidence)),
        "focus": signals.focus,
        "words": log(1 + len(own)),
        "asked_thing_lacking": float(asked_thing is not None and asked_thing in scored.lacking),
        "asked_thing_missing": float(asked_thing is not None and asked_thing in scored.missing),
        "missing": max((term.rarity for term in scored.missing), default=0.0),
        "missing_share": sum(term.rarity for term in scored.missing) / asked,
        "unknown_share": sum(term.rarity for term in own if not term.is_known) / asked,
    }


def surest(choices: Sequence[Choice], question: Question, evidence: Evidence, debate: Debate) -> tuple[Choice, float] | None:
    """The best sentence that could settle the question, by kind of answer and by voice, and how sure that is."""
    ways: list[tuple[Callable[[Choice, Question, Evidence], bool], float]] = [(could_settle, 0.0)]
    if any(title in question.text.lower() for voice in debate.voices for title in voice.titles):
        ways.append((_could_settle_for_another, LEAST - _LEAST_OTHER))
    for is_fit, penalty in ways:
        for choice in choices[:_CONSIDERED]:
            if is_fit(choice, question, evidence) and (sure := confidence(choice, question, evidence) + penalty) >= LEAST:
                return choice, sure
    return max(
        (
            (choice, confidence(choice, question, evidence))
            for choice in choices[:_CONSIDERED]
            if could_settle(choice, question, evidence)
        ),
        key=lambda pair: pair[1],
        default=None,
    )


def speaks_about(spoken: Sequence[Choice], best: float, evidence: Evidence) -> bool:
    """Whether a voice speaks about the subject; `spoken` are its sentences, best first, `best` the score of anybody's best.

    A logistic regression as well, fitted on the voices that the development set names: those that must appear and those
    that are silent. `voices` and `silent` of `make evaluate` tell how well it does.
    """
    spoken = [choice for choice in spoken if holds_figures(choice, evidence)][:_CONSIDERED]
    if not spoken:
        return False
    about = _ABOUT + _ABOUT_GAP * (spoken[0].score - best)
    about += _ABOUT_SIMILARITY * max(choice.scored.similarity for choice in spoken)
    about += _ABOUT_KIN * max(choice.scored.signals.kin for choice in spoken)
    return about + _ABOUT_SUBJECT * max(choice.scored.subject for choice in spoken) >= 0


def is_about(choice: Choice, evidence: Evidence) -> bool:
    """Whether what a voice says is about the subject that the question names."""
    subject, similarity = choice.scored.subject, choice.scored.similarity
    # A subject of one word means little to the vectors: a sentence that has all of it is about it.
    by_words = subject >= _ENOUGH_WORDS or (subject >= _MIN_SUBJECT and similarity >= _MIN_SIMILARITY)
    return ((by_words and choice.scored.says_word) or similarity >= _MIN_SUBJECT_SIMILARITY) and holds_figures(choice, evidence)


def holds_figures(choice: Choice, evidence: Evidence) -> bool:
    """Whether the figures and years of the question stand in the passage, its headings or its date."""
    scored = choice.scored.passage
    published = scored.source.after.published if scored.source.after else scored.source.published
    around = set(words_in(f"{scored.passage.embedded_text} {published or ''}"))
    return all(term.word in around for term in evidence.terms if term.word[0].isdigit() and term.weight == 1)


def is_said_to_be_unknown(choices: Sequence[Choice]) -> bool:
    """Whether the sources say themselves that they do not tell what was asked."""
    return bool(choices) and (
        admits_not_knowing(choices[0])
        or any(
            admits_not_knowing(choice)
            and choice.scored.signals.own >= _ABOUT_THE_SAME
            and choice.score >= choices[0].score - _NEARLY_AS_GOOD
            for choice in choices[:3]
        )
    )


def elsewhere(question: Question, choice: Choice) -> str | None:
    """The country that the question names and the passage does not: what holds for one says nothing of another."""
    passage = choice.scored.passage.passage.embedded_text
    for country in groups("countries"):
        if (named := country.search(question.text)) and not country.search(passage):
            return named.group()
    return None


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


def could_settle(choice: Choice, question: Question, evidence: Evidence) -> bool:
    """Whether a sentence holds the kind of answer wanted, is about the voice named and has the figures of the question."""
    if not choice.fits and question.wanted in DECISIVE:
        return False
    return (not question.voices or choice.scored.voice_share >= _NAMED) and holds_figures(choice, evidence)


def _could_settle_for_another(choice: Choice, _question: Question, evidence: Evidence) -> bool:
    """ "De staatssecretaris" may have been another one than the voice that it stands for today."""
    return choice.fits and holds_figures(choice, evidence)


def _asked_thing(question: Question, evidence: Evidence) -> Term | None:
    """The thing of which is asked which, how many, or what it is: "auteurs" in "Wie zijn de auteurs van …"."""
    found = anywhere("asked_thing").search(question.text)
    words = content_words(question.text[found.end() :], question.language) if found else []
    if not words or anywhere("any_thing").fullmatch(words[0]) or words[0][0].isdigit():
        return None
    return next((term for term in evidence.terms if term.word == words[0] and term.weight == 1), None)


def _speaks(name: str, choices: Sequence[Choice]) -> bool:
    """Whether somebody who is no voice of the debate does say something: "Het CBS meldt …", "volgens het CBS"."""
    named = rf"(?:de |het |the )?{re.escape(name)}"
    pattern = re.compile(rf"^{named}\s+{SAYING_VERB}\b|\b(?:volgens|according to)\s+{named}\b", re.IGNORECASE)
    return any(pattern.search(choice.scored.text) and not admits_not_knowing(choice) for choice in choices)
