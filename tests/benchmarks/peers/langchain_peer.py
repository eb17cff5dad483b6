"""LangChain as its tutorial on retrieval has it: pieces of 1,000 characters that overlap by 200, all-MiniLM-L6-v2, Chroma."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.protocol import BEST, Found, main, model_folder


class LangChain:
    """Vectors only, as in the tutorial."""

    def ingest(self, folder: Path, store: Path) -> tuple[int, int]:
        """Split, embed and add, in as many parts as Chroma takes at once."""
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        documents = [Document(path.read_text("utf-8"), metadata={"source": path.name}) for path in sorted(folder.glob("*.txt"))]
        pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
        vectors = self._vectors(store)
        for start in range(0, len(pieces), 5_000):
            vectors.add_documents(pieces[start : start + 5_000])
        return len(documents), len(pieces)

    def open(self, store: Path) -> Callable[[str], Found]:
        """The similarity search of the tutorial."""
        vectors = self._vectors(store)

        def answer(question: str) -> Found:
            return [
                {"file": each.metadata["source"], "text": each.page_content} for each in vectors.similarity_search(question, k=BEST)
            ]

        return answer

    def _vectors(self, store: Path) -> Any:  # noqa: ANN401  # of a package that is not in the environment of the project
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings

        embeddings = HuggingFaceEmbeddings(model_name=model_folder())
        return Chroma(collection_name="documents", embedding_function=embeddings, persist_directory=str(store))


if __name__ == "__main__":
    main(LangChain())
