"""Numbers that a sentence has and a passage has not: digits only, for now."""

import re
from collections.abc import Sequence

from vectorstore.languages import Language

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def unsupported(sentence: str, language: Language, passages: Sequence[tuple[str, Language]]) -> tuple[str, ...]:
    """The numbers of a sentence that none of the passages has."""
    del language
    said = {number for text, _ in passages for number in _NUMBER.findall(text)}
    return tuple(number for number in _NUMBER.findall(sentence) if number not in said)
