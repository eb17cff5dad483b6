"""A question may name a document by its kind or by its file: "de FAQ", "GenAI_compliance_FAQ". That is a work, and nobody."""

import re
from dataclasses import dataclass, replace
from pathlib import PurePath

from bot.extractive import Selection
from bot.questions import Question
from bot.settling import unknown_names
from vectorstore.catalog import Catalog
from vectorstore.passages import Source
from vectorstore.retrieval import Evidence
from vectorstore.words import fold

_WORKS = frozenset(
    """faq factsheet handreiking kader raamwerk rapport nota notitie brief kamerbrief memo advies column artikel blog wet besluit
    verordening richtlijn leidraad handleiding sjabloon template convenant bijlage presentatie verslag
    report framework guide guideline guidelines guidance letter act regulation directive manual annex appendix paper""".split()
)
_SUFFIXES = frozenset("pdf docx odt epub eml md txt html htm".split())
_LONG = 5  # letters of a kind that may end a compound: "algoritmekader"
_WORD = re.compile(r"[^\W_]+")
_DIGEST = re.compile(r"-[0-9a-f]{10}$")


@dataclass(frozen=True, slots=True)
class Named:
    """A question without the work that it names, and the ids of the sources that are called so."""

    question: Question
    sources: tuple[str, ...]


def named_works(selection: Selection, question: Question, evidence: Evidence, catalog: Catalog) -> Named | None:
    """What a question asks of which sources, where it asks what one says or was refused for a name that is theirs."""
    unknown = [name for name in unknown_names(evidence, question) if name in selection.missing]
    names = [question.stranger, *unknown] if question.stranger else unknown
    if not names:
        return None
    text, found = question.text, dict[str, None]()
    for name in names:
        if called := _called(name, question.text, catalog):
            found |= dict.fromkeys(called)
            text = _without(name, text)
    return Named(replace(question, text=" ".join(text.split()), stranger=None), tuple(found)) if found else None


def is_work(name: str) -> bool:
    """Whether a name is a kind of document, or ends in one: "FAQ", "RKI-kader", "algoritmekader"."""
    last = (_words(name.partition(" van ")[0]) or [""])[-1]
    return last in _WORKS or any(last.endswith(kind) for kind in _WORKS if len(kind) >= _LONG)


def _without(name: str, text: str) -> str:
    pattern = rf"(?:\b(?:de|het|een|the|an?)\s+)?(?<!\w){re.escape(name)}(?!\w)"
    return re.sub(pattern, " ", text, flags=re.IGNORECASE)


def _called(name: str, text: str, catalog: Catalog) -> list[str]:
    """The sources that have every word of a name, where the name can be a work's.

    A title may hold the name of somebody who does not speak in it; of such a name nobody says "the".
    """
    wanted = frozenset(_words(name)) - _SUFFIXES
    is_thing = re.search(rf"\b(?:de|het|the)\s+{re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
    if not wanted or not (is_thing or is_work(name) or "_" in name):
        return []
    return catalog.sources_called(wanted, _words_of)


def _words_of(source: Source) -> frozenset[str]:
    name = PurePath(source.place).stem
    return frozenset(_words(f"{source.title} {source.kind} {_DIGEST.sub('', source.id)} {name}"))


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]
