"""The flags page: what an owner must look at before the kickoff, by kind, each with its words. Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from agent.models import Claim
from indexer.models import Frozen
from review.export.sheet import quoted
from review.models import Brief
from review.render.approval import approval_markdown
from review.render.text import day
from review.render.text import escape_markdown as esc

TITLES = {
    "last_push": "Promised in the last push",
    "custom_promise": "Custom promises: not in the signed scope",
    "custom_timeline": "Promised dates",
    "discount": "Discounts",
    "integration": "Integrations",
    "scope_note": "Scope notes: promised otherwise than signed, or excluded",
    "superseded_by": "Taken back or changed later",
    "risk": "High risks",
    "objection": "Objections still open",
    "absent": "People who matter and were in no call",
}
"""The kinds of flags in reading order, and what each is called."""


class Flag(Frozen):
    """One thing to look at: its kind, the claim it hangs on, who owes or raised it, by when."""

    kind: str
    claim: str | None
    key: str | None
    who: str | None = None
    due: str | None = None
    text: str = ""
    reviewed_by: str | None = None


def flags_of(brief: Brief) -> tuple[Flag, ...]:
    """Every flag of a brief, by kind in reading order."""
    found = [*_promises(brief), *_others(brief)]
    order = list(TITLES)
    return tuple(sorted(found, key=lambda f: order.index(f.kind)))


def _promises(brief: Brief) -> Iterator[Flag]:
    claims = {c.id: c for c in brief.claims}
    for promise in brief.commitments:
        claim = claims[promise.claim]
        for kind in (f.partition(":")[0] for f in claim.flags):
            if kind in TITLES:
                yield Flag(
                    kind=kind, claim=claim.id, key=claim.key, who=promise.by, due=promise.due,
                    text=claim.citations[0].quote, reviewed_by=promise.reviewed_by,
                )  # fmt: skip


def _others(brief: Brief) -> Iterator[Flag]:
    claims = {c.id: c for c in brief.claims}

    def flag(kind: str, claim: Claim, who: str | None) -> Flag:
        return Flag(
            kind=kind, claim=claim.id, key=claim.key, who=who, text=claim.citations[0].quote
        )

    for risk in brief.risks:
        if risk.severity == "high":
            yield flag("risk", claims[risk.claim], risk.owner)
    for objection in brief.objections:
        if objection.state == "open":
            yield flag("objection", claims[objection.claim], objection.by)
    for person in brief.people:
        if person.proofs and person.of_calls and not person.attended and person.side == "customer":
            parts = ", ".join(person.proofs).replace("_", " ")
            yield Flag(
                kind="absent", claim=None, key=None, who=person.name, text=f"{person.name}: {parts}"
            )


def flags_page(brief: Brief) -> str:
    """All flags under their kinds, as Markdown to be ticked off."""
    claims = {c.id: c for c in brief.claims}
    found = flags_of(brief)
    lines = [f"# {esc(brief.account.name)}: flags for the owner's review"]
    for kind, title in TITLES.items():
        own = [f for f in found if f.kind == kind]
        if own:
            lines += ["", f"## {title}", ""]
            lines += [_line(f, claims.get(f.claim or "")) for f in own]
    return (
        "\n".join(
            [*lines, *(() if found else ("", "Nothing is flagged.")), *approval_markdown(brief)]
        )
        + "\n"
    )


def _line(flag: Flag, claim: Claim | None) -> str:
    facts = [
        flag.who or "",
        f"due {day(flag.due)}" if flag.due else "",
        f"reviewed by {flag.reviewed_by}" if flag.reviewed_by else "",
    ]
    said = quoted(claim) if claim is not None else esc(flag.text)
    about = ", ".join(esc(f) for f in facts if f)
    return f"- [ ] {said}" + (f" ({about})" if about else "")
