"""The record: one SQLite file that holds everything Baton was told and made.

Accounts, artifacts, segments, chunks with their vectors, briefs. Chroma and the lexical index are
caches beside it. An account's new state is written in one transaction, so a killed run leaves the
old state or the new one, never a mixture.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.chunking import Chunk
from indexer.errors import StoreError, UnknownAccount
from indexer.journal import SCHEMA as _JOURNAL
from indexer.models import Account, Artifact, NotRead, Person, Segment

if TYPE_CHECKING:
    from indexer.statements import Read, StatementParts

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
CREATE TABLE IF NOT EXISTS turn(account TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT,
  json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS question(account TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT,
  json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run(id TEXT PRIMARY KEY, account TEXT, created_at TEXT, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS statement(account TEXT, path TEXT, json TEXT NOT NULL, PRIMARY KEY(account, path));
CREATE TABLE IF NOT EXISTS shown(account TEXT, reader TEXT, hash TEXT NOT NULL, PRIMARY KEY(account, reader));
CREATE INDEX IF NOT EXISTS account_fingerprint ON account(fingerprint);
CREATE INDEX IF NOT EXISTS brief_account ON brief(account, id);
CREATE INDEX IF NOT EXISTS turn_account ON turn(account, id);
CREATE INDEX IF NOT EXISTS question_account ON question(account, id);
CREATE INDEX IF NOT EXISTS run_account ON run(account, created_at);
"""
_TABLES = (
    "event_head", "event", "artifact", "segment", "chunk", "vector", "signal", "brief", "run", "statement", "shown", "turn",
    "question",
)  # fmt: skip


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


Kept = NDArray[Any]


