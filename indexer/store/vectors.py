"""Vectors of chunks, and signals: what the trained heads made of passages; both by the hash of their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.store.base import Record
from indexer.store.database import Db

Kept = NDArray[Any]


class Vectors(Record):
    """The tables `vector` and `signal`, alike but for what their numbers mean."""

    def known_hashes(self, slug: str, model: str, table: str = "vector") -> set[str]:
        """Hashes of the texts whose vectors (or signals) are already in the record."""
        rows = self._rows(f"SELECT hash FROM {table} WHERE account=? AND model=?", slug, model)
        return {r[0] for r in rows}

    def add_vectors(
        self, slug: str, model: str, hashes: Sequence[str], vectors: Iterable[Kept], table: str = "vector"
    ) -> None:  # fmt: skip
        """Keep vectors as they are computed: an interrupted run need not embed them again."""
        with self.transaction() as db:
            keep(db, table, [(slug, model, h, v) for h, v in zip(hashes, vectors, strict=True)])

    def vectors(self, slug: str, model: str, table: str = "vector") -> dict[str, bytes]:
        """Vector (or signal) bytes by text hash: float32, or as a head packed them."""
        return dict(
            self._rows(f"SELECT hash, value FROM {table} WHERE account=? AND model=?", slug, model)
        )

    def keep_signals(self, slug: str, models: Sequence[str], hashes: set[str]) -> None:
        """Drop every signal of the account but those of `models` with these hashes."""
        with self.transaction() as db:
            rows = db.execute("SELECT model, hash FROM signal WHERE account=?", (slug,)).fetchall()
            stale = [(slug, m, h) for m, h in rows if m not in models or h not in hashes]
            db.executemany("DELETE FROM signal WHERE account=? AND model=? AND hash=?", stale)


def keep(db: Db, table: str, rows: Iterable[tuple[str, str, str, Kept]]) -> None:
    """Write (account, model, hash, numbers) rows over those of the same hash; of two such the last counts."""
    latest = {row[:3]: row[3] for row in rows}
    db.executemany(
        f"INSERT INTO {table} VALUES(?,?,?,?) ON CONFLICT(account, model, hash) DO UPDATE SET value=excluded.value",
        ((*key, _bytes(value)) for key, value in latest.items()),
    )


def _bytes(value: Kept) -> bytes:
    """Numbers as float32; what a head packed into bytes as it is."""
    return (value if value.dtype == np.uint8 else value.astype(np.float32)).tobytes()
