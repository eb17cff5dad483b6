"""One ingest: what is new, changed, unchanged and gone; a new edition when anything is; the receipt."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.base import Base, find_base
from ingest.building import EditionBuilder, Progress
from ingest.extraction import RefusedError
from ingest.lint import mark_suspicious
from ingest.loaders import (
    DOSSIER_PLACE,
    Metadata,
    Origin,
    dossier_origins,
    find_origins,
    load,
    merge,
)
from ingest.oversight import states_oversight
from ingest.splitting import group_passages, split_sentences
from ingest.voices import attribute_voices
from vectorstore.catalog import Catalog, Entry
from vectorstore.debate import Debate
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.errors import UnavailableError, UsageError
from vectorstore.passages import Document, Passage
from vectorstore.version import VERSION

PIPELINE_VERSION = 1
"""Raise it when sentences, voices or passages come out otherwise: the next ingest then reads every document anew."""


Known = Mapping[str, Entry]
"""By place."""
Made = tuple[Document, Entry]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that was not ingested, and why."""

    place: str
    reason: str


@dataclass(slots=True)
class Receipt:
    """What an ingest did; lists hold source ids. `edition` is None where nothing is published, as in a dry run.

    `built_on` is the earlier edition that this one was built on because the current one was damaged, else None.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    seconds: float = 0.0
    documents: int = 0
    passages: int = 0
    embeddings: int = 0
    edition: int | None = None
    published: bool = False
    built_on: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an ingest is to do: documents at `paths` in, `remove` out, and with `sync` what is gone from that folder too."""

    paths: Sequence[Path] = ()
    given: Metadata = field(default_factory=Metadata)
    remove: Sequence[str] = ()
    sync: Path | None = None
    may_empty: bool = False
    dry_run: bool = False


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
        receipt = Receipt()
        base = find_base(self._shelf, self._embeddings.model)
        before = self._shelf.open_catalog(base.info) if base else None
        try:
            known = before.entries() if before else {}
            away = before.removed_places() if before else frozenset()
            todo = self._compare(wish, known, away, receipt)
            gone = self._gone(wish, known, away, receipt)
            kept = [entry for place, entry in known.items() if entry.source_id not in gone and place not in todo]
            stale = self._stale(before, kept, everything=base is not None and not base.can_fork) if before else []
        finally:
            if before:
                before.close()
        is_current = base is not None and base.is_current and base.can_fork
        if wish.dry_run or (is_current and not (todo or gone or stale)):
            if base:
                receipt.documents, receipt.passages, receipt.edition = base.info.documents, base.info.passages, base.info.number
            return receipt
        removed = _wish_ids(wish, known)
        away |= {place for place, entry in known.items() if place.startswith(DOSSIER_PLACE) and entry.source_id in removed}
        return self._publish([*stale, *todo.values()], gone, away, base, receipt, progress)

    def _compare(self, wish: Wish, known: Known, away: frozenset[str], receipt: Receipt) -> dict[str, Made]:
        """The documents that are new or changed, by place; a file whose bytes are the same is not read again."""
        todo: dict[str, Made] = {}
        for found in [*self._dossier_origins(away), *find_origins(_all_paths(wish))]:
            if not isinstance(found, Origin):
                receipt.refused.append(Refusal(found[0], str(found[1])))
                continue
            is_dossier = found.place.startswith(DOSSIER_PLACE)
            earlier = known.get(found.place)
            given = Metadata() if is_dossier else merge(wish.given, Metadata(**earlier.given) if earlier else Metadata())
            try:
                data = found.read()
                fingerprint = self._fingerprint(data, given)
                if earlier is None or earlier.fingerprint != fingerprint:
                    document = load(found, given, self._debate, data)
                    todo[found.place] = document, Entry(document.source.id, fingerprint, given.said())
            except RefusedError as error:
                receipt.refused.append(Refusal(found.place, str(error)))
                continue
            if found.place in todo:
                (receipt.changed if earlier else receipt.added).append(todo[found.place][1].source_id)
            elif earlier and not is_dossier:
                receipt.unchanged.append(earlier.source_id)
        return todo

    def _dossier_origins(self, away: frozenset[str]) -> list[Origin]:
        pinned = DOSSIER_PLACE + self._debate.caveat_document
        return [origin for origin in dossier_origins() if origin.place == pinned or (self._dossier and origin.place not in away)]

    def _gone(self, wish: Wish, known: Known, away: frozenset[str], receipt: Receipt) -> list[str]:
        """The ids of the documents to take out."""
        gone = _wish_ids(wish, known)
        if self._debate.caveat_document in gone:
            raise UsageError(f"{self._debate.caveat_document!r} holds the caveat that every answer shows; it cannot be removed.")
        wanted = {origin.place for origin in self._dossier_origins(away)}
        gone += [entry.source_id for place, entry in known.items() if place.startswith(DOSSIER_PLACE) and place not in wanted]
        if wish.sync:
            gone += _gone_from_folder(wish, known)
        receipt.removed = sorted(set(gone))
        return receipt.removed

    def _stale(self, before: Catalog, kept: Sequence[Entry], *, everything: bool) -> list[Made]:
        """Documents that stay but are made anew from their stored texts: all, or those that are read otherwise by now."""
        made = []
        for entry in kept:
            recipe, _, content = entry.fingerprint.partition(":")
            if (everything or recipe != self._recipe) and (document := before.document(entry.source_id)):
                made.append((document, replace(entry, fingerprint=f"{self._recipe}:{content}")))
        return made

    def _publish(  # each is a part of the one step
        self,
        documents: Iterable[Made],
        gone: Sequence[str],
        away: frozenset[str],
        base: Base | None,
        receipt: Receipt,
        progress: Progress | None,
    ) -> Receipt:
        folder = self._shelf.start_building()
        fork = self._shelf.folder(base.info) if base and base.can_fork else None
        try:
            builder = EditionBuilder(folder, self._embeddings, fork)
            try:
                for source_id in gone if fork else ():
                    builder.remove(source_id)
                for document, entry in documents:
                    builder.put(document, entry, self._passages(document))
                builder.catalog.keep_away(away)
                receipt.documents, receipt.passages, receipt.embeddings = builder.finish(progress)
            finally:
                builder.close()
            info = self._shelf.publish(folder, receipt.documents, receipt.passages, self._embeddings.model, self._keep)
        except BaseException:
            self._shelf.discard(folder)
            raise
        receipt.edition, receipt.published = info.number, True
        receipt.built_on = base.info.number if base and not base.is_current else None
        return receipt

    def _passages(self, document: Document) -> list[Passage]:
        sentences = attribute_voices(document, split_sentences(document), self._debate)
        is_pinned = document.source.place == DOSSIER_PLACE + self._debate.caveat_document
        marked = [
            replace(sentence, oversight=_states_caveat(document, document.text[sentence.start : sentence.end], is_pinned=is_pinned))
            for sentence in sentences
        ]
        return group_passages(document, mark_suspicious(document, marked))

    def _fingerprint(self, data: bytes, given: Metadata) -> str:
        """What a document is made with, and what it is made from."""
        return f"{self._recipe}:{hashlib.sha256(data + json.dumps(given.said()).encode()).hexdigest()}"


