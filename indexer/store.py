"""The record: one SQLite file that holds everything Baton was told and made.

Accounts, artifacts, segments, chunks with their vectors, briefs. Chroma and the lexical index are
caches beside it. An account's new state is written in one transaction, so a killed run leaves the
old state or the new one, never a mixture.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from indexer.chunking import Chunk
from indexer.embed import Vectors
from indexer.errors import StoreError, UnknownAccount
from indexer.models import Account, Artifact, NotRead, Person, Segment

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account(slug TEXT PRIMARY KEY, json TEXT NOT NULL, fingerprint TEXT NOT NULL,
  model TEXT NOT NULL, indexed_at TEXT NOT NULL, extra TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS artifact(account TEXT, path TEXT, json TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(account, path));
CREATE TABLE IF NOT EXISTS segment(account TEXT, position INTEGER, id TEXT, artifact TEXT, json TEXT NOT NULL,
  PRIMARY KEY(account, position));
CREATE INDEX IF NOT EXISTS segment_id ON segment(id);
CREATE TABLE IF NOT EXISTS chunk(account TEXT, position INTEGER, artifact TEXT, window INTEGER,
  first INTEGER, last INTEGER, hash TEXT, PRIMARY KEY(account, position));
CREATE TABLE IF NOT EXISTS vector(account TEXT, model TEXT, hash TEXT, value BLOB NOT NULL,
  PRIMARY KEY(account, model, hash));
CREATE TABLE IF NOT EXISTS signal(account TEXT, model TEXT, hash TEXT, value BLOB NOT NULL,
  PRIMARY KEY(account, model, hash));
CREATE TABLE IF NOT EXISTS brief(account TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT,
  json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run(id TEXT PRIMARY KEY, account TEXT, created_at TEXT, json TEXT NOT NULL);
"""
_TABLES = ("artifact", "segment", "chunk", "vector", "signal", "brief", "run")


