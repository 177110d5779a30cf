"""Asking: questions beside the brief, step by step, each answer with the words it rests on; the log of what was asked"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from agent.models import Answer, Claim
from app.web.site import Site
from review.models import Brief

MAX_QUESTION = 500
SHOWN_SOURCES = 3


class Question(BaseModel):
    """What is asked."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION)


class Asked(BaseModel):
    """A question in the log; `known` if the brief cites the same words already."""

    question: str
    at: str
    status: str
    known: bool = False


def already_known(answer: Answer, brief: Brief | None) -> bool:
    """True if the brief cites words that answer the question: it need not be put to the customer."""
    if brief is None or answer.status == "needs_clarification":
        return False
    cited = [c for claim in brief.claims for c in claim.citations]
    return any(_same_words(claim, cited) for claim in answer.claims)


def _same_words(claim: Claim, cited: list[Any]) -> bool:
    return any(
        c.artifact == own.artifact and c.start < own.end and own.start < c.end
        for own in claim.citations
        for c in cited
    )


def keep_question(site: Site, slug: str, answer: Answer) -> Asked:
    """Log what was asked and what came of it."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    asked = Asked(
        question=answer.question,
        at=at,
        status=answer.status,
        known=already_known(answer, site.brief(slug)),
    )
    record = {"kind": "question", **asked.model_dump(), "answer": answer.model_dump(mode="json")}
    site.session.store.add_run(
        f"q-{secrets.token_hex(8)}", slug, at, json.dumps(record, ensure_ascii=False)
    )
    return asked


def asked_before(site: Site, slug: str) -> list[tuple[Asked, Answer]]:
    """The logged questions with their answers, newest first."""
    records = (json.loads(r) for r in site.session.store.runs(slug))
    return [
        (Asked.model_validate(r), Answer.model_validate(r["answer"]))
        for r in records
        if r.get("kind") == "question"
    ]


def steps(site: Site, slug: str, question: str) -> Iterator[dict[str, Any]]:
    """What happens to a question, one step a dict; the last holds the answer."""
    yield {"step": "Reading the question"}
    index = site.session.account_index(slug)
    yield {"step": f"Searching {len(index.segments):,} passages in {len(index.artifacts)} sources"}
    found = index.search(question, SHOWN_SOURCES)
    titles = dict.fromkeys(
        index.artifacts[e.segment.artifact].title or e.segment.artifact for e in found
    )
    yield {"step": "Nearest: " + "; ".join(titles) if titles else "Nothing near was found"}
    yield {"step": "Checking which words answer it"}
    answer = site.session.answer(slug, question)
    yield {"answer": answer, "asked": keep_question(site, slug, answer)}


def router(site: Site) -> APIRouter:
    """The routes of the ask page."""
    routes = APIRouter()

    @routes.get("/accounts/{slug}/ask")
    def page(slug: str, q: str = "") -> Response:
        account = site.session.store.account(slug)
        if q.strip():
            keep_question(site, slug, site.session.answer(slug, q.strip()[:MAX_QUESTION]))
        log = asked_before(site, slug)
        return site.page("ask.html.j2", slug=slug, here="ask", account=account, log=log)

    @routes.post("/accounts/{slug}/ask")
    def ask(slug: str, question: Question) -> Response:
        site.session.store.account(slug)

        def lines() -> Iterator[str]:
            for one in steps(site, slug, question.question.strip()):
                if "answer" in one:
                    part = site.templates.get_template("answer.html.j2").render(
                        slug=slug, answer=one["answer"], asked=one["asked"]
                    )
                    one = {"html": part, "status": one["answer"].status}
                yield json.dumps(one, ensure_ascii=False) + "\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    return routes
