"""What commands print: one JSON object, tables, lines without control characters."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.models import Answer, Citation


DRAWN_ROWS = 200
"""Drawing thousands of rows takes seconds."""
WHOLE_NAME = 40
"""Letters up to which a row's name stands on one line."""
WHOLE_WORD = 12
"""Letters up to which a word is never broken."""
MAX_WIDTH = 110
"""Longer lines are hard to read, however wide the terminal is."""


def print_json(value: Any) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_table(columns: Sequence[str], rows: list[list[str]], title: str = "") -> None:
    """A table of plain text; what stands in a cell is never markup. A long one is drawn without lines.

    No cell is cut; the first column, by which a row is called, is only broken where its names are long.
    """
    if len(rows) > DRAWN_ROWS:
        _print_columns(columns, rows)
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Column, Table

    cells = list(zip(columns, *rows, strict=True))
    whole = [n == 0 and max(map(len, column)) <= WHOLE_NAME for n, column in enumerate(cells)]
    words = [max(len(word) for cell in column for word in cell.split()) for column in cells]
    heads = [
        Column(name, overflow="fold", no_wrap=one_line, min_width=min(word, WHOLE_WORD))
        for name, one_line, word in zip(columns, whole, words, strict=True)
    ]
    table = Table(
        *heads, title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD
    )
    for row in rows:
        table.add_row(*[printable(cell) for cell in row])
    Console().print(table)


class Entry:
    """An item of a list: its first line, and what stands indented below it; what is empty is left out."""

    def __init__(self, head: str, *below: str) -> None:
        self.head, self.below = head, tuple(line for line in below if line)


def print_entries(title: str, entries: Iterable[Entry]) -> None:
    """A title and the entries, wrapped to the terminal: long quotes stay readable where columns would not."""
    import shutil
    from functools import partial
    from textwrap import wrap as wrapped

    width = min(MAX_WIDTH, max(40, shutil.get_terminal_size((MAX_WIDTH, 24)).columns))
    wrap = partial(wrapped, width=width, break_on_hyphens=False, break_long_words=False)
    lines, apart = [one_line(title)], True
    for entry in entries:
        lines += [""] if apart or entry.below else []
        lines += wrap(_tidy(entry.head), subsequent_indent="  ")
        for below in entry.below:
            lines += wrap(_tidy(below), initial_indent="    ", subsequent_indent="      ")
        apart = bool(entry.below)
    lines += ["", "none"] if len(lines) == 1 else []
    sys.stdout.write("\n".join(lines) + "\n")


def _tidy(text: str) -> str:
    return one_line(text).strip()


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


def quoted(cited: Citation) -> str:
    """Words with who said them where: “...” (who, label, artifact)."""
    who = cited.speaker if cited.speaker and cited.speaker not in cited.locator.label else ""
    place = ", ".join(part for part in (who, cited.locator.label, cited.artifact) if part)
    return f"“{' '.join(cited.quote.split())}” ({place})"


def printable(text: str) -> str:
    """`text` without control characters and without meaning as markup."""
    from rich.markup import escape

    return escape("".join(c for c in text if c.isprintable() or c == "\n"))


def one_line(text: str) -> str:
    """`text` with a space for each line end and control character."""
    return "".join(c if c.isprintable() else " " for c in text)
