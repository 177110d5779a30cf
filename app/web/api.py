"""The API: the same shapes as the command line's JSON (design.md part 7)"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from app.commands.asking import search_results
from app.commands.review_page import page_json
from app.web.engines import EngineOrder, at_hand, chosen
from app.web.jobs import JobView
from app.web.pages.asking import Question, keep_question
from app.web.pages.figures import measured
from app.web.site import Site
from app.web.uploads import Sent, keep
from app.web.work import brief_job, index_job
from review.acts import Act


class BriefOrder(EngineOrder):
    """Which brief to write, and by which engine."""

    template: str = "sales-to-cs"
    view: str = "csm"


def _missing(what: str) -> JSONResponse:
    return JSONResponse({"error": what}, 404)


def router(site: Site) -> APIRouter:
    """The routes under `/api`."""
    routes = APIRouter(prefix="/api", tags=["api"])
    _evidence(routes, site)
    _briefs(routes, site)
    _jobs(routes, site)
    return routes


def _evidence(routes: APIRouter, site: Site) -> None:
    store = site.session.store

    @routes.get("/accounts", summary="What is indexed")
    def accounts() -> dict[str, Any]:
        return {"accounts": [a.model_dump(mode="json") for a in store.accounts()]}

    @routes.post("/accounts", status_code=202, summary="Index uploaded files, a folder's files or a ZIP")  # fmt: skip
    def add(
        files: Annotated[list[UploadFile], File()],
        account: Annotated[str, Form()] = "",
        replace: Annotated[bool, Form()] = False,
    ) -> dict[str, Any]:
        kept = keep(site.session.home, [Sent(f.filename or "", f.file) for f in files])
        return {"job": index_job(site, kept, account.strip(), replace, uploaded=True).job}

    @routes.get("/accounts/{slug}/search", summary="Evidence only, best first")
    def search(slug: str, q: str, limit: Annotated[int, Query(ge=1, le=200)] = 10) -> dict[str, Any]:  # fmt: skip
        return {"query": q, "results": search_results(site.session.account_index(slug), q, limit)}

    @routes.get("/accounts/{slug}/artifacts/{path:path}/text", summary="A source's extracted text")
    def text(slug: str, path: str) -> Response:
        store.account(slug)
        artifact = store.artifact(slug, path)
        if artifact is None:
            return _missing(f"There is no source {path!r} in this account.")
        return PlainTextResponse(artifact.text)


def _briefs(routes: APIRouter, site: Site) -> None:
    @routes.get("/engines", summary="Which engines can write now, and which models there are")
    def engines() -> dict[str, Any]:
        return at_hand(site)

    @routes.post("/accounts/{slug}/ask", summary="A cited answer, or what needs clarification")
    def ask(slug: str, question: Question) -> dict[str, Any]:
        engine = chosen(site, question)
        answer = site.session.answer(slug, question.question.strip(), question.history, engine=engine)  # fmt: skip
        keep_question(site, slug, answer)
        return answer.model_dump(mode="json")

    @routes.post("/accounts/{slug}/briefs", status_code=202, summary="Write a brief, as a job")
    def write(slug: str, order: BriefOrder | None = None) -> dict[str, Any]:
        wanted = order or BriefOrder()
        return {"job": brief_job(site, slug, wanted.template, wanted.view, wanted).job}

    @routes.get("/accounts/{slug}/briefs/latest", summary="The latest brief")
    def latest(slug: str) -> Response:
        brief = site.brief(slug)
        if brief is None:
            return _missing("There is no brief yet. Write one with POST .../briefs.")
        return Response(brief.model_dump_json(), media_type="application/json")

    @routes.get(
        "/accounts/{slug}/review",
        summary="The queue, gates, checklist, signatures, what comes next",
    )
    def review(slug: str) -> Response:
        return JSONResponse(page_json(site.session.desk(slug).page()))

    @routes.post("/accounts/{slug}/review", summary="One act of a review")
    def act(slug: str, act: Act) -> Response:
        return JSONResponse(page_json(site.session.act(slug, act)))

    @routes.get("/figures", summary="Figures of all handoffs, each counted from the event logs")
    def all_figures() -> dict[str, Any]:
        return measured(site).model_dump(mode="json")


def _jobs(routes: APIRouter, site: Site) -> None:
    @routes.get("/jobs/{job}", summary="How far a job is")
    def job(job: str) -> Response:
        view = site.jobs.view(job)
        return _missing("There is no such job.") if view is None else _job(view)

    @routes.delete("/jobs/{job}", summary="Cancel a job")
    def cancel(job: str) -> Response:
        view = site.jobs.cancel(job)
        return _missing("There is no such job.") if view is None else _job(view, 202)

    @routes.get("/jobs/{job}/events", summary="A job's progress as server-sent events")
    def events(job: str) -> Response:
        if site.jobs.view(job) is None:
            return _missing("There is no such job.")
        return StreamingResponse(site.jobs.events(job), media_type="text/event-stream")


def _job(view: JobView, status: int = 200) -> JSONResponse:
    return JSONResponse(view.model_dump(mode="json"), status)
