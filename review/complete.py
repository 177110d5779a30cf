"""Completes a Draft to a Brief: head, scores, gates, sources."""

from __future__ import annotations

from collections.abc import Sequence

from agent.models import Draft
from indexer.models import Account, NotRead
from review.models import AccountHead, Brief, Duplicate, Gate, Objection, Risk, Sources, Unread
from review.render.gist import gist
from review.render.words import shown_words

WORD_BUDGET = 2500
"""Words that a reader meets before unfolding anything."""


def _scores(draft: Draft) -> dict[str, float]:
    fields = [f for s in draft.sections for f in s.fields]
    answered = sum(f.status != "needs_clarification" for f in fields)
    stakeholders = [f for f in fields if f.id.startswith("stakeholders.")]
    risky = sum(c.scope != "covered" for c in draft.commitments)
    technical = [f for f in fields if f.id.startswith("technical.")]
    first = next((f for f in fields if f.id == "goals.first_value"), None)

    def share(part: float, whole: float) -> float:
        return round(part / whole, 2) if whole else 0.0

    return {
        "completeness": share(answered, len(fields)),
        "promise_risk": share(risky, len(draft.commitments)),
        "implementation_complexity": share(
            sum(len(f.claims) >= 2 for f in technical), len(technical)
        ),
        "stakeholder_coverage": share(
            sum(f.status != "needs_clarification" for f in stakeholders), len(stakeholders)
        ),
        "first_value_clarity": 1.0 if first is not None and first.status == "answered" else 0.0,
    }


def _gates(draft: Draft, account: Account) -> tuple[Gate, ...]:
    status = {f.id: f.status for s in draft.sections for f in s.fields}
    goals = all(status.get(f) == "answered" for f in ("goals.problem", "goals.first_value"))
    unowned = [r for r in draft.risks if not r.get("owner")]
    uncited = [c.id for c in draft.claims if not c.citations or c.verdict != "supported"]
    unreviewed = [c.claim for c in draft.commitments if not c.reviewed_by]
    named = bool(account.ae and account.csm)
    return (
        Gate(
            id="G1",
            passed=goals,
            why="goals and first value are explicit"
            if goals
            else "goals or first value need clarification",
        ),
        Gate(
            id="G2",
            passed=not unowned,
            why="every risk has an owner" if not unowned else f"{len(unowned)} risks have no owner",
        ),
        Gate(
            id="G3",
            passed=not draft.conflicts,
            why="no open conflict"
            if not draft.conflicts
            else f"{len(draft.conflicts)} conflicts are unresolved",
        ),
        Gate(
            id="G4",
            passed=not uncited,
            why="every claim has a verified citation"
            if not uncited
            else f"{len(uncited)} claims lack one",
        ),
        Gate(
            id="G5",
            passed=not unreviewed,
            why="promises are reviewed"
            if not unreviewed
            else f"{len(unreviewed)} promises are not reviewed",
        ),
        Gate(
            id="G6", passed=named, why="AE and CSM are named" if named else "AE or CSM is not named"
        ),
        Gate(id="G7", passed=False, why="the review log does not exist yet"),
    )


def _without(brief: Brief, claim: str, field: str) -> Brief:
    sections = tuple(
        s.model_copy(
            update={
                "fields": tuple(
                    f.model_copy(update={"shown": tuple(c for c in f.shown if c != claim)})
                    if f.id == field
                    else f
                    for f in s.fields
                )
            }
        )
        for s in brief.sections
    )
    return brief.model_copy(update={"sections": sections})


def within_budget(brief: Brief, fold_first: Sequence[str], budget: int = WORD_BUDGET) -> Brief:
    """The brief with as many of `fold_first` folded, in that order, as it takes to fit `budget` words."""
    home = {c: f.id for s in brief.sections for f in s.fields for c in f.shown}
    words = {c.id: 5 + len(gist(c.citations[0].quote, "").split()) for c in brief.claims}
    left = [c for c in fold_first if c in home]
    while left and (over := shown_words(brief) - budget) > 0:
        while left and over > 0:
            claim = left.pop(0)
            brief = _without(brief, claim, home[claim])
            over -= words[claim]
    return brief


def complete(
    draft: Draft,
    account: Account,
    read: int,
    not_read: Sequence[NotRead],
    duplicates: Sequence[tuple[str, str]],
    view: str = "csm",
) -> Brief:
    """The brief of a draft, as people will review it."""
    brief = Brief(
        account=AccountHead.model_validate(account.model_dump(exclude={"folder", "related_accounts"})),
        template=draft.template, view=view, provenance=draft.provenance, sections=draft.sections,
        claims=draft.claims, commitments=draft.commitments, conflicts=draft.conflicts, gaps=draft.gaps,
        risks=tuple(Risk.model_validate(r) for r in draft.risks),
        objections=tuple(Objection.model_validate(o) for o in draft.objections),
        people=draft.people, relations=draft.relations, timeline=draft.timeline, suggestions=draft.suggestions,
        scores=_scores(draft), gates=_gates(draft, account),
        sources=Sources(
            read=read, not_read=tuple(Unread(artifact=n.path, why=n.why) for n in not_read),
            duplicates=tuple(Duplicate(artifact=a, of=b) for a, b in duplicates),
        ),
    )  # fmt: skip
    return within_budget(brief, draft.fold_first)
