"""Finds signature lines in the text of a contract, and whether each is signed and dated.

Lines as papers and e-signature services write them: `By: /s/ Jo Roe`, a table row `Signature | Jo Roe | ____`, a name
above `Unterschrift`, `DocuSigned by:` with the name below. Initials sign a page, not a contract.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from indexer.days import days_in
from indexer.stamps import HEADING, is_column_head, opens, stated

NEAR = 7
"""Lines around a signature within which a date line belongs to it."""
_LABEL = re.compile(
    r"^\W*(?:(?:e-?|electronically |digitally |docu)?signed by|(?:e-?|electronically |digitally )signed|by|signatures?|sign(?:ed)?(?: here)?"
    r"|(?:authori[sz]ed )?(?:signature|signatory)(?: of [\w ]{2,30})?|accepted(?: and agreed)?(?: by)?|(?:accepted|agreed) by(?: the)? (?:customer|client|buyer|supplier|vendor|seller|provider)|agreed by"
    r"|(?:the |for the )?[a-z]+(?:['’]s)? signature"
    r"|unterschrift(?:en)?(?: [\wäöüß ]{2,40})?|gezeichnet|signatur|stempel und unterschrift|signé par|firma(?:do por)?)"
    r"\s*(?P<colon>[:：]|$|(?=\s*/s/)|(?=\s*_{3,})|(?-i:(?=\s[A-ZÀ-Þ])))\s*(?P<value>.*)$",
    re.I,
)
_DATE_LABEL = re.compile(
    r"^\W*(?:date(?: signed| of signature)?|dated|datum|ort,? (?:und )?datum|place,? (?:and )?date|signed on|fecha)\s*(?:[:：]|$|(?=\s*_{3,}))\s*(?P<value>.*)$",
    re.I,
)
_OTHER_LABEL = re.compile(
    r"^\W*(?:name|print(?:ed)? name|title|position|funktion|titel|company|firma|email|e-mail|customer|client|supplier|vendor|provider|"
    r"auftraggeber|auftragnehmer|kunde|lieferant|initials)\b",
    re.I,
)
_PRINTED = re.compile(r"^\W*(?:(?:print(?:ed)? )?name|date(?: signed)?|datum)\s*[:：]?\s*\w", re.I)
_SLASH_S = re.compile(r"/s/\s*(?P<name>[A-Za-zÀ-ž][\w.'’ -]+)")
_GEZ = re.compile(r"^\W*\(?gez\.?\)?\s+(?P<name>[A-ZÀ-Þ][\w.'’ -]+)")
_BLANK = re.compile(
    r"^[\s_.\-–—x×…:|]*$|^[\[{<(\\].{0,40}[\]}>)\\]$|^(?:sign(?:ature)? here|to be signed|tbd|n/?a|pending)$",
    re.I,
)
_NEXT_LABEL = re.compile(r"\s+(?:date|name|title|position|datum)\s*[:：]", re.I)
"""Where the next label of a line begins."""
_INITIALS = re.compile(r"^(?:/s/\s*)?(?:[A-ZÀ-Þ]\.?\s?){1,3}$")
_NAME = re.compile(r"^(?:/s/\s*)?[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’-]+){0,5}(?:\s*[,(].*)?$")
_DAY_ALONE = re.compile(r"^(?:\d[\d./: -]*|\d{1,2}\.? [^\W\d]{3,9}\.?,? \d{4}|[^\W\d]{3,9}\.? \d{1,2},? \d{4})$")  # fmt: skip
"""A cell that is nothing but a day, and no second signature."""
_PROSE = re.compile(
    r"\b(?:the|both|each|all|and|or|of|this|such|parties|der|die|das|beiden)\b", re.I
)


@dataclass(frozen=True)
class Slot:
    """One place to sign: what stands there, or empty."""

    line: int
    value: str

    @property
    def signed(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class Signatures:
    """All places to sign in a paper, and the date lines beside them."""

    slots: tuple[Slot, ...]
    dates: tuple[Slot, ...]

    @property
    def signed(self) -> int:
        return sum(s.signed for s in self.slots)

    @property
    def undated(self) -> int:
        """Date lines left empty."""
        return sum(not d.signed for d in self.dates)

    @property
    def last_day(self) -> date | None:
        """The latest day that stands on a date line or in a signature."""
        days = [d for s in (*self.dates, *self.slots) for d in days_in(s.value)]
        return max(days, default=None)


def signed_value(text: str) -> str:
    """What was signed with; empty for a blank line, a placeholder, or mere initials."""
    bare = _NEXT_LABEL.split(text)[0].strip().strip("_").strip()
    return "" if _BLANK.match(bare) or _INITIALS.match(bare) else bare


def _cells(line: str) -> list[str]:
    return [c.strip() for c in re.split(r"\t|\s{4,}|\s\|\s", line)]


def signatures_in(text: str) -> Signatures:
    """The signature lines and their date lines in a paper's text."""
    lines = text.split("\n")
    slots: list[Slot] = []
    for number, line in enumerate(lines):
        slots += _slots(lines, number, _cells(line), _LABEL, False)
    counted = {s.line for s in slots if s.signed or not HEADING.match(lines[s.line])}
    for number, line in enumerate(lines):
        loose = [m["name"] for m in _SLASH_S.finditer(line)] or [
            m["name"] for c in _cells(line) if (m := _GEZ.match(c))
        ]
        if loose and not counted & {number, number + 1, number - 1}:
            slots += [Slot(number, signed_value(name)) for name in loose]
    known, taken = " ".join(s.value.lower() for s in slots), {s.line for s in slots}
    for number, who in stated(lines, [_cells(line) for line in lines]):
        if not who and opens(lines[number]) and _signed_below(lines, slots, number):
            continue
        if number not in taken and (not who or who.lower() not in known):
            slots.append(Slot(number, who))
            known += f" {who.lower()}"
    if sum(s.signed for s in slots) >= 2:
        slots = [s for s in slots if s.signed or not _heads(lines, slots, s)]
    near = {n for s in slots for n in range(s.line - NEAR, s.line + NEAR + 1)}
    dates = [
        d for number, line in enumerate(lines) if number in near
        for d in _slots(lines, number, _cells(line), _DATE_LABEL, True)
    ]  # fmt: skip
    return Signatures(tuple(sorted(slots, key=lambda s: s.line)), tuple(dates))


