"""Signatures that state themselves: a name, and beside or under it that it signed, and when.

`Jo Roe, CFO. Signed electronically 2026-02-27`, `Signed for and on behalf of Acme by Jo Roe on 3 March 2026`, a column of name,
title and `Signed 3 March 2026`, or names with days under a heading `Signatures`. A name alone is a printed name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.days import days_in

Stamp = tuple[int, str]
"""The line of a signature, and who signed."""
_PERSON = r"[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þa-z][\w.'’-]*){1,4}"
_SIGNED = (
    r"(?i:(?:electronically |digitally |e-)?signed(?: electronically| digitally)?|elektronisch (?:signiert|unterzeichnet)|"
    r"signé électroniquement|digitalt signerad|elektroniskt signerad|assinado (?:eletr[oô]nica|digital)mente|firmado electrónicamente)"
)
_BESIDE = re.compile(rf"^(?P<name>{_PERSON})\s*,\s*[^.:;]{{2,60}}[.,;]\s*{_SIGNED}(?:\s+(?:on |am |le )?(?=\S*\d)|\s*$)")  # fmt: skip
"""A name with a title that says of itself that it signed."""
_UNDER = re.compile(rf"^\W*{_SIGNED}(?! (?:by|for)\b)\b.{{0,40}}\d", re.S)
"""What stands under a name: that it signed, and when."""
_ON_BEHALF = re.compile(
    rf"(?i:\b(?:signed|executed|agreed|accepted|unterzeichnet)\b[^.;]{{0,20}}\b(?:for|on behalf of|für)\b)[^:;]{{2,80}}?(?i:\bby\b|:|\bdurch\b)\s*(?P<name>{_PERSON})",
)
_OPEN = re.compile(
    r"^\W*(?:signed|executed|unterzeichnet)\b(?: as a deed)? (?:for|on behalf of|für)\b[^.;]{2,90}?(?:\bby|\bdurch)?\s*:?\s*$",
    re.I,
)
"""The same as a line over a name and a date that stand below."""
_NAME_LINE = re.compile(
    rf"^\W*(?:print(?:ed)? )?(?:name|full name)\s*[:：]\s*(?P<name>{_PERSON})", re.I
)
_DATE_LINE = re.compile(r"^\W*(?:date(?: signed)?|datum|signed on)\s*[:：]\s*(?P<day>\S.*)$", re.I)
_RULED = re.compile(r"^\W*(?:(?:signature|by)\s*:?)?[\s_.\-]*_{3,}", re.I)
_MARKED = re.compile(
    rf"(?:[\[(](?i:signed|sgd|e-signed|unterzeichnet|signerad)[\])]\s*(?P<name>{_PERSON}))|"
    rf"(?P<before>{_PERSON})[^\[(]{{0,40}}[\[(](?i:e-)?(?i:signed|sgd|signerad)[\])]"
)
_NAMED = re.compile(
    r"^(?:(?:for|on behalf of|für|för) [^:]{2,60}: )?[A-ZÀ-Þ][\w.'’-]+(?: [\w.'’-]+){1,4}\s*(?:,|\()\s*(?!(?:inc|llc|ltd|gmbh|ag|ab|aps)\b)(?i:[^.:;]{2,60})",
    re.I,
)
_LABELLED = re.compile(
    rf"^(?i:\W*(?:by|name|signature|signed)\s*[:：]\s*)?(?:/s/\s*)?(?P<name>{_PERSON})"
)
_BARE = re.compile(rf"^{_PERSON}$")
_COMPANY = re.compile(
    r"\b(?:inc|llc|ltd|limited|gmbh|ag|ab|aps|oy|sa|s\.a|bv|b\.v|plc|pty|corp|company|co|customer|supplier|provider|vendor|client|kunde\w*|leverant\w*|auftrag\w*)\b\.?",
    re.I,
)
"""A name with a title, as under a heading `Signatures`; what it says of a day stands beside or behind it."""
_REACH = 8
"""Lines below such a heading that belong to it."""
HEADING = re.compile(
    r"^\W*(?:(?:§\s*)?\d{1,2}(?:\.\d+)*[.)]?\s+)?(?:signatures?(?: page| of the parties)?|signed|execution|executed by the parties|signed by the parties|"
    r"(?:accepted and agreed|agreed and accepted)|unterschriften|underskrifter|assinaturas|firmas|handtekeningen|in witness whereof.*)\W*$",
    re.I,
)


def stated(lines: Sequence[str], cells: Sequence[Sequence[str]]) -> list[Stamp]:
    """Signatures that the lines of a paper state, each of whose cells are given; those under a heading where no line does."""
    found = [s for n in range(len(lines)) for s in _of_line(lines, cells, n)]
    return found or _under_heading(lines, cells)


def _of_line(lines: Sequence[str], cells: Sequence[Sequence[str]], number: int) -> Iterator[Stamp]:
    """Signatures that one line's cells state: with its day there or in the two lines below, where a cell is wrapped."""
    if _OPEN.match(lines[number]) and not days_in(lines[number]):
        yield number, _below(lines, number)
        return
    dated = any(days_in(line) for line in lines[number : number + 3])
    for column, cell in enumerate(cells[number]):
        named = _BESIDE.match(cell)
        if named and dated:
            yield number, named["name"]
        elif _UNDER.match(cell) and days_in(cell):
            yield number, _above(cells, number, column)
        elif len(cell) < 160 and days_in(cell):
            told = _ON_BEHALF.search(cell) or _MARKED.search(cell)
            if told:
                yield number, next(g for g in told.groups() if g)


def _below(lines: Sequence[str], number: int) -> str:
    """Who signed under `Signed for and on behalf of Acme:`: the name there, if it is dated and no ruled line is left."""
    block = []
    for line in lines[number + 1 : number + 7]:
        if _OPEN.match(line):
            break
        block.append(line)
    name = next((m["name"] for line in block if (m := _NAME_LINE.match(line))), "")
    day = any(days_in(m["day"]) for line in block if (m := _DATE_LINE.match(line)))
    ruled = any(_RULED.match(line) for line in block)
    return name if day and not ruled else ""


def _above(cells: Sequence[Sequence[str]], number: int, column: int) -> str:
    """The name that stands above a cell, at most three lines up; what the cell says where there is none."""
    for line in reversed(cells[max(0, number - 3) : number]):
        name = _LABELLED.match(line[column]) if column < len(line) else None
        if name and not _COMPANY.search(name["name"]):
            return name["name"]
    return cells[number][column]


def _under_heading(lines: Sequence[str], cells: Sequence[Sequence[str]]) -> list[Stamp]:
    """Names under a bare heading `Signatures`, if there is a day for each of at least two parties."""
    at = next((n for n, line in enumerate(lines) if HEADING.match(line)), None)
    if at is None:
        return []
    block = range(at + 1, min(at + 1 + _REACH, len(lines)))
    named = [(n, m.group()) for n in block for c in cells[n] if (m := _NAMED.match(c))]
    if len(named) < 2:
        named = [(n, c) for n in block for c in cells[n] if _BARE.match(c) and not _COMPANY.search(c)]  # fmt: skip
    days = sum(len(days_in(c)) for n in block for c in cells[n])
    parties = max((len(cells[n]) for n in block), default=0)
    return named if len(named) >= 2 and days >= max(2, parties) else []
