"""`baton eval --benchmark`: public sets over this home's models, claims by the verifier, retrieval by the search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.session import Session
from eval.benchmarks.abstention import SETS, run_abstention
from eval.benchmarks.run import ADAPTERS, PROSE, run_benchmark, table
from eval.benchmarks.searching import RETRIEVAL_SETS, record_rows, retrieval_table, run_retrieval
from eval.benchmarks.systems import all_systems

Progress = Callable[[int, int], None]
RESULTS = Path("eval/RESULTS.md")


def run_public_set(
    session: Session, name: str, folder: Path, progress: Progress, record: bool, note: str
) -> tuple[dict[str, Any], str]:
    """The figures of a set as JSON and as text; a set of both kinds is searched first, then its claims are judged.

    `record` appends the retrieval rows to eval/RESULTS.md. Raises InputError for an unknown set or a folder without its files.
    """
    found: dict[str, Any] = {"benchmark": name}
    texts = []
    if name in RETRIEVAL_SETS:
        systems = all_systems(session.home / "benchmarks", session.embedder, session.heads.answers)
        rows = run_retrieval(name, folder, systems, progress)
        if record:
            record_rows(RESULTS, name, rows, note, datetime.now(UTC).date())
        found["retrieval"] = [row.model_dump(mode="json") for row in rows]
        texts.append(retrieval_table(name, rows))
    if name in SETS:
        lines = run_abstention(name, folder, session.heads.answers, progress)
        found["abstention"] = [line.model_dump(mode="json") for line in lines]
        texts.append(table(name, lines))
    if name in ADAPTERS or name not in RETRIEVAL_SETS:
        lines = _judged(session, name, folder, progress)
        found["lines"] = [line.model_dump(mode="json") for line in lines]
        texts.append(table(name, lines))
    return found, "\n\n".join(texts)


def _judged(session: Session, name: str, folder: Path, progress: Progress) -> list[Any]:
    from agent.verify import verify

    def judged(claim: str, sources: Any) -> tuple[str, float]:
        finding = verify(claim, sources, name in PROSE)
        return finding.verdict, finding.score

    return list(run_benchmark(name, folder, judged, progress))
