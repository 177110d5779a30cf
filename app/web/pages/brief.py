"""The brief: what was found, one click from each claim to the words that prove it"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from agent.models import Gap
from app.web.people_map import people_map
from app.web.site import Site, account_url
from app.web.time_line import time_line
from review.models import Brief
from review.render import titles
from review.render.outline import outline
from review.render.roles import VIEWS, for_role
from review.render.words import reading_minutes, shown_words

KEPT_PAGES = 32


@dataclass(frozen=True)
class Score:
    """A score and what it is made of."""

    name: str
    value: float
    made_of: str
    good: bool


def scores(brief: Brief) -> tuple[Score, ...]:
    """The brief's scores, each with the counts behind it."""
    fields = [f for s in brief.sections for f in s.fields]
    answered = sum(f.status != "needs_clarification" for f in fields)
    people = [f for f in fields if f.id.startswith("stakeholders.")]
    known = sum(f.status != "needs_clarification" for f in people)
    technical = [f for f in fields if f.id.startswith("technical.")]
    heavy = sum(len(f.claims) >= 2 for f in technical)
    open_promises = sum(c.scope != "covered" for c in brief.commitments)
    made_of = {
        "completeness": f"{answered} of {len(fields)} fields answered",
        "promise_risk": f"{open_promises} of {len(brief.commitments)} promises not covered by the signed scope",
        "implementation_complexity": f"{heavy} of {len(technical)} technical fields with two claims or more",
        "stakeholder_coverage": f"{known} of {len(people)} roles named",
        "first_value_clarity": "the first value is named" if brief.scores.get("first_value_clarity") else "nobody named the first value",
    }  # fmt: skip
    risky = ("promise_risk", "implementation_complexity")
    return tuple(
        Score(titles.SCORES.get(name) or titles.words_of(name), value, made_of.get(name, ""), name not in risky)
        for name, value in brief.scores.items()
    )  # fmt: skip


def mail_draft(brief: Brief, gap: Gap) -> str:
    """A gap's question as a mail that can be sent as it is: who is asked, what for, what was searched."""
    searched = f"\n\nWe looked in {brief.sources.read} sources of the deal and found nothing that settles it."
    about = f" ({gap.about})" if gap.about else ""
    return (
        f"Subject: {brief.account.name}: one question for the handoff{about}\n\n"
        f"Hello,\n\nfor the handoff of {brief.account.name} one thing is missing:\n\n{gap.question}"
        f"{searched} A sentence, or where it is written down, is enough.\n\nThank you"
    )


class BriefPages:
    """Rendered briefs by what they were rendered from, the last ones kept."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: OrderedDict[str, str] = OrderedDict()

    def html(self, slug: str, content: str, view: str) -> str:
        """The page of the brief whose JSON is `content`."""
        key = hashlib.sha256(f"{slug}\0{view}\0{content}".encode()).hexdigest()
        if key not in self._kept:
            self._kept[key] = self._render(slug, Brief.model_validate_json(content), view)
            while len(self._kept) > KEPT_PAGES:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _render(self, slug: str, brief: Brief, view: str) -> str:
        seen = outline(brief)
        artifacts = self._site.session.store.artifacts(slug)
        return self._site.templates.get_template("brief_page.html.j2").render(
            slug=slug, here="brief", local=self._site.access.local, brief=brief, view=seen, role=for_role(seen, view), views=VIEWS,
            chosen=view, minutes=reading_minutes(shown_words(brief)), scores=scores(brief),
            people=people_map(brief.people, brief.relations),
            time=time_line(artifacts, brief.account.close_date, brief.account.kickoff_date),
            mails=[(g.id, mail_draft(brief, g)) for g in brief.gaps],
            stale=brief.provenance.index != self._site.session.fingerprint(slug),
            titles_of={a.path: a.title or a.path for a in artifacts},
        )  # fmt: skip


def router(site: Site) -> APIRouter:
    """The routes of the brief page."""
    routes = APIRouter()
    pages = BriefPages(site)

    @routes.get("/accounts/{slug}")
    def brief(slug: str, view: str = "csm") -> Response:
        account = site.session.store.account(slug)
        content = site.session.store.latest_brief(slug)
        if content is None:
            running = site.jobs.running(slug)
            return site.page(
                "no_brief.html.j2", account=account, slug=slug, here="brief", job=running
            )
        chosen = view if view in VIEWS else "csm"
        return Response(pages.html(slug, content, chosen), media_type="text/html")

    @routes.post("/accounts/{slug}/brief")
    def write(slug: str) -> Response:
        from app.web.work import brief_job

        job = brief_job(site, slug, "sales-to-cs", "csm")
        return RedirectResponse(f"/jobs/{quote(job.job)}", 303)

    @routes.get("/accounts/{slug}/brief")
    def latest(slug: str) -> Response:
        return RedirectResponse(account_url(slug), 303)

    return routes
