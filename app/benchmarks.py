"""`baton eval --benchmark`: public sets over this home's models, claims by the verifier, retrieval by the search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.session import Session
from eval.benchmarks.abstention import SETS, run_abstention
from eval.benchmarks.items import Line
from eval.benchmarks.run import ADAPTERS, PROSE, run_benchmark, table
from eval.benchmarks.searching import RETRIEVAL_SETS, record_rows, retrieval_table, run_retrieval
from eval.benchmarks.systems import all_systems
from indexer.store import Store

Progress = Callable[[int, int], None]
RESULTS = Path("eval/RESULTS.md")


def run_public_set(
    session: Session, name: str, folder: Path, progress: Progress, record: bool, note: str,
    sample: int | None = None,
) -> tuple[dict[str, Any], str]:  # fmt: skip
    """The figures of a set as JSON and as text; a set of both kinds is searched first, then its claims are judged.

    `sample` takes only so many sources of each part, and the figures say so. `record` appends the retrieval rows to eval/RESULTS.md. Raises InputError for an unknown set or a folder without its files.
    """
    found: dict[str, Any] = {"benchmark": name, "sources_a_part": sample}
    texts = [f"Only the first {sample} sources of each part."] if sample else []
    kept = session.home / "benchmarks"
    if name in RETRIEVAL_SETS:
        systems = all_systems(kept, session.embedder, session.heads.answers)
        rows = run_retrieval(name, folder, systems, progress, sample)
        if record:
            record_rows(RESULTS, name, rows, note, datetime.now(UTC).date())
        found["retrieval"] = [row.model_dump(mode="json") for row in rows]
        texts.append(retrieval_table(name, rows))
    if name in SETS:
        lines = run_abstention(name, folder, session.heads.answers, Store(kept), progress, sample)
        found["abstention"] = [line.model_dump(mode="json") for line in lines]
        texts.append(table(name, lines))
    if name in ADAPTERS or name not in RETRIEVAL_SETS:
        lines = _judged(name, folder, progress, sample)
        found["lines"] = [line.model_dump(mode="json") for line in lines]
        texts.append(table(name, lines))
    return found, "\n\n".join(texts)


def _judged(name: str, folder: Path, progress: Progress, sample: int | None) -> list[Line]:
    from agent.verify import verify

    def judged(claim: str, sources: Any) -> tuple[str, float]:
        finding = verify(claim, sources, name in PROSE)
        return finding.verdict, finding.score

    return run_benchmark(name, folder, judged, progress, sample)
