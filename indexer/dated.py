"""When a query speaks of, and which side: "What did the customer say in the March call" looks there first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from indexer.days import day_of, days_in, month_number
from indexer.legs import Scores
from indexer.models import Artifact, Segment

_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?([A-Z][a-zà-ž]{2,9})\b")
_MONTH_DAY = re.compile(r"\b([A-Z][a-zà-ž]{2,9})\.? (\d{1,2})(?:st|nd|rd|th)?\b")
_MONTH = re.compile(r"\b(?:in|of|from|since|during|the|im|early|late) ([A-Z][a-zà-ž]{2,9})\b")
_ASKED = r"\b(?:did|does|do|has|have|had|is|was|were) "
_CUSTOMER = re.compile(_ASKED + r"(?:the |our |this )?(?:customer|client|buyer|prospect)s?\b", re.I)
_VENDOR = re.compile(
    _ASKED + r"(?:we|our (?:own )?(?:rep|reps|seller|sellers|team|side|sales \w+)|the (?:rep|seller|vendor|account executive))\b", re.I,
)  # fmt: skip

Day = tuple[int, int | None]
"""Month and day; no day: the whole month."""


def days_asked(query: str) -> set[Day]:
    """The months and days that a query names, whatever the year."""
    found: set[tuple[int | None, int | None]] = {(d.month, d.day) for d in days_in(query)}
    found |= {(month_number(m), int(d)) for d, m in _DAY_MONTH.findall(query)}
    found |= {(month_number(m), int(d)) for m, d in _MONTH_DAY.findall(query)}
    found |= {(month_number(m), None) for m in _MONTH.findall(query)}
    days = {(m, d) for m, d in found if m is not None}
    return {(m, d) for m, d in days if d is not None or not any(m == n and e for n, e in days)}


class Moments:
    """When and by which side the segments of an account were said."""

    def __init__(self, segments: Sequence[Segment], artifacts: Mapping[str, Artifact]) -> None:
        days = [day_of(s.at) or self._of(artifacts, s) for s in segments]
        self._months = np.array([d.month if d else 0 for d in days])
        self._days = np.array([d.day if d else 0 for d in days])
        self._sides = np.array([s.side for s in segments])

    @staticmethod
    def _of(artifacts: Mapping[str, Artifact], segment: Segment) -> date | None:
        artifact = artifacts.get(segment.artifact)
        return day_of(artifact.date) if artifact else None

    def named(self, query: str) -> Scores:
        """One for every segment of a day or month that the query names, and for every one of a side it names: (segments,)."""
        hit = np.zeros(len(self._months), np.float32)
        for month, day in days_asked(query):
            hit[(self._months == month) & ((self._days == day) if day else True)] = 1
        for side, pattern in (("customer", _CUSTOMER), ("vendor", _VENDOR)):
            if pattern.search(query):
                hit += self._sides == side
        return hit
