"""The pointer on a Chroma server: one record, that is put in one step."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vectorstore.chroma_server import ChromaServer
from vectorstore.embeddings import ModelId
from vectorstore.errors import DamagedEditionError
from vectorstore.manifest import Manifest
from vectorstore.pointer import Listing, Pointer
from vectorstore.server_records import Records

_RECORD = "published"
_VALUE = 4_000  # characters: less than the hosted engine takes for a value


@dataclass(frozen=True, slots=True)
class Entry:
    """What the pointer says of an edition beside its listing."""

    digest: str
    token: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Said:
    """What the pointer says, with what it says of editions by their folders; `turn` is how often it was replaced."""

    pointer: Pointer
    entries: Mapping[str, Entry]
    turn: int


class ServerPointer:
    """Reads and replaces it."""

    def __init__(self, server: ChromaServer, name: str) -> None:
        self._records, self._url = Records(server, name), server.address.url

    def stamp(self) -> tuple[int, int]:
        """Changes whenever it is replaced; (0, 0) where there is none. Costs one question to the server."""
        found = self._records.get([_RECORD]).get(_RECORD)
        return (int(found["turn"]), int(found["mark"])) if found else (0, 0)

    def read(self) -> Said:
        """What it says.

        Raises:
            DamagedEditionError: it cannot be understood.
        """
        found = self._records.get([_RECORD]).get(_RECORD)
        if found is None:
            return Said(Pointer(), {}, 0)
        try:
            data = json.loads("".join(str(found[name]) for name in sorted(found) if name.isdigit()))
            published = {int(number): Listing(said["at"], said["folder"]) for number, said in data["published"].items()}
            entries = {said["folder"]: _entry_from(said) for said in data["published"].values()}
            published[data["current"]]  # a pointer to nothing is as damaged as one that cannot be read
            return Said(Pointer(data["current"], published), entries, int(found["turn"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedEditionError(
                f"What is published on the Chroma server at {self._url!r} cannot be read. Was it written by a later version?"
            ) from error

    def write(self, said: Said) -> None:
        """Put another one in its place; hold the lock."""
        published = {
            str(number): {"at": each.published_at, "folder": each.folder, **_entry_said(said.entries[each.folder])}
            for number, each in sorted(said.pointer.published.items())
        }
        data = json.dumps({"current": said.pointer.current, "published": published})
        parts = {f"{number:02}": data[start : start + _VALUE] for number, start in enumerate(range(0, len(data), _VALUE))}
        self._records.put({_RECORD: {"turn": said.turn, "mark": secrets.randbits(31), **parts}})


def _entry_said(entry: Entry) -> dict[str, object]:
    made = entry.manifest
    return {
        "digest": entry.digest,
        "vectors": entry.token,
        "documents": made.documents,
        "passages": made.passages,
        "model": made.model.name,
        "model_sha256": made.model.sha256,
        "compact": made.is_compact,
    }


def _entry_from(said: Mapping[str, Any]) -> Entry:
    model = ModelId(said["model"], said["model_sha256"])
    manifest = Manifest(int(said["documents"]), int(said["passages"]), model, is_compact=bool(said["compact"]))
    return Entry(said["digest"], said["vectors"], manifest)
