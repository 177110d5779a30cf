"""Which statements are held against which: everybody's against the signed clauses, and what no clause speaks of against each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.clashes.apart import agree, comparable
from agent.clashes.cases import other_case
from agent.clashes.named import same_part
from agent.clashes.same import Nearness, Rivals, chance
from agent.clashes.stated import Stated, TakenBack
from agent.verification.words import stem

SIGNED_AT, UNSIGNED_AT = 0.12, 0.3
"""Chance of being about the same thing from which a statement is held against a clause, or against another statement."""
SETTLED = 0.5
"""A clause that agrees settles a statement if it is at least this share as surely about the same thing as the one that differs."""
LIVE, LATE = 0.6, 10
"""How surely a day said for going live clashes with the signed ones if all of them are so many days behind it."""
NAMED = 0.7
"""How surely two names of one part clash, or a value and one that corrects it."""
SMALL = 12
_BESIDES = frozenset(
    stem(w) for w in "spare extra additional further reserve replacement backup".split()
)
"""What is counted besides the whole number: `36 spare tablets`."""
_EACH = frozenset({"each", "every", "remai", "furth"})
"""Parts that are counted beside the whole, or for each of its parts."""
TELLING = 1000
"""A sum from which nobody says the same one of two things by chance."""
NAMING = ("who", "where", "choice")
"""Kinds whose values are names."""
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

    def __init__(
        self, signed: Sequence[Stated], near: Nearness, taken: Sequence[TakenBack] = ()
    ) -> None:
        self._near, self._rivals = near, Rivals(signed)
        self._signed, self._taken = _by_kind(signed), taken
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
            if one.value.kind in NAMING and self._named_alike(one):
                continue
            rated = [
                (self._sure(one, c), c.words, c)
                for c in self._signed[one.value.kind]
                if not _is_waived(c)
            ]
            rated = [r for r in rated if r[0] >= SIGNED_AT / 2]
            same = [r for r in rated if agree(one.value, r[2].value) or self._a_part(one, r[2])]
            differs = [r for r in rated if r not in same]
            best, _, clause = max(differs, key=lambda r: r[:2], default=(0.0, "", one))
            best_same, _, met = max(same, key=lambda r: r[:2], default=(0.0, "", one))
            late = self._later_than(one)
            if late is not None and not same:
                best, clause = max(best, LIVE), late
            if same and best_same >= SETTLED * best:
                agreed.append((one, met))
            elif best >= SIGNED_AT:
                pairs.append((one, clause, best))
        sums = [s for s in other if s.value.kind in ("money", "count")]
        return [
            p
            for p in pairs
            if not (_came_round(p, agreed) or self._is_taken_back(p) or _later_offer(p, sums))
        ]

    def _later_than(self, one: Stated) -> Stated | None:
        """The earliest day on which anything goes live by the signed papers, where that is well behind the day said."""
        if one.value.kind != "date" or one.value.bound == "last" or not _goes_live(one):
            return None
        days = [c for c in self._signed["date"] if c.value.bound != "last" and _goes_live(c)]
        first = min(days, key=lambda c: (c.value.lows[0], c.words), default=None)
        if first is None or one.voice not in ("seller", "record"):
            return None
        return first if first.value.lows[0] > one.value.highs[-1] + LATE else None

    def _is_taken_back(self, pair: Pair) -> bool:
        """Whether the same voice takes something back later, and says the clause's number instead."""
        one, clause, _ = pair
        said, numbers = day_key(one), set(clause.value.spoken)
        return any(
            t.who == one.who
            and numbers & t.numbers
            and (t.day.isoformat() if t.day else "") >= said
            for t in self._taken
        )

    def _named_alike(self, one: Stated) -> bool:
        """Whether a clause gives the same part to the same name: the other side's project lead stands beside it."""
        mine = set(one.value.name.split())
        return any(
            one.value.unit == c.value.unit and mine & set(c.value.name.split())
            for c in self._signed[one.value.kind]
        )

    def _a_part(self, one: Stated, clause: Stated) -> bool:
        """Whether a clause says the same number of its parts, `eight days, two in each shop`, or the same day as the other end of a stretch."""
        beside = [s for s in self._at[clause.position] if s.sentence == clause.sentence]
        if one.value.kind == "date" and one.value.bound is None:
            return any(
                s.value.bound and agree(replace(one.value, bound=s.value.bound), s.value)
                for s in beside
                if s.value.kind == "date"
            )
        said = set(one.value.spoken)
        return one.value.kind in ("duration", "count") and any(
            said & set(s.value.spoken) for s in beside
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
                    if one.voice == other.voice == "record":
                        continue
                    sure = max(self._sure(one, other), self._sure(other, one))
                    if sure < UNSIGNED_AT or agree(one.value, other.value):
                        continue
                    if _superseded(one, other):
                        continue
                    if not self._settled(one) and not self._settled(other):
                        yield one, other, sure

    def _settled(self, one: Stated) -> bool:
        """Whether a clause says what a statement says."""
        clauses = self._signed[one.value.kind]
        return any(agree(one.value, c.value) and self._sure(one, c) >= SIGNED_AT for c in clauses)

    def _sure(self, one: Stated, other: Stated) -> float:
        """Chance that two statements are of the same thing; 0 where they can't be compared."""
        if one.value.kind in NAMING:
            return NAMED if same_part(one, other) else 0.0
        if not comparable(one.value, other.value):
            return 0.0
        if (one.denied or other.denied) and (_corrects(one, other) or _corrects(other, one)):
            return NAMED
        a, b = one.thing, other.thing
        if a.told.isdisjoint(b.told) and a.near.keys().isdisjoint(b.near.keys()):
            return 0.0
        sure = chance(one, other, self._near.of(one.position, other.position), self._rivals)
        if one.value.kind == "count" and (
            _BESIDES & (a.nouns ^ b.nouns) or _EACH & (a.parts ^ b.parts)
        ):
            return 0.0
        return 0.0 if sure >= SIGNED_AT / 2 and other_case(one.words, other.words) else sure


def _by_kind(found: Sequence[Stated]) -> defaultdict[str, list[Stated]]:
    kinds: defaultdict[str, list[Stated]] = defaultdict(list)
    for s in found:
        kinds[s.value.kind].append(s)
    return kinds


def _goes_live(stated: Stated) -> bool:
    """Whether a day is one on which the thing bought goes live, no pilot of it."""
    return "go-live" in stated.thing.measures and not {"pilot", "kickoff"} & stated.thing.measures


def _is_waived(clause: Stated) -> bool:
    """Whether a clause asks nothing for it: nobody is held to what it would have cost."""
    return clause.value.kind == "money" and max(clause.value.highs) == 0


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
        and (
            day_key(later) > day_key(one)
            or (one.source and one.source == later.source)
            or (one.position, one.sentence) == (later.position, later.sentence)
        )
        for later, met in agreed
    )


def _later_offer(pair: Pair, sums: Sequence[Stated]) -> bool:
    """Whether the same voice names the clause's own sum later: what was offered first is past."""
    one, clause, _ = pair
    if one.value.kind != "money" or max(clause.value.highs) < TELLING:
        return False
    return any(
        s.who == one.who
        and day_key(s) > day_key(one)
        and set(s.value.spoken) & set(clause.value.spoken)
        for s in sums
    )


def _superseded(one: Stated, other: Stated) -> bool:
    """Whether the later of two statements of one voice says that it changes something."""
    later = max((one, other), key=day_key)
    return one.voice == other.voice and bool(_CHANGES.search(later.words))
