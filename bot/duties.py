"""What the law wants people to know before and while they talk with the bot: that it is a program, and what it keeps of them.

The sentences stand in `bot/texts`; what depends on the settings and the debate is put together here. `model` is the language model
that may explain, None where there is none: what is said is true with and without it.
"""

from functools import partial

from bot.fitting import cut, fitted
from bot.model_settings import UsedModel
from bot.settings import FrontSettings
from bot.texts import Texts, texts
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.version import VERSION

MAX_DESCRIPTION, MAX_SHORT_DESCRIPTION = 512, 120
"""How many characters Telegram takes of what stands in an empty chat, and of what stands in the profile."""

_MOST_OF_NAME, _MOST_OF_MODEL = 200, 100


def bot_description(front: FrontSettings, debate: Debate, language: Language, model: UsedModel | None = None) -> str:
    """What stands in an empty chat, before a word is said."""
    say = texts(language, debate)
    also = f" {say.say('bot_description_model')}" if model else ""
    described = partial(say.say, "bot_description", silence=front.silence_minutes)
    return fitted(described, debate.titled(language), MAX_DESCRIPTION - len(also)) + also


def bot_short_description(debate: Debate, language: Language) -> str:
    """What stands in the profile, and where somebody shares the bot."""
    say = partial(texts(language, debate).say, "bot_short_description")
    return fitted(say, debate.titled(language), MAX_SHORT_DESCRIPTION)


def privacy(front: FrontSettings, debate: Debate, language: Language, person: int, model: UsedModel | None = None) -> str:
    """Who runs the bot, what it keeps of a person, how long, and what they can do about it; paragraphs by blank lines."""
    say = texts(language, debate)
    who = say.say("privacy_who", organisation=cut(front.organisation, _MOST_OF_NAME)) if front.organisation else None
    questions = say.say("privacy_questions", contact=cut(front.contact, _MOST_OF_NAME)) if front.contact else None
    text = say.say(
        "privacy",
        who=who or say.say("privacy_who_unknown"),
        questions=questions or say.say("privacy_questions_unknown"),
        explaining=_what_a_model_gets(say, model, front.retention_days) if model else "",
        person=person,
        silence=front.silence_minutes,
        days=front.retention_days,
    )
    return text.replace("\n\n\n\n", "\n\n")  # where the paragraph about the model would stand


def about(
    debate: Debate, language: Language, *, number: int, published_at: str, documents: int, model: UsedModel | None = None
) -> str:
    """What the program is, how it works, and from which edition it answers; paragraphs by blank lines."""
    say = texts(language, debate)
    address = debate.register.get("publiccode")
    return say.say(
        "about",
        title=cut(debate.titled(language), _MOST_OF_NAME),
        writing=say.say("about_writing_model", model=cut(model.label, _MOST_OF_MODEL)) if model else say.say("about_writing"),
        count=documents,
        number=number,
        date=say.date(published_at),
        version=VERSION,
        code=say.say("about_code", address=address) if address else say.say("about_code_unknown"),
    )


def _what_a_model_gets(say: Texts, model: UsedModel, days: int) -> str:
    called = {"model": cut(model.label, _MOST_OF_MODEL), "server": cut(model.server, _MOST_OF_MODEL)}
    if model.is_local:
        where = say.say("explain_local", **called)
    else:
        where = say.say("privacy_model_elsewhere", where=say.say("explain_leaves", **called))
    return say.say("privacy_model", where=where, days=days)
