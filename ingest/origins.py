"""Where documents come from: files, folders, addresses and the bundled dossier."""

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from ingest.extraction import RefusedError
from ingest.formats import LOADERS, why_not
from ingest.metadata import SIDECAR, Metadata

DOSSIER_PLACE = "dossier:"
_ATTEMPTS, _TICK_SECONDS = 3, 0.02  # the clock of a file goes on every 10 ms at the slowest
_NO_DOCUMENTS = (".", "~$")  # hidden files, and those by which Word says that a document is open
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """A document to ingest.

    `place` is how a later ingest knows it again: an absolute path, an address, or `dossier:` and a name. What has been
    fetched is in `data`, anything else is read from `path`. `said` is what comes along with it, such as a list of sources.
    """

    path: Path
    place: str
    data: bytes | None = None
    said: Metadata = field(default_factory=Metadata)

    @property
    def is_dossier(self) -> bool:
        """Whether it is one of the documents that come with the debate."""
        return self.place.startswith(DOSSIER_PLACE)

    def read(self) -> bytes:
        """The bytes of the document, all of one moment.

        Raises:
            RefusedError: it is missing, unreadable, too large, or keeps changing while it is read.
        """
        if self.data is not None:
            return self.data
        try:
            for _ in range(_ATTEMPTS):
                if (data := _read_unchanged(self.path)) is not None:
                    return data
                time.sleep(_TICK_SECONDS)
        except OSError as error:
            raise RefusedError(f"it cannot be read ({error.strerror or type(error).__name__})") from error
        raise RefusedError("it changed while it was read; try again when nothing writes to it")


Found = Origin | tuple[str, RefusedError]


def find_origins(
    paths: Iterable[Path], passed_over: Counter[str] | None = None, may_be_empty: Path | None = None
) -> Iterator[Found]:
    """The documents at files and in folders, each once, in a fixed order; a named file that cannot be one is a refusal.

    Files of other formats inside a folder are counted in `passed_over` by their suffix; hidden ones are nothing at all.
    Links to folders are not followed, so that a loop of them has an end, nor links to files outside. A folder without
    documents is a refusal, save `may_be_empty`.
    """
    passed_over = Counter() if passed_over is None else passed_over
    seen: set[str] = set()
    for found in _found(paths, passed_over, may_be_empty):
        place = found.place if isinstance(found, Origin) else found[0]
        if place not in seen:
            seen.add(place)
            yield found


def dossier_origins(folder: Path | None = None) -> list[Origin]:
    """The documents that come with a debate; their places do not depend on where the program is installed."""
    folder = folder or Path(str(files("ingest") / "dossier"))
    return [Origin(path, DOSSIER_PLACE + path.stem) for path in sorted(folder.glob("*.md"))]


def _found(paths: Iterable[Path], passed_over: Counter[str], may_be_empty: Path | None) -> Iterator[Found]:
    for path in paths:
        try:
            resolved = path.expanduser().resolve()
            if resolved.is_dir():
                yield from _in_folder(path, resolved, passed_over, may_be_empty=path == may_be_empty)
            elif not resolved.exists():
                yield str(path), RefusedError("there is no such file or folder")
            elif not resolved.is_file():
                yield str(path), RefusedError("it is no regular file; a pipe or a device has no end")
            elif resolved.suffix.lower() not in LOADERS:
                yield str(path), why_not(resolved.suffix.lower())
            else:
                yield _at(resolved)
        except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError to `resolve`
            yield str(path), RefusedError(f"it cannot be opened ({getattr(error, 'strerror', None) or 'a loop of links'})")


def _in_folder(named: Path, folder: Path, passed_over: Counter[str], *, may_be_empty: bool) -> Iterator[Found]:
    refused: list[tuple[str, RefusedError]] = []
    inside = sorted(_files_in(folder, refused))
    documents = [path for path in inside if path.suffix.lower() in LOADERS]
    passed_over.update(path.suffix.lower() for path in inside if path.suffix.lower() not in {*LOADERS, SIDECAR})
    yield from refused
    if not documents and not refused and not may_be_empty:
        yield str(named), RefusedError(f"the folder holds no documents ({', '.join(sorted(LOADERS))})")
    yield from map(_at, documents)


def _at(path: Path) -> Found:
    """A file by its place, which is kept and shown as text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return str(path), RefusedError("its name, or that of its folder, is not UTF-8; rename it")
    return Origin(path, str(path))


def _files_in(folder: Path, refused: list[tuple[str, RefusedError]]) -> Iterator[Path]:
    """The files in a folder and below it, less the hidden ones; folders that cannot be read are added to `refused`."""

    def on_error(error: OSError) -> None:
        refused.append((str(error.filename), RefusedError(f"the folder cannot be read ({error.strerror})")))

    for root, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(root, name)
            if name.startswith(_NO_DOCUMENTS) or not path.is_file():
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(folder):
                refused.append((str(path), RefusedError("it is a link to a file outside the folder; name that file itself")))
            else:
                yield path


def _read_unchanged(path: Path) -> bytes | None:
    """The bytes of a file, or None when it was written to meanwhile, or just before: its clock could not tell the two apart."""
    with path.open("rb") as stream:
        now, before = time.time_ns(), os.fstat(stream.fileno())
        if before.st_size > MAX_BYTES:
            raise RefusedError(f"it is {before.st_size:,} bytes; the limit is {MAX_BYTES:,}. Split it and try again")
        if 0 <= now - before.st_mtime_ns < _TICK_SECONDS * 1e9:
            return None
        data = stream.read(MAX_BYTES + 1)
        after = os.fstat(stream.fileno())
    is_same = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size) and len(data) == after.st_size
    return data if is_same else None
