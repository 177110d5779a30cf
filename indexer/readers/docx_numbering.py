"""Owns automatic numbers of Word paragraphs ("4.2", "(b)"), which are no text in the file.

Counts along the lists of numbering.xml. Covers decimal, letters and Roman numerals and numbering
that comes with a style; an override of a level's start is honoured, restarts beyond that are not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from docx.oxml.ns import qn

_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Numbering:
    """The numbers of one document, asked for in reading order."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._lists: dict[str, str] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        relations = document.part.rels.values()
        root = next((r.target_part for r in relations if r.reltype.endswith("/numbering")), None)
        if root is not None:
            self._read(root.element)
            self._read_styles(document.styles.element)

    def _read(self, root: Any) -> None:
        for abstract in root.iterchildren(qn("w:abstractNum")):
            levels = {}
            for level in abstract.iterchildren(qn("w:lvl")):
                start = int(_val(level, "w:start", "1"))
                form = (_val(level, "w:numFmt", "decimal"), _val(level, "w:lvlText", ""), start)
                levels[int(level.get(qn("w:ilvl"), "0"))] = form
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for number in root.iterchildren(qn("w:num")):
            self._lists[number.get(qn("w:numId"))] = _val(number, "w:abstractNumId", "")

    def _read_styles(self, root: Any) -> None:
        for style in root.iterchildren(qn("w:style")):
            found = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if found is not None:
                place = (_val(found, "w:numId", ""), int(_val(found, "w:ilvl", "0")))
                self._styles[style.get(qn("w:styleId"))] = place

    def next(self, paragraph: Any) -> str:
        """The paragraph's number, empty for none or a bullet; counts it."""
        list_id, depth = self._place(paragraph)
        abstract = self._lists.get(list_id, "")
        levels = self._levels.get(abstract, {})
        if depth not in levels:
            return ""
        # Lists over one abstract definition count on together.
        counts = self._counts[abstract]
        counts[depth] = counts.get(depth, levels[depth][2] - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        form, pattern, _ = levels[depth]
        if form in ("bullet", "none"):
            return ""
        shown = re.sub(r"%(\d)", lambda found: _one(levels, counts, int(found[1]) - 1), pattern)
        return shown.strip().removesuffix(".")

    def _place(self, paragraph: Any) -> tuple[str, int]:
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        inherited = self._styles.get(style.get(qn("w:val")), ("", 0)) if style is not None else None
        if own is not None:
            list_id = _val(own, "w:numId", "") or (inherited[0] if inherited else "")
            return list_id, int(_val(own, "w:ilvl", "0"))
        return inherited or ("", 0)


def _val(parent: Any, tag: str, default: str) -> str:
    child = parent.find(qn(tag))
    return str(child.get(qn("w:val"), default)) if child is not None else default


def _one(levels: dict[int, tuple[str, str, int]], counts: dict[int, int], depth: int) -> str:
    form, _, start = levels.get(depth, ("decimal", "", 1))
    count = counts.get(depth, start)
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman.upper() if form == "upperRoman" else roman
    return str(count)


def _roman(count: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        while count >= value:
            text, count = text + sign, count - value
    return text
