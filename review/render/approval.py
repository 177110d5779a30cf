"""The approval record that every export carries: which text it is, its state, and who signed it when."""

from __future__ import annotations

from collections.abc import Iterator

from review.models import Brief
from review.render.text import day, escape_markdown
from review.render.titles import STATUSES

SIGNERS = {"ae": "AE", "csm": "CSM"}


def approval_lines(brief: Brief) -> tuple[str, ...]:
    """Plain text, one fact a line; words of people are not escaped for any format."""
    return tuple(_lines(brief))


def _lines(brief: Brief) -> Iterator[str]:
    review = brief.review
    yield f"State: {STATUSES[brief.status]}"
    if review.hash:
        yield f"Text: SHA-256 {review.hash}"
    for signed in review.sign_offs:
        stands = "" if signed.stands else ", for an earlier text: does not stand"
        yield f"Signed as {SIGNERS[signed.role]}: {signed.name}, {day(signed.at)} UTC{stands}"
    if review.returned:
        reasons = ", ".join(review.returned.reasons)
        note = f" ({review.returned.note})" if review.returned.note else ""
        yield f"Returned: by {review.returned.by}, {day(review.returned.at)} UTC, {reasons}{note}"
    open_ = [g.id for g in brief.gates if not g.passed]
    if open_ and brief.status != "accepted":
        yield f"Open gates: {', '.join(open_)}"
    if review.log.events:
        yield f"Event log: {review.log.events} events, last {review.log.hash}"


def approvers(brief: Brief) -> str:
    """Who signed this text, on one line; empty where nobody did."""
    return ", ".join(f"{SIGNERS[s.role]} {s.name}" for s in brief.review.sign_offs if s.stands)


def approval_markdown(brief: Brief) -> list[str]:
    """The record as the foot of a Markdown sheet."""
    return ["", "---", "", *(f"- {escape_markdown(line)}" for line in approval_lines(brief))]
