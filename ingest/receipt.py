"""What an ingest is asked to do, and what it says that it did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.metadata import Metadata
from ingest.origins import Found


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that was not ingested, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A document, and a place where it is."""

    id: str
    place: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a document that was ingested and that its keeper should look at."""

    id: str
    kind: str
    detail: str


@dataclass(slots=True)
class Receipt:
    """What an ingest did; lists hold source ids. `edition` is the current one, None where there is none.

    `still_there` are the files of documents that were removed by their ids: a sync or an ingest of one would add it again.
    `renamed` are documents that are found at another place than before, `copies` places that hold what another place
    holds too, `passed_over` counts files in folders that are of another format by their suffix, `remarks` is what
    `ingest.lint` finds in what is new. `built_on` is the earlier edition that this one was built on because the current
    one was damaged, else None.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    still_there: list[Placed] = field(default_factory=list)
    copies: list[Placed] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    passed_over: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    documents: int = 0
    passages: int = 0
    embeddings: int = 0
    edition: int | None = None
    published: bool = False
    built_on: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an ingest is to do.

    Documents at `paths` and those `fetched` come in, `remove` go out, and with `sync` what is gone from that folder too.
    """

    paths: Sequence[Path] = ()
    given: Metadata = field(default_factory=Metadata)
    remove: Sequence[str] = ()
    sync: Path | None = None
    may_empty: bool = False
    dry_run: bool = False
    fetched: Sequence[Found] = ()
