"""Retrieval sets as they lie in a folder: corpora of segments, queries with the segments that answer them.

`corpora.jsonl` (`corpus_id`, `segments` of `id`, `speaker`, `text`) and `queries.jsonl` (`qid`, `query`, `corpus_id`, `gold`
segment ids), one object a line. A corpus becomes one artifact, read by the same search as a deal's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from eval.benchmarks.items import read_lines
from indexer.models import Artifact, Kind, LinesLocator, Segment

KINDS: dict[str, Kind] = {
    "qmsum": "call",
    "qmsum_evidence": "call",
    "cuad": "contract",
    "contractnli": "contract",
    "beam": "chat",
    "mtrag_un": "document",
}
"""What an indexer would take a set's sources for."""
SHARED = {"qmsum_evidence": "qmsum"}
"""Sets that use the corpora of the set beside them."""


class Query(BaseModel):
    """A question to one corpus and the segments that answer it; none: it is not answered there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    qid: str
    query: str
    corpus_id: str
    gold: frozenset[str] = frozenset()


class Corpus(BaseModel):
    """One source: a meeting, a contract, a dialogue, a pool of passages."""

    model_config = ConfigDict(frozen=True)

    id: str
    artifact: Artifact
    segments: tuple[Segment, ...]


def is_left_out(query: Query) -> bool:
    """Whether a question of a contract set is of a kind that training never sees."""
    kind = query.qid.rsplit("-", 1)[-1]
    if query.qid.startswith("cnli"):
        return int(kind) % 5 == 2
    return query.qid.startswith("cuad") and int(hashlib.sha256(kind.encode()).hexdigest(), 16) % 5 == 2  # fmt: skip


def load_queries(folder: Path) -> list[Query]:
    """All queries of a set."""
    return [Query.model_validate(q) for q in read_lines(folder / "queries.jsonl")]


def load_corpora(name: str, folder: Path) -> dict[str, Corpus]:
    """All corpora of a set, by their ids. Raises InputError where the files aren't there."""
    lines = read_lines(folder.parent / SHARED.get(name, folder.name) / "corpora.jsonl")
    return {c["corpus_id"]: as_corpus(c["corpus_id"], KINDS[name], c["segments"]) for c in lines}


def as_corpus(corpus_id: str, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Corpus:
    """Rows of `id`, `speaker`, `text` as the segments of one artifact."""
    segments, start = [], 0
    for n, row in enumerate(rows):
        text = row["text"]
        segments.append(
            Segment(
                id=row["id"], artifact=corpus_id, ordinal=n, text=text, start=start, end=start + len(text),
                locator=LinesLocator(first=n + 1, last=n + 1), speaker=row.get("speaker") or None,
            )
        )  # fmt: skip
        start += len(text) + 1
    whole = "\n".join(s.text for s in segments)
    artifact = Artifact(
        id=corpus_id, path=corpus_id, kind=kind, system="benchmark", title="", authority=5, text=whole
    )  # fmt: skip
    return Corpus(id=corpus_id, artifact=artifact, segments=tuple(segments))
