"""How much of a claim its evidence holds, as a number: rare words weigh most, and words that stand together count more.

Unlike the verdict this needs no rule to see what is wrong: it grades free prose, where a claim adds what nobody said.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from agent.verification.agreement import agrees
from agent.verification.dates import agrees as dated
from agent.verification.rarity import rarity
from agent.verification.support import AROUND, Grounds
from agent.verification.words import is_content, stem

_BEST = 6
"""So many places are tried in pairs."""


def held_share(grounds: Sequence[Grounds], about: frozenset[str]) -> float:
    """The share of the claim's words, weighed by rarity, that stand in its evidence, 0..1.

    Half of it counts them anywhere, half in the two places that hold most; values count where the evidence has them.
    """
    whole = places = total = 0.0
    for one in grounds:
        weights = _weights(one)
        values = _values_held(one)
        weight = sum(weights.values()) + len(values)
        known = about | {w for s in one.all for w in s.stems}
        whole += sum(w for word, w in weights.items() if word in known) + sum(values)
        places += _best_pair(one, weights, about) + sum(values)
        total += weight
    return (whole + places) / (2 * total) if total else 1.0


def _weights(one: Grounds) -> dict[str, float]:
    """The stems of a part's content words and how rare they are."""
    spans = [(q.start, q.end) for q in one.part.quantities]
    spans += [(w.start, w.end) for w in one.part.whens]
    found: dict[str, float] = {}
    for token in one.part.tokens:
        if is_content(token) and not any(a <= token.start < b for a, b in spans):
            word = stem(token.text)
            found[word] = max(found.get(word, 0.0), rarity(token.text))
    return found


def _values_held(one: Grounds) -> list[bool]:
    """Of each number and date whether the evidence around the part's grounds has it."""
    here = [one.all[i] for i in one.around]
    said, dates = [q for s in here for q in s.quantities], [w for s in here for w in s.whens]
    return [any(agrees(q, s) for s in said) for q in one.part.quantities] + [
        any(dated(w, d) for d in dates) for w in one.part.whens
    ]


def _best_pair(one: Grounds, weights: dict[str, float], about: frozenset[str]) -> float:
    """The weight of the words that two places of the evidence hold together; a place is a statement with its neighbours."""
    here = [s.stems & weights.keys() for s in one.all]
    places = []
    for i in [i for i, words in enumerate(here) if words]:
        low, high = max(0, i - AROUND), min(len(here), i + AROUND + 1)
        near = (here[j] for j in range(low, high) if one.all[j].source == one.all[i].source)
        places.append(frozenset().union(*near))
    common = about & weights.keys()

    def weigh(words: frozenset[str]) -> float:
        return sum(weights[w] for w in words | common)

    best = sorted(set(places), key=weigh, reverse=True)[:_BEST]
    return max((weigh(a | b) for a, b in itertools.combinations_with_replacement(best, 2)), default=weigh(frozenset()))  # fmt: skip
