"""Cuts a segment into passages: short runs of whole sentences, what one look of the reading head takes in.

A long turn answers in one sentence and digresses in ten. Read as a whole it looks like neither; a passage
is small enough to mean one thing and large enough to be quoted.
"""

from __future__ import annotations

from indexer.sentences import sentence_spans

PASSAGE_WORDS = 32
"""A passage takes in further sentences up to so many words; one longer sentence stands alone."""


def passage_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every passage of `text`, in order; empty for a text without words."""
    spans: list[tuple[int, int]] = []
    words = 0
    for start, end in sentence_spans(text):
        more = len(text[start:end].split())
        if spans and (words + more <= PASSAGE_WORDS or words < 4):
            spans[-1] = (spans[-1][0], end)
            words += more
        else:
            spans.append((start, end))
            words = more
    return spans
