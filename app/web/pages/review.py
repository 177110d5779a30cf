"""The review: the queue sorted by risk, the gates, the checklist, two sign-offs, what was done so far"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import ValidationError

from app.web.reader import fields_of, remembered, who
from app.web.site import Site, account_url
from indexer.errors import InputError
from review.acts import ACT
from review.figures import review_minutes
from review.queue import Item
from review.rules import rules, rules_text

FIRST_ROWS = 40
WORDS = {
    "accept": "accepted", "correct": "corrected", "reject": "rejected", "own": "gave an owner", "resolve": "resolved",
    "add": "added a claim", "add_found": "added a claim from an answer", "tick": "ticked", "name": "named", "sign": "signed",
    "return": "returned it", "reopen": "reopened it", "brief": "wrote a brief",
    "flag": "flagged something", "rate": "rated the handoff", "outcome": "noted an outcome",
}  # fmt: skip


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
        events = site.session.desk(slug).events()
        return site.page(
            template, slug=slug, here="review", page=page, brief=page.brief, rules=rules(), waiting=waiting, further=further,
            done=done, who=who(request), events=list(reversed(events))[:60], words=WORDS,
            fields=fields_of(page.brief), first_rows=FIRST_ROWS, on_page={i.key for i in waiting},
            flags=[e for e in reversed(events) if e.act == "flag"], minutes=review_minutes(events),
            rating=next((e.payload["stars"] for e in reversed(events) if e.act == "rate"), None),
        )  # fmt: skip

    @routes.get("/accounts/{slug}/review")
    def review(request: Request, slug: str) -> Response:
        return shown(request, slug, "review.html.j2")

    @routes.get("/rules")
    def rules_file() -> Response:
        return PlainTextResponse(rules_text())

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
        return await _in_thread(done, site, request, slug, act_of(fields, who(request)))

    @routes.post("/name")
    def name(given: str = Form(alias="who", min_length=1, max_length=120), back: str = Form("/")) -> Response:  # fmt: skip
        target = back if back.startswith("/accounts/") else "/"
        return remembered(RedirectResponse(target, 303), given.strip())

    return routes


async def _in_thread(function: Any, *arguments: Any) -> Response:
    from starlette.concurrency import run_in_threadpool

    answer: Response = await run_in_threadpool(function, *arguments)
    return answer


def done(site: Site, request: Request, slug: str, act: Any) -> Response:
    """Do an act and say what is left, or go back to the review."""
    page = site.session.act(slug, act)
    if "application/json" in request.headers.get("accept", ""):
        left = sum(not i.done and i.must for i in page.queue)
        told = {"status": page.brief.status, "left": left, "next": page.next}
        if act.act == "flag":
            flags = [e for e in site.session.desk(slug).events() if e.act == "flag"]
            told["cause"] = flags[-1].payload["cause"]["said"]
        return JSONResponse(told)
    return RedirectResponse(account_url(slug, "review"), 303)
