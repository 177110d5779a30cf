"""What commands print: one JSON object, tables, lines without control characters."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.models import Answer


DRAWN_ROWS = 200
"""Drawing thousands of rows takes seconds."""


def print_json(value: Any) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_table(columns: Sequence[str], rows: list[list[str]], title: str = "") -> None:
    """A table of plain text; what stands in a cell is never markup. A long one is drawn without lines."""
    if len(rows) > DRAWN_ROWS:
        _print_columns(columns, rows)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*[printable(cell) for cell in row])
    Console().print(table)


def _print_columns(columns: Sequence[str], rows: list[list[str]]) -> None:
    lines = [list(columns), *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def print_answer(answer: Answer) -> None:
    """An answer as lines of text: what conflicts, each claim with its words and place, what is missing."""
    out = sys.stdout.write
    if answer.read_as:
        out(f"(read as: {one_line(answer.read_as)})\n\n")
    for conflict in answer.conflicts:
        out(f"CONFLICT: {one_line(conflict.topic)}: {one_line(conflict.why)}\n\n")
    by_model = answer.provenance.engine != "extractive"
    for claim in answer.claims:
        c = claim.citations[0]
        said_by = "" if (c.speaker or "") in c.locator.label else c.speaker
        place = " · ".join(part for part in (said_by, c.locator.label, c.artifact) if part)
        if by_model:
            out(f"{one_line(claim.text)}\n")
        out(f"“{one_line(c.quote)}”\n    {one_line(place)}\n\n")
    for gap in answer.gaps:
        out(f"{gap.label}: {one_line(gap.question)}\n")
        if gap.searched:
            out(f"    searched: {one_line('; '.join(gap.searched))}\n")
        out(f"    ask: {gap.ask}\n")
        for near in gap.nearest:
            out(f"    nearest: “{one_line(near.quote)}” ({one_line(near.label)})\n")
    for said in answer.provenance.degraded:
        out(f"degraded: {one_line(said)}\n")
    sys.stdout.flush()


def printable(text: str) -> str:
    """`text` without control characters and without meaning as markup."""
    from rich.markup import escape

    return escape("".join(c for c in text if c.isprintable() or c == "\n"))


def one_line(text: str) -> str:
    """`text` with a space for each line end and control character."""
    return "".join(c if c.isprintable() else " " for c in text)
