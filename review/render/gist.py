"""Owns what is read of a quote before it is opened: its telling sentence, cut by code, never reworded."""

from __future__ import annotations

from agent.quoting import best_sentences
from indexer.sentences import sentence_spans

GIST_WORDS = 17
SIDE_WORDS = 10
"""Of each quote of a conflict: both must be judged at sight."""
ROW_WORDS = 12
"""Of a promise in its table: its field or its conflict says more."""


def gist(
    quote: str, about: str, limit: int = GIST_WORDS, core: tuple[int, int] | None = None
) -> str:
    """The run of whole sentences of `quote` that says most, within `limit` words; an ellipsis marks what is left out.

    Taken from `core` (start and end in the quote) where that is known. A single longer sentence is cut at the
    limit. A quote that is hardly longer than the limit stays whole.
    """
    if len(quote.split()) <= limit + 4:
        return quote
    low, high = core or (0, len(quote))
    first, last = best_sentences(quote[low:high], [about], limit)
    spans = sentence_spans(quote[low:high])
    start, end = low, high
    if first is not None and last is not None:
        start, end = low + spans[first][0], low + spans[last][1]
    words = quote[start:end].split()
    cut = len(words) > limit + 4
    shown = " ".join(words[:limit]) if cut else quote[start:end]
    return ("… " if start else "") + shown + ("…" if cut else " …" if end < len(quote) else "")
