"""Values that nobody says but that follow from two or three that somebody does: a total, what is left, a share.

A claim may say them only in words right beside them that ask for the reckoning (`in all`, `left`, `cheaper`), and they must
come out exactly, a share to a whole percent: so an altered number rarely follows from anything.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from agent.verification.quantity import Quantity
from agent.verification.statements import Statement
from agent.verification.words import stem

_SUM = re.compile(
    r"\b(?:total(?:s|ling|ing)?|altogether|together|combined|overall|in all|in sum|all told|between them|zusammen|insgesamt|of (?:their|its|our|his|her))\b", re.I
)  # fmt: skip
_IN_ALL = re.compile(r"^[^,;.]{0,60}\b(?:altogether|in all|in total|all told|insgesamt)\b", re.I)
_LESS = re.compile(
    r"\b(?:(?:less|fewer|lower|shorter|smaller)(?! than)|faster|quicker|cheaper|short of|left|remain\w*|ends? up|ended up|sav(?:e|es|ed|ing|ings)|reduc\w*|cut|(?:went|goes|go|gone|came|comes|is|are|brought|bring|brings) down|fell|drop\w*|decreas\w*|shrank|lost|weniger|günstiger|gesunken|übrig)\b", re.I
)  # fmt: skip
_MORE = re.compile(
    r"\b(?:(?:more|higher|longer|older|bigger)(?! than)|slower|dearer|(?:went|goes|go|gone|came|comes|is|are) up|grew|rose|increas\w*|gain\w*|mehr|teurer|gestiegen)\b", re.I
)  # fmt: skip
_EACH = re.compile(r"\W*(?:an? [^\W\d_]+ |per [^\W\d_]+ )?(?:each|apiece|per|a (?:piece|head)|je|jeweils|pro)\b", re.I)  # fmt: skip
_QUARTERLY = re.compile(r"\bquarter\w*|\bquartal\w*|\bvierteljähr\w*", re.I)
_YEARLY = re.compile(r"\b(?:year\w*|annual\w*|annum|jahr\w*|jährlich\w*)\b", re.I)
_PARTS_OF = re.compile(r"\s*(?:of|out of|von|/)\s*(?:the |its |their |our |all |\w+ )?", re.I)
_BEFORE, _BEHIND = 24, 20
"""So near, in characters, a word that asks for reckoning must stand to the value."""
_APART = 3
"""Values are reckoned with each other from statements that stand no further apart."""
_FEW = 3


def follows(quantity: Quantity, claim: str, here: Sequence[Statement]) -> bool:
    """Whether the claim's quantity is what quantities of the statements come to, in words that say so."""
    if quantity.ordinal or quantity.top or not quantity.values:
        return False
    if quantity.kind == "duration" and _LATER.match(claim[quantity.end :]):
        return bool(quantity.values & _days_apart(here))
    if quantity.kind == "duration" and any(
        abs(v - apart) < 1e-6 for s in here for apart in _hours_apart(s) for v in quantity.values
    ):
        return True
    beside = claim[max(0, quantity.start - _BEFORE) : quantity.end + _BEHIND]
    near = [here[i : i + _APART] for i in range(max(1, len(here) - _APART + 1))]
    if quantity.kind == "money":
        near.append(here)
    if quantity.kind == "percent" or _is_part(quantity):
        scale = 1 if quantity.kind == "percent" else 100
        shares = [s for statement in here for s in _shares(statement, beside)]
        return any(abs(v * scale - s) <= 0.5 for v in quantity.values for s in shares)
    reckoned = (v for some in near for v in _reckoned(quantity, claim, beside, some))
    slack = 0.03 if quantity.about else 1e-6
    return any(abs(v - r) <= slack * r for r in reckoned for v in quantity.values if r > 0)


_LATER = re.compile(
    r"\W*(?:later|afterwards|after that|thereafter|earlier|before that|danach|später)\b", re.I
)


def _days_apart(here: Sequence[Statement]) -> set[float]:
    """How many days lie between the days of a month that the statements name."""
    days = [float(w.day) for s in here for w in s.whens if w.day]
    days += [v for s in here for q in s.quantities if q.ordinal for v in q.values]
    return {abs(a - b) for a, b in itertools.combinations(days, 2)}


def _hours_apart(statement: Statement) -> Iterator[float]:
    """How long it is, in days, from a time of day to the next one said: `from 10:00 to 15:00`."""
    times = [w for w in statement.whens if w.minute is not None]
    for one, other in itertools.pairwise(times):
        between = statement.text[one.end : other.start]
        if _UP_TO.fullmatch(between) and one.minute is not None and other.minute is not None:
            yield (other.minute - one.minute) % 1440 / 1440


_UP_TO = re.compile(r"\W*(?:to|until|till|through|and|bis|und)?\W*", re.I)
_SCALE = re.compile(
    r"(?:\b|\d)(?P<k>k\b|thousand|tausend|grand)|(?:\b|\d)(?:m|mn|mio|million(?:en)?)\b", re.I
)


def _scaled(here: Sequence[Statement]) -> Iterator[float]:
    """`Forty-one million on agencies. If it's thirty, I'm happy`: a bare number in the scale of the one before."""
    scale = 0.0
    for statement in here:
        for quantity in sorted(statement.quantities, key=lambda q: q.start):
            if match := _SCALE.search(quantity.text):
                scale = 1e3 if match["k"] else 1e6
            elif scale and quantity.kind == "count" and not quantity.ordinal:
                yield from (v * scale for v in quantity.values if 2 <= v < 1000)


