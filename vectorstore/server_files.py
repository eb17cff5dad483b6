"""The files of editions on a Chroma server, in pieces: a piece that an earlier edition has too is sent only once.

A piece is a record named after its digest. Which pieces make up which files is a list, in pieces of its own.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from vectorstore.chroma_server import ChromaServer, Metadata
from vectorstore.edition import IN_USE
from vectorstore.errors import DamagedEditionError
from vectorstore.server_records import Records

_Piece = tuple[str, str, bytes]
_VALUE = 4_096  # characters: the most that the hosted engine takes for a value
_PIECE = 12 * _VALUE  # bytes: whole pages of SQLite, 16 values in base64
_TOGETHER = 64  # pieces that are sent or fetched at once, 4 MB


class ServerFiles:
    """Sends editions to a server, and brings them from it."""

    def __init__(self, server: ChromaServer, name: str) -> None:
        self._records = Records(server, name)

    def send(self, folder: Path) -> str:
        """Put the files of a folder on the server; returns the digest of all."""
        paths = sorted(each for each in folder.rglob("*") if each.is_file() and each.name != IN_USE)
        files: dict[str, list[str]] = {path.relative_to(folder).as_posix(): [] for path in paths}
        for batch in _batched(_pieces_of(folder, files)):
            self._send({piece_id: piece for _, piece_id, piece in batch})
            for name, piece_id, _ in batch:
                files[name].append(piece_id)
        return self._send_list(json.dumps(files).encode())

    def bring(self, digest: str, folder: Path) -> None:
        """Fill a new folder with files that were sent.

        Raises:
            DamagedEditionError: not all of them are there.
        """
        folder.mkdir(parents=True)
        for name, pieces in self._files(digest).items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise _damaged(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                stream.writelines(self._bring(pieces))
        (folder / IN_USE).touch()

    def keep(self, digests: Iterable[str]) -> None:
        """Take away what these editions do not have."""
        kept: set[str] = set()
        for digest in digests:
            kept.update(self._list_ids(digest))
            for pieces in self._files(digest).values():
                kept.update(pieces)
        self._records.delete(sorted(self._records.ids() - kept))

    def _send(self, pieces: Mapping[str, bytes]) -> None:
        known = self._records.known(list(pieces))
        self._records.put({piece_id: _as_metadata(piece) for piece_id, piece in pieces.items() if piece_id not in known})

    def _bring(self, ids: Sequence[str]) -> Iterator[bytes]:
        for start in range(0, len(ids), _TOGETHER):
            batch = ids[start : start + _TOGETHER]
            found = self._records.get(list(dict.fromkeys(batch)))
            for name in batch:
                piece = _as_bytes(found.get(name, {}))
                if hashlib.sha256(piece).hexdigest() != name:
                    raise _damaged(name)
                yield piece

    def _send_list(self, data: bytes) -> str:
        """A list may be longer than a record: the first part says how many there are."""
        digest = hashlib.sha256(data).hexdigest()
        parts = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
        self._records.put({f"{digest}-{number}": {**_as_metadata(part), "parts": len(parts)} for number, part in enumerate(parts)})
        return digest

    def _list_ids(self, digest: str) -> list[str]:
        first = self._records.get([f"{digest}-0"])
        parts = int(first[f"{digest}-0"]["parts"]) if first else 0
        return [f"{digest}-{number}" for number in range(parts)]

    def _files(self, digest: str) -> Mapping[str, list[str]]:
        ids = self._list_ids(digest)
        found = self._records.get(ids)
        data = b"".join(_as_bytes(found.get(each, {})) for each in ids)
        if hashlib.sha256(data).hexdigest() != digest:
            raise _damaged(digest)
        files: dict[str, list[str]] = json.loads(data)
        return files


def _damaged(name: str) -> DamagedEditionError:
    return DamagedEditionError(
        f"An edition is not whole on the Chroma server ({name[:12]!r}). Restore an earlier one, or ingest your documents again."
    )


def _pieces_of(folder: Path, names: Iterable[str]) -> Iterator[_Piece]:
    """The pieces of files, in order, each with the name of its file and its own id."""
    for name in names:
        with (folder / name).open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield name, hashlib.sha256(piece).hexdigest(), piece


def _batched(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    while batch := list(islice(pieces, _TOGETHER)):
        yield batch


def _as_metadata(piece: bytes) -> Metadata:
    text = base64.b64encode(piece).decode()
    return {f"{number:02}": text[start : start + _VALUE] for number, start in enumerate(range(0, len(text), _VALUE))}


def _as_bytes(metadata: Metadata) -> bytes:
    return base64.b64decode("".join(str(metadata[name]) for name in sorted(metadata) if name.isdigit()))
