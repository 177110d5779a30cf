"""Ways in which one thing is had, of which a signed sentence names another: a link both ways or one way, at once or at night, in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from agent.clashes.cases import other_case
from agent.clashes.same import Nearness
from agent.clashes.stated import Place, Stated
from agent.clashes.things import Thing, shared, subject_of
from agent.clashes.typed import Typed
from prompts.cues import all_of, cues

RELATED_AT, WORDS_AT, SURE = 0.3, 0.85, 0.45
"""How related both sentences must be, what their shared words must weigh, and how sure such a clash is."""
_FACETS = ("direction", "hand", "crew", "language")
_AT_ONCE, _LATER = "live", frozenset({"daily", "weekly", "monthly"})
Ways = Mapping[str, frozenset[str]]


class OtherWays:
    """What is said of a thing's way, beside what is signed of it."""

    def __init__(self, found: Sequence[Place]) -> None:
        told = [
            (p, w, subject_of(p.words, p.around))
            for p in found
            if (w := ways_in(p.words)) and p.real
        ]
        self._said = [t for t in told if t[0].voice in ("seller", "inside", "record")]
        self._signed = [t for t in told if t[0].voice == "signed"]

    @property
    def positions(self) -> list[int]:
        """The segments that are looked at."""
        return [p.position for p, _, _ in (*self._said, *self._signed)]

    def pairs(self, near: Nearness) -> Iterator[tuple[Stated, Stated, float]]:
        """Each signed way with the sentence that most surely says another of the same thing."""
        for place, ways, thing in self._signed:
            rated = [(_sure(p, t, w, place, thing, ways, near), p, t) for p, w, t in self._said]
            sure, said, about = max(rated, key=lambda r: r[0], default=(0.0, place, thing))
            if sure > 0:
                yield _stated(said, about, "yes"), _stated(place, thing, "no"), SURE


@lru_cache(maxsize=1)
def _any_way() -> re.Pattern[str]:
    """All ways at once: most sentences name none."""
    told = {n: p for n, p in cues("facets").items() if n.partition("/")[0] in (*_FACETS, "pace")}
    return re.compile(
        "|".join(f"(?:{p.pattern})" for p in (*told.values(), *cues("languages").values())), re.I
    )


@lru_cache(maxsize=8192)
def ways_in(words: str) -> Ways:
    """The ways that a sentence names, by facet; nothing of a facet of which it names several."""
    found: dict[str, set[str]] = {}
    if not _any_way().search(words):
        return {}
    for name in all_of("facets", words):
        facet, _, way = name.partition("/")
        if facet in _FACETS or facet == "pace":
            found.setdefault(facet, set()).add(way)
    if languages := all_of("languages", words):
        found["language"] = set(languages)
    return {f: frozenset(w) for f, w in found.items() if len(w) == 1 or f == "language"}


def _sure(p: Place, about: Thing, ways: Ways, signed: Place, thing: Thing, ruled: Ways, near: Nearness) -> float:  # fmt: skip
    """How surely both speak of one thing and name ways of it that exclude each other."""
    if not any(_apart(f, ways[f], ruled[f]) for f in ways.keys() & ruled.keys()):
        return 0.0
    words = shared(about.near, thing.near)
    if words < WORDS_AT or other_case(p.words, signed.words):
        return 0.0
    related = near.of(p.position, signed.position)
    return words * related if related >= RELATED_AT else 0.0


def _apart(facet: str, one: frozenset[str], other: frozenset[str]) -> bool:
    if facet == "pace":
        return (_AT_ONCE in one and bool(other & _LATER)) or (
            _AT_ONCE in other and bool(one & _LATER)
        )
    return not one & other


def _stated(place: Place, thing: Thing, given: str) -> Stated:
    return place.stated(Typed("given", 0, len(place.words), place.words, name=given), thing)
