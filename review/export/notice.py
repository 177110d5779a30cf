"""The notice to the CSM that the kickoff can be scheduled, as a mail draft; before acceptance it says what is missing. Sends nothing."""

from __future__ import annotations

from review.models import Brief
from review.render.approval import approval_lines
from review.render.text import day, visible


def notice(brief: Brief) -> str:
    """The draft as text, with the approval record below a mail's signature line."""
    account = brief.account
    ready = brief.status == "accepted"
    subject = (
        f"{account.name}: the kickoff can {'be scheduled' if ready else 'not be scheduled yet'}"
    )
    greeting = f"Hello {account.csm.split()[0]}," if account.csm else "Hello,"
    body = _ready(brief) if ready else _waiting(brief)
    record = "\n".join(approval_lines(brief))
    to = f"{account.csm} (CSM)" if account.csm else "CSM"
    return visible(f"To: {to}\nSubject: {subject}\n\n{greeting}\n\n{body}\n\n-- \n{record}\n")


def _ready(brief: Brief) -> str:
    when = brief.account.kickoff_date
    planned = f"It is planned for {day(when)}." if when else "No date is known yet."
    left = len(brief.gaps)
    asked = (
        f"\n\nOpen questions to take along: {left}. They stand first in the agenda." if left else ""
    )
    return f"the handoff of {brief.account.name} is accepted, so the kickoff can be scheduled. {planned}{asked}"


def _waiting(brief: Brief) -> str:
    lines = [f"- {g.id}: {g.why}" for g in brief.gates if not g.passed]
    if not lines:
        lines = ["- the signatures of AE and CSM"]
    return f"the handoff of {brief.account.name} is not accepted yet. Missing:\n\n" + "\n".join(
        lines
    )
