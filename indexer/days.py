"""Days as papers write them: `2026-03-03`, `3 March 2026`, `Mar 3, 2026`, `3. März 2026`. Slashed dates only where they can be one day."""

from __future__ import annotations

import re
from datetime import date, datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jan janvier enero", "february februar feb février febrero",
            "march märz mar mär mrz mars marzo", "april apr avril abril", "may mai mayo", "june juni jun juin junio",
            "july juli jul juillet julio", "august aug août agosto", "september sep sept septembre septiembre",
            "october oktober oct okt octobre octubre", "november nov novembre noviembre",
            "december dezember dec dez décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\.?[ -](?:of |de )?([A-Za-zÀ-ž]{3,10})\.?,?[ -](\d{4})\b"
)
_MONTH_DAY = re.compile(r"\b([A-Za-zÀ-ž]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")


def month_number(name: str) -> int | None:
    """1-12 for a month's name or its short form, in English, German, French or Spanish."""
    return _MONTHS.get(name.lower().strip("."))


def day_of(value: datetime | date | None) -> date | None:
    """The day of a time."""
    return value.date() if isinstance(value, datetime) else value


def _day(year: int, month: int | None, day: int) -> date | None:
    try:
        return date(year, month or 0, day)
    except ValueError:
        return None


def days_in(text: str) -> list[date]:
    """The days that a text names without doubt; `3/4/2026` is none, `3/14/2026` is."""
    found = [_day(int(y), int(m), int(d)) for y, m, d in _ISO.findall(text)]
    found += [_day(int(y), month_number(m), int(d)) for d, m, y in _DAY_MONTH.findall(text)]
    found += [_day(int(y), month_number(m), int(d)) for m, d, y in _MONTH_DAY.findall(text)]
    found += [_day(int(y), int(m), int(d)) for d, m, y in _DOTTED.findall(text)]
    for a, b, year in _SLASHED.findall(text):
        readings = {_day(int(year), int(a), int(b)), _day(int(year), int(b), int(a))} - {None}
        found += list(readings) if len(readings) == 1 else []
    return [d for d in found if d is not None]
