"""What speaks for a signed sentence being about what was promised, and for its saying otherwise: signs, each a number.

`near` holds words and promise side by side whatever they say; `against` takes for granted that they are of one thing. Weights come from
`python -m eval.train.scope`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from agent.clashes.apart import agree, comparable, ratio
from agent.clashes.things import Thing, shared, subject_of
from agent.clashes.typed import Typed, typed_values
from agent.otherwise import leaves_out, left_out, otherwise
from agent.verification.plain import make_plain, tokens
from agent.verification.words import opposites, stem
from prompts.cues import all_of, cue

Signs = dict[str, float]
LIKENESSES = ("words", "answers", "fields")
_COMPARED = ("money", "percent", "duration", "period", "count", "date", "hours")
NEAR = 1.2
"""Logarithm of how far two numbers may lie apart to be likely versions of one."""
START, LATE = 30, 10
"""Days in which work begins once it is promised, and by which a signed day may follow the promised one."""
_PROMISE_BEARS = ("absolutes", "denies", "hedges", "gives", "limits")
_CLAUSE_BEARS = (
    "denies",
    "limits",
    "hedges",
    "optional",
    "charges",
    "grants",
    "absolutes",
    "customers duty",
    "only",
    "requires",
    "indexed",
    "boilerplate",
)
_LESS = {
    "place": "remote",
    "hand": "manual",
    "direction": "one",
    "days": "weekdays",
    "crew": "whoever",
}
"""Of some facets the value that gives less."""
_SOON = re.compile(
    r"\blive\b|up and running|go-?live|\bstart|ready|productive|produktiv|\bin (?:by|within)\b|have you|you're (?:on|in)|on it\b",
    re.I,
)
_GIVES = re.compile(
    r"waive|knock|no (?:extra |additional )?(?:charge|cost|fee)|\bfree\b|throw(?:n)? in|on us\b|included|part of it|take .{0,30}\boff\b|kostenlos|inklusive",
    re.I,
)
_GIVEN = re.compile(
    r"waived|no (?:additional )?(?:charge|cost|fee)|free of charge|[$€£] ?0(?:[.,]00)?\b|\bincluded\b(?! in Section)|kostenfrei",
    re.I,
)
_NAME = re.compile(
    r"(?<=[a-z,;:)] )[A-Z][\w&-]{2,}|\b[A-Z][A-Za-z]*[A-Z]+[A-Za-z]*\b|\b[A-Z]+\d[\w-]*\b"
)


@dataclass(frozen=True)
class Put:
    """Some words, and the words that they stand under: a heading, the question before."""

    words: str
    around: str = ""
    day: date | None = None
    """When they were said or signed, which gives `July` its year."""

    @cached_property
    def thing(self) -> Thing:
        return subject_of(self.words, self.around)

    @cached_property
    def weight(self) -> float:
        return max(sum(self.thing.near.values()), 0.5)

    @cached_property
    def values(self) -> tuple[Typed, ...]:
        return tuple(v for v in typed_values(self.words, self.day) if v.kind in _COMPARED)

    @cached_property
    def measures(self) -> frozenset[str]:
        return frozenset(all_of("measures", self.words))

    @cached_property
    def told(self) -> frozenset[str]:
        """All measures, those of the surroundings too."""
        return self.measures | frozenset(all_of("measures", self.around))

    @cached_property
    def facets(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for name in all_of("facets", self.words):
            facet, _, value = name.partition("/")
            found.setdefault(facet, set()).add(value)
        languages = all_of("languages", self.words)
        if languages:
            found["language"] = set(languages)
        return {f: frozenset(v) for f, v in found.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(m.group().lower() for m in _NAME.finditer(self.words))

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(t.text) for t in tokens(make_plain(self.words).text))

    @cached_property
    def bears(self) -> frozenset[str]:
        """Which of the ways of putting things its words show."""
        return frozenset(all_of("bearing", self.words))


@lru_cache(maxsize=20000)
def put(words: str, around: str = "", day: date | None = None) -> Put:
    """The same words are looked at once."""
    return Put(words, around, day)


def near(promise: Put, clause: Put, likeness: Mapping[str, float]) -> Signs:
    """Signs that a clause speaks of what was promised, whatever it says; `likeness` is what encoder and heads make of both."""
    a, b = promise, clause
    words = shared(a.thing.near, b.thing.near)
    wide = shared({**a.thing.under, **a.thing.near}, {**b.thing.under, **b.thing.near}) - words
    both, kinds = a.measures & b.told, {v.kind for v in a.values} & {v.kind for v in b.values}
    return {
        **{n: likeness[n] for n in LIKENESSES},
        "shared words": min(words, 3.0), "share of clause": words / b.weight, "share of promise": words / a.weight,
        "words around": min(wide, 2.0), "names": float(min(len(a.names & b.names), 2)),
        "other names": float(bool(a.names) and not a.names & b.names and bool(b.names)),
        "measures": float(min(len(both), 2)), "measures around": float(bool(a.told & b.told) and not both),
        "other measures": float(bool(a.measures and b.measures) and not both),
        "kinds": float(min(len(kinds), 2)), "same value": float(bool(_same(a, b))),
        "facets": float(min(len(a.facets.keys() & b.facets.keys()), 2)),
        "left out": left_out(a.words, b.words), "length": math.log1p(len(b.words.split())),
        "boilerplate": float("boilerplate" in b.bears), "opposites": float(bool(_opposed(a, b))),
    }  # fmt: skip


def against(promise: Put, clause: Put) -> Signs:
    """Signs that a clause about what was promised says otherwise."""
    a, b = promise, clause
    same, given = _same(a, b), bool(_GIVES.search(a.words) and _GIVEN.search(b.words))
    found = None if given else otherwise(a.words, b.words)
    alone = _other(a, b, same)
    one = {f for f, v in a.facets.items() if f in b.facets}
    return {
        **{f"promise {n}": float(n in a.bears) for n in _PROMISE_BEARS},
        **{f"clause {n}": float(n in b.bears) for n in _CLAUSE_BEARS},
        **{f"{n} only there": float(n in b.bears and n not in a.bears) for n in ("denies", "limits", "hedges", "indexed", "only", "requires")},
        "otherwise": float(found is not None), "given as promised": float(given),
        "other value": float(any(x.kind != "count" for x, _ in alone)),
        "other count": float(any(x.kind == "count" and _nouns(x) & _nouns(y) for x, y in alone)),
        "other number": float(any(x.kind == "count" and not _nouns(x) & _nouns(y) for x, y in alone)),
        "near value": float(any(ratio(x, y) < NEAR for x, y in alone)),
        "same value": float(bool(same)),
        "all values": float(bool(a.values) and len({x.text for x, _ in same}) == len(a.values)),
        "value only there": float(bool(b.values) and not a.values),
        "value only here": float(bool(a.values) and not b.values),
        "later": float(_later(a, b)),
        "other facet": float(sum(_unlike(f, a.facets[f], b.facets[f]) for f in one)),
        "same facet": float(sum(not _unlike(f, a.facets[f], b.facets[f]) for f in one)),
        "less of a facet": float(any(v in b.facets.get(f, ()) and len(b.facets[f]) == 1 for f, v in _LESS.items() if f not in a.facets)),
        "opposites": float(len(_opposed(a, b))),
        "leaves out": float(leaves_out(b.words, b.around)), "free but priced": float(_priced(a, b) and not given),
        "priced": float(_priced(None, b) and not given and not any(v.kind == "money" for v in a.values)),
        "customer's under it": float("customers duty" in all_of("bearing", b.around)),
    }  # fmt: skip


def _unlike(facet: str, promised: frozenset[str], signed: frozenset[str]) -> bool:
    """Nothing of a facet in common; of days, one that the clause lacks."""
    return bool(promised - signed) if facet == "days" else not promised & signed


def _other(a: Put, b: Put, same: Sequence[tuple[Typed, Typed]]) -> list[tuple[Typed, Typed]]:
    """Values that can't both hold, of kinds of which none does."""
    agreed = {x.kind for x, _ in same}
    return [
        (x, y) for x in a.values for y in b.values
        if x.kind not in agreed and comparable(x, y) and not agree(x, y)
    ]  # fmt: skip


