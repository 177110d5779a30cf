"""Owns the first lines of a brief: two or three plain sentences of what the record and the checks say, nothing of anyone's words."""

from __future__ import annotations

from review.models import AccountHead, Brief
from review.render.text import day, plural

_NAMED = 5
"""So many topics of contradictions are named; the rest is counted."""


def opening(brief: Brief) -> tuple[str, ...]:
    """Who is handed over and when they start; on what the sources differ; what is still open."""
    return tuple(s for s in (_who(brief.account), _differs(brief), _open(brief)) if s)


def _who(account: AccountHead) -> str:
    vendor = f" with {account.vendor}" if account.vendor else ""
    won = "won" in (account.stage or "").lower()
    if account.close_date and (won or not account.stage):
        said = f"{account.name} closed{vendor} on {day(account.close_date)}"
    elif account.stage:
        expected = f", expected to close on {day(account.close_date)}" if account.close_date else ""
        said = f"{account.name} is in stage {account.stage}{vendor}{expected}"
    else:
        said = f"{account.name} is handed over to Customer Success"
    kickoff = f"; kickoff is on {day(account.kickoff_date)}" if account.kickoff_date else ""
    return f"{said}{kickoff}."


def _differs(brief: Brief) -> str:
    topics = list(dict.fromkeys(c.topic for c in brief.conflicts if not c.resolution))
    if not topics:
        return ""
    named = topics[:_NAMED]
    if len(topics) > _NAMED:
        named.append(f"{len(topics) - _NAMED} more")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"The sources contradict each other on {listed}."


def _open(brief: Brief) -> str:
    asked = sum(g.scope == "field" for g in brief.gaps)
    silent = sum(c.scope != "covered" for c in brief.commitments)
    parts = []
    if asked:
        parts.append(f"{plural(asked, 'question')} {'is' if asked == 1 else 'are'} open")
    if silent:
        parts.append(
            f"{plural(silent, 'promise')} {'is' if silent == 1 else 'are'} not in the signed scope"
        )
    return f"{' and '.join(parts)}." if parts else ""
