"""`baton eval`: indexes the gold deals, makes briefs and answers, and lets `eval` score them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.session import Session
from eval.evidence import Reach, reach, reach_table, systems_of
from eval.gold import Files, load_case
from eval.report import Report, append_row, misses, table
from eval.run import evaluate


def run_evaluation(
    session: Session, pairs: list[tuple[Path, Path]], record: bool, note: str
) -> tuple[Report, str]:
    """Evaluate every (deal folder, gold file). Returns the report and its table with what was missed."""
    slugs: dict[Path, str] = {}

    def index(folder: Path) -> str:
        if folder not in slugs:
            name = folder.parent.name if folder.name == "artifacts" else folder.name
            report = session.index_deal(
                folder, f"eval-{name}", False, False, lambda _w, _d, _t: None
            )
            slugs[folder] = report.account
        return slugs[folder]

    def make_brief(folder: Path) -> tuple[dict[str, Any], Any]:
        slug = index(folder)
        made = session.make_brief(slug, "sales-to-cs", "csm")
        texts = {a.path: a.text for a in session.account_index(slug).artifacts.values()}
        return made.model_dump(mode="json"), lambda path: texts[path]

    def answers(folder: Path, questions: list[str]) -> list[dict[str, Any]]:
        slug = index(folder)
        return [session.answer(slug, q).model_dump(mode="json") for q in questions]

    report = evaluate(pairs, make_brief, answers)
    if record:
        append_row(Path("eval/RESULTS.md"), report, note, datetime.now(UTC).date())
    found = [row for folder, gold in pairs for row in _reach(session, index(folder), gold)]
    report = report.model_copy(update={"evidence": tuple(found)})
    return report, "\n\n".join((table(report), misses(report), reach_table(found)))


def _reach(session: Session, slug: str, gold: Path) -> list[Reach]:
    """How much of the gold questions' evidence a search returns, beside the baselines."""
    index = session.account_index(slug)
    texts = {path: artifact.text for path, artifact in index.artifacts.items()}
    files = Files(session.store.extra(slug)[1])
    return reach(load_case(gold), texts, index.segments, files, systems_of(index))
