"""What a promise is, besides its words: of which type, what its owner must look at, and whether it is one at all.

Offers to send a link or to call back are no promises that a CSM inherits, unless they carry a value.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from agent.models import CommitmentType, ScopeStatus
from agent.values import values_of
from agent.verification.dates import When
from prompts.cues import cue

LAST_PUSH_DAYS = 7
"""What was promised so few days before the deal closed was promised to close it."""
_MONTHS_AROUND = 7
_PAST_WEIGHS = 3
"""A day without a year is rather to come than past, this many times."""
_DISCOUNT = re.compile(
    r"\bdiscount|percent|%|\bwaiv|\bno (?:extra )?(?:charge|cost)|\bfree\b|\boff\b|throw(?:n)? in|knock|rabatt|nachlass|kostenlos", re.I
)  # fmt: skip
_PRICE = re.compile(
    r"\$|€|£|\bprice|discount|\bfee|\bcharge|percent|%|invoice|\brate\b|\bcost", re.I
)
_DATE = re.compile(
    r"\b(?:week|month|day|live|by (?:the )?(?:end|mid|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|kickoff|launch)",
    re.I,
)
_SLA = re.compile(
    r"24\s*/\s*7|twenty[- ]four|around the clock|uptime|response time|support (?:line|hours)|\bSLA\b|phone number|real person",
    re.I,
)
_INTEGRATION = re.compile(
    r"integrat|connect|sync|hook|\bAPI\b|write back|feed|import|interface", re.I
)
_SERVICE = re.compile(
    r"train|on[- ]?site|come out|in person|workshop|migrat|load|set ?up|advis|call|visit|help|support",
    re.I,
)
_CLAUSE = re.compile(r"[.;!?]\s+|,? \b(?:and|und) (?=(?:I|we|you|ich|wir)\b)")
_GETS = re.compile(
    r"\byou(?:'ll|'d| will| would| can)? (?:get|have|use)\b|\bincluded\b|\blive\b|\bpromise\b|sie (?:bekommen|erhalten)",
    re.I,
)
"""What gives the customer something, beside an errand."""


def promise_type(text: str) -> CommitmentType:
    """What kind of promise a text is, by its typed values and words."""
    kinds = {v.kind for v in values_of(text)}
    if _SLA.search(text) or "hours" in kinds:
        return "SLA"
    if "money" in kinds or "percent" in kinds or (_PRICE.search(text) and "duration" not in kinds):
        return "price"
    if ("duration" in kinds and _DATE.search(text)) or re.search(
        r"\blive\b|go-?live|kick ?off|up and running", text, re.I
    ):
        return "date"
    if _INTEGRATION.search(text):
        return "integration"
    return "service" if _SERVICE.search(text) else "feature"


def resolve_day(when: When, said: date | None) -> date | None:
    """The day meant by a date in words, its year taken from the day it was said; None where it is no single day."""
    if when.day is None or len(when.months) != 1 or when.swapped:
        return None
    (month,) = when.months
    years = [when.year] if when.year else [said.year + n for n in (-1, 0, 1)] if said else []
    days = [date(y, month, when.day) for y in years if when.day <= calendar.monthrange(y, month)[1]]
    if when.year or not said:
        return next(iter(days), None)

    def apart(day: date) -> int:
        return (day - said).days if day >= said else _PAST_WEIGHS * (said - day).days

    near = min(days, key=apart, default=None)
    return near if near and apart(near) <= 30 * _MONTHS_AROUND else None


def review_flags(
    kind: CommitmentType, words: str, scope: ScopeStatus, said: date | None, closed: date | None
) -> tuple[str, ...]:
    """What the owner of an account must look at in a promise, as flags of its claim."""
    flags = []
    if scope != "covered":
        flags.append("custom_promise")
    if kind == "date":
        flags.append("custom_timeline")
    if kind == "price" and _DISCOUNT.search(words):
        flags.append("discount")
    if kind == "integration":
        flags.append("integration")
    if scope in ("excluded", "contradicted"):
        flags.append("scope_note")
    if said and closed and timedelta(0) <= closed - said <= timedelta(days=LAST_PUSH_DAYS):
        flags.append("last_push")
    return tuple(flags)


def is_errand(words: str) -> bool:
    """True for an offer to send, call or ask something and nothing else: no value given, nothing bound besides."""
    if not cue("errands").search(words) or _DISCOUNT.search(words):
        return False
    if any(v.kind in ("money", "percent", "hours", "count") for v in values_of(words)):
        return False
    rest = [c for c in _CLAUSE.split(words) if not cue("errands").search(c)]
    return not any(values_of(c) or _GETS.search(c) for c in rest if cue("commits").search(c))


def commits(words: str) -> bool:
    """True if words bind whoever says them: `we'll`, `you'd have`, `included`, or a value; not mere description."""
    return bool(cue("commits").search(words) or values_of(words))
