"""The retriever as LangChain knows one, for people who want these passages in a chain of their own.

It returns passages without the caveat's place and without an answer's promises; the bot uses `Retriever`.
"""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vectorstore.edition import EditionReader
from vectorstore.languages import detect_language
from vectorstore.retrieval import Query, Retriever
from vectorstore.weighing import ScoredPassage


class PassageRetriever(BaseRetriever):
    """Passages as LangChain documents, best first; similarity, place, voice and suspicion are in the metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    editions: EditionReader
    retriever: Retriever
    top_k: int = 5

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  # LangChain's signature
    ) -> list[LangChainDocument]:
        with self.editions.current() as edition:
            evidence = self.retriever.retrieve(Query(query, detect_language(query), subject=query), edition)
        return [as_langchain(scored) for scored in evidence.passages[: self.top_k]]


def as_langchain(scored: ScoredPassage) -> LangChainDocument:
    """A weighed passage as a LangChain document."""
    passage = scored.passage
    metadata = {
        "source_id": passage.source_id,
        "title": scored.source.title,
        "wording": scored.source.wording.value,
        "start": passage.start,
        "end": passage.end,
        "section": passage.section,
        "voices": sorted({voice for sentence in passage.sentences for voice in sentence.voices}),
        "suspicion": passage.suspicion.value if passage.suspicion else None,
        "similarity": scored.similarity,
    }
    return LangChainDocument(id=passage.id, page_content=passage.text, metadata=metadata)
