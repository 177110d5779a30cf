"""What is written beside the record and can be written again from it: vectors in Chroma, the lexical index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexer.chunking import chunk_texts
from indexer.errors import Unreachable
from indexer.lexical import Lexical, state_of
from indexer.store import Store
from indexer.vectors import Rows, VectorStore, rows_mark


def write_caches(
    store: Store, home: Path, slug: str, vectors: VectorStore, texts: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Write both caches of one account anew from the record. Nothing is embedded.

    `texts` are those of the chunks, where the caller has them. Returns what could not be done and why, a sentence each: a server that is away takes nothing from the
    record. Raises StoreError when the disk is full.
    """
    # Until both are whole again there is none: a run that ends in between is not taken for a whole one.
    lexical = Lexical(home, slug)
    lexical.forget()
    degraded: tuple[str, ...] = ()
    try:
        vectors.write(slug, _rows(store, slug))
    except Unreachable as error:
        degraded = (str(error),)
    rows = store.chunk_rows(slug)
    if texts is None:
        texts = chunk_texts(rows, store.segments(slug))
    lexical.rebuild(texts, state_of(row[4] for row in rows))
    return degraded


def caches_whole(store: Store, home: Path, slug: str, vectors: VectorStore) -> bool:
    """True if both caches hold what the record does. Raises Unreachable when a server can't say."""
    rows = store.chunk_rows(slug)
    mark = rows_mark(store.model(slug) or "", [row[4] for row in rows])
    state = state_of(row[4] for row in rows)
    return Lexical(home, slug).ready(len(rows), state) and vectors.whole(slug, mark)


def _rows(store: Store, slug: str) -> Rows:
    """The account's chunks and their vectors as the record has them."""
    model = store.model(slug) or ""
    chunks = store.chunk_rows(slug)
    by_hash = store.vectors(slug, model)
    matrix = [np.frombuffer(by_hash[row[4]], np.float32) for row in chunks]
    return Rows(
        mark=rows_mark(model, [row[4] for row in chunks]),
        matrix=np.stack(matrix) if matrix else np.zeros((0, 1), np.float32),
        spans=[(window, first, last) for _, window, first, last, _ in chunks],
    )


def damaged_caches(
    store: Store, home: Path, vectors: VectorStore, progress: Callable[[int, int], None]
) -> list[str]:
    """The accounts whose caches are not what the record says, by reading every byte. Raises Unreachable."""
    accounts = store.accounts()
    found = []
    for n, account in enumerate(accounts):
        if not caches_whole(store, home, account.slug, vectors):
            found.append(account.slug)
        progress(n + 1, len(accounts))
    return found
