"""Day first or month first? Decided once for a file, from all that it shows; else its slashed dates stay unread.

Evidence, strongest first: a day above 12, a weekday beside a date, an ISO date of the same row; the order of the rows; the
language of the headers. Evidence of one strength that contradicts itself decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_SLASHED = re.compile(r"(?<![\d/.])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/])")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)")
_WEEKDAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)[a-zé]*\.?,?\s+$",
    re.I,
)
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon mo lun",
            "tue di mar",
            "wed mi mer",
            "thu do jeu",
            "fri fr ven",
            "sat sa sam",
            "sun so dim",
        )
    )
    for name in names.split()
}
_DAY_FIRST_HEADERS = re.compile(
    r"datum|schlusstermin|erstellt|inhaber|betrag|phase\b|date de|clôture|création|montant|propriétaire|étape|fecha|importe|"
    r"etapa|propietario|data d[ei]|fechamento|chiusura|importo|sluitings|bedrag|eigenaar",
    re.I,
)
ROWS = 4
"""Rows from which their order is evidence."""


@dataclass(frozen=True)
class DayOrder:
    """How a file writes slashed dates: day first, month first, or None where nothing tells."""

    day_first: bool | None
    ambiguous: tuple[str, ...] = ()
    """Dates, as written, that could be two days and stay unread."""

    @property
    def meta(self) -> dict[str, str]:
        """For an artifact's `meta`: the dates that stay unread."""
        return {"ambiguous_dates": "; ".join(self.ambiguous)} if self.ambiguous else {}


def _readings(match: re.Match[str]) -> tuple[date | None, date | None]:
    """(day first, month first) of a slashed date."""
    a, b, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    return _date(year, b, a), _date(year, a, b)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _by_number(match: re.Match[str]) -> bool | None:
    if match[2] == ".":
        return None  # dotted dates are always day first, and say nothing of slashed ones
    dmy, mdy = _readings(match)
    return None if (dmy is None) == (mdy is None) else dmy is not None


def _by_weekday(text: str, match: re.Match[str]) -> bool | None:
    named = _WEEKDAY.search(text[: match.start()])
    if named is None:
        return None
    day = _WEEKDAYS[named[1].lower()]
    fits = [d is not None and d.weekday() == day for d in _readings(match)]
    return fits[0] if fits[0] != fits[1] else None


def _by_neighbour(row: Mapping[str, str], match: re.Match[str]) -> bool | None:
    """An ISO date of the same row that is one of the two readings, or a day beside it (time zones)."""
    days = {
        d
        for v in row.values()
        for y, m, t in _ISO.findall(v)
        if (d := _date(int(y), int(m), int(t)))
    }
    dmy, mdy = _readings(match)
    if dmy is None or mdy is None or dmy == mdy:
        return None
    fits = [any(abs((day - other).days) <= 1 for other in days) for day in (dmy, mdy)]
    return fits[0] if fits[0] != fits[1] else None


def _by_rows(rows: Sequence[Mapping[str, str]], column: str) -> bool | None:
    """True or False if the column runs in order under one reading only."""
    held = [m for r in rows if (m := _SLASHED.search(r.get(column, "")))]
    if len({m[0] for m in held}) < ROWS:
        return None
    fits = []
    for way in (0, 1):
        days = [_readings(m)[way] for m in held]
        known = [d for d in days if d is not None]
        runs = len(known) == len(days) and (
            known == sorted(known) or known == sorted(known, reverse=True)
        )
        fits.append(runs)
    return fits[0] if fits[0] != fits[1] else None


def day_order(rows: Sequence[Mapping[str, str]], headers: Iterable[str] = ()) -> DayOrder:
    """How the cells of a table (or the fields of records) write dates, and which of them stay open.

    Args:
        rows: cells by header; free text is looked through as well.
        headers: the headers, whose language may tell.
    """
    found = [
        (row, value, m) for row in rows for value in row.values() for m in _SLASHED.finditer(value)
    ]
    found = [f for f in found if f[2][2] != "."]
    if not found:
        return DayOrder(None)
    columns = {name for row in rows for name in row}
    votes = (
        [_by_number(m) for _, _, m in found],
        [_by_weekday(value, m) for _, value, m in found]
        + [_by_neighbour(row, m) for row, _, m in found],
        [_by_rows(rows, column) for column in sorted(columns)],
        [True if any(_DAY_FIRST_HEADERS.search(h) for h in headers) else None],
    )
    for strength in votes:
        said = {v for v in strength if v is not None}
        if said:
            return _decided(said.pop() if len(said) == 1 else None, found)
    return _decided(None, found)


def _decided(
    order: bool | None, found: Sequence[tuple[Mapping[str, str], str, re.Match[str]]]
) -> DayOrder:
    if order is not None:
        return DayOrder(order)
    open_ = dict.fromkeys(
        m[0] for _, _, m in found if _by_number(m) is None and m[1].lstrip("0") != m[3].lstrip("0")
    )
    return DayOrder(None, tuple(open_))
