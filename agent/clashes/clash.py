"""What is found: two or more places that give one thing different values."""

from __future__ import annotations

from dataclasses import dataclass

from agent.clashes.stated import Stated


@dataclass(frozen=True)
class Clash:
    """Words that can't hold beside other words; `signed` stands higher, or is the later where neither was signed."""

    topic: str
    said: Stated
    signed: Stated
    sure: float
    """0..1, for ranking only."""
    others: tuple[Stated, ...] = ()
    """Further places that say the same as `said`, or something else again."""

    @property
    def sides(self) -> tuple[Stated, ...]:
        """All places, the lowest first."""
        return (*self.others, self.said, self.signed)
