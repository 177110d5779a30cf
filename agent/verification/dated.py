"""Does the evidence carry the claim's dates, days and times?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.verification import dates
from agent.verification.beside import better_placed
from agent.verification.fault import Fault
from agent.verification.quantity import Quantity
from agent.verification.statements import Statement
from agent.verification.support import Grounds

_NEARER = 0.25
"""By so much closeness another date is the one meant; of 28 true dates that had a rival none is refused."""


def altered_date(grounds: Grounds) -> Fault | None:
    """A date, day or time that the evidence gives differently or not at all."""
    for when in grounds.part.whens:
        if not _dated(when, grounds):
            here = [w for i in grounds.around for w in grounds.all[i].whens]
            return Fault("altered", _dates_differ(when, here))
        if other := _of_another_thing(when, grounds):
            return Fault(
                "altered",
                f"the evidence says {other.text} of this, the claim says {when.text}",
                sure=False,
            )
    return None


def _of_another_thing(when: dates.When, grounds: Grounds) -> dates.When | Quantity | None:
    """Another date of the kind, not in the claim, that the claim's words stand nearer to."""
    said = [(w, i) for i, s in enumerate(grounds.all) for w in s.whens if _comparable(when, w)]
    carrying = [(w, i) for w, i in said if dates.agrees(when, w)]
    others = [
        (w, i) for w, i in said if not any(dates.agrees(mine, w) for mine in grounds.part.whens)
    ]
    return better_placed(when, grounds, carrying, others, _NEARER)


def _dated(when: dates.When, grounds: Grounds) -> bool:
    """Whether the nearest statements that date anything of the kind carry the date."""
    for reach in (grounds.chosen, grounds.around, range(len(grounds.all))):
        known = [w for i in reach for w in grounds.all[i].whens]
        if any(dates.agrees(when, w) for w in known) or _year_and_day(when, known):
            return True
        if reach is grounds.around and _day_and_month(when, [grounds.all[i] for i in reach]):
            return True
        if any(_comparable(when, w) for w in known) and (
            reach is not grounds.chosen or when.minute is not None
        ):
            break
    if _part_of_month(when, grounds) or _off_days(when, grounds):
        return True
    if when.weekday is not None and _WEEKDAYS.search(
        " ".join(grounds.all[i].text for i in grounds.around)
    ):
        return when.weekday in (0, 4)
    if when.minute is not None and _at_that_hour(when.minute, grounds):
        return True
    return when.is_year and any(
        float(when.year or 0) in q.values for s in grounds.all for q in s.quantities
    )


_WEEKDAYS = re.compile(
    r"\b(?:weekdays?|business (?:days?|hours)|working (?:days?|hours)|werktags?|werktagen?)\b", re.I
)


_SPAN_OF_DAYS = re.compile(
    r"\b(?:mon(?:day|tag)?|mo)\.?s? ?(?:-|to|through|until|bis) ?(?:fri(?:day|tag)?|fr)\b", re.I
)
_NOT_THEN = re.compile(
    r"\b(?:no|not|nobody|none|never|closed|unavailable|without|\w+n't|nicht|kein\w*|niemand|nie)\b",
    re.I,
)
_SATURDAY = 5
"""Days of the week are counted from Monday, which is 0."""


def _off_days(when: dates.When, grounds: Grounds) -> bool:
    """`Nobody answers on Saturdays` beside `Monday to Friday`."""
    said = " ".join(grounds.all[i].text for i in grounds.around)
    off = when.weekday is not None and when.weekday >= _SATURDAY
    span = _SPAN_OF_DAYS.search(said) or _WEEKDAYS.search(said)
    return off and bool(span and _NOT_THEN.search(grounds.part.text))


_PART = re.compile(r"\b(?:(?P<early>early|beginning of|start of|anfang)|(?P<mid>mid|middle of|mitte)|(?P<late>late|end of|ende))[ -](?:the )?(?:in )?$", re.I)  # fmt: skip
_PART_SAID = {
    "early": re.compile(
        r"\b(?:first (?:week|days|half|of)|early|beginning|start|anfang|erste)\b", re.I
    ),
    "mid": re.compile(r"\b(?:(?:second|third) week|mid(?:dle)?|mitte)\b", re.I),
    "late": re.compile(r"\b(?:last (?:week|days)|second half|late|end|ende|letzte)\b", re.I),
}


def _part_of_month(when: dates.When, grounds: Grounds) -> bool:
    """`Early February` beside `the first week of February`."""
    words = grounds.part.text[max(0, when.start - 14) : when.start] + when.text.split(" ")[0] + " "
    match = _PART.search(words)
    if match is None or match.lastgroup is None or not when.months:
        return False
    return any(
        w.months == when.months and _PART_SAID[match.lastgroup].search(s.text[max(0, w.start - 16) : w.start])
        for s in (grounds.all[i] for i in grounds.around) for w in s.whens
    )  # fmt: skip


_AT = re.compile(r"\b(?:at|by|until|till|before|after|from|um|bis|ab)\s+$", re.I)


def _at_that_hour(minute: int, grounds: Grounds) -> bool:
    """`We close at six` beside a claim of 6 pm."""
    return any(
        q.kind == "count" and not q.nouns and _AT.search(s.text[: q.start])
        and any(v * 60 % 720 == minute % 720 for v in q.values)
        for s in (grounds.all[i] for i in grounds.around) for q in s.quantities
    )  # fmt: skip


def _comparable(a: dates.When, b: dates.When) -> bool:
    if (a.minute is None) != (b.minute is None) or (a.weekday is None) != (b.weekday is None):
        return False
    return bool(a.months) == bool(b.months)


def _day_and_month(when: dates.When, here: Sequence[Statement]) -> bool:
    """`By the tenth.` - `Of November?` - `Yes`: the day and the month in two statements."""
    if when.day is None:
        return False
    day = any(
        q.ordinal
        and float(when.day) in q.values
        and not s.text[: q.start].rstrip().endswith(("not the", "not"))
        for s in here
        for q in s.quantities
    )
    return day and any(w.months == when.months for s in here for w in s.whens)


def _year_and_day(when: dates.When, known: Sequence[dates.When]) -> bool:
    """The day stands in one place and the year in another."""
    if when.year is None or not when.months:
        return False
    bare = dates.When(when.start, when.end, when.text, None, when.months, when.day)
    undated = [w for w in known if w.year is None]
    return any(dates.agrees(bare, w) for w in undated) and any(w.year == when.year for w in known)


def _dates_differ(when: dates.When, known: Sequence[dates.When]) -> str:
    like = [
        w
        for w in known
        if (w.minute is None) == (when.minute is None)
        and (w.weekday is None) == (when.weekday is None)
    ]
    if like:
        return f"the evidence says {like[0].text}, the claim says {when.text}"
    return f"the evidence does not say {when.text}"
