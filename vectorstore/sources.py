"""The sources in a catalogue: those that are asked for, all of them, or those whose names have certain words."""

import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping

from vectorstore.passages import Source
from vectorstore.rows import source_from

_BATCH = 500
_REMEMBERED = 10_000  # sources, at about two kilobytes each

WordsOf = Callable[[Source], Collection[str]]
"""The words that a source is called by."""


class Sources:
    """Reads them as they are needed: of a large catalogue, all of them take longer than an answer may."""

    def __init__(self, database: sqlite3.Connection, *, is_final: bool) -> None:
        """What is final does not change any more, and is remembered."""
        self._db, self._is_final = database, is_final
        self._all: dict[str, Source] = {}
        self._known: dict[str, Source] = {}
        self._words: tuple[WordsOf, list[str], dict[str, array[int]]] | None = None

    def all(self) -> Mapping[str, Source]:
        """Every source, by id."""
        if not (self._is_final and self._all):
            found = (source_from(data) for (data,) in self._db.execute("SELECT data FROM source"))
            self._all = {source.id: source for source in found}
        return self._all

    def some(self, ids: Iterable[str]) -> dict[str, Source]:
        """The sources with these ids, by id; those that are not there are left out."""
        wanted = list(dict.fromkeys(ids))
        if not self._is_final:
            return self._read(wanted)
        if fresh := [each for each in wanted if each not in self._known]:
            if len(self._known) + len(fresh) > _REMEMBERED:
                self._known = {each: self._known[each] for each in wanted if each in self._known}
            self._known |= self._read(fresh)
        return {each: self._known[each] for each in wanted if each in self._known}

    def called(self, words: Collection[str], words_of: WordsOf) -> list[str]:
        """The ids of the sources that have all of these words among those of `words_of`.

        Which source has which word is gathered at the first call, and remembered for further ones with the same `words_of`.
        """
        ids, holders = self._gathered(words_of)
        if not words or not all(word in holders for word in words):
            return []
        rarest, *others = sorted((holders[word] for word in words), key=len)
        kept = set(rarest).intersection(*others)
        return [ids[number] for number in sorted(kept)]

    def _read(self, ids: list[str]) -> dict[str, Source]:
        found = {}
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            for source_id, data in self._db.execute(f"SELECT id, data FROM source WHERE id IN ({marks})", batch):  # noqa: S608  # marks
                found[source_id] = source_from(data)
        return found

    def _gathered(self, words_of: WordsOf) -> tuple[list[str], dict[str, "array[int]"]]:
        if self._is_final and self._words and self._words[0] is words_of:
            return self._words[1:]
        ids: list[str] = []
        holders: dict[str, array[int]] = {}
        for (data,) in self._db.execute("SELECT data FROM source"):
            source = source_from(data)
            for word in words_of(source):
                holders.setdefault(word, array("i")).append(len(ids))
            ids.append(source.id)
        self._words = words_of, ids, holders
        return ids, holders
