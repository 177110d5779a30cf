"""`forget`: an account goes completely, from the record and from everything beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

from indexer.chroma_folder import FolderVectors
from indexer.lexical import Lexical
from indexer.lock import index_lock
from indexer.store import Store
from indexer.vectors import VectorStore, open_vectors


def forget_account(
    store: Store, home: Path, slug: str, vectors: VectorStore | None = None, wipe: bool = False
) -> None:
    """Remove an account: record, vectors, lexical index, briefs, painted pages, what was uploaded.

    SQLite overwrites what is deleted, but may keep copies of it in unused parts of its pages, from when it
    moved rows; `wipe` writes the record's file anew without these, which takes as long as the file is large.

    The vectors go first: where their server doesn't answer (Unreachable), the account is still known and
    can be forgotten again. Raises UnknownAccount, Locked.
    """
    folder = Path(store.account(slug).folder)
    with index_lock(home), store.owned():
        for place in (vectors or open_vectors(home), FolderVectors(home)):
            place.forget(slug)
        store.forget(slug)
        if wipe:
            store.wipe()
        Lexical(home, slug).forget()
        for made in ("briefs", "pages"):
            shutil.rmtree(home / made / slug, ignore_errors=True)
        if folder.is_relative_to((home / "uploads").resolve()):
            shutil.rmtree(folder.parent, ignore_errors=True)
