"""What an ingest has to do: which documents are new, changed, at another place, unchanged or gone. Nothing is read but bytes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from ingest.extraction import RefusedError
from ingest.holdings import Holdings, is_gone
from ingest.metadata import Metadata, merge, metadata_beside
from ingest.origins import Found, Origin
from ingest.reading import Request, content_digest
from ingest.receipt import Placed, Receipt, Refusal
from vectorstore.entries import Entry
from vectorstore.errors import UsageError


class Fate(StrEnum):
    """What happens to a document that is read; the values are the lists of a receipt."""

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    REMADE = "remade"
    """Its text stays; only what is made of it is made anew. No receipt lists it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A document to read, what becomes of it, how it is put down then, and the places where it is not any more."""

    request: Request
    fate: Fate
    entry: Entry
    leaves: tuple[str, ...] = ()


@dataclass(slots=True)
class Survey:
    """Goes over origins one by one; what comes of it is in `jobs`, `holdings` and `receipt`."""

    holdings: Holdings
    recipe: str
    receipt: Receipt
    jobs: list[Job] = field(default_factory=list)
    _planned: dict[str, int] = field(default_factory=dict)  # the place in `jobs` of each document that is known already
    _unchanged: set[str] = field(default_factory=set)

    def look_at(self, origins: Iterable[Found], given: Metadata) -> None:
        """See what has to be done for documents; `given` is what the options say of all but the dossier's.

        What is where it was, or is found again elsewhere, comes first: a text that moved away is then not lost to the one
        that took its place.
        """
        others: list[tuple[Origin, str]] = []
        for found in origins:
            if not isinstance(found, Origin):
                self.receipt.refused.append(Refusal(found[0], str(found[1])))
                continue
            with self._refusing(found):
                content = content_digest(found.read())
                if not self._is_known(found, content, given):
                    others.append((found, content))
        for origin, content in others:
            with self._refusing(origin):
                self._plan_for(origin, content, given)

    def miss(self, folder: Path, *, may_empty: bool) -> None:
        """Let go of the places in a folder where nothing is any more; a file that is there but refused keeps its old text.

        Raises:
            UsageError: the folder has lost every document, and may not.
        """
        moved = {place for job in self.jobs for place in job.leaves}
        inside = [place for place in self.holdings.places() if Path(place).is_relative_to(folder)]
        gone = [place for place in inside if place not in moved and is_gone(place)]
        planned = [job for job in self.jobs if Path(job.request.origin.place).is_relative_to(folder)]
        if gone and len(gone) == len(inside) and not planned and not may_empty:
            raise UsageError(f"{str(folder)!r} no longer holds any of its {len(gone)} documents. Say --yes to remove them all.")
        for place in gone:
            self.holdings.leave(place)

    @contextmanager
    def _refusing(self, origin: Origin) -> Iterator[None]:
        try:
            yield
        except RefusedError as error:
            self.receipt.refused.append(Refusal(origin.place, str(error)))

    def _is_known(self, origin: Origin, content: str, given: Metadata) -> bool:
        """Whether a document is as it was, or one that was somewhere else."""
        beside = _said_beside(origin)
        entry = self.holdings.at(origin.place)
        if entry is None:
            same = None if origin.is_dossier else self._same(content, given, beside)
            if same is not None:
                self._found_again(origin, content, given, beside, same)
            return same is not None
        if entry.contents[origin.place] != content or entry.recipe != self.recipe:
            return False
        options = Metadata() if origin.is_dossier else merge(given, Metadata(**entry.given))
        if entry.place == origin.place and entry.said != digest_of(merge(options, beside)):
            return False
        if not origin.is_dossier and entry.source_id not in self._unchanged:
            self._unchanged.add(entry.source_id)
            self.receipt.unchanged.append(entry.source_id)
        return True

    def _same(self, content: str, given: Metadata, beside: Metadata) -> Entry | None:
        """The document that was read from the same bytes, unless something else is said of this one."""
        said = merge(given, beside).said()
        for entry in self.holdings.same(content):
            is_said_too = digest_of(merge(merge(given, Metadata(**entry.given)), beside)) == entry.said
            if is_said_too or all(entry.given.get(name) == value for name, value in said.items()):
                return entry
        return None

    def _plan_for(self, origin: Origin, content: str, given: Metadata) -> None:
        """A document that is new, or is not what it was."""
        beside = _said_beside(origin)
        entry = self.holdings.at(origin.place)
        given = Metadata() if origin.is_dossier else given
        if entry and (len(entry.contents) == 1 or entry.contents[origin.place] == content):
            options = merge(given, Metadata(**entry.given))
            said = merge(options, beside)
            changed = self._entry(entry.source_id, {**entry.contents, origin.place: content}, options, said)
            self._plan(Fate.CHANGED, origin, changed, said)
            return
        # Where the text is still what it was elsewhere, that stays, and here is another document from now on.
        leaves = [origin.place] if entry else []
        source_id = "" if origin.is_dossier else self.holdings.free_id(origin)  # the dossier's say their own
        said = merge(given, beside)
        self._plan(Fate.ADDED, origin, self._entry(source_id, {origin.place: content}, given, said), said, leaves=leaves)

    def _found_again(self, origin: Origin, content: str, given: Metadata, beside: Metadata, same: Entry) -> None:
        """The bytes of a document that is known, at a new place: it has moved there where it is gone from an old one."""
        planned = self._planned.get(same.source_id)
        left = [place for place in same.contents if is_gone(place)]
        if left and planned is None:
            options = merge(given, Metadata(**same.given))
            contents = {origin.place: content, **{place: each for place, each in same.contents.items() if place not in left}}
            said = merge(options, beside)
            self._plan(Fate.RENAMED, origin, self._entry(same.source_id, contents, options, said), said, leaves=left)
            return
        self.receipt.copies.append(Placed(same.source_id, origin.place))
        if planned is None:
            self.holdings.take(origin.place, content, same.source_id)
        else:
            job = self.jobs[planned]
            contents = {**job.entry.contents, origin.place: content}
            self.jobs[planned] = replace(job, entry=replace(job.entry, contents=contents))

    def _entry(self, source_id: str, contents: Mapping[str, str], options: Metadata, said: Metadata) -> Entry:
        return Entry(source_id, self.recipe, contents, digest_of(said), options.said())

    def _plan(self, fate: Fate, origin: Origin, entry: Entry, said: Metadata, *, leaves: Sequence[str] = ()) -> None:
        self._planned.setdefault(entry.source_id, len(self.jobs))
        request = Request(origin, said, entry.source_id or None)
        self.jobs.append(Job(request, fate, entry, tuple(leaves)))


def _said_beside(origin: Origin) -> Metadata:
    return origin.said if origin.is_dossier or origin.data is not None else metadata_beside(origin.path)


def remade(entry: Entry, recipe: str) -> Job:
    """A document that stays, to be made anew from its stored text."""
    origin = Origin(Path(entry.place), entry.place)
    return Job(Request(origin, Metadata(), entry.source_id), Fate.REMADE, replace(entry, recipe=recipe))


def digest_of(said: Metadata) -> str:
    """What tells that the same is said of a document."""
    return hashlib.sha256(json.dumps(said.said(), sort_keys=True).encode()).hexdigest()[:16]
