"""The lexical leg: BM25 by SQLite's FTS5, one small file an account under `lexical/`.

A cache: it can be rebuilt from the record at any time, and is when it is missing or damaged.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from indexer.errors import StoreError

_WORD = re.compile(r"\w+", re.U)
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "she",
        "he",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "der",
        "die",
        "das",
        "und",
        "ist",
        "sie",
        "wir",
        "ein",
        "eine",
        "zu",
        "mit",
        "von",
    ]
)


def query_words(query: str) -> list[str]:
    """The query's content words, lower case, in order, once each."""
    words = dict.fromkeys(w.lower() for w in _WORD.findall(query))
    return [w for w in words if w not in STOP and len(w) > 1] or list(words)


def state_of(hashes: Iterable[str]) -> int:
    """A number that tells one run of texts, by their hashes, from another: the record may be written elsewhere."""
    return zlib.crc32("\n".join(hashes).encode()) >> 1


class Lexical:
    """BM25 over one account's chunks."""

    def __init__(self, home: Path, slug: str) -> None:
        self._path = home / "lexical" / f"{slug}.db"

    def rebuild(self, texts: Sequence[str], state: int = 0) -> None:
        """Index `texts`; row n is text n; `state` is `state_of` them. Written aside and renamed into place.

        Raises StoreError, mostly because the disk is full.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".part")
        partial.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(partial, isolation_level=None)) as db:
                db.execute("PRAGMA journal_mode=OFF")
                db.execute(f"PRAGMA user_version={state:d}")
                db.execute("BEGIN")
                db.execute(
                    "CREATE VIRTUAL TABLE chunk USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')"
                )
                db.executemany("INSERT INTO chunk(rowid, text) VALUES(?,?)", enumerate(texts))
                db.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            partial.unlink(missing_ok=True)
            raise StoreError(
                f"The search index in {self._path.parent} can't be written ({error}). Free some space and run again."
            ) from error
        partial.replace(self._path)

    def ready(self, count: int, state: int | None = None) -> bool:
        """True if the cache opens, holds `count` rows and is of this state, if one is given."""
        if not self._path.is_file():
            return False
        try:
            with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as db:
                held = db.execute("SELECT count(*) FROM chunk").fetchone()[0]
                written = db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError:
            return False
        return bool(held == count and state in (None, written))

    def search(self, query: str) -> list[tuple[int, float]]:
        """(row, score) of every chunk with a word of the query; higher is better."""
        words = query_words(query)
        if not words:
            return []
        match = " OR ".join(f'"{w}"' for w in words)
        db = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
        try:
            rows = db.execute(
                "SELECT rowid, -bm25(chunk) FROM chunk WHERE chunk MATCH ?", (match,)
            ).fetchall()
        finally:
            db.close()
        return [(int(r), float(s)) for r, s in rows]

    def forget(self) -> None:
        """Remove the index, and what a broken-off run left of it."""
        self._path.unlink(missing_ok=True)
        self._path.with_suffix(".part").unlink(missing_ok=True)
