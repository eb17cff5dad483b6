"""What is asked: the language, the kind of question, the voices named, the kind of answer wanted."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from bot.phrases import anywhere, as_meant, whole
from vectorstore.debate import Debate, Voice, names_pattern
from vectorstore.errors import UsageError
from vectorstore.languages import Language, detect_language
from vectorstore.words import content_words

MAX_CHARS = 2_000


class Kind(StrEnum):
    """The kinds of question that are answered in different ways."""

    FACT = "fact"
    POSITION = "position"
    COMPARISON = "comparison"
    ALL_POSITIONS = "all_positions"
    VERDICT = "verdict"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABOUT_BOT = "about_bot"
    SOURCES = "sources"
    NEWS = "news"
    HELP = "help"


_SMALLTALK_KINDS = (Kind.GREETING, Kind.THANKS, Kind.GOODBYE, Kind.ABOUT_BOT, Kind.NEWS, Kind.SOURCES, Kind.HELP)
SMALLTALK = frozenset(_SMALLTALK_KINDS)


class Wanted(StrEnum):
    """The kind of answer that settles a question; the first whose phrases are in a question is its kind."""

    ANYTHING = "anything"
    ABBREVIATION = "abbreviation"
    DEFINITION = "definition"
    PARTY = "party"
    AGE = "age"
    SHARE = "share"
    DURATION = "duration"
    COST = "cost"
    MONEY = "money"
    NUMBER = "number"
    CONDITION = "condition"
    DATE = "date"
    PERSON = "person"
    REASON = "reason"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read.

    `text` is what was asked without what no answer can use; `voices` are ids in the order named; `stranger` is whom
    the question asks about when that is nobody of the debate; `had_attack` tells that something was left out.
    """

    asked: str
    text: str
    language: Language
    kind: Kind
    wanted: Wanted = Wanted.ANYTHING
    voices: tuple[str, ...] = ()
    stranger: str | None = None
    had_attack: bool = False


