"""What differs between two editions, as lines for people and as JSON: documents, passages, answers."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from bot.answer_changes import AnswerChange, Gist
from bot.blocks import printable
from vectorstore.catalog import Catalog
from vectorstore.comparing import Change, DocumentChange, passage_changes
from vectorstore.passages import Passage

_TURN = " / "
_RESTORED = ((Change.ADDED, "back", "brought back"), (Change.REMOVED, "away", "taken away"), (Change.CHANGED, "changed", "changed"))
"""What a change from the current edition to the restored one means, in JSON and in words."""


def restore_as_json(changes: Sequence[DocumentChange] | None) -> dict[str, object]:
    """What a restore brings back, takes away and changes; null where the edition before could not be read."""
    return {
        key: None
        if changes is None
        else [{"id": each.source.id, "title": each.source.title} for each in changes if each.change is change]
        for change, key, _ in _RESTORED
    }


def restore_lines(changes: Sequence[DocumentChange] | None) -> Iterator[str]:
    """The same in words."""
    for change, _, words in _RESTORED:
        for each in changes or ():
            if each.change is change:
                yield printable(f"{words}: {each.source.id} ({each.source.title})")


def diff_rows(changes: Sequence[DocumentChange]) -> list[tuple[object, ...]]:
    """A row for each document that differs."""
    return [(each.change.value, each.source.id, each.source.title, *_counts(each)) for each in changes]


def diff_as_json(changes: Sequence[DocumentChange], catalogs: tuple[Catalog, Catalog] | None) -> dict[str, object]:
    """Documents by what became of them; with catalogues also the passages of the changed ones."""
    return {change.value: [_as_json(each, catalogs) for each in changes if each.change is change] for change in Change}


def text_lines(changes: Sequence[DocumentChange], catalogs: tuple[Catalog, Catalog]) -> Iterator[str]:
    """The passages of changed documents that came and went, as a unified difference."""
    for each in changes:
        if each.change is not Change.CHANGED:
            continue
        yield printable(f"--- {each.source.id} ({each.source.title})")
        for passage_change in passage_changes(*catalogs, each.source.id):
            sign = "+" if passage_change.is_added else "-"
            yield printable(f"@@ {_place(passage_change.passage)} @@")
            yield from (f"{sign} {printable(line)}" for line in passage_change.passage.text.splitlines())


def answers_as_json(changes: Sequence[AnswerChange]) -> list[dict[str, object]]:
    """The questions that are answered otherwise, each with both answers."""
    return [
        {"turns": each.turns, "what": each.what, "before": _gist_as_json(each.before), "after": _gist_as_json(each.after)}
        for each in changes
    ]


def answer_lines(changes: Sequence[AnswerChange], asked: int) -> Iterator[str]:
    """The same in words."""
    for each in changes:
        yield printable(f"{_TURN.join(each.turns)} [{', '.join(each.what)}]")
        yield from _gist_lines("-", each.before, each.after)
        yield from _gist_lines("+", each.after, each.before)
        yield ""
    yield f"{len(changes)} of {asked} answers differ."


def _as_json(change: DocumentChange, catalogs: tuple[Catalog, Catalog] | None) -> dict[str, object]:
    added, removed, same = _counts(change)
    counts = {"added": added, "removed": removed, "same": same}
    known: dict[str, object] = {"id": change.source.id, "title": change.source.title, "passages": counts}
    if catalogs is None or change.change is not Change.CHANGED:
        return known
    found = passage_changes(*catalogs, change.source.id)
    sides = {"added": [each.passage for each in found if each.is_added]}
    sides["removed"] = [each.passage for each in found if not each.is_added]
    return {**known, "text": {side: [_passage_as_json(each) for each in passages] for side, passages in sides.items()}}


def _passage_as_json(passage: Passage) -> dict[str, object]:
    whole = asdict(passage)
    return {name: whole[name] for name in ("text", "start", "end", "section", "page")}


def _counts(change: DocumentChange) -> tuple[int, int, int]:
    return change.passages_added, change.passages_removed, change.passages_same


def _place(passage: Passage) -> str:
    parts = [f"p. {passage.page}" if passage.page else "", passage.section or ""]
    return ", ".join(part for part in parts if part) or f"{passage.start}-{passage.end}"


def _gist_as_json(gist: Gist) -> dict[str, object]:
    return {"status": gist.status, "quotes": [{"source_id": source_id, "text": text} for source_id, text in gist.quotes]}


def _gist_lines(sign: str, gist: Gist, other: Gist) -> Iterator[str]:
    """The status and the first quotation, and of the others those that the other answer has not."""
    yield f"{sign} {gist.status}"
    for quote in gist.quotes:
        if quote == gist.first or quote not in other.quotes:
            source_id, text = quote
            yield printable(f"{sign}   {source_id}: {' '.join(text.split())}")
