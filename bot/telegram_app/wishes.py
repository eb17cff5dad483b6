"""When somebody wants a language model to explain, and what they are told before it does: which words go where."""

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.memory import Memory
from bot.telegram_app.keyboards import EXPLAIN, WISH, Rows
from bot.telegram_app.replies import Button
from bot.texts import Texts

if TYPE_CHECKING:
    from bot.generative import ModelExplainer

YES, NO = "yes", "no"


class Wish(StrEnum):
    """When an answer is explained."""

    ALWAYS = "always"
    ASKED = "asked"
    NEVER = "never"


def wish_of(person: int, memory: Memory, model: "ModelExplainer") -> Wish | None:
    """What somebody chose; None where they never did, or said yes to a model on another server."""
    wish, _, server = (memory.explains(person) or "").partition(" ")
    known = next((each for each in Wish if each == wish), None)
    return known if known is Wish.NEVER or server == model.server else None


def keep_wish(person: int, wish: Wish, memory: Memory, model: "ModelExplainer") -> None:
    """Remember what somebody chose, and of which server: it says nothing about another."""
    memory.set_explains(person, f"{wish.value} {model.server}")


def where_it_goes(model: "ModelExplainer", say: Texts) -> str:
    """What leaves this machine when the model is asked, and to which server; or that nothing does."""
    return say.say("explain_local" if model.is_local else "explain_leaves", model=model.label, server=model.server)


def wish_rows(say: Texts, person: int) -> Rows:
    """The wishes to choose from; only the one who asked can."""
    return tuple((Button(say.say(f"explain_{wish.value}"), f"{WISH}:{wish.value}:{person}"),) for wish in Wish)


def consent_rows(say: Texts, answer_id: str) -> Rows:
    """Whether a model may explain an answer; an answer is known to whoever asked for it."""
    names = {YES: "explain_yes", Wish.ALWAYS.value: "explain_yes_always", NO: "explain_no"}
    return tuple((Button(say.say(name), f"{EXPLAIN}:{answer_id}:{choice}"),) for choice, name in names.items())
