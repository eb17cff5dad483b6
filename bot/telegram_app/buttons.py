"""What a pressed button replies. What it says stands in `keyboards`."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.memory import Memory
from bot.remembered import StoredAnswer
from bot.telegram_app import keyboards
from bot.telegram_app.answering import Desk
from bot.telegram_app.commands import Commands
from bot.telegram_app.keyboards import answer_rows, reason_rows
from bot.telegram_app.replies import NOTHING, Incoming, Reply
from bot.telegram_app.wishes import NO, YES, Wish, consent_rows, keep_wish, where_it_goes
from bot.texts import Texts, texts
from vectorstore.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Buttons:
    """What follows from each button that anybody may get."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        self._desk, self._commands = desk, commands

    @property
    def _memory(self) -> Memory:
        return self._desk.memory

    def press(self, incoming: Incoming) -> Reply:
        """The reply to a button; one that means nothing any more says so."""
        letter, _, rest = incoming.data.partition(":")
        match letter:
            case keyboards.SOURCES | keyboards.VOICES | keyboards.NEXT | keyboards.RATE | keyboards.REASON | keyboards.EXPLAIN:
                return self._under_answer(letter, rest, incoming)
            case keyboards.START if rest in keyboards.STARTS:
                return self._start(rest, incoming)
            case keyboards.LANGUAGE:
                return self._language(rest, incoming)
            case keyboards.DELETE:
                return self._delete(rest, incoming)
            case keyboards.WISH:
                return self._wish(rest, incoming)
        return self._warn(incoming, "old_button")

    def _start(self, name: str, incoming: Incoming) -> Reply:
        """What the command of that name replies."""
        commands = self._commands
        return {"positions": commands.positions, "sources": commands.sources, "news": commands.news}[name](incoming, "")

    def _under_answer(self, letter: str, rest: str, incoming: Incoming) -> Reply:
        answer_id, _, choice = rest.partition(":")
        stored = self._memory.answer(answer_id)
        if stored is None:
            return self._warn(incoming, "old_button")
        if stored.key.person != incoming.person:
            return self._warn(incoming, "not_your_button")
        makers: Mapping[str, Callable[[], Reply | None]] = {
            keyboards.SOURCES: lambda: self._desk.in_full(stored),
            keyboards.VOICES: lambda: self._voices(stored, incoming),
            keyboards.NEXT: lambda: self._next(stored, choice, incoming),
            keyboards.RATE: lambda: self._rate(stored, choice),
            keyboards.REASON: lambda: self._reason(stored, choice),
            keyboards.EXPLAIN: lambda: self._explain(stored, choice, incoming),
        }
        return makers[letter]() or self._warn(incoming, "old_button")

    def _next(self, stored: StoredAnswer, choice: str, incoming: Incoming) -> Reply | None:
        """The answer to a question that was suggested."""
        if not choice.isdecimal() or int(choice) >= len(stored.suggestions):
            return None
        return self._desk.question(incoming, stored.suggestions[int(choice)], pressed=True)

    def _voices(self, stored: StoredAnswer, incoming: Incoming) -> Reply:
        """Who else speaks about it; what was asked is forgotten with the conversation, and with it what "it" is."""
        return self._desk.other_voices(stored, stored.question) if stored.question else self._warn(incoming, "old_button")

    def _rate(self, stored: StoredAnswer, rating: str) -> Reply | None:
        if rating not in {keyboards.USEFUL, keyboards.NOT_USEFUL}:
            return None
        say = _texts_of(stored, self._desk)
        is_new = self._memory.rate(stored.id, rating)
        if not is_new and rating == stored.rating:  # the buttons are as they should be, and Telegram takes no change that is none
            return Reply(toast=say.say("thanks_useful" if rating == keyboards.USEFUL else "ask_reason"))
        if rating == keyboards.USEFUL:
            return Reply(toast=say.say("thanks_useful"), rows=answer_rows(replace(stored, rating=rating), say))
        kept = answer_rows(replace(stored, rating=rating), say)
        return Reply(toast=say.say("ask_reason"), rows=(*kept, *reason_rows(stored, say)))

    def _reason(self, stored: StoredAnswer, reason: str) -> Reply | None:
        if reason not in keyboards.REASONS:
            return None
        say = _texts_of(stored, self._desk)
        self._memory.rate(stored.id, keyboards.NOT_USEFUL, reason)
        return Reply(toast=say.say("thanks_reason"), rows=answer_rows(replace(stored, rating=keyboards.NOT_USEFUL), say))

    def _language(self, rest: str, incoming: Incoming) -> Reply:
        choice, _, person = rest.partition(":")
        if person != str(incoming.person):
            return self._warn(incoming, "not_your_button")
        return replace(self._commands.set_language(incoming, choice), clears=True)

    def _explain(self, stored: StoredAnswer, choice: str, incoming: Incoming) -> Reply | None:
        """The explanation of an answer; before the first, where what is asked goes, and whether that is wanted."""
        desk, model = self._desk, self._desk.model
        if model is None:
            return self._warn(incoming, "explain_none")
        if stored.question is None or choice not in {"", NO, YES, Wish.ALWAYS.value}:
            return None
        if choice == NO:
            return replace(desk.tell(incoming, "explain_not"), clears=True)
        if choice:
            keep_wish(incoming.person, Wish.ASKED if choice == YES else Wish.ALWAYS, desk.memory, model)
        elif desk.wish(incoming.person) in {None, Wish.NEVER}:
            say = _texts_of(stored, desk)
            told = desk.explainer.tell(say.say("explain_asked_first", where=where_it_goes(model, say)), say.language)
            return desk.reply(told, rows=consent_rows(say, stored.id))
        return replace(desk.explained(incoming, stored), clears=bool(choice))

    def _wish(self, rest: str, incoming: Incoming) -> Reply:
        choice, _, person = rest.partition(":")
        wish = next((each for each in Wish if each == choice), None)
        if person != str(incoming.person):
            return self._warn(incoming, "not_your_button")
        return replace(self._commands.set_wish(incoming, wish), clears=True) if wish else self._warn(incoming, "old_button")

    def stopped(self, incoming: Incoming, *, ended: bool | None) -> Reply:
        """What the button says that ends an explanation: that it does, that it is somebody else's, or that there is none."""
        if ended:
            return Reply(toast=self._desk.say(incoming).say("stopping"))
        return self._warn(incoming, "stop_nothing" if ended is None else "stop_not_yours")

    def _delete(self, rest: str, incoming: Incoming) -> Reply:
        choice, _, person = rest.partition(":")
        if person != str(incoming.person):
            return self._warn(incoming, "not_your_button")
        if choice != "yes":
            return replace(self._desk.tell(incoming, "delete_not"), clears=True)
        say = self._desk.say(incoming)
        try:
            self._memory.erase(incoming.person, replying_to=incoming.update_id)
            done = "deleted"
        except UnavailableError:  # somebody reads the database just now; the rows are gone, their bytes go with the next tidying
            done = "deleted_soon"
        return replace(self._desk.reply(self._desk.explainer.tell(say.say(done), say.language)), clears=True)

    def _warn(self, incoming: Incoming, name: str) -> Reply:
        return replace(NOTHING, toast=self._desk.say(incoming).say(name), is_alert=True)


def _texts_of(stored: StoredAnswer, desk: Desk) -> Texts:
    return texts(stored.language, desk.debate)