_EVERYWHERE = frozenset("standpunt positie mening debat debate view".split())
# Characters that are not seen but are read by machines: tags, zero-width and direction marks.
_UNSEEN = re.compile(r"[\U000e0000-\U000e007f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

_CLAUSE = re.compile(
    r"(?<=[.?!:;])\s+|,?\s+(?:en|and|maar|but)\s+(?=(?:geef|vertel|antwoord|beantwoord|leg|zeg|schrijf|hoeveel|wat|wie|wanneer|waarom|"
    r"tell|give|answer|explain|say|write|how|what|who|when|why)\b)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^(?:(?:kun|kan|zou|wil) (?:je|jij|u) (?:me |mij )?(?:zeggen|vertellen|uitleggen|aangeven)|"
    r"(?:geef|vertel|zeg|noem|leg) (?:me|mij|ons|eens|dan)?\s*(?:eens|even|antwoord|uit)?|"
    r"(?:can|could) you (?:tell|explain)(?: me)?|(?:tell|give) (?:me|us))[\s,:]+",
    re.IGNORECASE,
)
_STRANGER = re.compile(
    r"\b(?i:wat (?:vindt?|vinden|vond|zegt?|zeggen|zei|denkt?|denken|wil|willen|schrijft|adviseerde|adviseert)|volgens|"
    r"hoe (?:denkt|denken|reageert|reageerde|kijkt)|what (?:does|do|did)|according to)\s+"
    r"(?i:(?:de |het |the |een |minister(?:-president)? |premier |president |partij |vakbond |kamerlid |staatssecretaris |"
    r"state secretary )*)(?P<name>[\w’'&.-]+(?:\s+(?:van |de |der |den )*[A-Z][\w’'-]+)*)"
)
_NAMELESS = frozenset(
    """zijn hun his their men je jij jullie u iemand iedereen hij zij ze hen hem haar dit dat deze er we wij mensen burgers
    ambtenaren experts deskundigen overheid onderzoek bronnen kritiek anderen people experts it they he she you someone
    everyone critics them him her sources voorstanders tegenstanders partijen wie wat artikel rapport verordening wet
    avg standpunt handreiking kader framework law government visie act column kamerleden dutch
    nederland nederlandse netherlands""".split()
)


def clean(text: str) -> str:
    """A question without invisible and control characters, on one line.

    Raises:
        UsageError: it is empty or longer than 2,000 characters.
    """
    visible = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    line = " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in visible).split())
    if not line:
        raise UsageError("The question is empty. Ask something, for example: Wie vindt wat?")
    if len(line) > MAX_CHARS:
        raise UsageError(f"The question has {len(line):,} characters; the limit is {MAX_CHARS:,}. Ask it in fewer words.")
    return line


def read_question(asked: str, debate: Debate, language: Language | None = None) -> Question:
    """The question as read; `asked` comes from `clean`."""
    smalltalk = _smalltalk(asked)
    if smalltalk:
        return Question(asked, asked, language or detect_language(asked), smalltalk)
    text, had_attack = _without_attack(asked, debate)
    language = language or detect_language(text or asked)
    meant = as_meant(text) if language == "nl" else text
    text = _REQUEST.sub("", meant).strip() or meant
    are_compared = anywhere("comparison").search(text) is not None
    voices = named_voices(text, debate) if are_compared else _asked_voices(text, debate)
    return Question(
        asked=asked,
        text=text,
        language=language,
        kind=_kind(text, voices, debate, are_alike=are_compared or _are_listed(text, _mentions(text, debate))),
        wanted=_wanted(text),
        voices=voices,
        stranger=_stranger(text, debate) if not voices or anywhere("position").search(text) else None,
        had_attack=had_attack,
    )


def _without_attack(asked: str, debate: Debate) -> tuple[str, bool]:
    """A question without the clauses that try to change the rules, and whether there were any."""
    clauses = [clause for clause in _CLAUSE.split(asked) if clause]
    kept: list[str] = []
    dropped_intro = False
    for clause in clauses:
        is_dictated = dropped_intro and clause.lstrip()[:1] in "'\"‘“«"
        if _is_attack(clause, debate) or is_dictated:
            dropped_intro = clause.rstrip().endswith(":")
            continue
        kept.append(clause)
    if len(kept) == len(clauses):
        return asked, False
    text = " ".join(kept).strip(" ,;:-\"'")
    return text if len(text.split()) > 1 else "", True


def _is_attack(clause: str, debate: Debate) -> bool:
    """Whether a clause tries to change the rules, such as leaving out what the debate has its caveat about."""
    if anywhere("attack").search(clause):
        return True
    leaves_out = anywhere("leave_out").search(clause)
    return leaves_out is not None and bool(names_pattern(debate.caveat.called, ignore_case=True).search(clause, leaves_out.end()))


def named_voices(text: str, debate: Debate) -> tuple[str, ...]:
    """The ids of the voices that a question names, in the order in which it names them."""
    return tuple(dict.fromkeys(voice_id for _, _, voice_id in _mentions(text, debate)))


def subject_of(question: Question, debate: Debate) -> str:
    """What a question asks of its voices: its text without their names, and without "wat vindt", "het verschil", "gelijk"."""
    subject = _without_voices(question.text, question.voices, debate)
    if question.kind is Kind.VERDICT:
        return anywhere("verdict_words").sub(" ", anywhere("side").sub(" ", subject))
    asks_positions = question.kind in {Kind.POSITION, Kind.COMPARISON, Kind.ALL_POSITIONS}
    return anywhere(question.kind.value).sub(" ", subject) if asks_positions else subject


def names_subject(subject: str, language: Language, debate: Debate) -> bool:
    """Whether there is more in a subject than the debate's own, which everything is about."""
    own = {*_EVERYWHERE, *content_words(" ".join((debate.title, *debate.asking.common)), "nl")}
    return any(word not in own for word in content_words(subject, language))


def _without_voices(text: str, voices: tuple[str, ...], debate: Debate) -> str:
    for start, end, voice_id in reversed(_mentions(text, debate)):
        text = f"{text[:start]} {text[end:]}" if voice_id in voices else text
    return " ".join(text.split())


def _mentions(text: str, debate: Debate) -> list[tuple[int, int, str]]:
    """(start, end, voice id) of every name, the longest where names overlap."""
    found = [(match.start(), -match.end(), voice.id) for voice in debate.voices for match in _asked_pattern(voice).finditer(text)]
    mentions: list[tuple[int, int, str]] = []
    for start, negative_end, voice_id in sorted(found):
        if mentions and text[mentions[-1][1] : start].isspace() and mentions[-1][2] != voice_id:
            mentions.pop()  # "staatssecretaris Van Marum" is Van Marum
        if not mentions or start >= mentions[-1][1]:
            mentions.append((start, -negative_end, voice_id))
    return mentions


@cache
def _asked_pattern(voice: Voice) -> re.Pattern[str]:
    """A voice's names as people type them: in any case, without accents, with a short name only in full."""
    names = [voice.name, *voice.aliases, *voice.asked_as]
    return names_pattern([*names, *(_plain(name) for name in names)], ignore_case=True)


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _smalltalk(text: str) -> Kind | None:
    return next((kind for kind in _SMALLTALK_KINDS if whole(kind.value).match(text)), None)


def _asked_voices(text: str, debate: Debate) -> tuple[str, ...]:
    """Whom a question asks about: all whom it names, but not those whose work somebody else is asked about.

    "Wat vinden TNO en de SER van het BCG-rapport?" asks about TNO and the SER; BCG is part of the subject.
    """
    mentions = _mentions(text, debate)
    if not anywhere("position").search(text) and not _are_listed(text, mentions):
        return tuple(dict.fromkeys(voice_id for _, _, voice_id in mentions))
    asked = [voice_id for _, _, voice_id in mentions[:1]]
    for (_, end, _), (start, _, voice_id) in pairwise(mentions):
        if not anywhere("list_between").fullmatch(text[end:start].strip(" ,?")):
            break
        asked.append(voice_id)
    return tuple(dict.fromkeys(asked))


def _are_listed(text: str, mentions: Sequence[tuple[int, int, str]]) -> bool:
    """Whether the first two voices are asked about alike: "TNO en de Rekenkamer", "volgens BCG en volgens Vos"."""
    between = (text[end:start] for (_, end, _), (start, _, _) in pairwise(mentions[:2]))
    return any(anywhere("list_between").fullmatch(gap.strip(" ,?")) for gap in between)


def _kind(text: str, voices: tuple[str, ...], debate: Debate, *, are_alike: bool) -> Kind:
    if anywhere("all_positions").search(text) and len(voices) < 2:
        return Kind.ALL_POSITIONS
    if anywhere("verdict", debate.asking.subjects).search(text):
        return Kind.VERDICT
    if len(voices) > 1 and (are_alike or anywhere("position").search(text)):
        return Kind.COMPARISON
    if voices and anywhere("position").search(text):
        return Kind.POSITION
    return Kind.FACT


def _wanted(text: str) -> Wanted:
    return next(
        (wanted for wanted in Wanted if wanted is not Wanted.ANYTHING and anywhere(wanted.value).search(text)), Wanted.ANYTHING
    )


def _without_about(name: str, debate: Debate) -> str:
    """ "Mark Rutte van BCG" is Mark Rutte, asked about BCG."""
    before, of, after = name.rpartition(" van ")
    return before if of and named_voices(after, debate) else name


def _stranger(text: str, debate: Debate) -> str | None:
    """Whose position is asked for, when that is no voice of the debate."""
    mentions = _mentions(text, debate)
    nobody = {*_NAMELESS, *(word.lower() for word in (*debate.asking.works, *debate.asking.common))}
    for match in _STRANGER.finditer(text):
        if any(start <= match.start("name") < end for start, end, _ in mentions):
            continue  # "the Court of Audit" is one name
        name = _without_about(match.group("name"), debate).strip("?.!,;:'’\"")
        if name and name.lower() not in nobody and not named_voices(name, debate):
            return name
    return None
