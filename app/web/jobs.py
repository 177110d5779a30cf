"""Owns long work: one job after the other in a thread of its own, its progress to watch, a way to cancel it.

Knows nothing of what a job does. A job says how far it is through `Told.progress`; that is also where a
cancelled job stops.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

from indexer.errors import BatonError
from indexer.models import Frozen

KEPT = 200
POLL_S = 0.1
_LOG = logging.getLogger("baton.jobs")

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class JobView(Frozen):
    """A job as it is now; the API's shape. `result` and `error` come with the end."""

    job: str
    kind: str
    account: str | None = None
    state: State = "waiting"
    what: str = "waiting"
    done: int = 0
    total: int = 0
    result: dict[str, Any] | None = None
    error: str | None = None

    @property
    def over(self) -> bool:
        """True once nothing more will come."""
        return self.state in ("done", "failed", "cancelled")


class Cancelled(Exception):
    """Raised inside a job that was cancelled, at its next word of progress."""


Work = Callable[["Told"], dict[str, Any]]


class Told:
    """What a job tells of itself."""

    def __init__(self, jobs: Jobs, job: str) -> None:
        self._jobs, self._job = jobs, job

    def progress(self, what: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is. Raises Cancelled if somebody cancelled."""
        self.check()
        self.say(what, done, total)

    def say(self, what: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is, past the point where it could be cancelled."""
        self._jobs.change(self._job, what=what, done=done, total=total)

    def check(self) -> None:
        """Raise Cancelled if somebody cancelled."""
        if self._jobs.is_cancelled(self._job):
            raise Cancelled


class Jobs:
    """All jobs of one run of the server; the oldest finished ones are forgotten."""

    def __init__(self) -> None:
        self._views: dict[str, JobView] = {}
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()
        self._queue: queue.Queue[tuple[str, Work] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="baton-jobs", daemon=True)
        self._thread.start()

    def start(self, kind: str, account: str | None, work: Work) -> JobView:
        """Queue `work`; it runs when those before it are over."""
        view = JobView(job=secrets.token_urlsafe(9), kind=kind, account=account)
        with self._lock:
            self._views[view.job] = view
            for old in [j for j, v in self._views.items() if v.over][:-KEPT]:
                del self._views[old]
        self._queue.put((view.job, work))
        return view

    def view(self, job: str) -> JobView | None:
        """The job as it is now, or None if there is none of this name."""
        return self._views.get(job)

    def running(self, account: str) -> JobView | None:
        """The account's job that is not over, if there is one."""
        return next((v for v in self._views.values() if v.account == account and not v.over), None)

    def cancel(self, job: str) -> JobView | None:
        """Ask a job to stop; it stops at its next word of progress and keeps nothing."""
        with self._lock:
            view = self._views.get(job)
            if view is not None and not view.over:
                self._cancelled.add(job)
        return view

    def is_cancelled(self, job: str) -> bool:
        return job in self._cancelled

    def change(self, job: str, **changes: Any) -> None:
        """Replace what is known of a job."""
        with self._lock:
            self._views[job] = self._views[job].model_copy(update=changes)

    def close(self) -> None:
        """Cancel what runs and end the thread."""
        for job in list(self._views):
            self.cancel(job)
        self._queue.put(None)

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            job, work = entry
            told = Told(self, job)
            try:
                told.check()
                self.change(job, state="running", what="starting")
                result = work(told)
                self.change(job, state="done", what="done", result=result)
            except Cancelled:
                self.change(job, state="cancelled", what="cancelled")
            except BatonError as error:
                self.change(job, state="failed", what="failed", error=str(error))
            except Exception:  # one job's fault must not end the thread that runs all others
                _LOG.exception("job %s failed", job)
                said = "This failed for a reason that is in the server's log. Nothing was kept."
                self.change(job, state="failed", what="failed", error=said)

    async def events(self, job: str) -> AsyncIterator[str]:
        """Server-sent events: the job's view at every change, until it is over.

        Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        last: JobView | None = None
        while (view := self.view(job)) is not None:
            if view is not last:
                yield f"event: {'end' if view.over else 'progress'}\ndata: {view.model_dump_json()}\n\n"
                last = view
            if view.over:
                return
            await asyncio.sleep(POLL_S)
