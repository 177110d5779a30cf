"""Owns the drawing of time: what was recorded when, by kind, with the dates that the deal turns on"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from indexer.models import Artifact

WIDTH = 720
LEFT, RIGHT = 74, 12
LANE = 24
TOP = 30
LANES = (
    ("Calls", ("call",)),
    ("Mail", ("mail",)),
    ("Chat", ("chat",)),
    ("Papers", ("contract", "proposal", "sheet", "slides", "document")),
    ("Notes", ("note", "ticket", "invite", "statement", "crm", "usage")),
)
MAX_TICKS = 8


@dataclass(frozen=True)
class Dot:
    """What was recorded on one day in one lane."""

    x: float
    y: float
    radius: float
    said: str


@dataclass(frozen=True)
class Mark:
    """A vertical line with its name: the beginning of a month, the close, the kickoff."""

    x: float
    name: str


@dataclass(frozen=True)
class TimeLine:
    """The drawing."""

    lanes: tuple[tuple[str, float], ...]
    dots: tuple[Dot, ...]
    months: tuple[Mark, ...]
    turns: tuple[Mark, ...]
    height: float
    said: str


def time_line(
    artifacts: Sequence[Artifact], close: date | None, kickoff: date | None
) -> TimeLine | None:
    """The deal's days on one axis, or None where fewer than two days are known."""
    dated = [(_day(a.date), a) for a in artifacts if a.date is not None]
    turns = [(d, n) for d, n in ((close, "closed"), (kickoff, "kickoff")) if d is not None]
    days = sorted({d for d, _ in dated} | {d for d, _ in turns})
    if len(days) < 2:
        return None
    first, last = days[0], days[-1]
    span = max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span, 1)

    present = [(n, kinds) for n, kinds in LANES if any(a.kind in kinds for _, a in dated)]
    lanes = tuple((name, TOP + LANE * (i + 0.5)) for i, (name, _) in enumerate(present))
    dots = []
    for (name, y), (_, kinds) in zip(lanes, present, strict=True):
        counts = Counter(d for d, a in dated if a.kind in kinds)
        for day, count in sorted(counts.items()):
            said = f"{day:%-d %b %Y}: {count} {name.lower()}"
            dots.append(Dot(x(day), y, min(3.5 + 1.2 * (count - 1), 8), said))
    return TimeLine(
        lanes, tuple(dots), tuple(_months(first, last, x)), tuple(Mark(x(d), n) for d, n in turns),
        TOP + LANE * len(lanes) + 22,
        f"{len(dated)} sources from {first:%-d %b %Y} to {last:%-d %b %Y}.",
    )  # fmt: skip


def _day(value: date | datetime | None) -> date:
    assert value is not None
    return value.date() if isinstance(value, datetime) else value


def _months(first: date, last: date, x: object) -> list[Mark]:
    assert callable(x)
    at = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    starts = []
    while at <= last:
        starts.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    step = max(1, -(-len(starts) // MAX_TICKS))
    return [Mark(x(d), f"{d:%b}" if d.month > 1 else f"{d:%b %Y}") for d in starts[::step]]
