"""Which document is at which place, while an ingest goes over the places; nothing here is written anywhere."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ingest.loaders import id_of
from ingest.origins import DOSSIER_PLACE, Origin
from vectorstore.entries import Entry


class Holdings:
    """The documents of the edition before, as they change: a document is there as long as it has a place."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, Entry] = {}
        self._by_place: dict[str, str] = {}
        self._by_content: dict[str, dict[str, None]] = {}
        for entry in entries:
            self.put(entry)
        self._before = frozenset(self._entries)
        self._moved: dict[str, None] = {}

    @property
    def ids(self) -> Collection[str]:
        """The ids of the documents that are there."""
        return self._entries.keys()

    def entries(self) -> list[Entry]:
        """Every document that is there."""
        return list(self._entries.values())

    def entry(self, source_id: str) -> Entry:
        """What is known of a document that is there."""
        return self._entries[source_id]

    def at(self, place: str) -> Entry | None:
        """The document at a place."""
        source_id = self._by_place.get(place)
        return self._entries[source_id] if source_id is not None else None

    def same(self, content: str) -> list[Entry]:
        """The documents that were read from the same bytes; the dossier's are not looked for."""
        found = [self._entries[source_id] for source_id in self._by_content.get(content, ()) if source_id in self._entries]
        return [each for each in found if content in each.contents.values() and not each.place.startswith(DOSSIER_PLACE)]

    def put(self, entry: Entry) -> None:
        """Put a document down, or put it down otherwise."""
        self._entries[entry.source_id] = entry
        for place, content in entry.contents.items():
            self._by_place[place] = entry.source_id
            self._by_content.setdefault(content, {})[entry.source_id] = None

    def take(self, place: str, content: str, source_id: str) -> None:
        """A document is at a place too."""
        entry = self._entries[source_id]
        self.put(replace(entry, contents={**entry.contents, place: content}))
        self._moved[source_id] = None

    def leave(self, place: str) -> None:
        """A document is no longer at a place; one without places is gone."""
        source_id = self._by_place.pop(place)
        entry = self._entries[source_id]
        contents = {other: content for other, content in entry.contents.items() if other != place}
        if contents:
            self._entries[source_id] = replace(entry, contents=contents)
            self._moved[source_id] = None
        else:
            del self._entries[source_id]

    def drop(self, source_id: str) -> None:
        """A document is gone from all its places."""
        for place in list(self._entries[source_id].contents):
            self.leave(place)

    def free_id(self, origin: Origin) -> str:
        """An id for a new document at a place, where an older one that has moved may still be called after it."""
        number = 0
        while (source_id := id_of(origin, number)) in self._entries or source_id in self._before:
            number += 1
        return source_id

    def places(self) -> Mapping[str, str]:
        """Every place, with the id of its document."""
        return dict(self._by_place)

    def gone(self) -> list[str]:
        """The ids of the documents that were there and are there no longer."""
        return sorted(self._before.difference(self._entries))

    def moved(self) -> list[Entry]:
        """The documents whose places have changed since this was asked before."""
        moved, self._moved = self._moved, {}
        return [self._entries[source_id] for source_id in moved if source_id in self._entries]


def is_gone(place: str) -> bool:
    """Whether a file is certainly no longer at a place; one that cannot be looked at may be there."""
    try:
        return Path(place).is_absolute() and not Path(place).exists()
    except OSError:
        return False
