"""Claims, gaps, conflicts and drafts: the shapes of design.md part 6 that an engine fills."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from indexer.models import Frozen, Locator, Side
from tools.drafts import ClaimKind, Refusal

Verdict = Literal["supported", "contradicted", "altered", "misattributed", "unsupported"]
CommitmentType = Literal["feature", "date", "price", "integration", "service", "SLA"]
ScopeStatus = Literal["covered", "excluded", "contradicted", "silent"]


class Citation(Frozen):
    """Words that prove a claim: `quote` equals `extracted_text[start:end]` of the artifact."""

    artifact: str
    segment: str
    start: int
    end: int
    quote: str
    locator: Locator
    speaker: str | None = None
    side: Side = "unknown"
    at: datetime | date | None = None


class Claim(Frozen):
    """One statement with the words that prove it. Made by the door only."""

    id: str
    key: str
    field: str | None
    kind: ClaimKind
    text: str
    flags: tuple[str, ...] = ()
    verdict: Verdict = "supported"
    citations: tuple[Citation, ...]
    core: tuple[int, int] | None = None
    """Start and end, in the first quote, of the words that say it most plainly; None: the whole quote."""


class Commitment(Frozen):
    """A promise held against the signed scope; `claim` is the id of its claim, `said` the day of its words."""

    claim: str
    type: CommitmentType
    by: str | None = None
    to: str | None = None
    said: str | None = None
    due: str | None = None
    """The day promised (`2026-03-06`), or the words that name it where no single day is meant (`six weeks`)."""
    scope: ScopeStatus = "silent"
    scope_citations: tuple[Citation, ...] = ()
    reviewed_by: str | None = None


class ConflictSide(Frozen):
    """One side of a contradiction, with its words."""

    text: str
    authority: str
    citations: tuple[Citation, ...]


class Conflict(Frozen):
    """At least two quotes from two places that can't both hold."""

    id: str
    key: str
    topic: str
    why: str
    sides: tuple[ConflictSide, ...]
    owner: str | None = None
    resolution: str | None = None
    fields: tuple[str, ...] = Field(default=(), exclude=True)
    """Fields of the template that the topic touches; not part of the contract."""


class Nearest(Frozen):
    """A near miss shown beside a gap."""

    artifact: str
    segment: str
    quote: str
    label: str


class Gap(Frozen):
    """What nothing verified answers, with a question ready to send."""

    id: str
    key: str
    field: str | None
    scope: Literal["field", "detail"] = "field"
    about: str | None = None
    label: Literal["NEEDS CLARIFICATION"] = "NEEDS CLARIFICATION"
    question: str
    ask: str
    searched: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    owner: str | None = None


class PersonRow(Frozen):
    """A person of the deal with roles, engagement and the claims about them; all but counts are ids of claims."""

    name: str
    title: str | None = None
    side: Side = "unknown"
    roles: tuple[str, ...] = ()
    proofs: dict[str, str] = {}
    """Role -> the claim that proves it; a role without one is the CRM's word."""
    engagement: dict[str, int] = {}
    attended: int = 0
    """Calls that they spoke in or are listed for."""
    of_calls: int = 0
    last_seen: str | None = None
    outdated: bool = False
    """True for a CRM contact who was in no mail and no call for long before the deal closed."""
    influence: str | None = None
    """The claim that states what they have a say in; None where nobody stated it."""
    preferences: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()


class Risk(Frozen):
    """An open risk, by the claim that states it; `kinds` such as budget, politics, technical."""

    claim: str
    severity: Literal["high", "medium", "low"]
    kinds: tuple[str, ...] = ()
    owner: str | None = None


class Objection(Frozen):
    """An objection with who raised it when and, if found, the claim that answers it."""

    claim: str
    kind: str | None = None
    by: str | None = None
    at: str | None = None
    answered_by: str | None = None
    state: Literal["resolved", "open", "unknown"] = "unknown"


class Expansion(Frozen):
    """A sign that the account may grow, by the claim in which the customer gives it."""

    claim: str
    kind: str


class ChecklistItem(Frozen):
    """A point of the security checklist: the claim that speaks of it, or None where no source does."""

    item: str
    claim: str | None = None


class Clause(Frozen):
    """A clause of a signed paper that obliges somebody; `id` is its number or heading."""

    id: str
    citation: Citation


TimelineKind = Literal["stage", "call", "mail", "invite", "signing", "named", "told"]


class TimelineRow(Frozen):
    """A dated event, by the claim that states it."""

    date: str
    text: str
    claim: str
    kind: TimelineKind = "told"
    """Where the day comes from: the CRM's stage, the source itself, a signature, a day named, when it was told."""


class Suggestion(Frozen):
    """A proposal of Baton's own; never a claim. `basis` names what it rests on."""

    text: str
    basis: tuple[str, ...]


class FieldResult(Frozen):
    """What became of one field of the template."""

    id: str
    status: Literal["answered", "conflict", "needs_clarification"]
    claims: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _never_silent(self) -> FieldResult:
        if not (self.claims or self.gaps or self.conflicts):
            raise ValueError(f"{self.id} says nothing: a field holds a claim, a gap or a conflict")
        return self


class SectionResult(Frozen):
    """A section of the template with its fields."""

    id: str
    title: str
    fields: tuple[FieldResult, ...]


class Provenance(Frozen):
    """What made this: engine, model, index, prompts, version, and what was degraded."""

    engine: Literal["extractive", "ollama", "llm"] = "extractive"
    model: str | None = None
    created_at: str
    index: str
    prompts: dict[str, str] = {}
    version: str
    degraded: tuple[str, ...] = ()
    """What fell back to the extractive result, and why."""
    run: str | None = None
    """Id of the model's run, for `baton show`."""


class Draft(Frozen):
    """What an engine found for a template; `review` completes it to a Brief."""

    template: str
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
    refusals: tuple[Refusal, ...] = ()
    fold_first: tuple[str, ...] = ()
    """Shown claims that may be folded where words run short, least worth first."""
    provenance: Provenance


class Answer(Frozen):
    """The answer to a question: claims, or a gap; conflicts where sources disagree."""

    question: str
    read_as: str | None = None
    """The question with what it refers to put in words, where a conversation was needed to read it."""
    status: Literal["answered", "needs_clarification", "conflict"]
    claims: tuple[Claim, ...] = ()
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    provenance: Provenance
