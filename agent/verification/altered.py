"""Is a number, amount, duration, date or name of the claim another than the evidence's?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.verification.agreement import agrees
from agent.verification.beside import better_placed, words_beside
from agent.verification.dated import altered_date
from agent.verification.dates import When
from agent.verification.derived import follows, listed
from agent.verification.fault import Fault
from agent.verification.names import Known, is_named
from agent.verification.quantity import Quantity
from agent.verification.statements import Statement
from agent.verification.support import Grounds, Part
from agent.verification.units import PERIOD_DAYS
from agent.verification.words import stem


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
            or _one_of(quantity, here)
        )
        if quantity.kind == "period":
            if not carried and (
                any(q.kind == "period" for q in values)
                or _unheard(quantity, values)
                or _other_rate(quantity, grounds.part, values)
            ):
                return Fault("altered", _values_differ(quantity, values))
            continue
        if not carried and quantity.top:
            ends = [
                replace(quantity, top=frozenset()),
                replace(quantity, values=quantity.top, top=frozenset()),
            ]
            carried = all(any(agrees(end, q) for q in values) for end in ends)
        if not carried and (
            follows(quantity, grounds.part.text, here)
            or listed(quantity, grounds.part.text, frozenset(w for s in here for w in s.words))
        ):
            continue
        if (
            not carried
            or _other_noun(quantity, values)
            or _elsewhere_bound(quantity, grounds.part, said)
        ):
            return Fault("altered", _values_differ(quantity, values))
        if other := _of_another_thing(quantity, grounds):
            why = f"the evidence says {other.text} of this, the claim says {quantity.text}"
            return Fault("altered", why, sure=False)
    return altered_date(grounds)


def _unheard(period: Quantity, said: Sequence[Quantity]) -> bool:
    """`Every five years` where nothing says five."""
    counted = {v for v in period.spoken if v > 1}
    return bool(counted) and not any(counted & (q.spoken or q.values) for q in said)


def _next_to(period: Quantity, part: Part) -> list[Quantity]:
    """The value that a period belongs to: the nearest one."""
    values = [q for q in part.quantities if q.kind != "period"]
    return sorted(values, key=lambda q: max(q.start - period.end, period.start - q.end))[:1]


def _other_rate(period: Quantity, part: Part, said: Sequence[Quantity]) -> bool:
    """`6.20 weekly` where the evidence has 6.20 per month."""
    rates = {q.rate for q in said for mine in _next_to(period, part) if agrees(mine, q)} - {None}
    days = {PERIOD_DAYS.get(r) for r in rates if r} - {None}
    return bool(days) and not days & period.values


def _elsewhere_bound(
    quantity: Quantity, part: Part, said: Sequence[tuple[Quantity, Statement]]
) -> bool:
    """The value is there, but of something else, and what the claim speaks of has another value."""
    if quantity.kind == "count" and not quantity.nouns:
        return False
    if any(s.mood == "takes_back" and agrees(quantity, q) for q, s in said):
        return False
    mine = words_beside(quantity, part)
    if any(
        (agrees(quantity, q) and q.kind != quantity.kind)
        or (agrees(quantity, q) and not q.unit and not q.nouns)
        for q, _ in said
    ):
        return False
    agreeing = [
        max(len(mine & words_beside(q, s)), len(part.stems & s.stems))
        for q, s in said
        if agrees(quantity, q)
    ]
    others = [
        len(mine & words_beside(q, s))
        for q, s in said
        if q.kind == quantity.kind and not q.ordinal and not is_idle(q) and not agrees(quantity, q)
    ]
    return bool(agreeing) and max(agreeing) == 0 and max(others, default=0) > 0


_NEARER = 0.45
"""By so much closeness another value is the one meant: of 143 true values that had a rival this refuses four, of 167 swapped ones about 65."""


def _of_another_thing(quantity: Quantity, grounds: Grounds) -> Quantity | When | None:
    """Another value of the kind, not in the claim, that the claim's words stand nearer to."""
    if (
        quantity.kind == "period"
        or (quantity.ordinal and not _names_a_day(quantity))
        or quantity.top
    ):
        return None
    if any(s.mood == "takes_back" for s in grounds.all):
        return None
    said = [(q, i) for i, s in enumerate(grounds.all) for q in s.quantities]
    carrying = [(q, i) for q, i in said if agrees(quantity, q)]
    mine = grounds.part.quantities
    others = [
        (q, i) for q, i in said
        if q.kind == quantity.kind and q.ordinal == quantity.ordinal and not q.ratio and not is_idle(q) and not any(agrees(m, q) for m in mine)
    ]  # fmt: skip
    return better_placed(quantity, grounds, carrying, others, _NEARER)


def _names_a_day(q: Quantity) -> bool:
    """`the 20th`"""
    return q.text[:1].isdigit() and all(1 <= v <= 31 for v in q.values)


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


_ONE_UNIT = re.compile(r"(?:an?|eine?[rnm]?) (\w+)", re.I)


def _one_of(quantity: Quantity, here: Sequence[Statement]) -> bool:
    """`Within a week` beside `in the same week`: one that nobody counts."""
    match = _ONE_UNIT.fullmatch(quantity.text) if quantity.kind == "duration" else None
    if match is None:
        return False
    counted = [
        q for s in here for q in s.quantities if q.kind == "duration" and q.unit == quantity.unit
    ]
    return not counted and any(
        stem(match[1].lower()) == stem(t.text) for s in here for t in s.tokens
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


def altered_name(grounds: Grounds, known: Known) -> Fault | None:
    """A person, product, place or identifier that the evidence does not name."""
    for name in grounds.part.names:
        if not is_named(name, known):
            return Fault("altered", f"the evidence does not name {name.text}")
    return None
