"""The record's SQL in PostgreSQL's words: types, placeholders, rows by the hundred, signs it can't hold.

Rules of the journal that are triggers are in `triggers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from indexer.store.schema import TABLES
from indexer.store.triggers import POSTGRES as TRIGGERS

SCHEMA = "baton"
"""The namespace of Baton's tables: names such as `account` may be taken in a database of others."""
MAX_ROWS = 500
MAX_CHARS = 4_000_000
"""What one statement carries at most: it is built in memory here and there."""

_TYPES = (
    ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    (" BLOB", " BYTEA"),
    # Sorted by bytes, as in SQLite, whatever the language of the server.
    (" TEXT", ' TEXT COLLATE "C"'),
)
# An index holds no value above 2,700 bytes; a path in nested archives may be longer.
_LONG_PATHS = """
ALTER TABLE artifact DROP CONSTRAINT IF EXISTS artifact_pkey;
CREATE UNIQUE INDEX IF NOT EXISTS artifact_path ON artifact(account, md5(path));
"""
# The planner's samples would keep words of a deal after they are deleted or redacted.
_SAID = {
    "account": ("json", "extra"), "artifact": ("path", "json", "text"), "segment": ("artifact", "json"),
    "chunk": ("artifact",), "brief": ("json",), "run": ("json",), "turn": ("json",), "question": ("json",),
    "statement": ("path", "json"), "derived": ("json",), "event": ("actor", "payload"), "shown": ("reader",),
}  # fmt: skip


def tables() -> str:
    """Everything that makes the schema; running it again changes nothing."""
    made = TABLES
    for theirs, ours in _TYPES:
        made = made.replace(theirs, ours)
    unsampled = "".join(
        f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0;\n"
        for table, columns in _SAID.items()
        for column in columns
    )
    return (
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};\n{made}{_LONG_PATHS}{unsampled}{TRIGGERS}"
        "CREATE TABLE IF NOT EXISTS record(version INTEGER NOT NULL, made_by TEXT NOT NULL);\n"
    )


@lru_cache(maxsize=256)
def numbered(sql: str) -> str:
    """`?` becomes `$1`, `$2` ...; the record's SQL has no question mark but these."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)


_ROW = re.compile(r"VALUES(\(\?(?:,\?)*\))")


def batches(sql: str, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """The statement with its VALUES repeated for many rows at once, and the values of these.

    A statement without VALUES comes once a row.
    """
    row_of = _ROW.search(sql)
    batch: list[Any] = []
    held = size = 0
    for row in rows:
        batch += row
        held += 1
        size += sum(len(v) for v in row if isinstance(v, str | bytes))
        if row_of is None or held == MAX_ROWS or size > MAX_CHARS:
            yield _repeated(sql, row_of, held), batch
            batch, held, size = [], 0, 0
    if batch:
        yield _repeated(sql, row_of, held), batch


def _repeated(sql: str, row_of: re.Match[str] | None, times: int) -> str:
    if row_of is None:
        return sql
    return sql[: row_of.start(1)] + ",".join([row_of[1]] * times) + sql[row_of.end(1) :]


# PostgreSQL's text holds no NUL. \x01 stands before what replaces it, and before itself.
_ESCAPES = {"\x00": "\x010", "\x01": "\x011"}
_ESCAPED = {v: k for k, v in _ESCAPES.items()}


def stored(value: Any) -> Any:
    """A value as PostgreSQL can hold it."""
    if isinstance(value, str) and ("\x00" in value or "\x01" in value):
        return re.sub("[\x00\x01]", lambda m: _ESCAPES[m[0]], value)
    return value


def as_was(value: Any) -> Any:
    """A value as it was before `stored`."""
    if isinstance(value, str) and "\x01" in value:
        return re.sub("\x01[01]", lambda m: _ESCAPED[m[0]], value)
    return value
