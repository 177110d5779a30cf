"""The five scores of a brief, each from 0 to 1, with its formula and what counted. Nothing is guessed.

completeness               fields answered / fields asked. A conflict counts as unanswered: nobody knows which holds.
promise_risk               mean over the promises of what each can cost: covered 0, scope silent 0.5, excluded or
                           contradicted 1; half of it once a person reviewed the promise. No promise: 0.
implementation_complexity  mean of three shares: technical fields with something in them; integrations named, of five;
                           technical risks, dependencies and promised features, of five. Five or more count as five.
stakeholder_coverage       mean of: stakeholder fields answered; customer's people who were heard at all.
first_value_clarity        quarter each: first value is answered; by the customer's own words; with a number or date;
                           a measure of success is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agent.models import FieldResult
from review.models import Brief, ScoreReason
from review.render.gist import gist

_COST = {"covered": 0.0, "silent": 0.5, "excluded": 1.0, "contradicted": 1.0}
_MANY = 5
_MEASURED = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|week|month|quarter|percent|"
    r"half|double|one|two|three|four|five|six|seven|eight|nine|ten)s?\b",
    re.I,
)


def scores(brief: Brief) -> tuple[dict[str, float], dict[str, ScoreReason]]:
    """The scores and, by the same names, what they are made of."""
    found = {
        "completeness": _completeness(brief),
        "promise_risk": _promise_risk(brief),
        "implementation_complexity": _complexity(brief),
        "stakeholder_coverage": _coverage(brief),
        "first_value_clarity": _first_value(brief),
    }
    return {k: round(v, 2) for k, (v, _) in found.items()}, {k: r for k, (_, r) in found.items()}


def _fields(brief: Brief, prefix: str = "") -> Iterator[FieldResult]:
    return (f for s in brief.sections for f in s.fields if f.id.startswith(prefix))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return _share(sum(listed), len(listed))


def _answered(fields: Iterable[FieldResult]) -> tuple[list[str], list[str]]:
    yes: list[str] = []
    no: list[str] = []
    for field in fields:
        (yes if field.status == "answered" else no).append(field.id)
    return yes, no


def _completeness(brief: Brief) -> tuple[float, ScoreReason]:
    yes, no = _answered(_fields(brief))
    return _share(len(yes), len(yes) + len(no)), ScoreReason(
        formula="answered fields of all fields", counted=tuple(yes), missing=tuple(no)
    )


def _promise_risk(brief: Brief) -> tuple[float, ScoreReason]:
    said = {c.id: gist(c.citations[0].quote, "", 12, c.core) for c in brief.claims}
    costs = {
        p.claim: _COST[p.scope] / (2 if p.reviewed_by else 1) for p in brief.commitments
    }  # fmt: skip
    return _mean(costs.values()), ScoreReason(
        formula="mean cost of a promise: covered 0, silent 0.5, excluded or contradicted 1; half if reviewed",
        counted=tuple(f"“{said.get(p.claim, p.claim)}”: {p.scope}, {costs[p.claim]:g}" for p in brief.commitments),
    )  # fmt: skip


def _complexity(brief: Brief) -> tuple[float, ScoreReason]:
    technical = list(_fields(brief, "technical."))
    filled = [f.id for f in technical if f.claims]
    size = {f.id: len(f.claims) for f in _fields(brief)}
    integrations = size.get("technical.integrations", 0)
    hard = size.get("technical.risks_dependencies", 0) + size.get(
        "commitments.promised_features", 0
    )
    parts = (
        _share(len(filled), len(technical)),
        min(integrations, _MANY) / _MANY,
        min(hard, _MANY) / _MANY,
    )
    return _mean(parts), ScoreReason(
        formula="mean of: technical fields filled; integrations of 5; dependencies and promised features of 5",
        counted=(*filled, f"{integrations} integrations", f"{hard} dependencies and promised features"),
    )  # fmt: skip


def _coverage(brief: Brief) -> tuple[float, ScoreReason]:
    yes, no = _answered(_fields(brief, "stakeholders."))
    theirs = [p for p in brief.people if p.side == "customer"]
    heard = [p.name for p in theirs if any(p.engagement.values())]
    silent = [f"{p.name}: never heard" for p in theirs if p.name not in heard]
    value = _mean((_share(len(yes), len(yes) + len(no)), _share(len(heard), len(theirs))))
    return value, ScoreReason(
        formula="mean of: stakeholder fields answered; the customer's people who were heard",
        counted=(*yes, *heard), missing=(*no, *silent),
    )  # fmt: skip


def _first_value(brief: Brief) -> tuple[float, ScoreReason]:
    claims = {c.id: c for c in brief.claims}
    by_id = {f.id: f for f in _fields(brief)}
    first, measure = by_id.get("goals.first_value"), by_id.get("goals.success_metrics")
    cited = [c for i in first.claims for c in claims[i].citations] if first else []
    points = {
        "first value is answered": first is not None and first.status == "answered",
        "in the customer's own words": any(c.side == "customer" for c in cited),
        "with a number or a date": any(_MEASURED.search(c.quote) for c in cited),
        "a measure of success is answered": measure is not None and measure.status == "answered",
    }
    return _mean(points.values()), ScoreReason(
        formula="a quarter for each point",
        counted=tuple(p for p, met in points.items() if met),
        missing=tuple(p for p, met in points.items() if not met),
    )
