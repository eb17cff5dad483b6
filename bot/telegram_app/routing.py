"""Which update goes where: commands, questions, buttons, files, the inline mode, and changes of membership."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from telegram import Message, Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.telegram_app.addressing import asked_in
from bot.telegram_app.answering import Desk
from bot.telegram_app.buttons import Buttons
from bot.telegram_app.commands import COMMANDS, EXPLAIN, OPERATOR_COMMANDS, Commands
from bot.telegram_app.commands import STOP as STOP_COMMAND
from bot.telegram_app.explaining import Explanations
from bot.telegram_app.handling import Handling
from bot.telegram_app.inline import CACHE_SECONDS, Inline
from bot.telegram_app.keyboards import STOP
from bot.telegram_app.operators import Operators
from bot.telegram_app.replies import Incoming, Reply, spoken_language
from bot.telegram_app.sending import Post

_Callback = Callable[[Update, CallbackContext[Any, Any, Any, Any]], Coroutine[Any, Any, None]]
_HEARD = filters.VOICE | filters.VIDEO_NOTE | filters.AUDIO
_GONE = {"left", "kicked"}


class Routes:
    """The handlers of the bot. Each update ends in exactly one, also one that nobody has an answer to."""

    def __init__(
        self, desk: Desk, handling: Handling, post: Post, operators: Operators, commands: Commands, explanations: Explanations
    ) -> None:
        self._desk, self._handling, self._post, self._operators = desk, handling, post, operators
        self._commands, self._explanations = commands, explanations
        self._buttons = Buttons(desk, commands)
        self._inline = Inline(desk.explainer, desk.debate)

    def add_to(self, application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
        """Register the handlers; the first that fits takes an update."""
        new = filters.UpdateType.MESSAGE
        for names, make in self._command_makers().items():
            application.add_handler(CommandHandler(names, self._command(make), filters=new))
        application.add_handler(CommandHandler(STOP_COMMAND.names, self._stop, filters=new))
        application.add_handler(MessageHandler(new & filters.COMMAND, self._unknown_command))
        application.add_handler(MessageHandler(new & filters.StatusUpdate.MIGRATE, self._migrated))
        application.add_handler(MessageHandler(new & ~filters.StatusUpdate.ALL, self._message))
        application.add_handler(CallbackQueryHandler(self._pressed))
        application.add_handler(InlineQueryHandler(self._typed))
        application.add_handler(ChatMemberHandler(self._membership))
        application.add_handler(TypeHandler(Update, self._nobody))

    def _command_makers(self) -> Mapping[tuple[str, ...], Callable[[Incoming, str], Reply]]:
        everybody = {each.names: getattr(self._commands, each.name) for each in (*COMMANDS, EXPLAIN)}
        return everybody | {each.names: getattr(self._operators, each.name) for each in OPERATOR_COMMANDS}

    def _command(self, make: Callable[[Incoming, str], Reply]) -> _Callback:
        async def handle(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
            await self._handling.answer(update, lambda came: make(came, _after_command(came.text)))

        return handle

    async def _unknown_command(self, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """In a group it may be for another bot."""
        message = _message_of(update)
        if message.chat.type == "private" or f"@{context.bot.username.lower()}" in (message.text or "").lower():
            await self._handling.answer(update, lambda came: self._desk.tell(came, "unknown_command"))
        else:
            await self._handling.done(update)

    async def _message(self, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        message, bot = _message_of(update), context.bot
        asked = asked_in(message, bot.id, bot.username)
        if asked is None:
            await self._handling.done(update)
        elif message.document is not None:
            content = await self._operators.download(message) if self._operators.may(message.from_user) else None
            name = message.document.file_name or "document"
            await self._handling.answer(update, lambda came: self._operators.uploaded(came, name, content), is_slow=True)
        elif self._operators.is_link(message):
            await self._handling.answer(update, lambda came: self._operators.linked(came, asked), is_slow=True)
        elif message.text or message.caption:
            beside_media = not message.text
            await self._handling.answer(update, lambda came: self._desk.question(came, asked, beside_media=beside_media))
        else:
            name = "cannot_hear" if _HEARD.check_update(update) else "cannot_read"
            await self._handling.answer(update, lambda came: self._desk.tell(came, name))

    async def _stop(self, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """End what is being explained to whoever says so; what there is of it comes, and says that it was stopped."""
        message = _message_of(update)
        person, may_all = message.from_user, self._operators.may(message.from_user)
        if self._desk.model is None:
            await self._unknown_command(update, context)
        elif person and self._explanations.stop_of(message.chat.id, person.id, may_all=may_all):
            await self._handling.done(update)
        else:
            await self._handling.answer(update, lambda came: self._desk.tell(came, "stop_nothing"))

    async def _pressed(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        query = update.callback_query
        letter, _colon, number = ((query.data or "") if query else "").partition(":")
        if query and letter == STOP:
            may_all = self._operators.may(query.from_user)
            ended = self._explanations.stop(int(number) if number.isdecimal() else 0, query.from_user.id, may_all=may_all)
            await self._handling.answer(update, lambda came: self._buttons.stopped(came, ended=ended))
            return
        is_slow = query is not None and self._operators.is_theirs(query.data or "")
        await self._handling.answer(update, self._press, is_slow=is_slow)

    def _press(self, came: Incoming) -> Reply:
        return self._operators.press(came) if self._operators.is_theirs(came.data) else self._buttons.press(came)

    async def _typed(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        query = update.inline_query
        if query is None or not await self._inline.is_settled(query.from_user.id, query.id):
            return
        if not self._handling.welcomes(None, query.from_user.id):
            return
        found = await self._handling.think(lambda: self._inline.cards(query.query))
        label = self._inline.ask_label(spoken_language(query.from_user.language_code))
        await self._post.cards(query.id, found, ask_label=label, cache_seconds=CACHE_SECONDS)

    async def _membership(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        change = update.my_chat_member
        if change is not None and change.new_chat_member.status in _GONE:
            await self._handling.forget(change.chat.id, change.from_user.id if change.chat.type == "private" else None)
        await self._handling.done(update)

    async def _migrated(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        message = _message_of(update)
        old = message.chat.id if message.migrate_to_chat_id else message.migrate_from_chat_id
        new = message.migrate_to_chat_id or message.chat.id
        if old is not None:
            self._post.moved(old, new)
            await self._handling.keep(lambda: self._desk.memory.move_chat(old, new))
        await self._handling.done(update)

    async def _nobody(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        await self._handling.done(update)


def _message_of(update: Update) -> Message:
    if update.message is None:
        raise TypeError("a handler for new messages got an update without one")
    return update.message


def _after_command(text: str) -> str:
    """What was typed after a command."""
    return (text.split(maxsplit=1)[1:] or [""])[0].strip()
