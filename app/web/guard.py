"""Owns the door of the server: every request passes it before any route is asked.

In this order: is the Host ours (else another site's name may point at us: DNS rebinding), does it come from
our own pages (else another site acts in a person's name), is somebody signed in, is the body small enough.
Every answer leaves with headers that let no foreign script, frame, image or address into a page.

The Host list is Jupyter Server's idea, `Sec-Fetch-Site` before `Origin` is Datasette's.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.access import Access

SIGN_IN = "/login"
SAFE_METHODS = ("GET", "HEAD")
BODY_BYTES = 1 << 20
UPLOAD_BYTES = 512 << 20
UPLOADS = ("/accounts", "/api/accounts")
"""The paths that take files; everywhere else a body of a megabyte is too much."""

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "frame-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'self'",
        "require-trusted-types-for 'script'", "trusted-types baton",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Refusal:
    """Why a request goes no further, in a status and a sentence."""

    status: int
    why: str


class Guard:
    """The ASGI application around all others."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        send = _with_headers(send)
        refusal = self.refusal(scope)
        if refusal is not None:
            await _said(scope, refusal)(scope, receive, send)
            return
        limit = UPLOAD_BYTES if scope["path"] in UPLOADS else BODY_BYTES
        await self._app(scope, _limited(receive, limit), send)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why the request is refused, or None if it may pass."""
        headers = Headers(scope=scope)
        return self._foreign_host(headers) or self._foreign_page(scope, headers) or self._stranger(scope, headers)  # fmt: skip

    def _foreign_host(self, headers: Headers) -> Refusal | None:
        given = headers.getlist("host")
        if len(given) == 1 and given[0] in self._access.hosts():
            return None
        return Refusal(403, "This name is not one of this server's. Use the address it printed.")

    def _foreign_page(self, scope: Scope, headers: Headers) -> Refusal | None:
        site, origin = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        schemes = ("http",) if self._access.local else ("http", "https")
        ours = [f"{scheme}://{headers['host']}" for scheme in schemes]
        told = bool(site or origin)
        if any(one not in ("same-origin", "none") for one in site) or any(
            one not in ours for one in origin
        ):
            return Refusal(403, "This request comes from another site's page.")
        if scope["method"] in SAFE_METHODS or told:
            return None
        if "authorization" in headers and "cookie" not in headers:
            return None
        return Refusal(403, "A change must say which page it comes from (Sec-Fetch-Site or Origin).")  # fmt: skip

    def _stranger(self, scope: Scope, headers: Headers) -> Refusal | None:
        if scope["path"] == SIGN_IN:
            return None
        bearers = headers.getlist("authorization")
        if bearers:
            kind, _, value = bearers[0].partition(" ")
            if len(bearers) == 1 and kind.lower() == "bearer" and self._access.opens(value.strip()):
                return None
        elif self._access.knows(cookie_of(headers, self._access.cookie)):
            return None
        return Refusal(401, "You are not signed in. Open the address that `baton serve` printed.")


def cookie_of(headers: Headers, name: str) -> str:
    """The value of a cookie; empty if it is missing, doubled or broken."""
    given = headers.getlist("cookie")
    try:
        jar = SimpleCookie(given[0]) if len(given) == 1 else SimpleCookie()
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _limited(receive: Receive, limit: int) -> Receive:
    """Counts the bytes that really come; a declared length is not believed."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"More than {limit >> 20} MB were sent. Send less at once.")
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _said(scope: Scope, refusal: Refusal) -> Response:
    """A refusal as the caller reads it: JSON for the API, a bare page for a person."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": refusal.why}, refusal.status)
    body = f"<!doctype html><html lang=en><title>Baton</title><h1>Not here</h1><p>{refusal.why}</p>"
    return HTMLResponse(body, refusal.status)
