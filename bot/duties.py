"""What the law wants people to know before and while they talk with the bot: that it is a program, and what it keeps of them.

The sentences stand in `bot/texts`; what depends on the settings and the debate is put together here.
"""

from functools import partial

from bot.fitting import cut, fitted
from bot.settings import FrontSettings
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.version import VERSION

MAX_DESCRIPTION, MAX_SHORT_DESCRIPTION = 512, 120
"""How many characters Telegram takes of what stands in an empty chat, and of what stands in the profile."""

_MOST_OF_NAME = 200


def bot_description(front: FrontSettings, debate: Debate, language: Language) -> str:
    """What stands in an empty chat, before a word is said."""
    say = partial(texts(language, debate).say, "bot_description", silence=front.silence_minutes)
    return fitted(say, debate.titled(language), MAX_DESCRIPTION)


def bot_short_description(debate: Debate, language: Language) -> str:
    """What stands in the profile, and where somebody shares the bot."""
    say = partial(texts(language, debate).say, "bot_short_description")
    return fitted(say, debate.titled(language), MAX_SHORT_DESCRIPTION)


def privacy(front: FrontSettings, debate: Debate, language: Language, person: int) -> str:
    """Who runs the bot, what it keeps of a person, how long, and what they can do about it; paragraphs by blank lines."""
    say = texts(language, debate)
    who = say.say("privacy_who", organisation=cut(front.organisation, _MOST_OF_NAME)) if front.organisation else None
    questions = say.say("privacy_questions", contact=cut(front.contact, _MOST_OF_NAME)) if front.contact else None
    return say.say(
        "privacy",
        who=who or say.say("privacy_who_unknown"),
        questions=questions or say.say("privacy_questions_unknown"),
        person=person,
        silence=front.silence_minutes,
        days=front.retention_days,
    )


def about(debate: Debate, language: Language, *, number: int, published_at: str, documents: int) -> str:
    """What the program is, how it works, and from which edition it answers; paragraphs by blank lines."""
    say = texts(language, debate)
    address = debate.register.get("publiccode")
    return say.say(
        "about",
        title=cut(debate.titled(language), _MOST_OF_NAME),
        count=documents,
        number=number,
        date=say.date(published_at),
        version=VERSION,
        code=say.say("about_code", address=address) if address else say.say("about_code_unknown"),
    )