def _nouns(value: Typed) -> set[str]:
    return {stem(n) for n in value.nouns[:2]}


def _later(a: Put, b: Put) -> bool:
    """A signed day well behind the last one promised, or behind the time promised from then on."""
    promised = [v.highs[-1] for v in a.values if v.kind == "date"]
    if not promised and a.day and _SOON.search(a.words):
        promised = [(a.day + timedelta(days=v.highs[-1] + START)).toordinal() for v in a.values if v.kind == "duration" and v.highs[-1] < 1000]  # fmt: skip
    signed = [v.lows[0] for v in b.values if v.kind == "date"]
    return bool(promised and signed) and min(signed) > max(promised) + LATE


def _same(a: Put, b: Put) -> list[tuple[Typed, Typed]]:
    """Values of both that can both hold; hours of the week are too coarse to tell."""
    return [(x, y) for x in a.values for y in b.values if x.kind != "hours" and comparable(x, y) and agree(x, y)]  # fmt: skip


def _opposed(a: Put, b: Put) -> frozenset[str]:
    """Stems of the promise whose opposite stands in the clause, and not in the promise itself."""
    pairs = opposites()
    return frozenset(s for s in a.stems if any(o in b.stems and o not in a.stems and s not in b.stems for o in pairs.get(s, ())))  # fmt: skip


def _priced(promise: Put | None, clause: Put) -> bool:
    """A sum on what was to cost nothing, or on whatever it is."""
    money = any(v.kind == "money" and max(v.highs) > 0 for v in clause.values)
    free = promise is None or bool(cue("gratis").search(promise.words))
    return money and free and not cue("gratis").search(clause.words)
