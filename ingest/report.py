"""What there is to be looked at in the documents of an edition."""

from collections.abc import Collection, Iterator

from ingest.likeness import Likenesses, Sketch
from ingest.lint import lint, lint_alike, lint_not_read
from ingest.origins import DOSSIER_PLACE
from ingest.receipt import Remark
from vectorstore.catalog import Catalog


def report(catalog: Catalog, ids: Collection[str]) -> Iterator[Remark]:
    """Every remark about some documents, in the order of their titles, as an ingest makes them."""
    entries = catalog.entries()
    likenesses = Likenesses({entry.source_id: Sketch.from_bytes(entry.sketch) for entry in entries if entry.sketch})
    known = {entry.source_id: entry for entry in entries}
    for source in catalog.sources():
        document = catalog.document(source.id) if source.id in ids else None
        if document is None:
            continue
        entry = known[source.id]
        is_compared = entry.sketch and not source.place.startswith(DOSSIER_PLACE)
        found = [*lint(document), *lint_not_read(entry.not_read), *(lint_alike(likenesses.near(source.id)) if is_compared else ())]
        yield from (Remark(source.id, each.kind, each.detail) for each in found)
