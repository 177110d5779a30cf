"""One account's evidence as it is held in memory, and how much of that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.asking import Asking
    from indexer.search import AccountIndex

SEGMENT_BYTES = 3_000
ASKED_BYTES = 4_600
"""Measured on two demo deals: what a segment takes in an index besides its vectors, and what asking adds."""


@dataclass(frozen=True)
class Opened:
    """An account's index; with `asking` it is ready to be asked as well."""

    index: AccountIndex
    asking: Asking | None = None

    @property
    def bytes(self) -> int:
        """What it takes, about."""
        texts = sum(len(a.text) for a in self.index.artifacts.values())
        each = SEGMENT_BYTES + (ASKED_BYTES if self.asking else 0)
        return self.index.vectors.nbytes + 2 * texts + each * len(self.index.segments)
