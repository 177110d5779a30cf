"""What speaks for a signed sentence being about what was promised, whatever it says: signs, each a number.

What it says to it is for `agent.against`. Weights come from `python -m eval.train.scope`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from agent.clashes.apart import agree, comparable
from agent.clashes.things import Thing, shared, subject_of
from agent.clashes.typed import Typed
from agent.otherwise import left_out
from agent.sayings import Open, hours_of, said_values
from agent.verification.plain import make_plain, tokens
from agent.verification.words import opposites, stem
from prompts.cues import all_of

Signs = dict[str, float]
LIKENESSES = ("words", "answers", "fields")
_COMPARED = ("money", "percent", "duration", "period", "count", "date", "hours")
_NAME = re.compile(
    r"(?<=[a-z,;:)] )[A-Z][\w&-]{2,}|\b[A-Z][A-Za-z]*[A-Z]+[A-Za-z]*\b|\b[A-Z]+\d[\w-]*\b"
)

_MINE = re.compile(r"\b(?:I|I['’](?:ll|m|d)|me|my|myself|ich|jag)\b")
_FAVOUR = re.compile(
    r"\b(?:introduc\w+|invit\w+|reference|board|visit|lend|bring|com(?:e|es) (?:by|over|along|up|down)|driv(?:e|es) (?:over|up|down)|ride along|present (?:it|this)|"
    r"show (?:it|you|them|the)|conference|event|party|birthday|lunch|dinner|beer|cake|personally|banner|poster|newsletter|press|opinion|favou?r)\b",
    re.I,
)
"""What people do for each other beside a contract."""


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
        return tuple(v for v in said_values(self.words, self.day) if v.kind in _COMPARED)

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
        for name in all_of("facets", self._without_spans):
            facet, _, value = name.partition("/")
            found.setdefault(facet, set()).add(value)
        languages = all_of("languages", self.words)
        if languages:
            found["language"] = set(languages)
        return {f: frozenset(v) for f, v in found.items()}

    @cached_property
    def _without_spans(self) -> str:
        """The words without lengths of time: `within five working days` says nothing about days of the week."""
        words = self.words
        for value in sorted(self.values, key=lambda v: -v.start):
            if value.kind == "duration":
                words = f"{words[: value.start]} {words[value.end :]}"
        return words

    @cached_property
    def open(self) -> Open | None:
        """Hours of the day that the words name."""
        return hours_of(self.words)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(m.group().lower() for m in _NAME.finditer(self.words))

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(t.text) for t in tokens(make_plain(self.words).text))

    @cached_property
    def leans(self) -> float:
        """How much of what it is about stands in the question before: most of `done`, little of a whole sentence."""
        return 1.0 / (1.0 + sum(self.thing.near.values())) if self.around else 0.0

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
        "kinds": float(min(len(kinds), 2)), "same value": float(bool(same_values(a, b))),
        "facets": float(min(len(a.facets.keys() & b.facets.keys()), 2)),
        "left out": left_out(a.words, b.words), "length": math.log1p(len(b.words.split())),
        "boilerplate": float("boilerplate" in b.bears), "opposites": float(bool(opposed(a, b))),
    }  # fmt: skip


def same_values(a: Put, b: Put) -> list[tuple[Typed, Typed]]:
    """Values of both that can both hold; hours of the week are too coarse to tell."""
    return [
        (x, y) for x in a.values for y in b.values
        if x.kind != "hours" and ((comparable(x, y) and agree(x, y)) or _same_sum(x, y))
    ]  # fmt: skip


def _same_sum(x: Typed, y: Typed) -> bool:
    """`Two million` beside `EUR 2,000,000`: a number without a noun of its own is the sum."""
    return {x.kind, y.kind} == {"count", "money"} and x.lows == y.lows


def opposed(a: Put, b: Put) -> frozenset[str]:
    """Stems of the promise whose opposite stands in the clause, and not in the promise itself."""
    pairs = opposites()
    return frozenset(s for s in a.stems if any(o in b.stems and o not in a.stems and s not in b.stems for o in pairs.get(s, ())))  # fmt: skip


def silence(promise: Put, clauses: int) -> Signs:
    """Signs that none of so many clauses speaks of what was promised: one person's favour, or words that say little by themselves."""
    return {
        "base": 1.0, "clauses": math.log(max(clauses, 1)), "mine": float(bool(_MINE.search(promise.words))),
        "favour": float(bool(_FAVOUR.search(promise.words))), "leans": promise.leans,
    }  # fmt: skip
