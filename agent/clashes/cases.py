"""Cases that exclude each other: what holds in summer is not contradicted by what holds in winter, a target not by today's figure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from prompts.cues import all_of

Cases = Mapping[str, frozenset[str]]


@lru_cache(maxsize=8192)
def cases_in(words: str) -> Cases:
    """The cases that a sentence names, by what they are cases of."""
    found: dict[str, set[str]] = {}
    for name in all_of("cases", words):
        of, _, case = name.partition("/")
        found.setdefault(of, set()).add(case)
    return {of: frozenset(named) for of, named in found.items()}


def other_case(one: str, other: str) -> bool:
    """Whether two sentences name different cases of one thing, and so speak of two things."""
    a, b = cases_in(one), cases_in(other)
    return any(not a[of] & b[of] for of in a.keys() & b.keys())
