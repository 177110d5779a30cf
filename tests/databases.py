"""Where the records of a test are kept: in files, or in a real PostgreSQL server. The same tests run over both.

A home whose record is in a database has its URL in a file, for whoever opens it: other processes too.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from indexer.store import Store
from indexer.store.postgres_connection import Connection
from indexer.store.postgres_url import VARIABLE, read_url
from tests.postgres_server import Cluster

_URL = "database.url"


def url_of(home: Path) -> str | None:
    """The URL of the database with a home's record, None for a file."""
    return (home / _URL).read_text(encoding="utf-8") if (home / _URL).is_file() else None


def environment(home: Path) -> dict[str, str]:
    """What a command needs to be told to find a home and its record."""
    url = url_of(home)
    return {"BATON_HOME": str(home), **({VARIABLE: url} if url else {})}


def open_store(home: Path) -> Store:
    return Store(home, url_of(home))


def rows(home: Path, query: str, *values: Any) -> list[Any]:
    """What plain SQL finds in a home's record, past Baton."""
    url = url_of(home)
    db: Any = Connection(read_url(url)) if url else sqlite3.connect(home / "baton.db")
    try:
        found: list[Any] = db.execute(query, values).fetchall()
        if not url:
            db.commit()
        return found
    finally:
        db.close()


def tamper(home: Path, *statements: str) -> None:
    """Change the record as somebody would who owns it: without the triggers."""
    url = url_of(home)
    if url:
        db = Connection(read_url(url))
        db.script("; ".join(["SET session_replication_role = replica", *statements]))
        db.close()
        return
    file = sqlite3.connect(home / "baton.db")
    triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'").fetchall()
    for statement in (*(f"DROP TRIGGER {name}" for name, _ in triggers), *statements, *(sql for _, sql in triggers)):  # fmt: skip
        file.execute(statement)
    file.commit()
    file.close()


def sound(home: Path) -> bool:
    """True if the database itself finds nothing wrong with its files."""
    if url_of(home):
        return rows(home, "SELECT count(*) >= 0 FROM segment") == [(True,)]
    return rows(home, "PRAGMA integrity_check") == [("ok",)]


class Databases:
    """Makes homes whose records are where this run of the tests wants them."""

    def __init__(self, cluster: Cluster | None) -> None:
        self.cluster = cluster
        self._names = (f"home_{n}" for n in itertools.count(1))

    def new(self, home: Path) -> Path:
        """A home with an empty record."""
        home.mkdir(parents=True, exist_ok=True)
        if self.cluster:
            url = self.cluster.create(next(self._names))
            (home / _URL).write_text(url, encoding="utf-8")
        return home

    def copy(self, old: Path, new: Path) -> Path:
        """The same home at another place, with a record of its own."""
        shutil.copytree(old, new, symlinks=True, ignore=shutil.ignore_patterns("*.lock"))
        url = url_of(old)
        if self.cluster and url:
            template = url.rsplit("/", 1)[1]
            made = self.cluster.copy(template, next(self._names))
            (new / _URL).write_text(made, encoding="utf-8")
        return new
