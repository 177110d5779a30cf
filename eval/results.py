"""Writes rows into the results' log: a table a section, the deals' own table last (`eval/report.py` appends to the file's end)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_LAST = "## Deals"


def append_rows(
    path: Path, title: str, says: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Append `rows` to the table under `title`; where there is none yet it is made, with one sentence that says what it holds."""
    text, heading = path.read_text(encoding="utf-8"), f"## {title}\n"
    if heading not in text:
        before, last, after = text.partition(_LAST)
        table = f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n"
        text = f"{before.rstrip()}\n\n{heading}\n{says}\n\n{table}\n{last}{after}"
    lines = "".join(f"| {' | '.join(c.replace('|', '/') for c in row)} |\n" for row in rows)
    before, _, after = text.partition(heading)
    section, mark, rest = after.partition("\n## ")
    path.write_text(f"{before}{heading}{section.rstrip()}\n{lines}{mark}{rest}", encoding="utf-8")
