"""Progress of long work in the terminal, on stderr; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.commands.printing import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from rich.progress import Progress as Bar

    from agent.llm.steps import OnStep, Step
    from app.many import Done
    from indexer.build import Progress


@contextmanager
def index_progress(name: str) -> Iterator[Progress]:
    """A progress callback for indexing the deal `name`."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichBar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with RichBar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(
                task,
                description=one_line(f"{name}: {what[:60]}"),
                completed=done,
                total=total or None,
            )

        yield progress


_SHARES = {"embedding": (0.2, 0.5), "reading for the template": (0.5, 0.7), "reading for questions": (0.7, 0.95), "writing the search caches": (0.95, 1.0)}  # fmt: skip
"""Where in a deal a step begins and ends, by the time that steps take in a common one."""
SPEED_OVER_S = 120.0
"""The time left is taken from the bytes of the last two minutes."""


def share_done(what: str, done: int, total: int) -> float:
    """How much of a deal is done when `index` is at `done` of `total` in the step `what`."""
    first, last = _SHARES.get(what, (0.0, 0.0))
    return first + (last - first) * (done / total if total else 0.0)


class DealsWatch:
    """A bar over many deals with the time left, counted in bytes of their files.

    A deal that has not changed since is no work and counts for nothing: else the rest would seem as quick.
    """

    def __init__(self, bar: Bar | None, total: int, deals: int) -> None:
        self._bar, self._total, self._deals = bar, total, deals
        self._done, self._ended = 0, 0
        self._task = bar.add_task("", total=total) if bar else None

    def begin(self, folder: Path, size: int) -> Progress:
        def progress(what: str, done: int, total: int) -> None:
            words = f"{self._ended + 1}/{self._deals} {folder.name}: {what[:50]}"
            self._show(words, self._done + int(size * share_done(what, done, total)))

        progress("looking", 0, 0)
        return progress

    def end(self, done: Done, size: int) -> None:
        self._ended += 1
        if done.unchanged:
            self._total -= size
        else:
            self._done += size
        self._show(f"{self._ended}/{self._deals}", self._done)

    def say(self, line: str) -> None:
        """Print a line of the report, the bar out of its way."""
        if self._bar:
            self._bar.stop()
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        if self._bar:
            self._bar.start()

    def _show(self, words: str, completed: int) -> None:
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=one_line(words), completed=completed, total=self._total)  # fmt: skip


@contextmanager
def deals_progress(total: int, deals: int) -> Iterator[DealsWatch]:
    """A watch over `deals` deals of `total` bytes; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield DealsWatch(None, total, deals)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as RichBar

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with RichBar(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False,
        speed_estimate_period=SPEED_OVER_S,
    ) as bar:  # fmt: skip
        yield DealsWatch(bar, total, deals)


_WORDS = {
    "section": "", "searching": "searching: ", "reading": "reading: ", "claim_recorded": "recorded: ",
    "claim_refused": "refused: ", "gap_marked": "gap: ", "fault": "fell back: ", "note": "",
}  # fmt: skip


def step_printer() -> OnStep:
    """What a model does while it writes, a line a step."""
    if not sys.stderr.isatty():
        return lambda _step: None

    def show(step: Step) -> None:
        indent = "" if step.kind == "section" else "  "
        words = "".join(c if c.isprintable() else " " for c in step.text)[:110]
        sys.stderr.write(f"{indent}{_WORDS[step.kind]}{words}\n")

    return show
