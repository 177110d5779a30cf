"""Promises that a later promise changed: the same topic, another value, said on a later day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agent.conflicts import Statement, agrees, said_in
from agent.models import Claim, Commitment
from agent.roles import told


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
