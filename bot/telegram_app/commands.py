"""The commands: what each is called in both languages, and what it replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.duties import about, privacy
from bot.memory import Memory
from bot.settings import FrontSettings
from bot.telegram_app.answering import Desk
from bot.telegram_app.keyboards import delete_rows, language_rows, start_rows
from bot.telegram_app.replies import Incoming, Reply
from bot.telegram_app.wishes import Wish, keep_wish, where_it_goes, wish_rows
from vectorstore.languages import Language


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its names in Dutch and in English; `is_shown` tells whether the menu has it, in groups too if `in_groups`."""

    name: str
    nl: str
    en: str
    in_groups: bool = True

    def called(self, language: Language) -> str:
        """Its name in a language."""
        return self.en if language == "en" else self.nl

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""
        return tuple(dict.fromkeys((self.nl, self.en)))


COMMANDS = (
    Command("start", "start", "start", in_groups=False),
    Command("ask", "vraag", "ask"),
    Command("positions", "standpunten", "positions"),
    Command("map", "kaart", "map"),
    Command("timeline", "tijdlijn", "timeline"),
    Command("figures", "cijfers", "figures"),
    Command("sources", "bronnen", "sources"),
    Command("news", "nieuws", "news"),
    Command("new", "nieuw", "new"),
    Command("help", "help", "help"),
    Command("language", "taal", "language"),
    Command("keep", "bewaar", "keep", in_groups=False),
    Command("privacy", "privacy", "privacy"),
    Command("mydata", "mijngegevens", "mydata", in_groups=False),
    Command("delete", "verwijder", "delete"),
    Command("about", "over", "about"),
)
"""What everybody can do, in the order in which the menu shows it."""

EXPLAIN, STOP = Command("explain", "uitleg", "explain"), Command("stop", "stop", "stop")
"""What everybody can do besides, where there is a language model."""

OPERATOR_COMMANDS = (
    Command("status", "status", "status", in_groups=False),
    Command("restore", "herstel", "restore", in_groups=False),
)

_ON, _OFF = {"aan", "on", "ja", "yes"}, {"uit", "off", "nee", "no"}
_LANGUAGES: Mapping[str, Language | None] = {
    "nl": "nl", "nederlands": "nl", "dutch": "nl", "en": "en", "engels": "en", "english": "en", "auto": None,
}  # fmt: skip


def commands_of(desk: Desk) -> tuple[Command, ...]:
    """What everybody can do here."""
    return (*COMMANDS, *((EXPLAIN, STOP) if desk.model else ()))


