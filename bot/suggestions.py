"""What could be asked next: only what the sources answer. Pure."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, zip_longest

from bot.answers import Statement
from bot.choices import Choice, admits_not_knowing
from bot.phrases import anywhere
from bot.questions import Question, named_voices
from bot.settling import is_about
from bot.texts import Texts
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.retrieval import Evidence
from vectorstore.words import content_words, words_in

_MOST = 3
_LOOKED_AT = 40  # choices among which other voices are looked for
_MIN_WORDS = 3  # of a heading that names nobody


def suggest(
    statements: Sequence[Statement], choices: Sequence[Choice], evidence: Evidence, question: Question, debate: Debate, say: Texts
) -> tuple[str, ...]:
    """Two or three questions near this one: headings that ask one, and voices that speak about it and were not quoted."""
    both = zip_longest(
        _headings(statements, choices, evidence, question, debate), _voices(statements, choices, evidence, debate, say)
    )
    found = dict.fromkeys(each for each in chain.from_iterable(both) if each)
    return tuple(islice(found, _MOST))


def _headings(
    statements: Sequence[Statement], choices: Sequence[Choice], evidence: Evidence, question: Question, debate: Debate
) -> Iterator[str]:
    """The headings of passages that were found, where they ask something that is understood by itself, and have an answer."""
    quoted = {(quote.source.id, quote.locator.section) for statement in statements for quote in statement.quotes}
    asked = set(words_in(question.asked))
    may_ask = [
        passage
        for passage in evidence.passages
        if (passage.passage.section or "").endswith("?")
        and passage.source.language == question.language
        and passage.passage.suspicion is None
        and (passage.source.id, passage.passage.section) not in quoted
    ]
    unknown = _not_known(choices, {passage.passage.id for passage in may_ask})
    for passage in may_ask:
        heading = passage.passage.section or ""
        is_new = passage.passage.id not in unknown and set(words_in(heading)) != asked
        if is_new and _stands_alone(heading, question.language, debate):
            yield heading


def _not_known(choices: Sequence[Choice], passages: Collection[str]) -> set[str]:
    """Those of some passages that say that the sources do not tell."""
    looked_at = (choice for choice in choices if choice.scored.passage.passage.id in passages)
    return {choice.scored.passage.passage.id for choice in looked_at if admits_not_knowing(choice)}


def _stands_alone(heading: str, language: Language, debate: Debate) -> bool:
    """Whether a question can be understood without what stands around it."""
    words = [word for word in content_words(heading, language) if not _is_a_voice(word, debate)]
    names = any(word[:1].isupper() for word in heading.split()[1:])
    return len(words) >= (1 if names else _MIN_WORDS) and not anywhere("points_back").search(heading)


@lru_cache(maxsize=4_096)  # headings come by again and again, and what is in them with them
def _is_a_voice(word: str, debate: Debate) -> bool:
    return bool(named_voices(word, debate))


def _voices(
    statements: Sequence[Statement], choices: Sequence[Choice], evidence: Evidence, debate: Debate, say: Texts
) -> Iterator[str]:
    """Voices that speak about it, and after them others whose words came by: asked what they think, each has an answer."""
    heard = {statement.voice.id for statement in statements if statement.voice}
    for only_about in (True, False):
        for choice in choices[:_LOOKED_AT]:
            for voice_id in choice.scored.sentence.voices:
                is_fit = not only_about or is_about(choice, evidence)
                if voice_id not in heard and is_fit and (voice := debate.voice(voice_id)):
                    heard.add(voice_id)
                    yield say.say("suggest_voice", voice=voice.called(say.language))
