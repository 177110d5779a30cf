"""The brief: what was found, one click from each claim to the words that prove it"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from agent.models import Gap
from app.engines import EngineName
from app.web.engines import NAMES, EngineOrder
from app.web.pages.asking import STARTERS
from app.web.people_map import people_map
from app.web.site import Site, account_url
from app.web.time_line import time_line
from app.web.work import brief_job
from prompts.role_views import role_views
from review.models import Brief, ScoreReason
from review.render import titles
from review.render.outline import outline
from review.render.words import reading_minutes, shown_words
from review.views import DEFAULT_VIEW, viewed

KEPT_PAGES = 32
RISKS = ("promise_risk", "implementation_complexity")
"""Scores of which less is better."""


@dataclass(frozen=True)
class Score:
    """A score and what it is made of."""

    name: str
    value: float
    reason: ScoreReason
    good: bool
    """True if more is better."""


def scores(brief: Brief) -> tuple[Score, ...]:
    """The brief's scores, each with its formula and what it counted."""
    return tuple(
        Score(
            titles.SCORES.get(name) or titles.words_of(name), value,
            brief.score_reasons.get(name, ScoreReason(formula="")), name not in RISKS,
        )
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
    """Rendered briefs, the last ones kept until what they show changes."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: OrderedDict[tuple[object, ...], str] = OrderedDict()

    def html(self, slug: str, brief: Brief, view: str) -> str:
        """The page of a brief as a role reads it. Raises InputError for an unknown view."""
        key = (slug, view, self._site.session.store.mark(slug))
        if key not in self._kept:
            self._kept[key] = self._render(slug, viewed(brief, view))
            while len(self._kept) > KEPT_PAGES:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _render(self, slug: str, brief: Brief) -> str:
        artifacts = self._site.session.store.artifacts(slug)
        return self._site.templates.get_template("brief_page.html.j2").render(
            slug=slug, here="brief", local=self._site.access.local, brief=brief, view=outline(brief), views=role_views(),
            minutes=reading_minutes(shown_words(brief)), scores=scores(brief),
            people=people_map(brief.people, brief.relations),
            time=time_line(artifacts, brief.account.close_date, brief.account.kickoff_date),
            mails=[(g.id, mail_draft(brief, g)) for g in brief.gaps],
            stale=brief.provenance.index != self._site.session.fingerprint(slug),
            titles_of={a.path: a.title or a.path for a in artifacts}, engines=NAMES, starters=STARTERS,
        )  # fmt: skip


def router(site: Site) -> APIRouter:
    """The routes of the brief page."""
    routes = APIRouter()
    pages = BriefPages(site)

    @routes.get("/accounts/{slug}")
    def brief(slug: str, view: str = DEFAULT_VIEW) -> Response:
        latest = site.brief(slug)
        if latest is None:
            account, running = site.session.store.account(slug), site.jobs.running(slug)
            return site.page(
                "no_brief.html.j2",
                account=account,
                slug=slug,
                here="brief",
                job=running,
                engines=NAMES,
            )
        return Response(pages.html(slug, latest, view), media_type="text/html")

    @routes.post("/accounts/{slug}/brief")
    def write(
        slug: str,
        engine: Annotated[EngineName, Form()] = "auto",
        model: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        order = EngineOrder(engine=engine, model=model or None)
        job = brief_job(site, slug, "sales-to-cs", DEFAULT_VIEW, order)
        return RedirectResponse(f"/jobs/{quote(job.job)}", 303)

    @routes.get("/accounts/{slug}/brief")
    def latest(slug: str) -> Response:
        return RedirectResponse(account_url(slug), 303)

    return routes
