"""Owns what a page knows of the person who reads it: their name, and which fields they can add a claim to"""

from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import Response

from app.web.guard import cookie_of
from prompts.template import load_template, template_names
from review.models import Brief
from review.render.titles import field_title

WHO = "baton_name"
"""The cookie that remembers how a reader is called, so that a name is typed once."""


def who(request: Request) -> str:
    """How the reader is called; empty while nobody said it."""
    return unquote(cookie_of(request.headers, WHO))


def remembered(answer: Response, name: str) -> Response:
    """The answer, with the reader's name kept in a cookie for a year."""
    answer.set_cookie(WHO, quote(name), httponly=True, samesite="strict", path="/", max_age=31536000)  # fmt: skip
    return answer


def fields_of(brief: Brief) -> list[tuple[str, str]]:
    """The fields that a claim can be added to: id and title."""
    if brief.template not in template_names():
        return [(f.id, field_title(f.id)) for s in brief.sections for f in s.fields]
    return [(f, field_title(f)) for f in load_template(brief.template).fields()]
