"""The finished Brief: the public JSON contract (design.md part 6). Keys may be added, never renamed."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from agent.models import (
    Claim,
    Commitment,
    Conflict,
    Gap,
    PersonRow,
    Provenance,
    SectionResult,
    Suggestion,
    TimelineRow,
)  # fmt: skip
from indexer.models import Frozen


class AccountHead(Frozen):
    """The account as the brief's head shows it."""

    slug: str
    name: str
    vendor: str | None = None
    stage: str | None = None
    close_date: date | None = None
    kickoff_date: date | None = None
    ae: str | None = None
    csm: str | None = None


class Risk(Frozen):
    """An open risk, by the claim that states it."""

    claim: str
    severity: Literal["high", "medium", "low"]
    owner: str | None = None


class Objection(Frozen):
    """An objection and, if found, the claim that answers it."""

    claim: str
    answered_by: str | None = None
    state: Literal["resolved", "open", "unknown"] = "unknown"


class Gate(Frozen):
    """A condition of acceptance."""

    id: str
    passed: bool
    why: str


class Unread(Frozen):
    """A source that was not read, and why."""

    artifact: str
    why: str


class Duplicate(Frozen):
    """A source that is another's duplicate."""

    artifact: str
    of: str


class Sources(Frozen):
    """What the brief rests on and what it doesn't."""

    read: int
    not_read: tuple[Unread, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()


class Brief(Frozen):
    """The draft as people review it."""

    schema_version: Literal[1] = 1
    account: AccountHead
    template: str
    view: str = "csm"
    status: Literal["draft", "ae_review", "csm_review", "accepted", "returned"] = "draft"
    provenance: Provenance
    sections: tuple[SectionResult, ...]
    claims: tuple[Claim, ...]
    commitments: tuple[Commitment, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    gaps: tuple[Gap, ...] = ()
    risks: tuple[Risk, ...] = ()
    objections: tuple[Objection, ...] = ()
    people: tuple[PersonRow, ...] = ()
    relations: tuple[dict[str, Any], ...] = ()
    timeline: tuple[TimelineRow, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    scores: dict[str, float] = {}
    gates: tuple[Gate, ...] = ()
    sources: Sources
