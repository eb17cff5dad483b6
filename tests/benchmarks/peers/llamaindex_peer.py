"""LlamaIndex as its documentation has it: an index of vectors and BM25, joined by reciprocal rank; all-MiniLM-L6-v2."""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.peers.protocol import BEST, Found, main, model_folder


class LlamaIndex:
    """Vectors and words; no language model writes further questions, as there is none."""

    def ingest(self, folder: Path, store: Path) -> tuple[int, int]:
        """Read, split as it does by itself, embed, and keep both indexes."""
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.retrievers.bm25 import BM25Retriever

        _use_the_model()
        documents = SimpleDirectoryReader(str(folder), required_exts=[".txt"]).load_data()
        nodes = SentenceSplitter().get_nodes_from_documents(documents)
        VectorStoreIndex(nodes).storage_context.persist(str(store))
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=BEST).persist(str(store / "bm25"))
        return len(documents), len(nodes)

    def open(self, store: Path) -> Callable[[str], Found]:
        """Both retrievers, fused."""
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms.mock import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.retrievers.bm25 import BM25Retriever

        _use_the_model()
        index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(store)))
        words = BM25Retriever.from_persist_dir(str(store / "bm25"))
        fused = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=BEST), words],
            llm=MockLLM(),  # which it wants to have, and with one query does not ask
            similarity_top_k=BEST,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

        def answer(question: str) -> Found:
            return [{"file": each.node.metadata["file_name"], "text": each.node.get_content()} for each in fused.retrieve(question)]

        return answer


def _use_the_model() -> None:
    from llama_index.core import Settings
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    Settings.embed_model = HuggingFaceEmbedding(model_name=model_folder())


if __name__ == "__main__":
    main(LlamaIndex())
