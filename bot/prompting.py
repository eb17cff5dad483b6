"""What a language model is told: rules, and the question and the quotations as data. No names of documents, no addresses."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.offers import Offer
from vectorstore.debate import Debate
from vectorstore.languages import Language

MAX_SENTENCES = 6
"""The most that a model is asked for, and the most that are shown."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What goes to a model: rules of ours, and what may hold anybody's words."""

    rules: str
    data: str

    @property
    def chars(self) -> int:
        """How much it is."""
        return len(self.rules) + len(self.data)


def explaining(question: str, offers: Sequence[Offer], debate: Debate, language: Language, *, in_json: bool) -> Prompt:
    """A request to explain quotations; `in_json` tells in which form the sentences are to come."""
    words = _words()[language]
    voices = {voice.id: voice.called(language) for offer in offers for each in offer.voices if (voice := debate.voice(each))}
    quotations = [{"key": each.key, "voice": (each.voices or (None,))[0], "says": each.quote.text} for each in offers]
    rules = words["rules"].replace("{most}", str(most_sentences(offers))).replace("{form}", words["json" if in_json else "lines"])
    parts = ((words["question"], question), (words["voices"], voices), (words["quotations"], quotations))
    return Prompt(rules.strip(), "\n\n".join(f"{name}:\n{_as_data(value)}" for name, value in parts))


def rewriting(follow_up: str, questions: Sequence[str], language: Language) -> Prompt:
    """A request to write a follow-up as a question that stands alone; `questions` are those before it."""
    words = _words()[language]
    parts = ((words["conversation"], list(questions)), (words["follow_up"], follow_up))
    return Prompt(words["rewrite"].strip(), "\n\n".join(f"{name}:\n{_as_data(value)}" for name, value in parts))


def most_sentences(offers: Sequence[Offer]) -> int:
    """How many sentences to ask for: about two for each quotation."""
    return min(MAX_SENTENCES, 2 * len(offers))


@cache
def rules_of(language: Language) -> str:
    """The rules as a model reads them, which none of its sentences is to repeat."""
    words = _words()[language]
    return "\n".join((words["rules"], words["json"], words["lines"], words["rewrite"]))


@cache
def version() -> str:
    """Changes when what models are told does."""
    return hashlib.sha256((files("bot") / "prompts.toml").read_bytes()).hexdigest()[:12]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("bot") / "prompts.toml").read_text("utf-8"))


def _as_data(value: object) -> str:
    """Data as JSON: nothing in it can end it, and begin to speak as we do."""
    return json.dumps(value, ensure_ascii=False)
