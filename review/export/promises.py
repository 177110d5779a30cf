"""The promise checklist: every promise with its words, its clause and who reviewed it. Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from agent.models import Commitment
from review.export.sheet import quoted, source
from review.models import Brief
from review.render.approval import approval_markdown
from review.render.text import day
from review.render.text import escape_markdown as esc
from review.render.titles import SCOPE

_ORDER = ("contradicted", "excluded", "silent", "covered")


def promise_checklist(brief: Brief) -> str:
    """One box a promise, those that the signed papers don't carry first; ticked once a person reviewed it."""
    lines = [f"# {esc(brief.account.name)}: promises against the signed scope"]
    for scope in _ORDER:
        promises = [p for p in brief.commitments if p.scope == scope]
        if promises:
            lines += ["", f"## {SCOPE[scope]}", ""]
            lines += [line for promise in promises for line in _promise(brief, promise)]
    if not brief.commitments:
        lines += ["", "No promise was found."]
    return "\n".join([*lines, *approval_markdown(brief)]) + "\n"


def _promise(brief: Brief, promise: Commitment) -> Iterator[str]:
    claim = next(c for c in brief.claims if c.id == promise.claim)
    decision = next((d for d in brief.review.decisions if d.key == claim.key), None)
    facts = [promise.type, f"to {promise.to}" if promise.to else ""]
    facts.append(f"due {day(promise.due)}" if promise.due else "no date given")
    if promise.reviewed_by:
        said = decision.decision if decision else "stated"
        facts.append(f"{said} by {promise.reviewed_by}")
    yield f"- [{'x' if promise.reviewed_by else ' '}] {quoted(claim)}"
    yield f"  - {esc(', '.join(f for f in facts if f))}"
    for clause in promise.scope_citations:
        yield f"  - Clause: “{esc(clause.quote)}” {esc(source(clause))}"
