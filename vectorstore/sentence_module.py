"""The bundled network as a module of sentence-transformers, for programs that want the model without ours.

    SentenceTransformer("vectorstore/model", trust_remote_code=True)

gives the vectors that `load_embeddings("bundled")` gives. Ours does not come this way: it would import torch.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from sentence_transformers.base.modules import InputModule

from vectorstore.embeddings import MODEL_FILES, Network


class OnnxTransformer(InputModule):
    """From texts to the vectors of their tokens; `modules.json` of the bundled model names it."""

    def __init__(self, folder: Path) -> None:
        """Load the network in a folder laid out as `vectorstore/model`."""
        super().__init__()  # type: ignore[no-untyped-call]  # sentence-transformers has no types here
        self._folder, self._network = folder, Network(folder)
        self.tokenizer = self._network.tokenizer

    @classmethod
    def load(cls, model_name_or_path: str, *_: object, **__: object) -> Self:
        """Load from the folder that sentence-transformers was given."""
        return cls(Path(model_name_or_path))

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: object) -> dict[str, Any]:
        """Token ids and attention mask of texts, each of shape (texts, longest)."""
        encodings = self._network.encodings([f"{prompt or ''}{text}" for text in inputs])
        longest = max(len(encoding) for encoding in encodings)
        for encoding in encodings:
            encoding.pad(longest)
        return {
            "input_ids": torch.tensor([encoding.ids for encoding in encodings]),
            "attention_mask": torch.tensor([encoding.attention_mask for encoding in encodings]),
        }

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add `token_embeddings`, shape (texts, longest, dimensions); each text is run by itself, as in the product."""
        ids, mask = features["input_ids"].cpu().numpy(), features["attention_mask"].cpu().numpy()
        pieces = [self._network.pieces(row[kept > 0]) for row, kept in zip(ids, mask, strict=True)]
        padded = [np.pad(each, ((0, ids.shape[1] - len(each)), (0, 0))) for each in pieces]
        return features | {"token_embeddings": torch.tensor(np.stack(padded))}

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Copy the model's files to the folder that sentence-transformers saves to."""
        for file in MODEL_FILES:
            target = Path(output_path) / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._folder / file, target)
