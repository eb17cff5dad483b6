"""What an ingest remembers of each document of an edition, to tell what is new at the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """What an ingest remembers of a document.

    `recipe` changes with how documents are read; `contents` is the digest of what was read at each place where the document
    is, the one that it is named after first; `said` is a digest of what options and sidecars said of it, `given` what
    the options said (title, author, …), which a later ingest without options must not lose; `sketch` is what near-duplicates are
    found by; `not_read` what of the file is not in the text, in words.
    """

    source_id: str
    recipe: str
    contents: Mapping[str, str]
    said: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    sketch: bytes = b""
    not_read: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the document is, or the first of the places."""
        return next(iter(self.contents))

    def as_json(self) -> str:
        """All but what the catalogue has in columns of its own."""
        remembered = {"recipe": self.recipe, "contents": dict(self.contents), "said": self.said, "sketch": self.sketch.hex()}
        return json.dumps({**remembered, "not_read": self.not_read} if self.not_read else remembered)


def stored_entry(source_id: str, place: str, remembered: str, given: str) -> Entry:
    """An entry; one that an earlier version wrote has another recipe than any of now."""
    if not remembered.startswith("{"):
        return Entry(source_id, remembered, {place: ""}, given=json.loads(given))
    fields = json.loads(remembered)
    sketch = bytes.fromhex(fields["sketch"])
    not_read = tuple(fields.get("not_read", ()))
    return Entry(source_id, fields["recipe"], fields["contents"], fields["said"], json.loads(given), sketch, not_read)
