"""What English words are called in Dutch, so that an English question finds Dutch words too."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_LEXICON = Path(__file__).parent / "model" / "lexicon.tsv"


@cache
def translations() -> Mapping[str, Mapping[str, float]]:
    """English stem to Dutch stems, each with the share of its occurrences that it translates.

    `vectorstore/training/lexicon.py` makes the file.
    """
    found = {}
    for line in _LEXICON.read_text("utf-8").splitlines():
        english, *dutch = line.split("\t")
        found[english] = {stem: float(share) for stem, _, share in (entry.partition(":") for entry in dutch)}
    return found
