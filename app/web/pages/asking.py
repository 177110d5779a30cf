"""Asking: questions beside the brief, step by step, each answer with the words it rests on; the log of what was asked"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from agent.conversation import Turn
from agent.models import Answer, Claim
from app.engines import EngineChoice
from app.streaming import Done, stream
from app.web.engines import NAMES, EngineOrder, chosen
from app.web.reader import fields_of, who
from app.web.site import Site
from indexer.errors import BatonError
from review.models import Brief

MAX_QUESTION = 500
SHOWN_SOURCES = 3
STARTERS = (
    "What did we promise about the go-live?", "What is the first result that counts for them?", "Who decides on their side?",
    "Who has doubts, and about what?", "What is out of scope?", "Which integrations do they need?",
)  # fmt: skip
"""What is asked of nearly every deal: one click each."""


class Question(EngineOrder):
    """What is asked, and of whom; `history` is the conversation before it, oldest first."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    history: tuple[Turn, ...] = ()


class FollowUp(EngineOrder):
    """What is asked on a page, and of whom; `after` are the numbers of the questions before it, oldest first."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    after: tuple[int, ...] = ()


class Asked(BaseModel):
    """A question in the log; `known` if the brief cites the same words already."""

    question: str
    at: str
    status: str
    known: bool = False
    number: int = 0


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
    kept = {**asked.model_dump(), "answer": answer.model_dump(mode="json")}
    number = site.session.store.add_question(slug, at, json.dumps(kept, ensure_ascii=False))
    return asked.model_copy(update={"number": number})


def asked_before(site: Site, slug: str) -> list[tuple[Asked, Answer]]:
    """The logged questions with their answers, newest first."""
    found = []
    for number, content in site.session.store.questions(slug):
        record = json.loads(content)
        answer = Answer.model_validate(record.pop("answer"))
        found.append((Asked.model_validate({**record, "number": number}), answer))
    return found


def turns_after(site: Site, slug: str, numbers: tuple[int, ...]) -> list[Turn]:
    """The conversation that these logged questions and their answers were, oldest first."""
    from app.chat import answer_turn

    turns: list[Turn] = []
    for asked, answer in reversed(asked_before(site, slug)):
        if asked.number in numbers:
            turns += [Turn(role="user", text=asked.question, read_as=answer.read_as), answer_turn(answer)]  # fmt: skip
    return turns


def steps(site: Site, slug: str, asked: FollowUp) -> Iterator[dict[str, Any]]:
    """What happens to a question, one step a dict; the last holds the answer, or an error in words."""
    question = asked.question.strip()
    yield {"step": "Reading the question"}
    index = site.session.account_index(slug)
    yield {"step": f"Searching {len(index.segments):,} passages in {len(index.artifacts)} sources"}
    found = index.search(question, SHOWN_SOURCES)
    titles = dict.fromkeys(
        index.artifacts[e.segment.artifact].title or e.segment.artifact for e in found
    )
    yield {"step": "Nearest: " + "; ".join(titles) if titles else "Nothing near was found"}
    yield {"step": "Checking which words answer it"}
    try:
        engine = chosen(site, asked)
        turns = turns_after(site, slug, asked.after)
        if engine.talker is not None:
            yield {"step": f"Asking {engine.talker.name}"}
        answer = yield from _answered(site, slug, question, turns, engine)
    except BatonError as error:
        yield {"error": str(error)}
        return
    if answer.read_as:
        yield {"step": f"Read as: {answer.read_as}"}
    yield {"answer": answer, "asked": keep_question(site, slug, answer)}


def _answered(
    site: Site, slug: str, question: str, turns: Sequence[Turn], engine: EngineChoice
) -> Generator[dict[str, Any], None, Answer]:
    """The answer; what a model does until then is yielded as steps."""
    if engine.talker is None:
        return site.session.answer(slug, question, turns, engine=engine)
    for one in stream(lambda heard: site.session.answer(slug, question, turns, heard, engine)):
        if isinstance(one, Done):
            return one.result
        yield {"step": one.text}
    raise AssertionError("a stream ends with its result")


def router(site: Site) -> APIRouter:
    """The routes of the ask page."""
    routes = APIRouter()

    def adding(request: Request, slug: str) -> dict[str, Any]:
        """What the button needs that adds an answer to the brief: the brief's fields, who is reading."""
        brief = site.brief(slug)
        return {"slug": slug, "fields": fields_of(brief) if brief else [], "who": who(request)}

    @routes.get("/accounts/{slug}/ask")
    def page(request: Request, slug: str, q: str = "") -> Response:
        account = site.session.store.account(slug)
        if q.strip():
            keep_question(site, slug, site.session.answer(slug, q.strip()[:MAX_QUESTION]))
        log = asked_before(site, slug)
        return site.page("ask.html.j2", here="ask", account=account, log=log, engines=NAMES, starters=STARTERS, **adding(request, slug))  # fmt: skip

    @routes.post("/accounts/{slug}/ask")
    def ask(request: Request, slug: str, asked: FollowUp) -> Response:
        site.session.store.account(slug)

        def lines() -> Iterator[str]:
            for one in steps(site, slug, asked):
                if "answer" in one:
                    part = site.templates.get_template("answer.html.j2").render(
                        answer=one["answer"], asked=one["asked"], **adding(request, slug)
                    )
                    one = {
                        "html": part,
                        "status": one["answer"].status,
                        "number": one["asked"].number,
                    }
                yield json.dumps(one, ensure_ascii=False) + "\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    return routes
