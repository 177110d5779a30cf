"""Puts the server together: routes, errors, the guard around all of it; runs it"""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from app.session import Session
from app.web import api, docs
from app.web.access import Access
from app.web.guard import Guard
from app.web.pages import (
    accounts,
    adding,
    asking,
    brief,
    changes,
    exports,
    figures,
    login,
    review,
    source,
)
from app.web.site import Site
from app.web.uploads import sweep
from indexer.errors import BatonError, InputError, Locked, Refused, UnknownAccount

STATIC = {"app.css": "text/css", "app.js": "text/javascript", "accounts.js": "text/javascript", "review.js": "text/javascript", "icon.svg": "image/svg+xml", "brief.css": "text/css"}  # fmt: skip
STATUSES = {UnknownAccount: 404, InputError: 400, Locked: 409, Refused: 409}
_HERE = Path(__file__).parent
_BRIEF = _HERE.parents[1] / "review" / "render" / "templates"


def application(site: Site) -> FastAPI:
    """All routes over one session; without its guard, so for `guarded` only."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        site.jobs.close()

    app = FastAPI(title="Baton", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    for part in (login, accounts, brief, source, asking, adding, review, changes, exports, figures):
        app.include_router(part.router(site), include_in_schema=False)
    app.include_router(docs.router(site), include_in_schema=False)
    app.include_router(api.router(site))

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        if name not in STATIC:
            return Response(status_code=404)
        folder = _BRIEF if name == "brief.css" else _HERE / "static"
        return FileResponse(folder / name, media_type=STATIC[name], headers={"Cache-Control": "no-cache"})  # fmt: skip

    _tell_errors(app, site)
    return app


def _tell_errors(app: FastAPI, site: Site) -> None:
    """Every error as one sentence: JSON for scripts, a page for people."""

    def said(request: Request, status: int, why: str) -> Response:
        if _wants_json(request):
            return JSONResponse({"error": why}, status)
        return site.page("error.html.j2", status, why=why)

    @app.exception_handler(BatonError)
    def ours(request: Request, error: Exception) -> Response:
        status = next((s for kind, s in STATUSES.items() if isinstance(error, kind)), 500)
        return said(request, status, str(error))

    @app.exception_handler(HTTPException)
    def none(request: Request, error: HTTPException) -> Response:
        missing = "There is no such page. Begin with the list of accounts."
        return said(request, error.status_code, missing if error.status_code == 404 else error.detail)  # fmt: skip

    @app.exception_handler(RequestValidationError)
    def unfit(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return said(request, 422, f"{where}: {first['msg']}. Correct it and try again.")


def guarded(site: Site) -> ASGIApp:
    """The application behind its guard: what may be given to a port."""
    return Guard(application(site), site.access)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")  # fmt: skip


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises InputError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise InputError(
            f"Port {port} of {host} can't be used: {error.strerror}. Choose another with --port."
        ) from error
    found.listen(128)
    return found


def run(session: Session, access: Access, listening: socket.socket) -> None:
    """Serve until interrupted. No access log: addresses would hold the token."""
    import uvicorn

    logging.getLogger("baton").setLevel(logging.INFO)
    sweep(session.home, [a.folder for a in session.store.accounts()])
    config = uvicorn.Config(
        guarded(Site(session, access)), log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, timeout_graceful_shutdown=3, ws="none",
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])
