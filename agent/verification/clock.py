"""Times of day: `2:30 pm`, `14.30 Uhr`, `half past two`, `9 to 5 pm`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TIME = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<min>\d\d))?\s?(?P<half>a\.?m\b\.?|p\.?m\b\.?|uhr\b|o'clock)|\b(?P<h24>[01]?\d|2[0-3]):(?P<m24>[0-5]\d)\b",
    re.I,
)
_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_HOUR = r"(?:" + "|".join(_HOURS) + r"|\d{1,2})"
_DAY = r"in the (?:morning|afternoon|evening)|at night|a\.?m\b\.?|p\.?m\b\.?"
_SPOKEN_TIME = re.compile(
    rf"\b(?:(?P<off>half|quarter|ten|twenty|five) (?P<way>past|to) (?P<near>{_HOUR})\b(?:,? (?P<nearday>{_DAY}))?|"
    rf"(?P<word>{_HOUR})(?: o'clock)? (?P<day>in the (?:morning|afternoon|evening)|at night)|(?P<noon>noon|midnight)|"
    r"(?P<first>\d{1,2})(?=\s?(?:-|to|and|until|till)\s?\d{1,2}(?:[:.]\d\d)?\s?(?:a\.?m\b|p\.?m\b|uhr\b))|"
    rf"(?<=at )(?P<sharp>{_HOUR})(?= sharp\b)|"
    r"(?:(?<=at )|(?<=till )|(?<=until )|(?<=by )|(?<=around )|(?<=about )|(?<=before )|(?<=after ))"
    rf"(?P<hour>{'|'.join(_HOURS)}) (?P<minutes>fifteen|thirty|forty[- ]five)\b)",
    re.I,
)
_MINUTES = {"fifte": 15, "thirt": 30, "forty": 45}
_OFF = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}


def _hour(said: str, day: str | None) -> int:
    hour = _HOURS.index(said.lower()) + 1 if said.lower() in _HOURS else int(said)
    late = day is not None and not re.match(r"in the morning|a", day.lower())
    return hour + 12 if late and hour < 12 else hour


def _spoken(match: re.Match[str]) -> int | None:
    g = match.groupdict()
    if g["noon"]:
        return 720 if g["noon"].lower() == "noon" else 0
    if g["off"]:
        if g["off"].lower() == "half" and g["way"].lower() == "to":
            return None
        shift = _OFF[g["off"].lower()] * (1 if g["way"].lower() == "past" else -1)
        return (_hour(g["near"], g["nearday"]) * 60 + shift) % 1440
    if g["hour"]:
        return _hour(g["hour"], None) * 60 + _MINUTES[g["minutes"][:5].lower()]
    return _hour(g["word"] or g["first"] or g["sharp"], g["day"]) * 60


def _written(match: re.Match[str]) -> int | None:
    hour = int(match.group("h") or match.group("h24"))
    minute = int(match.group("min") or match.group("m24") or 0)
    half = (match.group("half") or "").lower()
    if hour > 24 or minute > 59 or (half[:1] in "ap" and half and hour > 12):
        return None
    if half.startswith("p") and hour < 12:
        hour += 12
    if half.startswith("a") and hour == 12:
        hour = 0
    return hour * 60 + minute


def times(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and minute of the day of every time in a plain text; none overlaps another."""
    taken: list[tuple[int, int]] = []
    for pattern, read in ((_SPOKEN_TIME, _spoken), (_TIME, _written)):
        for match in pattern.finditer(text):
            start, end = match.span()
            if all(end <= a or start >= b for a, b in taken):
                minute = read(match)
                if minute is not None:
                    taken.append((start, end))
                    yield start, end, minute
