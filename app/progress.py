"""Progress of long work in the terminal, on stderr; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.llm.steps import OnStep, Step
    from indexer.build import Progress


@contextmanager
def index_progress(name: str) -> Iterator[Progress]:
    """A progress callback for indexing the deal `name`."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(
                task, description=f"{name}: {what[:60]}", completed=done, total=total or None
            )

        yield progress


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
