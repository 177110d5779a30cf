"""Who searches a corpus: Baton as it searches a deal, and the baselines beside it, all with the same embedder.

A system is told a corpus once and then answers queries with segment ids, best first. The record that Baton keeps of a corpus
stays under the home, so that a second run embeds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eval.benchmarks import baselines
from eval.benchmarks.baselines import Texts
from eval.benchmarks.corpora import Corpus
from eval.benchmarks.kept import BATCH, keep_signals, slug_of
from eval.benchmarks.searching import Search, System
from indexer.answer_head import AnswerHead
from indexer.chunking import chunk_artifact
from indexer.embed import Embedder
from indexer.models import Account
from indexer.search import AccountIndex
from indexer.store import Contents, Store


class Baton:
    """The product's own search over one corpus at a time, indexed as a deal of one artifact."""

    def __init__(self, home: Path, embedder: Embedder, head: AnswerHead) -> None:
        self._home, self._embedder, self._head = home, embedder, head
        self._store = Store(home)

    def index(self, corpus: Corpus) -> AccountIndex:
        """The corpus as an account's index; what the record has already is not embedded again."""
        slug = slug_of(corpus)
        chunks = chunk_artifact(corpus.segments)
        self._keep(slug, self._embedder.name, {c.hash: c.text for c in chunks})
        keep_signals(self._store, corpus, self._head)
        account = Account(slug=slug, name=corpus.id)
        contents = Contents(account, [corpus.artifact], corpus.segments, chunks)
        self._store.write(contents, "benchmark", self._embedder.name, "")
        return AccountIndex(self._store, self._home, slug, self._embedder, self._head)

    def _keep(self, slug: str, model: str, texts: dict[str, str]) -> None:
        known = self._store.known_hashes(slug, model)
        missing = [h for h in texts if h not in known]
        for at in range(0, len(missing), BATCH):
            some = missing[at : at + BATCH]
            self._store.add_vectors(slug, model, some, self._embedder.embed([texts[h] for h in some]))  # fmt: skip


def all_systems(home: Path, embedder: Embedder, head: AnswerHead) -> dict[str, System]:
    """Baton and its baselines by the names they are printed under; the record of the corpora lies under `home`."""
    baton = Baton(home, embedder, head)

    def searching(corpus: Corpus) -> Search:
        index = baton.index(corpus)

        return lambda query: [e.segment.id for e in index.search(query, len(index.segments))]

    def alone(make: Callable[[Texts], Search]) -> System:
        return lambda corpus: make([corpus.segments])

    return {
        "Baton": searching,
        "LlamaIndex default": alone(lambda t: baselines.llama_index(t, embedder)),
        "LlamaIndex fusion with BM25": alone(lambda t: baselines.llama_index_fusion(t, embedder)),
        "BM25 over segments": alone(baselines.bm25_segments),
    }
