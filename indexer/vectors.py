"""The Chroma cache: one collection an account, so that no query can see another account.

Chroma never embeds here (vectors always come in) and is never the record: whatever is wrong with it,
it is thrown away and written again from SQLite. The caller holds the index lock.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.embed import Vectors
from indexer.errors import StoreError

BATCH = 2000


def _no_embedding(*_: Any, **__: Any) -> Any:
    raise RuntimeError("Chroma must never embed: vectors are passed in.")


class ChromaCache:
    """The collections of one home folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "chroma"
        self._client: Any = None

    def _open(self) -> Any:
        if self._client is None:
            os.environ["ANONYMIZED_TELEMETRY"] = "False"
            import chromadb
            from chromadb.config import Settings

            self._client = chromadb.PersistentClient(
                str(self._folder), Settings(anonymized_telemetry=False)
            )
        return self._client

    @staticmethod
    def _name(slug: str) -> str:
        return f"baton-{slug}"[:500]

    def write(
        self, slug: str, ids: Sequence[str], vectors: Vectors, metadatas: Sequence[dict[str, Any]]
    ) -> None:
        """Replace the account's collection. A damaged store is removed and made anew."""
        try:
            self._write(slug, ids, vectors, metadatas)
        except (
            Exception
        ):  # Chroma raises many unrelated types on a damaged store; the cache is disposable
            self._client = None
            shutil.rmtree(self._folder, ignore_errors=True)
            self._write_anew(slug, ids, vectors, metadatas)

    def _write_anew(
        self, slug: str, ids: Sequence[str], vectors: Vectors, metadatas: Sequence[dict[str, Any]]
    ) -> None:
        """Write to an empty store. Raises StoreError: what fails there too is the disk."""
        try:
            self._write(slug, ids, vectors, metadatas)
        except Exception as error:  # as above
            self._client = None
            shutil.rmtree(self._folder, ignore_errors=True)
            words = " ".join(str(error).split())
            raise StoreError(
                f"The search cache {self._folder} can't be written ({words}). Free some space and run again."
            ) from error

    def _write(
        self, slug: str, ids: Sequence[str], vectors: Vectors, metadatas: Sequence[dict[str, Any]]
    ) -> None:
        client = self._open()
        self.forget(slug)
        collection = client.create_collection(
            self._name(slug), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        for i in range(0, len(ids), BATCH):
            collection.add(
                ids=list(ids[i : i + BATCH]), embeddings=vectors[i : i + BATCH].tolist(),
                metadatas=list(metadatas[i : i + BATCH]),
            )  # fmt: skip

    def forget(self, slug: str) -> None:
        """Remove the account's collection if there is one."""
        client = self._open()
        from chromadb.errors import NotFoundError

        with contextlib.suppress(NotFoundError, ValueError):
            client.delete_collection(self._name(slug))

    def query(self, slug: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """(id, cosine) of the nearest chunks, best first."""
        collection = self._open().get_collection(self._name(slug), embedding_function=None)
        found = collection.query(
            query_embeddings=vector.reshape(1, -1).tolist(), n_results=limit, include=["distances"]
        )
        return [
            (i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def count(self, slug: str) -> int:
        """How many chunks the account's collection holds; -1 if there is none."""
        try:
            return int(
                self._open().get_collection(self._name(slug), embedding_function=None).count()
            )
        except Exception:  # as above: any fault means that the cache is not usable
            return -1


def exact_scan(matrix: Vectors, vector: Vectors) -> Vectors:
    """Cosine of every row of `matrix` (n, d) to `vector` (d,): the oracle, and the cold path."""
    return np.asarray(matrix @ vector, dtype=np.float32)
