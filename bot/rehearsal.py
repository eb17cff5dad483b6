"""What an operator sees before documents go live: the next edition is made, is asked a few questions, and waits for a yes.

Nobody else sees anything of it. `publish` publishes exactly what was rehearsed, `discard` leaves nothing of it.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.samples import Sample, questions_about, take_samples
from bot.workspace import IngestOptions, Workspace
from ingest.keeping import settle
from ingest.origins import DOSSIER_PLACE
from ingest.receipt import Receipt, Wish
from ingest.uploads import Upload, is_uploaded, stage, uploads_folder
from vectorstore.editions import Shelf
from vectorstore.errors import EditionError, UnavailableError, UsageError
from vectorstore.rehearsed import RehearsalShelf, Rehearsed, discard_rehearsed, publish_rehearsed

if TYPE_CHECKING:
    from bot.explainer import Explainer
    from vectorstore.catalog import Catalog
    from vectorstore.edition import EditionInfo

__all__ = ["Rehearsal", "Upload", "discard", "publish", "rehearse", "restore_previous"]

_NOTHING: Mapping[str, str | None] = MappingProxyType({})
_HERE = IngestOptions()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an ingest would do: its receipt, three questions before and after, and the edition that it would publish.

    `rehearsed` is None where nothing would change: there is nothing to publish then, and no samples. `titles` has those of
    the documents in the receipt by their ids. `is_anew` says that it takes the place of a rehearsal that could not be
    published any more, because another edition was published in between.
    """

    receipt: Receipt
    samples: tuple[Sample, ...]
    titles: Mapping[str, str]
    rehearsed: Rehearsed | None = field(repr=False)
    wish: Wish = field(repr=False)
    uploads: tuple[Upload, ...] = field(repr=False)
    is_anew: bool = False

    @property
    def can_be_published(self) -> bool:
        """Whether there is anything to publish."""
        return self.rehearsed is not None


def rehearse(
    workspace: Workspace,
    paths: Sequence[str] = (),
    given: Mapping[str, str | None] = _NOTHING,
    options: IngestOptions = _HERE,
    *,
    uploads: Sequence[Upload] = (),
) -> Rehearsal:
    """See what an ingest of paths, web addresses and documents that were sent would do; `given` is what is said of them all.

    A path is one on this machine: what somebody else wrote is only to be handed over here where it is a web address.

    Raises:
        BusyError: another ingest is running.
        UsageError: it asks for what cannot be done.
        UnavailableError: the disk or the model failed.
    """
    rehearsal = None
    try:
        rehearsal = _rehearsed(workspace, workspace.wish(paths, given, options, uploads), tuple(uploads))
        return rehearsal
    finally:
        if rehearsal is None or not rehearsal.can_be_published:
            _sweep(workspace)


def publish(workspace: Workspace, rehearsal: Rehearsal) -> Receipt | Rehearsal:
    """Publish what was rehearsed, and keep the files that were sent; returns the receipt.

    Where another edition was published since, or a document was purged, nothing is published: what is returned is the
    rehearsal of the same documents, as they were sent or fetched, on what is current now.

    Raises:
        BusyError: another ingest is running; the rehearsal can still be published.
        UsageError: there is nothing to publish.
        UnavailableError: the disk failed.
    """
    rehearsed = rehearsal.rehearsed
    if rehearsed is None:
        raise UsageError("Nothing would change, so there is nothing to publish. Send another document.")
    with workspace.shelf.lock():
        info = _publish(workspace, rehearsal, rehearsed)
    if info is not None:
        _sweep(workspace)
        return replace(rehearsal.receipt, edition=info.number, published=True)
    discard(workspace, rehearsal)
    return replace(_rehearsed(workspace, rehearsal.wish, rehearsal.uploads), is_anew=True)


def discard(workspace: Workspace, rehearsal: Rehearsal) -> None:
    """Take away everything that was made for a rehearsal; of one that was published all stays."""
    if rehearsal.rehearsed is not None:
        discard_rehearsed(workspace.shelf, rehearsal.rehearsed)
    _sweep(workspace)


def restore_previous(workspace: Workspace) -> tuple[int, int]:
    """Go back one edition; returns the number of the one that answered, and of the one that answers now.

    Raises:
        BusyError: an ingest is running.
        UsageError: there is none to go back to.
        EditionError: nothing was ever published.
    """
    return workspace.shelf.restore_previous()


