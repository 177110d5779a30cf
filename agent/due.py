"""When a promise is due, from its own words: a day where one can be told, else the words that say when."""

from __future__ import annotations

import re
from datetime import date

from agent.owed import resolve_day
from agent.verification.dates import When, whens
from agent.verification.quantities import quantities

_FILL = r"(?:(?:the|about|roughly|next|this|these|first|second|last|den|dem|der|zum|von|week|half|of|around|maximal|höchstens)\s+){0,5}$"
_FIRM = re.compile(
    rf"\b(?:by|until|till|before|within|(?:no|not) later than|at the latest|bis|innerhalb|binnen|spätestens|vor)\s+{_FILL}",
    re.I,
)
_LOOSE = re.compile(rf"\b(?:in|on|for|am|im|ab|starting)\s+{_FILL}", re.I)
_FOR = re.compile(rf"\b(?:for|über|für|every|each)\s+{_FILL}", re.I)
_AFTER = re.compile(
    r"\s+(?:after|from|of|nach|ab)\s+(?:(?:the|your|our|their|der|dem|den)\s+)?[\w-]+", re.I
)
_NEXT = re.compile(r"\b(?:next|nächste[nrm]?)\s+$", re.I)


def due_of(text: str, said: date | None = None) -> str | None:
    """When what `text` promises is due: an ISO date, or the words that say it; None if it says nothing.

    A day without its year is the next one after `said`, the day on which it was promised.
    """
    found = [*_dates(text, said), *_durations(text)]
    return min(found)[2] if found else None


def _dates(text: str, said: date | None) -> list[tuple[int, int, str]]:
    """(0 if firm else 1, place, when) of every date that a time word stands before."""
    out = []
    for when in whens(text):
        shown = text[when.start : when.end]
        before = text[: when.start + len(shown) - len(shown.lstrip())]
        rank = 0 if _FIRM.search(before) else 1 if _LOOSE.search(before) else None
        words = shown.strip(" .,;")
        if rank is None or words.lower().endswith("days"):
            continue
        near = resolve_day(when, said)
        if rank == 1 and near and said and near < said:
            continue
        match = (_FIRM if rank == 0 else _LOOSE).search(before)
        lead = match.group(0).split(maxsplit=1)[1:] if match else []
        day = _day(when, said, bool(_NEXT.search(before)))
        out.append((rank, when.start, day or f"{' '.join(lead).strip()} {words}".strip()))
    return out


def _durations(text: str) -> list[tuple[int, int, str]]:
    """(rank, place, words) of every span of time that counts from something: `in six weeks`, `two weeks after kickoff`."""
    out = []
    for quantity in quantities(text):
        if quantity.kind != "duration":
            continue
        before, after = text[: quantity.start], _AFTER.match(text[quantity.end :])
        firm, loose = _FIRM.search(before), _LOOSE.search(before)
        if _FOR.search(before) or not (firm or loose or (after and not _of(after))):
            continue
        match = firm or loose
        start = match.start() if match else quantity.start
        end = quantity.end + (after.end() if after and (firm or not _of(after)) else 0)
        out.append((0 if firm else 1, quantity.start, text[start:end].strip(" .,;")))
    return out


def _of(after: re.Match[str]) -> bool:
    """`two days of training` says how long, not when."""
    return after.group(0).split()[0].lower() == "of"


def _day(when: When, said: date | None, after_next: bool) -> str | None:
    """The one day that is meant, or None if it is open."""
    if when.weekday is not None and not when.months:
        if said is None or after_next:
            return None
        ahead = (when.weekday - said.weekday() - 1) % 7 + 1
        return date.fromordinal(said.toordinal() + ahead).isoformat()
    if when.day is None or len(when.months) != 1 or when.swapped:
        return None
    (month,) = when.months
    year = when.year or (said.year if said else None)
    if year is None:
        return None
    try:
        day = date(year, month, when.day)
        if when.year is None and said is not None and day < said:
            day = date(year + 1, month, when.day)
    except ValueError:
        return None
    return day.isoformat()
