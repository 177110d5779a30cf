"""Makes a draft of a handoff brief: runs an engine, then gathers people, risks, objections, timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.cast import Cast
from agent.concerns import Concerns
from agent.details import Details
from agent.door import BriefDoor
from agent.extract import Extractor
from agent.found import Found
from agent.journey import Journey
from agent.models import (
    ChecklistItem,
    Draft,
    Expansion,
    PersonRow,
    Suggestion,
)
from agent.paper import checklist_of, clauses_of
from agent.provenance import provenance
from agent.relations import relations_of
from agent.roles import Roles
from indexer.heads import Heads
from indexer.models import Person
from indexer.search import AccountIndex
from prompts.template import load_template, template_hash

if TYPE_CHECKING:
    from agent.llm.brief import BriefWriter


def _suggestions(found: Found, door: BriefDoor) -> tuple[Suggestion, ...]:
    """Fixed proposals, each resting on what was found; no names, numbers or dates of their own."""
    out = []
    topics = {c.topic: c.id for c in reversed(found.conflicts)}
    if topics:
        named = list(topics)[::-1][:4]
        out.append(
            Suggestion(
                text=f"Settle with the customer before kickoff, since both versions are on record: {', '.join(named)}.",
                basis=tuple(topics[t] for t in named),
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
    door = BriefDoor(index, titles, index.account, people, heads.entailment)
    extractor = Extractor(index, heads, template, door)
    found = extractor.run()
    made_by = provenance(fingerprint, {template.id: template_hash(template_name)})
    if heads.entailment is not None:
        read_by = {**made_by.prompts, "second opinion": heads.entailment.name}
        made_by = made_by.model_copy(update={"prompts": read_by})
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
    around = _around(index, extractor, people, door, found)
    return Draft(
        template=template.id, sections=extractor.sections(), claims=tuple(door.claims.values()),
        commitments=tuple(found.commitments), conflicts=tuple(found.conflicts),
        gaps=tuple(door.gaps.values()), suggestions=_suggestions(found, door),
        refusals=tuple(door.refusals), fold_first=extractor.fold_first(), provenance=made_by, **around,
    )  # fmt: skip


def _list_in_fields(
    people: Sequence[PersonRow], checklist: Sequence[ChecklistItem], expansion: Sequence[Expansion],
    door: BriefDoor, found: Found,
) -> None:  # fmt: skip
    """Claims that were found beside the fields stand in their fields too; who plays a part stands first."""
    for person in people:
        for claim in person.proofs.values():
            found.add(door, door.claims[claim].field or "", claim, first=True)
        for claim in person.preferences:
            found.add(door, door.claims[claim].field or "", claim)
    beside = [*(i.claim for i in checklist), *(e.claim for e in expansion)]
    for claim in (c for c in beside if c is not None):
        found.add(door, door.claims[claim].field or "", claim)


def _around(
    index: AccountIndex,
    extractor: Extractor,
    people: Sequence[Person],
    door: BriefDoor,
    found: Found,
) -> dict[str, Any]:
    """What stands beside the fields: people, risks, objections, dates, papers; then the details that lack."""
    cast, ranking = Cast(people), extractor.ranking
    readings = ranking.readings
    concerns = Concerns(index, ranking, extractor.related, extractor.specs, door, found)
    objections = concerns.objections()
    roles = Roles(index, ranking, extractor.specs, cast, door)
    rows = roles.rows([o.claim for o in objections])
    risks = concerns.risks(objections, [r.proofs["skeptic"] for r in rows if "skeptic" in r.proofs])
    checklist = checklist_of(index, ranking, extractor.specs, door)
    asking = readings.by_segment(readings.act("question", "other_customer", "hypothetical"))
    expansion = concerns.expansion()
    _list_in_fields(rows, checklist, expansion, door, found)
    _kickoff_gap(index, door)
    Details(index, extractor.related, cast, door, found).mark(rows, risks, objections, checklist)
    return {
        "people": rows, "risks": risks, "objections": objections, "checklist": checklist,
        "expansion": expansion, "clauses": clauses_of(index, door),
        "relations": relations_of(index, cast, door, asking), "timeline": Journey(index, door, found).rows(),
    }  # fmt: skip
