"""The record: everything Baton was told and made, in one SQLite file or in a PostgreSQL database.

Accounts, artifacts, segments, chunks with their vectors, briefs. Chroma and the lexical index are
caches beside it. An account's new state is written in one transaction, so a killed run leaves the
old state or the new one, never a mixture.
"""

from __future__ import annotations

from pathlib import Path

from indexer.store.accounts import Accounts
from indexer.store.briefs import Briefs
from indexer.store.deals import Contents, Deals
from indexer.store.derived import Derived
from indexer.store.forgetting import Forgetting
from indexer.store.talk import Talk
from indexer.store.vectors import Vectors


class Store(Accounts, Deals, Vectors, Derived, Briefs, Talk, Forgetting):
    """The record of one home folder: what can be asked of it and kept in it."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        """Open it; `url` names a PostgreSQL database, without one it is `baton.db` in the home.

        Raises StoreError where that can't be used, and says what to do.
        """
        from indexer.store.opening import open_database

        super().__init__(open_database(home, url))


__all__ = ["Contents", "Store"]
