"""Does a sentence state the caveat of the debate? What states it is in the debate file; what counts as a sentence is here.

`python -m tests.evaluation.oversight` measures the bundled debate's.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from vectorstore.debate import Caveat
from vectorstore.passages import Document, Sentence, Wording
from vectorstore.standing import begins_dependent

_MIN_WORDS = 5
_MAX_CAVEAT_WORDS = 60


def mark_caveats(document: Document, sentences: Sequence[Sentence], caveat: Caveat, *, is_pinned: bool) -> list[Sentence]:
    """The sentences, with those marked that state the caveat: in the pinned document every one, so that there always is one.

    What a document in our own words says of itself ("Kanttekening heeft … niet gelezen") states none, unless the pinned
    document has nothing else.
    """
    texts = [document.text[sentence.start : sentence.end] for sentence in sentences]
    stated = [
        not _is_about_itself(document, text, is_pinned=is_pinned) and (is_pinned or states_oversight(text, caveat))
        for text in texts
    ]
    every = is_pinned and not any(stated)
    return [replace(sentence, oversight=every or states) for sentence, states in zip(sentences, stated, strict=True)]


def states_oversight(text: str, caveat: Caveat) -> bool:
    """Whether a sentence states the caveat; questions and scraps of a few words do not."""
    if len(text.split()) < _MIN_WORDS or text.rstrip().endswith("?"):
        return False
    return any(all(part.search(text) for part in statement) for statement in _patterns(caveat))


def can_be_caveat(text: str) -> bool:
    """Whether a sentence that states the caveat can be shown alone: whole, of a readable length, pointing at nothing before it."""
    words = text.split()
    is_whole = text[:1].isupper() and text.endswith((".", "!", "”", "’", '"'))
    return is_whole and _MIN_WORDS < len(words) <= _MAX_CAVEAT_WORDS and not begins_dependent(text)


@cache
def _patterns(caveat: Caveat) -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(tuple(re.compile(part, re.IGNORECASE) for part in statement) for statement in caveat.statements)


def _is_about_itself(document: Document, text: str, *, is_pinned: bool) -> bool:
    source = document.source
    is_ours = source.wording is Wording.PARAPHRASE and (source.after is not None or is_pinned)
    return is_ours and bool(source.publisher) and text.startswith(source.publisher or "")
