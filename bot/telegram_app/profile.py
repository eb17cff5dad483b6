"""What Telegram shows of the bot before anybody has asked: its commands and its descriptions, for each language."""

from collections.abc import Awaitable, Iterator, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
)
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.duties import bot_description, bot_short_description
from bot.model_settings import UsedModel
from bot.settings import FrontSettings
from bot.telegram_app.commands import OPERATOR_COMMANDS, Command
from bot.telegram_app.logs import LOG
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.languages import Language

_LANGUAGES: tuple[tuple[Language, str | None], ...] = (("nl", None), ("nl", "nl"), ("en", "en"))
"""In which language to speak to whom: Dutch where Telegram knows no language of ours."""


async def publish_profile(
    bot: Bot, debate: Debate, settings: FrontSettings, commands: Sequence[Command], model: UsedModel | None
) -> None:
    """Say who we are and what everybody can do. The bot works without: what Telegram does not take now, the next start tells it."""
    for call in _calls(bot, debate, settings, commands, model):
        try:
            await call
        except (BadRequest, RetryAfter) as error:
            LOG.warning("Telegram did not take a part of the profile: %s", error.message)
        except TelegramError as error:
            LOG.warning("Telegram cannot be reached (%s); the profile stays as it was.", type(error).__name__)
            return


def _calls(
    bot: Bot, debate: Debate, settings: FrontSettings, commands: Sequence[Command], model: UsedModel | None
) -> Iterator[Awaitable[object]]:
    for language, code in _LANGUAGES:
        yield bot.set_my_commands(_listed(commands, language, debate), BotCommandScopeAllPrivateChats(), language_code=code)
        in_groups = [command for command in commands if command.in_groups]
        yield bot.set_my_commands(_listed(in_groups, language, debate), BotCommandScopeAllGroupChats(), language_code=code)
        yield bot.set_my_commands(_listed(in_groups, language, debate), language_code=code)
        yield bot.set_my_description(bot_description(settings, debate, language, model), language_code=code)
        yield bot.set_my_short_description(bot_short_description(debate, language), language_code=code)
        for operator in sorted(settings.operators):
            scope = BotCommandScopeChat(operator)
            yield bot.set_my_commands(_listed((*commands, *OPERATOR_COMMANDS), language, debate), scope, language_code=code)
    yield bot.set_chat_menu_button(menu_button=MenuButtonCommands())


def _listed(commands: Sequence[Command], language: Language, debate: Debate) -> list[BotCommand]:
    say = texts(language, debate)
    return [BotCommand(each.called(language), say.say(f"command_{each.name}")) for each in commands]
