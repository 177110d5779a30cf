"""The server's door: foreign hosts, foreign pages, strangers and large bodies are refused on every route."""

from __future__ import annotations

import http.client
import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import BaseRoute

from app.session import Session
from app.web.access import Access, is_loopback
from app.web.guard import BODY_BYTES, HEADERS, SIGN_IN
from app.web.serving import application
from app.web.site import Site
from app.web.uploads import Sent, keep, member_name
from indexer.errors import InputError
from tests.web_fixtures import SLUG, Served

HOSTS = (
    None, "", "evil.example", "evil.example:{port}", "127.0.0.1", "localhost", "127.0.0.1:1", "localhost:1", "127.0.0.1:{port}.evil.example",
    "localhost.evil.example:{port}", "127.0.0.1.evil.example:{port}", "evil.localhost:{port}", "localhost.:{port}", "LOCALHOST:{port}",
    "127.0.0.1:0{port}", "127.0.0.1:{port}:{port}", "127.0.0.1@evil.example:{port}", "evil.example@127.0.0.1:{port}", "127.1:{port}",
    "127.0.0.2:{port}", "0.0.0.0:{port}", "0x7f000001:{port}", "2130706433:{port}", "[::]:{port}", "[::ffff:127.0.0.1]:{port}", "::1:{port}",
    "10.0.0.1:{port}", "192.168.1.1:{port}", "printer.local:{port}", "host.internal:{port}", "localtest.me:{port}", "127.0.0.1.nip.io:{port}",
    "127.0.0.1:{port}/", "127.0.0.1:{port}#", "127.0.0.1:{port}?", "localhost:{port},evil.example", "localhost:{port} evil.example",
    "127.0.0.1\t:{port}", "xn--lcalhost-4eb:{port}", "localhost:{port}\u00ad",
)  # fmt: skip
"""Host headers that are not ours; None: none is sent."""

FOREIGN = (
    *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "", "Same-Origin", "SAME-ORIGIN", "same-origin,none", "same-origin ", "x", "null", "same_origin")),
    *({"Origin": origin} for origin in (
        "null", "", "http://evil.example", "https://127.0.0.1:{port}", "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost:1",
        "http://127.0.0.1:{port}.evil.example", "http://127.0.0.1.evil.example:{port}", "http://evil.example:{port}", "http://localhost.evil:{port}",
        "http://127.0.0.1:{port}/", "http://127.0.0.1:{port}comedy", "HTTP://127.0.0.1:{port}", "file://", "chrome-extension://abc", "127.0.0.1:{port}",
        "//127.0.0.1:{port}", "http://user@127.0.0.1:{port}", "http://[::1]:1",
    )),
    *({"Origin": "http://evil.example", "Sec-Fetch-Site": site} for site in ("same-origin", "none", "cross-site", "same-site")),
    *({"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "x", "", "null", "NONE")),
)  # fmt: skip
"""Headers of requests that come from another site's page."""


def _fill(value: str, port: int) -> str:
    return value.replace("{port}", str(port))


def _routes(site: Site) -> list[tuple[str, str]]:
    """Every method and path of the application, with its parameters filled in."""
    found = []
    pending: list[BaseRoute] = list(application(site).routes)
    while pending:
        route = pending.pop()
        included = getattr(route, "original_router", route)
        pending += getattr(included, "routes", None) or []
        for method in getattr(route, "methods", None) or ():
            path = getattr(route, "path", "")
            for name, value in (
                ("{slug}", SLUG), ("{path:path}", "notes/a.md"), ("{job}", "x"), ("{name}", "app.css")
            ):  # fmt: skip
                path = path.replace(name, value)
            found.append((method, path))
    return sorted(set(found))


def _ask(
    port: int, method: str, path: str, headers: dict[str, str], host: str | None = "own"
) -> int:
    """The status of one request, its headers exactly as given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    if host is not None:
        value = f"127.0.0.1:{port}" if host == "own" else _fill(host, port)
        connection.putheader("Host", value.encode("latin-1"))
    for name, given in headers.items():
        connection.putheader(name, _fill(given, port))
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture(scope="module")
def cookie(served: Served) -> Iterator[dict[str, str]]:
    """A signed-in browser's cookie."""
    value = served.site.access.begin()
    yield {"Cookie": f"{served.site.access.cookie}={value}"}
    served.site.access.end(value)


def test_there_are_eighty_variants_and_the_routes_are_all_there(served: Served) -> None:
    assert len(HOSTS) == 40
    assert len(FOREIGN) == 40
    assert len({p for _, p in _routes(served.site)}) >= 25


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_is_refused_on_every_route_before_the_key_is_looked_at(
    served: Served, host: str | None
) -> None:
    port = served.site.access.port
    statuses = {_ask(port, m, p, served.bearer, host) for m, p in _routes(served.site)}
    assert statuses <= {400, 403}


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_sites_page_is_refused_on_every_route(
    served: Served, cookie: dict[str, str], headers: dict[str, str]
) -> None:
    port = served.site.access.port
    statuses = {_ask(port, m, p, {**cookie, **headers}) for m, p in _routes(served.site)}
    assert statuses <= {400, 403}


def test_nobody_comes_in_without_the_key_of_this_run(served: Served) -> None:
    port, access = served.site.access.port, served.site.access
    old = Access(port)
    strangers = [
        {}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {old.token}"}, {"Authorization": f"Basic {access.token}"},
        {"Authorization": access.token}, {"Authorization": f"Bearer {access.token}x"}, {"Authorization": f"Bearer {access.token[:-1]}"},
        {"Cookie": f"{access.cookie}={access.token}"}, {"Cookie": f"{access.cookie}={old.begin()}"}, {"Cookie": f"other={access.begin()}"},
        {"Cookie": f"{access.cookie}="}, {"Cookie": f'{access.cookie}="'},
    ]  # fmt: skip
    for headers in strangers:
        for method, path in _routes(served.site):
            if path != SIGN_IN:
                told = {**headers, "Sec-Fetch-Site": "same-origin"}
                assert _ask(port, method, path, told) == 401, (method, path, headers)


def test_the_control_an_own_request_passes(served: Served, cookie: dict[str, str]) -> None:
    port = served.site.access.port
    assert _ask(port, "GET", "/", cookie) == 200
    assert _ask(port, "GET", "/", cookie, "localhost:{port}") == 200
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:{port}"}
    assert _ask(port, "GET", "/", {**cookie, **own}) == 200
    assert _ask(port, "GET", "/api/accounts", served.bearer) == 200


def test_a_change_must_say_where_it_comes_from(served: Served, cookie: dict[str, str]) -> None:
    port = served.site.access.port
    assert _ask(port, "POST", "/logout", {"Cookie": "x=y", **cookie}) == 403
    both = {**cookie, **served.bearer}
    assert _ask(port, "POST", "/jobs/x/cancel", both) == 403
    assert _ask(port, "POST", "/jobs/x/cancel", served.bearer) == 303


def test_the_token_becomes_a_cookie_that_scripts_cannot_read(served: Served) -> None:
    port = served.site.access.port
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"{SIGN_IN}?token={served.token}")
    answer = connection.getresponse()
    given = answer.getheader("set-cookie") or ""
    assert (answer.status, answer.getheader("location")) == (303, "/")
    assert "HttpOnly" in given
    assert "samesite=strict" in given.lower()
    assert served.token not in given
    assert _ask(port, "GET", "/", {"Cookie": given.split(";")[0]}) == 200
    signed_out = {"Cookie": given.split(";")[0], "Sec-Fetch-Site": "same-origin"}
    assert _ask(port, "POST", "/logout", signed_out) == 303
    assert _ask(port, "GET", "/", {"Cookie": given.split(";")[0]}) == 401


