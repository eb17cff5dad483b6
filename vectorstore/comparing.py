"""What is different between two editions: which documents, and which passages of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from vectorstore.catalog import Catalog
from vectorstore.passages import Passage, Source


class Change(StrEnum):
    """What became of a document."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that differs, as it is in the edition that has it last, and how many of its passages came, went and stayed."""

    change: Change
    source: Source
    passages_added: int
    passages_removed: int
    passages_same: int


@dataclass(frozen=True, slots=True)
class PassageChange:
    """A passage that came (`is_added`) or went."""

    is_added: bool
    passage: Passage


def compare(before: Catalog, after: Catalog) -> list[DocumentChange]:
    """Every document that differs, by title: in its text, its passages, or what is known of it."""
    sources = {**before.sources_by_id(), **after.sources_by_id()}
    passages = before.passage_ids(), after.passage_ids()
    found = []
    for source in sorted(sources.values(), key=lambda source: (source.title.casefold(), source.id)):
        old, new = (ids.get(source.id, []) for ids in passages)
        change = _change(source.id, before, after)
        if change or old != new:
            counts = len(set(new) - set(old)), len(set(old) - set(new)), len(set(new) & set(old))
            found.append(DocumentChange(change or Change.CHANGED, source, *counts))
    return found


def passage_changes(before: Catalog, after: Catalog, source_id: str) -> list[PassageChange]:
    """The passages of a document that came and went, in reading order; what went stands before what came in its place."""
    old, new = ([stored.passage for stored in catalog.passages_of(source_id)] for catalog in (before, after))
    matcher = SequenceMatcher(None, [each.id for each in old], [each.id for each in new], autojunk=False)
    found: list[PassageChange] = []
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            found += _all(old[old_start:old_end], is_added=False)
            found += _all(new[new_start:new_end], is_added=True)
    return found


def _change(source_id: str, before: Catalog, after: Catalog) -> Change | None:
    """What became of a document, its passages left aside."""
    earlier, later = before.source(source_id), after.source(source_id)
    if earlier is None:
        return Change.ADDED
    if later is None:
        return Change.REMOVED
    is_same = earlier == later and before.sha256(source_id) == after.sha256(source_id)
    return None if is_same else Change.CHANGED


def _all(passages: Sequence[Passage], *, is_added: bool) -> list[PassageChange]:
    return [PassageChange(is_added, passage) for passage in passages]
