"""Owns Excel workbooks (XLSX, XLSM): one segment for each row that is not empty.

Values are shown as a person sees them. Under a header row a row reads `header: value` pairs joined
by tabs. Hidden sheets, rows and columns and cell comments are kept as hidden. openpyxl reads stored values
only, so formulas never calculated are reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import takewhile
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from indexer.errors import UnreadableFile
from indexer.models import NotRead, RawArtifact, RawSegment, Reading, Role, RowLocator
from indexer.readers.base import Source, Sources
from indexer.readers.cells import shown
from indexer.readers.office import MALFORMED, OLE, check_package, member_names, modified
from indexer.readers.transcripts import date_in_name, title_of

MAX_COLUMNS = 16_384
"""What Excel's format allows."""
_SUFFIXES = (".xlsx", ".xlsm", ".xltx")


class XlsxReader:
    """Excel workbooks."""

    name = "Excel (xlsx)"
    version = 4

    def recognises(self, source: Source) -> bool:
        if source.content.startswith(OLE):
            return source.suffix in (*_SUFFIXES, ".xls")
        return "xl/workbook.xml" in member_names(source.content) or source.suffix in _SUFFIXES

    def read(self, source: Source, sources: Sources) -> Reading:
        check_package(source.content)
        book = _open(source.content, values=True)
        found = [segment for sheet in book.worksheets for segment in _segments(sheet)]
        if not found:
            raise UnreadableFile("no filled cell")
        artifact = RawArtifact(
            path=source.path,
            kind="sheet",
            system="excel",
            title=title_of(source.path),
            date=date_in_name(source.path),
            segments=tuple(found),
            meta=_sheets(book) | modified(source.content),
        )
        return Reading(artifacts=(artifact,), not_read=_uncalculated(source, book))


def _sheets(book: Any) -> dict[str, str]:
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    meta = {"sheets": ", ".join(book.sheetnames), "hidden_sheets": ", ".join(hidden)}
    return {name: value for name, value in meta.items() if value}


def _open(content: bytes, values: bool) -> Any:
    try:
        return openpyxl.load_workbook(BytesIO(content), data_only=values)
    except (InvalidFileException, *MALFORMED) as error:
        raise UnreadableFile("the workbook is damaged") from error


def _uncalculated(source: Source, book: Any) -> tuple[NotRead, ...]:
    """Formulas whose result no program has stored."""
    formulas = _open(source.content, values=False)
    missing = 0
    for sheet in formulas.worksheets:
        for cell in _cells(sheet):
            if cell.data_type == "f" and book[sheet.title][cell.coordinate].value is None:
                missing += 1
    if not missing:
        return ()
    why = f"{missing} formula cells have no stored value; open and save the file in Excel"
    return (NotRead(path=source.path, why=why),)


def _segments(sheet: Any) -> Iterator[RawSegment]:
    rows = _rows(sheet)
    headers: dict[int, str] = {}
    hidden_sheet = sheet.sheet_state != "visible"
    hidden_columns = _hidden_columns(sheet)
    for index, cells in enumerate(rows):
        if not cells:
            continue
        is_header = _is_header(rows, index, headers)
        if is_header:
            headers = {cell.column: shown(cell) for cell in cells}
        role: Role = "heading" if is_header else "row"
        all_hidden = hidden_sheet or sheet.row_dimensions[cells[0].row].hidden
        for unseen in (False, True):
            part = [c for c in cells if (all_hidden or c.column in hidden_columns) == unseen]
            if part:
                names = {} if is_header else headers
                text = "\t".join(_pair(cell, names, len(cells)) for cell in part)
                locator = _locator(sheet.title, part[0])
                yield RawSegment(text=text, locator=locator, role="hidden" if unseen else role)
        yield from _comments(sheet.title, cells)


def _rows(sheet: Any) -> list[list[Any]]:
    """The filled cells of each row, from the first row to the last that has any."""
    found: dict[int, list[Any]] = {}
    for cell in _cells(sheet):
        if shown(cell):
            found.setdefault(cell.row, []).append(cell)
    return [found.get(number, []) for number in range(1, max(found, default=0) + 1)]


def _cells(sheet: Any) -> list[Any]:
    """The cells that the file has, row by row. `iter_rows` would make all cells that it lacks too:
    seventeen thousand million of them where one stands in the last corner."""
    return [cell for _, cell in sorted(sheet._cells.items())]


def _hidden_columns(sheet: Any) -> frozenset[int]:
    """Numbers of the columns that are hidden; the file groups neighbours."""
    spans = [(d.min, d.max) for d in sheet.column_dimensions.values() if d.hidden and d.min]
    return frozenset(n for first, last in spans for n in range(first, min(last, MAX_COLUMNS) + 1))


def _is_header(rows: Sequence[Sequence[Any]], index: int, headers: dict[int, str]) -> bool:
    """A row of several texts with a row of several cells below; a later one needs a gap above, or
    only a title."""
    cells = rows[index]
    after = rows[index + 1 : index + 2] if headers else rows[index + 1 :]
    below = next((row for row in after if row), ())
    texts = [shown(cell) for cell in cells]
    return (
        len(cells) >= 2
        and len(below) >= 2
        and all(isinstance(cell.value, str) and len(cell.value) <= 60 for cell in cells)
        and len(set(texts)) == len(texts)
        and (not headers or not rows[index - 1] or _under_title(rows, index, headers))
    )


def _under_title(rows: Sequence[Sequence[Any]], index: int, headers: dict[int, str]) -> bool:
    """True if the row above was only a title: this one also names columns of numbers that the
    one above leaves empty; or, as wide as it, names two of them or is bold where that is not."""
    if {cell.column: shown(cell) for cell in rows[index - 1]} != headers:
        return False
    columns = {cell.column for cell in rows[index]}
    block = list(takewhile(bool, rows[index + 1 :]))
    numbers = {c.column for row in block for c in row if isinstance(c.value, int | float)}
    if len(columns) > len(headers):
        return bool((columns - set(headers)) & numbers)
    texts = {c.column for row in block for c in row if isinstance(c.value, str)}
    bold = all(map(_is_bold, rows[index])) and not all(map(_is_bold, rows[index - 1]))
    return columns == set(headers) and len(numbers - texts) >= (1 if bold else 2)


def _is_bold(cell: Any) -> bool:
    return cell.font is not None and bool(cell.font.b)


def _pair(cell: Any, headers: dict[int, str], count: int) -> str:
    header = headers.get(cell.column)
    # A single text in a row is a title or remark, not a value of its column.
    if header is None or (count == 1 and isinstance(cell.value, str)):
        return shown(cell)
    return f"{header}: {shown(cell)}"


def _locator(sheet: str, cell: Any) -> RowLocator:
    return RowLocator(sheet=sheet, row=cell.row, label=f"{sheet}!{cell.coordinate}")


def _comments(sheet: str, cells: Sequence[Any]) -> Iterator[RawSegment]:
    for cell in cells:
        if cell.comment is not None and cell.comment.text.strip():
            yield RawSegment(
                text=cell.comment.text.strip(),
                locator=_locator(sheet, cell),
                speaker=cell.comment.author or None,
                role="hidden",
            )


reader = XlsxReader()
