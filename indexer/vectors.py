"""The vector store: one Chroma collection an account, so that no query can see another account.

Chroma never embeds here (vectors always come in) and is never the record: what is wrong with it is
written again from the record, without embedding. Where it lies is one of two: a folder an account under
the home (`chroma_folder.py`), or a Chroma server that was named (`chroma_server.py`). The caller of
`write` and `forget` holds the index lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from indexer.embed import Vectors

BATCH = 2000
"""Chunks in one request; Chroma's own limit lies above."""

Nearest = list[tuple[int, float]]
"""(row, cosine) of the nearest chunks, best first."""
Cosines = Callable[[Vectors], Vectors | None]
"""Cosine of every chunk of an account to a question's vector, or None if the store can't say."""


@dataclass(frozen=True)
class Rows:
    """What is kept of an account: a vector a chunk (n, d), and what each chunk spans."""

    mark: str
    matrix: Vectors
    spans: Sequence[tuple[int, int, int]]
    """(window, first, last) of each chunk."""

    def batches(self, size: int = BATCH) -> list[dict[str, Any]]:
        """The rows as arguments of Chroma's `add` and `upsert`."""
        return [
            {
                "ids": [str(n) for n in range(start, min(start + size, len(self.spans)))],
                "embeddings": self.matrix[start : start + size],
                "metadatas": [
                    {"window": w, "first": f, "last": t} for w, f, t in self.spans[start : start + size]
                ],
            }
            for start in range(0, len(self.spans), size)
        ]  # fmt: skip


def rows_mark(model: str, hashes: Sequence[str]) -> str:
    """Changes with the model, or with any chunk of an account or their order."""
    return hashlib.sha256("\0".join([model, *hashes]).encode()).hexdigest()[:24]


class VectorStore(Protocol):
    """Where the vectors of all accounts are kept beside the record."""

    place: str
    """As a person would say it."""

    def write(self, slug: str, rows: Rows) -> None:
        """Replace all that is kept of an account. Raises StoreError."""

    def forget(self, slug: str) -> None:
        """Remove an account completely, if it is there. Raises StoreError."""

    def whole(self, slug: str, mark: str) -> bool:
        """True if the account is there undamaged, as it was when `mark` was taken. Raises StoreError."""

    def query(self, slug: str, vector: Vectors, limit: int) -> Nearest:
        """The account's chunks nearest to a vector. Raises StoreError."""

    def cosines(self, slug: str, mark: str) -> Cosines | None:
        """How search asks this store, or None if the record's own vectors are as near."""


def open_vectors(home: Path, url: str | None = None, token: str | None = None) -> VectorStore:
    """The server at `url` if one is named, else the folders of the home. Raises InputError for a wrong URL."""
    if url:
        from indexer.chroma_server import ServerVectors

        return ServerVectors(url, token)
    from indexer.chroma_folder import FolderVectors

    return FolderVectors(home)


def exact_scan(matrix: Vectors, vector: Vectors) -> Vectors:
    """Cosine of every row of `matrix` (n, d) to `vector` (d,): the oracle, and the cold path."""
    # Not a BLAS product: for one vector its threads cost more than they save.
    return np.asarray(np.einsum("nd,d->n", matrix, vector), dtype=np.float32)
