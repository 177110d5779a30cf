"""Who holds which office, as the sources themselves say it in passing: `Dana Reed, that's our CFO`.

A claim may then call a person by the office though the words it cites don't. Only short titles that one person holds
count, and only where nobody else is called so as often.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from indexer.models import Person, Segment

_OFFICE = r"(?-i:C[A-Z]{1,2}O|DPO|GC|MD|CSM|AE|SE|VP(?: of)?(?: [A-Z][a-z]+)?)"
_BETWEEN = r"(?:,? (?:who|that|she|he|it)(?:'s| is)?,?|[,:(-]|,? (?:is|as|=))? ?-? ?(?:our|the|their|your|my|a)? ?"
_MAX_APART = 2


def offices(segments: Iterable[Segment], people: Iterable[Person]) -> Mapping[str, str]:
    """The office of each person of whom the sources tell one beside the name; by the person's name."""
    short = _unambiguous(people)
    told: dict[str, Counter[str]] = defaultdict(Counter)
    if not short:
        return {}
    names = "|".join(sorted(map(re.escape, short), key=len, reverse=True))
    pattern = re.compile(
        rf"\b(?P<name>{names})\b{_BETWEEN}(?P<office>{_OFFICE})\b|\b(?P<before>{_OFFICE})(?:,| is| =|:|\s\()? ?(?P<after>{names})\b"
    )
    for segment in segments:
        if not re.search(_OFFICE, segment.text):
            continue
        for match in pattern.finditer(segment.text):
            name, office = match["name"] or match["after"], match["office"] or match["before"]
            told[office][short[name]] += 1
    found: dict[str, str] = {}
    for office, holders in told.items():
        first, *rest = holders.most_common(2)
        if not rest or first[1] > _MAX_APART * rest[0][1]:
            found[first[0]] = f"{found.get(first[0], '')} {office}".strip()
    return found


def _unambiguous(people: Iterable[Person]) -> dict[str, str]:
    """Full names, and first and last names that only one person has."""
    full = {p.name for p in people if " " in p.name}
    parts = Counter(w for name in full for w in {name.split()[0], name.split()[-1]})
    short = {w: n for n in full for w in (n.split()[0], n.split()[-1]) if parts[w] == 1 and len(w) > 2}  # fmt: skip
    return {**short, **{n: n for n in full}}