@dataclass(frozen=True)
class Contents:
    """All that is known of one account, as one value."""

    account: Account
    artifacts: Sequence[Artifact]
    segments: Sequence[Segment]
    chunks: Sequence[Chunk]
    people: Sequence[Person] = ()
    duplicates: Sequence[tuple[str, str]] = ()
    not_read: Sequence[NotRead] = ()
    sides: Mapping[str, str] = field(default_factory=dict)
    """Why each side was inferred: domain or name -> reason."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Labels and people that stay unresolved or without a side -> why."""


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """Turn SQLite's faults into one sentence with a way out."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error) or "disk I/O" in str(error):
            raise StoreError(
                f"The disk of {path.parent} takes no more ({error}). Free some space and run again; nothing was lost."
            ) from error
        if "locked" in str(error):
            raise StoreError(
                "The record is busy in another process. Try again in a moment."
            ) from error
        raise StoreError(
            f"The record {path.name} can't be used: {error}. Check its folder's permissions."
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The record {path.name} is damaged ({error}). Restore it or move it away and index again."
        ) from error


class Store:
    """The record of one home folder."""

    def __init__(self, home: Path) -> None:
        self.path = home / "baton.db"
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{home} can't be made: {error.strerror}. Choose another --home."
            ) from error
        with _speaking(self.path):
            self._db = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _speaking(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def fingerprint(self, slug: str) -> str | None:
        """The fingerprint of what was indexed, or None if the account is unknown."""
        with _speaking(self.path):
            row = self._db.execute(
                "SELECT fingerprint FROM account WHERE slug=?", (slug,)
            ).fetchone()
        return row[0] if row else None

    def model(self, slug: str) -> str | None:
        """The name of the embedding model the account was indexed with."""
        row = self._db.execute("SELECT model FROM account WHERE slug=?", (slug,)).fetchone()
        return row[0] if row else None

    def accounts(self) -> list[Account]:
        """All accounts, by slug."""
        with _speaking(self.path):
            rows = self._db.execute("SELECT json FROM account ORDER BY slug").fetchall()
        return [Account.model_validate_json(r[0]) for r in rows]

    def account(self, slug: str) -> Account:
        """One account. Raises UnknownAccount."""
        with _speaking(self.path):
            row = self._db.execute("SELECT json FROM account WHERE slug=?", (slug,)).fetchone()
        if row is None:
            known = ", ".join(a.slug for a in self.accounts()) or "none yet"
            raise UnknownAccount(
                f"There is no account {slug!r} here (known: {known}). Index its folder with `baton index PATH`."
            )
        return Account.model_validate_json(row[0])

    def keep_signals(self, slug: str, models: Sequence[str], hashes: set[str]) -> None:
        """Drop every signal of the account but those of `models` with these hashes."""
        with self._transaction() as db:
            rows = db.execute("SELECT model, hash FROM signal WHERE account=?", (slug,)).fetchall()
            stale = [(slug, m, h) for m, h in rows if m not in models or h not in hashes]
            db.executemany("DELETE FROM signal WHERE account=? AND model=? AND hash=?", stale)

    def write(self, contents: Contents, fingerprint: str, model: str, now: str) -> None:
        """Replace all that is known of an account by `contents`, in one transaction."""
        slug = contents.account.slug
        extra = json.dumps({
            "people": [p.model_dump(mode="json") for p in contents.people],
            "duplicates": list(contents.duplicates),
            "not_read": [n.model_dump() for n in contents.not_read],
            "sides": dict(contents.sides), "doubts": dict(contents.doubts),
        })  # fmt: skip
        with self._transaction() as db:
            for table in ("artifact", "segment", "chunk"):
                db.execute(f"DELETE FROM {table} WHERE account=?", (slug,))
            db.execute(
                "INSERT OR REPLACE INTO account VALUES(?,?,?,?,?,?)",
                (slug, contents.account.model_dump_json(), fingerprint, model, now, extra),
            )
            db.executemany(
                "INSERT INTO artifact VALUES(?,?,?,?)",
                (
                    (slug, a.path, a.model_dump_json(exclude={"text"}), a.text)
                    for a in contents.artifacts
                ),
            )
            db.executemany(
                "INSERT INTO segment VALUES(?,?,?,?,?)",
                (
                    (slug, i, s.id, s.artifact, s.model_dump_json())
                    for i, s in enumerate(contents.segments)
                ),
            )
            db.executemany(
                "INSERT INTO chunk VALUES(?,?,?,?,?,?,?)",
                (
                    (slug, i, c.artifact, c.window, c.first, c.last, c.hash)
                    for i, c in enumerate(contents.chunks)
                ),
            )
            db.execute(
                "DELETE FROM vector WHERE account=? AND (model<>? OR hash NOT IN (SELECT hash FROM chunk WHERE account=?))",
                (slug, model, slug),
            )

    def purge(self, slug: str, without: Callable[[Any], Any]) -> bool:
        """Take words out of everything that was kept of an account before: its briefs and runs.

        `without` returns a JSON value without what goes. True if something went, of these or of the
        artifacts' old texts; then `wipe` once the new state is written.
        """
        found = False
        with self._transaction() as db:
            for table in ("brief", "run"):
                rows = db.execute(
                    f"SELECT id, json FROM {table} WHERE account=?", (slug,)
                ).fetchall()
                for own, held in rows:
                    clean = json.dumps(without(json.loads(held)), ensure_ascii=False)
                    if json.loads(clean) != json.loads(held):
                        found = True
                        db.execute(f"UPDATE {table} SET json=? WHERE id=?", (clean, own))
            kept = db.execute(
                "SELECT json, text FROM artifact WHERE account=? UNION ALL SELECT json, '' FROM segment WHERE account=? "
                "UNION ALL SELECT json, extra FROM account WHERE slug=?", (slug, slug, slug),
            ).fetchall()  # fmt: skip
        return found or any(without(text) != text for row in kept for text in row)

    def wipe(self) -> None:
        """Leave no trace of what was deleted, in the file or its log. Raises StoreError if it is in use."""
        with _speaking(self.path):
            self._db.execute("VACUUM")
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreError(
                "The record is in use, so words to be redacted can't be wiped from its log. "
                "Close other Baton processes and index again with --rebuild."
            )

    def forget(self, slug: str) -> None:
        """Remove every row of an account."""
        with self._transaction() as db:
            for table in _TABLES:
                db.execute(f"DELETE FROM {table} WHERE account=?", (slug,))
            db.execute("DELETE FROM account WHERE slug=?", (slug,))

    def known_hashes(self, slug: str, model: str, table: str = "vector") -> set[str]:
        """Hashes of the texts whose vectors (or signals) are already in the record."""
        rows = self._db.execute(
            f"SELECT hash FROM {table} WHERE account=? AND model=?", (slug, model)
        )
        return {r[0] for r in rows}

    def add_vectors(
        self, slug: str, model: str, hashes: Sequence[str], vectors: Vectors, table: str = "vector"
    ) -> None:
        """Keep vectors as they are computed: an interrupted run need not embed them again."""
        with self._transaction() as db:
            db.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES(?,?,?,?)",
                (
                    (slug, model, h, v.astype(np.float32).tobytes())
                    for h, v in zip(hashes, vectors, strict=True)
                ),
            )

    def artifacts(self, slug: str) -> list[Artifact]:
        """All artifacts of an account, in path order."""
        rows = self._db.execute(
            "SELECT json, text FROM artifact WHERE account=? ORDER BY path", (slug,)
        )
        return [Artifact.model_validate({**json.loads(j), "text": t}) for j, t in rows]

    def artifact(self, slug: str, path: str) -> Artifact | None:
        """One artifact by its path, or None."""
        row = self._db.execute(
            "SELECT json, text FROM artifact WHERE account=? AND path=?", (slug, path)
        ).fetchone()
        return Artifact.model_validate({**json.loads(row[0]), "text": row[1]}) if row else None

    def segments(self, slug: str) -> list[Segment]:
        """All segments of an account, artifact by artifact, in reading order."""
        rows = self._db.execute(
            "SELECT json FROM segment WHERE account=? ORDER BY position", (slug,)
        )
        return [Segment.model_validate_json(r[0]) for r in rows]

    def find_segment(self, segment_id: str) -> tuple[str, Segment] | None:
        """The account's slug and the segment with this id, or None."""
        row = self._db.execute(
            "SELECT account, json FROM segment WHERE id=?", (segment_id,)
        ).fetchone()
        return (row[0], Segment.model_validate_json(row[1])) if row else None

    def chunk_rows(self, slug: str) -> list[tuple[str, int, int, int, str]]:
        """(artifact, window, first, last, hash) of every chunk, in order."""
        return self._db.execute(
            "SELECT artifact, window, first, last, hash FROM chunk WHERE account=? ORDER BY position",
            (slug,),
        ).fetchall()

    def vectors(self, slug: str, model: str, table: str = "vector") -> dict[str, bytes]:
        """Vector (or signal) bytes, float32, by text hash."""
        return dict(
            self._db.execute(
                f"SELECT hash, value FROM {table} WHERE account=? AND model=?", (slug, model)
            )
        )

    def extra(
        self, slug: str
    ) -> tuple[list[Person], list[tuple[str, str]], list[NotRead], dict[str, str]]:
        """People, duplicates, what was not read, and why sides were inferred."""
        row = self._db.execute("SELECT extra FROM account WHERE slug=?", (slug,)).fetchone()
        found = (
            json.loads(row[0])
            if row
            else {"people": [], "duplicates": [], "not_read": [], "sides": {}}
        )
        return (
            [Person.model_validate(p) for p in found["people"]],
            [(a, b) for a, b in found["duplicates"]],
            [NotRead.model_validate(n) for n in found["not_read"]],
            dict(found["sides"]),
        )

    def doubts(self, slug: str) -> dict[str, str]:
        """Labels and people that stay unresolved or without a side, and why."""
        row = self._db.execute("SELECT extra FROM account WHERE slug=?", (slug,)).fetchone()
        return dict(json.loads(row[0]).get("doubts", {})) if row else {}

    def add_brief(self, slug: str, created_at: str, content: str) -> int:
        """Keep a finished brief (its JSON). Returns its number."""
        with self._transaction() as db:
            cursor = db.execute(
                "INSERT INTO brief(account, created_at, json) VALUES(?,?,?)",
                (slug, created_at, content),
            )
        return int(cursor.lastrowid or 0)

    def latest_brief(self, slug: str) -> str | None:
        """The JSON of the newest brief, or None."""
        row = self._db.execute(
            "SELECT json FROM brief WHERE account=? ORDER BY id DESC LIMIT 1", (slug,)
        ).fetchone()
        return row[0] if row else None

    def add_run(self, run_id: str, slug: str, created_at: str, content: str) -> None:
        """Keep a run's record: what was asked, found, refused."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO run VALUES(?,?,?,?)", (run_id, slug, created_at, content)
            )

    def run(self, run_id: str) -> str | None:
        """A run's record, or None."""
        row = self._db.execute("SELECT json FROM run WHERE id=?", (run_id,)).fetchone()
        return row[0] if row else None
