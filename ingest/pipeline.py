"""One ingest: what is new, changed, at another place, unchanged and gone; a new edition when anything is; the receipt."""

import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from itertools import compress
from operator import not_
from pathlib import Path

from ingest.base import find_base
from ingest.building import Progress
from ingest.debate_documents import debate_origins
from ingest.draft import Draft
from ingest.extraction import RefusedError
from ingest.holdings import Holdings, is_gone
from ingest.ledger import Ledger, Made
from ingest.origins import DOSSIER_PLACE, Origin, find_origins
from ingest.readers import Outcome, Readers
from ingest.reading import Request, read
from ingest.receipt import Placed, Receipt, Wish
from ingest.survey import Fate, Job, Survey, remade
from vectorstore.catalog import Catalog
from vectorstore.debate import Debate
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.errors import UnavailableError, UsageError
from vectorstore.version import VERSION

PIPELINE_VERSION = 3
"""Raise it when sentences, voices or passages come out otherwise: the next ingest then reads every document anew."""


class Pipeline:
    """Runs ingests for one home folder."""

    def __init__(self, shelf: Shelf, embeddings: PassageEmbeddings, debate: Debate, *, dossier: bool, keep: int) -> None:
        self._shelf, self._embeddings, self._debate = shelf, embeddings, debate
        self._dossier, self._keep = dossier, keep
        self._recipe = hashlib.sha256(f"{PIPELINE_VERSION} {VERSION} {debate!r}".encode()).hexdigest()

    def run(self, wish: Wish, progress: Progress | None = None) -> Receipt:
        """Do what is wished, publish a new edition if anything changed, and say what was done.

        Raises:
            BusyError: another ingest is running.
            UsageError: a document to remove does not exist, or a sync would empty everything.
            UnavailableError: the disk or the model failed; nothing is published then.
        """
        started = time.monotonic()
        with self._shelf.lock():
            try:
                receipt = self._run(wish, progress)
            except (OSError, sqlite3.Error) as error:
                raise UnavailableError(
                    f"The new edition could not be written in {str(self._shelf.home)!r} ({_in_words(error)}). "
                    "Nothing was published; free some room or check the rights, and try again."
                ) from error
        receipt.seconds = round(time.monotonic() - started, 2)
        return receipt

    def _run(self, wish: Wish, progress: Progress | None) -> Receipt:
        base = find_base(self._shelf, self._embeddings.model)
        with closing(self._shelf.open_catalog(base.info)) if base else nullcontext() as before:
            receipt, holdings = Receipt(), Holdings(before.entries() if before else [])
            away = before.removed_places() if before else frozenset()
            away |= _removed(wish, holdings, self._debate, receipt)
            jobs = self._plan(wish, holdings, receipt, away, everything=base is not None and not base.can_fork)
            with Draft(self._shelf, self._embeddings, base, progress) as draft, closing(self._outcomes(jobs, before)) as outcomes:
                ledger = Ledger(holdings, receipt, before, jobs)
                is_changed = base is not None and not base.is_current
                for job, outcome in outcomes:
                    made = ledger.settle(job, outcome)
                    if not wish.dry_run:
                        is_changed |= _relabel(draft, ledger, holdings)
                        is_changed |= _put(draft, made)
                self._require_caveat(holdings, receipt)
                receipt.removed = holdings.gone()
                if not wish.dry_run and (_relabel(draft, ledger, holdings) or receipt.removed or is_changed):
                    draft.publish(receipt.removed, away, self._keep, receipt)
                elif base:
                    receipt.documents, receipt.passages, receipt.edition = base.info.documents, base.info.passages, base.info.number
        return receipt

    def _plan(self, wish: Wish, holdings: Holdings, receipt: Receipt, away: frozenset[str], *, everything: bool) -> list[Job]:
        """What has to be read; `everything` makes what stays anew too."""
        survey = Survey(holdings, self._recipe, receipt)
        dossier = self._dossier_origins(away)
        wanted = {origin.place for origin in dossier}
        for place in holdings.places():
            if place.startswith(DOSSIER_PLACE) and place not in wanted:
                holdings.leave(place)
        passed_over: Counter[str] = Counter()
        survey.look_at([*dossier, *find_origins(_all_paths(wish), passed_over, wish.sync), *wish.fetched], wish.given)
        receipt.passed_over = dict(passed_over)
        if wish.sync:
            if wish.sync.is_file():
                raise UsageError(f"{str(wish.sync)!r} is a file and no folder. Ingest it without --sync.")
            survey.miss(wish.sync.expanduser().resolve(), may_empty=wish.may_empty)
        planned = {job.entry.source_id for job in survey.jobs}
        stale = [
            each for each in holdings.entries() if each.source_id not in planned and (everything or each.recipe != self._recipe)
        ]
        return [*survey.jobs, *(remade(entry, self._recipe) for entry in stale)]

    def _require_caveat(self, holdings: Holdings, receipt: Receipt) -> None:
        """No edition without the document that the caveat can always be had from."""
        place = DOSSIER_PLACE + self._debate.caveat_document
        if holdings.at(place) is None:
            path = next(str(origin.path) for origin in debate_origins(self._debate) if origin.place == place)
            reason = next((refusal.reason for refusal in receipt.refused if refusal.place == place), "it cannot be read")
            raise UsageError(f"The caveat document {path!r} cannot be used: {reason}.")

    def _dossier_origins(self, away: frozenset[str]) -> list[Origin]:
        pinned = DOSSIER_PLACE + self._debate.caveat_document
        ours = debate_origins(self._debate)
        return [origin for origin in ours if origin.place == pinned or (self._dossier and origin.place not in away)]

    def _outcomes(self, jobs: Sequence[Job], before: Catalog | None) -> Generator[tuple[Job, Outcome]]:
        """Every job with what came of it: bundled documents are read here, the others in processes of their own."""
        is_bundled = self._debate.documents is None
        is_ours = [is_bundled and job.request.origin.is_dossier and job.fate is not Fate.REMADE for job in jobs]
        ours, theirs = (list(compress(jobs, chosen)) for chosen in (is_ours, map(not_, is_ours)))
        requests = (_with_text(job, before) for job in theirs)
        with closing(Readers(self._debate)) as readers, readers.read_all(requests) as outcomes:
            for job in ours:
                yield job, _read_here(job.request, self._debate)
            for job, (request, outcome) in zip(theirs, outcomes, strict=True):
                is_lost = job.fate is Fate.REMADE and isinstance(outcome, RefusedError)
                yield job, _read_here(request, self._debate) if is_lost else outcome


