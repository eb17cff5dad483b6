"""Turns of a chat. A follow-up becomes a question that stands alone, and the answer shows how it was read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.phrases import anywhere, whole
from bot.questions import SMALLTALK, Kind, Question, Wanted, named_voices, read_question
from vectorstore.debate import Debate, Voice
from vectorstore.languages import STOP_WORDS, Language, detect_language
from vectorstore.words import content_words

_MAX_FOLLOW_UP_WORDS = 14
_OWN_SUBJECT = 3  # a follow-up with this many words of its own needs no voice from before


@dataclass(frozen=True, slots=True)
class Turn:
    """One question as read, what it was about besides, the voice that its answer was about, and the sources shown in it."""

    question: Question
    background: str = ""
    answered_voice: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """A question that stands alone; `background` holds what the conversation was about, `shown` how it was read.

    `sources` are those that the turn before showed, where it may be asked on about them; `leans` says that it is.
    """

    question: Question
    shown: str
    background: str = ""
    sources: tuple[str, ...] = ()
    leans: bool = False


def read_in_conversation(asked: str, turns: Sequence[Turn], debate: Debate, language: Language | None = None) -> ReadQuestion:
    """The question, completed from the turns before it where it leans on them."""
    before = next((turn for turn in reversed(turns) if turn.question.kind not in SMALLTALK), None)
    if language is None and before is not None:
        language = detect_language(asked, default=before.question.language)
    plain = anywhere("new_topic").sub("", asked, count=1).strip(" .,:;-")
    is_new = plain != asked.strip(" .,:;-")
    question = replace(read_question(plain if is_new and plain else asked, debate, language), asked=asked)
    if before is None or is_new or not question.text or question.kind in SMALLTALK:
        return ReadQuestion(question, question.text)
    if not _is_follow_up(question):
        return ReadQuestion(question, question.text, sources=before.sources)
    return replace(_completed(question, before, turns, debate), sources=before.sources, leans=True)


def _is_follow_up(question: Question) -> bool:
    text = question.text
    if len(text.split()) > _MAX_FOLLOW_UP_WORDS:
        return False
    if anywhere("lead").match(text) or whole("why").match(text) or whole("more").match(text):
        return True
    own = _own_words(text, question.language)
    return len(own) == 0 or (len(own) <= 3 and anywhere("points_back").search(text) is not None)


def _completed(question: Question, before: Turn, turns: Sequence[Turn], debate: Debate) -> ReadQuestion:
    earlier = before.question
    text = _capitalised(anywhere("lead").sub("", question.text).strip(" ,")) or question.text
    if whole("why").match(question.text) or whole("more").match(question.text):
        return _about_the_same(question, text, before)
    if earlier.kind is Kind.POSITION and anywhere("about").match(text):
        return _other_subject(question, text, earlier, debate)
    if question.voices and not _own_words_beside_voices(text, question, debate):
        return (
            _opinion_on_it(question, text, earlier)
            if anywhere("position").search(text)
            else _other_voice(question, earlier, debate)
        )
    own = _own_words(text, question.language)
    leans = len(own) < _OWN_SUBJECT and (anywhere("lead").search(question.text) is not None or len(own) == 0)
    voice = _meant_voice(question, turns, debate) if leans or anywhere("he").search(text) else None
    if voice is not None:
        text = _with_voice(text, voice, question.language)
    reread = read_question(text, debate, question.language)
    shown = f"{text} ({earlier.text})" if not own or (len(own) == 1 and anywhere("points_back").search(text)) else text
    wanted = question.wanted if question.wanted is not Wanted.ANYTHING else reread.wanted
    if wanted is Wanted.ANYTHING and anywhere("lead").match(question.text):  # "En in 2024?", "Nee, ik bedoel …"
        wanted = earlier.wanted
    kind = Kind.POSITION if reread.kind is Kind.FACT and earlier.kind is Kind.POSITION and not own else reread.kind
    completed = replace(
        reread,
        asked=question.asked,
        voices=(voice.id,) if voice else reread.voices,
        wanted=wanted,
        kind=kind,
        stranger=question.stranger,
    )
    return ReadQuestion(completed, shown, background=" ".join(turn.question.text for turn in turns[-2:]))


def _about_the_same(question: Question, text: str, before: Turn) -> ReadQuestion:
    """ "Waarom?" and "Leg dat uit" ask on about the question before; the voice that answered it is meant."""
    earlier = before.question
    voices = earlier.voices or ((before.answered_voice,) if before.answered_voice else ())
    shown = f"{text.rstrip('?!. ')}: {earlier.text}"
    asked_on = replace(earlier, asked=question.asked, language=question.language, wanted=question.wanted, voices=voices)
    return ReadQuestion(asked_on, shown, before.background)


def _other_subject(question: Question, text: str, earlier: Question, debate: Debate) -> ReadQuestion:
    """ "En van het BCG-rapport?" asks the same voices about something else."""
    names = " en ".join(voice.name for voice_id in earlier.voices if (voice := debate.voice(voice_id)))
    asks = f"Wat vindt {names}" if question.language == "nl" else f"What does {names} think"
    shown = f"{asks} {text[:1].lower()}{text[1:]}"
    return ReadQuestion(replace(question, text=shown, kind=Kind.POSITION, voices=earlier.voices), shown)


def _opinion_on_it(question: Question, text: str, earlier: Question) -> ReadQuestion:
    """ "En wat vindt Szabó daarvan?" asks for a position on what the question before was about."""
    shown = f"{text} ({earlier.text})"
    asked = replace(question, text=text, kind=Kind.POSITION, wanted=Wanted.ANYTHING)
    return ReadQuestion(asked, shown, background=earlier.text)


def _other_voice(question: Question, earlier: Question, debate: Debate) -> ReadQuestion:
    """ "En de auteur?" asks the question before of another voice."""
    names = [voice.name for voice_id in question.voices if (voice := debate.voice(voice_id))]
    shown = earlier.text
    replaced = False
    before = "|".join(["de", "het", "the", *(re.escape(title) for each in debate.voices for title in each.titles)])
    for voice_id in earlier.voices:
        voice = debate.voice(voice_id)
        for name in sorted((voice.name, *voice.aliases, *voice.asked_as), key=len, reverse=True) if voice else ():
            pattern = re.compile(rf"(?<!\w)(?:(?:{before})\s+)*{re.escape(name)}(?!\w)", re.IGNORECASE)
            if not replaced and pattern.search(shown):
                shown, replaced = pattern.sub(" en ".join(names), shown, count=1), True
    if not replaced:
        shown = _with_according(earlier.text, " en ".join(names), question.language)
    kind = (
        Kind.POSITION
        if earlier.kind in {Kind.POSITION, Kind.FACT, Kind.COMPARISON, Kind.ALL_POSITIONS, Kind.VERDICT}
        else earlier.kind
    )
    wanted = earlier.wanted
    reread = replace(
        earlier,
        asked=question.asked,
        text=shown,
        language=question.language,
        kind=kind,
        voices=question.voices,
        wanted=wanted,
        stranger=None,
    )
    return ReadQuestion(reread, shown)


def _meant_voice(question: Question, turns: Sequence[Turn], debate: Debate) -> Voice | None:
    """Whom "hij" means, or whose claim is asked on about."""
    if question.voices or question.stranger:
        return None
    needs_person = anywhere("he").search(question.text) is not None
    if needs_person and anywhere("many").search(question.text):
        return None
    for turn in reversed(turns):
        answered = [turn.answered_voice] if turn.answered_voice and needs_person else []
        asked_who = turn.question.wanted is Wanted.PERSON  # "Wie kwam er na Szabó?" "Van welke partij is hij?"
        for voice_id in (*answered, *turn.question.voices) if asked_who else (*turn.question.voices, *answered):
            voice = debate.voice(voice_id)
            if voice:
                if anywhere("successor").search(question.text):
                    return _successor(voice, debate) or voice
                return voice
        if not needs_person:
            break
    return None


def _successor(voice: Voice, debate: Debate) -> Voice | None:
    return next(
        (other for other in debate.voices if voice.until and other.since == voice.until and set(other.titles) & set(voice.titles)),
        None,
    )


def _with_voice(text: str, voice: Voice, language: Language) -> str:
    if anywhere("successor").search(text):
        return anywhere("successor").sub(voice.name, text, count=1)
    if anywhere("he").search(text):
        return anywhere("he").sub(voice.name, text, count=1)
    return _with_according(text, voice.name, language)


def _with_according(text: str, name: str, language: Language) -> str:
    return f"{text.rstrip('?!. ')} {'volgens' if language == 'nl' else 'according to'} {name}?"


def _own_words(text: str, language: Language) -> list[str]:
    """The words that carry a subject of their own: not "hoeveel", not "hij"."""
    pointing = {match.group().lower() for match in anywhere("points_back").finditer(text)}
    return [
        word
        for word in content_words(anywhere("lead").sub("", text), language)
        if word not in pointing and word not in STOP_WORDS[language]
    ]


def _own_words_beside_voices(text: str, question: Question, debate: Debate) -> list[str]:
    """What a follow-up says besides naming its voices."""
    words = _own_words(text, question.language)
    return [
        word
        for word in words
        if not named_voices(word, debate) and not any(word in _names(voice_id, debate) for voice_id in question.voices)
    ]


def _names(voice_id: str, debate: Debate) -> str:
    voice = debate.voice(voice_id)
    return " ".join((voice.name, *voice.aliases, *voice.asked_as)).lower() if voice else ""


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
