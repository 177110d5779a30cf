"""What an engine hands to the door: drafts of claims and gaps, and the door itself as a protocol.

A draft points at evidence; it never carries a quote. Code copies the quote.
"""

from __future__ import annotations

from typing import Literal, Protocol

from indexer.models import Frozen

ClaimKind = Literal[
    "fact",
    "goal",
    "commitment",
    "risk",
    "objection",
    "requirement",
    "milestone",
    "person",
    "preference",
]


class EvidenceRef(Frozen):
    """A segment and, inside it, optionally the sentences meant (indexes from 0, both included)."""

    segment: str
    first_sentence: int | None = None
    last_sentence: int | None = None


class ClaimDraft(Frozen):
    """A claim as an engine proposes it: what it says and where that stands."""

    field: str | None
    text: str
    kind: ClaimKind
    evidence: tuple[EvidenceRef, ...]
    flags: tuple[str, ...] = ()
    core: tuple[int, int] | None = None
    """Start and end, in the first segment's text, of the words that say it most plainly."""


class GapDraft(Frozen):
    """Something that is missing, as an engine reports it."""

    field: str | None
    question: str
    ask: str
    scope: Literal["field", "detail"] = "field"
    about: str | None = None
    searched: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


class Refusal(Frozen):
    """Why the door did not take a claim, in words an engine can act on."""

    field: str | None
    text: str
    verdict: str
    why: str


class Door(Protocol):
    """The only way into a brief or an answer."""

    def record_claim(self, draft: ClaimDraft) -> str | Refusal:
        """The new claim's id, or why it was refused."""
        ...

    def mark_gap(self, draft: GapDraft) -> str | Refusal:
        """The new gap's id, or why it is none."""
        ...

    def refuse(self, refusal: Refusal) -> None:
        """Keep a refusal that was made before the door, for the run's record."""
        ...
