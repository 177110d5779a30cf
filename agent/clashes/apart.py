"""Whether two values can both hold: the same in another notation, a range that contains the other, a bound that allows it."""

from __future__ import annotations

import math
import re

from agent.clashes.hours import WORKDAYS
from agent.clashes.typed import YEARLY, Typed

_HOURS = re.compile(r"\b(?:hours?|hrs?|h|minutes?|stunden?|timm\w+)\b", re.I)
_WHOLE, _FREE_DAYS = (
    frozenset({"week", WORKDAYS}),
    frozenset({"satur", "sun", "weekend", "weekends"}),
)
"""Units that hours of a whole week have, and days on which those of working days have none."""
SAME, ROUND, OTHER_UNIT = 0.015, 0.08, 0.075
"""Shares by which two numbers may differ: as such, where one is `about`, where their units of time are not the same."""
SHIFT = 24 / 8
"""Days of the clock in a working day: `half a day` of training is four hours."""
DAYS = 3.0
"""Days by which two dates may differ and still be the same."""


def comparable(one: Typed, other: Typed) -> bool:
    """Whether the two are of one kind and in units that can be compared."""
    if one.kind != other.kind:
        return False
    if one.kind == "hours":
        units = {one.unit, other.unit}
        return (
            len(units) == 1 or units <= _WHOLE or (WORKDAYS in units and bool(units & _FREE_DAYS))
        )
    if one.kind == "date" and "last" in (one.bound, other.bound):
        return one.bound == other.bound
    if one.kind == "money":
        return not one.unit or not other.unit or one.unit == other.unit
    return True


def agree(one: Typed, other: Typed) -> bool:
    """Whether two comparable values can both hold of one thing."""
    if one.name or other.name:
        return one.name == other.name
    if one.kind != other.kind:
        return False
    if one.kind == "percent" and one.unit != other.unit:
        return False
    if one.kind == "hours" and {one.unit, other.unit} & _FREE_DAYS and one.unit != other.unit:
        return False
    if one.kind == "date":
        return any(
            _meet(a, b, 1.0, 1.0, DAYS, 0.0) for a in _readings(one) for b in _readings(other)
        )
    slack = _slack(one, other)
    factors = {(1.0, 1.0)}
    if one.kind == "duration" and _in_hours(one) != _in_hours(other):
        factors.add((SHIFT, 1.0) if _in_hours(one) else (1.0, SHIFT))
    if one.kind == "money":
        factors.add((YEARLY.get(one.rate or "year", 1.0), YEARLY.get(other.rate or "year", 1.0)))
    met = any(
        _meet(a, b, x, y, 0.0, slack)
        for x, y in factors
        for a in _readings(one)
        for b in _readings(other)
    )
    return met or _allowed(one, other) or _allowed(other, one)


def ratio(one: Typed, other: Typed) -> float:
    """How far apart two numbers lie, as a logarithm; dates by their distance in quarters. Versions of one term lie near."""
    if one.name or other.name or one.kind == "hours":
        return 0.0
    low, high = one.highs[0], other.highs[0]
    if one.kind == "date":
        return math.log1p(abs(low - high) / 90)
    if math.isinf(low) or math.isinf(high) or min(low, high) <= 0:
        return 1.0
    gaps = {abs(math.log(a / b)) for a in one.highs for b in other.highs if a > 0 and b > 0}
    if one.kind == "money" and one.rate != other.rate:
        x, y = (YEARLY.get(v.rate or "year", 1.0) for v in (one, other))
        gaps |= {abs(math.log(a * x / (b * y))) for a in one.highs for b in other.highs}
    return min(gaps)


def _readings(value: Typed) -> list[tuple[float, float]]:
    if len(value.lows) == len(value.highs):
        return list(zip(value.lows, value.highs, strict=True))
    return [(a, b) for a in value.lows for b in value.highs if a <= b]


def _in_hours(value: Typed) -> bool:
    """True for hours within a working day, which are a part of it; `24 hours` are a whole one by the clock."""
    return bool(_HOURS.search(value.text)) and max(value.highs) * SHIFT <= 1.0


def _slack(one: Typed, other: Typed) -> float:
    if one.kind == "percent":
        return ROUND if one.about or other.about else 0.0
    if one.about or other.about:
        return ROUND * (one.about + other.about)
    return OTHER_UNIT if one.kind == "duration" and one.unit != other.unit else SAME


def _meet(
    one: tuple[float, float], other: tuple[float, float], x: float, y: float, add: float, share: float
) -> bool:  # fmt: skip
    """Whether two ranges, each times its factor, overlap, give or take."""
    (a, b), (c, d) = (v * x for v in one), (v * y for v in other)
    if math.isinf(a) or math.isinf(c):
        return math.isinf(a) and math.isinf(c)
    return a - d <= add + share * max(abs(a), abs(d)) and c - b <= add + share * max(abs(c), abs(b))


def _allowed(bounded: Typed, other: Typed) -> bool:
    """`Up to 80 users` allows 65, `all above a million` a larger sum. What is promised of a price or a time is not kept by a worse bound."""
    if bounded.kind == "money" and bounded.bound == "least" and other.bound is None:
        return min(other.lows) >= min(bounded.lows)
    if bounded.kind != "count" or bounded.bound is None or other.bound is not None:
        return False
    if bounded.bound == "most":
        return max(other.highs) <= max(bounded.highs)
    return min(other.lows) >= min(bounded.lows)