def _states_caveat(document: Document, text: str, *, is_pinned: bool) -> bool:
    """Whether a sentence can be a caveat; what the dossier says of itself ("Kanttekening heeft … niet gelezen") is none."""
    is_about_itself = document.source.after is not None or is_pinned
    if is_about_itself and document.source.publisher and text.startswith(document.source.publisher):
        return False
    return is_pinned or states_oversight(text)


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


def _wish_ids(wish: Wish, known: Known) -> list[str]:
    """The ids of the documents that a wish names for removal.

    Raises:
        UsageError: one of them is not there, or could be several.
    """
    ids = {entry.source_id for entry in known.values()}
    return [resolve_id(wanted, ids) for wanted in wish.remove]


def _gone_from_folder(wish: Wish, known: Known) -> list[str]:
    """What came from the folder and is no longer there; a file that is there but refused keeps its old text."""
    folder = (wish.sync or Path()).expanduser().resolve()
    inside = {place: entry.source_id for place, entry in known.items() if Path(place).is_relative_to(folder)}
    gone = {place: source_id for place, source_id in inside.items() if not Path(place).exists()}
    is_empty = not any(isinstance(found, Origin) for found in find_origins([folder]))
    if gone and is_empty and not wish.may_empty:
        raise UsageError(f"{str(folder)!r} no longer holds any of its {len(gone)} documents. Say --yes to remove them all.")
    return list(gone.values())


def _in_words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _all_paths(wish: Wish) -> list[Path]:
    return [*wish.paths, *([wish.sync] if wish.sync else [])]
