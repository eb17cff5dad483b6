"""Takes documents out of every edition that is kept and off the disk, as if they had never been there."""

import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.base import is_whole
from ingest.origins import DOSSIER_PLACE
from ingest.pipeline import resolve_id
from ingest.rewriting import as_unwritten, rewrite
from vectorstore.durable import sync_tree
from vectorstore.edition import EditionInfo
from vectorstore.editions import Shelf
from vectorstore.errors import DamagedEditionError, UnavailableError, UsageError
from vectorstore.passages import Source
from vectorstore.sweeping import Pause

Forget = Callable[[Source], int]
"""Deletes what else is kept of a source outside the editions, such as a downloaded page; returns how many files went."""


@dataclass(frozen=True, slots=True)
class StillThere:
    """A purged document whose file is where it was ingested from: an ingest of it would add it again."""

    id: str
    place: str


@dataclass(slots=True)
class PurgeReceipt:
    """What a purge did, or in a dry run would do; the lists hold source ids and numbers of editions.

    `unknown` are the ids that no kept edition holds: they were purged before, or are mistyped. `dropped` are editions that
    were beyond the number kept or too damaged to be written anew. `published` says whether `edition` is a new one.
    """

    purged: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rewritten: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    still_there: list[StillThere] = field(default_factory=list)
    files_deleted: int = 0
    edition: int = 0
    published: bool = False
    documents: int = 0
    passages: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done: which documents go, which editions are written anew, which are dropped."""

    sources: Mapping[str, Sequence[Source]]
    rewritten: Sequence[EditionInfo]
    dropped: Sequence[int]
    publishes: bool


class Purge:
    """Purges documents from one home folder. Needs no embedding model: what stays keeps its vectors."""

    def __init__(
        self, shelf: Shelf, *, pinned: str, keep: int, pause: Pause = time.sleep, forget: Forget = lambda _source: 0
    ) -> None:
        """`pinned` is the id of the document that cannot go."""
        self._shelf, self._pinned, self._keep = shelf, pinned, keep
        self._pause, self._forget = pause, forget

    def run(self, wanted: Sequence[str], *, dry_run: bool = False) -> PurgeReceipt:
        """Take documents out, each by its id or the beginning of it; all of it is done, or nothing.

        What earlier removals left in the files goes too.

        Raises:
            BusyError: an ingest is running.
            UsageError: an id could be several, or is that of the pinned document.
            EditionError: there is no edition, or the current one is damaged.
            UnavailableError: the disk failed.
        """
        started = time.monotonic()
        with self._shelf.lock():
            receipt = self._run(wanted, dry_run=dry_run)
        receipt.seconds = round(time.monotonic() - started, 2)
        return receipt

    def _run(self, wanted: Sequence[str], *, dry_run: bool) -> PurgeReceipt:
        current = self._shelf.current()
        holdings = self._holdings(current)
        found = {id_ for _, sources in holdings for id_ in sources}
        named = {each: _meant(each, found) for each in wanted}
        plan = self._plan(current, holdings, {id_ for id_ in named.values() if id_})
        receipt = PurgeReceipt(
            purged=sorted(plan.sources),
            unknown=[each for each, id_ in named.items() if id_ is None],
            rewritten=[info.number for info in plan.rewritten],
            dropped=list(plan.dropped),
            still_there=_still_there(plan.sources),
            published=plan.publishes and not dry_run,
        )
        if not dry_run:
            self._carry_out(plan, current, receipt)
        now = self._shelf.current()
        receipt.edition, receipt.documents, receipt.passages = now.number, now.documents, now.passages
        return receipt

    def _holdings(self, current: EditionInfo) -> list[tuple[EditionInfo, Mapping[str, Source]]]:
        """The editions that can be read, oldest first, each with its documents; the current one must be among them."""
        found = []
        for info in self._shelf.published():
            if info.number == current.number or is_whole(self._shelf, info):
                catalog = self._shelf.open_catalog(info)
                found.append((info, catalog.sources_by_id()))
                catalog.close()
        return found

    def _plan(self, current: EditionInfo, holdings: Sequence[tuple[EditionInfo, Mapping[str, Source]]], gone: set[str]) -> _Plan:
        """What is to be done.

        An edition that does not list a document may hold it all the same, in what was never cleaned up after it was removed:
        only one that was written anew since is known not to.
        """
        if self._pinned in gone:
            raise UsageError(f"{self._pinned!r} holds the caveat that every answer shows; it cannot be purged.")
        touched = [info for info, sources in holdings if gone & sources.keys() or not info.is_compact]
        publishes = any(info.number == current.number and gone & sources.keys() for info, sources in holdings)
        numbers = self._shelf.numbers()
        kept = {*[*numbers, numbers[-1] + 1][-self._keep :]} if publishes else {*numbers[-self._keep :], current.number}
        damaged = set(numbers) - {info.number for info, _ in holdings}
        sources = {id_: [sources[id_] for _, sources in holdings if id_ in sources] for id_ in gone}
        dropped = sorted({info.number for info in touched if info.number not in kept} | damaged)
        return _Plan(sources, [info for info in touched if info.number in kept], dropped, publishes)

    def _carry_out(self, plan: _Plan, current: EditionInfo, receipt: PurgeReceipt) -> None:
        with as_unwritten(self._shelf):
            # Before the editions: once they do not hold a document any more, nobody knows where else it came from.
            receipt.files_deleted = sum(self._forget(source) for versions in plan.sources.values() for source in versions)
            if plan.rewritten or plan.dropped:
                damaged = self._write(plan, current)
                receipt.rewritten = [number for number in receipt.rewritten if number not in damaged]
                receipt.dropped = sorted([*receipt.dropped, *damaged])
        receipt.files_deleted += self._shelf.sweep_leftovers(self._pause)
        self._shelf.sweep(self._keep)
        if left := self._shelf.leftovers():
            raise UnavailableError(
                f"The document is out of every edition, but {str(left[0])!r} could not be deleted. "
                "Check the rights, and run the same command again."
            )

    def _write(self, plan: _Plan, current: EditionInfo) -> Sequence[int]:
        """Write the editions anew and swap them in, in one step; returns those that turned out to be damaged, and are dropped."""
        building = self._shelf.start_building()
        places = {source.place for versions in plan.sources.values() for source in versions}
        away = [place for place in places if place.startswith(DOSSIER_PLACE)]
        rewritten: dict[int, Path] = {}
        try:
            if plan.publishes:
                rewrite(self._shelf, current, building / "new", without=plan.sources.keys(), away=away)
            for info in plan.rewritten:
                folder = building / info.folder
                if plan.publishes and info.number == current.number:
                    sync_tree(Path(shutil.copytree(building / "new", folder)))
                    rewritten[info.number] = folder
                elif self._is_rewritten(info, folder, plan, away):
                    rewritten[info.number] = folder
            damaged = [info.number for info in plan.rewritten if info.number not in rewritten]
            new = building / "new" if plan.publishes else None
            self._shelf.replace(rewritten, dropped=[*plan.dropped, *damaged], new=new)
        finally:
            self._shelf.discard(building)
        return damaged

    def _is_rewritten(self, info: EditionInfo, folder: Path, plan: _Plan, away: Sequence[str]) -> bool:
        """Whether an edition could be written anew; the current one must."""
        try:
            rewrite(self._shelf, info, folder, without=plan.sources.keys(), away=away)
        except DamagedEditionError:
            if info.is_current:
                raise
            return False
        return True


def _meant(wanted: str, ids: Iterable[str]) -> str | None:
    """The id that is meant, or None where no edition has one like it."""
    like = [each for each in ids if each.startswith(wanted)]
    return resolve_id(wanted, like) if like else None


def _still_there(sources: Mapping[str, Sequence[Source]]) -> list[StillThere]:
    places = {
        (id_, place)
        for id_, versions in sources.items()
        for source in versions
        for place in (source.place, *source.also)
        if Path(place).is_absolute() and Path(place).exists()
    }
    return [StillThere(id_, place) for id_, place in sorted(places)]
