"""What the record asks of a database, whichever it is: statements, transactions, one writer.

The record's SQL is what SQLite and PostgreSQL both understand, with `?` for a value; where they
differ, the difference is in the two modules that do what is promised here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

BUSY = "The record is busy in another process. Try again in a moment."


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    def fetchone(self) -> Any:
        """The next row as a tuple, or None."""

    def fetchall(self) -> list[Any]:
        """All rows, as tuples."""


class Db(Protocol):
    """A connection of one thread."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Rows:
        """Run one statement for every row of values, quickly; no two rows with the same key."""

    def raw(self, column: str, /) -> str:
        """SQL for a text column that is to be read even if its bytes are no text any more."""


class Database(Protocol):
    """Where the record is kept. Every fault is raised as a StoreError."""

    def connection(self) -> Db:
        """This thread's connection: readers never wait, and none sees half a write."""

    def close(self) -> None:
        """Give this thread's connection back."""

    def speaking(self) -> AbstractContextManager[None]:
        """Faults inside become one sentence with a way out."""

    def transaction(self, wait_ms: int) -> AbstractContextManager[Db]:
        """Everything inside is written, or nothing; one writer at a time, others wait for `wait_ms`."""

    def reading(self) -> AbstractContextManager[Db]:
        """Everything inside is read from one state of the record."""

    def owned(self) -> AbstractContextManager[None]:
        """Be the only one who writes an index into the record. Raises Locked within two seconds."""

    def settle(self, tables: Sequence[str]) -> None:
        """Let go of what was just deleted from the tables, without making anybody wait."""

    def wipe(self, tables: Sequence[str]) -> None:
        """Leave no trace of what was deleted from the tables, as far as the database allows."""
