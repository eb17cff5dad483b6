"""The words of a question as weighted search terms: stems in both languages, synonyms, corrected typing errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.lexical import LexicalIndex, index_terms
from vectorstore.lexicon import translations
from vectorstore.words import content_words, stem, words_in

_SYNONYM = 0.6  # of the weight of the word itself
_TRANSLATION = 0.5  # of a translation that is seldom the right one; more where it mostly is
_CORRECTED = 0.8
_BACKGROUND = 0.3
_KIN = 0.4  # of the weight of the word itself
_PART = 0.5  # of the parts of a compound that the texts do not have
_MAX_RARITY = 4.0  # in a small collection every second word occurs once; that alone makes none the point of a question
_MIN_CORRECTED = 5  # letters; shorter words are one error away from too many others
_LONG = 9
_MAX_ENDING = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question: the index terms that stand for it, with how well (1 is the word itself), and its rarity.

    `is_known` tells whether the texts have any of the forms, `is_corrected` whether they have only a word that the question
    may have meant. `kin` holds the index terms of words that mean nearly the same, with how nearly. `weight` is 1 for a word
    of the question, less for one from earlier in the conversation.
    """

    word: str
    forms: Mapping[str, float]
    rarity: float
    is_known: bool
    is_corrected: bool = False
    weight: float = 1.0
    kin: Mapping[str, float] = field(default_factory=dict)


def question_terms(text: str, background: str, language: Language, index: LexicalIndex, debate: Debate) -> tuple[Term, ...]:
    """The content words of a question, each once, in order, and after them those of what was talked about before."""
    synonyms = _synonyms(debate)
    own = list(dict.fromkeys(content_words(text, language)))
    before = [word for word in dict.fromkeys(content_words(background, language)) if word not in own]
    known_before = [
        replace(term, weight=_BACKGROUND) for word in before if (term := _term(word, language, index, synonyms)).is_known
    ]
    return (*(_term(word, language, index, synonyms) for word in own), *known_before)


def with_kin(terms: Sequence[Term], index: LexicalIndex, kin: Mapping[str, Mapping[str, float]]) -> tuple[Term, ...]:
    """The terms with what is kin to each; a form that already stands for a word is no kin of it."""
    return tuple(replace(term, kin=_kin(term, index, kin.get(term.word, {}))) for term in terms)


def _kin(term: Term, index: LexicalIndex, near: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word, nearness in near.items():
        for form in {stem(word, "nl"), stem(word, "en")}:
            if form not in term.forms and index.document_frequency(form):
                found[form] = max(found.get(form, 0.0), nearness)
    return found


def search_weights(terms: Sequence[Term]) -> dict[str, float]:
    """What each index term weighs in a BM25 search for the words of a question."""
    weights: dict[str, float] = {}
    for term in terms:
        for form, weight in term.forms.items():
            weights[form] = max(weights.get(form, 0.0), round(weight * term.weight, 2))
        for form, weight in term.kin.items():
            weights[form] = max(weights.get(form, 0.0), round(_KIN * weight * term.weight, 2))
    return weights


def _term(word: str, language: Language, index: LexicalIndex, synonyms: Mapping[str, Sequence[str]]) -> Term:
    forms = _forms(word, language, index, synonyms)
    corrected = None if any(index.document_frequency(form) for form in forms) else _corrected(word, index)
    if corrected:
        forms |= {form: weight * _CORRECTED for form, weight in _forms(corrected, language, index, synonyms).items()}
    known = {form: weight for form, weight in forms.items() if index.document_frequency(form)}
    best = max(known, key=lambda form: (known[form], index.document_frequency(form)), default=word)
    return Term(word, known or forms, min(index.rarity(best), _MAX_RARITY), bool(known), bool(corrected))


def _forms(word: str, language: Language, index: LexicalIndex, synonyms: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The index terms that stand for a word: its own, its translations, its synonyms."""
    own = stem(word, language)
    forms = {stem(word, each): 1.0 for each in ("nl", "en")}
    if not any(index.document_frequency(form) for form in forms):
        forms |= {form: _PART for form in index_terms(word, "nl", index.vocabulary) if form not in forms}
    if language == "en":
        for translation, share in translations().get(own, {}).items():
            forms.setdefault(translation, _TRANSLATION + (1 - _TRANSLATION) * share)
    for other in synonyms.get(own, ()):
        forms.setdefault(other, _SYNONYM)
    return forms


def _corrected(word: str, index: LexicalIndex) -> str | None:
    """The word of the texts that an unknown word is another form of, or was meant to be.

    A form shares all but its ending; a typing error is one letter off, two in a long word, after the same first letter.
    """
    if len(word) < _MIN_CORRECTED or not word.isalpha():
        return None
    trunk = word[: max(_MIN_CORRECTED, len(word) - _MAX_ENDING)]
    if forms := [each for each in index.words_beginning(trunk) if abs(len(each) - len(word)) <= _MAX_ENDING]:
        return max(forms, key=lambda each: (_shared_start(each, word), -len(each)))
    cutoff = 2 if len(word) >= _LONG else 1
    near = (index.words_like(word[0], length) for length in range(len(word) - cutoff, len(word) + cutoff + 1))
    found = [process.extractOne(word, each, scorer=DamerauLevenshtein.distance, score_cutoff=cutoff) for each in near]
    best = min(((distance, other) for other, distance, _ in filter(None, found)), default=None)
    return best[1] if best else None


def _shared_start(one: str, other: str) -> int:
    return next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@lru_cache(maxsize=4)
def _synonyms(debate: Debate) -> Mapping[str, Sequence[str]]:
    """Stem to the stems that mean the same, in either language."""
    found: dict[str, list[str]] = {}
    for group in debate.word_groups:
        stems = list(
            dict.fromkeys(each for entry in group for word in words_in(entry) for each in (stem(word, "nl"), stem(word, "en")))
        )
        for each in stems:
            found.setdefault(each, []).extend(other for other in stems if other != each)
    return found
