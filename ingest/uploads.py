"""Documents that were sent in place of being named: their bytes with a name, kept in a folder of the home once they are published.

The name tells which document it is: the same name again is the same document, with another text. A file is put beside its
place before the edition that holds it is published, and in its place after that: whenever a process is killed, the next
one can tell which of the two it should be.
"""

import hashlib
import os
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ingest.extraction import RefusedError
from ingest.formats import LOADERS, why_not
from ingest.origins import MAX_BYTES, Found, Origin
from ingest.reading import content_digest
from vectorstore.durable import sync_folder
from vectorstore.passages import Source

_MAX_NAME = 150  # bytes: a file system takes 255, and something is put before it and behind it
_STAGED, _UNFINISHED = ".", ".new"  # what a staged file has before and behind its name; none that is in its place begins so


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that was sent: its name, which may be anything, and its bytes."""

    name: str
    data: bytes = field(repr=False)

    @property
    def safe_name(self) -> str:
        """The name as that of one file in one folder: without folders, and without what is not seen or would hide it."""
        last = unicodedata.normalize("NFC", self.name).replace("\\", "/").rstrip("/").rpartition("/")[2]
        seen = "".join(" " if char.isspace() else char for char in last if char.isspace() or unicodedata.category(char)[0] != "C")
        plain = " ".join(seen.split()).lstrip(". ") or "document"
        return plain if len(plain.encode()) <= _MAX_NAME else _shortened(plain)


def uploads_folder(home: Path) -> Path:
    """Where in a home folder documents are kept that were sent."""
    return (home / "uploads").resolve()


def is_uploaded(place: str, folder: Path) -> bool:
    """Whether a place is that of a document that was sent."""
    return Path(place).parent == folder


def found_in(uploads: Iterable[Upload], folder: Path) -> list[Found]:
    """Documents that were sent, each at the place that its name gives it; of one that cannot be read, why not."""
    return [_found(upload, folder) for upload in uploads]


def stage(uploads: Iterable[Upload], folder: Path, contents: Mapping[str, str]) -> None:
    """Put files beside their places, those that the next edition holds; `contents` has its digests by place. Hold the lock.

    Raises:
        OSError: one cannot be written.
    """
    held = {each.safe_name: each.data for each in uploads if contents.get(_place(each, folder)) == content_digest(each.data)}
    if not held:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in held.items():
        with os.fdopen(os.open(_staged(folder / name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    sync_folder(folder)


def settle_uploads(folder: Path, current: Mapping[str, str], kept: Collection[str] | None) -> int:
    """Put staged files in their places where the current edition was made from them; delete the others. Hold the lock.

    `current` has the digests of the current edition by place. What is at a place that is not among `kept`, those of every
    edition, goes too; None lets all stay. Returns how many files went.

    Raises:
        OSError: one cannot be moved or deleted.
    """
    gone = 0
    for path in sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else ():
        if _is_staged(path):
            target = folder / path.name[len(_STAGED) : -len(_UNFINISHED)]
            if current.get(str(target)) == content_digest(path.read_bytes()):
                path.replace(target)
                continue
        elif kept is None or str(path) in kept:
            continue
        path.unlink()
        gone += 1
    return gone


def forget_uploaded(source: Source, folder: Path) -> int:
    """Delete what was sent as a document; returns how many files went.

    Raises:
        OSError: one cannot be deleted.
    """
    places = [Path(place) for place in (source.place, *source.also) if is_uploaded(place, folder)]
    files = [path for place in places for path in (place, _staged(place)) if path.exists()]
    for path in files:
        path.unlink()
    return len(files)


def _found(upload: Upload, folder: Path) -> Found:
    name = upload.safe_name
    suffix = PurePath(name).suffix.lower()
    if suffix not in LOADERS:
        return name, why_not(suffix)
    if len(upload.data) > MAX_BYTES:
        return name, RefusedError(f"it is {len(upload.data):,} bytes; the limit is {MAX_BYTES:,}. Split it and try again")
    return Origin(Path(name), _place(upload, folder), upload.data)


def _place(upload: Upload, folder: Path) -> str:
    return str(folder / upload.safe_name)


def _is_staged(path: Path) -> bool:
    return path.name.startswith(_STAGED) and path.name.endswith(_UNFINISHED)


def _staged(path: Path) -> Path:
    return path.with_name(f"{_STAGED}{path.name}{_UNFINISHED}")


def _shortened(name: str) -> str:
    """A long name as a short one of its own, with its suffix."""
    suffix = PurePath(name).suffix
    suffix = suffix if suffix.lower() in LOADERS else ""
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    name = name.removesuffix(suffix)
    return f"{name.encode()[: _MAX_NAME - len(suffix) - len(digest) - 1].decode(errors='ignore')}-{digest}{suffix}"
