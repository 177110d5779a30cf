"""Values as people say them and papers write them, where the readers of numbers see none or another kind.

`Half price` is fifty percent, `every thirty seconds` an interval like `30-second intervals`, `in a week` seven days, `until 2030` a date,
`until ten at night` an end of hours like `08:00 to 22:00`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from agent.clashes.typed import Typed, typed_values

PARTS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0, "hälfte": 50.0, "drittel": 100 / 3, "viertel": 25.0}  # fmt: skip
SPANS = {"week": 7.0, "fortnight": 14.0, "month": 30.4, "year": 365.0, "woche": 7.0, "monat": 30.4, "jahr": 365.0}  # fmt: skip
HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")  # fmt: skip
NOON = 12
LATEST_START = 11
"""An hour up to which something opens in the morning, as it is said."""
_PART = re.compile(
    r"\b(?:an? |die |one[- ])?(?P<part>half|third|quarter|fifth|tenth|hälfte|drittel|viertel)\b(?!\s*(?:an? |of an? )?(?:year|hour|day|month|jahr))", re.I
)  # fmt: skip
_PAID = re.compile(
    r"\b(?:pay|charge|bill|price|cost|discount|reduc|off\b|rabatt|nachlass|zahl)", re.I
)
_SPAN = re.compile(
    r"\b(?P<before>in|within|inside|takes?|binnen|innerhalb)?\s*\b(?:an?|one|eine[rm]?) (?P<unit>week|fortnight|month|year|woche|monat|jahr)\b(?P<after>['’]s notice| after| from| later| of (?:notice|warning))?",
    re.I,
)
_YEAR = re.compile(
    r"\b(?:until|till|through|by|bis|before) (?:the end of )?(?P<year>20[2-4]\d)\b", re.I
)
_INTERVAL = re.compile(r"[-\s]*(?:interval|cycle|takt)", re.I)
_INTERVAL_OF = re.compile(r"\b(?:intervals? of|every|alle|each)\s*$", re.I)
_CLOCK = r"(?P<{0}>\d{{1,2}}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|midnight|noon)(?:[:.](?P<{0}m>\d\d))?(?:\s*(?P<{0}h>am\b|pm\b|a\.m\.|p\.m\.|in the morning|in the evening|at night))?"
_FROM_TO = re.compile(
    rf"\b{_CLOCK.format('a')}\s*(?:to|until|till|and|bis|-|–)\s*{_CLOCK.format('b')}(?=\W|$)(?!\s*(?:weeks?|days?|months?|years?|%|per\b|percent))",
    re.I,
)
_UNTIL = re.compile(rf"\b(?:until|till|til|up to|bis)\s+{_CLOCK.format('b')}(?=\W|$)(?!\s*(?:weeks?|days?|months?|years?|%|per\b|percent|\w+ (?:per|users?)))", re.I)  # fmt: skip
_FROM = re.compile(
    rf"\b(?:open(?:s|ed)?(?: up)? (?:at|from)|there from|start(?:s|ing)? at)\s+{_CLOCK.format('a')}(?=\W|$)",
    re.I,
)


@dataclass(frozen=True)
class Open:
    """From when to when somebody is there, in hours of the day; None where it isn't said."""

    start: float | None = None
    end: float | None = None

    def exceeds(self, other: Open) -> bool | None:
        """True if it opens before or closes after another; None where nothing can be compared."""
        pairs = [
            (other.start, self.start),
            (self.end, other.end),
        ]
        known = [later > earlier for later, earlier in pairs if later is not None and earlier is not None]  # fmt: skip
        return any(known) if known else None


def said_values(words: str, day: date | None = None) -> tuple[Typed, ...]:
    """Every typed value of some words said on `day`, those in everyday words too."""
    found = [_interval(v, words) for v in typed_values(words, day)]
    dates = list(_years(words))
    found = [v for v in found if not any(d.start <= v.start < d.end for d in dates)]
    more = [v for v in (*_parts(words), *_spans(words)) if not any(v.start < f.end and f.start < v.end for f in found)]  # fmt: skip
    return (*found, *dates, *more)


def _interval(value: Typed, words: str) -> Typed:
    after, before = words[value.end : value.end + 12], words[: value.start]
    between = _INTERVAL.match(after) or _INTERVAL_OF.search(before)
    return replace(value, kind="period") if value.kind == "duration" and between else value


def _parts(words: str) -> Iterator[Typed]:
    for m in _PART.finditer(words) if _PAID.search(words) else ():
        share = PARTS[m["part"].lower()]
        yield Typed("percent", m.start(), m.end(), m.group().strip(), (share,), (share,), "%")


def _spans(words: str) -> Iterator[Typed]:
    for m in _SPAN.finditer(words):
        if m["before"] or m["after"]:
            days = SPANS[m["unit"].lower()]
            yield Typed("duration", m.start(), m.end(), m.group().strip(), (days,), (days,), "days")


def _years(words: str) -> Iterator[Typed]:
    for m in _YEAR.finditer(words):
        last = float(date(int(m["year"]), 12, 31).toordinal())
        yield Typed("date", m.start(), m.end(), m.group(), (last,), (last,), "day")


def hours_of(words: str) -> Open | None:
    """The hours of the day that some words name, or None. What people say without `am` is taken as they'd mean it."""
    for m in _FROM_TO.finditer(words):
        start, end = _hour(m["a"], m["am"], m["ah"], False), _hour(m["b"], m["bm"], m["bh"], True)
        if start is not None and end is not None and (m["am"] or m["bm"] or m["ah"] or m["bh"]):
            return Open(start, end)
    until, opens = _UNTIL.search(words), _FROM.search(words)
    if until is None and opens is None:
        return None
    end = _hour(until["b"], until["bm"], until["bh"], True) if until else None
    start = _hour(opens["a"], opens["am"], opens["ah"], False) if opens else None
    return Open(start, end) if start is not None or end is not None else None


def _hour(said: str, minutes: str | None, half: str | None, closes: bool) -> float | None:
    word = said.lower()
    if word in ("midnight", "noon"):
        return 24.0 if word == "midnight" else 12.0
    hour = float(HOURS.index(word) + 1 if word in HOURS else int(word))
    if hour > 2 * NOON:
        return None
    late = bool(half and (half.lower().startswith("p") or "evening" in half or "night" in half))
    bare = not half and not minutes
    if hour < NOON and (late or (bare and closes and hour <= LATEST_START)):
        hour += NOON
    return hour + int(minutes or 0) / 60
