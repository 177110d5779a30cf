"""The record in one SQLite file: its connections, its faults in words, its own SQL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import StoreError
from indexer.store.database import BUSY
from indexer.store.schema import TABLES
from indexer.store.triggers import SQLITE as TRIGGERS

# What is deleted is overwritten: an account that is forgotten leaves no words in the file.
SETTINGS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"


class Connection(sqlite3.Connection):
    """A connection of one thread."""

    def raw(self, column: str) -> str:
        return f"CAST({column} AS BLOB)"


class SqliteDatabase:
    """The file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()
        with self.speaking():
            self.connection().executescript(TABLES + TRIGGERS)

    def connection(self) -> Connection:
        """This thread's connection: readers of other threads never wait, and none sees half a write."""
        if not hasattr(self._threads, "db"):
            db = sqlite3.connect(self._path, timeout=5, isolation_level=None, factory=Connection)
            db.executescript(SETTINGS)
            self._threads.db = db
        connection: Connection = self._threads.db
        return connection

    def close(self) -> None:
        self.connection().close()
        del self._threads.db

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turn SQLite's faults into one sentence with a way out."""
        path = self._path
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error) or "disk I/O" in str(error):
                raise StoreError(
                    f"The disk of {path.parent} takes no more ({error}). Free some space and run again; nothing was lost."
                ) from error
            if "locked" in str(error):
                raise StoreError(BUSY) from error
            raise StoreError(
                f"The record {path.name} can't be used: {error}. Check its folder's permissions."
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The record {path.name} is damaged ({error}). Restore it or move it away and index again."
            ) from error

    @contextmanager
    def transaction(self, wait_ms: int) -> Iterator[Connection]:
        with self.speaking():
            db = self.connection()
            db.execute(f"PRAGMA busy_timeout={wait_ms:d}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.speaking():
            db = self.connection()
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("COMMIT")

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Nothing more to hold: who holds the lock of the home folder is alone with the file."""
        yield

    def settle(self, tables: Sequence[str]) -> None:
        """Empty the log, which still holds the words. Where a reader keeps it open, the next checkpoint does."""
        with self.speaking():
            self.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def wipe(self, tables: Sequence[str]) -> None:
        """Rewrite the file and empty its log. Raises StoreError if it is in use."""
        with self.speaking():
            self.connection().execute("VACUUM")
            busy = self.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreError(
                "The record is in use, so words to be redacted can't be wiped from its log. "
                "Close other Baton processes and index again with --rebuild."
            )
