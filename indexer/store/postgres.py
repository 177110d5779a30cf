"""The record in a PostgreSQL database, which several machines may share.

One writer at a time, as with a file: a transaction begins with an advisory lock that its end lets go.
Who indexes holds another one for the session, so that it is free at once when a run is killed.
Readers take no lock. A connection that broke is made anew at the next statement outside a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from time import monotonic, sleep
from typing import Any

from indexer.errors import Locked, StoreError
from indexer.store.postgres_connection import (
    INSTALL,
    UNDEFINED_TABLE,
    Answer,
    Connection,
    Lost,
    code_of,
    speaking,
)
from indexer.store.postgres_sql import SCHEMA, tables
from indexer.store.postgres_url import VARIABLE, ServerUrl, read_url
from indexer.store.schema import VERSION

OWNER_WAIT_S = 1.5
"""Together with the time to connect, an owner is named within two seconds."""
_FAMILY = 0x6261746F
"""Baton's among the advisory locks of a database."""
_WRITING, _OWNING = 1, 2
_OWNER = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "JOIN pg_database d ON d.oid = l.database AND d.datname = current_database() "
    f"WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {_FAMILY} AND l.objid = {_OWNING}"
)


class ThreadConnection:
    """The connection of one thread, opened anew when it was lost between two statements."""

    def __init__(self, url: ServerUrl) -> None:
        self._url = url
        self._now: Connection | None = None
        self.in_transaction = False

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Answer:
        may_be_stale = self._idle()
        try:
            return self._open().execute(sql, values)
        except Lost:
            if not may_be_stale:
                raise
            # Outside a transaction the record only reads: asked again, it is the same question.
            return self._open().execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Answer:
        return self._open().executemany(sql, rows)

    def script(self, sql: str) -> None:
        self._open().script(sql)

    def raw(self, column: str) -> str:
        return self._open().raw(column)

    def says(self, parameter: str) -> str:
        """What the server said of itself, such as `server_version`."""
        return self._open().says(parameter)

    @contextmanager
    def transaction(self, *how: str) -> Iterator[None]:
        """Begin with the statements `how`; commit at the end, or roll back where something was raised."""
        try:
            self._begin(how)
            yield
            self.script("COMMIT")
        except BaseException:
            # The server rolls back by itself what a lost connection began.
            if self._now is not None and self._now.open:
                self.script("ROLLBACK")
            raise
        finally:
            self.in_transaction = False

    def _begin(self, how: Sequence[str]) -> None:
        statements = "; ".join(how)
        may_be_stale = self._idle()
        try:
            self.script(statements)
        except Lost:
            if not may_be_stale:
                raise
            self.script(statements)
        self.in_transaction = True

    def _idle(self) -> bool:
        """True if the line was used before and nothing hangs on it: it may be broken without harm."""
        return self._now is not None and self._now.open and not self.in_transaction

    def close(self) -> None:
        if self._now is not None:
            self._now.close()
            self._now = None

    def _open(self) -> Connection:
        if self._now is None or not self._now.open:
            if self.in_transaction:
                raise Lost("the connection broke")
            self._now = Connection(self._url)
        return self._now


