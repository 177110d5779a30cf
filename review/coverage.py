"""How much of the four transfers a brief carries, and its first page: five questions, each with where it is answered.

Counted from fields, promises and people alone; nothing is weighed. A conflict counts as open: nobody knows which holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.models import FieldResult
from indexer.models import Frozen

TRANSFERS: Mapping[str, tuple[str, ...]] = {
    "context": ("summary.", "account.", "goals.", "timeline.", "objections."),
    "commitments": ("commitments.", "next_steps."),
    "relationships": ("stakeholders.", "relationship."),
    "technical": ("technical.", "risks."),
}
"""Which sections carry which of the four transfers."""
FIRST_PAGE: Mapping[str, tuple[str, ...]] = {
    "What was sold?": ("account.contract", "commitments.pricing", "commitments.promised_features"),
    "Why did they buy?": ("summary.why_bought", "goals.problem"),
    "What is success?": ("summary.success", "goals.first_value", "goals.success_metrics"),
    "Who matters?": ("stakeholders.champion", "stakeholders.economic_buyer", "stakeholders.executive_sponsor"),
    "What can go wrong?": ("risks.open_risks", "stakeholders.skeptics", "technical.risks_dependencies"),
}  # fmt: skip
"""The five questions of a first page, and the fields that answer each, best first."""


class Coverage(Frozen):
    """Of one transfer: fields answered, fields asked, and the fields still open."""

    answered: int
    asked: int
    open: tuple[str, ...] = ()


class FirstAnswer(Frozen):
    """One question of the first page: claims that answer it, or the gaps and conflicts that keep it open."""

    question: str
    claims: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def coverage(fields: Iterable[FieldResult]) -> dict[str, Coverage]:
    """The coverage of the four transfers; a transfer of which the template asks nothing is left out."""
    listed = list(fields)
    found = {}
    for name, prefixes in TRANSFERS.items():
        own = [f for f in listed if f.id.startswith(prefixes)]
        still_open = tuple(f.id for f in own if f.status != "answered")
        if own:
            found[name] = Coverage(
                answered=len(own) - len(still_open), asked=len(own), open=still_open
            )
    return found


def first_page(fields: Iterable[FieldResult]) -> tuple[FirstAnswer, ...]:
    """The five questions in order, each with the best claim of each of its fields that has one."""
    by_id = {f.id: f for f in fields}
    rows = []
    for question, names in FIRST_PAGE.items():
        own = [by_id[n] for n in names if n in by_id]
        claims = tuple(dict.fromkeys(c for f in own for c in f.claims[:1]))
        rows.append(FirstAnswer(
            question=question, claims=claims, gaps=tuple(g for f in own for g in f.gaps) if not claims else (),
            conflicts=tuple(dict.fromkeys(x for f in own for x in f.conflicts)),
        ))  # fmt: skip
    return tuple(r for r in rows if r.claims or r.gaps or r.conflicts)
