"""The files of Chroma's HNSW index, which it makes larger than what is in them: the rest holds whatever was in memory.

That can be any text that the process has read. See hnswlib, `saveIndex`, for the header.
"""

import struct
from pathlib import Path

_HEADER = struct.Struct("<iQQQQ")  # version, offset, elements there is room for, elements there are, bytes of each
_VERSION = 1
_LENGTH_BYTES = 4


def blank_unused(folder: Path) -> None:
    """Write zeros over what no vector is in, in every index below a folder whose store is closed.

    Raises:
        ValueError: an index is of a version that is not known.
    """
    for header in folder.rglob("header.bin"):
        version, _, _, count, size = _HEADER.unpack_from(header.read_bytes())
        if version != _VERSION or (header.parent / "data_level0.bin").stat().st_size < count * size:
            raise ValueError(f"{str(header)!r} is of an HNSW index of another version.")
        _blank(header.parent / "data_level0.bin", count * size)
        _blank(header.parent / "length.bin", count * _LENGTH_BYTES)


def _blank(path: Path, start: int) -> None:
    rest = path.stat().st_size - start
    with path.open("r+b") as stream:
        stream.seek(start)
        stream.write(bytes(max(rest, 0)))
