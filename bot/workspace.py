"""Everything that answers and ingests, put together from the settings, each part when it is first asked for."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.blocks import printable
from bot.loading import loading, settings_of
from bot.screen import Screen
from bot.texts import check_texts
from vectorstore.debate import Debate, load_debate
from vectorstore.embeddings import BUNDLED, PassageEmbeddings, load_embeddings
from vectorstore.errors import BusyError, DamagedEditionError, NoEditionError, UsageError
from vectorstore.languages import Language

if TYPE_CHECKING:
    from bot.explainer import Explainer
    from bot.generative import ModelExplainer
    from bot.memory import Memory
    from bot.model_accounts import ModelAccounts
    from ingest.origins import Found
    from ingest.purging import PurgeReceipt as PurgeReceipt  # noqa: PLC0414  # for the commands, which do not know the ingest
    from ingest.receipt import Receipt as Receipt  # noqa: PLC0414  # likewise
    from ingest.receipt import Remark as Remark  # noqa: PLC0414  # likewise
    from ingest.receipt import Wish
    from ingest.rewriting import VacuumReceipt as VacuumReceipt  # noqa: PLC0414  # likewise
    from ingest.uploads import Upload
    from vectorstore.catalog import Catalog
    from vectorstore.edition import EditionInfo, EditionReader
    from vectorstore.editions import Shelf

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How an ingest is done: `sync` names a folder to be equal to, `official` asks for the official documents too."""

    sync: Path | None = None
    official: bool = False
    may_empty: bool = False
    may_visit_private: bool = False
    dry_run: bool = False


