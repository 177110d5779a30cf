"""Typed values in text: money, percentages, durations, counts, dates; spoken numbers included.

`values_of("twelve thousand even for the year")` and `values_of("$12,000")` give the same money. Values
are compared by kind, unit and number, never as strings.
"""

from __future__ import annotations

import re
from typing import Literal

from indexer.models import Frozen

ValueKind = Literal["money", "percent", "duration", "count", "hours", "date"]

_UNITS = {
    w: n for n, w in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    )
}  # fmt: skip
_TENS = {
    w: 10 * n
    for n, w in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000}
_GERMAN = {
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "elf": 11, "zwölf": 12,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "twenty-fourth": 24, "thirtieth": 30,
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\d[\d,.]*\d|\d|[$€£%]", re.U)
_DURATION_UNITS = {
    "hour": 1 / 24, "hours": 1 / 24, "hrs": 1 / 24, "day": 1, "days": 1, "tage": 1, "tagen": 1, "week": 7, "weeks": 7, "wks": 7, "wk": 7, "wochen": 7, "woche": 7,
    "month": 30, "months": 30, "monate": 30, "monaten": 30, "mos": 30, "year": 365, "years": 365, "jahre": 365,
}  # fmt: skip
_PEOPLE = [
    "user",
    "users",
    "seat",
    "seats",
    "license",
    "licenses",
    "licence",
    "licences",
    "agents",
    "members",
    "people",
    "employees",
    "sites",
    "locations",
    "branches",
    "terminals",
    "doors",
    "plants",
    "stores",
    "lines",
    "providers",
    "staff",
    "chairs",
    "practices",
    "technicians",
    "benutzer",
    "lizenzen",
]
_SEATS = {"user": "users", "seat": "users", "seats": "users", "license": "users", "licenses": "users",
          "licence": "users", "licences": "users", "benutzer": "users", "lizenzen": "users"}  # fmt: skip
_NET_DAYS = (7, 10, 14, 15, 20, 21, 28, 30, 45, 60, 90, 120)
"""Payment terms, as in `net thirty`."""
_ROUND_THE_CLOCK = re.compile(
    r"\b24\s*/\s*7\b|twenty[- ]four[- ](?:seven|by[- ]seven)|around[- ]the[- ]clock|round[- ]the[- ]clock|"
    r"any (?:time|hour) (?:of )?(?:the )?(?:day|night)|rund um die uhr|nights and weekends|weekends? too",
    re.I,
)
_OFFICE_HOURS = re.compile(
    r"monday (?:to|through|-|–) (?:friday|saturday)|mon\.?\s*[-–]\s*fri|business hours|(?<!\w )business days|weekdays|"
    r"\d{1,2}(?::\d\d)?\s*(?:a\.?m\.?)?\s*(?:to|-|–)\s*\d{1,2}(?::\d\d)?\s*p\.?m|montag bis freitag",
    re.I,
)


class Value(Frozen):
    """One typed value: durations in days, money in whole units, percent as written, dates as days into a year."""

    kind: ValueKind
    number: float
    unit: str = ""
    text: str = ""


def _tokens(text: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for m in _WORD.finditer(text):
        word = m.group().lower()
        head, _, tail = word.rpartition("-")
        if head and tail in _DURATION_UNITS:
            cut = m.start() + len(head)
            found += [(head, m.start(), cut), (tail, cut + 1, m.end())]
        else:
            found.append((word, m.start(), m.end()))
    return found


def _small(word: str) -> int | None:
    if word in _UNITS:
        return _UNITS[word]
    if word in _TENS:
        return _TENS[word]
    if word in _GERMAN:
        return _GERMAN[word]
    if "-" in word:
        head, _, tail = word.partition("-")
        if head in _TENS and tail in _UNITS and _UNITS[tail] < 10:
            return _TENS[head] + _UNITS[tail]
    return None


def _digits(word: str) -> float | None:
    if not word[0].isdigit():
        return None
    plain = word.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    plain = plain.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return None


def _number_at(tokens: list[tuple[str, int, int]], i: int) -> tuple[float, int] | None:
    """The number that starts at token `i` and the token after it, or None."""
    word = tokens[i][0]
    value = _digits(word)
    if value is not None:
        j = i + 1
        if j < len(tokens) and tokens[j][0] in _SCALES:
            return value * _SCALES[tokens[j][0]], j + 1
        if j < len(tokens) and tokens[j][0] == "k" and tokens[j][1] == tokens[i][2]:
            return value * 1000, j + 1
        return value, j
    total, current, j, seen = 0.0, 0.0, i, False
    while j < len(tokens):
        word = tokens[j][0]
        small = _small(word)
        if small is not None:
            if seen and current % 100 and (small >= 10 or current % 10):
                break
            current += small
        elif word in _SCALES and seen:
            if _SCALES[word] == 100:
                current = (current or 1) * 100
            else:
                total, current = total + (current or 1) * _SCALES[word], 0
        elif (
            word == "and"
            and seen
            and j + 1 < len(tokens)
            and tokens[j - 1][0] in _SCALES
            and _small(tokens[j + 1][0]) is not None
        ):
            pass
        else:
            break
        seen, j = True, j + 1
    return (total + current, j) if seen else None


def _typed(
    tokens: list[tuple[str, int, int]], i: int, number: float, after: int, text: str
) -> Value | None:
    """The value that a number is, by the words around it."""
    ahead = [t[0] for t in tokens[after : after + 3]]
    before = tokens[i - 1][0] if i else ""
    span = text[tokens[i][1] : tokens[min(after, len(tokens) - 1)][2]].replace(") ", " ")
    if before in "$€£" and before:
        return Value(
            kind="money",
            number=number,
            unit=before,
            text=text[tokens[i - 1][1] : tokens[after - 1][2]],
        )
    nxt = ahead[0] if ahead else ""
    if before == "net" and number in _NET_DAYS:
        return Value(kind="duration", number=number, unit="days", text=f"net {span}")
    if nxt in ("%", "percent", "prozent"):
        return Value(kind="percent", number=number, text=span)
    if nxt in ("dollars", "euros", "euro", "bucks", "usd", "eur"):
        return Value(kind="money", number=number, unit="$", text=span)
    for k, word in enumerate(ahead[:3]):
        unit = word.split("-")[-1]
        if unit in _DURATION_UNITS and (
            k == 0
            or ahead[:k] in (["business"], ["working"], ["calendar"], ["full"], ["consecutive"])
        ):
            return Value(
                kind="duration", number=number * _DURATION_UNITS[unit], unit="days", text=span
            )
        if word in _PEOPLE and k <= 2 and number.is_integer():
            return Value(
                kind="count",
                number=number,
                unit=_SEATS.get(word, word),
                text=text[tokens[i][1] : tokens[after + k][2]],
            )
    if (
        number >= 1000
        and number % 100 == 0
        and not (1990 <= number <= 2100)
        and any(t[0] in _SCALES for t in tokens[i:after])
    ):
        return Value(
            kind="money", number=number, unit="$", text=text[tokens[i][1] : tokens[after - 1][2]]
        )
    return None


_MONTHS = {
    m: n
    for n, m in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    )
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"(\d{1,2})(?:st|nd|rd|th)?|("
    + "|".join(_ORDINALS)
    + r"|twenty-?\s?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty-?\s?first)"
)
_DATE = re.compile(
    rf"\b{_MONTH} (?:the )?(?:{_DAY})\b|\b(?:the )?(?:{_DAY})(?: of)? {_MONTH}(?![a-z])|\b20\d\d-(\d\d)-(\d\d)\b",
    re.I,
)
_TENS_OF_DAYS = {"twenty": 20, "thirty": 30}


def _day_of_month(digits: str | None, word: str | None) -> int:
    if digits:
        return int(digits)
    parts = re.split(r"[-\s]", (word or "").lower())
    return sum(_TENS_OF_DAYS.get(p, 0) or _ORDINALS.get(p, 0) for p in parts)


def _dates(text: str) -> list[Value]:
    """Days of a year by month's name or as ISO dates; the year itself is not compared."""
    found = []
    for m in _DATE.finditer(text):
        g = m.groups()
        if (g[0] or g[5]) in ("may", "march"):
            continue
        if g[6]:
            month, day = int(g[6]) - 1, int(g[7])
        else:
            month = _MONTHS[(g[0] or g[5]).lower()]
            day = _day_of_month(g[1] or g[3], g[2] or g[4])
        if 0 <= month < 12 and 1 <= day <= 31:
            found.append(
                Value(kind="date", number=round(month * 30.4 + day), unit="day", text=m.group())
            )
    return found


def values_of(text: str) -> list[Value]:
    """Every typed value of `text`, in order; dates first."""
    found: list[Value] = _dates(text)
    if match := _ROUND_THE_CLOCK.search(text):
        found.append(Value(kind="hours", number=168, text=match.group()))
    if match := _OFFICE_HOURS.search(text):
        found.append(Value(kind="hours", number=60, text=match.group()))
    tokens = _tokens(text)
    i = 0
    while i < len(tokens):
        word = tokens[i][0]
        if word in _ORDINALS:
            unit = next(
                (t for t in tokens[i + 1 : i + 4] if t[0] in ("month", "week", "year")), None
            )
            if unit is not None:
                days = _ORDINALS[word] * _DURATION_UNITS[unit[0]]
                found.append(
                    Value(
                        kind="duration", number=days, unit="days", text=text[tokens[i][1] : unit[2]]
                    )
                )
        number = _number_at(tokens, i)
        if number is None:
            i += 1
            continue
        value = _typed(tokens, i, number[0], number[1], text)
        if value is not None:
            found.append(value)
        i = max(number[1], i + 1)
    return found


def numbers_of(text: str) -> set[float]:
    """Every number of `text`, digits and words alike."""
    tokens = _tokens(text)
    found: set[float] = set()
    i = 0
    while i < len(tokens):
        number = _number_at(tokens, i)
        if number is None:
            i += 1
            continue
        found.add(number[0])
        i = max(number[1], i + 1)
    return found
