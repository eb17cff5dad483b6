"""All hostile answers about the quotations of one answer."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bot.prompting import rules_of
from tests.chat_server import Behaviour, Offered, Text, says
from tests.hostile.forms import behaviours, texts
from tests.hostile.lies import Lie, lies_about
from vectorstore.languages import Language

_FORMS = ("lines", "json", "fenced", "objects")


@dataclass(frozen=True)
class Hostile:
    """What a model does, the class that it is of, and sentences of which none may be shown."""

    klass: str
    behaviour: Behaviour
    unwanted: tuple[str, ...] = ()

    @property
    def pieces(self) -> list[str] | None:
        """What it says, where it does nothing else and comes to an end."""
        steps = self.behaviour.steps
        if self.behaviour.whole is not None or self.behaviour.before is not None or not isinstance(steps, list):
            return None
        if not all(isinstance(step, Text) for step in steps) or self.behaviour.finish != "stop":
            return None
        return [step.text for step in steps if isinstance(step, Text)]


def hostile_answers(
    offers: Sequence[Offered], language: Language, seed: int, elsewhere: Sequence[Offered] = ()
) -> Iterator[Hostile]:
    """Every hostile answer about these offers, class by class; `elsewhere` are offers of other answers."""
    random = Random(seed)  # noqa: S311  # no secret
    for offer in offers:
        others = [other for other in (*offers, *elsewhere) if other.key != offer.key]
        for number, lie in enumerate(lies_about(offer, others, language)):
            yield Hostile(lie.klass, _written(lie, _FORMS[number % len(_FORMS)], random), (lie.text,))
    for klass, text, unwanted in texts(offers, language, rules_of(language)):
        yield Hostile(klass, says(text, random.choice((1, 3, 7, 40, None)) if len(text) < 2_000 else 997), unwanted)
    for other in elsewhere:
        yield Hostile("keys: of another answer", says(f"{other.says} [{other.key}]"), (other.says,))
    yield from (Hostile(klass, behaviour) for klass, behaviour in behaviours(offers, language))


def _written(lie: Lie, form: str, random: Random) -> Behaviour:
    size = random.choice((1, 3, 7, 40, None))
    if form == "lines" and lie.voice is None:
        return says(f"{lie.text} [{', '.join(lie.keys)}]", size)
    item = {"text": lie.text, "cites": list(lie.keys)} | ({"voice": lie.voice} if lie.voice else {})
    whole = json.dumps(item if form == "objects" else {"sentences": [item]}, ensure_ascii=random.random() < 0.5)
    return says(f"```json\n{whole}\n```" if form == "fenced" else whole, size)