class PostgresDatabase:
    """The database that a URL names, with Baton's tables in a schema of its own."""

    def __init__(self, url: str) -> None:
        _want_driver()
        self.url = read_url(url)
        self._threads = threading.local()
        with self.speaking():
            self._make_tables()

    def connection(self) -> ThreadConnection:
        """This thread's connection: readers of other threads never wait, and none sees half a write."""
        if not hasattr(self._threads, "db"):
            self._threads.db = ThreadConnection(self.url)
        connection: ThreadConnection = self._threads.db
        return connection

    def close(self) -> None:
        self.connection().close()
        del self._threads.db

    def speaking(self) -> AbstractContextManager[None]:
        """Turn the server's faults into one sentence with a way out."""
        return speaking(self.url)

    @contextmanager
    def transaction(self, wait_ms: int) -> Iterator[ThreadConnection]:
        with self.speaking():
            db = self.connection()
            with db.transaction(
                "BEGIN", f"SET LOCAL lock_timeout={wait_ms:d}", f"SELECT pg_advisory_xact_lock({_FAMILY}, {_WRITING})"
            ):  # fmt: skip
                yield db

    @contextmanager
    def reading(self) -> Iterator[ThreadConnection]:
        with self.speaking():
            db = self.connection()
            with db.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
                yield db

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Hold the index of the whole database, on a connection of its own. Raises Locked with the owner's name."""
        with self.speaking():
            try:
                holder = Connection(self.url)
                _take(holder)
            except Locked:
                holder.close()
                raise
        try:
            yield
        finally:
            holder.close()

    def settle(self, tables: Sequence[str]) -> None:
        """Give the place of what was deleted to what comes next; nobody waits for it."""
        with self.speaking():
            self.connection().execute("VACUUM " + ", ".join(f"{SCHEMA}.{t}" for t in tables))

    def wipe(self, tables: Sequence[str]) -> None:
        """Rewrite the tables into new files. Raises StoreError if somebody reads them for two seconds.

        The server's log of changes, its archive and its copies keep what they keep: see docs/database.md.
        """
        with self.speaking():
            db = self.connection()
            db.script("SET lock_timeout=2000")
            db.execute("VACUUM (FULL) " + ", ".join(f"{SCHEMA}.{t}" for t in tables))
            db.script("RESET lock_timeout")

    def _make_tables(self) -> None:
        """Make what is missing. Raises StoreError for a record of a newer Baton."""
        from pg8000.exceptions import DatabaseError

        wanted = tables()
        made_by = sha256(wanted.encode()).hexdigest()[:16]
        db = self.connection()
        try:
            row = db.execute(f"SELECT version, made_by FROM {SCHEMA}.record").fetchone()
        except DatabaseError as error:
            if code_of(error) != UNDEFINED_TABLE:
                raise
            row = None
        if row is not None and row[0] > VERSION:
            raise StoreError(
                f"The record in {self.url} was made by a newer Baton (version {row[0]}, this one knows {VERSION}). "
                "Update Baton on this machine."
            )
        if row is None or row[1] != made_by:
            self._refuse_other_encodings()
            with self.transaction(30_000) as db:
                db.script(wanted)
                db.execute("DELETE FROM record")
                db.execute("INSERT INTO record VALUES(?,?)", (VERSION, made_by))

    def _refuse_other_encodings(self) -> None:
        encoding = self.connection().says("server_encoding")
        if encoding != "UTF8":
            raise StoreError(
                f"The database {self.url} keeps text as {encoding}. Make one with `createdb -E UTF8 -T template0 NAME`."
            )


def _want_driver() -> None:
    try:
        import pg8000.core  # noqa: F401
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{VARIABLE} is set, but the driver for PostgreSQL is not installed. Run: {INSTALL}"
        ) from error


def described(url: str) -> str:
    """What is at a URL, in a few words and without the password. Makes nothing there. Raises as the record does."""
    _want_driver()
    server = read_url(url)
    with speaking(server):
        db = Connection(server)
        try:
            made = db.execute("SELECT to_regclass(?) IS NOT NULL", (f"{SCHEMA}.account",)).rows[0][
                0
            ]
            count = db.execute("SELECT count(*) FROM account").rows[0][0] if made else "no"
            kept = f"PostgreSQL {db.says('server_version')}, {db.says('server_encoding')}"
        finally:
            db.close()
    return f"{count} accounts in {server}: {kept}"


def _take(holder: Connection) -> None:
    until = monotonic() + OWNER_WAIT_S
    take = f"SELECT pg_try_advisory_lock({_FAMILY}, {_OWNING})"
    while not holder.execute(take).rows[0][0]:
        if monotonic() > until:
            owner = next((row[0] for row in holder.execute(_OWNER).rows), "another process")
            raise Locked(
                f"{owner} is writing the index of this database. Wait until it has finished and run again."
            )
        sleep(0.1)
