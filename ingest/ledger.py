"""What comes of each document that was read: put in, found to be another one's text, or refused."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest.extraction import RefusedError
from ingest.holdings import Holdings
from ingest.likeness import Likenesses, Sketch
from ingest.lint import lint_alike
from ingest.origins import DOSSIER_PLACE
from ingest.reading import Reading
from ingest.receipt import Placed, Receipt, Refusal, Remark
from ingest.survey import Fate, Job
from vectorstore.catalog import Catalog
from vectorstore.entries import Entry
from vectorstore.passages import Document, Passage, Source

_TELLING = ("language", "kind", "wording", "publisher", "author", "published", "voice")
"""What must be the same of two documents with one text to be one document; their titles may come from their names."""


@dataclass(frozen=True, slots=True)
class Made:
    """A document to be put into the edition."""

    document: Document
    entry: Entry
    passages: tuple[Passage, ...]


class Ledger:
    """Keeps the holdings and the receipt up to date while documents come in."""

    def __init__(self, holdings: Holdings, receipt: Receipt, before: Catalog | None, jobs: Iterable[Job]) -> None:
        """`jobs` are those that will be settled."""
        self._holdings, self._receipt = holdings, receipt
        self._unsettled = {job.entry.source_id for job in jobs if job.fate is not Fate.REMADE}
        self._sources: dict[str, Source] = dict(before.sources_by_id()) if before else {}
        self._with_text: dict[str, str] = dict(before.text_digests()) if before else {}
        self._likenesses = Likenesses(
            {each.source_id: Sketch.from_bytes(each.sketch) for each in holdings.entries() if each.sketch}
        )
        self._texts: dict[str, str] = {source_id: digest for digest, source_id in self._with_text.items()}

    def settle(self, job: Job, outcome: Reading | RefusedError) -> Made | None:
        """Put down what came of a job; what is returned has to be put into the edition."""
        place = job.request.origin.place
        self._unsettled.discard(job.entry.source_id)
        if isinstance(outcome, RefusedError):
            self._receipt.refused.append(Refusal(place, str(outcome)))
            return None
        document = outcome.document
        if job.fate is Fate.REMADE:
            return self._remake(job, outcome)
        twin = self._twin(document, job) if job.fate is not Fate.RENAMED else None
        leaves = job.leaves if twin is None or self._holdings.at(place) is None else {*job.leaves, place}
        for left in leaves:
            self._holdings.leave(left)
        if twin is not None:
            self._holdings.take(place, outcome.content, twin)
            self._receipt.copies.append(Placed(twin, place))
            return None
        self._record(job, outcome)
        contents = {**job.entry.contents, place: outcome.content}
        return self._put(outcome, replace(job.entry, source_id=document.source.id, contents=contents, not_read=outcome.not_read))

    def placed(self, entry: Entry) -> Source:
        """The source of a document, with the places that it has by now."""
        first, *others = entry.contents
        self._sources[entry.source_id] = replace(self._sources[entry.source_id], place=first, also=tuple(others))
        return self._sources[entry.source_id]

    def _remake(self, job: Job, reading: Reading) -> Made | None:
        """What is at other places by now, or has turned out to be another document's text, is not put back."""
        source_id = reading.document.source.id
        if source_id not in self._holdings.ids:
            return None
        return self._put(reading, replace(self._holdings.entry(source_id), recipe=job.entry.recipe))

    def _put(self, reading: Reading, entry: Entry) -> Made:
        document = reading.document
        entry = replace(entry, sketch=reading.sketch)
        self._holdings.put(entry)
        self._with_text[document.sha256] = entry.source_id
        self._texts[entry.source_id] = document.sha256
        self._sources[entry.source_id] = document.source
        return Made(replace(document, source=self.placed(entry)), entry, reading.passages)

    def _record(self, job: Job, reading: Reading) -> None:
        """Say what happened to a document; one that was read anew only because it is read otherwise by now has not changed."""
        document = reading.document
        before = self._sources.get(document.source.id)
        is_same_text = self._texts.get(document.source.id) == document.sha256
        is_as_before = before == replace(document.source, place=before.place, also=before.also) if before else False
        if job.fate is not Fate.CHANGED or not (is_same_text and is_as_before):
            getattr(self._receipt, job.fate).append(document.source.id)
            self._remark(job, reading)
        elif not job.request.origin.is_dossier:
            self._receipt.unchanged.append(document.source.id)

    def _remark(self, job: Job, reading: Reading) -> None:
        """Say what is odd about a document; of the bundled ones only what matters to what is quoted."""
        source_id, found = reading.document.source.id, list(reading.findings)
        self._likenesses.add(source_id, Sketch.from_bytes(reading.sketch))
        if not job.request.origin.is_dossier:
            found += lint_alike(self._likenesses.near(source_id))
        self._receipt.remarks += [Remark(source_id, each.kind, each.detail) for each in found]

    def _twin(self, document: Document, job: Job) -> str | None:
        """The document that holds the same text and of which the same is known."""
        digest = document.sha256
        twin = self._with_text.get(digest)
        if twin is None or twin in self._unsettled or twin not in self._holdings.ids or self._texts.get(twin) != digest:
            return None  # one that has yet to change is not what it was
        if twin == document.source.id:
            return None
        ours, theirs = document.source, self._sources[twin]
        is_dossier = job.request.origin.is_dossier or self._holdings.entry(twin).place.startswith(DOSSIER_PLACE)
        is_same = all(getattr(ours, name) == getattr(theirs, name) for name in _TELLING)
        is_called_the_same = job.request.said.title in {None, theirs.title}
        return twin if is_same and is_called_the_same and not is_dossier else None
