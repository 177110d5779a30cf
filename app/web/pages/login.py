"""Signing in: the printed token, or a password where other machines may come in, becomes a cookie"""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.web.guard import SIGN_IN, cookie_of
from app.web.site import Site

DELAY_S = 1.0
"""After a wrong password. A delay, no ban: a ban would lock out the owner."""


def router(site: Site) -> APIRouter:
    """The routes of signing in and out."""
    routes = APIRouter()

    def signed_in() -> Response:
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            site.access.cookie, site.access.begin(), httponly=True, samesite="strict", path="/"
        )
        return answer

    @routes.get(SIGN_IN)
    def sign_in(token: str = "") -> Response:
        if token and site.access.opens(token):
            return signed_in()
        return site.page(
            "login.html.j2", 401, password=site.access.password is not None, wrong=bool(token)
        )

    @routes.post(SIGN_IN)
    def with_password(password: Annotated[str, Form()] = "") -> Response:
        if site.access.admits(password):
            return signed_in()
        time.sleep(DELAY_S)
        return site.page("login.html.j2", 401, password=site.access.password is not None, wrong=True)  # fmt: skip

    @routes.post("/logout")
    def sign_out(request: Request) -> Response:
        site.access.end(cookie_of(request.headers, site.access.cookie))
        answer = RedirectResponse(SIGN_IN, 303)
        answer.delete_cookie(site.access.cookie, path="/")
        return answer

    return routes