class Commands:
    """What each command replies; every method takes what came in, and what was typed after the command."""

    def __init__(self, desk: Desk, settings: FrontSettings, cache: Path) -> None:
        """`cache` is a folder for what is quicker to keep than to find out again."""
        self._desk, self._settings, self._cache = desk, settings, cache

    @property
    def _memory(self) -> Memory:
        return self._desk.memory

    def start(self, incoming: Incoming, _: str) -> Reply:
        """What this is: that it is a computer program first."""
        say = self._desk.say(incoming)
        return self._desk.tell_words(incoming, say.say("start", title=self._desk.debate.titled(say.language)), start_rows(say))

    def help(self, incoming: Incoming, _: str) -> Reply:
        """What can be asked, and every command."""
        say = self._desk.say(incoming)
        lines = [f"/{each.called(say.language)} – {say.say(f'command_{each.name}')}" for each in self._listed()]
        return self._desk.tell(incoming, "commands_help", commands="\n".join(lines))

    def explain(self, incoming: Incoming, rest: str) -> Reply:
        """What an explanation is and where what is asked goes, and when somebody gets one; with a word after it, choose that."""
        model, desk = self._desk.model, self._desk
        if model is None:
            return desk.tell(incoming, "explain_none")
        word = rest.strip().lower()
        if word in _ON | _OFF:
            return self.set_wish(incoming, Wish.ALWAYS if word in _ON else Wish.NEVER)
        say, wish = desk.say(incoming), desk.wish(incoming.person)
        state = say.say(f"explain_is_{wish.value}" if wish else "explain_is_open")
        words = say.say("explain_about", where=where_it_goes(model, say), state=state)
        return desk.tell_words(incoming, words, wish_rows(say, incoming.person))

    def set_wish(self, incoming: Incoming, wish: Wish) -> Reply:
        """Explain from now on when somebody wishes it."""
        model, desk = self._desk.model, self._desk
        if model is None:
            return desk.tell(incoming, "explain_none")
        keep_wish(incoming.person, wish, desk.memory, model)
        return desk.tell(incoming, f"explain_set_{wish.value}", where=where_it_goes(model, desk.say(incoming)))

    def ask(self, incoming: Incoming, rest: str) -> Reply:
        """The answer to a question."""
        return self._desk.question(incoming, rest)

    def positions(self, incoming: Incoming, rest: str) -> Reply:
        """Who thinks what."""
        return self._desk.positions(incoming, rest or None)

    def map(self, incoming: Incoming, rest: str) -> Reply:
        """A picture of who says what."""
        return self._picture(incoming, "positions", rest)

    def timeline(self, incoming: Incoming, rest: str) -> Reply:
        """A picture of the debate in time."""
        return self._picture(incoming, "timeline", rest)

    def figures(self, incoming: Incoming, rest: str) -> Reply:
        """A picture of the figures, and of who claims them."""
        return self._picture(incoming, "figures", rest)

    def sources(self, incoming: Incoming, _: str) -> Reply:
        """The documents."""
        return self._asked(incoming, "start_sources")

    def news(self, incoming: Incoming, _: str) -> Reply:
        """What is new in the current edition."""
        return self._asked(incoming, "start_news")

    def new(self, incoming: Incoming, _: str) -> Reply:
        """A new conversation."""
        self._memory.end_conversation(incoming.key)
        keeps = self._memory.keeps(incoming.person)
        return self._desk.tell(incoming, "conversation_new_kept" if keeps else "conversation_new")

    def language(self, incoming: Incoming, rest: str) -> Reply:
        """Choose the language of the answers; without a choice, buttons to choose with."""
        chosen = rest.strip().lower()
        if chosen not in _LANGUAGES:
            say = self._desk.say(incoming)
            return self._desk.tell_words(incoming, say.say("language_asked"), language_rows(say, incoming.person))
        return self.set_language(incoming, chosen)

    def set_language(self, incoming: Incoming, chosen: str) -> Reply:
        """Answer in that language from now on; one that is not known follows the question."""
        language = _LANGUAGES.get(chosen)
        self._memory.set_language(incoming.person, language)
        return self._desk.tell(incoming, "language_set" if language else "language_auto")

    def keep(self, incoming: Incoming, rest: str) -> Reply:
        """Whether conversations are kept longer than they last."""
        wish = rest.strip().lower()
        times = {"days": self._settings.retention_days, "silence": self._settings.silence_minutes}
        if wish in _ON:
            self._memory.set_keeps(incoming.person, keeps=True)
            return self._desk.tell(incoming, "keep_on", **times)
        if wish in _OFF:
            self._memory.set_keeps(incoming.person, keeps=False)
            return self._desk.tell(incoming, "keep_off")
        return self._desk.tell(incoming, "keep_is_on" if self._memory.keeps(incoming.person) else "keep_is_off", **times)

    def privacy(self, incoming: Incoming, _: str) -> Reply:
        """What is kept of whom, how long, and what one's rights are."""
        words = privacy(self._settings, self._desk.debate, self._desk.language(incoming), incoming.person, self._desk.model)
        return self._desk.tell_words(incoming, words)

    def mydata(self, incoming: Incoming, _: str) -> Reply:
        """Everything that is kept of a person, to that person alone."""
        return self._desk.tell(incoming, "only_private") if incoming.is_group else self._desk.export(incoming)

    def delete(self, incoming: Incoming, _: str) -> Reply:
        """Ask whether everything shall be erased."""
        say = self._desk.say(incoming)
        return self._desk.tell_words(incoming, say.say("delete_asked"), delete_rows(say, incoming.person))

    def about(self, incoming: Incoming, _: str) -> Reply:
        """What this is and how it works."""
        number, published_at, documents = self._desk.explainer.edition()
        words = about(
            self._desk.debate,
            self._desk.language(incoming),
            number=number,
            published_at=published_at,
            documents=documents,
            model=self._desk.model,
        )
        return self._desk.tell_words(incoming, words)

    def _listed(self) -> list[Command]:
        return [each for each in commands_of(self._desk) if each.name != "start"]

    def _picture(self, incoming: Incoming, kind: str, topic: str) -> Reply:
        from bot.pictures import PictureKind  # the library that draws takes half a second to import
        from bot.telegram_app.pictures import picture_reply

        return picture_reply(self._desk, incoming, PictureKind(kind), topic, self._cache)

    def _asked(self, incoming: Incoming, name: str) -> Reply:
        """What a question of the bot's own gets, outside the conversation."""
        say = self._desk.say(incoming)
        explained = self._desk.explainer.answer(say.say(name), (), say.language)
        return self._desk.reply(explained.answer)
