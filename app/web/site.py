"""Owns what every route works with: the session, who may come in, the jobs, the templates"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment

from agent.models import Citation
from app.kept import Kept
from app.session import Session
from app.web.access import Access
from app.web.jobs import Jobs
from review.desk import Page
from review.models import Brief
from review.render.html import page_environment

REVIEWED_BYTES = 64 << 20
CLAIM_BYTES = 6_000
"""Measured on a demo deal: a reviewed brief takes about as much memory for each of its claims."""


def page_bytes(page: Page) -> int:
    """What a reviewed brief takes in memory, about."""
    return CLAIM_BYTES * (len(page.brief.claims) + len(page.brief.gaps) + 10)


def account_url(slug: str, page: str = "", /, **query: object) -> str:
    """The address of an account's page."""
    asked = {k: v for k, v in query.items() if v is not None}
    path = f"/accounts/{quote(slug, safe='')}" + (f"/{page}" if page else "")
    return path + (f"?{urlencode(asked)}" if asked else "")


def citation_url(slug: str, citation: Citation, page: str = "pane") -> str:
    """The address that shows a citation in its surroundings."""
    return account_url(
        slug, page, artifact=citation.artifact, start=citation.start, end=citation.end
    )


@dataclass(frozen=True)
class Site:
    """One run of the server."""

    session: Session
    access: Access
    jobs: Jobs = field(default_factory=Jobs)
    _statuses: dict[str, tuple[object, str | None]] = field(default_factory=dict)
    _reviewed: Kept[Page] = field(default_factory=lambda: Kept(REVIEWED_BYTES, page_bytes))

    @property
    def templates(self) -> Environment:
        environment = page_environment("app.web")
        environment.globals.update(url=account_url, citation_url=citation_url)
        return environment

    def reviewed(self, slug: str) -> Page | None:
        """The account's latest brief as reviewed, or None while there is none. Raises UnknownAccount.

        Kept until the record says that something changed, or others need the room.
        """
        mark = self.session.store.mark(slug)
        known = self._reviewed.get(slug, mark)
        if known is None:
            self.session.store.account(slug)
            if self.session.store.latest_brief(slug) is None:
                return None
            known = self._reviewed.put(slug, mark, self.session.desk(slug).page())
        return known

    def status(self, slug: str) -> str | None:
        """The status of `brief`; kept for every account, so that a list of thousands asks only once."""
        mark = self.session.store.mark(slug)
        known = self._statuses.get(slug)
        if known is None or known[0] != mark:
            brief = self.brief(slug)
            known = self._statuses[slug] = (mark, brief.status if brief else None)
        return known[1]

    def brief(self, slug: str) -> Brief | None:
        """The brief of `reviewed`."""
        page = self.reviewed(slug)
        return page.brief if page else None

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page, or a part of one, with every value escaped."""
        values = {"slug": None, "here": "", "local": self.access.local, **values}
        return HTMLResponse(self.templates.get_template(template).render(**values), status)
