"""Cuts an artifact's segments into chunks: runs of segments that are embedded.

Three sizes: single segments, windows of about 60 and about 180 words. Small ones point, large ones
know the context; search fuses them. A chunk never crosses artifacts; quoted tails and signatures
are searchable singly but stay out of windows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import Field

from indexer.models import Frozen, Segment

WINDOWS = (0, 60, 180)
"""Words in a window; 0 = one segment."""
MIN_WORDS = 3
_APART = ("quoted", "signature", "event", "hidden")
"""Roles of segments that stand in no window."""


class Chunk(Frozen):
    """Segments `first`..`last` (ordinals, both included) of one artifact, as one text."""

    artifact: str
    window: int
    first: int
    last: int
    text: str
    hash: str = Field(description="of the text: equal texts are embedded once")


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _text(window: int, segments: Sequence[Segment]) -> str:
    return "\n".join(f"{s.speaker}: {s.text}" if s.speaker and window else s.text for s in segments)


def chunk_texts(
    chunks: Sequence[tuple[str, int, int, int, str]], segments: Sequence[Segment]
) -> list[str]:
    """The texts of chunks that the record names: (artifact, window, first, last, hash), as they were cut."""
    by_artifact: dict[str, dict[int, Segment]] = {}
    for s in segments:
        by_artifact.setdefault(s.artifact, {})[s.ordinal] = s
    texts = []
    for artifact, window, first, last, _ in chunks:
        run = [by_artifact[artifact][n] for n in range(first, last + 1)]
        texts.append(_text(window, [s for s in run if not window or s.role not in _APART]))
    return texts


def _chunk(window: int, segments: Sequence[Segment]) -> Chunk:
    text = _text(window, segments)
    return Chunk(
        artifact=segments[0].artifact, window=window, first=segments[0].ordinal,
        last=segments[-1].ordinal, text=text, hash=text_hash(text),
    )  # fmt: skip


def _windows(segments: Sequence[Segment], size: int) -> list[Chunk]:
    """Overlapping windows of about `size` words, each starting half a window after the last."""
    words = [len(s.text.split()) for s in segments]
    chunks: list[Chunk] = []
    start = 0
    while start < len(segments):
        stop, total = start, 0
        while stop < len(segments) and (total < size or stop == start):
            total += words[stop]
            stop += 1
        if stop - start > 1:
            chunks.append(_chunk(size, segments[start:stop]))
        if stop == len(segments):
            break
        step, moved = start, 0
        while step < stop - 1 and moved < size / 2:
            moved += words[step]
            step += 1
        start = max(step, start + 1)
    return chunks


def chunk_artifact(segments: Sequence[Segment]) -> list[Chunk]:
    """All chunks of one artifact's segments, every window size."""
    singles = [
        _chunk(0, [s])
        for s in segments
        if len(s.text.split()) >= MIN_WORDS or s.role in ("field", "row")
    ]
    running = [s for s in segments if s.role not in _APART]
    return singles + [c for size in WINDOWS if size for c in _windows(running, size)]
