"""Figures of all handoffs, each counted from the event logs: measured, never assumed. Pure.

cs_handoff_acceptance_rate  of the handoffs that a CSM decided on, the share accepted and never returned
review_minutes              median over handed-over briefs of the time between a person's first act and the AE's signature;
                            a pause of more than five minutes counts as five
rating                      mean of the last rating of each account, one to five
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

from indexer.journal import Event
from indexer.models import Frozen

TARGET = 0.9
PAUSE_S = 300.0
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


class Noted(Frozen):
    """One kind of outcome: of how many accounts it was noted, the mean where numbers were."""

    accounts: int
    mean: float | None = None


class Figures(Frozen):
    """What the logs add up to; None where nothing was counted yet."""

    accounts: int
    decided: int
    accepted: int
    cs_handoff_acceptance_rate: float | None
    target: float = TARGET
    returns: dict[str, int]
    review_minutes: float | None
    rating: float | None
    rated: int
    flags: dict[str, int]
    """By cause."""
    outcomes: dict[str, Noted]
    """What people noted weeks later, the last word of each account."""
    days_to_first_value: float | None
    """Median, from the deal's close to the day first value was reached."""


def figures(
    logs: Mapping[str, Sequence[Event]], closed: Mapping[str, date | None] | None = None
) -> Figures:
    """The figures of the accounts with these logs, oldest event first; `closed` is when each deal was signed."""
    returned = {slug for slug, log in logs.items() if any(e.act == "return" for e in log)}
    signed = {slug for slug, log in logs.items() if _accepted(log)}
    decided, accepted = signed | returned, signed - returned
    minutes = [m for log in logs.values() if (m := review_minutes(log)) is not None]
    stars = [s[-1] for log in logs.values() if (s := [e.payload["stars"] for e in log if e.act == "rate"])]  # fmt: skip
    events = [e for log in logs.values() for e in log]
    return Figures(
        accounts=len(logs), decided=len(decided), accepted=len(accepted),
        cs_handoff_acceptance_rate=round(len(accepted) / len(decided), 2) if decided else None,
        returns=dict(Counter(r for e in events if e.act == "return" for r in e.payload["reasons"]).most_common()),
        review_minutes=round(statistics.median(minutes), 1) if minutes else None,
        rating=round(statistics.mean(stars), 1) if stars else None, rated=len(stars),
        flags=dict(Counter(e.payload["cause"]["kind"] for e in events if e.act == "flag").most_common()),
        outcomes=_outcomes(logs), days_to_first_value=_first_value(logs, closed or {}),
    )  # fmt: skip


def _last(log: Sequence[Event]) -> dict[str, Event]:
    """The last event of each kind of outcome."""
    return {e.payload["what"]: e for e in log if e.act == "outcome"}


def _outcomes(logs: Mapping[str, Sequence[Event]]) -> dict[str, Noted]:
    found: dict[str, list[str]] = {}
    for log in logs.values():
        for what, event in _last(log).items():
            found.setdefault(what, []).append(event.payload["value"])
    return {what: Noted(accounts=len(said), mean=_mean(said)) for what, said in sorted(found.items())}  # fmt: skip


def _mean(said: Sequence[str]) -> float | None:
    numbers = [float(m[0].replace(",", ".")) for one in said if (m := _NUMBER.match(one.strip()))]
    return round(statistics.mean(numbers), 1) if numbers else None


def _first_value(
    logs: Mapping[str, Sequence[Event]], closed: Mapping[str, date | None]
) -> float | None:
    days = []
    for slug, log in logs.items():
        event, signed = _last(log).get("first_value_reached"), closed.get(slug)
        if event is not None and signed is not None:
            reached = date.fromisoformat((event.payload["on"] or event.at)[:10])
            days.append((reached - signed).days)
    return statistics.median(days) if days else None


def _accepted(log: Sequence[Event]) -> bool:
    return any(e.act == "sign" and e.payload["role"] == "csm" for e in log)


def review_minutes(log: Sequence[Event]) -> float | None:
    """How long people worked on a review up to the AE's last signature, else up to now; None before the first act."""
    acts = [e for e in log if e.act not in ("brief", "flag", "rate", "outcome")]
    ends = [n for n, e in enumerate(acts) if e.act == "sign" and e.payload["role"] == "ae"]
    acts = acts[: ends[-1] + 1] if ends else acts
    if not acts:
        return None
    times = [datetime.fromisoformat(e.at) for e in acts]
    spans = (min((b - a).total_seconds(), PAUSE_S) for a, b in pairwise(times))
    return sum(spans) / 60
