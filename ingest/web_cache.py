"""What was fetched before: for each address one file with the body and one with what is needed to ask whether it changed."""

import hashlib
import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

_log = logging.getLogger(__name__)


def digest(url: str) -> str:
    """What stands for an address on disk, so that nothing secret in it is written down."""
    return hashlib.sha256(url.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Copy:
    """A body that was fetched, and what the server said of it. `answered_by` is the digest of the address it came from."""

    data: bytes = field(repr=False)
    suffix: str
    url: str
    charset: str | None
    answered_by: str
    etag: str | None
    last_modified: str | None

    def conditions(self) -> dict[str, str]:
        """The headers that ask for the body only where it is not this one."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class WebCache:
    """Copies by address. It only ever saves time: where it is damaged or cannot be written, it holds nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, url: str) -> Copy | None:
        """The copy of an address, whole and unchanged, or None."""
        facts_path, body_path = self._paths(url)
        try:
            facts = json.loads(facts_path.read_text("utf-8"))
            data = body_path.read_bytes()
            if facts.pop("sha256") != hashlib.sha256(data).hexdigest():
                return None
            copy = Copy(data=data, **facts)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        said = [getattr(copy, each.name) for each in fields(copy) if each.name != "data"]
        return copy if all(isinstance(each, str | None) for each in said) else None

    def write(self, url: str, copy: Copy) -> None:
        """Keep a copy in place of the one before; the digest in the facts tells a half-written pair from a whole one."""
        facts_path, body_path = self._paths(url)
        facts = {name: value for name, value in asdict(copy).items() if name != "data"}
        facts["sha256"] = hashlib.sha256(copy.data).hexdigest()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(body_path, copy.data)
            _replace(facts_path, json.dumps(facts).encode())
        except OSError as error:
            with suppress(OSError):
                self.forget(url)
            _log.warning(
                "A fetched page could not be kept in %s (%s); it is fetched whole the next time.", self._folder, error.strerror
            )

    def forget(self, url: str) -> None:
        """Remove the copy of an address, and what a killed process left of it.

        Raises:
            OSError: it is still there.
        """
        for path in self._paths(url):
            for each in (path, _unfinished(path)):
                each.unlink(missing_ok=True)

    def keep_only(self, urls: Iterable[str]) -> int:
        """Remove the copies of all other addresses; returns how many files went.

        Raises:
            OSError: one is still there.
        """
        kept = {path.name for url in urls for path in self._paths(url)}
        gone = [path for path in self._folder.iterdir() if path.name not in kept] if self._folder.is_dir() else []
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _paths(self, url: str) -> tuple[Path, Path]:
        name = digest(url)[:40]
        return self._folder / f"{name}.json", self._folder / f"{name}.body"


def _unfinished(path: Path) -> Path:
    return path.with_suffix(path.suffix + ".new")  # always the same name: what a killed process leaves is overwritten


def _replace(path: Path, data: bytes) -> None:
    unfinished = _unfinished(path)
    unfinished.write_bytes(data)
    unfinished.replace(path)
