"""Cuts a segment's text into sentences with their offsets, so that quotes are whole sentences."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-ZÄÖÜÀ-Þ0-9$€£])|\n+")
_ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|st|no|nr|inc|ltd|co|corp|vs|etc|e\.g|i\.e|a\.m|p\.m|approx|z\.B|bzw|ca|Sept?|Jan|Feb|Aug|Oct|Nov|Dec)\.$",
    re.I,
)
_ORDINAL = re.compile(r"\b\d{1,2}\.$")
_MONTH = re.compile(
    r"(?:Jan|Jän|Feb|März|April|Mai|Jun|Jul|Aug|Sept|Okt|Nov|Dez|Quartal|Woche|Tag|Monat)", re.I
)
"""What makes a number before it a German ordinal (`am 3. März`), not the end of a sentence."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every sentence of `text`, in order, without surrounding white space."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        before = text[start : match.start()]
        if "\n" not in match.group() and (
            _ABBREVIATION.search(before)
            or (_ORDINAL.search(before) and _MONTH.match(text, match.end()))
        ):
            continue
        if before.strip():
            spans.append(_trim(text, start, match.start()))
        start = match.end()
    if text[start:].strip():
        spans.append(_trim(text, start, len(text)))
    return spans


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
