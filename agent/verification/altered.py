"""Is a number, amount, duration, date or name of the claim another than the evidence's?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.verification import dates
from agent.verification.agreement import agrees
from agent.verification.fault import Fault
from agent.verification.names import Known, is_named
from agent.verification.quantity import Quantity
from agent.verification.statements import Statement
from agent.verification.support import Grounds, Part
from agent.verification.words import is_content, stem


def altered_value(grounds: Grounds) -> Fault | None:
    """A number, amount, duration or date that the evidence gives differently or not at all."""
    here = [grounds.all[i] for i in grounds.around]
    said = [(q, s) for s in here for q in s.quantities]
    values = [q for q, _ in said]
    shares = [q for q in grounds.part.quantities if q.ratio and any(agrees(q, v) for v in values)]
    for quantity in grounds.part.quantities:
        if (
            is_idle(quantity)
            or quantity.ratio
            or any(s.start <= quantity.start < s.end and not quantity.ratio for s in shares)
        ):
            continue
        carried = (
            any(agrees(quantity, q) for q in values)
            or _said_elsewhere(quantity, grounds)
            or _listed(quantity, grounds)
        )
        if quantity.kind == "period":
            if not carried and any(q.kind == "period" for q in values):
                return Fault("altered", _values_differ(quantity, values))
            continue
        if not carried and quantity.top:
            ends = [
                replace(quantity, top=frozenset()),
                replace(quantity, values=quantity.top, top=frozenset()),
            ]
            carried = all(any(agrees(end, q) for q in values) for end in ends)
        if (
            not carried
            or _other_noun(quantity, values)
            or _elsewhere_bound(quantity, grounds.part, said)
        ):
            return Fault("altered", _values_differ(quantity, values))
    for when in grounds.part.whens:
        if not _dated(when, grounds):
            return Fault("altered", _dates_differ(when, [w for s in here for w in s.whens]))
    return None


_REACH = 30
"""Characters on either side of a value that tell what it counts, within its clause."""


def _context(q: Quantity, within: Part | Statement) -> frozenset[str]:
    """The content words around a value."""
    low = max(within.text.rfind(sign, 0, q.start) for sign in ",;:(")
    high = min(
        (at for at in (within.text.find(sign, q.end) for sign in ",;:(") if at >= 0),
        default=q.end + _REACH,
    )
    low, high = max(low, q.start - _REACH), min(high, q.end + _REACH)
    near = [t for t in within.tokens if low <= t.start < high and not q.start <= t.start < q.end]
    return frozenset(stem(t.text) for t in near if is_content(t))


def _elsewhere_bound(
    quantity: Quantity, part: Part, said: Sequence[tuple[Quantity, Statement]]
) -> bool:
    """The value is there, but of something else, and what the claim speaks of has another value."""
    if quantity.kind == "count" and not quantity.nouns:
        return False
    if any(s.mood == "takes_back" and agrees(quantity, q) for q, s in said):
        return False
    mine = _context(quantity, part)
    if any(
        (agrees(quantity, q) and q.kind != quantity.kind)
        or (agrees(quantity, q) and not q.unit and not q.nouns)
        for q, _ in said
    ):
        return False
    agreeing = [
        max(len(mine & _context(q, s)), len(part.stems & s.stems))
        for q, s in said
        if agrees(quantity, q)
    ]
    others = [
        len(mine & _context(q, s))
        for q, s in said
        if q.kind == quantity.kind and not q.ordinal and not is_idle(q) and not agrees(quantity, q)
    ]
    return bool(agreeing) and max(agreeing) == 0 and max(others, default=0) > 0


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


def is_idle(q: Quantity) -> bool:
    """`one` and `first` without a unit rarely count anything; `both` and `a half` neither."""
    alone = q.kind == "count" and not q.top
    word = q.text.lower()
    return alone and (
        word
        in (
            "one",
            "first",
            "both",
            "second",
            "ein",
            "eine",
            "einen",
            "erste",
            "ersten",
            "pair",
            "half",
            "third",
            "quarter",
        )
        or (word.isalpha() and q.values == {0.0})
    )


_ENUMERATOR = re.compile(r"^\W*(\d{1,2})[.)]?(?=\s|$)")


def _listed(quantity: Quantity, grounds: Grounds) -> bool:
    """The evidence numbers its items, and the last one has the claim's count."""
    if quantity.kind != "count" or not quantity.nouns:
        return False
    counted = [int(m.group(1)) for s in grounds.all if (m := _ENUMERATOR.match(s.text))]
    return 1 in counted and float(max(counted)) in quantity.values


def _said_elsewhere(quantity: Quantity, grounds: Grounds) -> bool:
    """The value stands in a statement further off that shares words with the claim."""
    return any(
        agrees(quantity, q)
        for i, s in enumerate(grounds.all)
        if len(s.stems & grounds.part.stems) >= 2 and grounds.weights[i] >= 0.4 * grounds.best
        for q in s.quantities
    )


def _year_and_day(when: dates.When, known: Sequence[dates.When]) -> bool:
    """The day stands in one place and the year in another."""
    if when.year is None or not when.months:
        return False
    bare = dates.When(when.start, when.end, when.text, None, when.months, when.day)
    undated = [w for w in known if w.year is None]
    return any(dates.agrees(bare, w) for w in undated) and any(w.year == when.year for w in known)


def _other_noun(quantity: Quantity, said: Sequence[Quantity]) -> bool:
    """The evidence counts the same thing otherwise: 40 doors where it has 40 users and 12 doors."""
    if quantity.kind != "count" or not quantity.nouns or quantity.ordinal:
        return False
    nouns = set(map(stem, quantity.nouns))
    same = [
        q for q in said if q.kind == "count" and not q.ordinal and nouns & set(map(stem, q.nouns))
    ]
    matching = [q for q in said if agrees(quantity, q)]
    others = matching and all(q.nouns and not nouns & set(map(stem, q.nouns)) for q in matching)
    return bool(same) and bool(others) and not any(agrees(quantity, q) for q in same)


def _values_differ(quantity: Quantity, said: Sequence[Quantity]) -> str:
    like = [q for q in said if q.kind == quantity.kind and q.ordinal == quantity.ordinal]
    nouns = {stem(n) for n in quantity.nouns}
    like.sort(key=lambda q: (not nouns & {stem(n) for n in q.nouns}, q.unit != quantity.unit))
    if like:
        other = like[0].text + (f" {like[0].nouns[0]}" if like[0].nouns else "")
        mine = quantity.text + (f" {quantity.nouns[0]}" if quantity.nouns else "")
        return f"the evidence says {other}, the claim says {mine}"
    return f"the evidence does not say {quantity.text}"


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


def altered_name(grounds: Grounds, known: Known) -> Fault | None:
    """A person, product, place or identifier that the evidence does not name."""
    for name in grounds.part.names:
        if not is_named(name, known):
            return Fault("altered", f"the evidence does not name {name.text}")
    return None
