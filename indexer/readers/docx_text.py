"""Owns how WordprocessingML becomes text: runs, insertions, tables, text boxes.

Inserted and moved-in text counts, deleted and moved-out text does not. Of alternative contents only
the first is read, or every text box would come twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset(
    {qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), _FALLBACK}
)
_GONE = (qn("w:del"), qn("w:moveFrom"))
_TEXT_BOX = qn("w:txbxContent")
_SIGNS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:ptab"): "\t",
}


def blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables of a body, cell or header in order, content controls opened; a text
    box follows the paragraph that holds it."""
    for child in parent.iterchildren():
        if child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            if content is not None:
                yield from blocks(content)
        elif child.tag in (qn("w:ins"), qn("w:customXml"), qn("w:smartTag")):
            yield from blocks(child)
        elif child.tag == qn("w:tbl"):
            yield child
        elif child.tag == qn("w:p"):
            yield child
            for box in _boxes(child):
                yield from blocks(box)


def _boxes(element: Any) -> Iterator[Any]:
    for child in element.iterchildren():
        if child.tag == _TEXT_BOX:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _boxes(child)


def text_of(paragraph: Any) -> str:
    """A paragraph's text as shown with all changes accepted."""
    text = "".join(_pieces(paragraph)).replace("\u00a0", " ").replace("\u00ad", "")
    return re.sub(r" *\n *", "\n", text).strip()


def _pieces(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag in _SKIPPED or child.tag == _TEXT_BOX:
            continue
        if child.tag == qn("w:r") and unseen(child):
            continue
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        else:
            yield from _pieces(child)


def unseen(run: Any) -> bool:
    """True for a run marked hidden, or white without a shade behind it, or a point high."""
    own = run.find(qn("w:rPr"))
    if own is None:
        return False
    vanish, size, colour = (own.find(qn(tag)) for tag in ("w:vanish", "w:sz", "w:color"))
    if vanish is not None and vanish.get(qn("w:val"), "true") not in ("0", "false", "off"):
        return True
    if size is not None and size.get(qn("w:val"), "22") in ("1", "2", "3"):
        return True
    white = colour is not None and colour.get(qn("w:val"), "").upper() == "FFFFFF"
    return white and not any(_shaded(element) for element in (run, *run.iterancestors()))


def _shaded(element: Any) -> bool:
    for holder in ("w:rPr", "w:pPr", "w:tcPr", "w:tblPr"):
        shade = element.find(f"{qn(holder)}/{qn('w:shd')}")
        if shade is not None and shade.get(qn("w:fill"), "auto").upper() not in ("AUTO", "FFFFFF"):
            return True
        # A table style can bring its own shade for header rows.
        if holder == "w:tblPr" and element.find(f"{qn(holder)}/{qn('w:tblStyle')}") is not None:
            return True
    return False


def hidden_text(paragraph: Any) -> str:
    """The text of a paragraph's runs that a person does not see."""
    runs = (run for run in paragraph.iter(qn("w:r")) if unseen(run) and not _gone(run))
    return " ".join("".join(_pieces(run)) for run in runs).strip()


def _gone(run: Any) -> bool:
    return any(element.tag in _GONE for element in run.iterancestors())


def inserted(body: Any) -> Iterator[str]:
    """Texts that track changes marks as inserted or moved in."""
    for change in body.iter(qn("w:ins"), qn("w:moveTo")):
        yield "".join(_pieces(change))


def change_authors(body: Any) -> Iterator[str]:
    """Who changed what is there, and on which day, as the file says it."""
    for change in body.iter(qn("w:ins"), qn("w:del"), qn("w:moveTo"), qn("w:moveFrom")):
        parts = (change.get(qn("w:author"), ""), change.get(qn("w:date"), "")[:10])
        yield " ".join(part for part in parts if part)


def deleted(body: Any) -> Iterator[str]:
    """Texts that track changes marks as deleted."""
    for change in body.iter(qn("w:del")):
        yield "".join(node.text or "" for node in change.iter(qn("w:delText")))


def rows(table: Any) -> Iterator[list[Any]]:
    """The cells of each row that is not deleted; a cell merged downwards comes once."""
    for row in _inside(table, qn("w:tr")):
        if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None:
            yield [cell for cell in _inside(row, qn("w:tc")) if not _continues(cell)]


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")):
            yield from _inside(child, tag)


def _continues(cell: Any) -> bool:
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and merge.get(qn("w:val"), "continue") == "continue"


def cell_paragraphs(cell: Any) -> list[str]:
    """The texts of a cell; a nested table's rows count as paragraphs."""
    found: list[str] = []
    for block in blocks(cell):
        if block.tag == qn("w:p"):
            found.append(text_of(block))
        else:
            for row in rows(block):
                texts = [" ".join(cell_paragraphs(inner)) for inner in row]
                found.append("\t".join(text for text in texts if text))
    return [text for text in found if text]
