"""Measures the gate on sentences that a language model could write: `python -m tests.evaluation.paraphrases`.

Every sentence stands in paraphrases.jsonl with the quotation that it is about, and was found false or faithful by reading, without
the gate. The false ones use the words of the quotation. Each is checked by itself, as the first sentence of an answer. What went
wrong is shown of the development half only: no rule is made with the other.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.checking.flaws import Flaw
from bot.checking.gate import Gate
from bot.drafts import Draft
from bot.offers import Offer
from bot.prompting import rules_of
from bot.quality import wilson
from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import DOSSIER_PLACE, dossier_origins
from vectorstore.debate import load_debate
from vectorstore.languages import Language
from vectorstore.passages import Document, Locator, Quote
from vectorstore.weighing import as_language

PARAPHRASES = Path(__file__).with_name("paraphrases.jsonl")
HALVES = ("development", "test")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A sentence, the quotations that it cites, and whether it says what they say; `kind` is how it was made."""

    id: str
    text: str
    language: Language
    kind: str
    half: str
    faithful: bool
    offers: tuple[Offer, ...]


def load_paraphrases() -> list[Paraphrase]:
    """The whole set, in the order of the file.

    Raises:
        ValueError: a quotation is not in the document that it is said to be from.
    """
    return [_paraphrase(json.loads(line)) for line in PARAPHRASES.read_text("utf-8").splitlines()]


def flaw_of(paraphrase: Paraphrase) -> Flaw | None:
    """What the gate finds wrong; None where the sentence would be shown."""
    gate = Gate(paraphrase.offers, load_debate(), paraphrase.language, rules_of(paraphrase.language))
    admitted = gate.admit(Draft(paraphrase.text, tuple(offer.key for offer in paraphrase.offers)))
    return admitted if isinstance(admitted, Flaw) else None


def main() -> None:
    """Count per half, list by class and by flaw, and show what went wrong in development."""
    found = {each: flaw_of(each) for each in load_paraphrases()}
    for half in (*HALVES, "all"):
        chosen = {each: flaw for each, flaw in found.items() if half in {each.half, "all"}}
        _print(half, "false sentences that pass", *_counts(chosen, faithful=False))
        _print(half, "faithful sentences that are dropped", *_counts(chosen, faithful=True))
    print()
    for kind, (wrong, count) in _by_kind(found, faithful=False).items():
        print(f"false, {kind}\t{wrong} of {count} pass")
    for kind, (wrong, count) in _by_kind(found, faithful=True).items():
        print(f"faithful, {kind}\t{wrong} of {count} are dropped")
    print()
    for name, count in Counter(flaw.value for each, flaw in found.items() if each.faithful and flaw).most_common():
        print(f"faithful, dropped for {name}\t{count}")
    print()
    for each, flaw in found.items():
        if each.half == "development" and each.faithful is (flaw is not None):
            print(f"{f'dropped, {flaw}' if flaw else 'passed'}\t{each.id} {each.kind}\t{each.text}")


def _counts(found: Mapping[Paraphrase, Flaw | None], *, faithful: bool) -> tuple[int, int]:
    """How many were judged wrongly, of how many."""
    judged = [(flaw is None) is not faithful for each, flaw in found.items() if each.faithful is faithful]
    return sum(judged), len(judged)


def _by_kind(found: Mapping[Paraphrase, Flaw | None], *, faithful: bool) -> dict[str, tuple[int, int]]:
    kinds = dict.fromkeys(each.kind for each in found if each.faithful is faithful)
    return {kind: _counts({each: flaw for each, flaw in found.items() if each.kind == kind}, faithful=faithful) for kind in kinds}


def _print(half: str, name: str, wrong: int, count: int) -> None:
    low, high = wilson(wrong / count, count)
    print(f"{half:12} {name:36} {wrong:3} of {count:3}   {wrong / count:.3f} [{low:.2f}, {high:.2f}]")


def _paraphrase(line: Mapping[str, Any]) -> Paraphrase:
    return Paraphrase(
        id=line["id"],
        text=line["text"],
        language=as_language(line["language"]),
        kind=line["class"],
        half=line["half"],
        faithful=line["faithful"],
        offers=tuple(_offers([line, *([line["pairs"]] if "pairs" in line else [])])),
    )


def _offers(quoted: Sequence[Mapping[str, Any]]) -> Iterator[Offer]:
    for number, each in enumerate(quoted):
        document, says = _dossier()[each["document"].removesuffix(".md")], each["says"]
        start = document.text.find(says)
        if start < 0:
            raise ValueError(f"{each['document']} does not hold {says!r}")
        voices = tuple(each["voices"])
        quote = Quote(
            text=says,
            source=document.source,
            start=start,
            end=start + len(says),
            locator=Locator(),
            document_sha256=document.sha256,
            voice_id=voices[0] if voices else None,
            oversight=False,
        )
        yield Offer(f"k{number}fx", quote, voices)


@cache
def _dossier() -> dict[str, Document]:
    loaded = (load(origin, Metadata(), load_debate()).document for origin in dossier_origins())
    return {document.source.place.removeprefix(DOSSIER_PLACE).strip("/"): document for document in loaded}


if __name__ == "__main__":
    main()
