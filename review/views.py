"""A brief for one role: the same claims, the role's sections and fields in the role's order."""

from __future__ import annotations

from agent.models import SectionResult
from indexer.errors import InputError
from prompts.role_views import RoleView, role_views
from review.models import Brief

DEFAULT_VIEW = "csm"


def viewed(brief: Brief, name: str) -> Brief:
    """The brief as a role reads it; what no shown field holds is left out. Raises InputError for an unknown view.

    Gates, scores and the review's hash stay those of the whole brief: a signature is never for a part of it.
    """
    views = role_views()
    if name not in views:
        raise InputError(f"There is no view {name!r}. Choose one of: {', '.join(views)}.")
    if name == DEFAULT_VIEW:
        return brief.model_copy(update={"view": name})
    sections = _sections(brief, views[name])
    fields = [f for s in sections for f in s.fields]
    ids = {i for f in fields for i in (*f.claims, *f.gaps, *f.conflicts)}
    ids |= {r.claim for r in brief.risks} | {p.claim for p in brief.commitments}
    ids |= {x.id for x in brief.conflicts}
    return brief.model_copy(update={
        "view": name, "sections": sections,
        "claims": tuple(c for c in brief.claims if c.id in ids),
        "gaps": tuple(g for g in brief.gaps if g.id in ids),
        "objections": tuple(o for o in brief.objections if o.claim in ids),
        "timeline": tuple(t for t in brief.timeline if t.claim in ids),
        "people": tuple(
            p.model_copy(update={"claims": tuple(c for c in p.claims if c in ids)}) for p in brief.people
        ),
        "suggestions": tuple(s for s in brief.suggestions if ids.issuperset(s.basis)),
    })  # fmt: skip


def _sections(brief: Brief, view: RoleView) -> tuple[SectionResult, ...]:
    by_id = {s.id: s for s in brief.sections}
    found = []
    for section in (by_id[s] for s in view.sections if s in by_id):
        wanted = view.fields.get(section.id)
        fields = tuple(
            f.model_copy(update={"shown": f.shown[: view.shown]})
            for f in section.fields
            if wanted is None or f.id.rsplit(".", 1)[-1] in wanted
        )
        found.append(section.model_copy(update={"fields": fields}))
    return tuple(found)
