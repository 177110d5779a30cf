"""Writes files whole: the old content or the new, never a half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from indexer.errors import StoreError


def make_place(path: Path) -> None:
    """Make the folder of `path`, before the long work whose result goes there. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path} can't be written: {error.strerror}. Free space or choose another place."
    )


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path` through a temporary file beside it. Raises StoreError."""
    write_whole_bytes(path, text.encode("utf-8"))


def write_whole_bytes(path: Path, content: bytes) -> None:
    """The same for a file that is no text."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(partial).replace(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _refused(path, error) from error
