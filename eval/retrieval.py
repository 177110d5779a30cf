"""Scores of a ranking: is what a question needs among the first segments, or the first words, that a search returns?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

CUTS = (1, 5, 10)
BUDGETS = (1000, 2000)


def word_recall(
    ranked: Iterable[str], gold: frozenset[str], lengths: Mapping[str, int], budget: int
) -> float:
    """Share of the gold segments' words within the first `budget` words that were returned."""
    left, got = budget, 0
    for segment in dict.fromkeys(ranked):
        taken = min(lengths[segment], left)
        left -= taken
        got += taken if segment in gold else 0
        if not left:
            break
    wanted = sum(lengths[segment] for segment in gold)
    return got / wanted if wanted else 0.0


def ranking_scores(ranked: Sequence[str], gold: frozenset[str]) -> dict[str, float]:
    """hit@k (any gold segment among the first k), recall@k (share of them) and the reciprocal rank of the first.

    A segment that is returned twice counts at its first place.
    """
    once = list(dict.fromkeys(ranked))
    found = [i for i, segment in enumerate(once) if segment in gold]
    scores = {f"hit@{k}": float(any(i < k for i in found)) for k in CUTS}
    scores |= {f"recall@{k}": sum(i < k for i in found) / len(gold) for k in CUTS[1:]}
    return {**scores, "MRR": 1 / (found[0] + 1) if found else 0.0}


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of every score over the rows."""
    return {name: sum(r[name] for r in rows) / len(rows) for name in (rows[0] if rows else ())}
