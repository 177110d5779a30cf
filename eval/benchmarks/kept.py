"""What the answer head made of a corpus' passages, kept in a record under the home: each passage is read once, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from eval.benchmarks.corpora import Corpus
from indexer.answer_head import Packed
from indexer.chunking import text_hash
from indexer.encoder import Pair
from indexer.reading_head import passages
from indexer.store import Store

BATCH = 256


class Reader(Protocol):
    """What reads passages: the answer head."""

    name: str

    def vectors(self, passages: Sequence[Pair]) -> list[Packed]: ...


def slug_of(corpus: Corpus) -> str:
    """The account under which a corpus is kept."""
    return f"corpus-{text_hash(corpus.id)[:12]}"


def keep_signals(store: Store, corpus: Corpus, head: Reader) -> list[str]:
    """Have every passage of a corpus read that the record hasn't yet. Returns the passages' hashes, in their order."""
    slug, pairs = slug_of(corpus), [p.pair for p in passages(corpus.artifact, corpus.segments)]
    hashes = [text_hash("\0".join(pair)) for pair in pairs]
    known = store.known_hashes(slug, head.name, "signal")
    missing = {h: p for h, p in zip(hashes, pairs, strict=True) if h not in known}
    for at in range(0, len(missing), BATCH):
        some = list(missing)[at : at + BATCH]
        vectors = head.vectors([missing[h] for h in some])
        store.add_vectors(slug, head.name, some, vectors, "signal")
    return hashes


def signals(store: Store, corpus: Corpus, head: Reader) -> list[bytes]:
    """What the head makes of every passage of a corpus, in reading order."""
    hashes = keep_signals(store, corpus, head)
    kept = store.vectors(slug_of(corpus), head.name, "signal")
    return [kept[h] for h in hashes]
