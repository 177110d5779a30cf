"""Retrieval benchmarks: is what a question needs among the first words that a search returns?

Reads sets laid out as `corpora.jsonl` (`corpus_id`, `segments` of `id`, `speaker`, `text`) and
`queries.jsonl` (`qid`, `query`, `corpus_id`, `gold` segment ids), one object a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

Segment = Mapping[str, Any]
Search = Callable[[str], Sequence[str]]
"""From a query to segment ids, best first."""
MakeSearch = Callable[[list[dict[str, Any]]], Search]
"""From a corpus' segments, in order, to a search over them."""

BUDGETS = (1000, 2000)
HIT_AT = 5


class Query(BaseModel):
    """A question to one corpus and the segments that answer it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    qid: str
    query: str
    corpus_id: str
    gold: frozenset[str] = frozenset()


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    # Only a line feed ends a line: texts may hold the other characters that splitlines() takes.
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def load_corpora(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Segments of every corpus, by its id."""
    return {c["corpus_id"]: c["segments"] for c in _objects(folder / "corpora.jsonl")}


def load_queries(folder: Path) -> list[Query]:
    """Queries that have gold segments; the others say nothing about retrieval."""
    queries = [Query.model_validate(q) for q in _objects(folder / "queries.jsonl")]
    return [q for q in queries if q.gold]


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


def score_queries(
    corpora: Mapping[str, list[dict[str, Any]]],
    queries: Sequence[Query],
    make_search: MakeSearch,
    budgets: Sequence[int] = BUDGETS,
) -> dict[str, float]:
    """Means over the queries; a segment that is returned twice counts at its first place."""
    sums = dict.fromkeys([*(f"recall@{b}w" for b in budgets), f"hit@{HIT_AT}"], 0.0)
    for corpus_id in dict.fromkeys(q.corpus_id for q in queries):
        segments = corpora[corpus_id]
        lengths = {s["id"]: len(s["text"].split()) for s in segments}
        search = make_search(segments)
        for query in (q for q in queries if q.corpus_id == corpus_id):
            ranked = list(dict.fromkeys(search(query.query)))
            for budget in budgets:
                recall = word_recall(ranked, query.gold, lengths, budget)
                sums[f"recall@{budget}w"] += recall
            sums[f"hit@{HIT_AT}"] += bool(query.gold & set(ranked[:HIT_AT]))
    means = {name: total / max(len(queries), 1) for name, total in sums.items()}
    return {"queries": float(len(queries)), **means}


def qmsum(folder: Path, make_search: MakeSearch) -> dict[str, float]:
    """QMSum meetings: which turns is this question about?"""
    return score_queries(load_corpora(folder), load_queries(folder), make_search)
