"""Owns how a cell's value looks to a person: dates, percent, currency, thousands.

Covers the number formats that pricing sheets use; an unknown format shows the plain number.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

_QUOTED = re.compile(r"\"([^\"]*)\"|\\(.)")
_BRACKETS = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]")
_CURRENCY = re.compile(r"[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|CAD|AUD)\b")


def shown(cell: Any) -> str:
    """The cell's value as a spreadsheet program shows it; empty for an empty cell."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return number(value, str(cell.number_format or "General"))
    return re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", str(value)).strip()


def number(value: float, pattern: str) -> str:
    """A number under an Excel number format."""
    sections = pattern.split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    bare = _BRACKETS.sub(lambda found: found[1] or "", section)
    bare = _QUOTED.sub(lambda found: found[1] or found[2] or "", bare)
    bare = re.sub(r"_.|\*.", "", bare)
    decimals = re.search(r"[0#?]\.([0#?]+)", bare)
    digits = decimals[1] if decimals else ""
    if "%" in bare:
        return f"{_fixed(value * 100, digits, False)}%"
    if not re.search(r"[0#]", bare):
        return _plain(value)
    text = _fixed(abs(value), digits, "#,#" in bare or "0,0" in bare or ",##" in bare)
    currency = _CURRENCY.search(bare)
    if currency:
        before = currency.start() < re.search(r"[0#]", bare).start()  # type: ignore[union-attr]
        space = " " if currency[0].isalpha() or not before else ""
        text = f"{currency[0]}{space}{text}" if before else f"{text}{space}{currency[0]}"
    if value >= 0:
        return text
    return f"({text})" if "(" in bare else f"-{text}"


def _plain(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return repr(round(value, 10))
    return str(int(value))


def _fixed(value: float, digits: str, thousands: bool) -> str:
    text = f"{value:{',' if thousands else ''}.{len(digits)}f}"
    optional = len(digits) - len(digits.rstrip("#"))
    for _ in range(optional):
        text = text.removesuffix("0")
    return text.removesuffix(".")
