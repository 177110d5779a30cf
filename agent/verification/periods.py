"""How often (`weekly`, `once a fortnight`) and how many of how many (`four in ten`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.verification.quantity import Quantity
from agent.verification.units import PERIOD_DAYS

_PERIOD = re.compile(
    r"\b(?:(?P<adverb>daily(?! (?:business|work|operations?|routine|life|contact|affairs|running|management|basis))|day[- ]to[- ]day|weekly|biweekly|fortnightly|monthly|quarterly|yearly|annually|annual|täglich|wöchentlich|monatlich|vierteljährlich|jährlich)|"
    r"(?:(?:every|each)(?P<other> other| second)?|once (?:a|per|every)|twice (?:a|per)) (?P<unit>day|week|fortnight|month|quarter|year))\b",
    re.I,
)
_OUT_OF = re.compile(r"\s*(?:in|out of|in every|out of every|of|von)\s*(?:the\s*)?", re.I)
_EVERY = re.compile(r"\b(?:every|each|jede[rsn]?)\s+$", re.I)
_ONE_THING = re.compile(r"\s*[^\W\d_]+ (?:in|out of)(?: every)?\s*", re.I)


def periods(text: str) -> list[Quantity]:
    """`weekly`, `fortnightly`, `every week`, `once a month`."""
    out = []
    for match in _PERIOD.finditer(text):
        days = PERIOD_DAYS[(match.group("adverb") or match.group("unit")).lower().rstrip("s")]
        if match.group("other"):
            days *= 2
        out.append(
            Quantity(match.start(), match.end(), match.group(), frozenset({days}), "period", "days")
        )
    return out


def with_ratios(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """`found` with the share that `four in ten` makes out beside its two counts."""
    out: list[Quantity] = []
    for at, low in enumerate(found):
        out.append(low)
        if low.ordinal and _EVERY.search(text[: low.start]):
            shares = frozenset(100 / v for v in low.values if v > 2)
            out.append(_share(low, low.end, low.text, shares))
        high = found[at + 1] if at + 1 < len(found) else None
        if high is None or not _is_ratio(text, low, high):
            continue
        shares = frozenset(100 * a / b for a in low.values for b in high.values if 1 <= a < b)
        if shares:
            words = text[low.start : high.end]
            out.append(_share(low, high.end, words, shares))
    return out


def _share(first: Quantity, end: int, words: str, shares: frozenset[float]) -> Quantity:
    return Quantity(first.start, end, words, shares, "percent", "%", spoken=shares, ratio=True)


def _is_ratio(text: str, low: Quantity, high: Quantity) -> bool:
    if not (low.kind == high.kind == "count") or low.ordinal or high.ordinal or low.top or high.top:
        return False
    between = text[low.end : high.start]
    one = bool(_ONE_THING.fullmatch(between)) and low.values == {1.0} and not high.nouns
    return bool(_OUT_OF.fullmatch(between)) or one
