"""Signatures that state themselves: a name, and beside or under it that it signed, and when.

`Jo Roe, CFO. Signed electronically 2026-02-27`, `Signed for and on behalf of Acme by Jo Roe on 3 March 2026`, a column of name,
title and `Signed 3 March 2026`, `Accepted by: Jo Roe, 3 March 2026`, a table with a column of the days on which each signed, or names with days under a
heading `Signatures`. A name alone is a printed name.
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
_TOLD = re.compile(
    r"^\W*(?i:(?:(?:read|reviewed|order)(?: and)? )?(?:accepted|agreed|approved|authori[sz]ed|ordered|confirmed|acknowledged|countersigned|e-?signed|"
    r"akzeptiert|bestellt|bestätigt|angenommen)(?: (?:and|und) \w+)?(?: (?:online|electronically|digitally|elektronisch))?(?: (?:by|von)\b|(?=\s*:))"
    r"(?: (?:the )?(?!on\b)[a-zà-ž]+)?)[\s:：]+"
    rf"(?P<name>{_PERSON})"
)
"""Somebody of whom the paper says that he or she took it; without a day it is a clause, or a printed name."""
_READ = re.compile(
    rf"(?i:lu et approuvé|bon pour accord|gelesen und genehmigt|letto e approvato|leído y conforme|read and (?:agreed|approved)|läst och godkänt)[\s,:]+(?P<name>{_PERSON})"
)
_SIGNATORY = re.compile(r"^\W*(?:duly )?authori[sz]ed signatory\b(?!\s*:)", re.I)
_DAY_COLUMN = re.compile(
    r"^(?:(?:date|time) )?(?:signed|accepted|completed)(?: (?:on|at|date))?$|^signature date$", re.I
)
_WHO_COLUMN = re.compile(
    r"^(?:signator(?:y|ies)|signers?|signed by|recipients?|(?:full |signer )?names?)$", re.I
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
    r"^(?:[^:,]{2,60}: )?[A-ZÀ-Þ][\w.'’-]+(?: [\w.'’-]+){1,4}\s*(?:,|\()\s*(?!(?:inc|llc|ltd|gmbh|ag|ab|aps)\b)(?i:[^.:;]{2,60})",
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
LONGEST = 160
"""Letters of a line that may state a signature."""
_REACH = 8
"""Lines below such a heading that belong to it."""
HEADING = re.compile(
    r"^\W*(?:(?:§\s*)?\d{1,2}(?:\.\d+)*[.)]?\s+)?(?:signatures?(?: page| of the parties)?|signed|execution|executed by the parties|signed by the parties|"
    r"(?:accepted and agreed|agreed and accepted)|agreed|accepted|acceptance|sign-?off|unterschriften|underskrifter|assinaturas|firmas|handtekeningen|in witness whereof.*)\W*$",
    re.I,
)


def stated(lines: Sequence[str], cells: Sequence[Sequence[str]]) -> list[Stamp]:
    """Signatures that the lines of a paper state, each of whose cells are given; those under a heading where no line does."""
    found = [s for n in range(len(lines)) for s in _of_line(lines, cells, n)]
    return found or _in_table(cells) or _under_heading(lines, cells)


def _of_line(lines: Sequence[str], cells: Sequence[Sequence[str]], number: int) -> Iterator[Stamp]:
    """Signatures that one line's cells state: with its day there or in the two lines below, where a cell is wrapped."""
    if opens(lines[number]) and not days_in(lines[number]):
        yield number, _below(lines, number)
        return
    dated = any(days_in(line) for line in lines[number : number + 3])
    whole = " ".join(cells[number])
    if len(whole) < LONGEST and days_in(whole) and (told := _TOLD.match(whole)):
        yield number, told["name"]
        return
    if _SIGNATORY.match(lines[number]) and number and days_in(" ".join(lines[number : number + 2])):
        yield number, lines[number - 1].strip()
        return
    for column, cell in enumerate(cells[number]):
        named = _BESIDE.match(cell)
        if named and dated:
            yield number, named["name"]
        elif _UNDER.match(cell) and days_in(cell):
            yield number, _above(cells, number, column)
        elif len(cell) < LONGEST and days_in(cell):
            told = _ON_BEHALF.search(cell) or _MARKED.search(cell) or _READ.search(cell)
            if told:
                yield number, next(g for g in told.groups() if g)


def opens(line: str) -> bool:
    """True for a line over the place where one party signs: `Signed for and on behalf of Acme:`."""
    return bool(_OPEN.match(line))


def is_column_head(cells: Sequence[str]) -> bool:
    """True for the head of a table of who signed when, which is no place to sign."""
    return any(map(_DAY_COLUMN.match, cells)) and any(map(_WHO_COLUMN.match, cells))


def _below(lines: Sequence[str], number: int) -> str:
    """Who signed under `Signed for and on behalf of Acme:`: the name there, if it is dated and no ruled line is left."""
    block = []
    for line in lines[number + 1 : number + 7]:
        if opens(line):
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


def _in_table(cells: Sequence[Sequence[str]]) -> list[Stamp]:
    """Rows below a head with a column of names and one of the days on which they signed; without a day nobody did."""
    for number, head in enumerate(cells):
        days = next((n for n, c in enumerate(head) if _DAY_COLUMN.match(c)), None)
        who = next((n for n, c in enumerate(head) if _WHO_COLUMN.match(c)), None)
        if days is None or who is None:
            continue
        found = []
        for at, row in enumerate(cells[number + 1 : number + 1 + _REACH], number + 1):
            if len(row) <= who or not _BARE.match(row[who]):
                break
            signed = len(row) > days and days_in(row[days])
            found.append((at, row[who] if signed else ""))
        if found:
            return found
    return []


def _under_heading(lines: Sequence[str], cells: Sequence[Sequence[str]]) -> list[Stamp]:
    """Names under a bare heading `Signatures`, if there is a day for each of at least two parties."""
    for at in (n for n, line in enumerate(lines) if HEADING.match(line)):
        if found := _below_heading(lines, cells, at):
            return found
    return []


def _below_heading(lines: Sequence[str], cells: Sequence[Sequence[str]], at: int) -> list[Stamp]:
    block = range(at + 1, min(at + 1 + _REACH, len(lines)))
    named = [(n, m.group()) for n in block for c in cells[n] if (m := _NAMED.match(c))]
    if len(named) < 2:
        named = [(n, c) for n in block for c in cells[n] if _BARE.match(c) and not _COMPANY.search(c)]  # fmt: skip
    days = sum(len(days_in(c)) for n in block for c in cells[n])
    parties = max((len(cells[n]) for n in block), default=0)
    return named if len(named) >= 2 and days >= max(2, parties) else []