def _signed_below(lines: Sequence[str], slots: Sequence[Slot], number: int) -> bool:
    """True if somebody signed under a line that opens a place to sign, before the next such line."""
    below = range(number + 1, min(number + 1 + NEAR, len(lines)))
    end = next((n for n in below if opens(lines[n])), below.stop)
    return any(s.signed and number < s.line < end for s in slots)


def _heads(lines: Sequence[str], slots: Sequence[Slot], slot: Slot) -> bool:
    """True for an empty place that is a heading over signatures, not one of them."""
    below = range(slot.line + 1, slot.line + 1 + NEAR)
    return bool(HEADING.match(lines[slot.line])) and any(
        s.signed and s.line in below for s in slots
    )


def _slots(
    lines: Sequence[str], number: int, cells: list[str], label: re.Pattern[str], dated: bool
) -> list[Slot]:
    """The slots of one line: label and value in a cell, a row of values beside a label, or labels under values."""
    if not dated and label.match(cells[0]):
        cells = [c for c in cells if not _DAY_ALONE.match(c)]
    matched = [label.match(c) for c in cells]
    if is_column_head(cells):
        return []
    if not any(matched) or (not dated and len(cells) == 1 and _is_prose(cells[0], matched[0])):
        return []
    values = [m["value"].strip() for m in matched if m]
    if any(values):
        beside = (
            [c for c, m in zip(cells[1:], matched[1:], strict=True) if not m]
            if len(values) == 1
            else []
        )
        return [Slot(number, _kept(v, dated)) for v in (*values, *beside)]
    if matched[0] and len(cells) > 1 and sum(map(bool, matched)) == 1:
        return [Slot(number, _kept(c, dated)) for c in cells[1:]]
    return _from_neighbours(lines, number, len(values), dated)


def _is_prose(cell: str, match: re.Match[str] | None) -> bool:
    """True for sentences that only begin like a signature line (`Signed by both parties, ...`)."""
    if match is None or len(cell) > 100:
        return True
    value = match["value"]
    if match["colon"] or not value or value.startswith(("/s/", "_")):
        return (
            bool(_PROSE.search(value)) and not value.startswith("/s/") and bool(signed_value(value))
        )
    return not _NAME.match(value) or bool(_PROSE.search(value))


def _kept(value: str, dated: bool) -> str:
    if dated:
        return "" if _BLANK.match(value.strip().strip("_")) else value
    return signed_value(value)


def _from_neighbours(lines: Sequence[str], number: int, count: int, dated: bool) -> list[Slot]:
    """Values of bare labels: below them, above a ruled line over them, or above `Unterschrift`.

    A name below a mere `By:` may be printed where the ruled line got lost; it counts only where the
    printed name or a date stands apart.
    """
    label = lines[number].strip()
    below, above = _beside(lines, number, 1), _beside(lines, number, -1)
    if above is not None and all(set(c) <= set("_-. ") for c in above):
        held = _beside(lines, number - 1, -1) or []
        return _filled(held, number, count, dated)
    if above is not None and re.match(r"\W*(?:unterschrift|ort)\b[^:]*$", label, re.I):
        return _filled(above, number, count, dated)
    told = dated or re.search("signed", label, re.I) or _told_apart(lines, number)
    if below is not None and (told or any(c.startswith(("/s/", "gez.", "(gez")) for c in below)):
        return _filled(below, number, count, dated)
    return [Slot(number, "")] * count


def _beside(lines: Sequence[str], number: int, step: int) -> list[str] | None:
    """The cells of the next line that holds anything, up or down; None for a label or no line."""
    at = number + step
    while 0 <= at < len(lines) and not lines[at].strip() and abs(at - number) < 3:
        at += step
    if not 0 <= at < len(lines) or not lines[at].strip():
        return None
    cells = _cells(lines[at])
    return None if any(map(_is_label, cells)) else cells


def _told_apart(lines: Sequence[str], number: int) -> bool:
    """True if a printed name or a filled date follows a signature line."""
    near = lines[number + 1 : number + 5]
    return any(_PRINTED.match(c) for line in near for c in _cells(line))


def _filled(cells: Sequence[str], number: int, count: int, dated: bool) -> list[Slot]:
    values = [v for c in cells if (v := _kept(c, dated)) and _fits(v, dated)]
    return [Slot(number, v) for v in values] + [Slot(number, "")] * (count - len(values))


def _is_label(cell: str) -> bool:
    return bool(_LABEL.match(cell) or _DATE_LABEL.match(cell) or _OTHER_LABEL.match(cell))


def _fits(value: str, dated: bool) -> bool:
    """True if a line beside a label is a signature (a name) or a date, not a clause."""
    if dated:
        return bool(re.search(r"\d", value)) and len(value) < 60
    bare = re.sub(r"^\(?gez\.?\)?\s+", "", value, flags=re.I)
    return bool(_NAME.match(bare)) and len(bare) < 60 and not _PROSE.search(bare)
