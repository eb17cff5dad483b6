"""The pointer: which edition is current, when each was published and which folder holds it. Replaced in one step.

{"current": 3, "published": {"2": "2026-…", "3": {"at": "2026-…", "folder": "3.1"}}}

An edition is in the folder with its number, until it is written anew: then the pointer names the folder.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.durable import sync_folder
from vectorstore.errors import DamagedEditionError, UnavailableError
from vectorstore.manifest import MANIFEST

POINTER = "published.json"
_FOLDER = re.compile(r"([0-9]+)(?:\.([0-9]+))?")  # 3, and 3.1, 3.2, … for the same edition written anew
_NAMED = re.compile(r"[0-9]+(\.[0-9a-f]+)?")  # and 3.0c9fd0a2f1, where a server has them


@dataclass(frozen=True, slots=True)
class Listing:
    """What the pointer says of an edition."""

    published_at: str
    folder: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which edition is current (None where nothing is published), and every edition that is kept, by number."""

    current: int | None = None
    published: Mapping[int, Listing] = field(default_factory=dict)

    @property
    def next_number(self) -> int:
        """The number of the edition that is published next."""
        return max(self.published, default=0) + 1

    def moment(self, now: datetime) -> str:
        """When an edition that is published now was published: never before the last one, even if the clock was set back."""
        last = self.published[max(self.published)].published_at if self.published else ""
        return max(_iso(now), last)


def pointer_stamp(home: Path) -> tuple[int, int]:
    """Changes whenever the pointer is replaced; (0, 0) where there is none. Costs one `stat`."""
    try:
        found = (home / POINTER).stat()
    except FileNotFoundError:
        return 0, 0
    except OSError as error:
        raise _unreadable(home / POINTER, error) from error
    return found.st_mtime_ns, found.st_ino


def read_pointer(home: Path, editions: Path) -> Pointer:
    """The pointer, or where it is lost what it must have said.

    Raises:
        DamagedEditionError: it is there and cannot be understood.
        UnavailableError: it cannot be read.
    """
    try:
        data = json.loads((home / POINTER).read_text("utf-8"))
        published = {int(number): _listing(int(number), said) for number, said in data["published"].items()}
        current = int(data["current"])
        published[current]  # a pointer to nothing is as damaged as one that cannot be read
    except FileNotFoundError:
        return _recovered(editions)
    except OSError as error:
        raise _unreadable(home / POINTER, error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedEditionError(
            f"{str(home / POINTER)!r} is damaged. Move {str(home)!r} aside and ingest your documents again."
        ) from error
    return Pointer(current, published)


def write_pointer(home: Path, pointer: Pointer) -> None:
    """Put another pointer in its place, in one step."""
    published = {number: _said(number, listing) for number, listing in sorted(pointer.published.items())}
    temporary = home / f"{POINTER}.new"
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump({"current": pointer.current, "published": published}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(home / POINTER)
    sync_folder(home)


def is_edition_folder(name: str) -> bool:
    """Whether a folder is called as those of editions are."""
    return _NAMED.fullmatch(name) is not None


def written_anew(folder: str) -> str:
    """What the folder is called that takes the place of another one of the same edition."""
    number, turn = _parts(folder)
    return f"{number}.{turn + 1}"


def _parts(folder: str) -> tuple[int, int]:
    found = _FOLDER.fullmatch(folder)
    if found is None:
        raise ValueError(folder)
    return int(found[1]), int(found[2] or 0)


def _listing(number: int, said: object) -> Listing:
    """An edition in the pointer; one that was never written anew has its moment alone."""
    if not isinstance(said, dict):
        return Listing(str(said), str(number))
    if _parts(said["folder"])[0] != number:
        raise ValueError(said["folder"])
    return Listing(str(said["at"]), str(said["folder"]))


def _said(number: int, listing: Listing) -> object:
    if listing.folder == str(number):
        return listing.published_at
    return {"at": listing.published_at, "folder": listing.folder}


def _recovered(editions: Path) -> Pointer:
    """What a lost pointer must have said: every whole edition is there, as written last, and the last one is current.

    Without this the next ingest would take what was published for the leftovers of a killed one, and sweep it.
    """
    found: dict[int, Listing] = {}
    names = [path.name for path in editions.iterdir() if _FOLDER.fullmatch(path.name)] if editions.is_dir() else []
    for name in sorted(names, key=_parts):
        manifest = editions / name / MANIFEST
        if manifest.is_file():
            found[_parts(name)[0]] = Listing(_iso(datetime.fromtimestamp(manifest.stat().st_mtime, UTC)), name)
    return Pointer(max(found, default=None), found)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unreadable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(f"{str(path)!r} cannot be read ({error.strerror}). Check KANTTEKENING_HOME.")
