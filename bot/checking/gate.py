"""The gate: no sentence of a language model is shown that does not pass it. It fails closed, and says the same each time.

It compares words, numbers, names and their order with the quotation that is cited. What a fluent sentence means it cannot know:
docs/llm.md says what that leaves open, and how often.
"""

from collections.abc import Sequence

from bot.checking.clauses import Parsed, parse
from bot.checking.flaws import Flaw
from bot.checking.form import form_flaw
from bot.checking.numerals import unsupported
from bot.checking.sense import sense_flaw
from bot.checking.words import Vocabulary, folded, names_in, subject_words, vocabulary_of
from bot.drafts import Draft
from bot.offers import Offer
from vectorstore.debate import Debate, names_pattern
from vectorstore.languages import Language
from vectorstore.weighing import as_language
from vectorstore.words import fold, words_in

_SAME_SENTENCE = 0.9
_SEVERAL = 2
_ACCORDING = frozenset({"volgens", "according"})


class Gate:
    """Checks sentences about the quotations of one answer."""

    def __init__(self, offers: Sequence[Offer], debate: Debate, language: Language, rules: str = "") -> None:
        """`offers` are what may be cited, `language` is that of the answer, `rules` what the model was told."""
        self._offers = {offer.key: offer for offer in offers}
        self._debate, self._language, self._rules = debate, language, rules
        self._passed: list[frozenset[str]] = []
        self._cited = {each.key: parse(each.quote.text, as_language(each.quote.source.language)) for each in offers}
        self._vocabularies = {
            offer.key: vocabulary_of(offer.quote.text, as_language(offer.quote.source.language)) for offer in offers
        }

    def admit(self, draft: Draft) -> Offer | Flaw:
        """The quotation that bears a sentence out, or what is wrong with it; what was said before is wrong too."""
        checked = self._checked(draft)
        if isinstance(checked, Flaw):
            return checked
        words = frozenset(words_in(draft.text))
        said = (*self._passed, frozenset(words_in(checked.quote.text)))  # what only copies the quotation explains nothing
        if any(len(words & before) >= _SAME_SENTENCE * len(words | before) for before in said):
            return Flaw.REPEATED
        self._passed.append(words)
        return checked

    def flaw_of(self, draft: Draft) -> Flaw | None:
        """What is wrong with a sentence by itself; None where nothing is."""
        checked = self._checked(draft)
        return checked if isinstance(checked, Flaw) else None

    def _checked(self, draft: Draft) -> Offer | Flaw:
        if not draft.keys:
            return Flaw.NO_KEY
        if any(key not in self._offers for key in draft.keys):
            return Flaw.UNKNOWN_KEY
        cited = [self._offers[key] for key in draft.keys]
        if flaw := form_flaw(draft.text, self._language, "\n".join(offer.quote.text for offer in cited), self._rules):
            return flaw
        flaws = []
        for offer in cited:
            if (flaw := self._flaw_against(draft, offer)) is None:
                return offer
            flaws.append(flaw)
        return flaws[0]

    def _flaw_against(self, draft: Draft, offer: Offer) -> Flaw | None:
        """What is wrong with a sentence about this one quotation: nothing is put together from several."""
        text, language = draft.text, as_language(offer.quote.source.language)
        if draft.voice is not None and offer.voices and self._voice_id(draft.voice) not in offer.voices:
            return Flaw.VOICE
        own, cited = parse(text, self._language), self._cited[offer.key]
        names = self._own_names(offer)
        others = self._others(own, cited, offer, names)
        if others is None:
            return Flaw.VOICE
        if unsupported(text, self._language, [(offer.quote.text, language)]):
            return Flaw.NUMBER
        vocabulary = self._vocabularies[offer.key]
        if any(not self._is_named(word, names, vocabulary) for _, word in names_in(text)):
            return Flaw.NAME
        free = names if len(offer.voices) < _SEVERAL else frozenset()  # of two that speak, each has its place
        found = [(place, vocabulary.find(word, self._language)) for place, word in subject_words(text, self._language, free)]
        if not found or not all(places for _, places in found):  # one word that is not there can say another thing
            return Flaw.UNSUPPORTED
        return sense_flaw(own, cited, found, others)

    def _voice_id(self, named: str) -> str | None:
        voice = self._debate.voice(named) or self._debate.voice_named(named)
        return voice.id if voice else None

    def _others(self, own: Parsed, cited: Parsed, offer: Offer, names: frozenset[str]) -> list[int] | None:
        """Where the quotation names a voice that is not its own and that the sentence does not name.

        None where the sentence names one that the quotation does not, or names another and nobody who speaks.
        """
        places = _whoever_says_it(cited, own) if not offer.voices else []
        for voice in self._debate.voices:
            if voice.id in offer.voices:
                continue
            pattern = names_pattern((voice.name, *voice.aliases), ignore_case=True)
            named, known = pattern.search(own.text), pattern.search(cited.text)
            if named and (known is None or (offer.voices and not names & set(own.words))):
                return None
            if known and not named:
                words = folded([known.group()])
                places += [place for place, word in enumerate(cited.words) if word in words]
        return places

    def _own_names(self, offer: Offer) -> frozenset[str]:
        """The words of the names of those who speak in the quotation, by any of their names."""
        voices = [voice for each in offer.voices if (voice := self._debate.voice(each))]
        return folded(
            [name for voice in voices for name in (voice.name, voice.english or "", *voice.aliases, *voice.titles, *voice.asked_as)]
        )

    def _is_named(self, word: str, names: frozenset[str], vocabulary: Vocabulary) -> bool:
        return fold(word) in names or bool(vocabulary.find(fold(word), self._language))


def _whoever_says_it(cited: Parsed, own: Parsed) -> list[int]:
    """Where a quotation that is of no known voice names who says it, and the sentence does not.

    "Het blad schreef dat …", "volgens de onderzoekers": without that a view would become a fact.
    """
    places = [following for place, word in enumerate(cited.words) if word in _ACCORDING for following in _next(cited, place)]
    if len(cited.clauses) >= _SEVERAL and cited.words[cited.clauses[1].first] in {"dat", "that"}:
        first = cited.clauses[0]
        names = [
            place for place in range(first.first, first.last) if cited.written[place][0].isupper() and cited.says_something(place)
        ]
        places += names if not any(cited.words[place] in own.words for place in names) else []
    return [place for place in places if cited.words[place] not in own.words]


def _next(cited: Parsed, place: int) -> list[int]:
    return [each for each in range(place + 1, len(cited.words)) if cited.says_something(each)][:1]
