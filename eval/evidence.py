"""Whole deals: how much of the gold questions' evidence stands in the first words that a search returns.

Baton's search beside baselines over the same extracted text. A piece of evidence counts when every segment that its quote
touches was returned whole; of copies of a file any one will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from eval.benchmarks import baselines
from eval.gold import Case, Evidence, Files
from eval.retrieval import BUDGETS
from indexer.models import Frozen, Segment
from indexer.search import AccountIndex

Search = Callable[[str], Sequence[str]]
"""From a query to segment ids, best first."""
SHOWN = 400
"""More segments than the largest budget holds."""


class Reach(Frozen):
    """How many of a deal's pieces of evidence one system returned within each budget of words."""

    deal: str
    system: str
    pieces: int
    within: dict[int, int]


def places(evidence: Evidence, texts: Mapping[str, str], segments: Sequence[Segment], files: Files) -> list[frozenset[str]]:  # fmt: skip
    """The segments that a quote touches, once for every copy of its file that holds it."""
    pattern = re.compile(r"\s+".join(map(re.escape, evidence.quote.split())))
    found = []
    for path, text in texts.items():
        match = pattern.search(text) if evidence.file in files.named(path) else None
        if match:
            own = (s for s in segments if s.artifact == path)
            touched = (s.id for s in own if s.start < match.end() and s.end > match.start())
            found.append(frozenset(touched))
    return [place for place in found if place]


def reach(
    case: Case, texts: Mapping[str, str], segments: Sequence[Segment], files: Files, systems: Mapping[str, Search]
) -> list[Reach]:  # fmt: skip
    """Every system's reach over the case's answerable questions. A quote that stands in no text counts as missed."""
    lengths = {s.id: len(s.text.split()) for s in segments}
    wanted = [
        (q.q, [places(e, texts, segments, files) for e in q.evidence])
        for q in case.questions if q.answerable
    ]  # fmt: skip
    rows = []
    for name, search in systems.items():
        within = dict.fromkeys(BUDGETS, 0)
        for question, pieces in wanted:
            ranked = search(question)
            for budget in BUDGETS:
                read = _first(ranked, lengths, budget)
                within[budget] += sum(any(p <= read for p in piece) for piece in pieces)
        total = sum(len(pieces) for _, pieces in wanted)
        rows.append(Reach(deal=case.account, system=name, pieces=total, within=within))
    return rows


def _first(ranked: Iterable[str], lengths: Mapping[str, int], budget: int) -> set[str]:
    """The segments that stand whole within the first `budget` words."""
    read: set[str] = set()
    for segment in dict.fromkeys(ranked):
        budget -= lengths[segment]
        if budget < 0:
            break
        read.add(segment)
    return read


def systems_of(index: AccountIndex) -> dict[str, Search]:
    """Baton's search over a deal, and the baselines (where they are installed) over the same text with the same embedder."""
    by_artifact: dict[str, list[Segment]] = {}
    for segment in index.segments:
        by_artifact.setdefault(segment.artifact, []).append(segment)
    texts, embedder = list(by_artifact.values()), index.embedder
    ours: dict[str, Search] = {
        "Baton": lambda query: [e.segment.id for e in index.search(query, SHOWN)]
    }
    if not baselines.installed():
        return ours
    return ours | {
        "LlamaIndex default": baselines.llama_index(texts, embedder),
        "Vectors of 256-token chunks": baselines.llama_index(texts, embedder, baselines.SMALL),
        "BM25 over 256-token chunks": baselines.bm25_chunks(texts),
    }


def reach_table(rows: Sequence[Reach]) -> str:
    """The rows of all deals together, one line a system."""
    heads = "".join(f"{f'within {b} words':>20}" for b in BUDGETS)
    lines = [f"{'evidence of the gold questions':<40}{heads}"]
    for system in dict.fromkeys(r.system for r in rows):
        own = [r for r in rows if r.system == system]
        pieces = sum(r.pieces for r in own)
        found = [sum(r.within[b] for r in own) for b in BUDGETS]
        cells = (f"{f'{f}/{pieces} {f / max(pieces, 1):.2f}':>20}" for f in found)
        lines.append(f"{system:<40}" + "".join(cells))
    return "\n".join(lines)