def _read_here(request: Request, debate: Debate) -> Outcome:
    try:
        return read(request, debate)
    except RefusedError as error:
        return error


def _with_text(job: Job, before: Catalog | None) -> Request:
    """What is needed to make a document anew is its stored text."""
    if job.fate is not Fate.REMADE or before is None:
        return job.request
    return replace(job.request, stored=before.document(job.entry.source_id))


def _put(draft: Draft, made: Made | None) -> bool:
    if made is not None:
        draft.builder.put(made.document, made.entry, made.passages)
    return made is not None


def _relabel(draft: Draft, ledger: Ledger, holdings: Holdings) -> bool:
    """Write down which documents are at other places, before others take those places; says whether there were any."""
    moved = holdings.moved()
    for entry in moved:
        draft.builder.relabel(ledger.placed(entry), entry)
    return bool(moved)


def resolve_id(wanted: str, ids: Iterable[str]) -> str:
    """The one id that is meant: the id itself, or its only completion.

    Raises:
        UsageError: none, or more than one.
    """
    found = sorted(each for each in ids if each == wanted) or sorted(each for each in ids if each.startswith(wanted))
    if len(found) != 1:
        why = f"could be {', '.join(found[:5])}" if found else "is not there"
        raise UsageError(f"The document {wanted!r} {why}. See `kanttekening sources`.")
    return found[0]


def _removed(wish: Wish, holdings: Holdings, debate: Debate, receipt: Receipt) -> frozenset[str]:
    """Let go of the documents that are to be removed; returns the places of those that came with the debate.

    The receipt hears which of their files are still there.

    Raises:
        UsageError: one of them is not there, could be several, or holds the pinned caveat.
    """
    places: set[str] = set()
    for source_id in {resolve_id(wanted, holdings.ids) for wanted in wish.remove}:
        if source_id == debate.caveat_document:
            raise UsageError(f"{source_id!r} holds the caveat that every answer shows; it cannot be removed.")
        contents = holdings.entry(source_id).contents
        places |= {place for place in contents if place.startswith(DOSSIER_PLACE)}
        receipt.still_there += [Placed(source_id, place) for place in contents if Path(place).is_absolute() and not is_gone(place)]
        holdings.drop(source_id)
    return frozenset(places)


def _in_words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _all_paths(wish: Wish) -> list[Path]:
    return [*wish.paths, *([wish.sync] if wish.sync else [])]
