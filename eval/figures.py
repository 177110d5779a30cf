"""A measured figure beside its goal, and how seconds are measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 3


@dataclass(frozen=True)
class Figure:
    """One measured figure; `goal` is a limit in the figure's unit, `at_least` says which way it holds."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    def line(self) -> str:
        """The figure as a row of the printed table."""
        row = f"{self.name:<58} {self.value:>9.2f} {self.unit:<9}"
        if self.goal is None:
            return row.rstrip()
        met = self.value >= self.goal if self.at_least else self.value <= self.goal
        sign = ">=" if self.at_least else "<="
        return f"{row} goal {sign} {self.goal:g}  {'met' if met else 'MISSED'}"


def median_s(
    act: Callable[[], object], runs: int, before: Callable[[], object] = lambda: None
) -> float:
    """Median seconds of `runs` calls; `before` is called ahead of each, untimed."""
    times = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def medians_in_turn_s(*acts: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Median seconds of each, run in turn, so that what else the machine does falls on all alike."""
    rounds = [[median_s(act, 1) for act in acts] for _ in range(runs)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values don't pass."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
