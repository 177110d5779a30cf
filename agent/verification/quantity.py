"""One quantity of a text: its value, what it counts, and how firmly it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["money", "percent", "duration", "count", "period"]
"""A period is how often: `weekly`, `every two weeks`."""
Bound = Literal["least", "most"]


@dataclass(frozen=True)
class Quantity:
    """A number with what it counts; durations in days or months, `values` its possible readings."""

    start: int
    end: int
    text: str
    values: frozenset[float]
    kind: Kind = "count"
    unit: str = ""
    top: frozenset[float] = frozenset()
    """The upper end of a range."""
    bound: Bound | None = None
    about: bool = False
    rate: str | None = None
    nouns: tuple[str, ...] = ()
    ordinal: bool = False
    spoken: frozenset[float] = frozenset()
    """The number itself, before its unit."""
    ratio: bool = False
    """A share said as two counts (`four in ten`)."""
