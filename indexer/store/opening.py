"""Which database holds the record of a home folder."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import StoreError
from indexer.store.database import Database


def open_database(home: Path, url: str | None) -> Database:
    """The PostgreSQL database of `url`, else the file in `home`, with the record's tables made."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{home} can't be made: {error.strerror}. Choose another --home."
        ) from error
    if url:
        from indexer.store.postgres import PostgresDatabase

        return PostgresDatabase(url)
    from indexer.store.sqlite import SqliteDatabase

    return SqliteDatabase(home / "baton.db")
