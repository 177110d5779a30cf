"""How surely two values measure the same thing: by the words at them, around them, and by how related their passages are.

Logistic regression. The weights lie between two fits of `python -m eval.train.same_thing`, moved to what whole deals and the scenes seen
find and raise in vain (`eval/LOG.md`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from agent.clashes.apart import ratio
from agent.clashes.stated import Stated
from agent.clashes.things import Thing, shared
from agent.clashes.typed import TypedKind
from agent.relatedness import Relatedness
from indexer.embed import Vectors

KINDS = ("count", "duration", "date", "money", "percent", "hours", "period")
FEATURES = (
    "measure", "one of many", "measure around", "other measure", "words", "words around", "related", "noun", "other noun", "other part",
    "alike", "both bounded", "on terms", "customer", "record", "far apart", "label", *KINDS,
)  # fmt: skip
FAR = 2.5
"""Beyond this, farther apart says nothing more."""
FIELD_AT = 0.3
"""How related a field of a record or a short answer is at least: `value: 61000` and `It's 64.` are too short to be read."""
ANSWER = 4
"""Words up to which an answer is short."""
LEAST = 0.6
"""What a label weighs at least: one common word is met by chance."""
_ROW = re.compile(r"\t|^[^:.]{2,60}:\s")
BIAS = -1.7
WEIGHTS = (4.11, -2.73, 1.18, -1.13, 0.97, -1.11, 0.42, 1.58, -0.09, -0.91, 1.41, 0.45, 0.82, -0.6, -0.79, -2.05, 0.5, -0.88, 0.76, -1.16, -0.44, -0.09, -0.64, 0.85)  # fmt: skip


class Rivals:
    """How many values of one kind the clauses give one measure: the fewer, the surer is which one is meant."""

    def __init__(self, clauses: Iterable[Stated]) -> None:
        told = {(s.value.kind, m, s.value.lows) for s in clauses for m in s.thing.measures}
        self._counts = Counter((kind, measure) for kind, measure, _ in told)

    def of(self, kind: TypedKind, measures: Iterable[str]) -> int:
        """Of the rarest of `measures`; 0 without any."""
        return min((self._counts[kind, m] for m in measures), default=0)


def features(one: Stated, clause: Stated, related: float, rivals: Rivals) -> list[float]:
    """What speaks for and against `one` and `clause` measuring the same; `related` is a chance, 0..1."""
    a, b = one.thing, clause.thing
    near, around = _measures(a, b)
    many = math.log(max(rivals.of(one.value.kind, a.measures & b.measures), 1))
    words = shared(a.near, b.near)
    wide = shared({**a.under, **a.near}, {**b.under, **b.near}) - words
    chance = min(
        max(
            related,
            FIELD_AT
            if one.voice == "record" or (not one.value.nouns and len(one.words.split()) <= ANSWER)
            else 0.002,
        ),
        0.998,
    )
    nouns = len(a.nouns & b.nouns)
    return [
        near, many, float(around), float(bool(a.measures and b.measures and not near)),
        min(words, 2.0), min(wide, 1.5), math.log(chance / (1 - chance)),
        float(nouns > 0), float(bool(a.nouns and b.nouns and not nouns)), float(min(len(a.parts ^ b.parts), 2)),
        float(any(w.startswith("=") and w in b.near for w in a.near)), float(one.value.bound is not None and one.value.bound == clause.value.bound),
        one.terms, float(one.voice == "customer"), float(one.voice in ("record", "inside")), min(ratio(one.value, clause.value), FAR), _label_met(one, clause), *(float(one.value.kind == k) for k in KINDS),
    ]  # fmt: skip


def _label_met(one: Stated, clause: Stated) -> float:
    """How much of a row's or field's own words the other sentence holds too: `First invoice: 1 April`, `the first invoice comes in July`."""
    told = [
        shared(one.thing.near, clause.thing.near) / max(sum(s.thing.near.values()), LEAST)
        for s in (one, clause)
        if _ROW.search(s.words[: s.value.start])
    ]
    return min(max(told, default=0.0), 1.0)


def _measures(a: Thing, b: Thing) -> tuple[float, bool]:
    """How much the measures told at both values are the same; and whether only those around them are."""
    both = a.measures & b.measures
    near = (1 + len(both) / len(a.measures | b.measures)) / 2 if both else 0.0
    wide = bool((a.measures | a.measures_under) & (b.measures | b.measures_under))
    return near, wide and not both


def chance(one: Stated, other: Stated, related: float, rivals: Rivals) -> float:
    """0..1 that the two measure the same thing."""
    score = BIAS + sum(
        w * f for w, f in zip(WEIGHTS, features(one, other, related, rivals), strict=True)
    )
    return 1 / (1 + math.exp(-score))


class Nearness:
    """How related any two segments of an account are."""

    def __init__(self, related: Relatedness, positions: Sequence[int]) -> None:
        """`positions` are the segments that will be asked about."""
        self._at = {p: n for n, p in enumerate(sorted(set(positions)))}
        self._chances: Vectors = related.among(list(self._at))

    def of(self, one: int, other: int) -> float:
        """The chance for two segments by their positions in the account."""
        return float(self._chances[self._at[one], self._at[other]])
