"""The manifest of an edition: what was published in its folder, in a small file that is written last."""

import json
from dataclasses import dataclass
from pathlib import Path

from vectorstore.edition import as_damaged
from vectorstore.embeddings import ModelId

MANIFEST = "edition.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an edition holds. `is_compact` says that its files hold nothing of what was ever taken out of them."""

    documents: int
    passages: int
    model: ModelId
    is_compact: bool = False


def read_manifest(folder: Path) -> Manifest:
    """The manifest in an edition's folder.

    Raises:
        DamagedEditionError: there is none, or it cannot be read.
    """
    with as_damaged(folder):
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        model = ModelId(data["model"], data["model_sha256"])
        return Manifest(int(data["documents"]), int(data["passages"]), model, is_compact=bool(data.get("compact", False)))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put it in a folder that is built."""
    model = {"model": manifest.model.name, "model_sha256": manifest.model.sha256}
    data = {"documents": manifest.documents, "passages": manifest.passages, **model, "compact": manifest.is_compact}
    (folder / MANIFEST).write_text(json.dumps(data), "utf-8")
