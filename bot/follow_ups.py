"""A follow-up that a language model completed: whether it may be read so. Where it may not, the deterministic reading stands."""

from collections.abc import Callable, Sequence

from bot.answers import Answer
from bot.conversation import Turn
from bot.phrases import anywhere
from bot.prompting import Prompt, rewriting
from bot.questions import MAX_CHARS, SMALLTALK, Question, clean, named_voices
from vectorstore.debate import Debate
from vectorstore.errors import UsageError
from vectorstore.languages import Language, detect_language
from vectorstore.words import content_words, stem, written_words

_MAX_WORDS = 14  # a longer question stands alone
_EDGES = " \t\r\n\"'“”«»`*"


def may_be_follow_up(question: Question, conversation: Sequence[Turn]) -> bool:
    """Whether a question leans on what was asked before, or points back to it."""
    if not conversation or question.kind in SMALLTALK or len(question.asked.split()) > _MAX_WORDS:
        return False
    if question.text != question.asked or anywhere("lead").match(question.asked):
        return True
    return any(anywhere(name).search(question.asked) for name in ("points_back", "he"))


def rewritten(answer: Answer, questions: Sequence[str], debate: Debate, ask: Callable[[Prompt], str]) -> str | None:
    """A follow-up as a model completes it; None where that is unsound, or says no more than was asked.

    `answer` is the one to the deterministic reading, `questions` were asked before. It may hold only names and numbers of the
    conversation and of voices that the deterministic reading found; all that the follow-up says itself is in it; whoever
    the follow-up names is whom it is about.
    """
    written = _one_question(ask(rewriting(answer.question, questions, answer.language)))
    if written is None or written in {answer.question, answer.read_as}:
        return None
    known = " ".join((*questions, answer.question, answer.read_as))
    is_sound = (
        detect_language(written, default=answer.language) == answer.language
        and not _adds(written, known, answer.language)
        and not _loses(written, answer.question, answer.language)
        and _voices(written, debate) <= _voices(known, debate)
        and _voices(answer.question, debate) <= _voices(written, debate)
    )
    return written if is_sound else None


def _one_question(text: str) -> str | None:
    lines = [line.strip(_EDGES) for line in text.strip().splitlines() if line.strip(_EDGES)]
    if len(lines) != 1 or not lines[0].endswith("?") or lines[0].count("?") > 1:
        return None
    try:
        return clean(lines[0]) if len(lines[0]) <= MAX_CHARS else None
    except UsageError:
        return None


def _adds(written: str, known: str, language: Language) -> bool:
    """Whether it holds a name, a number or another word with a subject that was in no turn."""
    before = {stem(word, language) for word in content_words(known, language)}
    return any(stem(word, language) not in before for word in content_words(written, language)) or bool(
        {word for word in written_words(written)[1:] if word[0].isupper() or word[0].isdigit()} - set(written_words(known))
    )


def _loses(written: str, follow_up: str, language: Language) -> bool:
    """Whether it leaves out what the follow-up says itself, besides the words that point back."""
    pointing = {match.group().lower() for match in anywhere("points_back").finditer(follow_up)}
    own = [word for word in content_words(anywhere("lead").sub("", follow_up), language) if word not in pointing]
    after = {stem(word, language) for word in content_words(written, language)}
    return any(stem(word, language) not in after for word in own)


def _voices(text: str, debate: Debate) -> set[str]:
    return set(named_voices(text, debate))
