"""Completes a Draft to a Brief: head, risks, objections, sources. What people do with it is `review.reviewed`."""

from __future__ import annotations

from collections.abc import Sequence

from agent.models import Draft
from indexer.models import Account, NotRead
from review.models import AccountHead, Brief, Duplicate, Sources, Unread
from review.render.gist import gist
from review.render.words import shown_words

WORD_BUDGET = 2500
"""Words that a reader meets before unfolding anything."""
REVIEW_WORDS = 70
"""Of them, kept for what a review adds: the open gates and what to do about them."""


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
    """The brief of a draft, as the record keeps it for people to review."""
    brief = Brief(
        account=AccountHead.model_validate(account.model_dump(exclude={"folder", "related_accounts"})),
        template=draft.template, view=view, provenance=draft.provenance, sections=draft.sections,
        claims=draft.claims, commitments=draft.commitments, conflicts=draft.conflicts, gaps=draft.gaps,
        risks=draft.risks, objections=draft.objections, expansion=draft.expansion,
        checklist=draft.checklist, clauses=draft.clauses,
        people=draft.people, relations=draft.relations, timeline=draft.timeline, suggestions=draft.suggestions,
        sources=Sources(
            read=read, not_read=tuple(Unread(artifact=n.path, why=n.why) for n in not_read),
            duplicates=tuple(Duplicate(artifact=a, of=b) for a, b in duplicates),
        ),
    )  # fmt: skip
    return within_budget(brief, draft.fold_first, WORD_BUDGET - REVIEW_WORDS)
