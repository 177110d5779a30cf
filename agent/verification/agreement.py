"""Does one quantity carry another?

Equal by definition: a week and 7 days, a year and 12 months, a quarter and 3 months, a day and 24 hours,
50 basis points and 0.5 %. A month and 30 days are taken as equal, as terms of payment do; a month and four
weeks are not, unless the claim says "about".
"""

from __future__ import annotations

from agent.verification.quantity import Quantity

_APPROXIMATE = 0.06


def _close(a: float, b: float, about: bool) -> bool:
    return abs(a - b) <= (max(abs(a), abs(b)) * _APPROXIMATE if about else 1e-9 * max(1.0, abs(a)))


def _durations(q: Quantity, values: frozenset[float]) -> set[float]:
    """A duration's readings in days; months are also read as 30 days, a year as 365."""
    if q.unit == "months":
        return (
            {v * 30 for v in values}
            | {v / 12 * 365 for v in values}
            | {v / 12 * 360 for v in values}
        )
    return set(values)


def _in_days(q: Quantity) -> set[float]:
    return {v * 30 for v in q.values} if q.unit == "months" else set(q.values)


def _same_values(claim: Quantity, said: Quantity, a: frozenset[float], b: frozenset[float]) -> bool:
    about = claim.about
    if (
        {claim.kind, said.kind} in ({"count", "duration"}, {"count", "percent"})
        and a is claim.values
        and b is said.values
    ):
        return bool(claim.spoken & said.spoken)
    if claim.kind == said.kind == "duration" and claim.unit != said.unit:
        return any(_close(x, y, about) for x in _durations(claim, a) for y in _durations(said, b))
    return any(_close(x, y, about) for x in a for y in b)


def _compatible(claim: Quantity, said: Quantity) -> bool:
    """Whether the two count the same kind of thing, as far as they say."""
    if "period" in (claim.kind, said.kind):
        return {claim.kind, said.kind} <= {"period", "duration"}
    if claim.kind == said.kind:
        return claim.kind != "money" or not claim.unit or not said.unit or claim.unit == said.unit
    bare = claim if claim.kind == "count" else said if said.kind == "count" else None
    if bare is None:
        return False
    other = said if bare is claim else claim
    if other.kind == "percent":
        return not bare.nouns or any(0 < v < 1 for v in bare.values)
    if other.kind == "duration":
        return not bare.nouns and not bare.ordinal
    return True


_A_YEAR = {"year": 1, "quarter": 4, "month": 12}


def _yearly(q: Quantity) -> set[float]:
    return {v * _A_YEAR[q.rate] for v in q.values} if q.rate in _A_YEAR and not q.top else set()


def _is_multiple(q: Quantity) -> bool:
    """`three times`, `twice`, `double`."""
    word = q.text.lower()
    return q.kind == "count" and (
        q.nouns[:1] in (("times",), ("fold",)) or word in ("twice", "double", "triple")
    )


def _relates(times: Quantity, other: Quantity) -> bool:
    """`one and a half times` and 150 %; `three times` the one way is `a third` the other."""
    if other.kind == "percent":
        return any(_close(100 * t, v, times.about) for t in times.values for v in other.values)
    parts = {v for v in other.values if 0 < v < 1} if other.kind == "count" else set()
    return any(_close(1 / t, v, True) for t in times.values if t for v in parts)


def agrees(claim: Quantity, said: Quantity) -> bool:
    """Whether evidence that says `said` carries `claim`."""
    if (_is_multiple(claim) and _relates(claim, said)) or (
        _is_multiple(said) and _relates(said, claim)
    ):
        return True
    if not _compatible(claim, said):
        return False
    if "period" in (claim.kind, said.kind):
        return any(_close(a, b, True) for a in _in_days(claim) for b in _in_days(said))
    if claim.kind == "percent" and said.kind == "count" and any(0 < v < 1 for v in said.values):
        return any(_close(a, 100 * b, True) for a in claim.values for b in said.values)
    if claim.kind == "count" and said.kind == "percent" and any(0 < v < 1 for v in claim.values):
        return any(_close(100 * a, b, True) for a in claim.values for b in said.values)
    if claim.rate and said.rate and claim.rate != said.rate:
        return any(_close(a, b, False) for a in _yearly(claim) for b in _yearly(said))
    if {claim.bound, said.bound} == {"least", "most"}:
        return False
    if claim.top:
        return (
            bool(said.top)
            and _same_values(claim, said, claim.values, said.values)
            and _same_values(claim, said, claim.top, said.top)
        )
    if said.top:
        end = (
            said.values
            if claim.bound == "least"
            else said.top
            if claim.bound == "most"
            else frozenset()
        )
        return _same_values(claim, said, claim.values, end) or (
            claim.about and _inside(claim, said)
        )
    return _same_values(claim, said, claim.values, said.values)


def _inside(claim: Quantity, said: Quantity) -> bool:
    return (
        any(min(said.values) <= v <= max(said.top) for v in claim.values)
        if claim.unit == said.unit
        else False
    )
