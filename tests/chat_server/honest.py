"""A model that is honest: one sentence for each quotation that it was offered, in that quotation's own words, and fewer of them."""

import json
import re

from tests.chat_server.asked import Asked, Offered
from tests.chat_server.behaviour import Behaviour, calls, says

_END = re.compile(r"(?<=[.!?…])[\"”’»)]*\s+(?=[\"“‘«(A-ZÀ-Þ0-9])")
_WEIGHT = re.compile(
    r"\b(?:niet|geen|nooit|niemand|niets|zonder|maar|alleen|kan|kunnen|zou|zouden|als|not|no|never|nobody|nothing|without|but|only|can|"
    r"could|may|might|would|if)\b",
    re.IGNORECASE,
)
"""What a sentence may not lose: a denial, a reserve or a condition turns what was said into something else."""
_MONTH = (
    r"(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|january|february|march|may|june|"
    r"july|august|october)"
)
_DAY = rf"(?: (?:van|of|op|on|uit|from) (?:(?:\d{{1,2}} )?{_MONTH} )?\d{{4}}\b)"
_ONES_NAME = r"(?:[\w-]+\.[a-z]{2,3}\b|[A-Z][\w-]+(?: (?:en )?[A-Z][\w-]+)*)"
_THING = r"(?:(?:de|het|een|the|a|eigen|openbaar|Tweede|Eerste|secundaire) ?)+[\w-]+"
_SPARED = (
    (re.compile(r"\s*\([^()]*\)|\s*\[[^\[\]]*\]"), ""),
    (re.compile(rf",? (?:volgens|according to) (?:{_ONES_NAME}|{_THING}|antwoord \d+){_DAY}?(?:,(?= (?:dat|that)\b))?"), ""),
    (re.compile(rf"{_DAY}(?![.]$)", re.IGNORECASE), ""),
    (re.compile(r",? (?:want|omdat|aangezien|because|since|en dat is|en dus)\b[^,;:]*[.!?]$", re.IGNORECASE), "."),
    (re.compile(r"(?:(?<=[a-z]{4}):|;|, en) [^:;]+[.]$"), "."),
)
"""What a sentence can do without, and what stands in its place: asides, who reported it, on what day, why, and what comes after."""


def explain(asked: Asked, size: int | None = 7) -> Behaviour:
    """One sentence with its key for each offer: as a tool's arguments, as JSON or as plain lines, whichever was asked for.

    Where nothing is offered, such as for a follow-up that is to be completed, it says what was said last again.
    """
    if not asked.offers:
        return says(_last_string(asked.said), size)
    if asked.tools:
        return calls(asked.tools[0], as_json(asked.offers), size)
    return says(as_json(asked.offers) if asked.wants_json else as_lines(asked.offers), size)


def as_json(offers: tuple[Offered, ...]) -> str:
    """The sentences in the form that the prompt asks for."""
    made = [{"text": sentence_of(each.says), "cites": [each.key], "voice": each.voice} for each in offers]
    return json.dumps({"sentences": made}, ensure_ascii=False)


def as_lines(offers: tuple[Offered, ...]) -> str:
    """The sentences in plain text, each on a line with its key behind it."""
    return "\n".join(f"{sentence_of(each.says)} [{each.key}]" for each in offers)


def sentence_of(quotation: str) -> str:
    """A sentence that says no more than a quotation: its first one, without what nothing hangs on."""
    sentence = _END.split(" ".join(quotation.split()), maxsplit=1)[0]
    for pattern, stands_for in _SPARED:
        sentence = pattern.sub(lambda found, put=stands_for: found[0] if _WEIGHT.search(found[0]) else put, sentence)
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _last_string(text: str) -> str:
    found = re.findall(r'"(?:[^"\\]|\\.)*"', text)
    return str(json.loads(found[-1])) if found else ""
