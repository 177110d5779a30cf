"""Owns citation numbers: each distinct citation gets one, in the order they are first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.models import Citation
from review.render.context import citation_key


@dataclass(frozen=True)
class Cited:
    """A citation with its number in this brief."""

    number: int
    citation: Citation


class Numbering:
    """Hands out numbers; whoever walks the brief in reading order gets them in reading order."""

    def __init__(self) -> None:
        self._cited: dict[str, Cited] = {}

    def cite(self, citations: Iterable[Citation]) -> tuple[Cited, ...]:
        """The citations with their numbers, each once."""
        found: dict[int, Cited] = {}
        for citation in citations:
            key = citation_key(citation)
            cited = self._cited.setdefault(key, Cited(len(self._cited) + 1, citation))
            found[cited.number] = cited
        return tuple(found.values())

    @property
    def all(self) -> tuple[Cited, ...]:
        """Every citation so far, by number."""
        return tuple(self._cited.values())
