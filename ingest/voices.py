"""Who is speaking in a sentence: the voice whose position it reports, not the author who reports it.

A wrong voice is worse than none: what is not clearly attributed stays with the document's own voice, or has none.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from vectorstore.debate import Debate, Voice, names_pattern
from vectorstore.passages import Document, Section, Sentence
from vectorstore.speech import SAYING_VERB

# What may stand between a name and its verb: a function or a role, not another clause.
_BETWEEN = r"(?:\s+(?!(?:dat|die|of|omdat|waarin|that|which|who)\b)[^\s.,;:!?«»“”\"]+){0,8}?"
_WORK_OF = re.compile(
    r"\b(?:antwoord(?:en)?|(?:kamer)?vragen|rapport|reactie|advies|onderzoek|brief|monitor|report|study|answers?|questions)"
    r"\s+(?:van|of|by)\s+(?:(?:de|het|the)\s+)?(?:[^\W\d_]+(?:-[^\W\d_]+)*\s+){0,2}$",
    re.IGNORECASE,
)
# A name after one of these is not the subject of the main clause, so its verb does not tell who speaks.
_NO_SUBJECT = re.compile(
    r"\b(?:dat|of|omdat|hoe|waarom|als|wat|dan|terwijl|that|whether|because|while|"
    r"aan|van|voor|in|op|met|bij|door|uit|over|tot|naar|tegen|onder|of|about|by|from|with)"
    r"\s+(?:(?:de|het|een|the|a)\s+)?(?:[^\W\d_]+(?:-[^\W\d_]+)*\s+)?$",
    re.IGNORECASE,
)
_PREPOSITION = r"(?:aan|van|voor|in|op|met|bij|door|uit|over|tot|naar|om|te|onder|dat|of|en|als|dan|niet|geen|to|of|for|that|and)"
_ROLE = rf"(?:(?:de|het|the)\s+)?(?:(?!{_PREPOSITION}\b)[^\W\d_]+(?:-[^\W\d_]+)*\s+){{0,3}}"
_ACCORDING = r"(?:volgens|aldus|in de ogen van|according to)"
_COMMENTS = re.compile(r"\b(?:reacties?|commentaar|comments?|responses|replies)\b", re.IGNORECASE)
_REPORTED = re.compile(r"\b(?:zou|zouden|would)\b")
_PRONOUN_SPEAKS = re.compile(
    rf"\b(?:[Hh]ij|[Zz]ij|[Hh]e|[Ss]he)\s+{SAYING_VERB}\b|\b{SAYING_VERB}\s+(?:hij|zij|ze|he|she)\b|"
    r"\b(?:volgens|aldus)\s+(?:hem|haar)\b|\b(?:according to)\s+(?:him|her)\b"
)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How one voice is named, and how it speaks: "volgens X", "X zegt", "zegt X"; none of these without one of `words`."""

    voice: Voice
    words: tuple[str, ...]
    named: re.Pattern[str]
    according: re.Pattern[str]
    subject_first: re.Pattern[str]
    verb_first: re.Pattern[str]

    def is_named_in(self, text: str) -> bool:
        """Whether the voice is named in a text."""
        return _has_any(text, self.words) and self.named.search(text) is not None


def attribute_voices(document: Document, sentences: Sequence[Sentence], debate: Debate) -> list[Sentence]:
    """The sentences with their voices filled in.

    A sentence has the voices that it quotes by name or title. One that goes on from an earlier one of its paragraph
    (a pronoun that speaks, "Dit zou …"), or stands alone between two of the same person, has that one's voice. Any other
    has the document's own voice, if there is one, save where somebody else may be speaking: among readers' comments,
    and below a line that ends in a colon.
    """
    patterns = [_patterns(voice, debate) for voice in _voices_in(document, debate)]
    patterns = [each for each in patterns if _has_any(document.text, each.words)]
    section_starts = [section.start for section in document.sections]
    attributed: list[Sentence] = []
    for paragraph in _paragraphs(sentences):
        section = document.sections[bisect_right(section_starts, paragraph[0].start) - 1]
        own = _own_voice(document, section, paragraph[0])
        found = _attributed(document, paragraph, patterns, debate)
        attributed.extend(replace(sentence, voices=voices or own) for sentence, voices in zip(paragraph, found, strict=True))
    return attributed


