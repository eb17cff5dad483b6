"""Questions that show what a new edition does: a few that it answers otherwise, and one about the debate as a whole."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from bot.answer_changes import differences, gist_of
from bot.phrases import anywhere
from bot.questions import clean
from bot.texts import texts
from vectorstore.comparing import passage_changes
from vectorstore.languages import Language
from vectorstore.words import content_words

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.explainer import Explainer
    from vectorstore.catalog import Catalog
    from vectorstore.debate import Debate
    from vectorstore.passages import Passage, Source

_CHANGING = 2  # questions of which the answer changes, if there are as many
_ASKED = 12  # questions that are tried, at most
_DOCUMENTS = 4  # of many that changed: every one more is asked less about
_LONGEST = 90  # characters of a heading that can be asked about
_LONG, _WORDS = 5, 3  # letters of a word that says something, and how many of those make a topic
_NUMBERED = " 0123456789.)"  # what a heading may begin with: "2.1 Toezicht"
_UNFIT = re.compile(r"[\d:;/|\[\]{}]")  # of what is no topic but a line of data: "Versie: 1.1"


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with its answer before and after; `before` is None where no edition could answer. `what` names what differs."""

    question: str
    before: "Answer | None"
    after: "Answer"
    what: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the answer is another one, or there was none."""
        return self.before is None or bool(self.what)


def take_samples(
    questions: Iterable[tuple[str, Language]],
    before: "Explainer | None",
    after: "Explainer",
    debate: "Debate",
    language: Language,
) -> tuple[Sample, ...]:
    """Two of the questions, those that are answered otherwise if there are any, and what each voice says in general.

    The last is what a document about something else leaves as it is.
    """

    def ask(question: str, language: Language) -> Sample:
        earlier = before.answer(question, language=language).answer if before else None
        later = after.answer(question, language=language).answer
        return Sample(question, earlier, later, tuple(differences(gist_of(earlier), gist_of(later))) if earlier else ())

    asked: list[Sample] = []
    for question, spoken in islice(dict.fromkeys(questions), _ASKED):
        if sum(sample.is_changed for sample in asked) == _CHANGING:
            break
        asked.append(ask(question, spoken))
    chosen = sorted(asked, key=lambda sample: not sample.is_changed)[:_CHANGING]
    return (*chosen, ask(texts(language, debate).say("sample_debate"), language))


def questions_about(
    ids: Sequence[str], before: "Catalog | None", after: "Catalog", debate: "Debate"
) -> Iterator[tuple[str, Language]]:
    """What could be asked about documents that differ between two editions, each question with its language.

    Headings that ask, voices that say something that they did not say before, and what it is about.
    """
    for source_id in ids[:_DOCUMENTS]:
        source = after.source(source_id) or (before.source(source_id) if before else None)
        if source is None:
            continue
        language: Language = "en" if source.language == "en" else "nl"
        fresh = [passage for passage in _differing(source_id, before, after) if passage.suspicion is None]
        kinds = (_that_ask(fresh), _of_voices(fresh, debate, language), _on_topics(fresh, source, language))
        found = chain(chain.from_iterable(zip_longest(*kinds)), _on_words(fresh, language))
        yield from ((clean(question), language) for question in found if question)


def _differing(source_id: str, before: "Catalog | None", after: "Catalog") -> "list[Passage]":
    """The passages of a document that came; of one that is gone those that went."""
    if before is None:
        return [stored.passage for stored in after.passages_of(source_id)]
    changes = passage_changes(before, after, source_id)
    came = [change.passage for change in changes if change.is_added]
    return came or [change.passage for change in changes]


def _that_ask(passages: "Sequence[Passage]") -> Iterator[str]:
    for heading in dict.fromkeys(passage.section or "" for passage in passages):
        if heading.endswith("?") and len(heading) <= _LONGEST and not anywhere("points_back").search(heading):
            yield heading.lstrip(_NUMBERED)


def _of_voices(passages: "Sequence[Passage]", debate: "Debate", language: Language) -> Iterator[str]:
    spoken = (voice for passage in passages for sentence in passage.sentences for voice in sentence.voices)
    for voice_id in dict.fromkeys(spoken):
        if voice := debate.voice(voice_id):
            yield texts(language).say("suggest_voice", voice=voice.called(language))


def _on_topics(passages: "Sequence[Passage]", source: "Source", language: Language) -> Iterator[str]:
    """What the sources say about a heading, or about the title of a document."""
    headings = (passage.section.lstrip(_NUMBERED) for passage in passages if passage.section)
    topics = [*(heading for heading in headings if not _UNFIT.search(heading)), source.title]
    for topic in dict.fromkeys(topics):
        if len(topic) <= _LONGEST and not topic.endswith("?") and content_words(topic, language):
            yield texts(language).say("sample_topic", topic=topic[:1].lower() + topic[1:] if topic[1:2].islower() else topic)


def _on_words(passages: "Sequence[Passage]", language: Language) -> Iterator[str]:
    """What the sources say about the long words of a first sentence: always there, and never beautiful."""
    for passage in passages:
        words = content_words(passage.text_of(passage.sentences[0]), language)
        if len(longer := list(dict.fromkeys(word for word in words if len(word) >= _LONG))) > 1:
            yield texts(language).say("sample_topic", topic=texts(language).list(longer[:_WORDS]))
