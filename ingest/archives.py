"""Containers (.docx, .odt and .epub are zip files) and their XML, opened so that a hostile one costs no more than an honest one."""

import posixpath
import zlib
from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise
from types import TracebackType
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from ingest.extraction import RefusedError

_MEBIBYTE = 1024 * 1024
_MAX_ENTRIES = 10_000
_MAX_ENTRY_BYTES = 64 * _MEBIBYTE
_MAX_TOTAL_BYTES = 256 * _MEBIBYTE
_MAX_RATIO = 200  # text with much repetition reaches 60; a bomb comes near to the 1032 that deflate allows
_SMALL = _MEBIBYTE  # what is not even this large may be packed as tightly as it likes
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNICODE = ("utf-8", "utf-16-le", "utf-16-be")
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in _UNICODE)
_ENTITIES = tuple("<!ENTITY".encode(encoding) for encoding in _UNICODE)
_DAMAGED = "it is damaged ({}); open it in the program that made it, save it again and try that"


class Archive:
    """An open container of which every entry has been read once, within limits. Nothing is written to disk."""

    def __init__(self, data: bytes) -> None:
        """Opens and checks a container.

        Raises:
            RefusedError: it is none, is protected or damaged, or is larger or stranger than a document is.
        """
        if data.startswith(_OLD_OFFICE):
            raise RefusedError("it is protected with a password, or in the format of before 2007; save it anew without either")
        try:
            self._file = ZipFile(BytesIO(data))
        except (BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
            raise RefusedError(_DAMAGED.format("no zip container")) from error
        self._entries = {entry.filename: entry for entry in self._file.infolist() if not entry.is_dir()}
        _check_entries(self._file.infolist())
        _check_sizes(self._file, self._entries.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        """The names of the entries, in the order of the container."""
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """The content of an entry.

        Raises:
            RefusedError: there is none of that name.
        """
        if name not in self._entries:
            raise RefusedError(_DAMAGED.format(f"{_shown(name)} is missing"))
        return self._file.read(self._entries[name])

    def read_xml(self, name: str) -> etree._Element:
        """The root element of an XML entry; see `parse_xml`."""
        return parse_xml(self.read(name), name)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root element of an XML text, in which no entity, document type or network address is followed.

    Raises:
        RefusedError: it is no XML, is nested hundreds deep, or has entities of its own.
    """
    if any(entity in data for entity in _ENTITIES):
        raise RefusedError(f"{_shown(name)} in it declares entities, as no document does")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = "is nested too deeply" if "depth" in str(error) else "is no XML"
        raise RefusedError(_DAMAGED.format(f"{_shown(name)} {reason}")) from error
    if next(root.iter(etree.Entity), None) is not None:
        raise RefusedError(_DAMAGED.format(f"{_shown(name)} uses entities that it does not hold"))
    return root


def check_no_doctype(data: bytes, name: str) -> None:
    """Refuses XML that declares a document type; Word's never does, and it is how entities are made.

    Raises:
        RefusedError: it declares one.
    """
    if any(doctype in data for doctype in _DOCTYPES):
        raise RefusedError(f"{_shown(name)} in it declares a document type, as no document does")


def _check_entries(entries: list[ZipInfo]) -> None:
    if len(entries) > _MAX_ENTRIES:
        raise RefusedError(f"it holds {len(entries):,} files; the limit is {_MAX_ENTRIES:,}")
    if len({entry.filename for entry in entries}) < len(entries):
        raise RefusedError(_DAMAGED.format("it holds two files of the same name"))
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise RefusedError("it is protected with a password; save it without and try again")
        if _leads_outside(entry.filename):
            raise RefusedError(f"it holds a file with a name that leads outside it ({_shown(entry.filename)})")
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise RefusedError(_DAMAGED.format(f"{_shown(entry.filename)} is packed as no document is"))
    for one, next_one in pairwise(sorted(entries, key=lambda entry: entry.header_offset)):
        if one.header_offset + _LOCAL_HEADER_BYTES + len(one.filename) + one.compress_size > next_one.header_offset:
            raise RefusedError(_DAMAGED.format("files in it overlap"))


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return posixpath.isabs(name) or parts[0] == "" or ".." in parts or ":" in parts[0]


def _check_sizes(file: ZipFile, entries: Iterable[ZipInfo]) -> None:
    """Reads every entry, because the sizes that a container declares may be lies."""
    total = 0
    for entry in entries:
        size = 0
        try:
            with file.open(entry) as stream:
                while piece := stream.read(_MEBIBYTE):
                    size += len(piece)
                    total += len(piece)
                    _check_size(entry, size, total)
        except (BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError) as error:
            raise RefusedError(_DAMAGED.format(_shown(entry.filename))) from error


def _check_size(entry: ZipInfo, size: int, total: int) -> None:
    if size > _MAX_ENTRY_BYTES or total > _MAX_TOTAL_BYTES:
        limit = f"{_MAX_ENTRY_BYTES:,} bytes a file and {_MAX_TOTAL_BYTES:,} in all"
        raise RefusedError(f"it unpacks to more than a document holds; the limit is {limit}. Split it and try again")
    if size > _SMALL and size > _MAX_RATIO * max(entry.compress_size, 1):
        raise RefusedError(f"{_shown(entry.filename)} in it unpacks to more than {_MAX_RATIO} times its size, as no document does")


def _shown(name: str) -> str:
    """The name of an entry as it may be shown: it is the file's own, and must not steer a terminal."""
    return repr("".join(char if char.isprintable() else "?" for char in name)[:80])
