"""Whether a promise and the signed words that the scope holds against it can be named as a contradiction, and by which words.

The table of promises says of each how surely a clause is against it; a conflict shows two quotes and must say what in them can't both hold:
two values of one thing, two ways of one thing, or a plain ruling. A notice of three years against a pilot of four weeks is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.bearing import Put
from agent.clashes.apart import agree, comparable
from agent.clashes.same import Rivals, chance
from agent.clashes.stated import Stated
from agent.clashes.things import NAMED, shared, thing_of
from agent.clashes.topics import topic_of
from agent.clashes.typed import typed_values
from agent.clashes.voices import Voice
from agent.otherwise import otherwise_in_words
from indexer.sentences import sentence_spans

OF_ONE_AT = 0.1
"""Chance from which two values are taken to be of one thing where the scope already holds the clause against the promise."""
EVEN = 0.5
"""How related both are taken to be: what speaks for it the scope has weighed."""
TERMS = 0.9
_WAYS = ("direction", "hand", "crew", "place", "language", "days")
"""Facets whose values exclude each other; how often something is done says little of what is done."""


@dataclass(frozen=True)
class Contradiction:
    """What was promised and what is signed instead, in a few words each."""

    promised: str = ""
    signed: str = ""
    topic: str | None = None


def contradiction(promise: Put, clause: Put) -> Contradiction | None:
    """What can't both hold of a promise and a clause about the same thing; None where nothing can be named."""
    return _by_value(promise, clause) or _by_words(promise, clause)


def _by_value(promise: Put, clause: Put) -> Contradiction | None:
    """Values of one kind that are of one thing; nothing of kinds of which a value agrees."""
    pairs = [(x, y) for x in _stated(promise, "seller") for y in _stated(clause, "signed") if comparable(x.value, y.value)]  # fmt: skip
    met = {x.value.kind for x, y in pairs if agree(x.value, y.value)}
    rated = [(chance(x, y, EVEN, Rivals(())), x, y) for x, y in pairs if x.value.kind not in met]
    sure, said, signed = max(rated, key=lambda r: r[0], default=(0.0, None, None))
    if said is None or signed is None or sure < OF_ONE_AT:
        return None
    return Contradiction(said.value.text, signed.value.text, topic_of(said, signed))


def _by_words(promise: Put, clause: Put) -> Contradiction | None:
    """A plain ruling (a charge, a limit, another language), or another way of a thing that both name."""
    ruled = otherwise_in_words(promise.words, clause.words)
    if ruled is not None:
        return Contradiction(ruled.promised, ruled.signed)
    if shared(promise.thing.near, clause.thing.near) < NAMED - 0.01:
        return None
    ways = (f for f in _WAYS if f in promise.facets and f in clause.facets)
    apart = any(not promise.facets[f] & clause.facets[f] for f in ways)
    return Contradiction() if apart else None


def _stated(put: Put, voice: Voice) -> Iterator[Stated]:
    """Every typed value of some words with what it measures."""
    for start, end in sentence_spans(put.words) or [(0, len(put.words))]:
        words = put.words[start:end]
        for value in typed_values(words, put.day):
            thing = thing_of(words, value, put.around, put.around)
            yield Stated(0, 0, words, value, thing, voice, voice, put.day, TERMS)
