"""Progress of long work in the terminal, on stderr; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.commands.printing import one_line
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

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(
                task,
                description=one_line(f"{name}: {what[:60]}"),
                completed=done,
                total=total or None,
            )

        yield progress
