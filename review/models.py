"""The finished Brief: the public JSON contract (design.md part 6). Keys may be added, never renamed."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from agent.models import (
    ChecklistItem,
    Claim,
    Clause,
    Commitment,
    Conflict,
    Expansion,
    Gap,
    Objection,
    PersonRow,
    Provenance,
    Risk,
    SectionResult,
    Suggestion,
    TimelineRow,
)
from indexer.models import Frozen
from review.coverage import Coverage, FirstAnswer


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


class Gate(Frozen):
    """A condition of acceptance; `items` are the keys that hold it open, `todo` says how to close it."""

    id: str
    passed: bool
    why: str
    title: str = ""
    todo: str = ""
    items: tuple[str, ...] = ()


class ScoreReason(Frozen):
    """What a score counted: its formula in words, and what counted for and against it."""

    formula: str
    counted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


Decided = Literal["accepted", "corrected", "rejected"]
Role = Literal["ae", "csm"]


class Decision(Frozen):
    """What a person decided about one item: a claim, promise, conflict or gap, by its key."""

    key: str
    decision: Decided
    by: str
    at: str
    reason: str | None = None
    was: str = ""
    """The item's words before it was corrected, answered or rejected."""


class Check(Frozen):
    """A point of the AE's checklist and who ticked it."""

    id: str
    title: str
    by: str | None = None
    at: str | None = None


class SignOff(Frozen):
    """A named approval of exactly the text with this hash; `stands` while the brief still has it."""

    role: Role
    name: str
    at: str
    hash: str
    event: str
    stands: bool = True


class Return(Frozen):
    """Why the CSM gave the brief back."""

    by: str
    at: str
    reasons: tuple[str, ...]
    note: str = ""


class LogHead(Frozen):
    """The event log of the account when this was shown: how many events, the last hash, faults found."""

    events: int = 0
    hash: str = ""
    faults: tuple[str, ...] = ()


class ReviewRecord(Frozen):
    """What people did with the brief so far, and the hash of what they are shown."""

    hash: str = ""
    decisions: tuple[Decision, ...] = ()
    checklist: tuple[Check, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    returned: Return | None = None
    log: LogHead = LogHead()
    notes: tuple[str, ...] = ()
    """What a reader should know before acting: the sources changed, a sign-off fell."""


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
    expansion: tuple[Expansion, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    clauses: tuple[Clause, ...] = ()
    people: tuple[PersonRow, ...] = ()
    relations: tuple[dict[str, Any], ...] = ()
    timeline: tuple[TimelineRow, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    scores: dict[str, float] = {}
    score_reasons: dict[str, ScoreReason] = {}
    coverage: dict[str, Coverage] = {}
    """Of the four transfers: context, commitments, relationships, technical."""
    first_page: tuple[FirstAnswer, ...] = ()
    gates: tuple[Gate, ...] = ()
    sources: Sources
    review: ReviewRecord = ReviewRecord()
