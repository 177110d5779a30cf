"""Kickoff tasks as CSV, for any task tool. No cell can run as a formula (OWASP ASVS 5.0, 1.2.10)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from review.export.sheet import fields, source
from review.models import Brief
from review.render.approval import approvers
from review.render.gist import gist
from review.render.text import visible
from review.render.titles import STATUSES, asked, field_title

COLUMNS = (
    "task", "kind", "about", "owner", "due", "source", "key", "brief_state", "approved_by", "brief_sha256",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


class Task(NamedTuple):
    """Something to do before or at the kickoff."""

    task: str
    kind: str
    about: str
    owner: str
    due: str
    source: str
    key: str


def tasks_csv(brief: Brief) -> str:
    """One row a task, every row with the state and hash of the text it comes from."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    record = (STATUSES[brief.status], approvers(brief), brief.review.hash)
    for task in tasks(brief):
        writer.writerow([safe_cell(cell) for cell in (*task, *record)])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: an apostrophe before its first sign."""
    line = " ".join(visible(text).split())
    return f"'{line}" if text.startswith(_FORMULA) or line.startswith(_FORMULA) else line


def tasks(brief: Brief) -> Iterator[Task]:
    """What is open, what was promised, what was agreed: in that order."""
    yield from _open(brief)
    yield from _agreed(brief)


def _open(brief: Brief) -> Iterator[Task]:
    due = _iso(brief.account.kickoff_date)
    ae, csm = brief.account.ae or "", brief.account.csm or ""
    for x in brief.conflicts:
        if x.resolution is None:
            place = "; ".join(source(side.citations[0]) for side in x.sides)
            yield Task(
                f"Settle: {x.topic}. {x.why}", "conflict", x.topic, x.owner or ae, due, place, x.key
            )
    waived = {d.key for d in brief.review.decisions if d.decision == "rejected"}
    for gap in brief.gaps:
        if gap.key not in waived:
            about = field_title(gap.field) if gap.field else ""
            owner = gap.owner or {"ae": ae, "csm": csm}.get(gap.ask.casefold(), "")
            yield Task(
                f"Ask {asked(gap.ask)}: {gap.question}", "question", about, owner, due, "", gap.key
            )
    claims = {c.id: c for c in brief.claims}
    for risk in brief.risks:
        claim = claims[risk.claim]
        said = gist(claim.citations[0].quote, "", core=claim.core)
        yield Task(
            f"Look after the {risk.severity} risk: {said}", "risk", "", risk.owner or "", "",
            source(claim.citations[0]), claim.key,
        )  # fmt: skip


def _agreed(brief: Brief) -> Iterator[Task]:
    claims = {c.id: c for c in brief.claims}
    done = set()
    for promise in brief.commitments:
        claim = claims[promise.claim]
        done.add(claim.id)
        said = gist(claim.citations[0].quote, "", core=claim.core)
        verb = "Keep" if promise.scope == "covered" else "Clear up"
        yield Task(
            f"{verb} the promise: {said}", f"promise, scope {promise.scope}", promise.type,
            promise.by or "", _day(promise.due), source(claim.citations[0]), claim.key,
        )  # fmt: skip
    for field in fields(brief):
        if field.id.startswith("next_steps."):
            for claim in (claims[c] for c in field.shown if c in claims and c not in done):
                said = gist(claim.citations[0].quote, "", core=claim.core)
                yield Task(
                    said,
                    "next step",
                    field_title(field.id),
                    "",
                    "",
                    source(claim.citations[0]),
                    claim.key,
                )


def _day(due: str | None) -> str:
    """When a promise is due, where that is a day: a task tool can't read `six weeks`."""
    return due if due and re.fullmatch(r"\d{4}-\d\d-\d\d", due) else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
