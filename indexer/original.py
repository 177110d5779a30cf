"""Owns the way back from a source to its original bytes: for what a text alone doesn't show, a page's picture, a mail's looks.

Originals are opened in child processes only. A deal whose words are partly withheld shows none of them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

WITHHELD = "words of this deal are withheld, so its sources are shown as text only"


def content_of(root: Path, path: str) -> bytes | None:
    """The bytes at `path` of the deal at `root`, also inside ZIPs and mails; None if they aren't there.

    For child processes: it opens whatever lies there.
    """
    from indexer.unfold import Listener, Unfolding
    from indexer.walk import Exclude, walk_deal

    places = walk_deal(root).files
    outer = {
        p: place for p, place in places.items() if path == p or path.startswith(f"{p}!/") or not p
    }
    silent = Listener(lambda _: None, lambda *_: None)
    return Unfolding(Exclude(()), (), silent).contents(outer).get(path)


def withholds(root: Path) -> bool:
    """True if the deal's deal.yaml names words that must not be shown, or can't be read: then nobody knows."""
    if root.is_file():
        return _zip_withholds(root, root.stat().st_mtime_ns)
    return _withholds(root)


@lru_cache(maxsize=64)
def _zip_withholds(root: Path, _changed: int) -> bool:
    """A ZIP's manifest takes a child process to read, so the answer is kept until the ZIP changes."""
    return _withholds(root)


def _withholds(root: Path) -> bool:
    from indexer.errors import InputError
    from indexer.manifest import load_manifest

    try:
        return bool(load_manifest(root).redact)
    except InputError:
        return True
