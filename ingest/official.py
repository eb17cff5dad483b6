"""The official documents of the debate: where each is, and getting them, from a file saved by hand or from the web."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.addresses import BY_HAND, shown
from ingest.extraction import RefusedError
from ingest.formats import LOADERS
from ingest.origins import Origin
from vectorstore.debate import Debate
from vectorstore.errors import UsageError

if TYPE_CHECKING:
    from ingest.web import Fetched, Fetcher

PLACE = "official:"
"""What the place of an official document begins with; its key follows, wherever it was had."""

_LIST = "sources.csv"
_LINE = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class OfficialSource:
    """One line of `sources.csv`: a document, and one address where it may be; `url` is empty where none is known.

    What is empty otherwise is not known, or better told by the document itself.
    `checked` is "yes" where the page was seen, "cited" where others cite the address, "no" where it was put together.
    """

    key: str
    title: str
    publisher: str
    published: str
    kind: str
    language: str
    voice: str
    url: str
    format: str
    checked: str
    note: str

    @property
    def suffix(self) -> str:
        """The suffix of the file that the address should give."""
        return f".{self.format}"

    def metadata(self) -> dict[str, str]:
        """What is known of the document, by the names that `ingest.metadata.Metadata` has for it."""
        names = ("title", "publisher", "published", "kind", "language", "voice", "url")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Official:
    """An official document that was had: from `path` where it was saved by hand, else from the address in its metadata."""

    key: str
    data: bytes = field(repr=False)
    suffix: str
    metadata: Mapping[str, str]
    charset: str | None = None
    path: Path | None = None
    is_from_cache: bool = False

    @property
    def place(self) -> str:
        """The place by which a later ingest knows it again, also when it is had in another way."""
        return PLACE + self.key


@dataclass(frozen=True, slots=True)
class Missing:
    """An official document that could not be had; the reason tells what was tried and what to do."""

    key: str
    title: str
    reason: str

    @property
    def place(self) -> str:
        """The place that the document would have had."""
        return PLACE + self.key


def official_sources(path: Path | None = None) -> tuple[OfficialSource, ...]:
    """The lines of a list of sources, or of the one that comes with the program; those of one key in order of preference.

    Raises:
        UsageError: the list cannot be read, or has other columns.
    """
    try:
        text = path.read_text("utf-8") if path else (files("ingest") / _LIST).read_text("utf-8")
        lines = list(csv.DictReader(text.splitlines(), strict=True))
        return tuple(OfficialSource(**{name: value or "" for name, value in line.items()}) for line in lines)
    except (OSError, UnicodeDecodeError, csv.Error, TypeError) as error:
        columns = ", ".join(field.name for field in fields(OfficialSource))
        raise UsageError(f"The list {str(path)!r} cannot be used ({type(error).__name__}). Its columns are {columns}.") from error


def sources_of(debate: Debate) -> tuple[OfficialSource, ...]:
    """The official documents of a debate: `sources.csv` beside its `debate.toml`, or the list that comes with the bundled one.

    Raises:
        UsageError: a debate of one's own has no such list, or one that cannot be used.
    """
    if debate.documents is None:
        return official_sources()
    path = debate.documents.with_name(_LIST)
    if not path.exists():
        raise UsageError(f"This debate has no list of official documents. Make {str(path)!r}; docs/debate.md says how.")
    return official_sources(path)


def gather(
    fetcher: "Fetcher", folder: Path, sources: Sequence[OfficialSource], notice: Callable[[str], None]
) -> Iterator[Official | Missing]:
    """Each official document, or why it is missing, one after the other; `notice` hears what is tried.

    A file in `folder` that is named after the key wins from the web; the folder need not exist.
    """
    for _, group in groupby(sorted(sources, key=lambda source: source.key), key=lambda source: source.key):
        alternatives = tuple(group)
        saved = saved_by_hand(folder, PLACE + alternatives[0].key)
        if saved:
            notice(f"Reading {str(saved[0])!r}")
        yield _from_file(saved[0], alternatives[0]) if saved else _from_web(fetcher, folder, alternatives, notice)


def saved_by_hand(folder: Path, place: str) -> list[Path]:
    """The files in a folder that a user saved for the official document with a place."""
    key = place.removeprefix(PLACE)
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    return [each for each in inside if each.stem == key and each.suffix.lower() in LOADERS and each.is_file()]


def _from_file(path: Path, source: OfficialSource) -> Official | Missing:
    try:
        data = Origin(path, str(path)).read()
    except RefusedError as error:
        return Missing(source.key, source.title, f"{str(path)!r}: {error}")
    return Official(source.key, data, path.suffix.lower(), source.metadata(), path=path)


def _from_web(
    fetcher: "Fetcher", folder: Path, alternatives: Sequence[OfficialSource], notice: Callable[[str], None]
) -> Official | Missing:
    failures = []
    for source in alternatives:
        if not source.url:
            continue
        notice(f"Fetching {shown(source.url)}")
        try:
            fetched = _fetch(fetcher, source)
        except RefusedError as error:
            failures.append(f"{shown(source.url)}: {_LINE.sub(' ', str(error)).removesuffix(f'; {BY_HAND}')}")
        else:
            return Official(
                source.key, fetched.data, fetched.suffix, source.metadata(), fetched.charset, is_from_cache=fetched.is_from_cache
            )
    return Missing(alternatives[0].key, alternatives[0].title, _what_to_do(folder, alternatives[0], failures))


def _fetch(fetcher: "Fetcher", source: OfficialSource) -> "Fetched":
    fetched = fetcher.fetch(source.url)
    if fetched.suffix == ".html" != source.suffix:  # a page about the document, or one that asks for consent, is not the document
        raise RefusedError(f"a web page came where a {source.suffix} file was expected")
    return fetched


def _what_to_do(folder: Path, source: OfficialSource, failures: Sequence[str]) -> str:
    goal = f"as {str(folder / source.key) + source.suffix!r} and run this again"
    if not source.url:
        return f"{source.note}. If you have it, save it {goal}"
    return f"{' | '.join(failures)} | Save {source.url} by hand {goal}"
