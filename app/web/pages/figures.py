"""The figures of all handoffs: acceptance, returns, time in review, ratings, flags; each counted from the logs"""

from __future__ import annotations

import json
from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from app.web.site import Site
from indexer.journal import Event
from review.cause import WORDS
from review.figures import Figures, figures
from review.rules import rules


def logs(site: Site) -> dict[str, Sequence[Event]]:
    """The event log of every account, by slug."""
    return {a.slug: site.session.desk(a.slug).events() for a in site.session.store.accounts()}


def measured(site: Site) -> Figures:
    """The figures of everything on this machine."""
    closed = {a.slug: a.close_date for a in site.session.store.accounts()}
    return figures(logs(site), closed)


def router(site: Site) -> APIRouter:
    """The route of the figures page."""
    routes = APIRouter()

    @routes.get("/figures")
    def page() -> Response:
        slugs = [a.slug for a in site.session.store.accounts()]
        asked = [json.loads(q) for slug in slugs for _, q in site.session.store.questions(slug)]
        return site.page(
            "figures.html.j2", here="figures", f=measured(site), reasons=rules().reasons, causes=WORDS, outcomes=rules().outcomes,
            asked=len(asked), known=sum(bool(one.get("known")) for one in asked),
        )  # fmt: skip

    return routes
