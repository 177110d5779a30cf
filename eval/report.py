"""Shows scores: a plain table, the list of what went wrong, and rows of the results' log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.evidence import Reach
from eval.score import AnswerScore, BriefScore, Tally

COLUMNS = (
    "facts", "section", "gaps", "false gaps", "conflicts", "false conflicts", "promises", "scope",
    "traps", "answers", "abstentions", "quotes", "words",
)  # fmt: skip

RESULTS_HEADER = f"""# Results

One row a run over gold cases, appended by `baton eval --record`; rows are never edited. What was
tried, and why a figure moved, is in `LOG.md`. Figures are sums over the deals, `count/total`.

- **facts**: gold facts found in a shown claim, the promise table or the risk table
- **section**: found by a claim of the fact's own field, of the facts found
- **gaps**: fields that nobody answered and that the brief has a gap for
- **false gaps**: fields marked NEEDS CLARIFICATION although the gold has facts for them
- **conflicts**, **false conflicts**: gold conflicts found; the brief's other conflicts
- **promises**: found in the promise table with the words that made them, `(rows in the table)`
- **scope**: what the signed papers say to a promise is right, of the promises found
- **traps**: claims that must never be made and were made
- **answers**, **abstentions**: answerable questions answered right; unanswerable ones not answered
- **quotes**: citations whose quote is exactly the cited slice of the source's text
- **words**: the longest brief's words outside folds

| date | note | deals | {" | ".join(COLUMNS)} |
| --- | --- | --- |{" --- |" * len(COLUMNS)}
"""


class Row(BaseModel):
    """The scores of one deal."""

    model_config = ConfigDict(frozen=True)

    deal: str
    brief: BriefScore
    answers: AnswerScore


class Report(BaseModel):
    """The scores of all deals of one run."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...]
    evidence: tuple[Reach, ...] = ()


def _sum(tallies: Iterable[Tally | None]) -> str:
    known = [t for t in tallies if t is not None]
    return str(sum(known, Tally())) if known else "-"


def _cells(rows: Sequence[Row]) -> list[str]:
    """The figures of some deals together, in the order of `COLUMNS`."""
    briefs = [row.brief for row in rows]
    return [
        _sum(b.facts for b in briefs),
        _sum(b.section for b in briefs),
        _sum(b.gaps for b in briefs),
        _sum(b.false_gaps for b in briefs),
        _sum(b.conflicts for b in briefs),
        str(sum(len(b.false_conflicts) for b in briefs)),
        f"{_sum(b.promises for b in briefs)} ({sum(b.promises_listed for b in briefs)})",
        _sum(b.scope for b in briefs),
        _sum(b.traps for b in briefs),
        _sum(row.answers.answered for row in rows),
        _sum(row.answers.abstained for row in rows),
        _sum(b.quotes for b in briefs),
        str(max((b.words for b in briefs), default=0)),
    ]


def table(report: Report) -> str:
    """One line a deal and a total, columns aligned."""
    lines = [["deal", *COLUMNS]]
    lines += [[row.deal, *_cells([row])] for row in report.rows]
    lines.append(["total", *_cells(report.rows)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def aligned(cells: list[str]) -> str:
        first, *rest = (c.ljust(w) if i == 0 else c.rjust(w)
                        for i, (c, w) in enumerate(zip(cells, widths, strict=True)))  # fmt: skip
        return "  ".join([first, *rest])

    return "\n".join(map(aligned, lines)) + "\n"


def misses(report: Report) -> str:
    """What to look at, deal by deal: what was missed, misplaced, invented or altered."""
    lines: list[str] = []
    for row in report.rows:
        brief, answers = row.brief, row.answers
        wrong = {
            "facts missed": brief.facts.look_at,
            "facts in another field": brief.section.look_at,
            "gaps missed": brief.gaps.look_at,
            "false gaps": brief.false_gaps.look_at,
            "conflicts missed": brief.conflicts.look_at,
            "other conflicts": brief.false_conflicts,
            "promises missed": brief.promises.look_at,
            "scope wrong": brief.scope.look_at,
            "traps fired": brief.traps.look_at,
            "answers wrong": answers.answered.look_at,
            "answered though nobody knows": answers.abstained.look_at,
            "quotes altered": brief.quotes.look_at if brief.quotes else (),
        }
        lines.append(f"{row.deal} ({brief.claims_shown} of {brief.claims_total} claims shown)")
        lines += [f"  {what}: {'; '.join(ids)}" for what, ids in wrong.items() if ids]
    return "\n".join(lines) + "\n"


def append_row(path: Path, report: Report, note: str, day: date) -> None:
    """Adds a run's totals to the results' log, which is made with its header if need be."""
    if not path.exists() or not path.read_text(encoding="utf-8").strip():
        path.write_text(RESULTS_HEADER, encoding="utf-8")
    safe_note = " ".join(note.split()).replace("|", "\\|")
    cells = [day.isoformat(), safe_note, str(len(report.rows)), *_cells(report.rows)]
    with path.open("a", encoding="utf-8") as file:
        file.write(f"| {' | '.join(cells)} |\n")
