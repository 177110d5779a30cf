"""CSV tables: the parsing that all CSV readers share, and the reader for any other CSV.

Format: RFC 4180 as far as exporters keep to it; the delimiter is found out (comma, semicolon, tab,
bar). Rows are counted as a spreadsheet shows them, so the header is row 1 and a cell that holds
line breaks is still one row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from indexer.errors import UnreadableFile
from indexer.models import RawArtifact, RawSegment, Reading, RowLocator
from indexer.readers.base import Source, Sources
from indexer.readers.day_order import day_order
from indexer.readers.fields import fold
from indexer.readers.talk import artifact_of_talk, is_talk
from indexer.readers.text import decode
from indexer.readers.usage import machine_rows

DELIMITERS = ",;\t|"
MAX_CELL = 10_000_000
MAX_ROWS = 100_000
FOOTER_LINES = 16
REPORT_FOOTER = {
    "copyright": re.compile(r"(?:droits d.auteur )?(?:copyright|©|\(c\)).{0,60}\bsalesforce\b", re.I),
    "confidential": re.compile(
        r"(?:confidential information|vertrauliche informationen|informations? confidentielles?"
        r"|informaci[oó]n confidencial|informaç(?:ão|ões) confidencia(?:l|is)"
        r"|informazioni riservate|vertrouwelijke informatie)\s*[-–—:]", re.I),
    "author": re.compile(
        r"(?:generated|generiert|erstellt|généré|generado|gerado|generato|gegenereerd)"
        r" (?:by|von|par|por|da|door)\s?:", re.I),
    "name": re.compile(
        r"(?:report name|berichtsname|nom du rapport|nombre del informe|nome do relatório"
        r"|nome report|rapportnaam)\s?:?", re.I),
    "time": re.compile(
        r"(?:as of|stand(?: vom)?|en date du|a fecha de|em|al|vanaf)\s?:?\s*\d{1,4}[-./]\d", re.I),
}  # fmt: skip
"""What the lines below a Salesforce report begin with, in the languages of its users."""
SUFFIXES = (".csv", ".tsv")


@dataclass(frozen=True)
class Row:
    """One row: its number and its filled cells by header, in order."""

    number: int
    cells: dict[str, str]

    def get(self, *names: str) -> str:
        """The first filled cell under one of `names`, whatever their case and separators."""
        folded = {fold(header): value for header, value in self.cells.items()}
        return next((folded[fold(name)] for name in names if folded.get(fold(name))), "")


@dataclass(frozen=True)
class Table:
    """A CSV file's header and rows."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(content: bytes, report: bool = False) -> Table:
    """Parse a CSV file. Repeated headers get a number, as `Comment (2)`. The footer of a `report`
    (after an empty line, only lines of one cell) is left out."""
    text = decode(content)
    csv.field_size_limit(MAX_CELL)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        rows = list(islice(lines, MAX_ROWS + 1))
    except csv.Error as error:
        raise UnreadableFile(f"not a readable CSV file: {error}") from error
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(f"holds more than {MAX_ROWS:,} rows; export those of this deal alone")
    numbered = [(number, row) for number, row in enumerate(rows, 1)]
    start = _header_row(rows)
    header = _unique(numbered[start][1])
    body = numbered[start + 1 :]
    if report:
        body = _without_footer(body, len(header))
    body = [row for row in body if any(cell.strip() for cell in row[1])]
    return Table(header, tuple(_row(number, header, cells) for number, cells in body))


def _header_row(rows: list[list[str]]) -> int:
    """The first row with two filled cells (title lines stand above it), else the first filled."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    for least in (2, 1):
        for position, count in enumerate(filled):
            if count >= least:
                return position
    raise UnreadableFile("the table is empty")


def delimiter_of(text: str) -> str:
    """The delimiter that the first line uses most outside quotes."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), mark == ","))


def _unique(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    header = []
    for position, raw in enumerate(names, 1):
        name = " ".join(raw.split()) or f"Column {position}"
        seen[name] = seen.get(name, 0) + 1
        header.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(header)


def has_report_footer(content: bytes) -> bool:
    """True if the file ends as a Salesforce report does, whatever its name and language."""
    lines = [line for line in decode(content).rstrip().splitlines() if line.strip()]
    last = lines[1:][-FOOTER_LINES:]
    marks = {mark for line in last if (mark := _footer_mark(line.strip().strip('"')))}
    return bool(marks & {"copyright", "confidential"}) or len(marks) > 1


def _footer_mark(text: str) -> str:
    return next((name for name, mark in REPORT_FOOTER.items() if mark.match(text)), "")


def _without_footer(rows: list[tuple[int, list[str]]], width: int) -> list[tuple[int, list[str]]]:
    """Rows up to the report footer: an empty line, then only lines of one filled cell; or lines
    that only a footer holds."""
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    for position, count in enumerate(filled):
        if width > 1 and count == 0 and max(filled[position:]) < 2:
            return rows[:position]
    first = max(0, len(rows) - FOOTER_LINES)
    marked = [i for i in range(first, len(rows)) if _footer_mark(", ".join(rows[i][1]).strip())]
    if not marked:
        return rows
    start = end = marked[0]
    # Above the first mark stands the report's title, below an empty line.
    while start and filled[start - 1] < 2:
        start -= 1
    return rows[: next((i for i in range(start, end) if filled[i] == 0), end)]


def _row(number: int, header: tuple[str, ...], cells: list[str]) -> Row:
    names = header + tuple(f"Column {i + 1}" for i in range(len(header), len(cells)))
    filled = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
    return Row(number, filled)


def row_text(row: Row) -> str:
    """A row as one line of text: `header: value, header: value`."""
    return ", ".join(f"{name}: {value}" for name, value in row.cells.items())


class TabularReader:
    """Any CSV that no other reader knows: talk as turns or messages, anything else row by row."""

    name = "CSV table"
    version = 2

    def recognises(self, source: Source) -> bool:
        return source.suffix in SUFFIXES

    def read(self, source: Source, sources: Sources) -> Reading:
        table = read_table(source.content)
        segments = tuple(_segments(table))
        if not segments:
            raise UnreadableFile("the table has a header but no rows")
        title = source.path.rsplit("/", 1)[-1]
        spoken = [row.cells for row in table.rows if row.cells]
        if is_talk(spoken):
            talk = artifact_of_talk(source.path, "csv", "", None, spoken)
            if talk is not None:
                return Reading(artifacts=(talk,))
        bulk = machine_rows([row.cells for row in table.rows])
        order = day_order([row.cells for row in table.rows], table.header)
        artifact = RawArtifact(
            path=source.path,
            kind="sheet",
            system="csv",
            title=title,
            segments=segments,
            meta={"bulk": "true"} if bulk else order.meta,
        )
        return Reading(artifacts=(artifact,))


def _segments(table: Table) -> Iterator[RawSegment]:
    for row in table.rows:
        if row.cells:
            locator = RowLocator(row=row.number, label=f"row {row.number}")
            yield RawSegment(text=row_text(row), locator=locator, role="row")


reader = TabularReader()
