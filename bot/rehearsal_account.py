"""A rehearsal in words, for every front end: what would change, what is refused and odd, and three answers before and after."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from bot.answers import Answer, cited_sources
from bot.blocks import Block, BlockKind, printable
from bot.rendering import answer_as_json, render
from bot.texts import Texts, texts
from vectorstore.passages import Quote

if TYPE_CHECKING:
    from bot.rehearsal import Rehearsal
    from bot.samples import Sample
    from bot.workspace import Receipt, Remark
    from vectorstore.debate import Debate
    from vectorstore.languages import Language

_MOST = 10  # documents, refusals or remarks that are told one by one
_QUOTES = 2  # of an answer: the first, and others that the other answer has not
_FATES = ("added", "changed", "renamed", "removed", "unchanged")
_SHOWN = frozenset({BlockKind.MESSAGE, BlockKind.HEADING, BlockKind.QUOTE, BlockKind.SILENT})
_CAVEAT = frozenset({BlockKind.CAVEAT_HEADING, BlockKind.CAVEAT, BlockKind.SOURCE})


def rehearsal_account(rehearsal: "Rehearsal", debate: "Debate", language: "Language") -> list[Block]:
    """What would change, and three answers before and after; the caveat is what `rehearsal_caveat` adds to it."""
    say = texts(language, debate)
    return [
        *_opening(rehearsal, say),
        *_listed("rehearsal_changes_heading", _changes(rehearsal, say), say),
        *_listed("rehearsal_refused_heading", _refusals(rehearsal.receipt, say), say),
        *_listed("rehearsal_remarks_heading", (_remark(each, rehearsal, say) for each in _remarks(rehearsal.receipt)), say),
        *_samples(rehearsal.samples, debate, say),
    ]


def rehearsal_caveat(rehearsal: "Rehearsal", debate: "Debate") -> list[Block]:
    """The caveat that goes with what is quoted in an account, and its source; nothing where nothing is quoted."""
    for sample in rehearsal.samples[-1:]:
        bare = replace(sample.after, statements=(), nearest=(), sources=(sample.after.caveat.source,))
        return [block for block in render(bare, debate) if block.kind in _CAVEAT]
    return []


def publication_account(receipt: "Receipt", language: "Language") -> list[Block]:
    """That it is published."""
    said = texts(language).say("rehearsal_published", number=receipt.edition, documents=receipt.documents)
    return [Block(BlockKind.MESSAGE, said)]


def restoration_account(before: int, after: int, language: "Language") -> list[Block]:
    """That an earlier edition answers again."""
    return [Block(BlockKind.MESSAGE, texts(language).say("rehearsal_restored", before=before, after=after))]


def rehearsal_as_json(rehearsal: "Rehearsal", debate: "Debate") -> dict[str, object]:
    """The receipt, and the samples with both answers whole; docs/contract.md says what each key holds."""
    samples = [
        {
            "question": sample.question,
            "is_changed": sample.is_changed,
            "what": list(sample.what),
            "before": answer_as_json(sample.before, debate) if sample.before else None,
            "after": answer_as_json(sample.after, debate),
        }
        for sample in rehearsal.samples
    ]
    return {**asdict(rehearsal.receipt), "dry_run": True, "would_publish": rehearsal.can_be_published, "samples": samples}


def _opening(rehearsal: "Rehearsal", say: Texts) -> Iterator[Block]:
    if rehearsal.is_anew:
        yield Block(BlockKind.MESSAGE, say.say("rehearsal_anew"))
    yield Block(BlockKind.MESSAGE, say.say("rehearsal_intro" if rehearsal.can_be_published else "rehearsal_nothing"))
    if rehearsal.receipt.built_on is not None:
        yield Block(BlockKind.NOTE, say.say("rehearsal_built_on", number=rehearsal.receipt.built_on))


def _listed(heading: str, lines: Iterable[str], say: Texts) -> Iterator[Block]:
    """Lines under a heading, the first ten and how many more there are; nothing where there are none."""
    found = list(lines)
    if found:
        yield Block(BlockKind.HEADING, say.say(heading))
    yield from (Block(BlockKind.SENTENCE, printable(line)) for line in found[:_MOST])
    if len(found) > _MOST:
        yield Block(BlockKind.SENTENCE, say.say("rehearsal_more", count=len(found) - _MOST))


def _changes(rehearsal: "Rehearsal", say: Texts) -> Iterator[str]:
    receipt = rehearsal.receipt
    if rehearsal.can_be_published:
        yield say.say("rehearsal_size", documents=receipt.documents, passages=receipt.passages)
    for fate in _FATES:
        ids = getattr(receipt, fate)
        last_first = [*ids[-_MOST:], *ids[:-_MOST]]  # the first ingest adds the dossier before what a user gave
        yield from (say.say(f"rehearsal_{fate}", document=_called(each, rehearsal)) for each in last_first)
    yield from (say.say("rehearsal_copies", document=_called(each.id, rehearsal)) for each in receipt.copies)


def _refusals(receipt: "Receipt", say: Texts) -> Iterator[str]:
    return (say.say("rehearsal_refused", name=each.place, reason=each.reason) for each in receipt.refused)


def _remarks(receipt: "Receipt") -> "list[Remark]":
    """Each once; what a document lacks comes last."""
    return sorted(dict.fromkeys(receipt.remarks), key=lambda remark: remark.kind.startswith("no_"))


def _remark(remark: "Remark", rehearsal: "Rehearsal", say: Texts) -> str:
    return say.say(f"remark_{remark.kind}", document=_called(remark.id, rehearsal), detail=remark.detail)


def _called(source_id: str, rehearsal: "Rehearsal") -> str:
    title = rehearsal.titles.get(source_id)
    return f"{title} ({source_id})" if title else source_id


def _samples(samples: "Sequence[Sample]", debate: "Debate", say: Texts) -> Iterator[Block]:
    if samples:
        yield Block(BlockKind.HEADING, say.say("rehearsal_samples_heading"))
    for sample in samples:
        name = "sample_changed" if sample.is_changed else "sample_same"
        yield Block(BlockKind.MESSAGE, say.say(name, question=printable(sample.question)))
        if sample.is_changed:
            yield Block(BlockKind.SENTENCE, say.say("sample_before"))
            yield from _short(sample.before, sample.after, debate, say)
        yield Block(BlockKind.SENTENCE, say.say("sample_after" if sample.is_changed else "sample_always"))
        yield from _short(sample.after, sample.before, debate, say)


def _short(answer: Answer | None, other: Answer | None, debate: "Debate", say: Texts) -> Iterator[Block]:
    """What an answer quotes first and what the other one does not, and how many more it has; or what it says without."""
    if answer is None:
        yield Block(BlockKind.SENTENCE, say.say("sample_nobody"))
        return
    cut = _cut(answer, other)
    quoted = {quote.source.id for quote in cut.quotes}
    blocks = render(cut, debate)
    sources = [block for block in blocks if block.kind is BlockKind.SOURCE]
    yield from (block for block in blocks if block.kind in _SHOWN)
    if more := len(answer.quotes) - len(cut.quotes):
        yield Block(BlockKind.SENTENCE, say.say("sample_more", count=more))
    yield from (block for block, source in zip(sources, cut.sources, strict=True) if source.id in quoted)


def _cut(answer: Answer, other: Answer | None) -> Answer:
    """An answer with a few of its quotations; its sources are numbered anew, as they are shown."""
    theirs = {_words(quote) for quote in other.quotes} if other else set()
    fresh = [quote for quote in answer.quotes[1:] if _words(quote) not in theirs]
    chosen = {_words(quote) for quote in (*answer.quotes[:1], *fresh[: _QUOTES - 1])}
    kept = (replace(each, quotes=tuple(quote for quote in each.quotes if _words(quote) in chosen)) for each in answer.statements)
    statements = tuple(each for each in kept if each.quotes)
    listed = cited_sources(statements, (), answer.caveat) if answer.quotes or answer.nearest else answer.sources
    return replace(answer, statements=statements, nearest=(), silent_voices=(), notes=(), sources=listed)


def _words(quote: Quote) -> tuple[str, str]:
    return quote.source.id, quote.text
