"""The exports: the brief and what follows from it as files"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response

from app.web.site import Site
from review.export import EXPORTS as SHEETS
from review.models import Brief


class Export(NamedTuple):
    """One kind of file: its name, what it is for, its media type, how it is made."""

    suffix: str
    title: str
    use: str
    media: str
    make: Callable[[Site, str, Brief], str | bytes]


def _markdown(site: Site, slug: str, brief: Brief) -> str:
    from review.render.md import to_markdown

    return to_markdown(brief, site.session.contexts(slug, brief))


def _html(site: Site, slug: str, brief: Brief) -> str:
    from review.render.html import to_html

    return to_html(brief, site.session.contexts(slug, brief))


def _json(site: Site, slug: str, brief: Brief) -> str:
    return brief.model_dump_json(indent=1)


def _word(site: Site, slug: str, brief: Brief) -> bytes:
    from review.export.docx import to_docx

    return to_docx(brief)


def _sheet(name: str) -> Callable[[Site, str, Brief], str]:
    return lambda _site, _slug, brief: SHEETS[name][1](brief)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKDOWN = "text/markdown"
EXPORTS = {
    "brief-docx": Export("docx", "The brief for Word", "Real headings and tables, every citation a footnote", WORD, _word),
    "brief-html": Export("html", "The brief as a page", "One file that opens anywhere, every quote in it", "text/html", _html),
    "brief-md": Export("md", "The brief as Markdown", "For a wiki or a repository", MARKDOWN, _markdown),
    "brief-json": Export("json", "The brief as JSON", "For other programs", "application/json", _json),
    "agenda": Export("md", "Kickoff agenda", "What is open first", MARKDOWN, _sheet("agenda")),
    "answered": Export("md", "Already answered, don't ask", "What the customer has said once and should not repeat", MARKDOWN, _sheet("answered")),
    "questions": Export("txt", "Questions for the AE", "A mail that is ready to send", "text/plain", _sheet("questions")),
    "promises": Export("md", "Promise checklist", "Every promise with its place in the signed scope", MARKDOWN, _sheet("promises")),
    "tasks": Export("csv", "Kickoff tasks", "For a sheet or a task tool; no cell is a formula", "text/csv", _sheet("tasks")),
    "notice": Export("txt", "Notice for the kickoff", "A mail to the CSM: the kickoff can be scheduled, or what is missing", "text/plain", _sheet("notice")),
}  # fmt: skip


def router(site: Site) -> APIRouter:
    """The routes of the exports page."""
    routes = APIRouter()

    @routes.get("/accounts/{slug}/exports")
    def exports(slug: str) -> Response:
        account, brief = site.session.store.account(slug), site.brief(slug)
        return site.page("exports.html.j2", slug=slug, here="exports", account=account, brief=brief, exports=EXPORTS)  # fmt: skip

    @routes.get("/accounts/{slug}/exports/{name}")
    def export(slug: str, name: str) -> Response:
        brief, wanted = site.brief(slug), EXPORTS.get(name)
        if brief is None or wanted is None:
            return Response(status_code=404)
        headers = {"Content-Disposition": f'attachment; filename="{slug}-{name}.{wanted.suffix}"'}
        return Response(wanted.make(site, slug, brief), media_type=wanted.media, headers=headers)

    return routes
