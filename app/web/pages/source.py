"""The sources: the pane beside a brief, a whole source with all that cites it, the library of all"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from markupsafe import Markup

from agent.models import Citation
from app.web.mail_frame import POLICY, marked, sanitised
from app.web.site import Site, account_url
from app.web.surroundings import Surroundings, surroundings
from indexer.authority import NAMES, segment_rung
from indexer.errors import UnreadableFile
from indexer.mail_html import mail_html
from indexer.models import Artifact
from indexer.page_images import Box, PageImage, boxes_of, page_image
from review.models import Brief
from review.render.text import day

EXECUTION = {"executed": "executed", "partly_signed": "signed by one side", "draft": "draft", "unsigned": "unsigned"}  # fmt: skip
KINDS = {
    "call": "Calls", "mail": "Mail", "chat": "Chat", "contract": "Contracts", "proposal": "Proposals", "sheet": "Sheets", "slides": "Slides",
    "document": "Documents", "note": "Notes", "invite": "Invites", "ticket": "Tickets", "statement": "Said in the review", "usage": "Usage",
    "crm": "CRM records",
}  # fmt: skip
"""Every kind of source as the library names it, in its order."""


def citation_text(seen: Surroundings) -> str:
    """The quote with where it stands, for pasting."""
    said = seen.said
    who = said.speaker if said else None
    label = said.locator.label if said else ""
    parts = [p for p in (None if who and who in label else who, label) if p]
    when = day(said.at if said and said.at else seen.artifact.date)
    return (
        f"“{seen.quote}”\n{', '.join([*parts, *([when] if when else [])])} ({seen.artifact.path})"
    )


def rung(seen: Surroundings) -> str:
    """How much the words weigh, as the authority ladder names it."""
    said = seen.said
    side = said.side if said else "unknown"
    return NAMES[segment_rung(seen.artifact.authority, seen.artifact.kind, side, False)]


def citations(brief: Brief | None) -> Iterator[tuple[str, Citation]]:
    """Everything in the brief that cites a source, in words, with its citation: claims, conflicts, clauses, people."""
    if brief is None:
        return
    text = {claim.id: claim.text for claim in brief.claims}
    yield from ((claim.text, c) for claim in brief.claims for c in claim.citations)
    for conflict in brief.conflicts:
        yield from ((f"Conflict, {conflict.topic}: {s.text}", c) for s in conflict.sides for c in s.citations)  # fmt: skip
    for promise in brief.commitments:
        said = f"Signed scope for: {text.get(promise.claim, promise.claim)}"
        yield from ((said, c) for c in promise.scope_citations)
    yield from ((p.name, c) for p in brief.people for c in p.citations)


def cited_in(brief: Brief | None, path: str) -> list[tuple[int, int, str]]:
    """(start, end, what cites it) of every citation of a source in the brief, in reading order."""
    found = dict.fromkeys((c.start, c.end, said) for said, c in citations(brief) if c.artifact == path)  # fmt: skip
    return sorted(found)


class Sources:
    """What the routes of this page look up."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def seen(self, slug: str, path: str, start: int, end: int, whole: bool = False) -> Surroundings | None:  # fmt: skip
        """The surroundings of a citation, or None if the source or the place isn't there."""
        artifact = self._site.session.store.artifact(slug, path)
        if artifact is None or not 0 <= start <= end <= len(artifact.text):
            return None
        segments = self._site.session.store.artifact_segments(slug, path)
        return surroundings(artifact, segments, start, end, whole)

    def painted(self, slug: str, artifact: Artifact, page: int) -> PageImage:
        """The picture of a PDF's page. Raises UnreadableFile."""
        if artifact.system != "pdf":
            raise UnreadableFile("this source has no pages to paint")
        root = Path(self._site.session.store.account(slug).folder)
        home = self._site.session.home
        return page_image(home, slug, artifact.id, root, artifact.path, page)

    def boxes(self, image: PageImage, seen: Surroundings) -> tuple[Box, ...]:
        """Where the quoted words stand on the painted page."""
        return boxes_of(image, seen.quote, seen.near)


