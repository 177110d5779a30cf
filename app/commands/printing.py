"""What commands print: one JSON object, tables, lines without control characters."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any


def print_json(value: Any) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_table(columns: Sequence[str], rows: list[list[str]], title: str = "") -> None:
    """A table of plain text; what stands in a cell is never markup."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*[printable(cell) for cell in row])
    Console().print(table)


def printable(text: str) -> str:
    """`text` without control characters and without meaning as markup."""
    from rich.markup import escape

    return escape("".join(c for c in text if c.isprintable() or c == "\n"))


def one_line(text: str) -> str:
    """`text` with a space for each line end and control character."""
    return "".join(c if c.isprintable() else " " for c in text)
