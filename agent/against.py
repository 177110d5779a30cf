"""What speaks for a signed clause saying otherwise than a promise about the same thing: signs, each a number.

A contract lawyer's questions: is it another value, and is that worse; is it left out, at a price, optional, hedged; whose task is it; is it
given in another way, at other hours, to fewer people. Weights come from `python -m eval.train.scope`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from agent.bearing import Put, Signs, opposed, same_values
from agent.clashes.apart import agree, comparable, ratio
from agent.clashes.typed import Typed
from agent.otherwise import leaves_out, otherwise
from agent.verification.words import stem
from agent.whose import whose_task
from prompts.cues import all_of, cue

NEAR = 1.2
"""Logarithm of how far two numbers may lie apart to be likely versions of one."""
START, LATE = 30, 10
"""Days in which work begins once it is promised, and by which a signed day may follow the promised one."""
_PROMISE_BEARS = ("absolutes", "denies", "hedges", "gives", "limits")
_CLAUSE_BEARS = (
    "denies",
    "limits",
    "hedges",
    "optional",
    "charges",
    "grants",
    "absolutes",
    "only",
    "requires",
    "indexed",
    "boilerplate",
)
_LESS = {
    "place": "remote",
    "hand": "manual",
    "direction": "one",
    "days": "weekdays",
    "crew": "whoever",
}
"""Of some facets the value that gives less."""
_SOON = re.compile(
    r"\blive\b|up and running|go-?live|\bstart|ready|productive|produktiv|\bin (?:by|within)\b|have you|you're (?:on|in)|on it\b",
    re.I,
)
_GIVES = re.compile(
    r"waive|knock|no (?:extra |additional )?(?:charge|cost|fee)|\bfree\b|throw(?:n)? in|on us\b|included|part of it|take .{0,30}\boff\b|kostenlos|inklusive",
    re.I,
)
_GIVEN = re.compile(
    r"waived|no (?:additional )?(?:charge|cost|fee)|free of charge|[$€£] ?0(?:[.,]00)?\b|\bincluded\b(?! in Section)|kostenfrei",
    re.I,
)
_OURS = re.compile(
    r"\b(?:the )?(?:supplier|provider|vendor|licensor|contractor|seller|lessor|bureau|agency|auftragnehmer|lieferant|anbieter)(?:['’]s? (?:own )?(?:cost|expense|risk)|"
    r" (?:shall |will |also |itself )?(?!may\b|is not\b)(?:\w+(?:s|es)\b|(?:install|provide|supply|deliver|train|migrate|import|replace|repair|attend|maintain)\b))|"
    r"\b(?:borne|paid|installed|provided|supplied|imported|replaced|carried out|performed|updated|maintained) by (?:the )?(?:supplier|provider|vendor|licensor|contractor|seller|lessor|auftragnehmer)",
    re.I,
)
_SURCHARGED = re.compile(
    r"surcharge|supplement\b|\bextra charge|additional charge|at the same rate as|\bcounted as\b|\bchargeable\b|zuschlag|aufpreis", re.I
)  # fmt: skip
_TICKED = re.compile(r"\[[xX✓✔]\]|[☑☒✓✔]|:\s*yes\W*$", re.I)
_KEPT = re.compile(
    r"\b(?:keep|keeps|kept|retain\w*|retention|stored?|archiv\w*|warrant\w*|guarantee\w*|aufbewahr\w*|gewähr\w*)\b", re.I
)  # fmt: skip
_HELD = re.compile(
    r"\b(?:good|fixed|held|hold|stays?|same|frozen|valid) (?:\w+ ){0,3}(?:until|till|through|to|bis)\b",
    re.I,
)
"""What lasts until a day, so that an earlier one is less."""
_AWAITED = re.compile(
    r"\b(?:within|in(?:side)?(?: of| under)?|under|at the latest|no later than|not later than|at most|takes?|binnen|innerhalb)\s+(?:the )?$", re.I
)  # fmt: skip
"""Right before a time that somebody waits, of which less is more."""
_SOME = re.compile(
    r"\b(?:(?:the )?first (?:\d|one|two|three|four|five|six|ten|twelve|twenty)\w*|up to|one (?:\w+ )?(?:day|session|site|visit|round|person|time|workshop)|once|selected|some|certain|the (?:remainder|rest)|"
    r"(?:each|every|any|per) (?:further|additional|extra)|beyond|in excess|above (?:that|this|\d)|exceeding|only|limited to|at most|not more than|as listed|listed (?:in|below)|standard|until (?:go-?live|acceptance|completion|the end of the project)|bis zu|die ersten|nur)\b", re.I
)  # fmt: skip
"""Some of what may be meant, or so many of it."""
_WE = re.compile(
    r"\b(?:we|i|our|us|wir|unser\w*|vi|ours)\b(?!['’]d like)|\b(?:you|your \w+|they|nobody|no one)(?: just| only|['’]ll just| (?:do|wo|does|will)(?:n['’]t| not)| never)\b", re.I
)  # fmt: skip
"""The seller does it, or the customer need not."""
_DUTY = re.compile(r"\b(?:invoice\w*|payable|paid|billed|charged|pay)\b", re.I)


def against(promise: Put, clause: Put) -> Signs:
    """Signs that a clause about what was promised says otherwise."""
    a, b = promise, clause
    same, given = same_values(a, b), bool(_GIVES.search(a.words) and _GIVEN.search(b.words))
    alone = _other(a, b, same)
    better = [(x, y) for x, y in alone if _better(x, y, a, b)]
    found = None if given or (better and len(better) == len(alone)) else otherwise(a.words, b.words)
    alone = [pair for pair in alone if pair not in better]
    one = {f for f, v in a.facets.items() if f in b.facets}
    whose = whose_task(b.words) or (
        "theirs"
        if "customers duty" in b.bears and not _OURS.search(b.words)
        else "ours"
        if _OURS.search(b.words)
        else None
    )
    hours = a.open.exceeds(b.open) if a.open and b.open else None
    unlike = sum(_unlike(f, a.facets[f], b.facets[f]) for f in one if f != "days" or hours is None)
    return {
        **{f"promise {n}": float(n in a.bears) for n in _PROMISE_BEARS},
        **{f"clause {n}": float(n in b.bears) for n in _CLAUSE_BEARS},
        **{f"{n} only there": float(n in b.bears and n not in a.bears) for n in ("denies", "limits", "hedges", "indexed", "only", "requires")},
        "otherwise": float(found is not None), "given as promised": float(given),
        "other value": float(any(x.kind != "count" for x, _ in alone)),
        "other count": float(any(x.kind == "count" and _nouns(x) & _nouns(y) for x, y in alone)),
        "other number": float(any(x.kind == "count" and not _nouns(x) & _nouns(y) for x, y in alone)),
        "near value": float(any(ratio(x, y) < NEAR for x, y in alone)),
        "same value": float(bool(same)),
        "all values": float(bool(a.values) and len({x.text for x, _ in same}) == len(a.values)),
        "value only there": float(bool(b.values) and not a.values),
        "value only here": float(bool(a.values) and not b.values),
        "later": float(_later(a, b)),
        "other facet": float(unlike),
        "same facet": float(not unlike and bool(one)),
        "less of a facet": float(any(v in b.facets.get(f, ()) and len(b.facets[f]) == 1 for f, v in _LESS.items() if f not in a.facets and not _apart(f, a))),
        "opposites": float(len(opposed(a, b))),
        "leaves out": float(leaves_out(b.words, b.around)), "free but priced": float(_priced(a, b) and not given),
        "priced": float(_priced(None, b) and not given and not any(v.kind == "money" for v in a.values)),
        "customer's under it": float("customers duty" in all_of("bearing", b.around)),
        "better there": float(bool(better)), "both deny": float("denies" in a.bears and "denies" in b.bears),
        "hours outside": float(hours is True), "hours inside": float(hours is False),
        "surcharged": float(bool(_SURCHARGED.search(b.words)) and not _SURCHARGED.search(a.words)),
        "no limit but limited": float("absolutes" in a.bears and not a.values and any(v.bound for v in b.values)),
        "ticked": float(bool(_TICKED.search(b.words))),
        "their task": float(whose == "theirs"), "our task": float(whose == "ours" and not b.bears & {"denies", "limits", "only", "hedges", "optional"}),
        "other choice": float(_chooses_otherwise(a, b)),
        "all but some": float("absolutes" in a.bears and bool(_SOME.search(b.words)) and not _SOME.search(a.words)),
        "their task for ours": float(whose == "theirs" and bool(_WE.search(a.words))),
    }  # fmt: skip


def _unlike(facet: str, promised: frozenset[str], signed: frozenset[str]) -> bool:
    """Nothing of a facet in common; of days, one that the clause lacks; of paying, ahead where that wasn't promised."""
    if facet == "paid":
        return "ahead" in signed and "ahead" not in promised
    return bool(promised - signed) if facet == "days" else not promised & signed


