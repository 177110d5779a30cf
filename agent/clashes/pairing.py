"""Which statements are held against which: everybody's against the signed clauses, and what no clause speaks of against each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from agent.clashes.apart import agree, comparable
from agent.clashes.named import same_part
from agent.clashes.same import Nearness, Rivals, chance
from agent.clashes.stated import Stated

SIGNED_AT, UNSIGNED_AT = 0.2, 0.4
"""Chance of being about the same thing from which a statement is held against a clause, or against another statement."""
SETTLED = 0.5
"""A clause that agrees settles a statement if it is at least this share as surely about the same thing as the one that differs."""
NAMED = 0.7
"""How surely two names of one part clash, or a value and one that corrects it."""
SMALL = 12
_CHANGES = re.compile(
    r"\b(?:now|instead|chang(?:e|ed|es)|moved?|shift(?:ed)?|updated?|revised?|improved|no longer|new (?:date|plan|offer|price|quote)|correct(?:ion|ed)|jetzt|neu\w*|verschoben)\b",
    re.I,
)

Pair = tuple[Stated, Stated, float]
"""A statement, what it is held against, and how surely both are about the same thing."""


def day_key(stated: Stated) -> str:
    """The day of a statement, for ordering."""
    return stated.day.isoformat() if stated.day else ""


class Pairing:
    """Holds the statements of one account against each other."""

    def __init__(self, signed: Sequence[Stated], near: Nearness) -> None:
        self._near, self._rivals = near, Rivals(signed)
        self._signed = _by_kind(signed)
        self._at: defaultdict[int, list[Stated]] = defaultdict(list)
        for s in signed:
            self._at[s.position].append(s)

    def against_signed(self, other: Sequence[Stated]) -> list[Pair]:
        """Every statement with the clause that most surely gives its topic another value.

        Not those that a clause agrees with, nor earlier words of a voice that came round to the clause later.
        """
        pairs: list[Pair] = []
        agreed: list[tuple[Stated, Stated]] = []
        for one in other:
            rated = [(self._sure(one, c), c.words, c) for c in self._signed[one.value.kind]]
            rated = [r for r in rated if r[0] >= SIGNED_AT / 2]
            same = [r for r in rated if agree(one.value, r[2].value) or self._a_part(one, r[2])]
            differs = [r for r in rated if r not in same]
            best, _, clause = max(differs, key=lambda r: r[:2], default=(0.0, "", one))
            best_same, _, met = max(same, key=lambda r: r[:2], default=(0.0, "", one))
            if same and best_same >= SETTLED * best:
                agreed.append((one, met))
            elif best >= SIGNED_AT:
                pairs.append((one, clause, best))
        return [p for p in pairs if not _came_round(p, agreed)]

    def _a_part(self, one: Stated, clause: Stated) -> bool:
        """Whether a clause says the same number of its parts: `eight days, two in each shop`."""
        said = set(one.value.spoken)
        return one.value.kind in ("duration", "count") and any(
            s.sentence == clause.sentence and said & set(s.value.spoken)
            for s in self._at[clause.position]
        )

    def among(self, free: Sequence[Stated], places: Sequence[str]) -> Iterator[Pair]:
        """Statements that no clause contradicts, against each other; `places` are all segments' sources.

        Only of different sources and people, and not two records: an export keeps its older versions.
        """
        for some in _by_kind(free).values():
            for n, one in enumerate(some):
                for other in some[n + 1 :]:
                    if places[one.position] == places[other.position] or one.who == other.who:
                        continue
                    if one.voice == other.voice == "record" or _superseded(one, other):
                        continue
                    sure = max(self._sure(one, other), self._sure(other, one))
                    if sure < UNSIGNED_AT or agree(one.value, other.value):
                        continue
                    if not self._settled(one) and not self._settled(other):
                        yield one, other, sure

    def _settled(self, one: Stated) -> bool:
        """Whether a clause says what a statement says."""
        clauses = self._signed[one.value.kind]
        return any(agree(one.value, c.value) and self._sure(one, c) >= SIGNED_AT for c in clauses)

    def _sure(self, one: Stated, other: Stated) -> float:
        """Chance that two statements are of the same thing; 0 where they can't be compared."""
        if one.value.kind in ("who", "where"):
            return NAMED if same_part(one, other) else 0.0
        if not comparable(one.value, other.value):
            return 0.0
        if _corrects(one, other) or _corrects(other, one):
            return NAMED
        a, b = one.thing, other.thing
        if a.told.isdisjoint(b.told) and a.near.keys().isdisjoint(b.near.keys()):
            return 0.0
        return chance(one, other, self._near.of(one.position, other.position), self._rivals)


def _by_kind(found: Sequence[Stated]) -> defaultdict[str, list[Stated]]:
    kinds: defaultdict[str, list[Stated]] = defaultdict(list)
    for s in found:
        kinds[s.value.kind].append(s)
    return kinds


def _corrects(one: Stated, other: Stated) -> bool:
    """Whether `one` says another value in the same breath in which it denies the other; of small numbers there are too many."""
    return bool(one.denied) and any(
        n in one.denied and (n > SMALL or n % 1) for n in other.value.spoken
    )


def _came_round(pair: Pair, agreed: Sequence[tuple[Stated, Stated]]) -> bool:
    """Whether the same voice said what the clause says later, or beside it as another choice."""
    one, clause, _ = pair
    return one.voice != "record" and any(
        clause is met
        and one.who == later.who
        and (day_key(later) > day_key(one) or (one.source and one.source == later.source))
        for later, met in agreed
    )


def _superseded(one: Stated, other: Stated) -> bool:
    """Whether the later of two statements of one voice says that it changes something."""
    later = max((one, other), key=day_key)
    return one.voice == other.voice and bool(_CHANGES.search(later.words))
