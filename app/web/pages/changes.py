"""What changed since the brief before: sources read again, a new brief, what came, went or says something else"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.web.site import Site
from app.web.work import index_job
from indexer.errors import InputError
from review.diff import What

TITLES: dict[What, str] = {"promise": "Promises", "conflict": "Conflicts", "gap": "Open questions", "claim": "Claims"}  # fmt: skip
"""What can change, in the order of how much it matters."""


def router(site: Site) -> APIRouter:
    """The routes of the page of changes."""
    routes = APIRouter()

    @routes.get("/accounts/{slug}/changes")
    def changes(slug: str) -> Response:
        account, desk = site.session.store.account(slug), site.session.desk(slug)
        diff = desk.diff()
        groups = [(title, [c for c in diff.changes if c.what == what]) for what, title in TITLES.items()]  # fmt: skip
        return site.page("changes.html.j2", slug=slug, here="changes", account=account, diff=diff, groups=groups)  # fmt: skip

    @routes.post("/accounts/{slug}/read-again")
    def read_again(slug: str) -> Response:
        folder = Path(site.session.store.account(slug).folder)
        if not folder.exists():
            raise InputError(f"{folder} is no longer there. Add the deal anew and let it replace what is known.")  # fmt: skip
        job = index_job(site, folder, slug)
        return RedirectResponse(f"/jobs/{quote(job.job)}", 303)

    return routes
