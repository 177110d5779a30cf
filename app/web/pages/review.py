"""The review: the queue sorted by risk, the gates, the checklist, two sign-offs, what was done so far"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import ValidationError

from app.web.guard import cookie_of
from app.web.pages.asking import asked_before
from app.web.site import Site, account_url
from indexer.errors import InputError
from prompts.template import load_template, template_names
from review.acts import ACT, AddFound
from review.human import draft_of
from review.models import Brief
from review.queue import Item
from review.render.titles import field_title
from review.rules import rules

WHO = "baton_name"
"""The cookie that remembers how a reviewer is called, so that a name is typed once."""
FIRST_ROWS = 40
WORDS = {
    "accept": "accepted", "correct": "corrected", "reject": "rejected", "own": "gave an owner", "resolve": "resolved",
    "add": "added a claim", "add_found": "added a claim from an answer", "tick": "ticked", "name": "named", "sign": "signed",
    "return": "returned it", "reopen": "reopened it", "brief": "wrote a brief",
}  # fmt: skip


def fields_of(brief: Brief) -> list[tuple[str, str]]:
    """The fields that a claim can be added to: id and title."""
    if brief.template not in template_names():
        return [(f.id, field_title(f.id)) for s in brief.sections for f in s.fields]
    return [(f, field_title(f)) for f in load_template(brief.template).fields()]


def split(queue: tuple[Item, ...]) -> tuple[list[Item], list[Item], list[Item]]:
    """What a gate waits for, what else is open, what is done."""
    waiting = [i for i in queue if i.must and not i.done]
    further = [i for i in queue if not i.must and not i.done]
    return waiting, further, [i for i in queue if i.done]


def act_of(fields: dict[str, Any], who: str) -> Any:
    """The act that a form describes. Raises InputError where something is missing."""
    given = {k: v for k, v in fields.items() if v not in ("", None)}
    given.setdefault("name", who)
    if not given["name"]:
        raise InputError("Say who you are first: every act is kept with its name.")
    try:
        return ACT.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][-1]) if first["loc"] else "the act"
        raise InputError(f"{where}: {first['msg']}. Fill it in and try again.") from error


def router(site: Site) -> APIRouter:
    """The routes of the review page."""
    routes = APIRouter()

    def shown(request: Request, slug: str, template: str) -> Response:
        page = site.reviewed(slug)
        if page is None:
            return RedirectResponse(account_url(slug), 303)
        waiting, further, done = split(page.queue)
        return site.page(
            template, slug=slug, here="review", page=page, brief=page.brief, rules=rules(), waiting=waiting, further=further,
            done=done, who=_who(request), events=list(reversed(site.session.desk(slug).events()))[:60], words=WORDS,
            fields=fields_of(page.brief), first_rows=FIRST_ROWS,
        )  # fmt: skip

    @routes.get("/accounts/{slug}/review")
    def review(request: Request, slug: str) -> Response:
        return shown(request, slug, "review.html.j2")

    @routes.get("/accounts/{slug}/review/part")
    def part(request: Request, slug: str) -> Response:
        return shown(request, slug, "review_body.html.j2")

    @routes.post("/accounts/{slug}/review")
    async def act(request: Request, slug: str) -> Response:
        form = await request.form()
        fields: dict[str, Any] = {k: v for k, v in form.items() if isinstance(v, str)}
        if "reasons" in form:
            fields["reasons"] = tuple(str(r) for r in form.getlist("reasons"))
        if "done" in fields:
            fields["done"] = fields["done"] == "true"
        return await _in_thread(_act, site, request, slug, act_of(fields, _who(request)))

    @routes.post("/accounts/{slug}/review/found")
    def add_found(
        request: Request,
        slug: str,
        question: str = Form(),
        claim: str = Form(),
        field: str = Form(),
    ) -> Response:
        answers = (a for asked, a in asked_before(site, slug) if a.question == question)
        found = next((c for a in answers for c in a.claims if c.key == claim), None)
        if found is None:
            raise InputError("This answer is no longer in the log. Ask again, then add it.")
        segments = {c.segment: _text(site, slug, c.segment) for c in found.citations}
        who = _who(request)
        if not who:
            raise InputError("Say who you are first, on the review page: every act is kept with its name.")  # fmt: skip
        return _act(site, request, slug, AddFound(name=who, draft=draft_of(found, field, segments)))

    @routes.post("/name")
    def name(request: Request, who: str = Form(min_length=1, max_length=120), back: str = Form("/")) -> Response:  # fmt: skip
        target = back if back.startswith("/accounts/") else "/"
        answer = RedirectResponse(target, 303)
        answer.set_cookie(WHO, quote(who.strip()), httponly=True, samesite="strict", path="/", max_age=31536000)  # fmt: skip
        return answer

    return routes


async def _in_thread(function: Any, *arguments: Any) -> Response:
    from starlette.concurrency import run_in_threadpool

    answer: Response = await run_in_threadpool(function, *arguments)
    return answer


def _act(site: Site, request: Request, slug: str, act: Any) -> Response:
    page = site.session.act(slug, act)
    if "application/json" in request.headers.get("accept", ""):
        left = sum(not i.done and i.must for i in page.queue)
        return JSONResponse({"status": page.brief.status, "left": left, "next": page.next})
    return RedirectResponse(account_url(slug, "review"), 303)


def _who(request: Request) -> str:
    from urllib.parse import unquote

    return unquote(cookie_of(request.headers, WHO))


def _text(site: Site, slug: str, segment: str) -> str:
    found = site.session.store.find_segment(segment)
    return found[1].text if found and found[0] == slug else ""