def router(site: Site) -> APIRouter:
    """The routes of the source pages."""
    routes = APIRouter()
    sources = Sources(site)
    _pages_of_pdfs(routes, site, sources)
    _mails_as_sent(routes, site)

    @routes.get("/accounts/{slug}/pane")
    def pane(slug: str, artifact: str, start: int, end: int) -> Response:
        seen = sources.seen(slug, artifact, start, end)
        if seen is None:
            return site.page("pane_missing.html.j2", 404, artifact=artifact)
        return site.page(
            "pane.html.j2", slug=slug, seen=seen, copied=citation_text(seen), rung=rung(seen), execution=EXECUTION
        )  # fmt: skip

    @routes.get("/accounts/{slug}/source")
    def source(slug: str, artifact: str, start: int = 0, end: int = 0) -> Response:
        account = site.session.store.account(slug)
        seen = sources.seen(slug, artifact, start, end, whole=True)
        if seen is None:
            return site.page("pane_missing.html.j2", 404, artifact=artifact)
        return site.page(
            "source.html.j2", slug=slug, here="sources", account=account, seen=seen, rung=rung(seen), execution=EXECUTION,
            copied=citation_text(seen), cited=cited_in(site.brief(slug), artifact),
        )  # fmt: skip

    @routes.get("/accounts/{slug}/sources")
    def library(slug: str) -> Response:
        account = site.session.store.account(slug)
        artifacts = site.session.store.artifacts(slug)
        people, duplicates, not_read, sides = site.session.store.extra(slug)
        brief = site.brief(slug)
        counts = Counter(c.artifact for _, c in citations(brief))
        kinds: dict[str, list[Artifact]] = {kind: [] for kind in KINDS}
        for one in sorted(artifacts, key=lambda a: (str(a.date or "9"), a.path)):
            kinds[one.kind].append(one)
        return site.page(
            "library.html.j2", slug=slug, here="sources", account=account, kinds={k: a for k, a in kinds.items() if a}, kind_names=KINDS, counts=counts, not_read=not_read,
            duplicates=duplicates, sides=sorted(sides.items()), people=people, execution=EXECUTION, total=len(artifacts),
            names=NAMES, source_url=lambda path: account_url(slug, "source", artifact=path),
        )  # fmt: skip

    return routes


def _mails_as_sent(routes: APIRouter, site: Site) -> None:
    @routes.get("/accounts/{slug}/mail")
    def mail(slug: str, artifact: str, start: int = 0, end: int = 0) -> Response:
        folder, found = site.session.store.account(slug).folder, site.session.store.artifact(slug, artifact)  # fmt: skip
        shown, why = Markup(), "this is no mail"
        if found is not None and found.kind == "mail":
            try:
                given = mail_html(Path(folder), artifact)
                words = found.text[max(start, 0) : end]
                shown, why = Markup(marked(sanitised(given.html, given.pictures), words)), ""
            except UnreadableFile as error:
                why = str(error)
        page = site.page("mail_frame.html.j2", mail=shown, why=why[:1].upper() + why[1:])
        page.headers["Content-Security-Policy"] = POLICY
        return page


def _pages_of_pdfs(routes: APIRouter, site: Site, sources: Sources) -> None:
    @routes.get("/accounts/{slug}/page")
    def page(slug: str, artifact: str, start: int, end: int) -> Response:
        seen = sources.seen(slug, artifact, start, end)
        if seen is None or seen.page is None:
            return site.page("pane_missing.html.j2", 404, artifact=artifact)
        try:
            image = sources.painted(slug, seen.artifact, seen.page)
        except UnreadableFile as error:
            return site.page("page_missing.html.j2", why=str(error))
        return site.page("page.html.j2", slug=slug, seen=seen, image=image, boxes=sources.boxes(image, seen))  # fmt: skip

    @routes.get("/accounts/{slug}/page.png")
    def picture(slug: str, artifact: str, page: int) -> Response:
        found = site.session.store.artifact(slug, artifact)
        if found is None:
            return Response(status_code=404)
        try:
            image = sources.painted(slug, found, page)
        except UnreadableFile:
            return Response(status_code=404)
        headers = {"Cache-Control": "private, max-age=86400"}
        return FileResponse(image.png, media_type="image/png", headers=headers)