def _bytes(value: Kept) -> bytes:
    """Numbers as float32; what a head packed into bytes as it is."""
    return (value if value.dtype == np.uint8 else value.astype(np.float32)).tobytes()


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
        self._threads = threading.local()
        with _speaking(self.path):
            self._db.executescript(_SCHEMA + _JOURNAL)

    @property
    def _db(self) -> sqlite3.Connection:
        """This thread's connection: readers of other threads never wait, and none sees half a write."""
        if not hasattr(self._threads, "db"):
            db = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            # What is deleted is overwritten: an account that is forgotten leaves no words in the file.
            db.execute("PRAGMA secure_delete=ON")
            self._threads.db = db
        connection: sqlite3.Connection = self._threads.db
        return connection

    def close(self) -> None:
        self._db.close()
        del self._threads.db

    @contextmanager
    def transaction(self, wait_ms: int = 5000) -> Iterator[sqlite3.Connection]:
        """Everything inside is written, or nothing; other processes' writers wait for at most `wait_ms`."""
        with _speaking(self.path):
            self._db.execute(f"PRAGMA busy_timeout={wait_ms:d}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is read from one state of the record, whatever others write meanwhile."""
        with _speaking(self.path):
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                self._db.execute("COMMIT")

    def fingerprint(self, slug: str) -> str | None:
        """The fingerprint of what was indexed, or None if the account is unknown."""
        with _speaking(self.path):
            row = self._db.execute(
                "SELECT fingerprint FROM account WHERE slug=?", (slug,)
            ).fetchone()
        return row[0] if row else None

    def mark(self, slug: str) -> tuple[object, ...]:
        """Changes whenever the account's index, its briefs or its events do; cheap to take."""
        with _speaking(self.path):
            row = self._db.execute(
                "SELECT (SELECT fingerprint FROM account WHERE slug=?1), (SELECT max(id) FROM brief WHERE account=?1), "
                "(SELECT count || hash FROM event_head WHERE account=?1)",
                (slug,),
            ).fetchone()
        return tuple(row)

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
            known = self._some_slugs()
            raise UnknownAccount(
                f"There is no account {slug!r} here (known: {known}). Index its folder with `baton index PATH`."
            )
        return Account.model_validate_json(row[0])

    def _some_slugs(self) -> str:
        slugs = [r[0] for r in self._db.execute("SELECT slug FROM account ORDER BY slug LIMIT 13")]
        more = " and more, see `baton accounts`" if len(slugs) > 12 else ""
        return ", ".join(slugs[:12]) + more or "none yet"

    def with_fingerprint(self, fingerprint: str) -> list[Account]:
        """The accounts whose index has this fingerprint."""
        rows = self._db.execute("SELECT json FROM account WHERE fingerprint=?", (fingerprint,))
        return [Account.model_validate_json(r[0]) for r in rows]

    def keep_signals(self, slug: str, models: Sequence[str], hashes: set[str]) -> None:
        """Drop every signal of the account but those of `models` with these hashes."""
        with self.transaction() as db:
            rows = db.execute("SELECT model, hash FROM signal WHERE account=?", (slug,)).fetchall()
            stale = [(slug, m, h) for m, h in rows if m not in models or h not in hashes]
            db.executemany("DELETE FROM signal WHERE account=? AND model=? AND hash=?", stale)

    def write(
        self, contents: Contents, fingerprint: str, model: str, now: str, statements: int = 0
    ) -> bool:
        """Replace all that is known of an account by `contents`, in one transaction.

        `statements` is how many of the account's statements `contents` holds. False, and nothing written,
        if people made more of them meanwhile.
        """
        slug = contents.account.slug
        extra = json.dumps({
            "people": [p.model_dump(mode="json") for p in contents.people],
            "duplicates": list(contents.duplicates),
            "not_read": [n.model_dump() for n in contents.not_read],
            "sides": dict(contents.sides), "doubts": dict(contents.doubts),
        })  # fmt: skip
        with self.transaction() as db:
            if statements != self._count(db, "statement", slug):
                return False
            for table in ("artifact", "segment", "chunk"):
                db.execute(f"DELETE FROM {table} WHERE account=?", (slug,))
            db.execute(
                "INSERT OR REPLACE INTO account VALUES(?,?,?,?,?,?)",
                (slug, contents.account.model_dump_json(), fingerprint, model, now, extra),
            )
            self._insert(db, slug, contents.artifacts, contents.segments, contents.chunks)
            db.execute(
                "DELETE FROM vector WHERE account=? AND (model<>? OR hash NOT IN (SELECT hash FROM chunk WHERE account=?))",
                (slug, model, slug),
            )
        return True

    @staticmethod
    def _count(db: sqlite3.Connection, table: str, slug: str) -> int:
        row = db.execute(f"SELECT count(*) FROM {table} WHERE account=?", (slug,)).fetchone()
        return int(row[0])

    def _insert(
        self, db: sqlite3.Connection, slug: str, artifacts: Sequence[Artifact],
        segments: Sequence[Segment], chunks: Sequence[Chunk],
    ) -> None:  # fmt: skip
        """Add artifacts with their segments and chunks behind those that are there."""
        db.executemany(
            "INSERT INTO artifact VALUES(?,?,?,?)",
            ((slug, a.path, a.model_dump_json(exclude={"text"}), a.text) for a in artifacts),
        )
        first = self._count(db, "segment", slug)
        db.executemany(
            "INSERT INTO segment VALUES(?,?,?,?,?)",
            (
                (slug, i, s.id, s.artifact, s.model_dump_json())
                for i, s in enumerate(segments, first)
            ),
        )
        first = self._count(db, "chunk", slug)
        db.executemany(
            "INSERT INTO chunk VALUES(?,?,?,?,?,?,?)",
            (
                (slug, i, c.artifact, c.window, c.first, c.last, c.hash)
                for i, c in enumerate(chunks, first)
            ),
        )

    def add_statement(self, db: sqlite3.Connection, slug: str, read: Read) -> None:
        """Keep a statement and make it evidence, inside the caller's transaction."""
        parts = read.parts
        db.execute(
            "INSERT INTO statement VALUES(?,?,?)",
            (slug, parts.artifact.path, parts.model_dump_json()),
        )
        self._insert(db, slug, [parts.artifact], parts.segments, parts.chunks)
        for table, found in (("vector", read.vectors), ("signal", read.signals)):
            db.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES(?,?,?,?)",
                ((slug, m, h, _bytes(v)) for m, h, v in found),
            )

    def statements(self, slug: str) -> list[StatementParts]:
        """What people said to Baton about the account, oldest first."""
        from indexer.statements import StatementParts

        rows = self._db.execute("SELECT json FROM statement WHERE account=? ORDER BY path", (slug,))
        return [StatementParts.model_validate_json(r[0]) for r in rows]

    def statement_paths(self, slug: str) -> list[str]:
        """Paths of what people said to Baton about the account."""
        rows = self._db.execute("SELECT path FROM statement WHERE account=?", (slug,))
        return [r[0] for r in rows]

    def texts(self, slug: str, paths: Sequence[str]) -> dict[str, str]:
        """The extracted texts of those of `paths` that the record holds."""
        wanted = json.dumps(list(paths))
        rows = self._db.execute(
            "SELECT path, text FROM artifact WHERE account=? AND path IN (SELECT value FROM json_each(?))",
            (slug, wanted),
        )
        return dict(rows.fetchall())

    def purge(self, slug: str, without: Callable[[Any], Any]) -> bool:
        """Take words out of what was kept of an account before: briefs, runs, conversations, questions.

        What people said in a review stays as it is: its events are a chain that would break.

        `without` returns a JSON value without what goes. True if something went, of these or of the
        artifacts' old texts; then `wipe` once the new state is written.
        """
        found = False
        with self.transaction() as db:
            for table in ("brief", "run", "turn", "question"):
                rows = db.execute(
                    f"SELECT rowid, json FROM {table} WHERE account=?", (slug,)
                ).fetchall()
                for own, held in rows:
                    clean = json.dumps(without(json.loads(held)), ensure_ascii=False)
                    if json.loads(clean) != json.loads(held):
                        found = True
                        db.execute(f"UPDATE {table} SET json=? WHERE rowid=?", (clean, own))
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
        with self.transaction() as db:
            db.execute("DELETE FROM account WHERE slug=?", (slug,))
            for table in _TABLES:
                db.execute(f"DELETE FROM {table} WHERE account=?", (slug,))
        with _speaking(self.path):
            # The log still holds the words. Where a reader keeps it open, the next checkpoint takes it.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def known_hashes(self, slug: str, model: str, table: str = "vector") -> set[str]:
        """Hashes of the texts whose vectors (or signals) are already in the record."""
        rows = self._db.execute(
            f"SELECT hash FROM {table} WHERE account=? AND model=?", (slug, model)
        )
        return {r[0] for r in rows}

    def add_vectors(
        self,
        slug: str,
        model: str,
        hashes: Sequence[str],
        vectors: Iterable[Kept],
        table: str = "vector",
    ) -> None:
        """Keep vectors as they are computed: an interrupted run need not embed them again."""
        with self.transaction() as db:
            db.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES(?,?,?,?)",
                ((slug, model, h, _bytes(v)) for h, v in zip(hashes, vectors, strict=True)),
            )

    def artifacts(self, slug: str) -> list[Artifact]:
        """All artifacts of an account, in path order."""
        rows = self._db.execute(
            "SELECT json, text FROM artifact WHERE account=? ORDER BY path", (slug,)
        )
        return [Artifact.model_validate({**json.loads(j), "text": t}) for j, t in rows]

    def artifact_paths(self, slug: str) -> list[str]:
        """The paths of an account's artifacts, in order."""
        rows = self._db.execute("SELECT path FROM artifact WHERE account=? ORDER BY path", (slug,))
        return [r[0] for r in rows]

    def artifact_dates(self, slug: str) -> list[str | None]:
        """The date of each of an account's artifacts, as it was read; without reading their texts."""
        rows = self._db.execute("SELECT json FROM artifact WHERE account=?", (slug,))
        return [json.loads(r[0]).get("date") for r in rows]

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

    def artifact_segments(self, slug: str, path: str) -> list[Segment]:
        """The segments of one artifact, in reading order."""
        rows = self._db.execute(
            "SELECT json FROM segment WHERE account=? AND artifact=? ORDER BY position",
            (slug, path),
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
        """Vector (or signal) bytes by text hash: float32, or as a head packed them."""
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

    def add_brief(self, db: sqlite3.Connection, slug: str, created_at: str, content: str) -> int:
        """Keep a finished brief (its JSON), inside the caller's transaction. Returns its number."""
        cursor = db.execute(
            "INSERT INTO brief(account, created_at, json) VALUES(?,?,?)",
            (slug, created_at, content),
        )
        return int(cursor.lastrowid or 0)

    def briefs(self, slug: str, limit: int = 2) -> list[tuple[int, str]]:
        """(number, JSON) of the newest briefs, newest first."""
        return self._db.execute(
            "SELECT id, json FROM brief WHERE account=? ORDER BY id DESC LIMIT ?", (slug, limit)
        ).fetchall()

    def latest_brief(self, slug: str) -> str | None:
        """The JSON of the newest brief, or None."""
        row = self._db.execute(
            "SELECT json FROM brief WHERE account=? ORDER BY id DESC LIMIT 1", (slug,)
        ).fetchone()
        return row[0] if row else None

    def add_run(self, run_id: str, slug: str, created_at: str, content: str) -> None:
        """Keep a run's record: what was asked, found, refused."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO run VALUES(?,?,?,?)", (run_id, slug, created_at, content)
            )

    def add_question(self, slug: str, at: str, content: str) -> int:
        """Log a question with what came of it (its JSON). Returns its number."""
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO question(account, at, json) VALUES(?,?,?)", (slug, at, content)
            )
        return int(cursor.lastrowid or 0)

    def questions(self, slug: str) -> list[tuple[int, str]]:
        """(number, content) of every logged question, newest first."""
        return self._db.execute(
            "SELECT id, json FROM question WHERE account=? ORDER BY id DESC", (slug,)
        ).fetchall()

    def add_turns(self, slug: str, at: str, contents: Sequence[str]) -> None:
        """Keep turns of the account's conversation, in order."""
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO turn(account, at, json) VALUES(?,?,?)",
                ((slug, at, c) for c in contents),
            )

    def turns(self, slug: str) -> list[tuple[str, str]]:
        """(when, content) of every turn of the account's conversation, oldest first."""
        return self._db.execute(
            "SELECT at, json FROM turn WHERE account=? ORDER BY id", (slug,)
        ).fetchall()

    def forget_turns(self, slug: str) -> int:
        """Remove the account's conversation. Returns how many turns it had."""
        with self.transaction() as db:
            return db.execute("DELETE FROM turn WHERE account=?", (slug,)).rowcount

    def runs(self, slug: str) -> list[str]:
        """The records of an account's runs, newest first."""
        rows = self._db.execute(
            "SELECT json FROM run WHERE account=? ORDER BY created_at DESC, id", (slug,)
        )
        return [r[0] for r in rows]

    def run(self, run_id: str) -> str | None:
        """A run's record, or None."""
        row = self._db.execute("SELECT json FROM run WHERE id=?", (run_id,)).fetchone()
        return row[0] if row else None
