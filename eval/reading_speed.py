"""How fast files become segments, with nothing embedded: pages, mails, messages, minutes a second.

Reads the deals' own files in this process, with the readers and in the order of the parsing child.
What it doesn't know: how those figures are printed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from indexer.errors import UnreadableFile
from indexer.models import MomentLocator, RawArtifact
from indexer.readers import load_readers
from indexer.readers.base import Source, SourceMap
from indexer.unfold import Listener, Unfolding
from indexer.walk import Exclude, walk_deal
from indexer.worker import read_by_content

_SILENT = Listener(lambda _path: None, lambda _path, _error, _gone: None)


def _amount(artifacts: Sequence[RawArtifact]) -> tuple[str, float] | None:
    """What a file is counted in, and how much of it; None for what isn't counted."""
    if not artifacts:
        return None
    first = artifacts[0]
    if first.system == "pdf":
        return "PDF pages", float(first.meta.get("pages", 0))
    if first.kind == "mail":
        return "mails", len(artifacts)
    if first.kind == "chat":
        return "chat messages", sum(len(a.segments) for a in artifacts)
    if first.kind == "call":
        return "transcript minutes", sum(map(_minutes, artifacts))
    return None


def _minutes(call: RawArtifact) -> float:
    moments = [s.locator for s in call.segments if isinstance(s.locator, MomentLocator)]
    return max((m.end or m.seconds or 0.0 for m in moments), default=0.0) / 60


def reading_speed(deals: Path) -> dict[str, float]:
    """Pages, mails, messages and minutes a second over all deals below `deals`."""
    readers = load_readers()
    amount: defaultdict[str, float] = defaultdict(float)
    seconds: defaultdict[str, float] = defaultdict(float)
    for deal in sorted(path for path in deals.iterdir() if path.is_dir()):
        files = dict(Unfolding(Exclude(()), (), _SILENT).contents(walk_deal(deal).files))
        sources = SourceMap(files)
        for path, content in files.items():
            start = time.perf_counter()
            try:
                counted = _amount(
                    read_by_content(Source(path, content), sources, readers).artifacts
                )
            except UnreadableFile:
                continue
            if counted:
                amount[counted[0]] += counted[1]
                seconds[counted[0]] += time.perf_counter() - start
    return {name: amount[name] / seconds[name] for name in amount}