def test_every_answer_carries_the_policy_and_none_the_token(served: Served) -> None:
    for method, path in _routes(served.site):
        if method != "GET":
            continue
        connection = http.client.HTTPConnection("127.0.0.1", served.site.access.port)
        connection.request("GET", path, headers=served.bearer)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.getheader("content-security-policy") == HEADERS["Content-Security-Policy"]
        assert answer.getheader("x-content-type-options") == "nosniff"
        assert served.token.encode() not in body, path
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy


def test_the_token_is_in_no_log(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        _ask(served.site.access.port, "GET", f"{SIGN_IN}?token={served.token}", {})
        _ask(served.site.access.port, "GET", "/", served.bearer)
    assert served.token not in caplog.text


def test_a_body_larger_than_its_path_takes_is_refused(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.site.access.port)
    body = b'{"question": "' + b"x" * BODY_BYTES + b'"}'
    connection.request(
        "POST", f"/api/accounts/{SLUG}/ask", body, {**served.bearer, "Content-Type": "application/json"}
    )  # fmt: skip
    assert connection.getresponse().status == 413


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::"])
def test_other_machines_need_a_password(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(InputError, match="BATON_PASSWORD"):
        Access(8765, host)
    with pytest.raises(InputError, match="BATON_PASSWORD"):
        Access(8765, host, password="short")
    access = Access(8765, host, ("baton.example",), "a long enough password")
    assert access.admits("a long enough password")
    assert not access.admits("a long enough passwore")
    assert access.hosts() == {f"{host}:8765", "baton.example:8765"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_loopback_needs_none(host: str) -> None:
    assert Access(8765, host).local


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "etc/passwd"), ("/etc/passwd", "etc/passwd"), ("C:\\Users\\a\\b.txt", "Users/a/b.txt"), ("a/./b", "a/b"),
        ("..", "unnamed"), ("", "unnamed"), ("a\x00b\n.txt", "ab.txt"), ("x!/y", "x/y"),
    ],
)  # fmt: skip
def test_no_name_from_outside_leaves_the_zip(sent: str, kept: str) -> None:
    assert member_name(sent) == kept


def test_uploads_lie_in_one_zip_of_our_own_name(tmp_path: Path) -> None:
    files = [Sent("../acme/a.txt", io.BytesIO(b"one")), Sent("../acme/a.txt", io.BytesIO(b"two"))]
    kept = keep(tmp_path, files)
    assert kept.parent.parent == tmp_path / "uploads"
    assert kept.name == "acme.zip"
    with zipfile.ZipFile(kept) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {"a.txt": b"one", "a.txt~2": b"two"}  # fmt: skip
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["acme.zip"]


def test_a_docx_alone_is_no_zip_of_a_deal(tmp_path: Path, web_session: Session) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    kept = keep(tmp_path, [Sent("sow.docx", inner)])
    with zipfile.ZipFile(kept) as archive:
        assert archive.namelist() == ["sow.docx"]
