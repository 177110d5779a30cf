"""Chroma in this process: a store of its own for each account, under `chroma/` of the home.

One store for all would grow slower with every account, keep each that was touched in memory, and lose
all of them to one damaged file. A store is written aside, closed, sealed with the hashes of its files
and renamed into place, so what is found later is whole or is seen to be damaged. None that is damaged is
ever opened: Chroma may crash on it, or answer with another chunk's vector.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.embed import Vectors
from indexer.errors import StoreError
from indexer.vectors import Cosines, Nearest, Rows

SEAL = "seal.json"
COLLECTION = "chunks"
_SHARED = "chroma.sqlite3"
"""Written by earlier versions, which kept all accounts in one store."""


class FolderVectors:
    """The stores of one home folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "chroma"
        self.place = f"embedded Chroma in {self._folder}"

    def write(self, slug: str, rows: Rows) -> None:
        """Replace the account's store. Raises StoreError: what fails in an empty folder is the disk."""
        if (self._folder / _SHARED).exists():
            shutil.rmtree(self._folder)
        partial = self._folder / f"{slug}.part"
        try:
            self.forget(slug)
            partial.mkdir(parents=True)
            self._fill(partial, rows)
            (partial / SEAL).write_text(
                json.dumps({"mark": rows.mark, "files": _digests(partial)}), encoding="utf-8"
            )
            partial.rename(self._folder / slug)
        except Exception as error:  # Chroma raises many unrelated types where a disk is full
            shutil.rmtree(partial, ignore_errors=True)
            words = " ".join(str(error).split())
            raise StoreError(
                f"The search cache {self._folder} can't be written ({words}). Free some space and run again."
            ) from error

    @staticmethod
    def _fill(folder: Path, rows: Rows) -> None:
        with _client(folder) as client:
            collection = client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
            for batch in rows.batches():
                collection.add(**batch)

    def forget(self, slug: str) -> None:
        """Remove the account's store if there is one, and what a broken-off run left of it."""
        for folder in (self._folder / slug, self._folder / f"{slug}.part"):
            if folder.exists():
                (folder / SEAL).unlink(missing_ok=True)
                shutil.rmtree(folder)

    def whole(self, slug: str, mark: str) -> bool:
        """True if the store holds what `mark` stands for and no byte of it has changed."""
        seal = self._seal(slug)
        return seal.get("mark") == mark and seal.get("files") == _digests(self._folder / slug)

    def _seal(self, slug: str) -> dict[str, Any]:
        """What the seal says; empty if there is none that can be read."""
        try:
            seal = json.loads((self._folder / slug / SEAL).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return seal if isinstance(seal, dict) else {}

    def query(self, slug: str, vector: Vectors, limit: int) -> Nearest:
        """The nearest chunks. Raises StoreError when the store is damaged.

        Asked of a copy: Chroma writes into its files even when it only reads them.
        """
        folder = self._folder / slug
        if not self.whole(slug, str(self._seal(slug).get("mark"))):
            raise StoreError(f"{folder} is damaged. Run `baton check --repair`.")
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(shutil.copytree(folder, Path(scratch) / slug))
            with _client(copy) as client:
                collection = client.get_collection(COLLECTION, embedding_function=None)
                found = collection.query(
                    query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"]
                )
        return nearest(found)

    def cosines(self, slug: str, mark: str) -> Cosines | None:
        """None: on this machine the record's own vectors are nearer, and exact."""
        return None


def nearest(found: Any) -> Nearest:
    """Chroma's answer to one query vector as rows and cosines."""
    pairs = zip(found["ids"][0], found["distances"][0], strict=True)
    return [(int(own), 1.0 - float(distance)) for own, distance in pairs]


@contextmanager
def _client(folder: Path) -> Iterator[Any]:
    """A client of the store in `folder`, closed at the end: an open one keeps its index in memory."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    try:
        yield client
    finally:
        client.close()


def _digests(folder: Path) -> dict[str, str]:
    """The hash of every file of a store but its seal, by path."""
    digests = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != SEAL:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            digests[str(file.relative_to(folder))] = digest
    return digests
