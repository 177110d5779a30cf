"""What every part of the record stands on: the database, and short ways to read rows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from indexer.store.database import Database, Db


class Record:
    """The database of one home folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Give this thread's connection back."""
        self._database.close()

    def transaction(self, wait_ms: int = 5000) -> AbstractContextManager[Db]:
        """Everything inside is written, or nothing; other processes' writers wait for at most `wait_ms`."""
        return self._database.transaction(wait_ms)

    def reading(self) -> AbstractContextManager[Db]:
        """Everything inside is read from one state of the record, whatever others write meanwhile."""
        return self._database.reading()

    def owned(self) -> AbstractContextManager[None]:
        """Be the only one, on any machine, who writes an index. Raises Locked within two seconds."""
        return self._database.owned()

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        """All rows of a question; of what is open in this thread, if something is."""
        with self._database.speaking():
            return self._database.connection().execute(sql, values).fetchall()

    def _row(self, sql: str, *values: Any) -> Any:
        """The first row of a question, or None."""
        return next(iter(self._rows(sql, *values)), None)
