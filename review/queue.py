"""The review's queue: every item of a brief once, sorted by risk, as `rules.yaml` orders it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import computed_field

from agent.models import Citation
from indexer.models import Frozen
from review.canonical import digest
from review.models import Brief, Decision
from review.rules import QueueRule, rules

Kind = Literal["conflict", "commitment", "gap", "risk", "claim"]


class Item(Frozen):
    """One thing to decide. `version` goes back with the act; `must` says that a gate waits for it."""

    key: str
    id: str
    kind: Kind
    field: str | None
    text: str
    quotes: tuple[Citation, ...] = ()
    why: str
    rank: int
    must: bool
    owner: str | None = None
    question: str | None = None
    decision: Decision | None = None
    resolution: str | None = None
    done: bool = False
    """Nothing is left to do: decided, and owned or resolved where that is asked for."""

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def version(self) -> str:
        """Changes with what the item says and with everything that people decided of it."""
        return digest(self.model_dump(mode="json", include=_DECIDED_ON))[:16]


_SOURCES_OWN = ("call", "mail", "invite")
"""Rows of the timeline that only say that a source exists and when: nobody need decide them."""
_DECIDED_ON = {"key", "text", "quotes", "question", "owner", "decision", "resolution", "done"}


def queue(brief: Brief) -> tuple[Item, ...]:
    """All items, what matters most first; what is done keeps its place."""
    decided = {d.key: d for d in brief.review.decisions}
    items = [*_conflicts(brief, decided), *_claims(brief, decided), *_gaps(brief, decided)]
    return tuple(sorted(items, key=lambda i: i.rank))


def _place(kind: Kind, **marks: str | bool) -> tuple[int, QueueRule]:
    """The first row of the rules whose marks an item has all."""
    have: Mapping[str, str | bool] = {"kind": kind, **marks}
    rows = enumerate(rules().queue)
    return next((n, r) for n, r in rows if r.marks().items() <= have.items())


def _conflicts(brief: Brief, decided: Mapping[str, Decision]) -> Iterator[Item]:
    for conflict in brief.conflicts:
        rank, rule = _place("conflict")
        yield Item(
            key=conflict.key, id=conflict.id, kind="conflict", text=f"{conflict.topic}: {conflict.why}",
            field=next(iter(conflict.fields), None), owner=conflict.owner, resolution=conflict.resolution,
            quotes=tuple(c for side in conflict.sides for c in side.citations), why=rule.why, rank=rank,
            must=rule.must, decision=decided.get(conflict.key), done=conflict.resolution is not None,
        )  # fmt: skip


def _claims(brief: Brief, decided: Mapping[str, Decision]) -> Iterator[Item]:
    promises = {p.claim: p for p in brief.commitments}
    risks = {r.claim: r for r in brief.risks}
    shown = {c for s in brief.sections for f in s.fields for c in f.shown}
    listed = {c for s in brief.sections for f in s.fields for c in f.claims}
    dates = {t.claim for t in brief.timeline if t.kind in _SOURCES_OWN} - listed
    for claim in brief.claims:
        if claim.id in dates:
            continue
        promise, risk = promises.get(claim.id), risks.get(claim.id)
        decision = decided.get(claim.key)
        done, owner = decision is not None, None
        rest: tuple[Citation, ...] = ()
        if promise is not None:
            rank, rule = _place("commitment", scope=promise.scope)
            done, rest = promise.reviewed_by is not None, promise.scope_citations
        elif risk is not None:
            rank, rule = _place("risk", severity=risk.severity)
            done = done and risk.owner is not None
        else:
            superseded = any(f.startswith("superseded_by:") for f in claim.flags)
            rank, rule = _place("claim", shown=claim.id in shown, superseded=superseded)
        if risk is not None:
            owner, done = risk.owner, done and risk.owner is not None
        yield Item(
            key=claim.key, id=claim.id, kind=rule.kind, field=claim.field, text=claim.text,
            quotes=(*claim.citations, *rest), why=rule.why, rank=rank, must=rule.must, owner=owner,
            decision=decision, done=done,
        )  # fmt: skip


def _gaps(brief: Brief, decided: Mapping[str, Decision]) -> Iterator[Item]:
    gate = {f for rule in rules().gates for f in rule.fields}
    for gap in brief.gaps:
        rank, rule = _place("gap", gate=gap.scope == "field" and gap.field in gate)
        decision = decided.get(gap.key)
        yield Item(
            key=gap.key, id=gap.id, kind="gap", field=gap.field, text=gap.about or gap.question,
            why=rule.why, rank=rank, must=rule.must, owner=gap.owner, question=gap.question,
            decision=decision, done=decision is not None and not rule.must,
        )  # fmt: skip