def _paragraphs(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    for _, group in groupby(sentences, key=lambda sentence: sentence.paragraph):
        yield list(group)


def _own_voice(document: Document, section: Section, first: Sentence) -> tuple[str, ...]:
    if not document.source.voice:
        return ()
    introduced = _follows_colon(document.text, first.start) and first.start > section.start + len(section.heading or "") + 3
    if introduced or any(_COMMENTS.search(heading) for heading in section.path):
        return ()
    return (document.source.voice,)


def _follows_colon(text: str, position: int) -> bool:
    while position and text[position - 1].isspace():
        position -= 1
    return text.endswith(":", 0, position)


def _attributed(
    document: Document, paragraph: Sequence[Sentence], patterns: Sequence[_Patterns], debate: Debate
) -> list[tuple[str, ...]]:
    """The voices of a paragraph's sentences, () where none is clear."""
    found: list[tuple[str, ...]] = []
    last: tuple[str, ...] = ()  # who spoke last in this paragraph, while nobody else has been named
    for sentence in paragraph:
        text = document.text[sentence.start : sentence.end]
        named = [each for each in patterns if each.is_named_in(text)]
        voices = () if not named or _is_own_statement(document, text) else _speakers(text, named)
        voices = voices or _carried(text, last, after=found[-1] if found else (), debate=debate)
        if voices or named:
            last = voices
        found.append(voices)
    for index in range(1, len(found) - 1):
        around = found[index - 1]
        if not found[index] and around == found[index + 1] and _is_person(around, debate):
            found[index] = around
    return found


def _is_own_statement(document: Document, text: str) -> bool:
    """Whether a publisher speaks of itself: "Kanttekening weet niet of Szabó …" is no statement of Szabó's."""
    publisher = document.source.publisher or ""
    return (
        publisher != ""
        and publisher in text
        and re.match(rf"(?:(?:De|Het|The)\s+)?{re.escape(publisher)}\b|.*\b[Vv]olgens {re.escape(publisher)}\b", text) is not None
    )


def _speakers(text: str, patterns: Sequence[_Patterns]) -> tuple[str, ...]:
    """The voices that speak in a sentence; "volgens de column stelt BCG" is BCG speaking, not the column."""
    found: dict[str, tuple[int, Voice]] = {}
    verbs: set[int] = set()  # where a verb already has its subject, so that what follows it is its object
    for each in patterns:
        if match := each.according.search(text):
            found.setdefault(each.voice.id, (match.start(), each.voice))
        for match in each.subject_first.finditer(text):
            if _is_subject(text[: match.start()]):
                found.setdefault(each.voice.id, (match.start(), each.voice))
                verbs.add(match.start("verb"))
    for each in patterns:
        if (match := each.verb_first.search(text)) and match.start("verb") not in verbs:
            found.setdefault(each.voice.id, (match.start(), each.voice))
    ordered = [voice for _, voice in sorted(found.values(), key=lambda pair: pair[0])]
    actors = [voice for voice in ordered if not (voice.reports and _only_as_report(text, voice))]
    return tuple(voice.id for voice in actors or ordered)


def _is_subject(before: str) -> bool:
    """Whether a name after this text is its clause's subject; "het antwoord van Szabó zegt" is Szabó speaking."""
    return _WORK_OF.search(before) is not None or _NO_SUBJECT.search(before) is None


def _only_as_report(text: str, voice: Voice) -> bool:
    reporter = names_pattern(voice.reports, ignore_case=True)
    return bool(reporter.search(text)) and not names_pattern([voice.name, *voice.aliases]).search(text)


def _carried(text: str, last: tuple[str, ...], *, after: tuple[str, ...], debate: Debate) -> tuple[str, ...]:
    """The voice that a sentence without a name goes on with: "Hij wijst …", "Dit zou …"."""
    if not last and not after:
        return ()
    if _PRONOUN_SPEAKS.search(text):
        return last if _is_person(last, debate) else ()
    return after if _REPORTED.search(text) else ()


def _is_person(voices: tuple[str, ...], debate: Debate) -> bool:
    return len(voices) == 1 and (voice := debate.voice(voices[0])) is not None and voice.person


def _voices_in(document: Document, debate: Debate) -> list[Voice]:
    """The debate's voices, each with a title only where that title can mean nobody else in this document."""
    return [replace(voice, titles=tuple(_own_titles(voice, document, debate))) for voice in debate.voices]


def _own_titles(voice: Voice, document: Document, debate: Debate) -> Iterator[str]:
    """A title is this voice's where it alone of its holders is named, or was in office when the document was made."""
    date = document.source.published if document.source.after is None else document.source.after.published
    for title in voice.titles:
        holders = [other for other in debate.voices if title in other.titles]
        named = [other for other in holders if _is_called(other, document.text)]
        in_office = [other for other in holders if date and other.was_in_office(date)]
        if named == [voice] or (not named and in_office == [voice]):
            yield title


def _is_called(voice: Voice, text: str) -> bool:
    return _has_any(text, _telling_words(voice.aliases)) and names_pattern(voice.aliases).search(text) is not None


def _has_any(text: str, parts: Iterable[str]) -> bool:
    """Whether a text has one of these to the letter; a text without is passed over twenty times as fast as by a pattern."""
    return any(part in text for part in parts)


def _telling_words(names: Iterable[str]) -> tuple[str, ...]:
    """The longest word of each name, without which the name is not there; what stands between its words may differ."""
    return tuple(dict.fromkeys(max(name.split(" "), key=len) for name in names))


@lru_cache(maxsize=256)
def _patterns(voice: Voice, debate: Debate) -> _Patterns:
    names = names_pattern([voice.name, *voice.aliases, *voice.reports]).pattern
    if voice.titles:
        # "de staatssecretaris", but not "de nieuwe staatssecretaris" and not "staatssecretaris" of somebody named
        others = names_pattern(alias for other in debate.voices if other.id != voice.id for alias in other.aliases).pattern
        titles = "|".join(re.escape(title) for title in voice.titles)
        names = rf"(?:{names}|(?<!\w)(?:[Dd]e|[Tt]he)\s+(?:{titles})(?!\w)(?!\s+{others}))"
    return _Patterns(
        voice,
        words=_telling_words([voice.name, *voice.aliases, *voice.reports, *voice.titles]),
        named=re.compile(names),
        according=re.compile(rf"(?i:\b{_ACCORDING})\s+{_ROLE}{names}|{names}\s*:\s*[«“\"‘']"),
        subject_first=re.compile(rf"{names}{_BETWEEN}\s+(?P<verb>{SAYING_VERB})\b"),
        verb_first=re.compile(rf"\b(?P<verb>{SAYING_VERB})\s+{_ROLE}{names}"),
    )
