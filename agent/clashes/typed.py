"""The values of a sentence that can contradict another's: amounts, dates, hours of the week, what has no limit.

Numbers and dates are read by the verifier's readers, so that all notations that it knows are compared as well.
"""

from __future__ import annotations

import calendar
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from agent.clashes.hours import EVERY_DAY, covered
from agent.verification.dates import When, whens
from agent.verification.numbers import ORDINALS
from agent.verification.plain import make_plain
from agent.verification.quantities import quantities
from agent.verification.quantity import Quantity
from agent.verification.units import DAYS, MONTHS

TypedKind = Literal["money", "percent", "duration", "period", "count", "date", "hours", "given", "who", "where", "choice"]  # fmt: skip
MONTH_DAYS = 30.4
YEARLY = {"year": 1.0, "quarter": 4.0, "month": 12.0, "week": 52.0, "day": 365.0}
"""How many of a rate's parts a year has."""
_NUMBER = re.compile(
    r"\d|%|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|"
    r"half|quarter\w*|dozen|couple|weekly|monthly|yearly|annual\w*|daily|biweekly|fortnight\w*|every|each|an? (?:hour|day|week|month|year)|"
    r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|\w+zehn|\w+zig|hundert|tausend|eine[mnrs]? \w+|monatlich|jährlich|wöchentlich|vierteljährlich)\b",
    re.I,
)
_DATED = re.compile(
    r"\d[./-]\d|\bq[1-4]\b|\b(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zäö]*\b|\b(?:first|second|third|fourth) (?:quarter|half)|"
    r"\bthe \d{1,2}(?:st|nd|rd|th)\b",
    re.I,
)
_UNLIMITED = re.compile(
    r"\b(?:unlimited|limitless|no (?:upper )?(?:limit|cap)s?|uncapped|without (?:any )?limits?|as many as you (?:like|want|need)|unbegrenzt\w*)\b",
    re.I,
)
_SUM_FIELD = re.compile(r"\b(?:amount|acv|arr|tcv|mrr|value|price|revenue|betrag|summe|belopp|fee)\b[^:]*:\s*$", re.I)  # fmt: skip
"""How a field is called that holds a sum without its currency."""
_IDLE = re.compile(r"(?:an?|eine?[mnrs]?|the|day|week|year|every|each) (?:one|day|week|month|year|hour|quarter|minute|tag|woche|monat|jahr|stunde)|day|week", re.I)  # fmt: skip
"""`A year`, `day one`: more a way of speaking than an amount."""
_LABELLED = re.compile(r"(?:\b(?:wave|phase|section|clause|annex|schedule|tier|level|severity|priority|version|release|year|step|stage|article|exhibit|appendix|room|street|order|quote|invoice|no\.|q|p|"
    r"site|store|shop|branch|building|floor|hall|dock|gate|bay|berth|unit|line|plant|ward|wing|class|grade|route|module|question|point|item|page|table|figure|row|option|ticket|week|kw)\s?|[#§/])$", re.I)  # fmt: skip
_CODE = "sek|nok|dkk|pln|czk|huf|aud|cad|nzd|sgd|inr|jpy|zar|brl|mxn|chf|kr|kronor"
_CODE_BEFORE, _CODE_AFTER = re.compile(rf"\b({_CODE})\.?\s?$", re.I), re.compile(rf"\s?({_CODE})\b", re.I)  # fmt: skip
_NTH = re.compile(
    r"\b(?P<nth>\d{1,2}(?:st|nd|rd|th)|"
    + "|".join(ORDINALS)
    + r")\b(?: ?\(\d{1,2}(?:st|nd|rd|th)?\))? (?P<unit>month|week|year|monat|woche|jahr)\b",
    re.I,
)
"""A point in time by its number: `the twelfth month`."""
_THROUGH = re.compile(r"\s*(?:,? ?(?:to|through|thru|until|till|up to|bis|till och med)(?: and including)?|-|–)\s*", re.I)  # fmt: skip
_FIRST_DAY = re.compile(r"\b(?:(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)?|(?P<nth>" + "|".join(ORDINALS) + r"))\.?\s*(?:to|through|until|till|and|bis|-|–)\s*(?:the )?$", re.I)  # fmt: skip
_DAY_FIRST = re.compile(r"\d|(?:" + "|".join(ORDINALS) + r")\b", re.I)
_FORMAT = re.compile(r"[ -]?(?:digits?|characters?|letters?|stellig\w*)\b", re.I)
"""How long a code is, and no amount."""
_INDEXED = re.compile(
    r"\b(?:rpi|cpih?|ppi|inflation|index\w*|euribor|libor|base rate|verbraucherpreis\w*|kpi)(?: \([\w ]+\))?\s*(?:\+|plus|and|und)\s*(?:up to |an? (?:further |additional )?)?$",
    re.I,
)
"""What moves by itself, and to which a percentage is added."""
_ABOUT = re.compile(r"\b(?:estimat\w+|forecast\w*|expected|projected|(?:a (?:bit|little|touch|shade)|just|slightly|somewhat|well) (?:under|over|above|below)|geschätzt\w*|uppskatta\w*)\b[^.;]{0,24}$", re.I)  # fmt: skip
_UNIT_OF = re.compile(r"(?:\bper|\band|/|\ba|\beach|\bper \w+ and)\s*$", re.I)
"""Before a unit that is part of a rate, `per user and month: 39`, and not what the number counts."""
_ID = re.compile(r"\d{9,}")
_THOUSANDS = re.compile(r"thousand|grand|tausend|\dk\b", re.I)
_PARTS = {"start": (0, 1), "mid": (1, 2), "end": (2, 3)}


