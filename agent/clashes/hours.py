"""The hours of a week in which somebody is there: `24/7`, `Monday to Friday, 8 to 5`, `business days`."""

from __future__ import annotations

import itertools
import re

from agent.verification.clock import times

_ALWAYS = re.compile(
    r"\b24\s*[/x]\s*7(?:/365)?\b|\b7\s*[/x]\s*24\b|twenty[- ]four[- /](?:seven|by[- ]seven)|a?round[- ]the[- ]clock|"
    r"\b(?:any|every|all) (?:time|hours?) (?:of )?(?:the )?(?:day|night)|\bday (?:and|or) night|\bnights and weekends|\bweekends too|"
    r"seven days a week|rund um die uhr|dygnet runt|365 days",
    re.I,
)
_WORKDAYS = re.compile(
    r"\bmon(?:day|\.)?s? ?(?:to|through|thru|until|-|till) ?(?:fri(?:day|\.)?|sat(?:urday|\.)?)|(?:business|office|working) hours|"
    r"(?<!\d )(?<!two )(?<!three )(?<!five )(?<!ten )\b(?:business|working|work) ?days|\bweekdays|werktag\w*|montag bis \w+|\bmo\.?\s?-\s?fr|vardagar",
    re.I,
)
EVERY_DAY = re.compile(r"\b(?:seven|7) days\b|\b(?:every|each|all) days?\b|\bdaily\b|weekends? (?:too|included)|täglich|alla dagar", re.I)  # fmt: skip
_ONE_DAY = re.compile(r"\b(?:on )?(?P<day>satur|sun|mon|tues|wednes|thurs|fri)days?\b(?! ?(?:(?:to|through|thru|until|till)\b|-))|\b(?P<end>weekends?)\b", re.I)  # fmt: skip
_NO_WEEKEND = re.compile(r"\b(?:exclud\w+|except\w*|other than|not (?:on|at)|closed (?:on|at)|without|außer) (?:on |at |the )?(?:satur|sun|weekend|public holidays,? satur)\w*", re.I)  # fmt: skip
"""Working days by what is left out."""
_NO_WEEKEND_AND = re.compile(_NO_WEEKEND.pattern + r"(?:(?:,| and| or|,? (?:and|or))? ?(?:satur|sun|weekend|(?:public |bank )?holiday)\w*)*", re.I)  # fmt: skip
_TO = re.compile(
    r"\s*(?:a\.?m\.?|uhr)?\s*(?:to|until|till|through|and|bis|-|–)\s*(?:kl\.?\s*)?", re.I
)
_BARE = re.compile(r"\b(?P<a>[6-9]|1[0-2])(?: a\.?m\.?)? ?(?:to|-|till|until|bis) ?(?P<b>1[0-2]|[1-9])\b(?! ?(?:weeks?|months?|days?|users?|percent|%|years?|hours?|minutes?|euro|dollar|people|\w+s\b))", re.I)  # fmt: skip
_CUE = re.compile(r"support|\bhours?\b|\bphone|\bcall|service|\bday|week|\bopen\b|reach|line\b|desk|clock|24|mon|telefon", re.I)  # fmt: skip
_THERE = re.compile(r"\b(?:answers?|open|available|staffed|reach\w*|there|works?|covered|on duty|picks? up|take[sn]? calls|included|too|as well|also|erreichbar|besetzt|öppet)\b", re.I)  # fmt: skip
_SHUT = re.compile(
    r"\b(?:not|n't|never|no|closed|except\w*|without|excluding|outside|geschlossen|stängt)\b", re.I
)
_SUPPORT = re.compile(r"\b(?:support|help ?desk|service desk|hot-?line|phones?|line is|someone|somebody|we(?:'re| are) (?:there|open)|telefon\w*)\b", re.I)  # fmt: skip
_WEEKEND_IN = re.compile(
    r"\bsat|\bsun|weekend|\b24|seven|every day|\ball days|samstag|sonntag", re.I
)
WORKDAYS = "workdays"
"""Unit of a stretch from Monday to Friday that names no other day: nobody is there at the weekend."""
WEEK, OFFICE = 168.0, (37.5, 62.0)
"""Hours of a whole week, and what business hours may come to."""


def covered(text: str) -> list[tuple[int, int, float, float, str]]:
    """Start and end in a plain text, fewest and most hours, and of what (`week`, or one day) of every time covered."""
    if not _CUE.search(text):
        return []
    found = [(m.start(), m.end(), WEEK, WEEK, "week") for m in _ALWAYS.finditer(text)]
    days = [(m.start(), m.end()) for p in (_WORKDAYS, _NO_WEEKEND) for m in p.finditer(text)]
    one = None if days or EVERY_DAY.search(text) else _ONE_DAY.search(text)
    span = _span(text, bool(days or one))
    if span is not None:
        start, end, hours = span
        near = [d for d in days if abs(d[0] - start) < 60]
        reach = [(start, end), *near[:1]]
        a, b = min(r[0] for r in reach), max(r[1] for r in reach)
        if one is not None:
            found.append((a, b, hours, hours, (one["day"] or one["end"]).lower()))
        else:
            weekly = 7 if EVERY_DAY.search(text) else 5
            unit = (
                WORKDAYS
                if near and weekly == 5 and not _WEEKEND_IN.search(_NO_WEEKEND_AND.sub(" ", text))
                else "week"
            )
            found.append((a, b, weekly * hours, (5 if near else 7) * hours, unit))
    elif one is not None and _THERE.search(text) and _SUPPORT.search(text):
        if not _SHUT.search(text):
            found.append((*one.span(), 0.0, 24.0, (one["day"] or one["end"]).lower()))
    elif days:
        found.append((*days[0], *OFFICE, "week"))
    return found


def _span(text: str, workdays: bool) -> tuple[int, int, float] | None:
    """The first stretch of a day from one time to another, and how many hours it takes."""
    clock = list(times(text))
    for (a, b, low), (c, d, high) in itertools.pairwise(clock):
        if _TO.fullmatch(text[b:c]):
            morning = re.search(r"morn|a\.?m|morgen|früh", text[a:b], re.I)
            low = low + 720 if low < 360 and high > low + 720 and not morning else low
            return a, d, ((high - low) % 1440 / 60) or 24.0
    bare = _BARE.search(text) if workdays else None
    if bare is None:
        return None
    return bare.start(), bare.end(), float((int(bare["b"]) - int(bare["a"])) % 12 or 12)
