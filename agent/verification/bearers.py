"""Is what the claim tells of one name told of another in the evidence?"""

from __future__ import annotations

import re

from agent.verification import dates
from agent.verification.agreement import agrees
from agent.verification.fault import Fault
from agent.verification.names import Name, is_common, names
from agent.verification.statements import Statement
from agent.verification.support import Grounds
from agent.verification.words import content, stem

_BEFORE = 2
"""A `she` or `there` may mean whom so many statements before name."""
_TOLD = 2
"""So many words and values of the claim must stand beside the other name, and none beside its own."""


def told_of_another_name(grounds: Grounds) -> Fault | None:
    """A name that the evidence holds only elsewhere, where the words that tell it name somebody or something else."""
    part = grounds.part
    own = {stem(p) for n in part.names for p in n.parts}
    shared = [_shared(grounds, s, own) for s in grounds.all]
    best = max(shared, default=0)
    if best < _TOLD:
        return None
    telling = [i for i, n in enumerate(shared) if n == best]
    for name in part.names:
        wanted = set(name.parts)
        holding = [i for i, s in enumerate(grounds.all) if wanted & _said(s)]
        if name.code or not holding or any(shared[i] for i in holding):
            continue
        if any(wanted & _said(s) for i in telling for s in grounds.all[max(0, i - _BEFORE) : i]):
            continue
        if any(
            _GOES_ON.match(grounds.all[i].text) and {i - 1, i - 2} & set(telling) for i in holding
        ):
            continue
        rivals = [_rival(grounds.all[i], part.text, name) for i in telling]
        if all(rivals):
            return Fault(
                "misattributed", f"the evidence says this of {rivals[0]}, not of {name.text}"
            )
    return None


_APART = re.compile(r"[,;:]\s|\s(?:and|while|whereas|but|und|aber)\s")


def bound_to_another(grounds: Grounds) -> Fault | None:
    """A name in a clause of the claim whose words the evidence tells of another name only, with this one elsewhere."""
    part = grounds.part
    own = {stem(p) for n in part.names for p in n.parts}
    cuts = [0, *(m.end() for m in _APART.finditer(part.text)), len(part.text)]
    for name in part.names:
        wanted = set(name.parts)
        holding = [i for i, s in enumerate(grounds.all) if wanted & _said(s)]
        if name.code or not wanted or not holding:
            continue
        low = max(c for c in cuts if c <= name.start)
        high = min(c for c in cuts if c >= name.end)
        words = content(part.text[low:high]) - own - {stem(p) for p in wanted}
        shared = [_in_clause(words, low, high, grounds, s) for s in grounds.all]
        best = max(shared, default=0)
        telling = [i for i, n in enumerate(shared) if n == best]
        if not best or any(
            wanted & _said(grounds.all[j])
            for i in telling
            for j in range(max(0, i - _BEFORE), min(len(grounds.all), i + 3))
        ):
            continue
        rivals = [_rival(grounds.all[i], part.text, name) for i in telling]
        if all(rivals):
            return Fault(
                "misattributed", f"the evidence says this of {rivals[0]}, not of {name.text}"
            )
    return None


def _in_clause(
    words: frozenset[str], low: int, high: int, grounds: Grounds, said: Statement
) -> int:
    """How many words and values of a clause of the claim a statement holds."""
    values = [q for q in grounds.part.quantities if low <= q.start < high]
    days = [w for w in grounds.part.whens if low <= w.start < high]
    return (
        len(words & said.stems)
        + sum(any(agrees(q, o) for o in said.quantities) for q in values)
        + sum(any(dates.agrees(w, o) for o in said.whens) for w in days)
    )


_GOES_ON = re.compile(r"\W*(?:they|it|that|those|he|she|sie|er|es)\b", re.I)


def _said(statement: Statement) -> frozenset[str]:
    return statement.words | frozenset(re.findall(r"[^\W\d_]{2,}", statement.speaker.lower()))


def _shared(grounds: Grounds, statement: Statement, names_of_claim: set[str]) -> int:
    part = grounds.part
    words = (part.stems - names_of_claim) & statement.stems
    values = sum(any(agrees(q, o) for o in statement.quantities) for q in part.quantities)
    return (
        len(words)
        + values
        + sum(any(dates.agrees(w, o) for o in statement.whens) for w in part.whens)
    )


def _rival(statement: Statement, claim: str, name: Name) -> str | None:
    """A name in the statement that the claim leaves out."""
    low = claim.lower()
    for other in names(statement.text):
        fresh = other.parts and other.parts[-1] not in low
        if fresh and not other.code and not any(map(is_common, other.text.split())):
            return other.text
    return None
