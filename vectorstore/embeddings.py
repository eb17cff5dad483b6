"""Embedding models behind LangChain's `Embeddings`: the bundled one, or any sentence-transformers model."""

import hashlib
import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.errors import UnavailableError
from vectorstore.passages import Vector

Span = tuple[int, int]

BUNDLED = "bundled"
_BUNDLED_DIR = Path(__file__).parent / "model"
_DIMENSIONS = 384
_BATCH = 32
_MAX_TOKENS = 256


@dataclass(frozen=True, slots=True)
class ModelId:
    """What an edition records of its model: the name, and a digest of the model's files."""

    name: str
    sha256: str


class PassageEmbeddings(Embeddings):
    """LangChain's `Embeddings`, with vectors as arrays of unit length and the model's identity."""

    model: ModelId

    @abstractmethod
    def encode_query(self, text: str) -> Vector:
        """The vector of a question, shape (dimensions,)."""

    @abstractmethod
    def encode_passages(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Vector:
        """The vectors of texts to be found, shape (texts, dimensions); `on_done` hears how many more are ready."""

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], on_done: Callable[[int], None] | None = None
    ) -> tuple[Vector, list[Vector]]:
        """The vectors of texts, and for each text those of the (start, end) spans in it, shape (spans, dimensions)."""
        if not texts:
            return self.encode_passages([]), []
        parts = [text[start:end] for text, inside in zip(texts, spans, strict=True) for start, end in inside]
        vectors = self.encode_passages([*texts, *parts], on_done)
        ends = np.cumsum([len(inside) for inside in spans])[:-1]
        return vectors[: len(texts)], np.split(vectors[len(texts) :], ends)

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `encode_query`."""
        return [float(value) for value in self.encode_query(text)]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `encode_passages`."""
        return [[float(value) for value in vector] for vector in self.encode_passages(texts)]


class BundledEmbeddings(PassageEmbeddings):
    """The model in the wheel, run by onnxruntime and tokenizers: no torch, no network.

    Texts are embedded one by one, on every core: the 8-bit model scales by what it is given together, so that in a batch
    a text's vector would depend on its neighbours.
    """

    def __init__(self) -> None:
        """Load the model."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors only: probing for a GPU is not news to the reader of an answer
        model_file = _BUNDLED_DIR / "model_qint8.onnx"
        self._session = onnxruntime.InferenceSession(str(model_file), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(_BUNDLED_DIR / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self.model = bundled_model_id()

    def encode_query(self, text: str) -> Vector:
        """See `PassageEmbeddings`."""
        return np.asarray(_unit(self._pieces(text)[0].mean(axis=0, keepdims=True))[0])

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Vector:
        """See `PassageEmbeddings`."""
        return self.encode_with_sentences(texts, [()] * len(texts), on_done)[0]

    def encode_with_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], on_done: Callable[[int], None] | None = None
    ) -> tuple[Vector, list[Vector]]:
        """See `PassageEmbeddings`.

        A span's vector is the mean of its word pieces as they were read in the whole text, which costs one run of the
        model where embedding each sentence by itself would cost as much again ("late chunking", Günther et al. 2024).
        """
        vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        inside: list[Vector] = []
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for index, (whole, parts) in enumerate(pool.map(self._whole_and_parts, texts, spans)):
                vectors[index] = whole
                inside.append(parts)
                if on_done:
                    on_done(1)
        return _unit(vectors), inside

    def _whole_and_parts(self, text: str, spans: Sequence[Span]) -> tuple[Vector, Vector]:
        pieces, offsets = self._pieces(text)
        whole = pieces.mean(axis=0)
        parts = np.zeros((len(spans), _DIMENSIONS), dtype=np.float32)
        for number, (start, end) in enumerate(spans):
            within = (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
            # What was cut off at the end of a very long text has no pieces of its own.
            parts[number] = pieces[within].mean(axis=0) if within.any() else whole
        return whole, _unit(parts)

    def _pieces(self, text: str) -> tuple[Vector, NDArray[np.int64]]:
        """The vectors of a text's word pieces, shape (pieces, dimensions), and the (start, end) of each in the text."""
        encoding = self._tokenizer.encode(text if text.strip() else ".")
        ids = np.array([encoding.ids], dtype=np.int64)
        (pieces,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(pieces[0], dtype=np.float32), np.array(encoding.offsets, dtype=np.int64)


class SentenceTransformerEmbeddings(PassageEmbeddings):
    """Any sentence-transformers model; one that wants prompts for questions and passages gets them."""

    def __init__(self, name: str) -> None:
        """Load from a folder, from the local cache, or from the model hub.

        Raises:
            UnavailableError: there is no such model, or it cannot be loaded.
        """
        folder = _model_folder(name)
        try:
            from sentence_transformers import SentenceTransformer

            self._model: SentenceTransformer = SentenceTransformer(str(folder), device="cpu")
        except Exception as error:
            raise UnavailableError(
                f"The embedding model {name!r} cannot be loaded ({type(error).__name__}). "
                "Check KANTTEKENING_EMBEDDING_MODEL, or set it to 'bundled'."
            ) from error
        self.model = ModelId(name, _digest(_files(folder)))

    def encode_query(self, text: str) -> Vector:
        """See `PassageEmbeddings`."""
        return _unit(np.asarray(self._model.encode_query([text], show_progress_bar=False), dtype=np.float32)).reshape(-1)

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Vector:
        """See `PassageEmbeddings`."""
        parts = []
        for batch in _batches(range(len(texts))):
            chosen = [texts[index] for index in batch]
            parts.append(np.asarray(self._model.encode_document(chosen, show_progress_bar=False), dtype=np.float32))
            if on_done:
                on_done(len(batch))
        return _unit(np.concatenate(parts)) if parts else np.zeros((0, 0), dtype=np.float32)


def load_embeddings(name: str) -> PassageEmbeddings:
    """The model that a setting names: `bundled`, a folder, or a name on the model hub.

    Raises:
        UnavailableError: there is no such model, or it cannot be loaded.
    """
    return BundledEmbeddings() if name == BUNDLED else SentenceTransformerEmbeddings(name)


def bundled_model_id() -> ModelId:
    """The identity of the bundled model, from the digest that stands beside it: hashing 23 MB costs 50 ms a start."""
    return ModelId(BUNDLED, (_BUNDLED_DIR / "SHA256").read_text("ascii").strip())


def bundled_digest() -> str:
    """The digest that `SHA256` must hold; a test compares them."""
    return _digest([_BUNDLED_DIR / "model_qint8.onnx", _BUNDLED_DIR / "tokenizer.json"])


def _model_folder(name: str) -> Path:
    path = Path(name).expanduser()
    if path.is_dir():
        return path.absolute()
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name))
    except Exception as error:
        raise UnavailableError(
            f"The embedding model {name!r} is not a folder and could not be had from the model hub "
            f"({type(error).__name__}). Check KANTTEKENING_EMBEDDING_MODEL, or set it to 'bundled'."
        ) from error


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _batches(order: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(order), _BATCH):
        yield list(order[start : start + _BATCH])


def _unit(vectors: Vector) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