def _other(a: Put, b: Put, same: Sequence[tuple[Typed, Typed]]) -> list[tuple[Typed, Typed]]:
    """Values that can't both hold, of kinds of which none does."""
    agreed = {x.kind for x, _ in same}
    return [
        (x, y) for x in a.values for y in b.values
        if x.kind not in agreed and comparable(x, y) and not agree(x, y)
    ]  # fmt: skip


def _apart(facet: str, promise: Put) -> bool:
    """True where a promise is about reaching somebody, so that a telephone is no less than being there."""
    return facet == "place" and "channel" in promise.facets


def _better(x: Typed, y: Typed, a: Put, b: Put) -> bool:
    """True where the clause gives more than was promised: sooner, longer kept, more of it, cheaper."""
    low, high = min(y.lows), max(y.highs)
    if x.kind == "duration":
        if _KEPT.search(a.words) and _KEPT.search(b.words):
            return low >= max(x.highs)
        waited = _AWAITED.search(a.words[: x.start]) and _AWAITED.search(b.words[: y.start])
        return bool(waited) and high <= max(x.highs)
    if x.kind == "period":
        return low <= min(x.lows) and not _DUTY.search(b.words)
    if x.kind == "count":
        return (
            y.bound == "most"
            and low >= max(x.highs)
            and bool(_nouns(x) & _nouns(y) or not _nouns(x))
        )
    return False