@dataclass(frozen=True)
class Typed:
    """One value: its readings from `lows` to `highs`, in days, in whole money, in percent, or as days of the calendar."""

    kind: TypedKind
    start: int
    end: int
    text: str
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    unit: str = ""
    bound: str | None = None
    """Of an amount `least` or `most`, of a date `first` or `last` of a range, of a person the side."""
    about: bool = False
    rate: str | None = None
    nouns: tuple[str, ...] = ()
    """What stands right behind a count."""
    name: str = ""
    """Of a person or a place, or `yes` and `no` of what is given, where the value is one."""
    spoken: tuple[float, ...] = ()
    """The number itself, whatever it counts."""


def typed_values(sentence: str, day: date | None = None) -> list[Typed]:
    """Every value of a sentence that was written or said on `day`, in order; the cells of a row each for itself."""
    return list(_typed(sentence, day))


@lru_cache(maxsize=8192)
def _typed(sentence: str, day: date | None) -> tuple[Typed, ...]:
    found: list[Typed] = []
    for cell in re.finditer(r"[^\t]+", sentence):
        plain = make_plain(cell.group())
        for value in _of_cell(plain.text, day):
            start, end = (cell.start() + at for at in plain.original(value.start, value.end))
            found.append(replace(value, start=start, end=end, text=_alone(sentence[start:end])))
    return tuple(sorted(found, key=lambda t: t.start))


def _of_cell(text: str, day: date | None) -> list[Typed]:
    dates = whens(text) if _DATED.search(text) else []
    years = [w.year for w in dates if w.year] if day is None else []
    found = _ranged(
        [t for w in dates if (t := _dated(w, day, next(iter(years), None))) is not None], text
    )
    weekly = [Typed("hours", a, b, text[a:b], (h,), (g,), u) for a, b, h, g, u in covered(text)]
    if _NUMBER.search(text):
        amounts = [
            q for q in quantities(text, dates) if not any(d.start <= q.start < d.end for d in found)
        ]
        spans = [q for q in amounts if q.kind == "duration"]
        if weekly:
            amounts = [q for q in amounts if not EVERY_DAY.fullmatch(q.text)]
        weekly = [h for h in weekly if not any(q.start < h.start < q.end for q in spans)]
        for quantity in amounts:
            if not any(c.start <= quantity.start < c.end for c in weekly):
                found += _amount(quantity, text)
        found += _nth(text)
    found += weekly
    found += [
        Typed("count", m.start(), m.end(), m.group(), (math.inf,), (math.inf,), "unlimited")
        for m in _UNLIMITED.finditer(text)
    ]
    return found


def _ranged(dates: list[Typed], text: str) -> list[Typed]:
    """`15 July 2026 through 14 July 2028`: the first date is a start, the second an end."""
    out = [_from_its_first_day(d, text) for d in dates]
    for n, (one, other) in enumerate(itertools.pairwise(dates)):
        if _THROUGH.fullmatch(text[one.end : other.start]):
            out[n], out[n + 1] = replace(one, bound="first"), replace(other, bound="last")
    return out


def _from_its_first_day(value: Typed, text: str) -> Typed:
    """`22 to 26 February 2027` reaches from the first of the two days."""
    first = _FIRST_DAY.search(text[: value.start])
    if first is None or value.unit != "day" or not _DAY_FIRST.match(value.text):
        return value
    day = int(first["day"] or ORDINALS[first["nth"].lower()])
    low = value.lows[0] - date.fromordinal(int(value.lows[0])).day + day
    return replace(
        value,
        start=first.start(),
        text=text[first.start() : value.end],
        lows=(low, *value.lows[1:]),
    )


