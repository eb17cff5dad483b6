"""Haystack as its tutorial on hybrid retrieval has it: BM25 and vectors of all-MiniLM-L6-v2 in its own store, joined."""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.peers.protocol import BEST, Found, main, model_folder


class Haystack:
    """The two retrievers in a pipeline; the ranker of the tutorial is left out, as its model cannot be had without a hub."""

    def ingest(self, folder: Path, store: Path) -> tuple[int, int]:
        """Split by words as the tutorial does, embed, and keep the store in a file."""
        from haystack import Document
        from haystack.components.preprocessors import DocumentSplitter
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

        documents = [Document(content=path.read_text("utf-8"), meta={"file": path.name}) for path in sorted(folder.glob("*.txt"))]
        splitter = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
        splitter.warm_up()
        pieces = splitter.run(documents=documents)["documents"]
        embedder = SentenceTransformersDocumentEmbedder(model=model_folder(), progress_bar=False)
        embedder.warm_up()
        memory = InMemoryDocumentStore(embedding_similarity_function="cosine")
        memory.write_documents(embedder.run(documents=pieces)["documents"])
        store.mkdir(parents=True)
        memory.save_to_disk(str(store / "documents.json"))
        return len(documents), len(pieces)

    def open(self, store: Path) -> Callable[[str], Found]:
        """The pipeline, with its store read."""
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        memory = InMemoryDocumentStore.load_from_disk(str(store / "documents.json"))
        pipeline = Pipeline()
        pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=model_folder(), progress_bar=False))
        pipeline.add_component("vectors", InMemoryEmbeddingRetriever(memory, top_k=BEST))
        pipeline.add_component("words", InMemoryBM25Retriever(memory, top_k=BEST))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=BEST))
        pipeline.connect("embedder", "vectors")
        pipeline.connect("vectors", "joiner")
        pipeline.connect("words", "joiner")

        def answer(question: str) -> Found:
            done = pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
            return [{"file": each.meta["file"], "text": each.content} for each in done["joiner"]["documents"]]

        return answer


if __name__ == "__main__":
    main(Haystack())
