"""The baselines beside Baton's search: LlamaIndex as it comes, its fusion with BM25, BM25 alone.

They are given Baton's own extracted text and its embedder; what they return, their nodes in their order, is told as the
segments that stand in it for more than half.
"""

from __future__ import annotations

import bisect
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from indexer.embed import Embedder
from indexer.errors import InputError
from indexer.models import Segment

Search = Callable[[str], Sequence[str]]
Texts = Sequence[Sequence[Segment]]
"""Segments by artifact, in reading order."""
SMALL = 256


class _Whole:
    """An artifact's text as a baseline gets it, one line a segment with its speaker, and where the segments stand in it."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        lines = [f"{s.speaker}: {s.text}" if s.speaker else s.text for s in segments]
        self.text = "\n".join(lines)
        self._ids = [s.id for s in segments]
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def within(self, start: int, end: int) -> Iterator[str]:
        """Ids of the segments that stand in `start`..`end` for more than half."""
        first = max(0, bisect.bisect_right(self._starts, start) - 1)
        for i in range(first, len(self._ids)):
            low, high = self._starts[i], self._starts[i + 1] - 1
            if low >= end:
                return
            if 2 * (min(high, end) - max(low, start)) > high - low:
                yield self._ids[i]


def _nodes(texts: Texts, tokens: int) -> tuple[list[Any], dict[str, list[str]]]:
    """LlamaIndex's nodes of some tokens each, and each node's segments."""
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=tokens, chunk_overlap=min(200, tokens // 5))
    nodes, covered = [], {}
    for segments in texts:
        whole = _Whole(segments)
        for node in splitter.get_nodes_from_documents([Document(text=whole.text)]):
            start, end = node.start_char_idx, node.end_char_idx
            nodes.append(node)
            covered[node.node_id] = list(whole.within(start, end)) if start is not None else []
    return nodes, covered


def _embedding(embedder: Embedder) -> Any:
    """The embedder as LlamaIndex wants one."""
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Shared(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = embedder.embed(texts).tolist()
            return vectors

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embeddings([query])[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return Shared(model_name=embedder.name)


def _retrieving(retriever: Any, covered: dict[str, list[str]], query: str) -> list[str]:
    return [s for found in retriever.retrieve(query) for s in covered[found.node.node_id]]


def _dense_retriever(nodes: list[Any], embedder: Embedder) -> Any:
    from llama_index.core import VectorStoreIndex

    index = VectorStoreIndex(nodes, embed_model=_embedding(embedder))
    return index.as_retriever(similarity_top_k=len(nodes))


def installed() -> bool:
    """Whether the packages that only development needs are there."""
    return importlib.util.find_spec("bm25s") is not None


def _bm25_retriever(nodes: list[Any]) -> Any:
    if not installed():
        raise InputError(
            "The baselines need llama-index-retrievers-bm25. Run `make setup`, or `pip install '.[dev]'`."
        )
    from llama_index.retrievers.bm25 import BM25Retriever

    return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=len(nodes))


def llama_index(texts: Texts, embedder: Embedder, tokens: int = 1024) -> Search:
    """LlamaIndex's default: sentence-aware chunks of 1,024 tokens, the nearest vectors."""
    nodes, covered = _nodes(texts, tokens)
    return partial(_retrieving, _dense_retriever(nodes, embedder), covered)


def llama_index_fusion(texts: Texts, embedder: Embedder) -> Search:
    """LlamaIndex's fusion retriever over its default chunks: reciprocal ranks of the vectors and of BM25."""
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever

    nodes, covered = _nodes(texts, 1024)
    fused = QueryFusionRetriever(
        [_dense_retriever(nodes, embedder), _bm25_retriever(nodes)], llm=MockLLM(), num_queries=1,
        mode="reciprocal_rerank", similarity_top_k=len(nodes), use_async=False,
    )  # fmt: skip
    return partial(_retrieving, fused, covered)


def bm25_segments(texts: Texts) -> Search:
    """BM25 over single segments, stemmed and without stop words, as LlamaIndex's retriever does it."""
    from llama_index.core.schema import TextNode

    segments = [s for part in texts for s in part if s.text.strip()]
    nodes: list[Any] = [
        TextNode(text=f"{s.speaker}: {s.text}" if s.speaker else s.text, id_=s.id) for s in segments
    ]
    return partial(_retrieving, _bm25_retriever(nodes), {s.id: [s.id] for s in segments})


def bm25_chunks(texts: Texts) -> Search:
    """BM25 over chunks of 256 tokens."""
    nodes, covered = _nodes(texts, SMALL)
    return partial(_retrieving, _bm25_retriever(nodes), covered)
