"""Owns the long work that pages and API start: read a deal, write a brief, paint its cited pages"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.web.jobs import JobView, Told
from app.web.site import Site
from app.web.uploads import discard
from indexer.errors import InputError, UnreadableFile
from indexer.models import ClauseLocator, PageLocator
from indexer.page_images import page_image
from review.models import Brief


def brief_job(site: Site, slug: str, template: str, view: str) -> JobView:
    """Write a brief. Raises UnknownAccount, or InputError for a template that isn't there."""
    from prompts.template import template_names

    site.session.store.account(slug)
    if template not in template_names():
        raise InputError(
            f"There is no template {template!r}. Choose one of: {', '.join(template_names())}."
        )

    def work(told: Told) -> dict[str, Any]:
        told.progress("opening the evidence")
        site.session.account_index(slug)
        told.progress("writing the brief")
        brief = site.session.make_brief(slug, template, view, None, told.check)
        _paint_cited(site, slug, brief, told)
        return {"account": slug, "created_at": brief.provenance.created_at}

    return site.jobs.start("brief", slug, work)


def index_job(site: Site, root: Path, account: str | None, replace: bool = False, uploaded: bool = False) -> JobView:  # fmt: skip
    """Read a deal, then write its first brief."""

    def work(told: Told) -> dict[str, Any]:
        try:
            report = site.session.index_deal(root, account or None, False, replace, told.progress)
        except BaseException:
            if uploaded:
                discard(root)
            raise
        told.progress("writing the brief")
        brief = site.session.make_brief(report.account, "sales-to-cs", "csm", None, told.check)
        _paint_cited(site, report.account, brief, told)
        return {"account": report.account, "report": report.model_dump(mode="json")}

    return site.jobs.start("index", account or None, work)


def _paint_cited(site: Site, slug: str, brief: Brief, told: Told) -> None:
    """Paint the cited PDF pages before anybody clicks; a page that can't be painted is shown as text."""
    account = site.session.store.account(slug)
    cited = {
        (c.artifact, c.locator.page)
        for claim in brief.claims
        for c in claim.citations
        if isinstance(c.locator, PageLocator | ClauseLocator) and c.locator.page
    }
    for done, (path, page) in enumerate(sorted(cited)):
        told.say("painting cited pages", done, len(cited))
        artifact = site.session.store.artifact(slug, path)
        if artifact is None or artifact.system != "pdf":
            continue
        try:
            page_image(site.session.home, slug, artifact.id, Path(account.folder), path, page)
        except UnreadableFile:
            continue
