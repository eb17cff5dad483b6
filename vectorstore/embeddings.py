"""Embedding models behind LangChain's `Embeddings`: the bundled one, or any sentence-transformers model."""

import hashlib
import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.errors import UnavailableError
from vectorstore.passages import Vector

if TYPE_CHECKING:
    from tokenizers import Encoding

Span = tuple[int, int]

BUNDLED = "bundled"
_BUNDLED_DIR = Path(__file__).parent / "model"
MODEL_FILES = _NETWORK, _TOKENIZER, _DIGEST = "onnx/model_qint8.onnx", "tokenizer.json", "SHA256"
_DIMENSIONS = 384
_BATCH = 32
_MAX_TOKENS = 256
_TOKENIZED = 256  # texts whose tokens are in memory at once
_IN_TURN = 16  # of those, the texts that a thread takes at once: handing out each word by itself takes half as long as the word


@dataclass(frozen=True, slots=True)
class ModelId:
    """What an edition records of its model: the name, and a digest of the model's files."""

    name: str
    sha256: str


class PassageEmbeddings(Embeddings):
    """LangChain's `Embeddings`, with vectors as arrays of unit length and the model's identity."""

    model: ModelId

    def load(self) -> Self:
        """Read what the first text would otherwise wait for; the model itself."""
        return self

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


def import_onnxruntime() -> Any:  # noqa: ANN401  # it comes without types
    """The library, which would report to its makers over the network if the environment did not forbid it before the import."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


class Network:
    """A network that the recipe made, run by onnxruntime and tokenizers: no torch."""

    def __init__(self, folder: Path) -> None:
        """Load it."""
        from tokenizers import Tokenizer

        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors only: probing for a GPU is not news to the reader of an answer
        self._session = onnxruntime.InferenceSession(str(folder / _NETWORK), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        self.tokenizer.enable_truncation(_MAX_TOKENS)

    def encodings(self, texts: Sequence[str]) -> "list[Encoding]":
        """The tokens of texts; of one without any the tokens of a full stop, as a vector has to be of something."""
        return self.tokenizer.encode_batch([text if text.strip() else "." for text in texts])

    def pieces(self, ids: Sequence[int] | NDArray[np.int64]) -> Vector:
        """The vectors of a text's tokens, shape (tokens, dimensions).

        Texts are run one by one: the 8-bit network scales by what it is given together, so that in a batch a text's
        vector would depend on its neighbours.
        """
        (pieces,) = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})
        return np.asarray(pieces[0], dtype=np.float32)


class BundledEmbeddings(PassageEmbeddings):
    """The model in the wheel, or another that its recipe made, on every core, without a network."""

    def __init__(self, folder: Path = _BUNDLED_DIR, name: str = BUNDLED) -> None:
        """The model in a folder, which an edition will know by `name`."""
        self._folder = folder
        self.model = ModelId(name, _recorded_digest(folder))

    @cached_property
    def _network(self) -> Network:
        return Network(self._folder)

    def load(self) -> Self:
        """See `PassageEmbeddings`."""
        _ = self._network
        return self

    def encode_query(self, text: str) -> Vector:
        """See `PassageEmbeddings`."""
        (encoding,) = self._network.encodings([text])
        return np.asarray(_unit(self._network.pieces(encoding.ids).mean(axis=0, keepdims=True))[0])

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
        if not texts:
            return vectors, inside
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(texts), _TOKENIZED):
                encodings = self._network.encodings(texts[start : start + _TOKENIZED])
                pairs = list(zip(encodings, spans[start : start + _TOKENIZED], strict=True))
                shares = (pairs[first : first + _IN_TURN] for first in range(0, len(pairs), _IN_TURN))
                for found in pool.map(self._wholes_and_parts, shares):
                    for whole, parts in found:
                        vectors[len(inside)] = whole
                        inside.append(parts)
                    if on_done:
                        on_done(len(found))
        return _unit(vectors), inside

    def _wholes_and_parts(self, pairs: "Sequence[tuple[Encoding, Sequence[Span]]]") -> list[tuple[Vector, Vector]]:
        return [self._whole_and_parts(encoding, spans) for encoding, spans in pairs]

    def _whole_and_parts(self, encoding: "Encoding", spans: Sequence[Span]) -> tuple[Vector, Vector]:
        pieces = self._network.pieces(encoding.ids)
        whole = pieces.mean(axis=0)
        parts = np.zeros((len(spans), _DIMENSIONS), dtype=np.float32)
        ends = np.array([end for _, end in encoding.offsets]) if spans else np.zeros(0)
        for number, (start, end) in enumerate(spans):
            # A piece that begins a word has the space before it too; the marks that begin and end a text have no width.
            within = (ends > start) & (ends <= end)
            # What was cut off at the end of a very long text has no pieces of its own.
            parts[number] = pieces[within].mean(axis=0) if within.any() else whole
        return whole, _unit(parts)


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

    One that is run without torch is read when the first text comes, or by `load`.

    Raises:
        UnavailableError: there is no such model, or it cannot be loaded.
    """
    if name == BUNDLED:
        return BundledEmbeddings()
    folder = Path(name).expanduser().absolute()
    if (folder / _NETWORK).is_file() and (folder / _DIGEST).is_file():
        return BundledEmbeddings(folder, name)
    return SentenceTransformerEmbeddings(name)


def bundled_model_id() -> ModelId:
    """The identity of the bundled model, without loading it."""
    return ModelId(BUNDLED, _recorded_digest(_BUNDLED_DIR))


def _recorded_digest(folder: Path) -> str:
    """The digest that stands beside a model: hashing 30 MB costs 50 ms a start."""
    return (folder / _DIGEST).read_text("ascii").strip()


def digest_of_model(folder: Path = _BUNDLED_DIR) -> str:
    """The digest that `SHA256` in a folder with a model as bundled must hold; a test compares them."""
    return _digest([folder / _NETWORK, folder / _TOKENIZER])


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
