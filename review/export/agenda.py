"""The kickoff's agenda: what is open first, then what was promised, then what to confirm. Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from review.export.sheet import fields, quoted
from review.models import Brief
from review.render.approval import approval_markdown
from review.render.text import day
from review.render.text import escape_markdown as esc
from review.render.titles import SCOPE, asked, field_title

CONFIRM = (
    "goals.problem", "goals.first_90_days", "goals.first_value", "goals.success_metrics",
    "next_steps.first_30_days",
)  # fmt: skip


def agenda(brief: Brief) -> str:
    """The agenda of the handoff meeting, one item a point, open items first."""
    lines = [
        f"# {esc(brief.account.name)}: kickoff agenda", "",
        f"Kickoff: {esc(day(brief.account.kickoff_date) or 'not known')} · "
        f"AE: {esc(brief.account.ae or 'not known')} · CSM: {esc(brief.account.csm or 'not known')}",
        *_part("1. Contradictions to settle", _conflicts(brief)),
        *_part("2. Questions that nobody has answered", _gaps(brief)),
        *_part("3. Promises beyond the signed scope", _promises(brief, beyond=True)),
        *_part("4. Risks", _risks(brief)),
        *_part("5. To confirm with the customer", _confirm(brief)),
        *_part("6. Promises within the signed scope", _promises(brief, beyond=False)),
        *approval_markdown(brief),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _part(title: str, points: Iterator[str]) -> list[str]:
    return ["", f"## {title}", "", *(list(points) or ["Nothing."])]


def _owner(owner: str | None) -> str:
    return f" Owner: {esc(owner)}." if owner else " **No owner.**"


def _conflicts(brief: Brief) -> Iterator[str]:
    for conflict in brief.conflicts:
        if conflict.resolution is None:
            yield f"- [ ] **{esc(conflict.topic)}**: {esc(conflict.why)}.{_owner(conflict.owner)}"
            for side in conflict.sides:
                yield f"  - {esc(side.authority)}: “{esc(side.citations[0].quote)}”"


def _gaps(brief: Brief) -> Iterator[str]:
    waived = {d.key for d in brief.review.decisions if d.decision == "rejected"}
    for gap in brief.gaps:
        if gap.key not in waived:
            who = esc(asked(gap.ask))
            yield f"- [ ] {esc(gap.question)} (ask {who}).{_owner(gap.owner)}"


def _promises(brief: Brief, beyond: bool) -> Iterator[str]:
    claims = {c.id: c for c in brief.claims}
    for promise in brief.commitments:
        if (promise.scope != "covered") == beyond:
            due = f", due {esc(day(promise.due))}" if promise.due else ""
            yield f"- [ ] {quoted(claims[promise.claim])}{due}: {SCOPE[promise.scope].lower()}"


def _risks(brief: Brief) -> Iterator[str]:
    claims = {c.id: c for c in brief.claims}
    order = ("high", "medium", "low")
    for risk in sorted(brief.risks, key=lambda r: order.index(r.severity)):
        yield f"- [ ] **{risk.severity}** {quoted(claims[risk.claim])}.{_owner(risk.owner)}"


def _confirm(brief: Brief) -> Iterator[str]:
    claims = {c.id: c for c in brief.claims}
    for field in fields(brief):
        if field.id in CONFIRM and field.shown:
            yield f"- [ ] {field_title(field.id)}: {quoted(claims[field.shown[0]], field_title(field.id))}"