def _nouns(value: Typed) -> set[str]:
    return {stem(n) for n in value.nouns[:2]}


def _later(a: Put, b: Put) -> bool:
    """A signed day well behind the last one promised, or behind the time promised from then on."""
    promised = [v.highs[-1] for v in a.values if v.kind == "date"]
    if not promised and a.day and _SOON.search(a.words):
        promised = [(a.day + timedelta(days=v.highs[-1] + START)).toordinal() for v in a.values if v.kind == "duration" and v.highs[-1] < 1000]  # fmt: skip
    signed = [v.lows[0] for v in b.values if v.kind == "date"]
    if _HELD.search(a.words):
        return bool(promised and signed) and max(signed) + LATE < max(promised)
    return bool(promised and signed) and min(signed) > max(promised) + LATE


def _priced(promise: Put | None, clause: Put) -> bool:
    """A sum on what was to cost nothing, or on whatever it is."""
    money = any(v.kind == "money" and max(v.highs) > 0 for v in clause.values)
    free = promise is None or "gives" in promise.bears or bool(cue("gratis").search(promise.words))
    return money and free and not cue("gratis").search(clause.words)


def _chooses_otherwise(promise: Put, clause: Put) -> bool:
    """Of a question that has few answers both give one, and not the same: it renews by itself, the price stays."""
    said, signed = (
        [c.partition("/") for c in all_of("choices", p.words)] for p in (promise, clause)
    )
    answers = {q: {a for k, _, a in signed if k == q} for q, _, _ in signed}
    return any(q in answers and a not in answers[q] for q, _, a in said)
