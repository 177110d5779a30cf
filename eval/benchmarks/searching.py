"""Runs a retrieval set: every query alone, Baton and the baselines side by side, the tuned part and the reported one apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from eval.benchmarks.corpora import (
    KINDS,
    Corpus,
    Query,
    is_left_out,
    load_corpora,
    load_queries,
)
from eval.benchmarks.items import first_sources, is_tuned
from eval.results import append_rows
from eval.retrieval import BUDGETS, means, ranking_scores, word_recall
from indexer.errors import InputError
from indexer.models import Frozen

Search = Callable[[str], Sequence[str]]
"""From a query to segment ids, best first."""
System = Callable[[Corpus], Search]
Systems = Mapping[str, System]
PARTS = ("tuned on", "reported")
RETRIEVAL_SETS = tuple(KINDS)
LEFT_OUT = "reported, kinds of question left out of training"


class Row(Frozen):
    """What one system reached on one part of a set."""

    system: str
    part: str
    queries: int
    scores: dict[str, float]


def run_retrieval(
    name: str, folder: Path, systems: Systems, progress: Callable[[int, int], None],
    corpora_a_part: int | None = None,
) -> list[Row]:  # fmt: skip
    """Scores of every system on both parts, of the queries that have an answer. `corpora_a_part` takes only so many.

    Raises InputError for an unknown set or a folder without its files.
    """
    if name not in KINDS:
        raise InputError(f"There is no retrieval set {name!r}. Known: {', '.join(sorted(KINDS))}.")
    queries = [q for q in load_queries(folder) if q.gold]
    corpora = load_corpora(name, folder)
    chosen = [corpora[i] for i in first_sources(corpora, corpora_a_part)]
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for done, corpus in enumerate(chosen, 1):
        own = [q for q in queries if q.corpus_id == corpus.id]
        for system, make in systems.items():
            search = make(corpus)
            for query in own:
                scores = _scores(query, search(query.query), corpus)
                for part in _parts(query):
                    found.setdefault((part, system), []).append(scores)
        progress(done, len(chosen))
    return [
        Row(system=s, part=p, queries=len(rows), scores=means(rows))
        for (p, s), rows in sorted(found.items(), key=lambda f: f[0][0], reverse=True)
    ]


def _parts(query: Query) -> list[str]:
    part = PARTS[0] if is_tuned(query.corpus_id) else PARTS[1]
    return [part, LEFT_OUT] if part == PARTS[1] and is_left_out(query) else [part]


def _scores(query: Query, ranked: Sequence[str], corpus: Corpus) -> dict[str, float]:
    lengths = {s.id: len(s.text.split()) for s in corpus.segments}
    within = {f"words@{b}": word_recall(ranked, query.gold, lengths, b) for b in BUDGETS}
    return ranking_scores(ranked, query.gold) | within


def retrieval_table(name: str, rows: Sequence[Row]) -> str:
    """The rows as text, a block for each part."""
    lines = [f"{name}: queries with an answer, sources split by hash (0-6 tuned on, 7-9 reported)"]
    for part in dict.fromkeys(r.part for r in rows):
        some = [r for r in rows if r.part == part]
        heads = "".join(f"{head:>12}" for head in some[0].scores)
        lines += ["", f"{f'{part} ({some[0].queries} queries)':<48}{heads}"]
        lines += [
            f"{r.system:<48}" + "".join(f"{value:>12.3f}" for value in r.scores.values())
            for r in some
        ]
    return "\n".join(lines)


def record_rows(path: Path, name: str, rows: Sequence[Row], note: str, day: date) -> None:
    """Append one line a system and part to the retrieval table of `path`."""
    heads = ("date", "note", "set", "part", "queries", "system", *rows[0].scores)
    cells = [
        (str(day), note, name, r.part, str(r.queries), r.system, *(f"{v:.3f}" for v in r.scores.values()))
        for r in rows
    ]  # fmt: skip
    append_rows(path, "Retrieval", "Means over the queries that have an answer.", heads, cells)
