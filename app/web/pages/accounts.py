"""The accounts: what is known, what is open, what is due; adding one by files, a folder or a ZIP"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from app.web.jobs import JobView
from app.web.site import Site
from app.web.uploads import Sent, keep
from app.web.work import index_job
from indexer.errors import InputError, UnknownAccount
from indexer.models import Account

DUE_BEFORE = timedelta(hours=48)
"""The brief is due this long before the handoff meeting."""
SHOWN = 30
"""Accounts on one page of the list."""
SIGNED = ("won", "closed", "signed", "live", "onboarding")


@dataclass(frozen=True)
class Due:
    """When the brief is due, counted from the handoff meeting."""

    at: datetime
    hours: int
    overdue: bool

    @property
    def words(self) -> str:
        """`in 3 days`, `overdue by 5 hours`."""
        count = abs(self.hours)
        amount = f"{count} hour{'s' if count != 1 else ''}" if count < 48 else f"{count // 24} days"
        return f"overdue by {amount}" if self.overdue else f"due in {amount}"


def due(kickoff: date | None, now: datetime, accepted: bool) -> Due | None:
    """The due clock, or None without a meeting's date or once the handoff is accepted or held."""
    if kickoff is None or accepted:
        return None
    meeting = datetime.combine(kickoff, time(9), UTC)
    if now > meeting + timedelta(days=14):
        return None
    at = meeting - DUE_BEFORE
    left = at - now
    return Due(at, int(left.total_seconds() // 3600), left.total_seconds() < 0)


@dataclass(frozen=True)
class AccountRow:
    """One account as the list shows it; counts are None while there is no brief."""

    account: Account
    signed: bool
    """False if the stage says that the deal is still open."""
    status: str | None = None
    answered: int = 0
    asked: int = 0
    gaps: int | None = None
    conflicts: int | None = None
    promises: int | None = None
    newest: date | None = None
    sources: int = 0
    due: Due | None = None
    stale: bool = False


def account_row(site: Site, account: Account, now: datetime) -> AccountRow:
    """What the list says of an account."""
    dates = site.session.store.artifact_dates(account.slug)
    days = [date.fromisoformat(d[:10]) for d in dates if d]
    brief = site.brief(account.slug)
    stage = (account.stage or "").lower()
    signed = not stage or (any(word in stage for word in SIGNED) and "lost" not in stage)
    newest = max(days, default=None)
    if brief is None:
        return AccountRow(
            account, signed, newest=newest, sources=len(dates), due=due(account.kickoff_date, now, False)
        )  # fmt: skip
    fields = [f for s in brief.sections for f in s.fields]
    named = {"ae": brief.account.ae, "csm": brief.account.csm}
    return AccountRow(
        account.model_copy(update=named), signed, brief.status, sum(f.status == "answered" for f in fields), len(fields),
        len(brief.gaps), sum(x.resolution is None for x in brief.conflicts),
        sum(c.reviewed_by is None for c in brief.commitments), newest, len(dates),
        due(account.kickoff_date, now, brief.status == "accepted"),
        brief.provenance.index != site.session.fingerprint(account.slug),
    )  # fmt: skip


def in_order(site: Site, accounts: Sequence[Account], now: datetime) -> list[Account]:
    """What is due first, then by name; reads no more of an account than that takes."""

    def key(account: Account) -> tuple[bool, int, str]:
        left = due(account.kickoff_date, now, False)
        if left is None or site.status(account.slug) == "accepted":
            return (True, 0, account.name)
        return (False, left.hours, account.name)

    return sorted(accounts, key=key)


def stages(accounts: Sequence[Account]) -> list[tuple[str, int]]:
    """Every stage with how many accounts are in it."""
    names = [a.stage or "unknown" for a in accounts]
    return [(name, names.count(name)) for name in dict.fromkeys(sorted(names))]


def started(request: Request, job: JobView) -> Response:
    """Where a job that was started can be watched: JSON for scripts, its page for people."""
    address = f"/jobs/{quote(job.job)}"
    if "application/json" in request.headers.get("accept", ""):
        from fastapi.responses import JSONResponse

        return JSONResponse({"job": job.job, "page": address}, 202)
    return RedirectResponse(address, 303)


def router(site: Site) -> APIRouter:
    """The routes of the accounts page."""
    routes = APIRouter()

    @routes.get("/")
    def accounts(stage: str | None = None, q: str = "", page: int = 1) -> Response:
        now = datetime.now(UTC)
        known = site.session.store.accounts()
        words = q.casefold().split()
        wanted = [
            a
            for a in known
            if stage in (None, a.stage or "unknown")
            and all(word in f"{a.name} {a.slug}".casefold() for word in words)
        ]
        pages = max(1, -(-len(wanted) // SHOWN))
        page = min(max(page, 1), pages)
        shown = in_order(site, wanted, now)[(page - 1) * SHOWN : page * SHOWN]
        rows = [account_row(site, a, now) for a in shown]
        return site.page(
            "accounts.html.j2", here="accounts", rows=rows, all=len(known), stages=stages(known), stage=stage,
            q=q, page=page, pages=pages, searchable=len(known) > SHOWN,
        )  # fmt: skip

    @routes.post("/accounts")
    def add(
        request: Request,
        files: Annotated[list[UploadFile], File()],
        paths: Annotated[list[str] | None, Form()] = None,
        account: Annotated[str, Form()] = "",
        replace: Annotated[bool, Form()] = False,
    ) -> Response:
        given = [f for f in files if f.filename]
        names = paths if paths and len(paths) == len(given) else [f.filename or "" for f in given]
        sent = [Sent(name, f.file) for name, f in zip(names, given, strict=True)]
        kept = keep(site.session.home, sent)
        return started(request, index_job(site, kept, account.strip(), replace, uploaded=True))

    @routes.post("/accounts/folder")
    def name_folder(
        request: Request,
        folder: Annotated[str, Form()],
        account: Annotated[str, Form()] = "",
        replace: Annotated[bool, Form()] = False,
    ) -> Response:
        if not site.access.local:
            raise InputError("Folders can only be named on the machine itself. Send the files instead.")  # fmt: skip
        path = Path(folder.strip()).expanduser()
        if not path.exists():
            raise InputError(f"{folder.strip()} is not there. Name a folder or ZIP on this machine.")  # fmt: skip
        return started(request, index_job(site, path, account.strip(), replace))

    @routes.get("/jobs/{job}")
    def watch(job: str) -> Response:
        view = site.jobs.view(job)
        if view is None:
            raise UnknownAccount("This job is over and forgotten. Look at the list of accounts.")
        return site.page("job.html.j2", job=view, here="accounts")

    @routes.post("/jobs/{job}/cancel")
    def cancel(job: str) -> Response:
        site.jobs.cancel(job)
        return RedirectResponse(f"/jobs/{quote(job)}", 303)

    return routes
