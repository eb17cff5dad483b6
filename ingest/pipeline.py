"""One ingest: what is new, changed, unchanged and gone; a new edition when anything is; the receipt."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ingest.building import EditionBuilder, Progress
from ingest.extraction import RefusedError
from ingest.loaders import (
    DOSSIER_PLACE,
    Metadata,
    Origin,
    dossier_origins,
    find_origins,
    load,
)
from ingest.oversight import states_oversight
from ingest.splitting import group_passages, split_sentences
from ingest.voices import attribute_voices
from vectorstore.catalog import Catalog
from vectorstore.debate import Debate
from vectorstore.edition import EditionInfo
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.errors import NoEditionError, UnavailableError, UsageError
from vectorstore.passages import Document, Passage

PIPELINE_VERSION = 1
"""Raise it when sentences, voices or passages come out otherwise: the next ingest then reads every document anew."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that was not ingested, and why."""

    place: str
    reason: str


@dataclass(slots=True)
class Receipt:
    """What an ingest did; lists hold source ids. `edition` is None where nothing is published, as in a dry run."""

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
        self._recipe = f"{PIPELINE_VERSION} {_program_version()} {debate!r}"

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
            except OSError as error:
                raise UnavailableError(
                    f"The new edition could not be written in {str(self._shelf.home)!r} ({error.strerror or error}). "
                    "Nothing was published; free some room or check the rights, and try again."
                ) from error
        receipt.seconds = round(time.monotonic() - started, 2)
        return receipt

    def _run(self, wish: Wish, progress: Progress | None) -> Receipt:
        receipt = Receipt()
        base = self._base()
        before = self._catalog(base)
        try:
            known = before.fingerprints() if before else {}
            todo = self._compare(wish, known, receipt)
            gone = self._gone(wish, known, receipt)
            rebuild = self._rebuilt(base, before, known, todo, gone)
        finally:
            if before:
                before.close()
        nothing_new = not (todo or gone or rebuild) and base is not None
        if wish.dry_run or nothing_new:
            if base:
                receipt.documents, receipt.passages, receipt.edition = base.documents, base.passages, base.number
            return receipt
        return self._publish([*rebuild, *todo], gone, base, receipt, progress)

    def _base(self) -> EditionInfo | None:
        try:
            return self._shelf.current()
        except NoEditionError:
            return None

    def _catalog(self, base: EditionInfo | None) -> Catalog | None:
        return self._shelf.open_catalog(base) if base else None

    def _compare(self, wish: Wish, known: dict[str, tuple[str, str]], receipt: Receipt) -> list[tuple[Document, str]]:
        """The documents that are new or changed, each with its fingerprint."""
        todo: dict[str, tuple[Document, str]] = {}
        for found in [*self._dossier_origins(), *find_origins(_all_paths(wish))]:
            if not isinstance(found, Origin):
                receipt.refused.append(Refusal(found[0], str(found[1])))
                continue
            is_dossier = found.place.startswith(DOSSIER_PLACE)
            try:
                document = load(found, Metadata() if is_dossier else wish.given, self._debate)
            except RefusedError as error:
                receipt.refused.append(Refusal(found.place, str(error)))
                continue
            fingerprint = self._fingerprint(document)
            source_id, earlier = known.get(found.place, (document.source.id, None))
            if earlier == fingerprint:
                if not is_dossier:
                    receipt.unchanged.append(source_id)
            else:
                todo[found.place] = (document, fingerprint)
                (receipt.changed if earlier else receipt.added).append(document.source.id)
        return list(todo.values())

    def _dossier_origins(self) -> list[Origin]:
        pinned = DOSSIER_PLACE + self._debate.caveat_document
        return [origin for origin in dossier_origins() if self._dossier or origin.place == pinned]

    def _gone(self, wish: Wish, known: dict[str, tuple[str, str]], receipt: Receipt) -> list[str]:
        """The ids of the documents to take out."""
        ids = {source_id for source_id, _ in known.values()}
        gone = [resolve_id(wanted, ids) for wanted in wish.remove]
        if self._debate.caveat_document in gone:
            raise UsageError(f"{self._debate.caveat_document!r} holds the caveat that every answer shows; it cannot be removed.")
        wanted_dossier = {origin.place for origin in self._dossier_origins()}
        gone += [
            source_id for place, (source_id, _) in known.items() if place.startswith(DOSSIER_PLACE) and place not in wanted_dossier
        ]
        if wish.sync:
            gone += self._gone_from_folder(wish, known)
        receipt.removed = sorted(set(gone))
        return receipt.removed

    def _gone_from_folder(self, wish: Wish, known: dict[str, tuple[str, str]]) -> list[str]:
        """What came from the folder and is no longer there; a file that is there but refused keeps its old text."""
        folder = (wish.sync or Path()).expanduser().absolute()
        gone = {
            place: source_id
            for place, (source_id, _) in known.items()
            if Path(place).is_relative_to(folder) and not Path(place).exists()
        }
        left = [place for place in known if Path(place).is_relative_to(folder) and place not in gone]
        if gone and not left and not wish.may_empty:
            raise UsageError(f"{str(folder)!r} no longer holds any of its {len(gone)} documents. Say --yes to remove them all.")
        return list(gone.values())

    def _rebuilt(
        self,
        base: EditionInfo | None,
        before: Catalog | None,
        known: dict[str, tuple[str, str]],
        todo: Sequence[tuple[Document, str]],
        gone: Sequence[str],
    ) -> list[tuple[Document, str]]:
        """The other documents, from their stored texts, where another model or another way of reading asks for it."""
        if base is None or before is None:
            return []
        taken = {document.source.place for document, _ in todo}
        rebuilt = []
        for place, (source_id, fingerprint) in known.items():
            if source_id in gone or place in taken:
                continue
            document = before.document(source_id)
            if document and (base.model != self._embeddings.model or self._fingerprint(document) != fingerprint):
                rebuilt.append((document, self._fingerprint(document)))
        return rebuilt

    def _publish(
        self,
        documents: Iterable[tuple[Document, str]],
        gone: Sequence[str],
        base: EditionInfo | None,
        receipt: Receipt,
        progress: Progress | None,
    ) -> Receipt:
        folder = self._shelf.start_building()
        can_fork = base is not None and base.model == self._embeddings.model
        try:
            builder = EditionBuilder(folder, self._embeddings, self._shelf.folder(base) if base and can_fork else None)
            try:
                for source_id in gone:
                    builder.remove(source_id)
                for document, fingerprint in documents:
                    builder.put(document, fingerprint, self._passages(document))
                receipt.documents, receipt.passages, receipt.embeddings = builder.finish(progress)
            finally:
                builder.close()
            info = self._shelf.publish(folder, receipt.documents, receipt.passages, self._embeddings.model, self._keep)
        except BaseException:
            self._shelf.discard(folder)
            raise
        receipt.edition, receipt.published = info.number, True
        return receipt

    def _passages(self, document: Document) -> list[Passage]:
        sentences = attribute_voices(document, split_sentences(document), self._debate)
        is_pinned = document.source.place == DOSSIER_PLACE + self._debate.caveat_document
        marked = [
            replace(sentence, oversight=_states_caveat(document, document.text[sentence.start : sentence.end], is_pinned=is_pinned))
            for sentence in sentences
        ]
        return group_passages(document, marked)

    def _fingerprint(self, document: Document) -> str:
        return hashlib.sha256(
            f"{self._recipe}\0{asdict(document.source)}\0{document.sections}\0{document.text}".encode()
        ).hexdigest()


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


def _all_paths(wish: Wish) -> list[Path]:
    return [*wish.paths, *([wish.sync] if wish.sync else [])]


def _program_version() -> str:
    try:
        return version("kanttekening")
    except PackageNotFoundError:
        return "source"