def _rehearsed(workspace: Workspace, wish: Wish, uploads: tuple[Upload, ...]) -> Rehearsal:
    shelf = RehearsalShelf(workspace.shelf.home, site=workspace.shelf.site)
    receipt = _with_names(workspace.run_on(shelf, wish), uploads_folder(shelf.home))
    try:
        rehearsal = Rehearsal(receipt, (), {}, shelf.rehearsed, wish, uploads)
        return _sampled(workspace, rehearsal, shelf.rehearsed) if shelf.rehearsed else rehearsal
    except BaseException:
        if shelf.rehearsed:
            discard_rehearsed(shelf, shelf.rehearsed)
        raise


def _with_names(receipt: Receipt, folder: Path) -> Receipt:
    """A receipt that calls what was sent by its name: whoever sent it never heard of the place that it has here."""

    def name(place: str) -> str:
        return Path(place).name if is_uploaded(place, folder) else place

    return replace(
        receipt,
        refused=[replace(each, place=name(each.place)) for each in receipt.refused],
        copies=[replace(each, place=name(each.place)) for each in receipt.copies],
    )


def _sampled(workspace: Workspace, rehearsal: Rehearsal, rehearsed: Rehearsed) -> Rehearsal:
    receipt, shelf = rehearsal.receipt, workspace.shelf
    with ExitStack() as stack:
        after = stack.enter_context(closing(shelf.open_catalog(rehearsed.info)))
        before = _catalog(shelf, rehearsed.before, stack)
        ids = [*receipt.added, *receipt.changed, *receipt.removed, *receipt.renamed]
        sources = {**(before.sources_by_id() if before else {}), **after.sources_by_id()}
        own_first = sorted(ids, key=lambda source_id: sources[source_id].place.startswith(DOSSIER_PLACE))
        questions = list(questions_about(own_first, before, after, workspace.debate))
        samples = take_samples(
            questions,
            _explainer(workspace, rehearsed.before, stack),
            stack.enter_context(workspace.explaining(rehearsed.info)),
            workspace.debate,
            workspace.language or "nl",
        )
    now = rehearsed.before.number if rehearsed.before else None
    known = {*ids, *receipt.unchanged, *(each.id for each in receipt.copies), *(each.id for each in receipt.remarks)}
    titles = {source_id: source.title for source_id, source in sources.items() if source_id in known}
    return replace(rehearsal, receipt=replace(receipt, edition=now, published=False), samples=samples, titles=titles)


def _catalog(shelf: Shelf, info: "EditionInfo | None", stack: ExitStack) -> "Catalog | None":
    with suppress(EditionError):
        return stack.enter_context(closing(shelf.open_catalog(info))) if info else None
    return None


def _explainer(workspace: Workspace, info: "EditionInfo | None", stack: ExitStack) -> "Explainer | None":
    """Who answered before; nobody where the edition cannot be read, or another model made it."""
    if info is None:
        return None
    explainer = stack.enter_context(workspace.explaining(info))
    with suppress(EditionError):
        explainer.positions(None)
        return explainer
    return None


def _publish(workspace: Workspace, rehearsal: Rehearsal, rehearsed: Rehearsed) -> "EditionInfo | None":
    """Publish it with the files that were sent; a file is where it belongs before anybody else can change the shelf."""
    shelf = workspace.shelf

    def keep_files() -> None:
        with closing(shelf.open_catalog(rehearsed.info)) as catalog:
            contents = {place: content for entry in catalog.entries() for place, content in entry.contents.items()}
        stage(rehearsal.uploads, uploads_folder(shelf.home), contents)

    try:
        info = publish_rehearsed(shelf, rehearsed, workspace.settings.keep_editions, keep_files)
    except OSError as error:
        raise UnavailableError(
            f"The new edition could not be published in {str(shelf.home)!r} ({error.strerror}). "
            "Nothing has changed; free some room or check the rights, and try again."
        ) from error
    with suppress(UnavailableError):  # it is published: the next one that sweeps puts the files in their places
        settle(shelf)
    return info


def _sweep(workspace: Workspace) -> None:
    """What is kept of pages and uploads is what editions hold; where that cannot be done now it is done later."""
    with suppress(EditionError, UnavailableError):
        workspace.sweep_copies()
