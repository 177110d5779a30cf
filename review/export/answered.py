"""The sheet "already answered, don't ask": every question that the customer has answered, with the words. Markdown."""

from __future__ import annotations

from review.export.sheet import fields, quoted, specs
from review.models import Brief
from review.render.approval import approval_markdown
from review.render.text import escape_markdown as esc
from review.render.titles import field_title


def answered(brief: Brief) -> str:
    """One question a heading, its answers below; fields in conflict or without an answer are not on it."""
    claims = {c.id: c for c in brief.claims}
    known = specs(brief)
    lines = [
        f"# {esc(brief.account.name)}: already answered, don't ask", "",
        "The customer, or we, said this before the handoff. Asking again costs trust.",
    ]  # fmt: skip
    for field in fields(brief):
        if field.status != "answered" or not field.claims:
            continue
        spec = known.get(field.id)
        lines += ["", f"## {esc(spec.gap if spec else field_title(field.id))}", ""]
        said = [claims[i] for i in field.shown or field.claims[:1] if i in claims]
        lines += [f"- {quoted(claim, field_title(field.id))}" for claim in said]
    return "\n".join([*lines, *approval_markdown(brief)]) + "\n"
