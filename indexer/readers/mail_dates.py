"""Owns dates as mail programs write them for people: `Thursday, March 12, 2026 9:00 AM`.

English, German, French and Spanish, with the month as a word; dates in figures only where the order
is sure (ISO, or points between them as in German). The zone is kept where it is written.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_MONTHS = (
    ("jan", "ene"), ("feb", "fév", "fev"), ("mar", "mär", "maer"), ("apr", "avr", "abr"),
    ("may", "mai"), ("jun", "juin"), ("jul", "juil"), ("aug", "aoû", "aou", "ago"),
    ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez", "déc", "dic"),
)  # fmt: skip
_DAY_FIRST = re.compile(
    r"\b(\d{1,2})\.?(?:st|nd|rd|th|er)?\s+(?:de\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(\d{4})\b"
)
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_FIGURES = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_CLOCK = re.compile(r"\b(\d{1,2})[:h.](\d\d)(?::\d\d)?\s*([ap])?\.?(?:m\b)?", re.I)
_ZONE = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d\d):?(\d\d)\b|\b(?:GMT|UTC)\b|\d(Z)\b")


def written_date(text: str) -> datetime | None:
    """The moment that `text` names, without a zone unless one is written; None if it is unsure."""
    text = " ".join(text.split())[:120]
    if re.search(r"\d{1,2}:\d\d:\d\d\s[+-]\d{4}", text):
        try:
            return parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    found = _day(text)
    if found is None:
        return None
    (year, month, day), rest = found
    clock = _CLOCK.search(rest)
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
    if clock and clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "p" else 0)
    try:
        return datetime(year, month, day, hour, minute, tzinfo=_zone(rest))
    except ValueError:
        return None


def _zone(text: str) -> timezone | None:
    match = _ZONE.search(text)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset)


def _day(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month and day, and what is written behind them."""
    if match := _DAY_FIRST.search(text):
        month = _month(match[2])
        if month:
            return (int(match[3]), month, int(match[1])), text[match.end() :]
    if match := _MONTH_FIRST.search(text):
        month = _month(match[1])
        if month:
            return (int(match[3]), month, int(match[2])), text[match.end() :]
    if match := _FIGURES.search(text):
        return (int(match[3]), int(match[2]), int(match[1])), text[match.end() :]
    if match := _ISO.search(text):
        return (int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    return None


def _month(word: str) -> int:
    lower = word.lower()
    return next((n for n, names in enumerate(_MONTHS, 1) if lower.startswith(names)), 0)
