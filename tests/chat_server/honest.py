"""A model that is honest: one sentence for each quotation that it was offered, in that quotation's own words."""

import json
import re

from tests.chat_server.asked import Asked, Offered
from tests.chat_server.behaviour import Behaviour, calls, says

_END = re.compile(r"(?<=[.!?…])[\"”’»)]*\s+(?=[\"“‘«(A-ZÀ-Þ0-9])")
_ASIDE = re.compile(r"\s*\([^()]*\)|\s*\[[^\[\]]*\]")
_TAIL = re.compile(r",? (?:want|omdat|aangezien|waarbij|zodat|because|since|so that)\b[^,;]*[.!?]$", re.IGNORECASE)
_WEIGHT = re.compile(
    r"\d|\b(?:niet|geen|nooit|niemand|niets|zonder|not|no|never|nobody|nothing|without|kan|kunnen|zou|zouden|can|may|might|could)\b",
    re.IGNORECASE,
)
"""What a sentence may not lose: a denial, a reserve or a number turns what was said into something else."""


def explain(asked: Asked, size: int | None = 7) -> Behaviour:
    """One sentence with its key for each offer: as a tool's arguments, as JSON or as plain lines, whichever was asked for."""
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
    """A sentence that says no more than a quotation: its first one, without asides or a reason that nothing hangs on."""
    first = _END.split(" ".join(quotation.split()), maxsplit=1)[0]
    for pattern, stands_for in ((_ASIDE, ""), (_TAIL, ".")):
        first = pattern.sub(lambda found, put=stands_for: found[0] if _WEIGHT.search(found[0]) else put, first)
    return first if first.endswith((".", "!", "?")) else f"{first}."
