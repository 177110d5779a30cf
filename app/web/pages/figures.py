"""The figures of all handoffs: acceptance, returns, time in review, ratings, flags; each counted from the logs"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from app.web.pages.asking import asked_before
from app.web.site import Site
from indexer.journal import Event
from review.cause import WORDS
from review.figures import figures
from review.rules import rules


def logs(site: Site) -> dict[str, Sequence[Event]]:
    """The event log of every account, by slug."""
    return {a.slug: site.session.desk(a.slug).events() for a in site.session.store.accounts()}


def router(site: Site) -> APIRouter:
    """The route of the figures page."""
    routes = APIRouter()

    @routes.get("/figures")
    def page() -> Response:
        kept = logs(site)
        asked = [one for slug in kept for one, _ in asked_before(site, slug)]
        return site.page(
            "figures.html.j2", here="figures", f=figures(kept), reasons=rules().reasons, causes=WORDS,
            asked=len(asked), known=sum(one.known for one in asked),
        )  # fmt: skip

    return routes
