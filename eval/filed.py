"""Written deals as files of their own: each source of `eval/dev/papers/files/*.txt` written out as the file that it names.

    @ contract/order.xlsx      what follows is the file, until the next `@`
    @ gold                     `=> status | clause | words of the promise`, one a line

Text is written as it stands. Of `.docx`, `.xlsx` and `.pdf` a line is a paragraph (`# ` a heading), cells stand between tabs, and `[Name]`
opens a sheet. So the readers, and whether a paper counts as signed, are measured with the scope.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "dev" / "papers" / "files"
_GOLD = re.compile(r"^=> (?P<status>\w+) \| (?P<clause>.*?) ?\| (?P<words>.+)$", re.M)
LINES = 56
"""Lines of a page."""


@dataclass(frozen=True)
class Gold:
    """Words of a promise, what the signed papers say to it, and a regex of the clause that says so."""

    words: str
    status: str
    clause: str


@dataclass(frozen=True)
class Filed:
    """A deal as the text of its files by path, with its promises."""

    name: str
    files: dict[str, str]
    promises: tuple[Gold, ...]
    held_out: bool


def load_filed(folder: Path = FOLDER) -> list[Filed]:
    """Every deal of the folder's files, in their order."""
    return [
        deal
        for path in sorted(folder.glob("*.txt"))
        for deal in read_filed(path.read_text(encoding="utf-8"), path.name.startswith("held_out"))
    ]


def read_filed(text: str, held_out: bool = False) -> list[Filed]:
    """The deals of one file's text."""
    return [_deal(b, held_out) for b in re.split(r"^= ", text, flags=re.M) if b.strip()]


def _deal(block: str, held_out: bool) -> Filed:
    name, *sources = re.split(r"^@ ", block, flags=re.M)
    files = dict(s.split("\n", 1) for s in sources)
    golds = _GOLD.finditer(files.pop("gold", ""))
    promises = tuple(Gold(m["words"], m["status"], m["clause"]) for m in golds)
    return Filed(name.strip(), files, promises, held_out)


def write_files(deal: Filed, folder: Path) -> None:
    """Write the deal's files below `folder`, each as its ending says."""
    for name, text in deal.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write = _WRITERS.get(path.suffix)
        path.write_bytes(write(text.strip("\n").split("\n")) if write else text.encode())


def _docx(lines: Sequence[str]) -> bytes:
    from docx import Document

    paper, table = Document(), None
    for line in lines:
        cells = line.split("\t")
        if len(cells) == 1:
            table = None
            paper.add_heading(line[2:]) if line.startswith("# ") else paper.add_paragraph(line)
            continue
        table = table or paper.add_table(0, len(cells))
        for cell, words in zip(table.add_row().cells, cells, strict=False):
            cell.text = words
    return _saved(paper.save)


def _xlsx(lines: Sequence[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for line in lines:
        if line.startswith("["):
            book.create_sheet(line.strip("[]"))
        else:
            book.worksheets[-1].append([_number(c) for c in line.split("\t")])
    return _saved(book.save)


def _number(cell: str) -> str | int:
    return int(cell) if cell.isdigit() else cell


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def _pdf(lines: Sequence[str]) -> bytes:
    """Pages of a fixed-width font, so that columns stay columns."""
    pages = [lines[n : n + LINES] for n in range(0, len(lines), LINES)]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]  # fmt: skip
    for n, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        shown = "\n".join(_shown(line, 760 - 13 * at) for at, line in enumerate(page) if line)
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    body = "".join(f"{n} 0 obj\n{each}\nendobj\n" for n, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R /Size {len(objects) + 1} >>\n%%EOF".encode(
        "cp1252"
    )


def _shown(line: str, height: int) -> str:
    escaped = re.sub(r"([\\()])", r"\\\1", line)
    return f"BT /F1 9 Tf 40 {height} Td ({escaped}) Tj ET"


_WRITERS = {".docx": _docx, ".xlsx": _xlsx, ".pdf": _pdf}