def _nth(text: str) -> Iterator[Typed]:
    for m in _NTH.finditer(text):
        said = m["nth"].lower()
        number = ORDINALS.get(said) or int(re.sub(r"\D", "", said))
        unit = m["unit"].lower()
        days = number * (DAYS[unit] if unit in DAYS else MONTHS[unit] * MONTH_DAYS)
        if number > 1:
            yield Typed("duration", m.start(), m.end(), m.group(), (days,), (days,), "months")


def _alone(words: str) -> str:
    """A value's words out of their sentence: `45) days` of `forty-five (45) days`, `forty five's` of `Net forty five's fine`."""
    words = words.strip().removesuffix("'s").removesuffix("\u2019s")
    return words if "(" in words else words.replace(")", "")


def _amount(q: Quantity, text: str) -> list[Typed]:
    if q.ratio or (q.kind == "count" and (q.ordinal or _FORMAT.search(text, q.end, q.end + 12))):
        return []
    scale = MONTH_DAYS if q.kind == "duration" and q.unit == "months" else 1.0
    lows = tuple(sorted(v * scale for v in q.values))
    highs = tuple(sorted(v * scale for v in (q.top or q.values)))
    if (
        not lows
        or (q.kind == "count" and max(highs) <= 1)
        or _IDLE.fullmatch(q.text)
        or _numbers_a_clause(q, text)
    ):
        return []
    kind, unit = _money(q, text, max(highs))
    about = q.about or bool(_ABOUT.search(text[: q.start]))
    if kind == "duration" and q.text[:1].isalpha() and _UNIT_OF.search(text[: q.start]):
        return []
    if kind == "percent" and _INDEXED.search(text[: q.start]):
        unit = "above an index"
    said = tuple(sorted(q.spoken or q.values))
    value = Typed(
        kind,
        q.start,
        q.end,
        q.text,
        lows,
        highs,
        unit,
        q.bound,
        about,
        q.rate,
        q.nouns,
        spoken=said,
    )
    if kind == "money" and not unit and "for" not in text[: q.start][-5:]:
        return [value, replace(value, kind="count")]
    return [value]


def _numbers_a_clause(q: Quantity, text: str) -> bool:
    """`4.2 Additional users`, `Wave 2`, `Section 3`: no amount; nor the `1` before `$0.00` of a table, nor a long number."""
    if _ID.fullmatch(q.text):
        return True
    if q.kind == "money" and text[q.end : q.end + 1].isdigit():
        return True
    if q.start == 0 and re.match(r"\d+\.\d+(?:\.\d+)*\.? [A-Z]", text):
        return True
    return q.kind == "count" and bool(_LABELLED.search(text[: q.start]))


def _money(q: Quantity, text: str, most: float) -> tuple[TypedKind, str]:
    """Money in currencies that have no sign, in a field that holds a sum, or said in thousands of nothing."""
    if q.kind != "count":
        return q.kind, q.unit
    code = _CODE_BEFORE.search(text[: q.start]) or _CODE_AFTER.match(text, q.end)
    if code:
        return "money", "kr" if code[1].lower() == "kronor" else code[1].lower()
    said = not q.nouns and most >= 1000 and bool(_THOUSANDS.search(q.text))
    rated = not q.nouns and most >= 100 and q.rate is not None
    return ("money", "") if said or rated or _SUM_FIELD.search(text[: q.start]) else ("count", "")


def _dated(w: When, day: date | None, beside: int | None = None) -> Typed | None:
    """A day, a month or a part of it as days from the first to the last one meant; `beside` is the year of a date beside it."""
    if not w.months or w.weekday is not None or w.minute is not None:
        return None
    year = w.year or (_year_near(w, day) if day else beside)
    if year is None:
        return None
    first, last = min(w.months), max(w.months)
    days_in = calendar.monthrange(year, last)[1]
    if w.day is not None:
        if w.day > days_in:
            return None
        low = high = date(year, first, w.day).toordinal()
    else:
        low, high = date(year, first, 1).toordinal(), date(year, last, days_in).toordinal()
        if w.part:
            a, b = _PARTS[w.part]
            low, high = low + a * (high - low) // 3, low + b * (high - low) // 3
    unit = "day" if w.day else "month"
    swapped = () if w.swapped is None else (float(date(year, *w.swapped).toordinal()),)
    return Typed(
        "date", w.start, w.end, w.text, (float(low), *swapped), (float(high), *swapped), unit
    )


def _year_near(w: When, day: date) -> int:
    """The year that puts a day without one rather ahead of when it was said than behind."""
    month, of_month = min(w.months), w.day or 15

    def apart(year: int) -> float:
        ahead = (year - day.year) * 365 + (month - day.month) * 30.4 + of_month - day.day
        return ahead if ahead >= -20 else -3 * ahead

    return min((day.year - 1, day.year, day.year + 1), key=apart)
