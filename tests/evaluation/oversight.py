"""Measures `ingest.oversight` on labelled sentences: `python -m tests.evaluation.oversight [SHARED]`.

The labels point to a document, offsets in its stored text and a digest of the sentence; the texts themselves are not here.
They were given by reading, before and apart from the rules; sentences nobody could decide on are not among them.
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import DOSSIER_PLACE, Origin, dossier_origins
from ingest.oversight import states_oversight
from vectorstore.debate import load_debate

LABELS = Path(__file__).with_name("oversight.jsonl")
DEFAULT_SHARED = Path(__file__).parents[3] / "shared"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, what it was labelled, and which half of the set it is in."""

    document: str
    text: str
    oversight: bool
    half: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of right and wrong, and what follows from them."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        """The share of the found that is right."""
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """The share of the right that is found."""
        return self.hits / max(1, self.hits + self.misses)


def load_labelled(shared: Path) -> list[Labelled]:
    """The labelled sentences whose documents are here.

    Raises:
        ValueError: a label no longer points at the sentence that was labelled.
    """
    debate = load_debate()
    texts: dict[str, str | None] = {origin.place: load(origin, Metadata(), debate).document.text for origin in dossier_origins()}
    found = []
    for line in LABELS.read_text("utf-8").splitlines():
        label = json.loads(line)
        name = label["document"]
        if name not in texts:
            path = shared / name
            texts[name] = load(Origin(path, str(path)), Metadata(), debate).document.text if path.is_file() else None
        text = texts[name]
        if text is None:
            continue
        sentence = text[label["start"] : label["end"]]
        if hashlib.sha256(sentence.encode()).hexdigest()[:16] != label["sha256"]:
            raise ValueError(f"the label at {name}:{label['start']} no longer points at its sentence")
        found.append(Labelled(name, sentence, label["oversight"], label["half"]))
    return found


def score(labelled: list[Labelled]) -> Score:
    """How the rules do on labelled sentences."""
    caveat = load_debate().caveat
    pairs = [(states_oversight(each.text, caveat), each.oversight) for each in labelled]
    return Score(pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, True)))


def interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share of `count` (Wilson 1927)."""
    if count == 0:
        return 0.0, 1.0
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def main() -> None:
    """Print precision and recall per half, and every sentence that is judged otherwise than labelled in development."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SHARED
    labelled = load_labelled(shared)
    for half in ("development", "test", "all"):
        chosen = [each for each in labelled if half in {each.half, "all"}]
        found = score(chosen)
        precision = interval(found.precision, found.hits + found.false_alarms)
        recall = interval(found.recall, found.hits + found.misses)
        print(
            f"{half:12} {len(chosen):4} sentences, {found.hits + found.misses:3} state it   "
            f"precision {found.precision:.3f} [{precision[0]:.2f}, {precision[1]:.2f}]   "
            f"recall {found.recall:.3f} [{recall[0]:.2f}, {recall[1]:.2f}]"
        )
    caveat = load_debate().caveat
    for each in labelled:
        if each.half == "development" and states_oversight(each.text, caveat) != each.oversight:
            print("missed " if each.oversight else "too much", each.document.removeprefix(DOSSIER_PLACE), "|", each.text)


if __name__ == "__main__":
    main()
