"""Promises that did not stay as they were: changed by a later promise of another value, or taken back in so many words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from agent.conflicts import Statement, agrees, said_in
from agent.models import Claim, Commitment
from agent.roles import told
from indexer.days import day_of
from indexer.search import AccountIndex, Readings

RETRACTED_AT = 0.5
"""How surely the reading head must see a retraction where no words of one stand."""
SAME_PROMISE_AT = 0.34
"""Cosine of the words that take back and those taken back."""
_TAKES_BACK = re.compile(
    r"\bmisspoke|\bI was wrong\b|\bwe were wrong\b|\bmy mistake\b|\bI got (?:that|it) wrong|\bcorrect(?:ion| myself)\b|"
    r"\b(?:walk|take|took|walking|taking) (?:that|it|this|something|one thing)(?: \w+)? back\b|\bcan(?:'t|not) (?:promise|offer|do) that\b|"
    r"\b(?:please )?don'?t count on\b|\bscratch that\b|\bshould(?:n't| not) have (?:said|promised)|\bnot something (?:I|we) can\b",
    re.I,
)


def changed(
    promises: Sequence[Commitment], claims: Mapping[str, Claim]
) -> Iterator[tuple[str, str]]:
    """Pairs of claims, the earlier promise and the latest one that gives its topic another value."""
    said: dict[str, list[tuple[str, str, Statement]]] = {}
    for promise in promises:
        for one in said_in(told(claims[promise.claim]), 0):
            said.setdefault(one.topic, []).append((promise.said or "", promise.claim, one))
    for rows in said.values():
        last_day = max(day for day, _, _ in rows)
        last = [(claim, one) for day, claim, one in rows if day == last_day]
        values = [one for _, one in last]
        for day, claim, one in rows:
            if day and day < last_day and not agrees(one.value, values):
                yield claim, last[0][0]


def taken_back(
    index: AccountIndex, readings: Readings, spoken: Sequence[int], promises: Sequence[Claim]
) -> Iterator[tuple[Claim, int]]:
    """Promises with the passage, among those `spoken` to the customer, that later takes each back."""
    at = {s.id: i for i, s in enumerate(index.segments)}
    retraction = readings.act("retraction")
    rows = [
        r
        for r in spoken
        if retraction[r] >= RETRACTED_AT or _TAKES_BACK.search(_passage(index, readings, r))
    ]
    if not rows or not promises:
        return
    words = [_passage(index, readings, r) for r in rows]
    vectors = index.embedder.embed([*words, *(p.citations[0].quote for p in promises)])
    likeness = vectors[: len(rows)] @ vectors[len(rows) :].T
    for n, row in enumerate(rows):
        position, best = int(readings.owner[row]), int(np.argmax(likeness[n]))
        first = promises[best].citations[0]
        if likeness[n, best] < SAME_PROMISE_AT or first.segment == index.segments[position].id:
            continue
        if _moment(index, position) >= _moment(index, at[first.segment]):
            yield promises[best], row


def _passage(index: AccountIndex, readings: Readings, row: int) -> str:
    start, end = readings.spans[row]
    return index.segments[int(readings.owner[row])].text[start:end]


def _moment(index: AccountIndex, position: int) -> tuple[str, int]:
    """When a segment was said, for ordering: its own or its artifact's date, then its place."""
    segment = index.segments[position]
    day = day_of(segment.at or index.artifacts[segment.artifact].date)
    return (day.isoformat() if day else "", position)
