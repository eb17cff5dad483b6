"""Spoilt files of every format, read as an ingest reads them: in processes of their own, within limits of time and memory."""

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.extraction import RefusedError
from ingest.metadata import Metadata, metadata_beside
from ingest.origins import Origin
from ingest.readers import Outcome, Readers
from ingest.reading import Reading, Request
from tests.counts import count
from tests.spoiling import SOUND, spoilt
from vectorstore.debate import Debate
from vectorstore.settings import PREFIX

EACH = 600 if f"{PREFIX}SOAK" in os.environ else 25
KILLED = ("reading it stopped the process", "reading it takes longer than")
_REASON = re.compile(r"(?:[a-z]|'|\.[a-z]|line \d).*[^.\s]")


def requests(suffix: str, folder: Path, beside: dict[str, RefusedError]) -> Iterator[Request]:
    """Spoilt files of a format, written when their turn comes; `beside` hears of a sidecar that is of no use."""
    for seed in range(EACH):
        data = spoilt(suffix, random.Random(f"{suffix} {seed}"))  # noqa: S311  # the same damage every time
        path = folder / f"bestand-{seed}{suffix if suffix != '.toml' else '.txt'}"
        path.write_bytes(data if suffix != ".toml" else SOUND[".txt"])
        said = Metadata()
        if suffix == ".toml":
            path.with_suffix(suffix).write_bytes(data)
            try:
                said = metadata_beside(path)
            except RefusedError as refusal:
                beside[path.name] = refusal
        yield Request(Origin(path, str(path)), said)


def check(outcome: Outcome) -> str:
    """What came of a file: clean text of which every passage is a part, or a reason that reads as a sentence."""
    if isinstance(outcome, Reading):
        text = outcome.document.text
        assert text.strip()
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
        assert outcome.passages
        assert all(text[passage.start : passage.end] == passage.text for passage in outcome.passages)
        return "read"
    reason = str(outcome)
    assert _REASON.fullmatch(reason), reason
    assert reason.isprintable(), reason
    assert len(reason) < 600, reason
    return "killed" if reason.startswith(KILLED) else "refused"


@pytest.mark.timeout(900)
def test_spoilt_files_are_read_or_refused(tmp_path: Path, debate: Debate) -> None:
    """Whatever is done to a file, it is a document or a refusal with a reason, and its process is there for the next one."""
    found: dict[str, Counter[str]] = {}
    with closing(Readers(debate, seconds=30)) as readers:
        for suffix in SOUND:
            folder, beside = tmp_path / suffix[1:], dict[str, RefusedError]()
            folder.mkdir()
            with readers.read_all(requests(suffix, folder, beside)) as outcomes:
                found[suffix] = Counter(check(beside.get(asked.origin.path.name, outcome)) for asked, outcome in outcomes)
    for suffix, counts in found.items():
        count(f"spoilt {suffix} files", f"{EACH}: " + ", ".join(f"{counts[what]} {what}" for what in ("read", "refused", "killed")))
    assert sum(counts.total() for counts in found.values()) == EACH * len(SOUND)
    assert all(counts["read"] and counts["refused"] and not counts["killed"] for counts in found.values())
