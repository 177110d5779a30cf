"""Adding: a good answer becomes a claim of the brief, found again in the log of questions, through the door"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.web.pages.asking import asked_before
from app.web.pages.review import done
from app.web.reader import remembered, who
from app.web.site import Site
from indexer.errors import InputError
from review.acts import AddFound
from review.human import draft_of


def router(site: Site) -> APIRouter:
    """The route of the button under an answer."""
    routes = APIRouter()

    def text(slug: str, segment: str) -> str:
        found = site.session.store.find_segment(segment)
        return found[1].text if found and found[0] == slug else ""

    @routes.post("/accounts/{slug}/review/found")
    def add_found(
        request: Request,
        slug: str,
        question: Annotated[str, Form()],
        claim: Annotated[str, Form()],
        field: Annotated[str, Form()],
        name: Annotated[str, Form(max_length=120)] = "",
    ) -> Response:
        answers = (a for asked, a in asked_before(site, slug) if a.question == question)
        found = next((c for a in answers for c in a.claims if c.key == claim), None)
        if found is None:
            raise InputError("This answer is no longer in the log. Ask again, then add it.")
        by = name.strip() or who(request)
        if not by:
            raise InputError("Say who you are first: every act is kept with its name.")
        segments = {c.segment: text(slug, c.segment) for c in found.citations}
        act = AddFound(name=by, draft=draft_of(found, field, segments))
        return remembered(done(site, request, slug, act), by)

    return routes