def _is_part(quantity: Quantity) -> bool:
    return quantity.kind == "count" and all(0 < v < 1 for v in quantity.values)


def _reckoned(
    quantity: Quantity, claim: str, beside: str, here: Sequence[Statement]
) -> Iterator[float]:
    like = [q for s in here for q in s.quantities if _like(q, quantity)]
    if _SUM.search(beside) or _IN_ALL.search(claim[quantity.end :]):
        for values in (_values(like), *(_counts(s) for s in here)):
            for n in range(2, _FEW + 1):
                yield from (sum(c) for c in itertools.combinations(values, n))
    if _LESS.search(beside) or _MORE.search(beside):
        yield from _differences(like, here, beside)
    if quantity.kind in ("money", "duration") or max(quantity.values) >= 1000:
        yield from _products(like, here)
    if quantity.kind in ("money", "count") and not quantity.nouns:
        yield from _scaled(here)
    for q in like:
        if q.rate == "month" and _QUARTERLY.search(claim):
            yield from (3 * v for v in q.values)
        if q.rate in ("month", "quarter") and _YEARLY.search(claim):
            yield from ((12 if q.rate == "month" else 4) * v for v in q.values)


def _values(found: Sequence[Quantity]) -> list[float]:
    return list(dict.fromkeys(v for q in found for v in q.values))[:10]


def _counts(statement: Statement) -> list[float]:
    """`Seven new, five old`: what one sentence counts, whatever of."""
    return _values([q for q in statement.quantities if q.kind == "count" and not q.ordinal])


def _differences(
    like: Sequence[Quantity], here: Sequence[Statement], beside: str
) -> Iterator[float]:
    """Of any two values; where one became the other, only in the direction that the claim says."""
    for one, other in itertools.combinations(sorted(like, key=lambda q: q.start), 2):
        first, second = max(one.values), max(other.values)
        if (
            not _became(one, other, here)
            or (first < second and _MORE.search(beside))
            or (first > second and _LESS.search(beside))
        ):
            yield abs(first - second)


def _became(one: Quantity, other: Quantity, here: Sequence[Statement]) -> bool:
    """`from 9.5 to 6.2`"""
    low, high = one, other
    return any(
        one in s.quantities and other in s.quantities
        and re.search(r"\b(?:from|von)\W*$", s.text[: low.start]) is not None
        and re.search(r"\b(?:to|auf)\b", s.text[low.start : high.end]) is not None
        for s in here
    )  # fmt: skip


def _products(like: Sequence[Quantity], here: Sequence[Statement]) -> Iterator[float]:
    """So many at so much each, said in one sentence."""
    for statement in here:
        units = [
            q for q in statement.quantities if q in like and _EACH.match(statement.text[q.end :])
        ]
        counts = [q for q in statement.quantities if q.kind == "count" and not q.ordinal]
        for unit, count in itertools.product(units, counts):
            yield from (a * b for a in unit.values for b in count.values if unit is not count)


def _like(said: Quantity, claim: Quantity) -> bool:
    """Whether both count in one unit, as far as they say; small counts must name the same thing or none."""
    if said.ordinal or said.top or said.ratio:
        return False
    if said.kind == "count" and claim.kind == "money":
        return max(said.values) >= 100
    if said.kind == claim.kind == "count":
        said_nouns, nouns = set(map(stem, said.nouns)), set(map(stem, claim.nouns))
        large = min(max(said.values), max(claim.values)) >= 20
        return large or (
            min(said.values) > 1 and bool(not said_nouns or not nouns or said_nouns & nouns)
        )
    return said.kind == claim.kind and (
        said.unit == claim.unit or (said.kind == "money" and not (said.unit and claim.unit))
    )


def _shares(statement: Statement, beside: str) -> Iterator[float]:
    """In percent: `412 of 520`, and how much a value changed from one to the other."""
    found = [q for q in statement.quantities if not q.ordinal and not q.top and not q.ratio]
    for low, high in itertools.pairwise(found):
        between = statement.text[low.end : high.start]
        if low.kind == high.kind == "count" and _PARTS_OF.fullmatch(between):
            yield from (100 * a / b for a in low.values for b in high.values if 0 < a < b)
    for one, other in itertools.permutations(found, 2):
        if one.kind == "percent" or not _like(one, other):
            continue
        for a, b in itertools.product(one.values, other.values):
            if 0 < a < b and _LESS.search(beside):
                yield 100 * (b - a) / b
            if 0 < a < b and _MORE.search(beside):
                yield 100 * (b - a) / a


def listed(quantity: Quantity, claim: str, said: frozenset[str]) -> bool:
    """Whether the claim itself names as many, all of them named by the evidence: `Kassel and Jena, two of four sites`."""
    if quantity.kind != "count" or quantity.ordinal:
        return False
    for names in re.findall(r"(?:[A-ZÄÖÜ][\w'-]+(?:, | and | und | & ))+[A-ZÄÖÜ][\w'-]+", claim):
        each = re.split(r", | and | und | & ", names)
        if float(len(each)) in quantity.values and all(n.lower() in said for n in each):
            return True
    return False
