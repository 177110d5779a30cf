"""One owner of the index at a time: an operating-system lock, and beside it who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import DISK_FULL, Locked, StoreError, full_disk

LOCK_TIMEOUT_S = 2.0
_LOCK, _OWNER = "index.lock", "index.owner"


@contextmanager
def index_lock(home: Path) -> Iterator[None]:
    """Own the index of `home`. Raises Locked after two seconds if another process does, and says which.

    The system frees the lock of a process that dies; the owner's number it leaves is read only while
    somebody holds the lock, and whoever takes it writes its own.
    """
    from filelock import FileLock, Timeout

    owner = home / _OWNER
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(str(home / _LOCK), timeout=LOCK_TIMEOUT_S):
            owner.write_text(str(os.getpid()), encoding="ascii")
            try:
                yield
            finally:
                owner.unlink(missing_ok=True)
    except Timeout as error:
        raise Locked(
            f"Another process{_named(owner)} is writing the index in {home}. Wait until it has finished and run again."
        ) from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise StoreError(full_disk(error)) from error
        why = f"{home} can't be written ({error.strerror}). Choose another folder with --home."
        raise StoreError(why) from error


def _named(owner: Path) -> str:
    """The owner's process id, if it has written it yet."""
    try:
        return f" (process {int(owner.read_text(encoding='ascii'))})"
    except (OSError, ValueError):
        return ""
