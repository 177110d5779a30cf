"""Owns the long work that pages and API start: read a deal, write a brief, paint its cited pages"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.web.engines import EngineOrder, chosen
from app.web.jobs import JobView, Told
from app.web.site import Site
from app.web.uploads import discard, discard_replaced
from indexer.errors import InputError, UnreadableFile
from indexer.models import ClauseLocator, PageLocator
from indexer.page_images import page_image
from review.models import Brief


def brief_job(site: Site, slug: str, template: str, view: str, order: EngineOrder) -> JobView:
    """Write a brief. Raises UnknownAccount, InputError for a template that isn't there, ModelFault for an engine that can't be had."""
    from prompts.template import template_names

    site.session.store.account(slug)
    if template not in template_names():
        raise InputError(
            f"There is no template {template!r}. Choose one of: {', '.join(template_names())}."
        )

    engine = chosen(site, order)

    def work(told: Told) -> dict[str, Any]:
        told.progress("opening the evidence")
        site.session.account_index(slug)
        told.progress("writing the brief")
        brief = site.session.make_brief(
            slug, template, view, lambda step: told.progress(step.text), told.check, engine
        )
        _paint_cited(site, slug, brief, told)
        return {"account": slug, "created_at": brief.provenance.created_at}

    return site.jobs.start("brief", slug, work)


def index_job(site: Site, root: Path, account: str | None, replace: bool = False, uploaded: bool = False) -> JobView:  # fmt: skip
    """Read a deal, then write its first brief."""

    def work(told: Told) -> dict[str, Any]:
        before = {a.slug: a.folder for a in site.session.store.accounts()}
        try:
            report = site.session.index_deal(root, account or None, False, replace, told.progress)
        except BaseException:
            if uploaded:
                discard(root)
            raise
        now = site.session.store.account(report.account).folder
        discard_replaced(site.session.home, before.get(report.account, now), now)
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