class Workspace:
    """What the commands of the terminal work with."""

    def __init__(self, notices: Screen, **flags: object) -> None:
        """`notices` is told what takes long; `flags` win from the settings of the same names.

        Raises:
            UsageError: a setting, or the debate file, cannot be used.
        """
        self.settings = settings_of(flags)
        self.debate: Debate = load_debate(self.settings.debate)
        check_texts(self.debate)
        self._notices = notices

    @property
    def language(self) -> Language | None:
        """The language that is set for answers; None follows the question."""
        return None if self.settings.language == "auto" else self.settings.language

    @cached_property
    def shelf(self) -> "Shelf":
        """The editions."""
        from vectorstore.editions import Shelf
        from vectorstore.site import site_of

        return Shelf(self.settings.home_dir, site=site_of(self.settings))

    @cached_property
    def memory(self) -> "Memory":
        """What is remembered of conversations and people."""
        from bot.memory import memory_in
        from bot.settings import load_front_settings

        return memory_in(self.settings.home_dir, load_front_settings())

    @cached_property
    def explainer(self) -> "Explainer":
        """Answers questions; where nothing was ever ingested, or by an earlier bundled model, an edition is built before."""
        with loading(self.settings.embedding_model) as model:
            from bot.explainer import Explainer  # noqa: F401  # while the model is read
            from vectorstore.edition import EditionReader

            embeddings = model.result()
        self.embeddings = embeddings
        self._prepare_edition()
        return self._explainer(EditionReader(self.shelf, embeddings.model))

    @cached_property
    def model_explainer(self) -> "ModelExplainer | None":
        """Answers questions with the language model that is set; None where none is."""
        from bot.model_settings import load_model_settings

        if load_model_settings().chat_model is None:
            return None
        from bot.chat_model import ChatModel
        from bot.generative import ModelExplainer

        model = ChatModel(load_model_settings())  # it loads while the edition is opened
        return ModelExplainer(self.explainer, model, self.model_accounts)

    @cached_property
    def model_accounts(self) -> "ModelAccounts":
        """What is kept of the work of a language model."""
        from bot.model_accounts import model_accounts_in
        from bot.settings import load_front_settings

        return model_accounts_in(self.settings.home_dir, load_front_settings(), vars(self).get("memory"))

    def explainer_of(self, info: "EditionInfo") -> "Explainer":
        """Answers questions from one edition, whichever is current."""
        return self._explainer(self._reader_of(info))

    @contextmanager
    def explaining(self, info: "EditionInfo") -> "Iterator[Explainer]":
        """The same, for as long as the block runs: the edition is closed then."""
        reader = self._reader_of(info)
        try:
            yield self._explainer(reader)
        finally:
            reader.close()

    def _reader_of(self, info: "EditionInfo") -> "EditionReader":
        from vectorstore.edition import EditionReader, PinnedEdition

        return EditionReader(PinnedEdition(self.shelf, info), self.embeddings.model)

    def _explainer(self, reader: "EditionReader") -> "Explainer":
        from bot.explainer import Explainer
        from vectorstore.retrieval import Retriever

        return Explainer(reader, Retriever(self.embeddings, self.debate), self.debate, self.language)

    @cached_property
    def embeddings(self) -> PassageEmbeddings:
        """The embedding model that is set."""
        return load_embeddings(self.settings.embedding_model)

    @contextmanager
    def catalog(self) -> "Iterator[tuple[EditionInfo, Catalog]]":
        """The current edition and its documents, without its indexes."""
        info = self.shelf.current()
        catalog = self.shelf.open_catalog(info)
        try:
            yield info, catalog
        finally:
            catalog.close()

    def ingest(self, paths: Sequence[str], given: Mapping[str, str | None], options: "IngestOptions") -> "Receipt":
        """Add or update documents at paths and web addresses; `given` holds what the options say of them."""
        from ingest.addresses import is_web_address

        fetches = options.official or any(map(is_web_address, paths))
        try:
            return self._run(self.wish(paths, given, options))
        finally:
            if fetches:
                self.sweep_copies()

    def wish(
        self, paths: Sequence[str], given: Mapping[str, str | None], options: "IngestOptions", uploads: "Sequence[Upload]" = ()
    ) -> "Wish":
        """What an ingest is to do; what is at web addresses is fetched for it."""
        from ingest.addresses import is_web_address
        from ingest.metadata import Metadata
        from ingest.receipt import Wish
        from ingest.uploads import found_in, uploads_folder

        addresses = [path for path in paths if is_web_address(path)]
        return Wish(
            paths=[Path(path) for path in paths if path not in addresses],
            given=Metadata(**given),
            sync=options.sync,
            may_empty=options.may_empty,
            dry_run=options.dry_run,
            fetched=[*self._fetched(addresses, options), *found_in(uploads, uploads_folder(self.shelf.home))],
        )

    def sweep_copies(self) -> int:
        """Keep no copy of a page, and no uploaded file, that no edition has; returns how many files went."""
        from ingest.keeping import sweep_kept

        return sweep_kept(self.shelf)

    def _fetched(self, addresses: Sequence[str], options: "IngestOptions") -> "Sequence[Found]":
        if not (addresses or options.official):
            return []
        from ingest.fetching import WebPlaces, fetch

        places, private = WebPlaces.of(self.shelf.home), options.may_visit_private
        return fetch(addresses, places, self.debate, self._notices.line, official=options.official, may_visit_private=private)

    def changes(self, folder: Path) -> "Iterator[None]":
        """Once now, and again whenever something in a folder has changed."""
        from ingest.watching import changes

        try:
            yield from changes(folder.expanduser().resolve(), self.shelf.home)
        except FileNotFoundError as error:
            raise UsageError(f"There is no folder {str(folder)!r} to watch.") from error

    def remarks(self, ids: Sequence[str]) -> "list[Remark]":
        """What there is to be looked at in documents, or in all of them where none is named."""
        from ingest.report import report

        with self.catalog() as (_, catalog):
            chosen = {self.source_id(each, catalog) for each in ids} or catalog.sources_by_id().keys()
            return list(report(catalog, chosen))

    def remove(self, ids: Sequence[str], *, dry_run: bool) -> "Receipt":
        """Remove documents, each by its id or the beginning of it."""
        from ingest.receipt import Wish

        return self._run(Wish(remove=ids, dry_run=dry_run))

    def purge(self, ids: Sequence[str], *, dry_run: bool) -> "PurgeReceipt":
        """Take documents out of every edition and off the disk, each by its id or the beginning of it."""
        from ingest.keeping import forget_kept, is_kept
        from ingest.purging import Purge

        purge = Purge(
            self.shelf,
            pinned=self.debate.caveat_document,
            keep=self.settings.keep_editions,
            forget=lambda source: forget_kept(source, self.shelf),
        )
        receipt = purge.run(ids, dry_run=dry_run)
        receipt.still_there = [each for each in receipt.still_there if not is_kept(each.place, self.shelf)]
        if not dry_run:
            receipt.files_deleted += self.sweep_copies()
        return receipt

    def vacuum(self, *, dry_run: bool) -> "VacuumReceipt":
        """Sweep what is left over, and write the current edition as small as it can be."""
        from ingest.rewriting import vacuum

        if not dry_run:
            self.sweep_copies()
        return vacuum(self.shelf, keep=self.settings.keep_editions, dry_run=dry_run)

    def source_id(self, wanted: str, catalog: "Catalog") -> str:
        """The id of the one document that an id, or the beginning of one, stands for."""
        from ingest.pipeline import resolve_id

        return resolve_id(wanted, [source.id for source in catalog.sources()])

    def _run(self, wish: "Wish") -> "Receipt":
        return self.run_on(self.shelf, wish)

    def run_on(self, shelf: "Shelf", wish: "Wish") -> "Receipt":
        """Do an ingest on a shelf, of which the home is this one's."""
        from ingest.pipeline import Pipeline

        settings = self.settings
        pipeline = Pipeline(shelf, self.embeddings, self.debate, dossier=settings.dossier == "on", keep=settings.keep_editions)
        with self._notices.progress("Embedding") as progress:
            return pipeline.run(wish, progress)

    def _prepare_edition(self) -> None:
        """Another process may be doing the same: whoever has the lock builds, the others wait until it lets go."""
        self.shelf.tidy()
        if not (reason := self._needs_edition()):
            return
        from ingest.receipt import Wish

        self._notices.line(reason)
        while self._needs_edition():
            try:
                receipt = self._run(Wish())
                for refusal in receipt.refused:
                    self._notices.line(printable(f"Refused {refusal.place!r}: {refusal.reason}."))
            except BusyError:
                time.sleep(_POLL_SECONDS)

    def _needs_edition(self) -> str | None:
        """Why an edition has to be built before a question can be answered, in one sentence; None where it need not."""
        home = str(self.shelf.home)
        try:
            current = self.shelf.current()
        except NoEditionError:
            documents = self.debate.documents
            source = f"the documents in {str(documents)!r}" if documents else "the bundled dossier"
            return f"There is no edition in {home!r} yet: building the first one from {source}."
        except DamagedEditionError:
            return None  # whoever opens it says so
        # Whoever sets another model is told to ingest; whoever only updated the program has chosen nothing.
        if current.model.name == self.embeddings.model.name == BUNDLED and current.model != self.embeddings.model:
            return f"Edition {current.number} in {home!r} was made with an earlier bundled model: building it anew from its texts."
        return None
