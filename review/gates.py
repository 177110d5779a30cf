"""The gates G1 to G7: may this brief be accepted, and if not, what holds it open. The rules are in `rules.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Template

from agent.models import Citation
from review.models import Brief, Gate, LogHead
from review.rules import GateRule, rules

Texts = Mapping[str, str]
"""Extracted texts of the artifacts that a brief cites, by path, as the record holds them now."""


def gates(brief: Brief, texts: Texts, log: LogHead) -> tuple[Gate, ...]:
    """Every gate of the rules, with the keys that hold it open and what to do about the first."""
    return tuple(_gate(rule, brief, texts, log) for rule in rules().gates)


def _gate(rule: GateRule, brief: Brief, texts: Texts, log: LogHead) -> Gate:
    items = tuple(CHECKS[rule.check](brief, rule, texts, log))
    known = {
        "n": str(len(items)), "account": brief.account.slug, "key": items[0] if items else "",
    }  # fmt: skip
    return Gate(
        id=rule.id, title=rule.title, passed=not items, items=items,
        why=Template(rule.why).substitute(known) if items else rule.title,
        todo=Template(rule.todo).substitute(known) if items else "",
    )  # fmt: skip


def cited_paths(brief: Brief) -> list[str]:
    """The artifacts that the brief's claims, conflicts and promises cite."""
    return sorted({c.artifact for c in _citations(brief)})


def _citations(brief: Brief) -> Iterable[Citation]:
    yield from (c for claim in brief.claims for c in claim.citations)
    yield from (c for x in brief.conflicts for side in x.sides for c in side.citations)
    yield from (c for p in brief.commitments for c in p.scope_citations)


def _fields_answered(brief: Brief, rule: GateRule, _texts: Texts, _log: LogHead) -> Iterable[str]:
    """Keys of the gaps of the rule's fields; the field's id where it holds a conflict."""
    keys = {g.id: g.key for g in brief.gaps}
    for field in (f for s in brief.sections for f in s.fields if f.id in rule.fields):
        if field.status != "answered":
            yield next((keys[g] for g in field.gaps if g in keys), field.id)


def _risks_owned(brief: Brief, _rule: GateRule, _texts: Texts, _log: LogHead) -> Iterable[str]:
    keys = {c.id: c.key for c in brief.claims}
    return (keys[r.claim] for r in brief.risks if not r.owner)


def _conflicts_resolved(
    brief: Brief, _rule: GateRule, _texts: Texts, _log: LogHead
) -> Iterable[str]:
    return (x.key for x in brief.conflicts if x.resolution is None)


def _claims_cited(brief: Brief, _rule: GateRule, texts: Texts, _log: LogHead) -> Iterable[str]:
    """Claims without a citation, unsupported, or whose quote no longer stands where they say."""
    for claim in brief.claims:
        held = (texts.get(c.artifact, "")[c.start : c.end] == c.quote for c in claim.citations)
        if not claim.citations or claim.verdict != "supported" or not all(held):
            yield claim.key


def _promises_reviewed(
    brief: Brief, _rule: GateRule, _texts: Texts, _log: LogHead
) -> Iterable[str]:
    keys = {c.id: c.key for c in brief.claims}
    return (keys[p.claim] for p in brief.commitments if not p.reviewed_by)


def _people_named(brief: Brief, _rule: GateRule, _texts: Texts, _log: LogHead) -> Iterable[str]:
    """A role is named in the account's head, or by a standing signature."""
    signed = {s.role for s in brief.review.sign_offs if s.stands}
    return (r for r in ("ae", "csm") if not getattr(brief.account, r) and r not in signed)


def _log_whole(_brief: Brief, _rule: GateRule, _texts: Texts, log: LogHead) -> Iterable[str]:
    return log.faults


CHECKS: dict[str, Callable[[Brief, GateRule, Texts, LogHead], Iterable[str]]] = {
    "fields_answered": _fields_answered,
    "risks_owned": _risks_owned,
    "conflicts_resolved": _conflicts_resolved,
    "claims_cited": _claims_cited,
    "promises_reviewed": _promises_reviewed,
    "people_named": _people_named,
    "log_whole": _log_whole,
}
