"""Makes a draft of a handoff brief: runs an engine, then gathers people, risks, objections, timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from agent.door import BriefDoor
from agent.extract import Extractor
from agent.found import Found
from agent.models import Claim, Draft, PersonRow, Provenance, Suggestion, TimelineRow
from indexer.heads import Heads
from indexer.models import Person
from indexer.search import AccountIndex
from prompts.template import load_template, template_hash

if TYPE_CHECKING:
    from agent.llm.brief import BriefWriter

VERSION = "0.1.0"
ROLE_FIELDS = ("economic_buyer", "champion", "end_users", "skeptics", "executive_sponsor")


def provenance(index: AccountIndex, fingerprint: str, prompts: dict[str, str]) -> Provenance:
    """What made this, for the brief's foot."""
    return Provenance(
        engine="extractive", created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        index=fingerprint, prompts=prompts, version=VERSION,
    )  # fmt: skip


def _severity(claim: Claim) -> str:
    words = claim.citations[0].quote.lower()
    return (
        "high"
        if any(
            w in words
            for w in ("leav", "lost", "cancel", "veto", "nobody", "legal", "exam", "penalt")
        )
        else "medium"
    )


def _timeline(claims: Sequence[Claim]) -> tuple[TimelineRow, ...]:
    rows = []
    for claim in claims:
        at = claim.citations[0].at
        if (
            claim.field
            and claim.field.startswith(("timeline.", "next_steps.", "summary.why"))
            and at is not None
        ):
            day = at.date() if isinstance(at, datetime) else at
            rows.append(TimelineRow(date=day.isoformat(), text=claim.text, claim=claim.id))
    return tuple(sorted(rows, key=lambda r: (r.date, r.claim)))


def _people(people: Sequence[Person], claims: Sequence[Claim]) -> tuple[PersonRow, ...]:
    """People who spoke, were mailed or hold a CRM role; template roles from the claims they made."""
    rows = []
    for person in people:
        engagement = {"calls": person.calls, "mails": person.mails, "messages": person.messages}
        crm_roles = [
            r.removeprefix("contact role: ") for r in person.roles if r.startswith("contact role")
        ]
        about = [
            c
            for c in claims
            if person.name in (c.citations[0].speaker or "") and c.kind == "person"
        ]
        if not any(engagement.values()) and not crm_roles and not (person.title or person.outdated):
            continue
        rows.append(
            PersonRow(
                name=person.name,
                title=person.title,
                side=person.side,
                roles=tuple(crm_roles),
                engagement=engagement,
                outdated=person.outdated,
                claims=tuple(c.id for c in about),
                citations=tuple(c.citations[0] for c in about[:1]),
            )
        )
    order = {"customer": 0, "vendor": 1, "unknown": 2}
    return tuple(sorted(rows, key=lambda r: (order[r.side], -sum(r.engagement.values()), r.name)))


def _suggestions(found: Found, door: BriefDoor) -> tuple[Suggestion, ...]:
    """Fixed proposals, each resting on what was found; no names, numbers or dates of their own."""
    out = []
    topics = {c.topic: c for c in reversed(found.conflicts)}
    for conflict in list(topics.values())[::-1][:3]:
        out.append(
            Suggestion(
                text=f"Settle the {conflict.topic} with the customer before kickoff: both versions are in writing or on record.",
                basis=(conflict.id,),
            )
        )
    silent = [c.claim for c in found.commitments if c.scope == "silent"]
    if silent:
        out.append(
            Suggestion(
                text="Ask the AE which of the promises outside the signed scope will be kept, and who pays for them.",
                basis=tuple(silent[:5]),
            )
        )
    first = [
        g.id
        for g in door.gaps.values()
        if g.field in ("goals.first_value", "goals.success_metrics", "goals.first_90_days")
    ]
    if first:
        out.append(
            Suggestion(
                text="Open the kickoff by agreeing on the first result that counts and how it will be measured.",
                basis=tuple(first),
            )
        )
    sponsor = [g.id for g in door.gaps.values() if g.field == "stakeholders.executive_sponsor"]
    if sponsor:
        out.append(
            Suggestion(
                text="Ask for an introduction to the executive who stands behind this, before the first review.",
                basis=tuple(sponsor),
            )
        )
    return tuple(out)


def _kickoff_gap(index: AccountIndex, door: BriefDoor) -> None:
    if index.account.kickoff_date is None and not any(
        g.field == "next_steps.first_30_days" for g in door.gaps.values()
    ):
        from tools.drafts import GapDraft

        door.mark_gap(
            GapDraft(
                field="next_steps.first_30_days",
                scope="detail",
                about="kickoff date",
                question="When is the kickoff, and who attends?",
                ask="AE",
            )
        )


def draft_brief(
    index: AccountIndex,
    heads: Heads,
    people: Sequence[Person],
    fingerprint: str,
    template_name: str = "sales-to-cs",
    writer: BriefWriter | None = None,
    fallback: str | None = None,
) -> Draft:
    """The draft of one account's brief: by the extractive engine, and beside it by a model if there is a writer.

    `fallback` says why the engine that was asked for does not write; the brief says it too.
    """
    template = load_template(template_name)
    titles = {name: spec.title for name, spec in template.fields().items()}
    door = BriefDoor(index, titles, account=index.account, people=people)
    extractor = Extractor(index, heads, template, door)
    found = extractor.run()
    made_by = provenance(index, fingerprint, {template.id: template_hash(template_name)})
    if fallback:
        made_by = made_by.model_copy(update={"degraded": (f"Whole brief: {fallback}",)})
    if writer is not None:
        written = writer.write(extractor, fingerprint)
        made_by = made_by.model_copy(
            update={
                "engine": writer.talker.engine, "model": writer.talker.name, "degraded": written.degraded,
                "prompts": {**made_by.prompts, **writer.prompts()}, "run": written.run.id,
            }
        )  # fmt: skip
    sections = extractor.sections()
    claims = tuple(door.claims.values())
    risks: list[dict[str, Any]] = [
        {"claim": c, "severity": _severity(door.claims[c])}
        for f in ("risks.open_risks", "technical.risks_dependencies") for c in found.by_field.get(f, [])[:4]
    ]  # fmt: skip
    objections = [{"claim": c} for c in found.by_field.get("objections.raised_and_handled", [])[:3]]
    return Draft(
        template=template.id, sections=sections, claims=claims, commitments=tuple(found.commitments),
        conflicts=tuple(found.conflicts), gaps=tuple(door.gaps.values()), risks=tuple(risks),
        objections=tuple(objections), people=_people(people, claims), timeline=_timeline(claims),
        suggestions=_suggestions(found, door), refusals=tuple(door.refusals),
        fold_first=extractor.fold_first(),
        provenance=made_by,
    )  # fmt: skip
