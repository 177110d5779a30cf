"""Lays a review over a brief: the brief as people see it after what they decided. Pure.

Decisions hang on keys, so they hold for a brief made anew: a rejected claim stays away, a correction stands where its
item stood, an answer fills the field of its gap even where the engine didn't pick it up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

from agent.door import item_key
from agent.models import Claim, Commitment, Conflict, FieldResult, Gap, Objection, PersonRow, Risk
from prompts.template import FieldSpec, load_template, template_names
from review.models import Brief
from review.state import Review

HUMAN = "human"
MAX_SHOWN = 3


def lay_over(brief: Brief, review: Review, statements: Collection[str]) -> Brief:
    """The brief with every decision of `review` in it; `statements` are the paths of what people wrote.

    Status, gates, scores and the review's own record are not touched: `review.desk` adds them.
    """
    claims = _claims(brief, review, frozenset(statements))
    kept = {c.id for c in claims}
    conflicts = tuple(_conflict(x, review) for x in brief.conflicts)
    filled = {c.field for c in claims}
    gaps = [
        g for g in brief.gaps
        if g.key not in review.stated and not (g.scope == "field" and g.field in filled)
    ]  # fmt: skip
    fields, new = _fields(brief.model_copy(update={"conflicts": conflicts}), claims, gaps)
    gaps += new
    sections = tuple(
        s.model_copy(update={"fields": tuple(fields[f.id] for f in s.fields)}) for s in brief.sections
    )  # fmt: skip
    by_id = {c.id: c for c in claims}
    return brief.model_copy(update={
        "sections": sections, "claims": tuple(claims),
        "commitments": _commitments(brief, review, claims),
        "conflicts": conflicts,
        "gaps": tuple(g.model_copy(update={"owner": _owner(review, g.key, g.owner)}) for g in gaps),
        "risks": _risks(brief, review, claims),
        "objections": tuple(_objection(o, kept) for o in brief.objections if o.claim in kept),
        "people": tuple(_person(p, kept) for p in brief.people),
        "expansion": tuple(e for e in brief.expansion if e.claim in kept),
        "checklist": tuple(
            i if i.claim in kept else i.model_copy(update={"claim": None}) for i in brief.checklist
        ),
        "timeline": tuple(
            t.model_copy(update={"text": by_id[t.claim].text}) for t in brief.timeline if t.claim in kept
        ),
        "suggestions": _suggestions(brief, kept | {g.id for g in gaps} | {x.id for x in brief.conflicts}),
    })  # fmt: skip


def _claims(brief: Brief, review: Review, statements: frozenset[str]) -> list[Claim]:
    """The machine's claims and the people's, less what was rejected, corrected ones in their new words."""
    known = {c.key for c in brief.claims}
    added = {c.key: c for c in review.added}
    own = [
        c.model_copy(update={"id": f"h{_short(key)}", "key": key})
        for key, c in {**added, **review.stated}.items() if key not in known
    ]  # fmt: skip
    people = {(c.field, c.citations[0].segment) for c in [*own, *review.stated.values()]}
    machine = [
        c for c in brief.claims
        if c.key in review.stated or not _repeats(c, people, statements)
    ]  # fmt: skip
    found = []
    for claim in [*own, *machine]:
        decision = review.decisions.get(claim.key)
        if decision is not None and decision.decision == "rejected":
            continue
        if claim.key in review.stated:
            claim = review.stated[claim.key].model_copy(update={"id": claim.id, "key": claim.key})
        if any(c.artifact in statements for c in claim.citations):
            claim = claim.model_copy(update={"flags": tuple(dict.fromkeys((*claim.flags, HUMAN)))})
        found.append(claim)
    return found


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:6]


def _repeats(claim: Claim, people: set[tuple[str | None, str]], statements: frozenset[str]) -> bool:
    """True if an engine only found again what a person has stated for the same field."""
    first = claim.citations[0]
    return first.artifact in statements and (claim.field, first.segment) in people


def _fields(
    brief: Brief, claims: Iterable[Claim], gaps: Iterable[Gap]
) -> tuple[dict[str, FieldResult], list[Gap]]:
    """Every field with what is left and added; a field that a rejection emptied gets its gap back."""
    by_id = {c.id: c for c in claims}
    open_gaps = {g.id for g in gaps}
    listed = {c for s in brief.sections for f in s.fields for c in f.claims}
    machine = {c.id for c in brief.claims}
    specs = _specs(brief.template)
    fields: dict[str, FieldResult] = {}
    new: list[Gap] = []
    for field in (f for s in brief.sections for f in s.fields):
        extra = tuple(
            c.id
            for c in by_id.values()
            if c.field == field.id and c.id not in listed and c.id not in machine
        )
        ids = (*extra, *(c for c in field.claims if c in by_id))
        left = tuple(g for g in field.gaps if g in open_gaps)
        if not ids and not left and not field.conflicts:
            new.append(_gap(field.id, specs.get(field.id)))
            left = (new[-1].id,)
        shown = (*extra, *(c for c in field.shown if c in by_id)) or ids[:1]
        fields[field.id] = field.model_copy(update={
            "claims": ids, "shown": shown[: max(MAX_SHOWN, len(extra))], "gaps": left,
            "status": _status(brief, ids, field),
        })  # fmt: skip
    return fields, new


def _status(brief: Brief, ids: Collection[str], field: FieldResult) -> str:
    open_ = {x.id for x in brief.conflicts if x.resolution is None}
    if not ids:
        return "needs_clarification"
    return "conflict" if open_.intersection(field.conflicts) else "answered"


def _specs(template: str) -> Mapping[str, FieldSpec]:
    return load_template(template).fields() if template in template_names() else {}


def _gap(field: str, spec: FieldSpec | None) -> Gap:
    question = spec.gap if spec else f"What is known about {field}?"
    key = item_key(field, "", question)
    return Gap(
        id=f"g{_short(key)}", key=key, field=field, question=question,
        ask=spec.ask if spec else "AE", searched=("every claim found was rejected in review",),
    )  # fmt: skip


def _owner(review: Review, key: str, found: str | None) -> str | None:
    return review.owners[key].text if key in review.owners else found


def _commitments(brief: Brief, review: Review, claims: Iterable[Claim]) -> tuple[Commitment, ...]:
    by_id = {c.id: c for c in claims}
    rows = []
    listed = {p.claim for p in brief.commitments}
    for promise in brief.commitments:
        if promise.claim in by_id:
            key = by_id[promise.claim].key
            stated = review.scopes.get(key, promise)
            promise = stated.model_copy(update={"claim": promise.claim, "to": promise.to})
            rows.append(_reviewed(promise, review, key))
    for claim in by_id.values():
        if claim.key in review.scopes and claim.id not in listed:
            promise = review.scopes[claim.key].model_copy(update={"claim": claim.id})
            rows.append(_reviewed(promise, review, claim.key))
    return tuple(rows)


def _reviewed(promise: Commitment, review: Review, key: str) -> Commitment:
    """A promise is reviewed by who decided about it; who puts one into words has reviewed it."""
    decision = review.decisions.get(key)
    if decision is not None:
        return promise.model_copy(update={"reviewed_by": decision.by})
    return promise


def _conflict(conflict: Conflict, review: Review) -> Conflict:
    update: dict[str, str | None] = {"owner": _owner(review, conflict.key, conflict.owner)}
    decision = review.decisions.get(conflict.key)
    if conflict.key in review.resolutions:
        said = review.resolutions[conflict.key]
        update["resolution"] = f"{said.text} (decided by {said.by})"
    elif decision is not None and decision.decision == "rejected":
        why = f": {decision.reason}" if decision.reason else ""
        update["resolution"] = f"No contradiction{why} (decided by {decision.by})"
    return conflict.model_copy(update=update)


def _risks(brief: Brief, review: Review, claims: Iterable[Claim]) -> tuple[Risk, ...]:
    by_id = {c.id: c for c in claims}
    rows = [r for r in brief.risks if r.claim in by_id]
    listed = {r.claim for r in rows}
    human = [c for c in by_id.values() if c.kind == "risk" and HUMAN in c.flags]
    rows += [Risk(claim=c.id, severity="medium") for c in human if c.id not in listed]
    return tuple(
        r.model_copy(update={"owner": _owner(review, by_id[r.claim].key, r.owner)}) for r in rows
    )


def _person(person: PersonRow, kept: set[str]) -> PersonRow:
    """The person without what rested on rejected claims: a part without proof is none."""
    lost = {role for role, claim in person.proofs.items() if claim not in kept}
    update = {
        "roles": tuple(r for r in person.roles if r not in lost),
        "proofs": {r: c for r, c in person.proofs.items() if r not in lost},
        "influence": person.influence if person.influence in kept else None,
        "citations": person.citations if not lost else (),
    }
    lists = {
        name: tuple(c for c in getattr(person, name) if c in kept)
        for name in ("claims", "preferences", "concerns")
    }
    return person.model_copy(update=update | lists)


def _objection(objection: Objection, kept: set[str]) -> Objection:
    gone = objection.answered_by is not None and objection.answered_by not in kept
    update = {"answered_by": None, "state": "unknown"} if gone else {}
    return objection.model_copy(update=update)


def _suggestions(brief: Brief, kept: set[str]) -> tuple[object, ...]:
    """A proposal stands while something is left that it rests on."""
    return tuple(
        s.model_copy(update={"basis": basis})
        for s in brief.suggestions
        if (basis := tuple(b for b in s.basis if b in kept))
    )
